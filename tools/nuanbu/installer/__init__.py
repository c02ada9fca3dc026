"""The installer's tool: commission, change and check heaters over a serial cable."""
