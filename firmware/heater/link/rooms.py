# What the rest of the heater lends to the link. The link knows no other room; app fills this in.


class Rooms:
    """Plain holder.

    settings: heater.record.settings.Settings. store: blobs with load, save, save_soon.
    leases: heater.limits.levels.Leases. collector: heater.link.collector.Collector.
    streams: {"events": outbox, "hours": outbox}, outboxes of heater.record.
    readers: {"events": read, "hours": read}, read(number, limit) -> (records, number to go on).
    actions: {"override" | "identify" | "proof_test" | "restart": callable(args)}, which
    return facts (dict) or None, or raise heater.link.commands.Refused(reason, facts).
    changed(): called after remote settings were committed. set_clock(utc_s, uptime_s): told of
    the server's signed time; network_time(utc_s, uptime_s): of NTP's. about: facts for the hello,
    {"firmware": ..., "board": ...}.
    cause_names: heater.limits.arbiter.CAUSE_NAMES. faults(): the faults in force, dicts with
    `code`. known_s: the latest time that is on flash, Unix seconds, 0 for none.
    """

    def __init__(
        self, settings, store, leases, collector, streams, readers, actions, changed, set_clock,
        about, cause_names, faults=None, known_s=0, network_time=None,
    ):  # fmt: skip
        self.settings = settings
        self.store = store
        self.leases = leases
        self.collector = collector
        self.streams = streams
        self.readers = readers
        self.actions = actions
        self.changed = changed
        self.set_clock = set_clock
        self.about = about
        self.cause_names = cause_names
        self.faults = faults or list
        self.known_s = known_s
        self.network_time = network_time or _nobody


def _nobody(utc_s, uptime_s):
    pass
