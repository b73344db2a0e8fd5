"""The section of the device's users (ONVIF Core 8.4). The one that Eyrie signs in with stays, and its stored password
follows when it is changed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, children, every, text
from plugins.onvif.configuring.asking import TDS, ask, offered, refusals
from plugins.onvif.configuring.editing import SCHEMA
from plugins.onvif.configuring.model import (
    PASSWORD,
    Act,
    Choice,
    Field,
    Group,
    Kind,
    Limits,
    Section,
    Wanted,
    Written,
    WrongValues,
)
from plugins.onvif.devices import device_of
from plugins.onvif.identity import identity
from plugins.onvif.settings import OnvifSettings

NAME, TITLE = "users", "Users"
_LEVELS = Limits((Choice("Administrator", "Administrator"), Choice("Operator", "Operator"), Choice("User", "User")))
_UNSURE = ("unreachable", "timeout", "auth", "nonsense")
"""A device may have taken a password and yet answer like this: the old one does not fit any more."""


def read(device: Device, settings: OnvifSettings) -> Section:
    """GetUsers. Raises OnvifError."""
    users = {text(one, "Username"): text(one, "UserLevel") for one in children(ask(device, "GetUsers"), "User")}
    users.pop("", None)
    longest = _longest(device)
    password = Field(f"new.{PASSWORD}", "New password", Kind.SECRET, None, Limits(length=longest["MaxPasswordLength"]))
    groups, fields, acts = [], [], []
    for name, level in users.items():
        own = name == settings.user
        groups.append(Group(_group(name), f"{name}"))
        known = any(one.value == level for one in _LEVELS.choices)
        hint = "Eyrie signs in as this user." if own else ""
        kind = Kind.SHOWN if own or not known else Kind.CHOICE
        fields.append(Field(f"{_group(name)}.level", "Right", kind, level, _LEVELS, hint=hint))
        acts.append(Act(f"password:{name}", "Change password", _group(name), (password,)))
        if not own:
            question = f"The user {name} cannot sign in to the camera any more."
            acts.append(Act(f"remove:{name}", "Remove user", _group(name), confirm=question, danger=True))
    name_field = Field("new.name", "User name", Kind.TEXT, None, Limits(length=longest["MaxUserNameLength"]))
    level_field = Field("new.level", "Right", Kind.CHOICE, "User", _LEVELS)
    acts.append(Act("add", "Add user", fields=(name_field, replace(password, title="Password"), level_field)))
    return Section(NAME, TITLE, tuple(groups), tuple(fields), tuple(acts))


def write(device: Device, settings: OnvifSettings, section: Section, wanted: Wanted) -> Written:
    """Levels of users. Raises OnvifError."""
    refused: dict[str, str] = {}
    for name, level in wanted.items():
        user = _user(name.rpartition(".")[0].removeprefix("user-"), str(level))
        refused |= refusals([name], partial(ask, device, "SetUser", user))
    return Written(refused)


def act(device: Device, settings: OnvifSettings, section: Section, chosen: Act, values: Wanted) -> Written:
    """Add one, change a password, remove one. Raises OnvifError, and WrongValues for what the device refuses."""
    what, _, name = chosen.name.partition(":")
    password = str(values.get(f"new.{PASSWORD}", ""))
    if what == "add":
        made = _user(str(values["new.name"]), str(values["new.level"]), password)
        _done("new.name", device, "CreateUsers", made)
    elif what == "remove":
        _done("", device, "DeleteUsers", element(TDS, "Username", name))
    elif name == settings.user:
        return _own_password(device, settings, section, password)
    else:
        level = str(section.values[f"{_group(name)}.level"])
        _done(f"new.{PASSWORD}", device, "SetUser", _user(name, level, password))
    return Written()


def _own_password(device: Device, settings: OnvifSettings, section: Section, password: str) -> Written:
    """The old one is forgotten only once the device has let the new one in."""
    user = _user(settings.user, str(section.values[f"{_group(settings.user)}.level"]), password)
    trouble: OnvifError | None = None
    try:
        _done(f"new.{PASSWORD}", device, "SetUser", user)
    except OnvifError as error:
        if error.kind not in _UNSURE:
            raise
        trouble = error
    now = OnvifSettings.model_validate(settings.model_dump() | {PASSWORD: password})
    try:
        identity(device_of(now))
    except OnvifError as error:
        raise trouble or OnvifError(
            "fault", f"The camera does not let the new password in, so Eyrie keeps the old one: {error}"
        ) from error
    return Written(follow={PASSWORD: password})


def _done(field: str, device: Device, operation: str, content: Element) -> None:
    refused = refusals([field], lambda: ask(device, operation, content))
    if refused:
        raise WrongValues(refused)


def _user(name: str, level: str, password: str = "") -> Element:
    parts = [element(SCHEMA, "Username", name), element(SCHEMA, "UserLevel", level)]
    if password:
        parts.insert(1, element(SCHEMA, "Password", password))
    return element(TDS, "User", *parts)


def _group(name: str) -> str:
    return f"user-{name}"


def _longest(device: Device) -> dict[str, int]:
    """Of names and passwords, in characters (GetServiceCapabilities, Security); 0 where the device does not say."""
    answer = offered(device, "GetServiceCapabilities")
    told = next(every(answer, "Security"), None) if answer is not None else None
    known = {
        name: (told.get(name) or "") if told is not None else "" for name in ("MaxPasswordLength", "MaxUserNameLength")
    }
    return {name: int(said) if said.isdigit() else 0 for name, said in known.items()}
