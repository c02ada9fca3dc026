# The heater's side of the outer world: the leases that bind its power, the collector that may tell
# its room temperature, and the link that brings messages for both, where one is enabled.
#
# Without a link the leases are in the state "autonomous" and set no limit. A link that cannot
# be opened for want of an address or a key costs the heater nothing: it lives on by itself.

import binascii

import machine
from micropython import const

from heater import VERSION
from heater.limits import arbiter
from heater.limits.levels import Leases
from heater.link.collector import Collector
from heater.link.keys import Keys
from heater.plan.clock import NTP, SERVER

_HASH_BITS = 0x3FFFFFFF
# The link's thread gives a sign of life every tenth of a second; a resolver, a driver or a TLS
# handshake may hold it for some 30 s. A thread that hangs cannot be ended from outside, only
# together with everything: by a planned restart, the heater switched off first. Not more often
# than once in six hours, for each costs a few seconds of heat and a cycle of the contactor.
_STUCK_MS = const(120_000)
_HUNG_MS = const(600_000)
_RESTART_AFTER_S = const(21_600)
_PLACE_S = const(10)  # how often the turn of a relay is looked up


class Network:
    """Everything about the link of `heater` (app.Heater). power_loss: this start follows one."""

    def __init__(self, heater, power_loss):
        self._heater = heater
        cfg = heater.settings
        unique = machine.unique_id()
        self.device = cfg.get("heater.serial") or binascii.hexlify(unique).decode()
        self.leases = Leases(binascii.crc32(unique) & _HASH_BITS, power_loss)
        self.collector = Collector()
        self.keys = Keys(heater.books.store)
        self.keys.open()
        self.link = None
        self.why_not = ""  # why there is no link although one is enabled
        self.restart_due = False
        self.stuck = False  # the link's thread has given no sign of life for long
        self._slot = arbiter.NONE  # a place in the cycle of all relays, permille
        self._turn_phase_s = 0  # added to the uptime: time since a turn began
        self._polled_s = -1

    def configure(self, cfg):
        """Read the settings, at start and after every change."""
        self.leases.configure(cfg, self._heater.inp.uptime_s)
        self.collector.configure(cfg)

    def open(self):
        """Start the link's thread if the settings ask for one. Once, at the end of the start."""
        heater = self._heater
        if not heater.settings.get("link.enabled"):
            return
        # With messages, sockets and TLS: only where it is used.
        from heater.link import start
        from heater.link.rooms import Rooms

        books = heater.books
        rooms = Rooms(
            heater.settings,
            books.store,
            self.leases,
            self.collector,
            {"events": books.sent_events, "hours": books.sent_hours},
            {"events": books.journal.read, "hours": books.ledger.ring.read},
            {
                "override": self._override,
                "identify": self._identify,
                "proof_test": self._proof_test,
                "restart": self._restart,
            },
            heater.configure,
            self._set_clock,
            {"firmware": VERSION, "board": heater.board.NAME},
            arbiter.CAUSE_NAMES,
            heater.fault_list,
            books.last_t_s,
            self._network_time,
        )
        try:
            self.link = start.Link(rooms, self.keys, self.device)
            self.link.open()
        except Exception as e:
            # A wrong setting, a radio or a thread that cannot be had: the heater lives without.
            self.why_not = type(e).__name__ + " " + str(e)
            self.link = None

    def second(self, inp, limits, modulator, rated_w):
        """Once a second, in the tick: leases to the arbiter, collector to the inputs, and to a
        relay its turn in the cycle that it shares with the others of its zone."""
        self.leases.step(inp.uptime_s, limits)
        self.collector.fill(inp)
        limit_w = self.leases.least_w
        if self._slot < 0 or not 0 <= limit_w < rated_w:
            modulator.place(-1, True)
            return
        cycle_s = modulator.cycle_s
        gone_s = (inp.uptime_s + self._turn_phase_s) % cycle_s
        modulator.place(cycle_s - gone_s, gone_s * rated_w < cycle_s * limit_w)

    def poll(self, inp, view, modulator):
        """After each tick, where there is a link: a few messages out of the mailbox; once a second
        a look at the thread behind it. True when that thread has just been found stuck."""
        if self.link.agent.poll(inp.uptime_s, view):
            self.leases.step(inp.uptime_s, self._heater.arbiter)  # acts with the next tick
        if inp.uptime_s == self._polled_s:
            return False
        self._polled_s = inp.uptime_s
        if inp.uptime_s % _PLACE_S == 0:
            self._find_place(inp.uptime_s, modulator.cycle_s)
        return self._supervise(self.link.silent_ms(), inp.uptime_s)

    def status(self):
        """What the link is doing and why it is not doing better, for the console."""
        link = self.link
        if link is None:
            return {"link": "off", "error": self.why_not[:80]}
        net, wifi = link.net, link.wifi
        found = {
            "link": "stuck" if self.stuck else "online" if net.online else "trying",
            "sessions": net.session,
            "tries": net.tries,
            "error": net.last_error[:80],
        }
        if wifi is not None:
            found["wifi"] = wifi.state_name()
            found["wifi_error"] = wifi.reason
            found["rssi_dbm"] = wifi.rssi_dbm
        if link.time is not None:
            found["time"] = link.time.source
        return found

    def _find_place(self, uptime_s, cycle_s):
        # Slow code: seconds since 1970 are no small integer. Cycles are counted from 1970 on, so
        # that all heaters of a zone mean the same one.
        utc_s = self.link.agent.utc_s(uptime_s)
        slot = self.leases.slot()
        self._slot = arbiter.NONE if utc_s is None else slot
        if self._slot >= 0:
            self._turn_phase_s = (utc_s - uptime_s - slot * cycle_s // 1000) % cycle_s

    def _supervise(self, silent_ms, uptime_s):
        was_stuck, self.stuck = self.stuck, silent_ms >= _STUCK_MS
        if silent_ms >= _HUNG_MS and uptime_s >= _RESTART_AFTER_S:
            self.restart_due = True
        return self.stuck and not was_stuck

    # --- what a server may ask for beside settings; refusals go back to it

    def _override(self, args):
        try:
            self._heater.plan.override_until(args["setpoint_mdeg"], args["until"])
        except ValueError as e:
            from heater.link.commands import Refused  # there, as somebody has commanded

            raise Refused("range", {"text": str(e)})

    def _identify(self, args):
        self._heater.identify_s = args["seconds"]

    def _proof_test(self, args):
        self._heater.guard.proof.request()

    def _restart(self, args):
        # Not from here: the acknowledgement is still to go out, and the switches to open.
        self.restart_due = True

    def _set_clock(self, utc_s, uptime_s):
        self._tell_clock(utc_s, SERVER, uptime_s)

    def _network_time(self, utc_s, uptime_s):
        self._tell_clock(utc_s, NTP, uptime_s)

    def _tell_clock(self, utc_s, quality, uptime_s):
        try:
            self._heater.clock.set(utc_s, quality, uptime_s)
        except ValueError:
            pass  # a time that cannot be, or a better source has spoken
