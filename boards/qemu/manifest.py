# The 32-bit target that the tests run under QEMU: the application as in every image, and the
# simulated board's peripherals with a world that gets by with 31-bit integers.

include("../manifest.py")
for _name in ("board", "machine", "esp32", "onewire", "part_analog", "part_sht4x", "time"):
    module(_name + ".py", base_path="../sim")
for _name in ("world", "part_meter", "clock", "ramflash", "select", "utime", "flashbdev"):
    module(_name + ".py")
module("_boot.py", base_path="../frozen")
