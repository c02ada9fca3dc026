"""Settings in RAM for tests, and how an installer would put them."""

from heater.record.settings import Settings

SETPOINT, MODE, HIGHEST = "control.setpoint_mdeg", "control.mode", "plan.highest_mdeg"


def started(store, noted=None, **more):
    def note(code, value):
        if noted is not None:
            noted.append((code, value))

    settings = Settings(store, note, **more)
    settings.load()
    return settings


def put(settings, who="installer", confirm_s=0, **values):
    for name, value in values.items():
        assert settings.stage(name.replace("__", "."), value, who) is None
    done = settings.commit(who, confirm_s)
    assert isinstance(done, tuple), done
    return done


def code(refusal):
    return refusal["code"]
