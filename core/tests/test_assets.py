"""The name of all static files changes with any of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.assets import READ, fingerprint


@pytest.fixture
def style(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one static file of the app "shop"."""
    monkeypatch.syspath_prepend(str(tmp_path))
    style = tmp_path / "shop" / "static" / "shop.css"
    style.parent.mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").write_text("1 / 0")
    style.write_text("p {}")
    return style


def test_it_changes_with_a_file_and_with_nothing_else(style: Path) -> None:
    before = fingerprint(["shop", "core.access"])
    (style.parents[1] / "models.py").write_text("x = 1")
    assert fingerprint(["shop", "core.access"]) == before
    style.write_text("q {}")
    changed = fingerprint(["shop"])
    style.rename(style.with_name("other.css"))
    assert len({before, changed, fingerprint(["shop"]), fingerprint([])}) == 4
    assert len(before) == 12


def test_an_app_named_by_its_configuration_is_found(style: Path) -> None:
    before = fingerprint(["shop.apps.Config"])
    style.write_bytes(bytes(READ + 1))
    assert fingerprint(["shop.apps.Config"]) != before
