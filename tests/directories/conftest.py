"""A provider of single sign-on of a test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plugins.oidc.testing import LocalProvider, local_provider


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    with local_provider() as running:
        yield running
