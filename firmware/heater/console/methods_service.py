# What an installer may do to the heater besides its settings: the proof test, the service lock,
# and factory reset.

from heater.console.server import BAD_PARAMETERS, RequestError, integer


def methods(session, guard, integrity, settings, done, learned):
    """The methods by name.

    session: `Session`. guard: with `proof` (the self-test) and `lock_for_service(locked)`.
    integrity: with `condition()`.
    settings: with `factory_reset(who, forget)`. done(answer): (revision, hash) or RequestError.
    learned: names of the files that hold what the heater has learned.
    """

    proof = guard.proof

    def test_run(p):
        """Ask for the proof test of switches and residual-current sensor; heat pauses 5 s."""
        session.require("installer")
        proof.request()
        return {"count": proof.count}

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
        if p.get("sure") is not True:
            raise RequestError(BAD_PARAMETERS, "sure must be true", "ask the user first")
        revision, digest = done(settings.factory_reset(session.role(), learned))
        return {"rev": revision, "sha256": digest}

    return {
        "test.run": test_run,
        "test.state": test_state,
        "sys.program": program,
        "sys.lock": lock,
        "sys.reset": reset,
    }
