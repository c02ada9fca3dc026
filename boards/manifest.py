# The application, frozen: what every image contains, on any port. A board's manifest adds its own
# board.py and what the application needs of the port.

package("heater", base_path="../firmware")
module("boot.py", base_path="../firmware")
module("main.py", base_path="../firmware")
freeze("../lib")
