"""A broker inside the server's own process, for trials where none is wanted beside it.

Without passwords, TLS and memory: real use takes mosquitto or another broker of its own.
"""

from __future__ import annotations

import asyncio
import logging
import threading

from amqtt.broker import Broker

from nuanbu.errors import UserError

_START_S = 10
_STOP_S = 5


class EmbeddedBroker:
    """Lives on a thread of its own from `with` to its end. UserError: it cannot listen there."""

    def __init__(self, host: str, port: int):
        self._address = f"{host}:{port}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._broker: Broker | None = None

    def __enter__(self) -> EmbeddedBroker:
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)  # it tells of every lost client
        logging.getLogger("transitions").setLevel(logging.ERROR)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._begin(), self._loop).result(_START_S)
        except Exception as e:  # whatever it is, the address is of no use
            self._end()
            raise UserError(
                f"no broker can be started at {self._address}: {e}",
                "name another --port, or leave out --embedded if a broker is there",
            ) from e
        return self

    def __exit__(self, *_: object) -> None:
        if self._broker:
            try:
                stopping = asyncio.run_coroutine_threadsafe(self._broker.shutdown(), self._loop)
                stopping.result(_STOP_S)
            except Exception as e:  # the process ends anyway, and with it the thread
                logging.getLogger(__name__).warning("broker: %r", e)
        self._end()

    async def _begin(self) -> None:
        config = {
            "listeners": {"default": {"type": "tcp", "bind": self._address}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
        self._broker = Broker(config)
        await self._broker.start()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_S)
