"""Settings models at rest and in sight: secret fields encrypted in the database, masked for people.

A secret field is one of type `SecretStr`, however deep in the model. Sealed, it is `{"$sealed": "<token>"}`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr
from pydantic_core import to_jsonable_python

from core.system.keyring import Keyring, SecretsError, keyring

__all__ = ["MASK", "SecretsError", "keep_secrets", "masked", "seal", "unseal"]

Model = TypeVar("Model", bound=BaseModel)
SEALED = "$sealed"
MASK = "********"
"""Stands for a secret that is set. Sent back unchanged it means: keep what is stored."""


def seal(model: BaseModel, keys: Keyring | None = None) -> dict[str, Any]:
    """The model as JSON values, each secret encrypted."""
    ring = keys or keyring()
    return _as_dict(_walk(model.model_dump(), lambda secret: {SEALED: ring.encrypt(secret.get_secret_value())}))


def unseal(model_type: type[Model], stored: dict[str, Any], keys: Keyring | None = None) -> Model:
    """The model again, secrets in the clear inside their `SecretStr`.

    Raises SecretsError when a secret cannot be decrypted, pydantic's ValidationError when the model no longer fits.
    """
    return model_type.model_validate(opened(stored, keys))


def opened(stored: dict[str, Any], keys: Keyring | None = None) -> dict[str, Any]:
    """Sealed values as plain ones, for `migrate` of settings. Raises SecretsError."""
    return _as_dict(_open(stored, keys or keyring()))


def without_secrets(stored: dict[str, Any]) -> dict[str, Any]:
    """Stored settings with each secret empty: for questions that need none, asked often."""
    return _as_dict(_emptied(stored))


def masked(model: BaseModel) -> dict[str, Any]:
    """The model as JSON values for people, API and audit log: a secret is MASK when set, empty when not."""
    return _as_dict(_walk(model.model_dump(), lambda secret: MASK if secret.get_secret_value() else ""))


def keep_secrets(stored: BaseModel, given: dict[str, Any]) -> dict[str, Any]:
    """`given` values with every MASK in it replaced by the stored secret of the same place."""
    return _as_dict(_fill(given, stored.model_dump()))


def _walk(value: Any, secret: Callable[[SecretStr], Any]) -> Any:
    if isinstance(value, SecretStr):
        return secret(value)
    if isinstance(value, dict):
        return {str(to_jsonable_python(key)): _walk(inner, secret) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_walk(inner, secret) for inner in value]
    return to_jsonable_python(value)


def _open(value: Any, keys: Keyring) -> Any:
    if isinstance(value, dict):
        if set(value) == {SEALED}:
            return keys.decrypt(str(value[SEALED]))
        return {key: _open(inner, keys) for key, inner in value.items()}
    if isinstance(value, list):
        return [_open(inner, keys) for inner in value]
    return value


def _emptied(value: Any) -> Any:
    if isinstance(value, dict):
        return "" if set(value) == {SEALED} else {key: _emptied(inner) for key, inner in value.items()}
    return [_emptied(inner) for inner in value] if isinstance(value, list) else value


def _fill(given: Any, stored: Any) -> Any:
    if isinstance(given, dict) and isinstance(stored, dict):
        return {key: _fill(value, stored.get(key)) for key, value in given.items()}
    if isinstance(given, list) and isinstance(stored, list):
        return [_fill(value, old) for value, old in zip(given, stored + [None] * len(given), strict=False)]
    return stored.get_secret_value() if given == MASK and isinstance(stored, SecretStr) else given


def _as_dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("settings are a JSON object")
    return value
