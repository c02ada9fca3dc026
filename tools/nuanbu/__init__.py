"""Host tools of the Nuanbu heater firmware."""

__version__ = "0.1.0"
