"""Figures of the room control: the same scenarios in every house, for us and for rivals."""
