"""G.711 speech from linear samples (ITU-T G.711), by tables: so little work that no codec library need be loaded."""

from __future__ import annotations

import sys
from array import array
from functools import cache

_BIAS = 33  # of mu-law's 14-bit samples
_CLIP = 8158


def mu_law(pcm: bytes) -> bytes:
    """PCMU of samples of signed 16 bits, little-endian; an odd last byte is left out."""
    return _coded(pcm, _mu_law_table())


def a_law(pcm: bytes) -> bytes:
    """PCMA, likewise."""
    return _coded(pcm, _a_law_table())


def _coded(pcm: bytes, table: bytes) -> bytes:
    samples = array("H", pcm[: len(pcm) & ~1])
    if sys.byteorder == "big":
        samples.byteswap()
    return bytes([table[sample] for sample in samples])


@cache
def _mu_law_table() -> bytes:
    """By the sample's 16 bits taken as an unsigned number."""
    return bytes(_mu_law(sample - 65536 if sample & 0x8000 else sample) for sample in range(65536))


@cache
def _a_law_table() -> bytes:
    return bytes(_a_law(sample - 65536 if sample & 0x8000 else sample) for sample in range(65536))


def _mu_law(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample >> 2), _CLIP) + _BIAS
    segment = max(magnitude.bit_length() - 6, 0)
    return ~(sign | segment << 4 | magnitude >> segment + 1 & 15) & 0xFF


def _a_law(sample: int) -> int:
    sign = 0x80 if sample >= 0 else 0
    magnitude = min((sample if sample >= 0 else ~sample) >> 4, 2047)
    segment = max(magnitude.bit_length() - 4, 0)
    mantissa = magnitude >> max(segment - 1, 0) & 15 if segment else magnitude & 15
    return (sign | segment << 4 | mantissa) ^ 0x55
