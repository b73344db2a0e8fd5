"""Kinds of directories: from a row to the plugin that asks it, and what a plugin's failure means here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from core.directories.models import Directory
from core.hookspecs.directories import DirectoryError, DirectorySpec, DirectoryTrouble
from core.pluginhost import UnknownName, host
from core.pluginhost.guard import describe
from core.system.secrets import SecretsError, unseal
from core.wording import first_said

T = TypeVar("T")


def spec_of(kind: str) -> DirectorySpec:
    """The kind's descriptor. Raises DirectoryError when no plugin that is loaded offers it."""
    try:
        return host().registry.get(DirectorySpec, kind)
    except UnknownName as error:
        why = f"{str(error).capitalize()} Switch its plugin on."
        raise DirectoryError(DirectoryTrouble.REFUSED, why) from error


def settings_of(directory: Directory) -> BaseModel:
    """The directory's settings, secrets in the clear inside their SecretStr. Raises DirectoryError."""
    try:
        return unseal(spec_of(directory.kind).settings, directory.settings)
    except (ValidationError, SecretsError) as error:
        why = first_said(error) if isinstance(error, ValidationError) else str(error)
        raise DirectoryError(
            DirectoryTrouble.REFUSED, f"The settings of {directory.title!r} cannot be used: {why}"
        ) from error


def accounted(kind: str, work: Callable[[], T]) -> T:
    """Run what asks a directory. DirectoryError passes; all else that comes out of it is a mistake of the plugin: it is
    counted and shown with the plugin, and is a DirectoryError here.
    """
    plugin = host().registry.entry(DirectorySpec, spec_of(kind).name).plugin

    def inner() -> tuple[T | None, DirectoryError | None]:
        try:
            return work(), None
        except DirectoryError as error:
            return None, error

    outcome = host().run(plugin, f"directory {kind}", inner)
    if outcome.value is None:
        why = describe(outcome.error) if outcome.error else "it gave no answer"
        raise DirectoryError(DirectoryTrouble.AWAY, f"The plugin {plugin} fails: {why}.") from outcome.error
    value, error = outcome.value
    if error is not None:
        raise error
    return cast(T, value)
