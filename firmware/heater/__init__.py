# The application. Each room is a package of its own; app.py composes them.

VERSION = "0.1.0"
