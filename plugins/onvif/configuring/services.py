"""Settings of a camera by its id: one change at a time, written to the audit log, and Eyrie's own settings follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.api.services import camera_configs, cameras_of_driver, change_camera, data_directory, record_audit
from plugins.onvif.client.address import Address
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.configuring import sections
from plugins.onvif.configuring.model import PASSWORD, Change, Section, Value
from plugins.onvif.configuring.turns import turn
from plugins.onvif.settings import OnvifSettings

DRIVER = "onvif"
ACTION = "onvif.configure"


class NoSuchCamera(Exception):
    """There is no ONVIF camera of this id, or its settings cannot be read; one sentence."""


def read_of(camera_id: int, section: str) -> Section:
    """A section as the device tells it now. Blocks. Raises NoSuchCamera, OnvifError, and KeyError for no section."""
    return sections.read(settings_of(camera_id), section)


def change_of(
    camera_id: int,
    section: str,
    values: Mapping[str, Value],
    *,
    actor: str,
    address: str = "",
    confirmed: bool = False,
) -> Change:
    """Set fields of a section, and read back what the device made of it. Blocks, for seconds.

    confirmed: a person knows that the camera may be out of reach after it. Raises NoSuchCamera, WrongValues,
    Unconfirmed, OnvifError, and KeyError for no section.
    """
    return _done(
        camera_id,
        section,
        "",
        values,
        lambda settings: sections.change(settings, section, values, confirmed=confirmed),
        actor,
        address,
    )


def act_of(
    camera_id: int,
    section: str,
    act: str,
    values: Mapping[str, Value],
    *,
    actor: str,
    address: str = "",
) -> Change:
    """Do one of a section's acts. Blocks. Raises as `change_of`, and KeyError for no act."""
    return _done(
        camera_id, section, act, values, lambda settings: sections.act(settings, section, act, values), actor, address
    )


def settings_of(camera_id: int) -> OnvifSettings:
    """How a camera is reached, its password in the clear. Raises NoSuchCamera."""
    config = next(iter(camera_configs([camera_id])), None)
    if config is None or config.driver != DRIVER:
        raise NoSuchCamera("This is no camera that is reached over ONVIF.")
    if not isinstance(config.settings, OnvifSettings):
        raise NoSuchCamera(config.fault)
    return config.settings


def _done(
    camera_id: int,
    section: str,
    act: str,
    values: Mapping[str, Value],
    work: Callable[[OnvifSettings], Change],
    actor: str,
    address: str,
) -> Change:
    target = f"camera:{camera_id}"
    settings = settings_of(camera_id)
    about = {"section": section} | ({"act": act} if act else {})
    with turn(settings, data_directory() / "run"):
        try:
            change = work(settings)
        except OnvifError as error:
            # Some of it may have reached the device.
            tried = {"tried": _masked(values), "failed": str(error)}
            record_audit(actor, ACTION, target, after=about | tried, address=address)
            raise
        _follow(settings, change.follow, actor, address)
    if change.changed or act or _secrets(values):
        before = {name: pair[0] for name, pair in change.changed.items()}
        after = {name: pair[1] for name, pair in change.changed.items()}
        after |= _masked(values) if act else _secrets(values)
        record_audit(actor, ACTION, target, before=before, after=about | after, address=address)
    return change


def _masked(values: Mapping[str, Value]) -> dict[str, Value]:
    return dict(values) | _secrets(values)


def _secrets(values: Mapping[str, Value]) -> dict[str, Value]:
    """That a password was set is told, not which."""
    return {name: "changed" for name in values if name.rpartition(".")[2] == PASSWORD}


def _follow(settings: OnvifSettings, follow: Mapping[str, Any], actor: str, address: str) -> None:
    """Reach the device as it wants to be reached now: all its cameras, if they were reached alike."""
    if not follow:
        return
    old = Address.of(settings.address).authority
    for config in cameras_of_driver(DRIVER):
        other = config.settings
        if not isinstance(other, OnvifSettings) or Address.of(other.address).authority != old:
            continue
        if "password" in follow and other.user != settings.user:
            continue
        change_camera(config.id, {"settings": dict(follow)}, actor=actor, address=address)
