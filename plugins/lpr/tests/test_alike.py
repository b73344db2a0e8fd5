"""When plates are alike."""

from __future__ import annotations

import pytest

from plugins.lpr.alike import distance, folded, plain


def test_plates_are_kept_plain() -> None:
    assert plain(" wob-vw 123 ") == "WOBVW123"


@pytest.mark.parametrize("text", ["", "A", "ÄB 123", "X" * 13, "--- "])
def test_what_can_be_no_plate(text: str) -> None:
    with pytest.raises(ValueError, match=r"characters other than|letters and digits"):
        plain(text)


@pytest.mark.parametrize(
    ("one", "other", "most", "apart"),
    [
        ("AB123", "AB123", 1, 0),
        ("AB123", "AB128", 1, 1),
        ("AB123", "A123", 1, 1),
        ("AB123", "XAB123", 1, 1),
        ("AB123", "BA123", 1, None),
        ("AB123", "BA123", 2, 2),
        ("AB123", "AB12345", 1, None),
    ],
)
def test_distance(one: str, other: str, most: int, apart: int | None) -> None:
    assert distance(one, other, most) == apart


def test_lookalikes_are_the_same() -> None:
    assert folded("OIB") == folded("018")
