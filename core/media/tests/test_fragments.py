"""The fragment index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media.fragments import Fragment, cover, decode, encode, find

number = st.integers(0, 2**40)
level = st.integers(0, 255)
any_fragment = st.builds(Fragment, number, number, number, number, number, st.booleans(), level, level)


def row(count: int, key_every: int = 4) -> list[Fragment]:
    return [Fragment(1500 + 250_000 * n, 250_000, 400, 500 * n, 500, n % key_every == 0) for n in range(count)]


@given(st.lists(any_fragment, max_size=30))
def test_what_is_stored_comes_back(fragments: list[Fragment]) -> None:
    assert decode(encode(fragments)) == fragments


def test_ten_bytes_a_fragment_or_less() -> None:
    assert len(encode(row(120))) <= 120 * 8 + 3
    measured = [item._replace(motion=200, loudness=90) for item in row(120)]
    assert len(encode(measured)) <= 120 * 10 + 3


@given(st.lists(any_fragment, min_size=1, max_size=3), st.data())
def test_a_cut_index_is_refused(fragments: list[Fragment], data: st.DataObject) -> None:
    whole = encode(fragments)
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    try:
        assert decode(cut) == fragments[: len(decode(cut))]
    except ValueError as error:
        assert "too early" in str(error)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 9"):
        decode(b"\x09\x00")


def test_nothing_is_an_empty_index() -> None:
    assert decode(b"") == decode(encode([])) == []


@pytest.mark.parametrize(("at", "found"), [(-5, 0), (0, 0), (1999, 0), (2000, 4), (3999, 4), (99_999, 8)])
def test_decoding_starts_at_the_keyframe_before(at: int, found: int) -> None:
    assert find(row(10), at) == found


def test_nothing_is_found_in_nothing() -> None:
    with pytest.raises(ValueError, match="no fragment"):
        find([], 0)


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [(0, 5000, (0, 10)), (2100, 2200, (4, 5)), (3900, 4001, (4, 9)), (-10, 0, (0, 0)), (-10, 1, (0, 1)),
     (5000, 6000, (0, 0)), (4999, 9000, (8, 10)), (100, 100, (0, 0))],
)  # fmt: skip
def test_a_range_is_covered_from_its_keyframe(start: int, end: int, span: tuple[int, int]) -> None:
    assert cover(row(10), start, end) == span
