# The application, frozen: what every image contains, on any port. A board's manifest adds its own
# board.py and what the application needs of the port.

import os
import sys

# Methods stay in the image instead of filling the heap. MicroPython runs a manifest in its folder.
sys.path.append(os.path.abspath("cmodules/romclass"))
import frozen_classes  # noqa: E402

frozen_classes.follow_makemanifest()

package("heater", base_path="../firmware")
module("boot.py", base_path="../firmware")
module("main.py", base_path="../firmware")
freeze("../lib")
