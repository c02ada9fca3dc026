"""The installer's figures: `nuanbu bench installer` measures each and prints it beside its target.

All of it in virtual time against the unmodified firmware: minutes of a heater cost the processor
parts of a second, and the machine's load changes nothing in what is found.
"""
