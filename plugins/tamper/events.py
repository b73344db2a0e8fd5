"""The kinds of tampering that this plugin knows."""

from __future__ import annotations

from typing import Literal

Kind = Literal["covered", "defocused", "moved", "dark", "bright", "frozen"]
