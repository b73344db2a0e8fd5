"""What libraries load when they are loaded, and this installation has no use for, or a rare one.

All processes are forked from one that has loaded everything, so each library counts in the memory of all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.configuration import Configuration

UNUSED = ("django.contrib.postgres", "docutils", "jinja2", "markdown", "psycopg", "pygments", "requests", "watchfiles")
"""Taken along by the REST framework and uvicorn for what Eyrie does not do. The database in use is loaded before."""
RARE = {
    "django.contrib.admindocs.views": ("simplify_regex",),  # with all of Django's admin; for the description of REST
    "rest_framework.test": ("APIRequestFactory",),  # with all of unittest; for the description of REST
    "uvicorn.main": ("Server", "main", "run"),  # with its command line
}
"""Modules, and what others import from them, that load much for what is hardly ever called."""


@contextmanager
def without(*names: str) -> Iterator[None]:
    """What is imported inside finds these modules not installed, unless they are loaded already.

    Afterwards they can be imported as ever. `None` in `sys.modules` is Python's own way to say so (the import system,
    5.3.1).
    """
    missing = [name for name in names if name not in sys.modules]
    loaded: dict[str, Any] = vars(sys)["modules"]  # as what it is: typeshed knows modules only
    loaded.update(dict.fromkeys(missing))
    try:
        yield
    finally:
        for name in missing:
            loaded.pop(name, None)


@contextmanager
def later(module: str, *callables: str) -> Iterator[None]:
    """What is imported inside gets, for these callables of a module, others that load the module once they are called.

    Afterwards the module can be imported as ever. A class among them cannot be inherited from.
    """
    if module in sys.modules:
        yield
        return
    stand_in = ModuleType(module)
    for name in callables:
        setattr(stand_in, name, partial(_call, stand_in, name))
    sys.modules[module] = stand_in
    try:
        yield
    finally:
        _withdraw(stand_in)


def _withdraw(stand_in: ModuleType) -> None:
    if sys.modules.get(stand_in.__name__) is stand_in:
        del sys.modules[stand_in.__name__]


def _call(stand_in: ModuleType, name: str, *args: Any, **kwargs: Any) -> Any:
    _withdraw(stand_in)
    return getattr(import_module(stand_in.__name__), name)(*args, **kwargs)


@contextmanager
def lean() -> Iterator[None]:
    """What is imported inside does without UNUSED, and gets RARE later."""
    with ExitStack() as stack:
        stack.enter_context(without(*UNUSED))
        for module, callables in RARE.items():
            stack.enter_context(later(module, *callables))
        yield


def load_queue(config: Configuration) -> None:
    """Load huey, which takes along each database it could work with, without those it does not use here."""
    with without("psycopg", *(["redis"] if config.redis_url is None else [])):
        import huey  # noqa: F401  # whoever imports it later finds it loaded
