# The application, frozen: what every image contains, on any port. A board's manifest adds its own
# board.py and what the application needs of the port.

import os
import sys

# Methods and numbers stay in the image instead of filling the heap. MicroPython runs a manifest in
# its own folder.
sys.path.append(os.path.abspath("frozen"))
import completing  # noqa: E402

completing.follow_makemanifest()

package("heater", base_path="../firmware")
module("boot.py", base_path="../firmware")
module("main.py", base_path="../firmware")
freeze("../lib")
