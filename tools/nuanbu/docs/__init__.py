"""Documentation made from the firmware's own tables."""
