"""Getting the firmware onto a board: .mpy files and their sizes."""
