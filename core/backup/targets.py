"""Targets: from a row to a connection, and trying one for real."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from core.backup.delivery import PART
from core.backup.models import Target
from core.hookspecs.backup import BackupError, BackupTarget, BackupTargetSpec, BackupTrouble
from core.pluginhost import UnknownName, host
from core.pluginhost.guard import describe
from core.system.secrets import SecretsError, unseal
from core.wording import first_said

T = TypeVar("T")
TRIAL = b"Eyrie tries whether it can write here; this file may be deleted.\n" * 64


def spec_of(kind: str) -> BackupTargetSpec:
    """The kind's descriptor. Raises BackupError when no plugin that is loaded offers it."""
    try:
        return host().registry.get(BackupTargetSpec, kind)
    except UnknownName as error:
        raise BackupError(BackupTrouble.REFUSED, f"{str(error).capitalize()} Switch its plugin on.") from error


def settings_of(target: Target) -> BaseModel:
    """The target's settings, secrets in the clear inside their SecretStr. Raises BackupError."""
    try:
        return unseal(spec_of(target.kind).settings, target.settings)
    except (ValidationError, SecretsError) as error:
        why = first_said(error) if isinstance(error, ValidationError) else str(error)
        raise BackupError(BackupTrouble.REFUSED, f"The settings of {target.name!r} cannot be used: {why}") from error


@contextmanager
def connected(kind: str, settings: BaseModel) -> Iterator[BackupTarget]:
    """A connection for one thread, closed in the end. Use it inside `accounted`."""
    target = spec_of(kind).open(settings)
    try:
        yield target
    finally:
        target.close()


def accounted(kind: str, work: Callable[[], T], passing: tuple[type[Exception], ...] = ()) -> T:
    """Run what uses a target. BackupError and `passing` pass; all else that comes out of it is a mistake of the plugin:
    it is counted and shown with the plugin, and is a BackupError here, which costs no more than this target.
    """
    passes: tuple[type[Exception], ...] = (BackupError, *passing)
    plugin = host().registry.entry(BackupTargetSpec, spec_of(kind).name).plugin

    def inner() -> tuple[T | None, Exception | None]:
        try:
            return work(), None
        except passes as error:
            return None, error

    outcome = host().run(plugin, f"backup target {kind}", inner)
    if outcome.value is None:
        why = describe(outcome.error) if outcome.error else "it gave no answer"
        raise BackupError(BackupTrouble.AWAY, f"The plugin {plugin} fails: {why}.") from outcome.error
    value, error = outcome.value
    if error is not None:
        raise error
    return cast(T, value)


def try_out(kind: str, settings: BaseModel) -> str:
    """Sign in, write, rename, read and delete a small file; one sentence of what was found. Raises BackupError."""
    resumes = spec_of(kind).resumes
    return accounted(kind, lambda: _tried(kind, settings, resumes))


def _tried(kind: str, settings: BaseModel, resumes: bool) -> str:
    name = f"eyrie-trial-{secrets.token_hex(4)}.txt"
    first = name + PART if resumes else name
    with connected(kind, settings) as target:
        target.append(first, 0, [TRIAL])
        if resumes:
            target.rename(first, name)
        found = b"".join(target.read(name, 0, len(TRIAL)))
        size = target.size(name)
        hashes = target.digest(name) is not None
        target.delete(name)
    if found != TRIAL or size != len(TRIAL):
        raise BackupError(BackupTrouble.FILE, "A small file came back other than it was sent; check the server's disk.")
    how = "hashes files itself" if hashes else "does not hash files itself: copies are read back to be checked"
    return f"It works: a small file was written, read and deleted. The server {how}."
