"""Figures of the room control: the same scenarios in every simulated house, for us and for rivals."""
