# What a person may type at the serial port, in a terminal and without a tool.

from heater import why
from heater.signals import MODE_NAMES, STATE_NAMES


def words(heater):
    """What a person at the port may type."""

    def say_help(said):
        return (
            "help | status | why 2027-01-20 03:00 | or one JSON request a line, such as "
            '{"id":1,"m":"methods"}'
        )

    def say_status(said):
        view = heater.snapshot
        room = degrees(view.room_mdeg) if not view.room_state else STATE_NAMES[view.room_state]
        text = "mode %s, room %s, set %s, %d W, limit %d W, faults %d" % (
            MODE_NAMES[view.mode],
            room,
            degrees(view.setpoint_mdeg),
            view.power_w,
            view.limit_w,
            view.fault_count,
        )
        faults = heater.fault_list()
        if faults:
            # Lazily: words are needed only when something is wrong.
            from heater.protect import texts

            for fault in faults:
                text += "\n" + texts.told(fault, "zh") + "\n" + texts.told(fault, "en")
        return text

    table = why.words(heater)
    table["help"] = say_help
    table["status"] = say_status
    return table


def degrees(mdeg):
    """Millidegrees as a person reads them, to the nearest tenth: -500 is "-0.5 degC"."""
    tenths = (abs(mdeg) + 50) // 100
    return "%s%d.%d degC" % ("-" if mdeg < 0 and tenths else "", tenths // 10, tenths % 10)
