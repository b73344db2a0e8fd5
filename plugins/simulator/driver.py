"""Simulated cameras as cameras of their own kind: they send like any RTSP camera, and can be moved and switched."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.api import CameraDriverSpec, ControlError, Fault, Masks, PacketSource, ProbeReport, Ptz, StreamReport

STEP_S = 5.0


class SimulatedCameraSettings(BaseModel):
    """One camera of the park that runs with this Eyrie."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(title="Name in the park", description="Such as street; `manage.py simulator list` names them.")
    url: str = Field(title="Address", description="Its RTSP address, as the same command shows it.")
    sub_url: str = Field("", title="Address of the sub stream", description="Empty for none.")
    username: str = Field("", title="User name", description="Empty when the park asks for none.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Password of that user.")


def streams(settings: SimulatedCameraSettings) -> tuple[str, ...]:
    """The main stream, and the sub stream when it has an address."""
    return ("main", "sub") if settings.sub_url else ("main",)


def open_stream(settings: SimulatedCameraSettings, stream: str) -> PacketSource:
    """An idle source of one stream."""
    from core.api.media import RtspSource, RtspTarget

    url = settings.sub_url if stream == "sub" else settings.url
    return RtspSource(RtspTarget.of(url, settings.username, settings.password.get_secret_value()), step=STEP_S)


async def probe(settings: SimulatedCameraSettings, timeout: float) -> ProbeReport:  # noqa: ASYNC109 - the contract's own
    """Whether it sends, and what."""
    from core.api.media import Collector

    collected = Collector()
    session = open_stream(settings, "main")
    session.start(collected)
    try:
        async with asyncio.timeout(timeout * 0.8):
            await collected.until(lambda: bool(collected.info and collected.units))
    except TimeoutError:
        pass  # told below
    finally:
        await session.stop()
    video = collected.info.video if collected.info else None
    if video is None or not collected.units:
        fault = collected.error.fault if collected.error else Fault.TIMEOUT
        return ProbeReport(fault, "The camera does not send; is the simulator running?", "url")
    return ProbeReport(
        streams=(StreamReport("main", video.codec.value, video.width, video.height, video.fps or 0.0, 0),)
    )


def ptz(settings: SimulatedCameraSettings) -> Ptz:
    """What moves it."""
    from plugins.simulator.ptz import SimulatedPtz

    return SimulatedPtz(settings.name)


async def set_output(settings: SimulatedCameraSettings, output: str, on: bool, timeout: float) -> None:  # noqa: ASYNC109 - as above
    """Switch it. Raises ControlError."""
    await _tell("switch", name=settings.name, output=output, on=on)


async def set_masks(settings: SimulatedCameraSettings, masks: Masks, timeout: float) -> Masks:  # noqa: ASYNC109 - as above
    """Cover its scene; it takes any. Raises ControlError."""
    await _tell("mask", name=settings.name, masks=masks)
    return masks


async def outputs(settings: SimulatedCameraSettings, timeout: float) -> Sequence[str]:  # noqa: ASYNC109 - as above
    """What can be switched at it."""
    from plugins.simulator.park import OUTPUTS

    return OUTPUTS


async def _tell(command: str, **arguments: Any) -> None:
    from core.api.services import data_directory
    from plugins.simulator import control

    try:
        await asyncio.to_thread(control.ask, data_directory(), command, **arguments)
    except control.ControlError as error:
        raise ControlError(str(error)) from error


SPEC = CameraDriverSpec(
    name="simulator",
    title="Simulated camera",
    settings=SimulatedCameraSettings,
    streams=streams,
    open=open_stream,
    probe=probe,
    ptz=ptz,
    set_output=set_output,
    set_masks=set_masks,
    outputs=outputs,
)
