"""A provider of a test's own, and the directory that knows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plugins.oidc.testing import LocalProvider, local_provider


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    with local_provider() as running:
        yield running
