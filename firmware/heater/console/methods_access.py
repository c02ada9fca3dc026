# Log-in by challenge, and the keys it needs; see session.py.

from heater.console.server import BAD_PARAMETERS, RequestError


def methods(session):
    """The methods by name. session: `Session`."""

    def begin(p):
        return {
            "nonce": session.challenge(),
            "role": session.role(),
            "locked": session.locked(),
            "wait_s": session.wait_s(),
        }

    def login(p):
        role = p.get("role")
        session.login(role if isinstance(role, str) else "", p.get("mac"))
        return {"role": session.role()}

    def logout(p):
        session.logout()
        return {"role": session.role()}

    def key(p):
        """Set the key `v` (64 hex digits, "" removes it) of `role`."""
        text = p.get("v")
        if not isinstance(text, str):
            raise RequestError(BAD_PARAMETERS, "v must be a text", "correct it")
        refusal = session.set_key(p.get("role"), text)
        if refusal:
            raise RequestError(BAD_PARAMETERS, "not kept: " + refusal, "correct it",
                               {"why": refusal})  # fmt: skip
        return {"locked": session.locked()}

    return {"auth.begin": begin, "auth.login": login, "auth.logout": logout, "auth.key": key}
