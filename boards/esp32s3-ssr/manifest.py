# The application, this board, and what they need of the port.

include("../manifest.py")
module("board.py")
module("_boot.py", base_path="../frozen")
module("flashbdev.py", base_path="$(PORT_DIR)/modules")
require("onewire")
require("umqtt.simple")
