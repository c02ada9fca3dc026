# The block device of the port, under the name that boards/frozen/_boot.py mounts it by.

import ramflash

bdev = ramflash.RamBlocks()
