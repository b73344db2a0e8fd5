"""G.711 against another implementation's decoder."""

from __future__ import annotations

import av
import numpy as np
import pytest

from core.media.g711 import a_law, mu_law


def decoded(codec: str, data: bytes) -> np.ndarray:
    context = av.CodecContext.create(codec, "r")
    context.sample_rate, context.layout = 8000, "mono"
    context.open()
    return np.concatenate([frame.to_ndarray()[0] for frame in context.decode(av.Packet(data))])


@pytest.mark.parametrize(("code", "codec"), [(mu_law, "pcm_mulaw"), (a_law, "pcm_alaw")])
def test_every_sample_comes_back_within_half_a_step(code, codec):
    samples = np.arange(-32768, 32768, dtype=np.int32)
    back = decoded(codec, code(samples.astype("<i2").tobytes())).astype(np.int32)
    step = np.maximum(np.abs(samples) / 16, 16)  # 16 steps in each power of two
    assert (np.abs(back - samples) <= step / 2 + 36)[1:].all()
    assert (np.sign(back) == np.sign(samples))[np.abs(samples) > 16].all()
    assert np.abs(back[0] + 32768) < 1024, "what is too loud is as loud as can be"


def test_an_odd_byte_is_left_out():
    assert mu_law(b"\0\0\7") == b"\xff"
    assert a_law(b"") == b""
