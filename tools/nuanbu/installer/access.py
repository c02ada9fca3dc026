"""Log-in with a password that crosses neither the wire nor any command line."""

from __future__ import annotations

import hashlib
import hmac

from nuanbu.installer.client import Client

_ROUNDS = 200_000  # slows guessing a password from a stolen key


def key(password: str, role: str, uid: str) -> bytes:
    """The key of a role in the heater with this hardware number: PBKDF2-HMAC-SHA256, 32 bytes."""
    salt = f"nuanbu {role} {uid}".encode()
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)


def login(client: Client, password: str, role: str = "installer") -> str:
    """Answer the heater's challenge; the role it granted. Raises Trouble login_*."""
    challenge = client.request("auth.begin")
    answer = hmac.new(
        key(password, role, client.about["uid"]), f"{role} {challenge['nonce']}".encode(), "sha256"
    )
    return client.request("auth.login", role=role, mac=answer.hexdigest())["role"]


def lock(client: Client, password: str, role: str = "installer") -> list[str]:
    """Set the password of a role ("": none); the roles that have one now."""
    text = key(password, role, client.about["uid"]).hex() if password else ""
    client.writes += 1
    return client.request("auth.key", role=role, v=text)["locked"]
