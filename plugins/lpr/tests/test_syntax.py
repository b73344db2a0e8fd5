"""Regions and their forms."""

from __future__ import annotations

import re

import pytest

from plugins.lpr.syntax import ALPHABET, chosen, region_of, regions, tree


def test_every_pattern_of_every_region_is_understood() -> None:
    assert {"DE", "SK", "CZ", "BR", "US-CA", "UK"} <= set(regions())
    for region in regions().values():
        assert region.forms, region.code
        assert all(2 < len(form) <= 10 and set("".join(form)) <= set(ALPHABET) for form in region.forms)


@pytest.mark.parametrize(
    ("text", "codes", "region"),
    [
        ("BAB1234", ["DE"], "DE"),
        ("RK115AN", ["SK"], "SK"),
        ("RK115AN", ["EU"], "EU"),  # France, Italy and others have this form too
        ("4BO4979", ["eu"], "CZ"),
        ("ABC1D23", ["BR"], "BR"),
        ("5LTA600", ["US"], "US-CA"),
        ("5LTA600", ["SK", "CZ"], ""),
        ("5LTA600", [], ""),
        ("0123BCD", ["ES"], "ES"),
        ("0123BCE", ["ES"], ""),  # no vowels there
    ],
)
def test_a_texts_region(text: str, codes: list[str], region: str) -> None:
    assert region_of(text, chosen(codes)) == region


def test_groups_and_countries_are_chosen_once() -> None:
    assert [one.code for one in chosen(["de", "DE ", "BR"])] == ["DE", "BR"]
    assert len(chosen(["EU", "DE"])) == len(chosen(["EU"]))


def test_an_unknown_region_is_named() -> None:
    with pytest.raises(ValueError, match=re.escape("There is no region 'XX'; choose of AT, BE")):
        chosen(["XX"])


def test_free_texts_cost_and_forms_do_not() -> None:
    nodes = tree(chosen(["BR"]))
    costs = {node.ends for node in nodes}
    assert costs == {None, 0.0, 2.0}
    assert all(node.parent < place for place, node in enumerate(nodes))
