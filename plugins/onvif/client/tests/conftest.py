"""A faulty device, and Eyrie's side of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from plugins.onvif.client.address import Address
from plugins.onvif.client.device import Device
from plugins.onvif.client.tests.faulty import PASSWORD, USER, Faulty, serving


@pytest.fixture
def faulty() -> Iterator[Callable[..., Faulty]]:
    """A factory of faulty devices."""
    with ExitStack() as stack:
        yield lambda context=None, **options: stack.enter_context(serving(Faulty(**options), context))


@pytest.fixture
def device_at() -> Iterator[Callable[..., Device]]:
    """A factory of clients: `device_at(faulty_device, deadline=1)`."""
    with ExitStack() as stack:

        def make(
            faulty: Faulty, *, user: str = USER, password: str = PASSWORD, scheme: str = "http", **options: object
        ) -> Device:
            device = Device(Address.of(f"{scheme}://{faulty.address}"), user, password, **options)
            stack.callback(device.close)
            return device

        yield make
