"""Which masks of a device Eyrie has put there; kept, so that it takes no others away."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from django.db import connections

from plugins.onvif.client.address import Address
from plugins.onvif.models import GivenMask
from plugins.onvif.settings import OnvifSettings


class Given:
    """Those of one camera, while the context lasts: for a thread of its own, whose connections it closes."""

    def __init__(self, settings: OnvifSettings, framing: str) -> None:
        device = settings.device_id or settings.serial or Address.of(settings.address).authority
        self._device = f"{device}/{framing}"[:300]
        self.tokens: set[str] = set()

    def __enter__(self) -> Given:
        self.tokens = set(GivenMask.objects.filter(device=self._device).values_list("token", flat=True))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        connections.close_all()

    def add(self, token: str) -> None:
        """One more, at once: a process that dies after it still knows it."""
        if token:
            GivenMask.objects.get_or_create(device=self._device, token=token)
            self.tokens.add(token)

    def keep(self, there: Iterable[str]) -> None:
        """Forget those that are there no more."""
        self.tokens &= set(there)
        GivenMask.objects.filter(device=self._device).exclude(token__in=self.tokens).delete()
