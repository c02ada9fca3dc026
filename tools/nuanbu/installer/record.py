"""The record of a commissioning: canonical JSON, hashed, chained, signed; and the certificate.

The hash is SHA-256 over the JSON with keys sorted, no blanks, UTF-8, without the fields `sha256`
and `hmac` themselves. `hmac` is HMAC-SHA256 over the hash's 64 hex digits with the ledger's key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import segno

from nuanbu import __version__
from nuanbu.installer.certificate_words import CERTIFICATE
from nuanbu.installer.outcome import FAIL, PASS, SKIP, Outcome
from nuanbu.installer.reasons import reason
from nuanbu.installer.trouble import LANGUAGES, Trouble

_SEALS = ("sha256", "hmac")
_WIDTH, _HEIGHT = 640, 160  # of a plot, in its own units
_KEY_BYTES = 32
_LEAST_SPAN = 2.0  # of a plot's values, in their unit
# columns of the series with a plot of their own: number, unit, words
_PLOTS = ((1, "W", "power_plot"), (2, "°C", "body_plot"), (3, "°C", "room_plot"))


COMMISSIONING, CALIBRATION = "commissioning", "calibration"


def make(
    about: dict[str, Any],
    settings_hash: str,
    outcome: Outcome,
    *,
    operator: str,
    isolated: bool,
    previous: str,
    when: datetime,
    kind: str = COMMISSIONING,
    **facts: Any,
) -> dict[str, Any]:
    """The record, with its hash. when: aware; previous: hash of the record before, or "".

    facts: what else belongs to it: profile (`Profile.told`), instruments, next_due, corrections.
    """
    record: dict[str, Any] = {
        "schema": 2,
        "kind": kind,
        "time": when.isoformat(timespec="seconds"),
        "tool": __version__,
        "operator": operator,
        "serial": about["serial"],
        "uid": about["uid"],
        "board": about["board"],
        "firmware": about["firmware"],
        "settings_sha256": settings_hash,
        "isolated_adapter": isolated,
        "previous": previous,
        "passed": not outcome.failed,
        **facts,
        **outcome.told(),
    }
    record["sha256"] = digest(record)
    return record


def digest(record: dict[str, Any]) -> str:
    """SHA-256 of a record in hex, its seals left out."""
    bare = {key: value for key, value in record.items() if key not in _SEALS}
    text = json.dumps(bare, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sign(record: dict[str, Any], key: bytes) -> dict[str, Any]:
    """The record with its signature."""
    return {**record, "hmac": hmac.new(key, record["sha256"].encode(), "sha256").hexdigest()}


def genuine(record: dict[str, Any], key: bytes) -> bool:
    """True when nothing in the record was changed after it was signed with this key."""
    wanted = hmac.new(key, digest(record).encode(), "sha256").hexdigest()
    return record.get("sha256") == digest(record) and hmac.compare_digest(
        wanted, record.get("hmac", "")
    )


def load_key(path: Path, language: str) -> bytes:
    """The ledger's key from a file of 64 hex digits. Raises Trouble bad_file."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, UnicodeError) as error:
        raise Trouble("bad_file", language, path=path, why=error) from None
    except ValueError:
        why = reason("hex", language)
        raise Trouble("bad_file", language, path=path, why=why) from None
    if len(key) != _KEY_BYTES:
        why = reason("key_bytes", language, found=len(key), wanted=_KEY_BYTES)
        raise Trouble("bad_file", language, path=path, why=why)
    return key


def newest(folder: Path, uid: str) -> str:
    """Hash of the latest record of this heater in a folder, "" if there is none."""
    paths = sorted(folder.glob(f"{uid}-*.json"))
    return json.loads(paths[-1].read_text(encoding="utf-8"))["sha256"] if paths else ""


def write(record: dict[str, Any], folder: Path, language: str) -> tuple[Path, Path]:
    """The JSON and the HTML file of a record. Raises Trouble bad_file."""
    stem = f"{record['uid']}-{record['time'].replace(':', '').replace('+', 'Z')}"
    paths = folder / f"{stem}.json", folder / f"{stem}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths[0].write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
        paths[1].write_text(certificate(record, language), encoding="utf-8")
    except OSError as error:
        raise Trouble("bad_file", language, path=folder, why=error) from None
    return paths


def certificate(record: dict[str, Any], language: str) -> str:
    """One self-contained HTML page: it loads nothing from anywhere."""
    at = LANGUAGES.index(language)
    words = {key: texts[at] for key, texts in CERTIFICATE.items()}
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nuanbu.installer"), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    code = segno.make(f"nuanbu:{record['serial'] or record['uid']}:{record['sha256']}", error="m")
    return environment.get_template("certificate.html").render(
        record=record,
        words=words,
        title=words["calibration_title" if record["kind"] == CALIBRATION else "title"],
        lang={"zh": "zh-CN", "en": "en"}[language],
        summary=_summary(record["lines"], words),
        qr=code.svg_inline(scale=3, border=2),
        plots=[_plot(record["series"], column, unit, words) for column, unit, words in _PLOTS],
        width=_WIDTH,
        height=_HEIGHT,
    )


def _summary(lines: list[dict], words: dict[str, str]) -> list[str]:
    """For each verdict that there is: how many lines, and which, unless all is well with them."""
    told = []
    for verdict in (FAIL, SKIP, PASS):
        keys = [line["key"] for line in lines if line["verdict"] == verdict]
        names = words["comma"].join(words[key] for key in keys)
        if keys:
            which = "" if verdict == PASS else words["colon"] + names
            told.append(
                words["so_many"].format(number=len(keys), verdict=words[verdict], which=which)
            )
    return told


def _plot(series: list[list[float]], column: int, unit: str, words: str) -> dict[str, Any]:
    """Points of a line for SVG, and the values at its edges."""
    if len(series) < 2:
        return {"points": ""}
    times = [row[0] for row in series]
    values = [row[column] for row in series]
    low, high = min(values), max(values)
    if high - low < _LEAST_SPAN:  # the noise of a sensor is no curve
        middle = (low + high) / 2
        low, high = middle - _LEAST_SPAN / 2, middle + _LEAST_SPAN / 2
    span_s, span = times[-1] - times[0] or 1, high - low
    points = " ".join(
        f"{(t - times[0]) / span_s * _WIDTH:.1f},{_HEIGHT - (v - low) / span * _HEIGHT:.1f}"
        for t, v in zip(times, values)
    )
    return {"points": points, "low": low, "high": high, "unit": unit, "seconds": span_s,
            "words": words}  # fmt: skip
