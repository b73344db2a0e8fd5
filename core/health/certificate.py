"""Is what browsers send and get encrypted, and for how long yet?"""

from __future__ import annotations

from core.configuration import configuration
from core.hookspecs.ops import Health, Level
from core.media.clock import SystemClock
from core.transport.place import RENEWED_DAYS, UNENCRYPTED, CertificateError, served

_LINK = "/system/encryption/"


def check() -> Health:
    """The certificate's end; or whether plain HTTP leaves this machine."""
    config = configuration()
    if not config.speaks_https:
        return _plain(leaves=config.listens_to_network and not config.trusted_proxies)
    try:
        found = served(config.data)
    except CertificateError as error:
        return Health(Level.FAILED, str(error), link=_LINK)
    if found is None:
        return Health(Level.FAILED, "There is no certificate.", "Restart Eyrie: it makes one of its own.", _LINK)
    left, remedy = found.days_left(SystemClock().wall_ms()), "Have a new one made and install it."
    if left < 0:
        return Health(Level.FAILED, "The portal's certificate has ended: browsers refuse it.", remedy, _LINK)
    if left < RENEWED_DAYS and not found.made_here:
        return Health(Level.WARNING, f"The portal's certificate ends in {left} days.", remedy, _LINK)
    if found.made_here:
        return Health(Level.OK, "HTTPS, with Eyrie's own certificate, which it renews by itself.", link=_LINK)
    return Health(Level.OK, f"HTTPS, with a certificate that is good for {left} days.", link=_LINK)


def _plain(*, leaves: bool) -> Health:
    if leaves:
        remedy = "Leave EYRIE_TLS at auto, or name the proxy before Eyrie in EYRIE_TRUSTED_PROXIES."
        return Health(Level.WARNING, f"The portal is served unencrypted. {UNENCRYPTED}", remedy, _LINK)
    return Health(Level.OK, "Plain HTTP, to this machine or a trusted proxy only.", link=_LINK)
