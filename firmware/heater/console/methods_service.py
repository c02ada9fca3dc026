# What an installer may do to the heater besides its settings: the proof test, and factory reset.

from heater.console.server import BAD_PARAMETERS, RequestError


def methods(session, proof, settings, done, learned):
    """The methods by name.

    session: `Session`. proof: the self-test, with `request()`, `result()`, `step`, `passed`.
    settings: with `factory_reset(who, forget)`. done(answer): (revision, hash) or RequestError.
    learned: names of the files that hold what the heater has learned.
    """

    def test_run(p):
        """Ask for the proof test of switches and residual-current sensor; heat pauses 5 s."""
        session.require("installer")
        proof.request()
        return {"count": proof.count}

    def test_state(p):
        state = proof.result()
        state["busy"] = proof.step != 0
        return state

    def reset(p):
        """Factory settings, and everything learned forgotten. `sure` must be true."""
        session.require("installer")
        if p.get("sure") is not True:
            raise RequestError(BAD_PARAMETERS, "sure must be true", "ask the user first")
        revision, digest = done(settings.factory_reset(session.role(), learned))
        return {"rev": revision, "sha256": digest}

    return {"test.run": test_run, "test.state": test_state, "sys.reset": reset}
