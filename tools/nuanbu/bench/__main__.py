"""`python -m nuanbu.bench`: the figures of the room control, see figures.py."""

import argparse
from pathlib import Path

from nuanbu.bench import figures, table

QUICK = [law for law in figures.LAWS if law != figures.FIRMWARE]


def main(argv=None):
    parser = argparse.ArgumentParser(prog="nuanbu.bench", description=__doc__)
    parser.add_argument("--houses", help="names with commas; all when left out")
    parser.add_argument("--hours", type=float, default=48.0, help="judged at each load")
    parser.add_argument(
        "--laws", help=f"names with semicolons; of {'; '.join(figures.LAWS)} (the firmware "
        "itself, in MicroPython, is slow and left out unless named)",
    )  # fmt: skip
    parser.add_argument("--only", help="figures (ssr, precise, default, cycles_day, step_k ...)")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    args = parser.parse_args(argv)
    if not 1.0 <= args.hours <= 1000.0:
        parser.error(f"--hours {args.hours:g}: must be 1 to 1000")
    laws = [law.strip() for law in args.laws.split(";")] if args.laws else QUICK
    for law in laws:
        if law not in figures.LAWS:
            parser.error(f"--laws {law!r}: one of {', '.join(figures.LAWS)}")
    try:
        table.run(
            args.houses.split(",") if args.houses else None,
            args.hours,
            args.out,
            laws,
            args.only.split(",") if args.only else None,
        )
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
