# What an installer may do to the heater besides its settings: the proof test, the service lock,
# and factory reset; and what the works may: the REPL.

from heater.console.server import BAD_PARAMETERS, REFUSED, RequestError, integer


def methods(session, guard, integrity, settings, done, learned, begin_service):
    """The methods by name.

    session: `Session`. guard: with `proof` (the self-test), `lock_for_service(locked)` and
    `locked_for_service()`.
    integrity: with `condition()`.
    settings: with `factory_reset(who, forget)`. done(answer): (revision, hash) or RequestError.
    learned: names of the files that hold what the heater has learned. begin_service(): the port
    goes to the REPL at the end of this tick.
    """

    proof = guard.proof

    def test_run(p):
        """Ask for the proof test of switches and residual-current sensor; heat pauses 5 s."""
        session.require("installer")
        proof.request()
        return {"count": proof.count}

    def test_abort(p):
        """Take the request back. A test that has begun ends by itself within seconds, and a
        set-point on trial for the test's sake is taken back at once."""
        session.require("installer")
        proof.withdraw()
        if settings.trial_left_s():
            done(settings.revert())
        return {"busy": proof.step != 0}

    def test_state(p):
        state = proof.result()
        state["busy"] = proof.step != 0
        return state

    def program(p):
        """Whether the program is what was built, and when that was last seen."""
        return integrity.condition()

    def lock(p):
        """on=1: no heat at all, frost protection included, until on=0. Not from afar."""
        session.require("installer")
        on = integer(p, "on", 0, 1, None)
        guard.lock_for_service(on)
        return {"on": on}

    def reset(p):
        """Factory settings, and everything learned forgotten. `sure` must be true."""
        session.require("installer")
        _sure(p)
        revision, digest = done(settings.factory_reset(session.role(), learned))
        return {"rev": revision, "sha256": digest}

    def repl(p):
        """Hand the port to MicroPython's REPL until a restart: for the works only, and only while
        the heater is locked off by sys.lock. `sure` must be true."""
        session.require("factory")
        _sure(p)
        if not guard.locked_for_service():
            raise RequestError(REFUSED, "not locked off", "lock it by sys.lock", {"why": "lock"})
        begin_service()
        return {}

    return {
        "test.run": test_run,
        "test.abort": test_abort,
        "test.state": test_state,
        "sys.program": program,
        "sys.lock": lock,
        "sys.reset": reset,
        "sys.repl": repl,
    }


def _sure(p):
    if p.get("sure") is not True:
        raise RequestError(BAD_PARAMETERS, "sure must be true", "ask the user first")
