# What holds the heap: imports by room, then each of the heater's parts.

import gc

import board

_ROOMS = ("control", "limits", "plan", "protect", "record", "link", "console")


def imports(order):
    """Bytes by room of importing the modules `order`, those that others need first."""
    rooms = {}
    for name in order:
        gc.collect()
        before = gc.mem_alloc()
        __import__(name)
        gc.collect()
        taken = gc.mem_alloc() - before
        parts = name.split(".")
        room = "lib" if len(parts) == 1 else parts[1] if parts[1] in _ROOMS else "top"
        rooms[room] = rooms.get(room, 0) + taken
    return rooms


def objects():
    """(bytes of a whole heater, bytes by part of it), each part made once more on its own."""
    from heater import app, hardware
    from heater.control import room
    from heater.limits import arbiter, levels
    from heater.plan import clock, scheduler
    from heater.protect import guard
    from heater.record import books

    _heater, whole = _made(lambda: app.Heater(board, 1))
    parts = {"rest": whole}
    for name, make in (
        ("hardware, with simulated peripherals", lambda: hardware.Hardware(board)),
        ("protect.Guard", guard.Guard),
        ("record.Books", lambda: books.Books(board.DATA_DIR)),
        ("plan.Plan", scheduler.Plan),
        ("plan.Clock", clock.Clock),
        ("control.RoomControl", room.RoomControl),
        ("limits.Leases", lambda: levels.Leases(1, True)),
        ("limits.Arbiter", arbiter.Arbiter),
    ):
        parts[name] = _made(make)[1]
        parts["rest"] -= parts[name]
    return whole, parts


def _made(make):
    gc.collect()
    before = gc.mem_alloc()
    thing = make()
    gc.collect()
    return thing, gc.mem_alloc() - before


def peripherals():
    """Bytes of the simulated pins, converters and buses, which a real port keeps outside."""
    from machine import ADC, UART, Pin
    from onewire import OneWire

    def make():
        kept = [Pin(number) for number in range(13)]
        kept.append(ADC(Pin(board.PIN_LEAK), atten=ADC.ATTN_11DB))
        kept.append(ADC(Pin(board.PIN_BODY_NTC), atten=ADC.ATTN_11DB))
        kept.append(OneWire(kept[0]))
        kept.append(UART(board.UART_METER, board.METER_BAUD))
        return kept

    return _made(make)[1]

