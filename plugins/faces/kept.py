"""What is kept of a face, and how it lies in the database: encrypted with the installation's keys. Loads no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Kept:
    """A face: its picture as JPEG, its vector, and the model that made it."""

    jpeg: bytes
    vector: Vector
    model: str


def sealed(data: bytes) -> bytes:
    """Encrypted; nothing for nothing."""
    from core.api.services import seal_bytes

    return seal_bytes(data) if data else b""


def opened(data: bytes | memoryview) -> bytes:
    """In the clear again. Raises SecretsError when the key is gone."""
    from core.api.services import unseal_bytes

    return unseal_bytes(bytes(data)) if data else b""


def sealed_vector(vector: Vector) -> bytes:
    """A vector, encrypted."""
    return sealed(np.asarray(vector, "<f4").tobytes())


def opened_vector(data: bytes | memoryview) -> Vector:
    """The vector again. Raises SecretsError."""
    return np.frombuffer(opened(data), "<f4")
