"""Decoding of probabilities that the test makes: what is likeliest, which form settles a doubt."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from plugins.lpr.decode import Decoder, Look, likelihoods
from plugins.lpr.syntax import ALPHABET, chosen, tree


def look(*steps: dict[str, float]) -> Look:
    """A look of steps that say how likely characters are; `-` is the blank, and what is left is spread."""
    rows = np.full((len(steps), len(ALPHABET) + 1), 1e-5)
    for row, step in zip(rows, steps, strict=True):
        for char, chance in step.items():
            row[0 if char == "-" else ALPHABET.index(char) + 1] = chance
    return np.asarray(np.log(rows / rows.sum(axis=1, keepdims=True)), np.float32)


def written(text: str, **doubts: dict[str, float]) -> Look:
    """A look that says a text, each character followed by a blank; doubts: by its place, as `at3`."""
    steps = []
    for place, char in enumerate(text):
        steps += [doubts.get(f"at{place}", {char: 0.9}), {"-": 0.95}]
    return look(*steps)


def decoder(*codes: str) -> Decoder:
    return Decoder(tree(chosen(codes)))


def best(of: Decoder, *looks: Look) -> str:
    return of.read(looks)[0].text


def test_a_clear_text_is_read_in_any_region() -> None:
    assert best(decoder(), written("AB12")) == "AB12"
    assert best(decoder("US"), written("RK115AN")) == "RK115AN"


def test_a_form_settles_what_looks_alike() -> None:
    doubtful = written("RKO82AL", at2={"O": 0.6, "0": 0.3})
    assert best(decoder(), doubtful) == "RKO82AL"
    assert best(decoder("SK"), doubtful) == "RK082AL"


def test_a_clear_text_of_no_form_is_not_bent() -> None:
    assert best(decoder("SK"), written("WOBV4")) == "WOBV4"


def test_the_same_character_twice_needs_a_gap() -> None:
    said = look({"A": 0.9}, {"A": 0.9}, {"B": 0.9}, {"1": 0.9}, {"2": 0.9}, {"-": 0.9})
    assert best(decoder(), said) == "AB12"
    assert best(decoder(), written("AAB122")) == "AAB122"


def test_an_emblem_before_a_plate_is_left_out() -> None:
    assert best(decoder("BR"), written("IJPQ9870")) == "JPQ9870"
    assert best(decoder(), written("IJPQ9870")) == "IJPQ9870"


def test_words_and_numbers_are_less_likely_plates() -> None:
    scores = {text: decoder().read([written(text)])[0].score for text in ("AB12CD", "ARIZONA", "2051414")}
    assert scores["AB12CD"] > scores["2051414"] > scores["ARIZONA"]


def test_several_looks_are_weighed_together() -> None:
    unsure = written("JPQ9870", at3={"3": 0.5, "9": 0.45})
    assert best(decoder("BR"), unsure) == "JPQ3870"
    assert best(decoder("BR"), unsure, written("JPQ9870"), unsure) == "JPQ9870"


def test_what_was_read_first_and_last_counts_for_sureness() -> None:
    sure, unsure = (decoder("BR").read([one])[0] for one in (written("JPQ9870"), written("JPQ9870", at0={"J": 0.4})))
    assert sure.worst > unsure.worst


def test_likelihoods_are_the_sum_over_all_alignments() -> None:
    rng = np.random.default_rng(7)
    said = np.log(rng.dirichlet(np.ones(len(ALPHABET) + 1), 5)).astype(np.float32)
    for text in ("AB", "AA", "7"):
        assert likelihoods(said, [text, "XYZ"])[0] == pytest.approx(_by_hand(said, text), abs=1e-3)


def _by_hand(said: Look, text: str) -> float:
    columns = [ALPHABET.index(char) + 1 for char in text]
    total = -np.inf
    for path in product({0, *columns}, repeat=len(said)):
        kept = [column for at, column in enumerate(path) if column and (at == 0 or path[at - 1] != column)]
        if kept == columns:
            total = np.logaddexp(total, sum(step[column] for step, column in zip(said, path, strict=True)))
    return float(total)
