"""The keys that this installation trusts, added and removed by people: written into the audit log."""

from __future__ import annotations

from core.configuration import configuration
from core.system import audit
from core.trust.keys import KeyTrouble, PublicKey
from core.trust.store import TrustStore


def trusted_keys() -> dict[str, PublicKey]:
    """By name. Raises KeyTrouble when the store cannot be believed."""
    return _store().keys()


def trust(name: str, line: str, *, actor: str, address: str = "") -> PublicKey:
    """Take a key up; it counts from the next start on. line: as `plugins keygen` wrote it. Raises KeyTrouble."""
    try:
        key = _store().add(name, line)
    except OSError as error:
        raise KeyTrouble(f"{error.filename}: {error.strerror}; mend its permissions.") from error
    after = {"fingerprint": key.fingerprint, "owner": key.name}
    audit.record(actor, "trust.add", f"trust:{name}", after=after, address=address)
    return key


def distrust(name: str, *, actor: str, address: str = "") -> None:
    """Take a key away; what it signed is refused or told of from the next start on. Raises KeyTrouble."""
    try:
        key = _store().remove(name)
    except OSError as error:
        raise KeyTrouble(f"{error.filename}: {error.strerror}; mend its permissions.") from error
    before = {"fingerprint": key.fingerprint, "owner": key.name}
    audit.record(actor, "trust.remove", f"trust:{name}", before=before, address=address)


def _store() -> TrustStore:
    return TrustStore(configuration().data)
