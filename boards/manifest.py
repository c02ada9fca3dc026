# The application, frozen: what every image contains, on any port. A board's manifest adds its own
# board.py and what the application needs of the port.

import os
import sys

package("heater", base_path="../firmware")
module("boot.py", base_path="../firmware")
module("main.py", base_path="../firmware")
freeze("../lib")

# It is used where it lies in the image instead of filling the heap. MicroPython runs a manifest in
# its own folder.
sys.path.append(os.path.abspath("frozen"))
import completing  # noqa: E402

_files = [
    os.path.relpath(os.path.join(folder, name), "../firmware")
    for folder, _, names in os.walk("../firmware/heater")
    for name in names
]
completing.follow_makemanifest([*_files, *os.listdir("../lib"), "board.py"])
