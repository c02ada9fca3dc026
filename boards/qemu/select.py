# The port has no such module; the board's console is a UART, so that its port behind sys.stdin,
# the one user, is imported but not used.

POLLIN = 1


def poll():
    raise OSError(19)  # ENODEV
