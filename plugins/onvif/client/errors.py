"""What can go wrong with a device, told apart so far as something can be done about it."""

from __future__ import annotations

from typing import Literal

Kind = Literal["unreachable", "timeout", "certificate", "auth", "locked", "unsupported", "fault", "nonsense"]
"""unreachable: nobody answers there. timeout: connected, then no answer in time. certificate: TLS, and its certificate
is not trusted. auth: user or password are wrong, or the user may not do this. locked: the device has locked the user.
unsupported: it does not offer this. fault: it refused, for a reason of its own. nonsense: no SOAP came back."""

_LASTING = frozenset({"certificate", "auth", "unsupported"})


class OnvifError(Exception):
    """A device did not do what it was asked; one sentence for a person.

    lasting: asking again will not help until something is changed. codes: the fault's subcodes without prefixes, such
    as `NotAuthorized` or `NoProfile` (ONVIF Core, 5.8.2). status: of HTTP, 0 where none came.
    """

    def __init__(
        self, kind: Kind, sentence: str, *, lasting: bool | None = None, codes: tuple[str, ...] = (), status: int = 0
    ) -> None:
        super().__init__(sentence)
        self.kind: Kind = kind
        self.lasting = kind in _LASTING if lasting is None else lasting
        self.codes = codes
        self.status = status


class UntrustedCertificate(OnvifError):
    """TLS, and nobody vouches for the device. fingerprint: SHA-256 of its certificate, to be compared and pinned."""

    def __init__(self, sentence: str, fingerprint: str) -> None:
        super().__init__("certificate", sentence)
        self.fingerprint = fingerprint
