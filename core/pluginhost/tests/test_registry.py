"""Descriptors are validated, chosen by name, and never doubled."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from core.hookspecs.access import PermissionSpec, Scope
from core.hookspecs.actions import ActionContext, ActionSpec
from core.hookspecs.detectors import DetectorSpec
from core.hookspecs.events import EventTypeSpec
from core.hookspecs.marks import hookimpl
from core.hookspecs.web import TopicSpec
from core.pluginhost import PluginError, PluginHost, UnknownName
from core.pluginhost.families import FAMILIES, problem


class Good(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = Field("x", title="Host", description="Where to.")


class Loose(BaseModel):
    host: str = Field("x", title="Host", description="Where to.")


class Bare(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = "x"


class Nested(BaseModel):
    model_config = ConfigDict(extra="forbid")
    inner: Bare = Field(Bare(), title="Inner", description="With a bare field.")


def run(settings: Any, context: ActionContext) -> str:
    return "done"


def event_types(*names: str) -> SimpleNamespace:
    def register() -> Iterable[EventTypeSpec]:
        return [EventTypeSpec(name, name.title()) for name in names]

    return SimpleNamespace(register_event_types=hookimpl(register))


@pytest.fixture
def tolerant() -> PluginHost:
    host = PluginHost()
    host.load()
    return host


def test_chosen_by_name_with_its_provider(tolerant: PluginHost) -> None:
    with tolerant.registered(event_types("acme.opened"), "acme"):
        assert tolerant.registry.get(EventTypeSpec, "acme.opened").title == "Acme.Opened"
        assert tolerant.registry.entry(EventTypeSpec, "acme.opened").plugin == "acme"
        assert tolerant.registry.of("acme") == [("event type", "acme.opened")]
    assert tolerant.registry.of("acme") == []


def test_unknown_name_lists_the_known_ones(tolerant: PluginHost) -> None:
    with tolerant.registered(event_types("b.x", "a.x"), "acme"), pytest.raises(UnknownName, match=r"known: a\.x, b\.x"):
        tolerant.registry.get(EventTypeSpec, "c.x")


def test_doubles_between_equals_are_both_refused_naming_both(tolerant: PluginHost) -> None:
    with tolerant.registered(event_types("same.name", "one.own"), "one") as one:
        with tolerant.registered(event_types("same.name"), "two") as two:
            assert [spec.name for spec in tolerant.registry.all(EventTypeSpec)] == ["one.own"]
            for record in (one, two):
                assert "one" in record.error
                assert "two" in record.error
        assert len(tolerant.registry.all(EventTypeSpec)) == 2
        assert one.error == ""


def test_stranger_cannot_take_the_name_of_a_built_in(tolerant: PluginHost) -> None:
    with tolerant.registered(event_types("same.name"), "mine"):
        tolerant.plugins["mine"].in_tree = True
        with tolerant.registered(event_types("same.name"), "aaa") as stranger:
            assert tolerant.registry.entry(EventTypeSpec, "same.name").plugin == "mine"
            assert "same.name" in stranger.error
            assert tolerant.plugins["mine"].error == ""


def test_own_names_of_two_plugins_do_not_clash(tolerant: PluginHost) -> None:
    def register() -> Iterable[TopicSpec]:
        return [TopicSpec("news", "News", Good, "camera.view")]

    hooks = [SimpleNamespace(register_topics=hookimpl(register), owner=owner) for owner in "ab"]
    with tolerant.registered(hooks[0], "one"), tolerant.registered(hooks[1], "two"):
        assert [entry.key for entry in tolerant.registry.entries(TopicSpec)] == ["one.news", "two.news"]


def test_one_wrong_descriptor_leaves_the_others(tolerant: PluginHost) -> None:
    with tolerant.registered(event_types("good.one", "Bad Name"), "acme") as record:
        assert [spec.name for spec in tolerant.registry.all(EventTypeSpec)] == ["good.one"]
        assert "Bad Name" in record.error


def test_strict_host_raises_for_a_wrong_descriptor(plugin_host: PluginHost) -> None:
    with pytest.raises(PluginError, match="Bad Name"), plugin_host.registered(event_types("Bad Name"), "acme"):
        pass


def test_every_family_has_its_register_hook() -> None:
    registers = {name for name in dir(PluginHost()._manager.hook) if name.startswith("register_")}
    assert {family.hook for family in FAMILIES.values()} == registers


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (ActionSpec("mail", "Mail", Good, run), ""),
        (ActionSpec("Mail", "Mail", Good, run), "must look like"),
        (ActionSpec("mail", " ", Good, run), "title: is empty"),
        (ActionSpec("mail", "Mail", Good, "run"), "run: cannot be called; give a function."),
        (ActionSpec("mail", "Mail", dict, run), "settings"),
        (ActionSpec(1, "Mail", Good, run), "name: should be str, not int"),
        (ActionSpec("mail", "Mail", Loose, run), 'extra="forbid"'),
        (ActionSpec("mail", "Mail", Bare, run), "Bare.host: needs Field"),
        (ActionSpec("mail", "Mail", Nested, run), "Bare.host: needs Field"),
        (EventTypeSpec("opened", "Opened"), "must look like"),
        (PermissionSpec("acme.open", "Open", Scope.CAMERA, frozenset({1})), "roles"),
        (PermissionSpec("acme.open", "Open", "camera"), "scope: should be Scope"),
        (DetectorSpec("m", "M", Good, run, run), ""),
        (DetectorSpec("m", "M", Good, {"fps": 5}, run), "wants: cannot be called; give a function."),
    ],
)
def test_descriptors_are_validated(spec: object, sentence: str) -> None:
    found = problem(type(spec), spec)
    assert (sentence in found) if sentence else not found


def test_wrong_kind_of_descriptor_is_named() -> None:
    assert (
        problem(ActionSpec, EventTypeSpec("a.b", "x")) == "register_actions must yield ActionSpec, not EventTypeSpec."
    )
