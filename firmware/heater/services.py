# What the serial console can be asked, in terms of the running heater. The console itself knows
# no other room; app hands it these methods.
#
# A method takes the parameters (a dict) and returns a dict, or raises RequestError.

import binascii
import sys

import machine
from micropython import const, kbd_intr

from heater import VERSION, typed, why
from heater.console import (
    methods_access,
    methods_cal,
    methods_live,
    methods_net,
    methods_service,
    methods_settings,
)
from heater.console.improv import Improv
from heater.console.server import BAD_PARAMETERS, REFUSED, Console, RequestError, integer
from heater.console.session import Session
from heater.console.wifi_setup import WifiSetup
from heater.limits.arbiter import CAUSE_NAMES
from heater.link.sign import mac
from heater.plan import clock as clocks
from heater.signals import MODE_NAMES

_LEARNED = const(("model", "plan"))  # files of lasting.py that a factory reset forgets
_SERVICE_MS = const(1_800_000)  # at the REPL, then the watchdog starts the heater anew
_CTRL_C = const(3)
_SECRET_PARTS = 40  # of about 150 characters each: more than the longest certificate


def console(heater, lines):
    """The Console of `heater` behind `lines`, a LineReader."""
    table = methods(heater)
    return Console(lines, table, typed.words(heater), improv(heater))


def methods(heater):
    """All methods by name."""
    inp, books, settings = heater.inp, heater.books, heater.settings

    def subscribe(make, every):
        heater.console.subscribe(make, every)  # which is made after its methods

    session = heater.session = Session(
        books.store, mac, lambda: inp.uptime_s, lambda: settings.get("heater.serial")
    )
    table = _settings(settings, session.role)
    table.update(_secrets(heater, session))
    for part in (_about, _control, _faults):
        table.update(part(heater))
    table.update(methods_access.methods(session))
    table.update(methods_settings.methods(settings, session.role, _accept))
    table.update(methods_live.methods(subscribe, inp, heater.out, heater.snapshot, books.journal))
    table.update(why.methods(heater))
    heater.wifi_setup = _wifi_setup(heater, session)
    table.update(methods_net.methods(session, heater.wifi_setup))
    table["net.link"] = lambda p: heater.network.status()

    def begin_service():
        heater.service_due = True

    table.update(
        methods_service.methods(
            session, heater.guard, heater.integrity, settings, _done, _LEARNED, begin_service
        )
    )

    def measured():
        electric = inp.meter_state
        return {
            "room": (inp.room_mdeg, inp.room_state),
            "body": (inp.body_mdeg, inp.body_state),
            "mains": (inp.mains_mv, electric),
            "current": (inp.current_ma, electric),
            "power": (inp.power_w, electric),
        }

    table.update(methods_cal.methods(session, measured, settings, _accept, _done))

    def names(p):
        return {"m": sorted(table)}

    table["methods"] = names
    return table


def hand_over(heater):
    """Off and saved, and the port as the REPL wants it: deaf to Ctrl-C no longer. Who forgets the
    heater there gets it back: the watchdog, which nothing can stop, now ends the service."""
    heater.out.safe()
    heater.hardware.off()
    heater.books.close()
    machine.WDT(timeout=_SERVICE_MS)
    kbd_intr(_CTRL_C)


def improv(heater):
    """Improv Wi-Fi for the console; call `methods` first. Silent for a session that may not set
    the network, and while a link is using it."""

    def allowed():
        return heater.network.link is None and heater.session.role() != "resident"

    def info():
        return "nuanbu", VERSION, heater.board.NAME, heater.network.device

    return Improv(allowed, info, heater.wifi_setup)


def _wifi_setup(heater, session):
    settings = heater.settings

    def keep(ssid, password):
        role = session.role()
        if heater.network.link is not None or settings.staged(role):
            return False  # the link has the radio; or what is staged would be committed along
        if settings.stage("link.ssid", ssid, role) is not None:
            return False
        if isinstance(settings.commit(role), dict):
            settings.discard(role)
            return False
        return not heater.network.keys.set("wifi", password)

    def station():
        import network  # with its radio: only where somebody asks for it

        return network.WLAN(network.WLAN.IF_STA)

    def spawn(work):
        import _thread

        _thread.start_new_thread(work, ())

    return WifiSetup(station, keep, spawn)


def _about(heater):
    """Who is there, and what it does now."""
    settings = heater.settings

    def hello(p):
        return {
            "product": "nuanbu",
            "firmware": VERSION,
            "board": heater.board.NAME,
            "serial": settings.get("heater.serial"),
            "uid": str(binascii.hexlify(machine.unique_id()), "utf-8"),
            "python": sys.version.split(";")[-1].strip(),
            "rev": settings.revision,
            "frame": 240,
        }

    def status(p):
        view = heater.snapshot
        return {
            "mode": MODE_NAMES[view.mode],
            "room_mdeg": view.room_mdeg,
            "setpoint_mdeg": view.setpoint_mdeg,
            "power_w": view.power_w,
            "limit_w": view.limit_w,
            "faults": view.fault_count,
            "uptime_s": view.uptime_s,
        }

    def state(p):
        """What stands behind the power: mode, window, limit and its cause, link, energy."""
        view = heater.snapshot
        link = heater.network.link
        return {
            "t": heater.inp.uptime_s,
            "mode": MODE_NAMES[view.mode],
            "window": view.window_open,
            "lim": view.limit_w,
            "cause": CAUSE_NAMES[view.limit_cause],
            "net": "none" if link is None else ("up" if link.net.online else "down"),
            "wh": view.energy_wh,
            "late": view.late_ticks,
        }

    def time_set(p):
        epoch_s = integer(p, "epoch_s", 0, 1 << 40, None)
        try:
            moved_s = heater.clock.set(epoch_s, clocks.CONSOLE, heater.inp.uptime_s)
        except ValueError as e:
            raise RequestError(BAD_PARAMETERS, str(e), "send UTC seconds since 1970") from None
        return {"moved_s": moved_s}

    def restart(p):
        heater.network.restart_due = True
        return {}

    return {
        "hello": hello,
        "status": status,
        "state": state,
        "time.set": time_set,
        "sys.restart": restart,
    }


def _settings(settings, who):
    """Staged changes, commit, trial. who(): the role that speaks."""

    def cfg_names(p):
        """Names from position `at` on, as many as fit into a frame."""
        at = integer(p, "at", 0, 10_000, 0)
        every = settings.names()
        out = []
        size = 0
        for name in every[at:]:
            size += len(name) + 3
            if size > 160:
                break
            out.append(name)
        return {"names": out, "next": at + len(out), "of": len(every)}

    def cfg_get(p):
        name = p.get("k")
        row = settings.row(name) if isinstance(name, str) else None
        if row is None:
            raise RequestError(BAD_PARAMETERS, "no setting of this name", "ask cfg.names",
                               {"k": str(name)[:40]})  # fmt: skip
        low, high = settings.bounds(name)
        value = "***" if row[2] == "secret" and settings.get(name) else settings.get(name)
        return {"k": name, "v": value, "low": low, "high": high, "unit": row[2], "who": row[6]}

    def cfg_set(p):
        _accept(settings.stage(p.get("k"), p.get("v"), who()))
        return {}

    def cfg_diff(p):
        return {"diff": [list(change) for change in settings.diff(who())[:8]]}

    def cfg_drop(p):
        settings.discard(who())
        return {}

    def cfg_commit(p):
        revision, digest = _done(settings.commit(who(), integer(p, "confirm_s", 0, 3600, 0)))
        return {"rev": revision, "sha256": digest, "restart": settings.restart_needed}

    def cfg_confirm(p):
        revision, digest = _done(settings.confirm())
        return {"rev": revision, "sha256": digest}

    def cfg_revert(p):
        revision, digest = _done(settings.revert())
        return {"rev": revision, "sha256": digest}

    return {
        "cfg.names": cfg_names,
        "cfg.get": cfg_get,
        "cfg.set": cfg_set,
        "cfg.diff": cfg_diff,
        "cfg.drop": cfg_drop,
        "cfg.commit": cfg_commit,
        "cfg.confirm": cfg_confirm,
        "cfg.revert": cfg_revert,
    }


def _secrets(heater, session):
    """Secrets go in and never come out."""
    secret = []  # parts of a long one that is on its way

    def key_put(p):
        """Keep a secret `k`: its text `v`, in parts with `more` true for all but the last."""
        session.require("installer")
        name, text = p.get("k"), p.get("v")
        if not isinstance(name, str) or not isinstance(text, str):
            raise RequestError(BAD_PARAMETERS, "k and v must be texts", "correct it")
        if len(secret) >= _SECRET_PARTS:
            secret.clear()
            raise RequestError(BAD_PARAMETERS, "too long", "begin anew")
        secret.append(text)
        if p.get("more") is True:
            return {}
        text = "".join(secret)
        secret.clear()
        refusal = heater.network.keys.set(name, text)
        if refusal:
            raise RequestError(BAD_PARAMETERS, "not kept: " + refusal, "ask key.list", {"k": name})
        return {}

    def key_list(p):
        return {"present": heater.network.keys.present()}

    return {
        "key.put": key_put,
        "key.list": key_list,
    }


def _control(heater):
    """What room control has learned."""

    def model(p):
        """What room control has learned of this room; see heater.control.model."""
        m = heater.control.model
        return {
            "rate_nk": m.rate_nk,
            "emitter_s": m.emitter_s,
            "sensor_s": m.sensor_s,
            "loss_dw": m.loss_dw,
            "learned": m.learned,
        }

    return {
        "model": model,
    }


def _faults(heater):
    """The book of faults."""

    def faults_list(p):
        """One fault a request, from position `at` on: a record fills most of a frame."""
        at = integer(p, "at", 0, 100, 0)
        every = heater.fault_list()
        return {"of": len(every), "fault": every[at] if at < len(every) else None}

    def faults_clear(p):
        which = p.get("code", "all")
        # Whoever holds more than the installer's key counts as service; all stand at the heater.
        who = "service" if heater.session.role() in ("company", "factory") else "local"
        reason = heater.guard.clear(which, who) if isinstance(which, str) else "unknown"
        if reason:
            raise RequestError(REFUSED, "not cleared: " + reason, "remove the cause first")
        return {}

    return {
        "faults.list": faults_list,
        "faults.clear": faults_clear,
    }


def _done(answer):
    """(revision, hash) of a settings change, or the refusal as an error."""
    if isinstance(answer, dict):
        _accept(answer)
    return answer


def _accept(refusal):
    if refusal is None:
        return
    # Lazily: words are needed only when something is refused.
    from heater.record import messages

    code = refusal["code"]
    text = messages.REFUSALS[code][1]
    if refusal["name"]:
        text = "%s=%s: %s" % (refusal["name"], refusal["value"], text)
    low, high = refusal["low"], refusal["high"]
    if "detail" in refusal:
        text = refusal["detail"]
    elif code == "role":
        text += " (%s may)" % refusal["who"]
    elif isinstance(low, (tuple, list)):
        text += " (allowed: " + ", ".join(low) + ")"
    elif low is not None:
        text += (" (allowed: %s to %s %s" % (low, high, refusal["unit"])).rstrip() + ")"
    facts = {"why": code, "k": refusal["name"]}
    raise RequestError(BAD_PARAMETERS, text, messages.NEXT[refusal["next"]][1], facts)
