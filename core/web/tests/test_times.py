"""Times at the edge."""

import pytest
from rest_framework.exceptions import ValidationError

from core.web.rest.times import optional_time, required_range, required_time, rfc3339


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("2026-05-01T12:00:00.250Z", 1_777_636_800_250),
        ("2026-05-01T14:00:00.25+02:00", 1_777_636_800_250),
        ("2026-05-01T14:00:00 02:00", 1_777_636_800_000),  # '+' not percent-encoded
        ("2026-05-01 12:00:00Z", 1_777_636_800_000),
    ],
)
def test_rfc3339_is_read(text: str, ms: int) -> None:
    assert required_time({"at": text}, "at") == ms


@pytest.mark.parametrize("ms", [0, 999, 1_777_636_800_250])
def test_what_is_written_is_read_back(ms: int) -> None:
    assert required_time({"at": rfc3339(ms)}, "at") == ms


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("yesterday", "is no time"),
        ("2026-05-01T12:00:00", "says no time zone"),
        ("1969-12-31T23:59:59Z", "is before 1970"),
        ("0001-01-01T00:00:00+23:00", "out of range"),
        ("\0", "is no time"),
    ],
)
def test_what_is_no_time_is_said_with_a_remedy(text: str, reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        required_time({"at": text}, "at")
    assert reason in str(caught.value.detail["at"][0])
    assert "RFC 3339" in str(caught.value.detail["at"][0])


def test_a_missing_time() -> None:
    assert optional_time({}, "at") is None
    with pytest.raises(ValidationError):
        required_time({}, "at")


def test_ranges_are_in_order_and_not_too_long() -> None:
    times = {"start": "2026-05-01T12:00:00Z", "end": "2026-05-01T13:00:00Z"}
    assert required_range(times) == (1_777_636_800_000, 1_777_640_400_000)
    with pytest.raises(ValidationError):
        required_range({"start": times["end"], "end": times["start"]})
    with pytest.raises(ValidationError):
        required_range(times, 60_000)
