"""What the frozen application takes of an image, and an estimate of what that leaves of a slot.

No ESP-IDF here, so no image of a real board: the application is measured in the 32-bit target's
object file, MicroPython itself is taken from sizes that others have published. Those have
Bluetooth, which the boards' images leave out: where the first estimate is below zero, that is what
Bluetooth must have taken.
"""

import subprocess

from nuanbu.flash import boards

# Bytes of micropython.bin with Bluetooth. ESP32: at most this, for MicroPython's own image with
# two slots on 4 MiB has to fit them (1.25.0, ports/esp32/partitions-4MiB-ota.csv), built for size
# as this board is (its boards/ESP32_GENERIC/sdkconfig.ota). ESP32-C3, for size:
# micropython/micropython pull request 17994. For the S3, built for speed, none was found; the
# ESP32's so built stands in for it (glenn20/mp-image-tool-esp32 issue 4).
PUBLISHED = {"esp32-relay": 0x180000, "esp32s3-ssr": 1_712_512, "esp32c3-panel": 1_636_624}
# And without Bluetooth: test_board_files.py takes 1.4 MiB, nobody has published it.
WITHOUT_BLUETOOTH = 1400 * 1024


def test_the_application_leaves_room_in_its_slot(repo, elf, figures):
    build = repo / ".tools/target/build"
    done = subprocess.run(
        ["riscv64-unknown-elf-size", build / "frozen_content.o", build / "romcode/romcode.o"],
        capture_output=True,
        text=True,
        check=True,
    )
    sizes = [[int(word) for word in line.split()[:3]] for line in done.stdout.splitlines()[1:]]
    frozen = sum(text for text, _, _ in sizes)
    figures["frozen in, with the simulated board, bytes"] = frozen
    # What the application takes of RAM beside the heap.
    figures["its RAM outside the heap, bytes"] = sum(data + bss for _, data, bss in sizes)
    for name, published in PUBLISHED.items():
        slot = boards.get(name).partitions["ota_0"]
        figures[f"ESTIMATE, {name}: left of a slot of {slot} bytes"] = {
            "beside a published image with Bluetooth": slot - frozen - published,
            "beside 1.4 MiB without it": slot - frozen - WITHOUT_BLUETOOTH,
        }
        assert frozen + WITHOUT_BLUETOOTH < slot, name
