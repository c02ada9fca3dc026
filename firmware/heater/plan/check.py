# Whether a text setting of the plan can be followed, beyond the length that the table bounds.

from heater.plan import week
from heater.plan.exceptions import Exceptions
from heater.plan.tz import Zone

_PARSERS = {"plan.tz": Zone, "plan.week": week.parse, "plan.exceptions": Exceptions}


def refusal(name, value):
    """Why the setting `name` cannot take `value`, naming what is wrong and what is allowed.

    "" if it can, or if it is no text of the plan. For whoever takes settings, before the commit.
    """
    parse = _PARSERS.get(name)
    if parse is None:
        return ""
    try:
        parse(value)
    except ValueError as error:
        return "{}: {}".format(name, error)
    return ""
