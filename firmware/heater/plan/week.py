# The weekly plan: for each weekday up to 8 changes (time of day, preset).
#
# As text, which is the setting `plan.week` and what every interface shows and takes:
#   mon-fri 06:30 comfort 08:30 eco 17:00 comfort 22:30 sleep; sat,sun 07:30 comfort 23:00 sleep
# As bytes, which is what the scheduler reads: 7 counts, then 2 bytes a change
# (minute of the day in 11 bits, preset above them), at most 119 bytes.

from micropython import const

from heater.plan import presets
from heater.plan.civil import format_minute, parse_minute

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANGES_MAX = const(8)  # a day
TEXT_MAX = const(817)  # bytes of the longest canonical text
_WORKING_DAYS = const(5)  # Monday to Friday
_NEAR_MIN = const(30)  # a change this near to a taught one is the one that was meant
_MINUTE_BITS = const(11)
_MINUTE_MASK = const(0x7FF)


def weekday(name):
    """Number of a weekday by its English three letters, Monday 0. Raises ValueError."""
    if name not in DAYS:
        raise ValueError("day '{}': must be one of {}".format(name, ", ".join(DAYS)))
    return DAYS.index(name)


def _days(text):
    # "mon-fri,sun" -> [0, 1, 2, 3, 4, 6]; a range may run over Sunday ("sat-mon")
    days = []
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2:
            raise ValueError("days '{}': expected a day or a range of two".format(part))
        day, last = weekday(ends[0]), weekday(ends[-1])
        days.append(day)
        while day != last:
            day = (day + 1) % 7
            days.append(day)
    return days


def _changes(words, days):
    if not words or len(words) % 2:
        raise ValueError("{}: expected pairs of time and preset".format(days))
    if len(words) > 2 * CHANGES_MAX:
        raise ValueError(
            "{}: {} changes, at most {}".format(days, len(words) // 2, CHANGES_MAX)
        )
    changes = []
    previous = -1
    for i in range(0, len(words), 2):
        minute = parse_minute(words[i])
        if minute <= previous:
            raise ValueError("{}: {} is not after the change before it".format(days, words[i]))
        previous = minute
        changes.append((minute, presets.plannable(words[i + 1])))
    return changes


def parse(text):
    """Packed bytes of a weekly plan in text form.

    Every weekday needs at least one change, and its changes must be in order. Raises ValueError
    with the part that is wrong and what is allowed.
    """
    week = [[] for _ in range(7)]
    for group in text.split(";"):
        words = group.split()
        if not words:
            raise ValueError("plan '{}': empty part between semicolons".format(text))
        changes = _changes(words[1:], words[0])
        for day in _days(words[0]):
            if week[day]:
                raise ValueError("{}: given twice".format(DAYS[day]))
            week[day] = changes
    missing = [DAYS[day] for day in range(7) if not week[day]]
    if missing:
        raise ValueError("{}: no change given, at least 1 a day".format(", ".join(missing)))
    return _pack(week)


def _pack(week):
    packed = bytearray(len(day) for day in week)
    for day in week:
        for minute, preset in day:
            word = preset << _MINUTE_BITS | minute
            packed.append(word >> 8)
            packed.append(word & 0xFF)
    return bytes(packed)


def first(packed, day):
    """Where the changes of weekday `day` (Monday 0) begin: there are packed[day], of two bytes."""
    at = 7
    for earlier in range(day):
        at += 2 * packed[earlier]
    return at


def minute_at(packed, at):
    """Minute of the day of the change whose bytes begin at `at`."""
    return (packed[at] << 8 | packed[at + 1]) & _MINUTE_MASK


def preset_at(packed, at):
    """Preset of the change whose bytes begin at `at`."""
    return packed[at] >> _MINUTE_BITS - 8


def changes(packed, day):
    """Changes of weekday `day` (Monday 0) as a list of (minute of the day, preset), in order."""
    at = first(packed, day)
    places = range(at, at + 2 * packed[day], 2)
    return [(minute_at(packed, i), preset_at(packed, i)) for i in places]


def render(packed):
    """The canonical text of a packed plan: equal days joined, in the order of the week."""
    week = [changes(packed, day) for day in range(7)]
    groups = []
    done = set()
    for day in range(7):
        if day in done:
            continue
        names = []
        other = day
        while other < 7:
            if week[other] != week[day]:
                other += 1
                continue
            last = other
            while last < 6 and week[last + 1] == week[day]:
                last += 1
            done.update(range(other, last + 1))
            names.append(DAYS[other] if last == other else DAYS[other] + "-" + DAYS[last])
            other = last + 1
        words = [",".join(names)]
        for minute, preset in week[day]:
            words.append(format_minute(minute))
            words.append(presets.NAMES[preset])
        groups.append(" ".join(words))
    return "; ".join(groups)


def taught(packed, day, minute, preset):
    """The plan in which `preset` begins at `minute` on weekday `day` and on all days of its kind.

    Working days (Monday to Friday) are of one kind, Saturday and Sunday of the other. The new
    change takes the place of those within half an hour, and of the same preset's beginning right
    before or after it, so that it is earlier or later, not there twice. Raises ValueError where a
    day would have more than CHANGES_MAX.
    """
    week = []
    for other in range(7):
        found = changes(packed, other)
        if (other < _WORKING_DAYS) == (day < _WORKING_DAYS):
            before = [c for c in found if c[0] < minute - _NEAR_MIN]
            after = [c for c in found if c[0] > minute + _NEAR_MIN]
            if before and before[-1][1] == preset:
                before.pop()
            if after and after[0][1] == preset:
                after.pop(0)
            found = before + [(minute, preset)] + after
            if len(found) > CHANGES_MAX:
                raise ValueError(
                    "{}: {} changes, at most {}".format(DAYS[other], len(found), CHANGES_MAX)
                )
        week.append(found)
    return _pack(week)


def forgotten(packed, day, minute):
    """The plan without the change that holds at `minute` of weekday `day`, on days of its kind.

    Raises ValueError where that weekday has had no change yet, or a day would have none at all.
    """
    past = [change for change in changes(packed, day) if change[0] <= minute]
    if not past:
        raise ValueError("{}: no change before {}".format(DAYS[day], format_minute(minute)))
    week = []
    for other in range(7):
        found = changes(packed, other)
        if (other < _WORKING_DAYS) == (day < _WORKING_DAYS) and past[-1] in found:
            found.remove(past[-1])
            if not found:
                raise ValueError("{}: its only change".format(DAYS[other]))
        week.append(found)
    return _pack(week)
