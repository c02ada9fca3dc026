# The heater's side of the outer world: the leases that bind its power, the collector that may tell
# its room temperature, and the link that brings messages for both, where one is enabled.
#
# Without a link the leases are in the state "autonomous" and set no limit. A link that cannot
# be opened for want of an address or a key costs the heater nothing: it lives on by itself.

import binascii

import machine

from heater import VERSION
from heater.limits import arbiter
from heater.limits.levels import Leases
from heater.link.collector import Collector
from heater.link.commands import Refused
from heater.link.keys import Keys
from heater.link.rooms import Rooms
from heater.plan.clock import SERVER

_HASH_BITS = 0x3FFFFFFF


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

    def configure(self, cfg):
        """Read the settings, at start and after every change."""
        self.leases.configure(cfg, self._heater.inp.uptime_s)
        self.collector.configure(cfg)

    def open(self):
        """Start the link's thread if the settings ask for one. Once, at the end of the start."""
        heater = self._heater
        if not heater.settings.get("link.enabled"):
            return
        from heater.link import start  # with its sockets and TLS: only where it is used

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
        )
        try:
            self.link = start.Link(rooms, self.keys, self.device)
        except ValueError as e:
            self.why_not = str(e)
            return
        self.link.open()

    def second(self, inp, limits):
        """Once a second, in the tick: leases to the arbiter, collector to the inputs."""
        self.leases.step(inp.uptime_s, limits)
        self.collector.fill(inp)

    def poll(self, inp, view):
        """After each tick: a few messages out of the mailbox."""
        if self.link is not None:
            self.link.agent.poll(inp.uptime_s, view)

    # --- what a server may ask for beside settings; refusals go back to it

    def _override(self, args):
        try:
            self._heater.plan.override_until(args["setpoint_mdeg"], args["until"])
        except ValueError as e:
            raise Refused("range", {"text": str(e)})

    def _identify(self, args):
        self._heater.identify_s = args["seconds"]

    def _proof_test(self, args):
        self._heater.guard.proof.request()

    def _restart(self, args):
        # Not from here: the acknowledgement is still to go out, and the switches to open.
        self.restart_due = True

    def _set_clock(self, utc_s, uptime_s):
        try:
            self._heater.clock.set(utc_s, SERVER, uptime_s)
        except ValueError:
            pass  # a time that cannot be
