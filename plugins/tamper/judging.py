"""Of which kind a picture's trouble is, from its measures alone."""

from __future__ import annotations

from plugins.tamper.events import Kind
from plugins.tamper.measuring import Measures

DARK = 40.0
"""No place is brighter; black is sent as 16 by most cameras (ITU-R BT.709, 6.10)."""
SUDDEN = 0.4
"""Of the usual light: a night that falls takes the usual along with it."""
BLURRED = 0.22
SAME_VIEW = 0.8
OTHER_VIEW = 0.5
MOST = 0.6
HIDDEN = 0.1
SMOOTH = 0.35
DULL = 0.3
ASIDE = 0.18


def kind_of(found: Measures) -> Kind | None:
    """What became of the picture; None when all is well.

    Darkness that came at once with the loss of all edges is a cover, and one in which edges are left is the night.
    """
    if found.brightest < DARK and found.light < SUDDEN:
        return "covered" if found.lost > MOST and found.alike < OTHER_VIEW else "dark"
    if found.sharp < BLURRED and found.alike > SAME_VIEW:
        return "defocused"
    if found.contrast < DULL:
        return "bright" if found.white > MOST else "covered"
    if found.aside > ASIDE:
        return "moved"
    if found.lost <= MOST:
        return None
    if found.white > MOST:
        return "bright"
    hidden = found.flat > HIDDEN or (found.alike < OTHER_VIEW and found.sharp < SMOOTH)
    return "covered" if hidden else "moved"
