"""The way to a broker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from nuanbu.errors import UserError

_RECONNECT_S = (1, 10)
_IN_FLIGHT = 1000  # messages of QoS 1 that the broker has not answered


@dataclass(frozen=True)
class Broker:
    """Where it is and how to speak to it. ca: file with its certificate authority, "" for no
    TLS."""

    host: str
    port: int = 1883
    user: str = ""
    password: str = ""
    ca: str = ""


def connected(
    broker: Broker, name: str, on_connect: Callable[..., Any], on_message: Callable[..., Any]
) -> paho.Client:
    """A client that runs on a thread of its own and connects again whenever it must. UserError:
    the broker cannot be reached now."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name)
    if broker.user:
        client.username_pw_set(broker.user, broker.password)
    if broker.ca:
        client.tls_set(broker.ca)
    client.reconnect_delay_set(*_RECONNECT_S)
    client.max_inflight_messages_set(_IN_FLIGHT)
    client.on_connect = on_connect
    client.on_message = on_message
    try:
        client.connect(broker.host, broker.port)
    except (OSError, ValueError) as e:
        said = f"broker {broker.host}:{broker.port}: {e}"
        raise UserError(said, "start it, or name another") from e
    client.loop_start()
    return client
