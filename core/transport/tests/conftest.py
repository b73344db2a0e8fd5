"""An authority of the tests' own, and what it issues."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.transport.tests.issuing import Issued, issue


@pytest.fixture(scope="session")
def authority() -> Issued:
    return issue("Root of tests", ca=True, days=3650)


@pytest.fixture(scope="session")
def between(authority: Issued) -> Issued:
    return issue("Between", authority, ca=True, days=1000)


@pytest.fixture(scope="session")
def leaf(between: Issued) -> Issued:
    return issue("cameras.example.com", between, hosts=("cameras.example.com",))


@pytest.fixture
def issued() -> Callable[..., Issued]:
    return issue
