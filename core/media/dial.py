"""Opening a TCP connection to a camera, saying what is wrong in words a person can act on."""

from __future__ import annotations

import asyncio
import socket

from core.media.source import Fault, SourceError


async def dial(host: str, port: int, seconds: float) -> socket.socket:
    """A non-blocking socket connected to the first address of `host` that takes it, on the running loop.

    Raises SourceError: ADDRESS for a name or host that is not there, PORT when the connection is refused.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _first(host, port)
    except TimeoutError:
        message = f"{host} did not answer on port {port} within {seconds:g} s; check the address, and that it is on."
        raise SourceError(Fault.ADDRESS, message) from None
    except (socket.gaierror, UnicodeError):
        raise SourceError(Fault.ADDRESS, f"The name {host} is not known; check the address.") from None
    except ConnectionRefusedError:
        message = f"{host} refused the connection on port {port}; check the port."
        raise SourceError(Fault.PORT, message) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(Fault.ADDRESS, f"{host} cannot be reached ({reason}); check the address.") from None


async def _first(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    failure: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure
