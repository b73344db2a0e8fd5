"""The web server as `manage.py web` runs it: uvicorn, with HTTPS where wanted, and a certificate that may change."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.db import database_sync_to_async
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from core.configuration import Configuration
from core.media.clock import SystemClock
from core.system.site import site
from core.transport.context import ServedContext
from core.transport.place import CertificateError, certificate_file, see_to

log = logging.getLogger("eyrie.web")

GRACE = 2  # seconds that open requests have to finish at a stop
LOOK_SECONDS = 2.0
RENEWAL_SECONDS = 6 * 3600.0


def server_config(application: Any, config: Configuration, served: ServedContext | None) -> Config:
    """How to serve. served: the context of HTTPS, None for plain HTTP."""
    # Deflate costs a third of a core with a few viewers and gains nothing on video; Django knows no lifespan. Whom
    # proxies speak for is settled by core.web.proxies.
    return Config(
        application,
        host=config.host,
        port=config.port,
        loop="uvloop",
        http=HttpToolsProtocol,
        ws=WebSocketsSansIOProtocol,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
        proxy_headers=False,
        ssl_context_factory=None if served is None else (lambda _config, _usual: served.context),
    )


def https_context(config: Configuration) -> ServedContext | None:
    """The context of HTTPS; None where plain HTTP is served. Raises CertificateError."""
    if not config.speaks_https:
        return None
    _see_to(config)
    return ServedContext(certificate_file(config.data))


def _see_to(config: Configuration) -> None:
    see_to(config, SystemClock(), site().address)


async def keep_certificate(served: ServedContext, config: Configuration) -> None:
    """For as long as the server runs: take a replaced certificate up, and renew one of Eyrie's own before it ends."""
    loop = asyncio.get_running_loop()
    renewal = loop.time() + RENEWAL_SECONDS
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            if loop.time() >= renewal:
                renewal = loop.time() + RENEWAL_SECONDS
                await database_sync_to_async(_see_to)(config)
            if await asyncio.to_thread(served.refresh):
                log.info("another certificate is served from now on")
        except CertificateError as error:
            log.error("%s The former one is served on.", error)
