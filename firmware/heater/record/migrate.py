# From the settings of an older firmware to those of this one.
#
# STEPS[n] turns the values of schema n + 1 into those of schema n + 2: a pure function from a
# dict of texts by name to a new one. A step is needed when a setting is renamed, changes its
# unit, or gets a new default that heaters already installed must not follow.

STEPS = ()


def schema(steps=STEPS):
    """The schema version this firmware writes."""
    return len(steps) + 1


def migrate(values, version, steps=STEPS):
    """Values of schema `version` brought to `schema(steps)`; a newer version is left as it is."""
    for step in steps[version - 1 :]:
        values = step(values)
    return values
