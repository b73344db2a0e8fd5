"""Which arrangements are kept."""

import pytest
from pydantic import ValidationError

from core.walls.arrangement import MOST_FREE_TILES, TILES, Arrangement


@pytest.mark.parametrize(("layout", "places"), TILES.items())
def test_a_layout_takes_its_tiles_and_no_more(layout: str, places: int) -> None:
    Arrangement.model_validate({"layout": layout, "tiles": [{"camera": 1}] * places})
    with pytest.raises(ValidationError, match=f"has {places} tiles"):
        Arrangement.model_validate({"layout": layout, "tiles": [{"camera": 1}] * (places + 1)})


def test_free_tiles_stay_inside_and_apart() -> None:
    left = {"camera": 1, "column": 0, "row": 0, "width": 6, "height": 12}
    right = {"camera": 2, "column": 6, "row": 0, "width": 6, "height": 12}
    Arrangement.model_validate({"layout": "free", "tiles": [left, right]})
    with pytest.raises(ValidationError, match="tiles 1 and 2 overlap"):
        Arrangement.model_validate({"layout": "free", "tiles": [left, right | {"column": 5}]})
    with pytest.raises(ValidationError, match="tile 1 reaches beyond"):
        Arrangement.model_validate({"layout": "free", "tiles": [right | {"column": 7}]})


@pytest.mark.parametrize(
    "wrong",
    [
        {"layout": "5x5", "tiles": []},
        {"layout": "2x2", "tiles": [{"camera": 0}]},
        {"layout": "2x2", "tiles": [{"camera": "<script>"}]},
        {"layout": "2x2", "tiles": [], "title": "more"},
        {"layout": "free", "tiles": [{"camera": 1}] * (MOST_FREE_TILES + 1)},
        {"layout": "2x2"},
    ],
)
def test_what_is_no_arrangement_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Arrangement.model_validate(wrong)
