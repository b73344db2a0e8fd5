"""Sections of several cameras seen as one."""

from __future__ import annotations

from plugins.onvif.configuring.model import Field, Group, Kind, Limits, Section, Value, choices
from plugins.onvif.many.together import common_fields, kept, outlook, recalled


def section(
    gop: Value, *, high: int = 120, sizes: tuple[str, ...] = ("1280x720", "640x360"), more: tuple[Field, ...] = ()
) -> Section:
    """A camera's streams."""
    fields = (
        Field("main.gop", "Keyframe distance", Kind.NUMBER, gop, Limits(low=1, high=high, step=1)),
        Field("main.resolution", "Size", Kind.CHOICE, sizes[0], Limits(choices(sizes))),
    )
    return Section("streams", "Streams", (Group("main", "Main stream"),), (*fields, *more))


def test_what_all_have_is_one_field_with_the_widest_limits() -> None:
    gop, size = common_fields([section(50), section(50, high=60, sizes=("1280x720", "704x576"))])
    assert (gop.cameras, gop.value, gop.group) == (2, 50, "Main stream")
    assert (gop.limits.low, gop.limits.high) == (1, 120)
    assert [one.value for one in size.limits.choices] == ["1280x720", "640x360", "704x576"]
    assert size.takers == (2, 1, 1)


def test_where_cameras_differ_there_is_no_value() -> None:
    assert common_fields([section(50), section(25)])[0].value is None


def test_what_cuts_off_passwords_and_what_is_only_shown_are_left_out() -> None:
    more = (
        Field("if.address", "Address", Kind.TEXT, "10.0.0.1", cuts=True),
        Field("user.password", "Password", Kind.SECRET, None),
        Field("device.model", "Model", Kind.SHOWN, "X"),
    )
    assert [one.name for one in common_fields([section(50, more=more)])] == ["main.gop", "main.resolution"]


def test_the_outlook_of_a_camera() -> None:
    turns = outlook(section(50), {"main.gop": 25}).turns
    assert [(one.title, one.before, one.after) for one in turns] == [("Keyframe distance", "50", "25")]
    assert not outlook(section(50), {"main.gop": 50}).turns
    refused = outlook(section(50, high=60), {"main.gop": 100})
    assert refused.refused.keys() == {"main.gop"} and "1 to 60" in refused.refused["main.gop"]
    assert outlook(Section("osd", "Texts", missing="Not there."), {"main.gop": 1}).why_not == "Not there."


def test_a_section_comes_back_as_it_was_kept() -> None:
    told = section(50, more=(Field("main.fps", "fps", Kind.NUMBER, 12.5, Limits(choices((12.5, 25)))),))
    assert recalled(kept(told)) == told
