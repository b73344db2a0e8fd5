"""Asking a device what it keeps, and where that is replayed (ONVIF Recording Search and Replay Control Services)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, children, every, find, text
from plugins.onvif.client.wsdl import NAMESPACES

_SEARCH, _REPLAY = NAMESPACES["search"], NAMESPACES["replay"]
_SCHEMA = "http://www.onvif.org/ver10/schema"
_KEEP_ALIVE = "PT30S"
_WAIT = "PT3S"
MOST_ROUNDS = 40
"""Answers of a search that are waited for."""
_MOST = "500"
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording. sources: what it says it is of; video: tokens of its video tracks; times in UTC ms by the device's
    clock, 0 where it does not say.
    """

    token: str
    sources: frozenset[str]
    video: frozenset[str]
    earliest_ms: int
    latest_ms: int


def recordings(device: Device) -> list[Recording]:
    """All that the device keeps. Blocks. Raises OnvifError."""
    request = element(
        _SEARCH, "FindRecordings", element(_SEARCH, "Scope"), element(_SEARCH, "KeepAliveTime", _KEEP_ALIVE)
    )
    return [_recording(one) for one in _found(device, request, "GetRecordingSearchResults", "RecordingInformation")]


def stretches(device: Device, recording: Recording, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """When there is video in [start_ms, end_ms), by the device's clock, in order. Blocks. Raises OnvifError."""
    start_ms = max(start_ms, recording.earliest_ms)
    end_ms = min(end_ms, recording.latest_ms) if recording.latest_ms else end_ms
    if start_ms >= end_ms:
        return []
    request = element(
        _SEARCH,
        "FindEvents",
        element(_SEARCH, "StartPoint", written(start_ms)),
        element(_SEARCH, "EndPoint", written(end_ms)),
        element(_SEARCH, "Scope", element(_SCHEMA, "IncludedRecordings", recording.token)),
        element(_SEARCH, "SearchFilter"),
        element(_SEARCH, "IncludeStartState", "true"),
        element(_SEARCH, "KeepAliveTime", _KEEP_ALIVE),
    )
    try:
        marks = sorted(_marks(_found(device, request, "GetEventSearchResults", "Result"), recording))
    except OnvifError as error:
        if error.kind not in ("unsupported", "fault"):
            raise
        marks = []
    if not marks:  # many devices tell of no such events: then all of it is asked for
        return [(start_ms, end_ms)]
    return list(_spans(marks, start_ms, end_ms))


def replay_uri(device: Device, recording: str) -> str:
    """Where a recording is replayed, as the device tells it: pass it through `Device.reachable`. Raises OnvifError."""
    setup = element(
        _REPLAY,
        "StreamSetup",
        element(_SCHEMA, "Stream", "RTP-Unicast"),
        element(_SCHEMA, "Transport", element(_SCHEMA, "Protocol", "RTSP")),
    )
    answer = device.ask(
        "replay", element(_REPLAY, "GetReplayUri", setup, element(_REPLAY, "RecordingToken", recording))
    )
    uri = next((text(one) for one in every(answer, "Uri")), "")
    if not uri:
        raise OnvifError("nonsense", f"The device gives no address for its recording {recording}.")
    return uri


def written(ms: int) -> str:
    """A time as requests want it (xs:dateTime, UTC)."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def moment(said: str) -> int:
    """UTC ms of an xs:dateTime; without a zone it is UTC. 0 for what is none."""
    found = _TIME.search(said)
    if found is None:
        return 0
    zone = (found[3] or "Z").replace("Z", "+00:00")
    try:
        seconds = datetime.fromisoformat(found[1] + zone).timestamp()
    except ValueError:
        return 0
    return max(0, int(seconds) * 1000 + int(((found[2] or "") + "000")[:3]))


def _found(device: Device, request: Element, results: str, listed: str) -> list[Element]:
    """Everything that a search finds; the search is ended, since devices have few places for them."""
    token = text(device.ask("search", request), "SearchToken")
    if not token:
        raise OnvifError("nonsense", "The device began a search without saying which.")
    found: list[Element] = []
    try:
        for _ in range(MOST_ROUNDS):
            asked = element(
                _SEARCH,
                results,
                element(_SEARCH, "SearchToken", token),
                element(_SEARCH, "MinResults", "1"),
                element(_SEARCH, "MaxResults", _MOST),
                element(_SEARCH, "WaitTime", _WAIT),
            )
            answer = device.ask("search", asked, deadline=device.deadline + 5)
            found += every(answer, listed)
            if any(text(one) == "Completed" for one in every(answer, "SearchState")):
                break
    finally:
        _end(device, token)
    return found


def _end(device: Device, token: str) -> None:
    with suppress(OnvifError):  # it ends by itself after its keep-alive time
        device.ask("search", element(_SEARCH, "EndSearch", element(_SEARCH, "SearchToken", token)))


def _recording(said: Element) -> Recording:
    tracks = [one for one in children(said, "Track") if text(one, "TrackType").lower() == "video"]
    begins = [moment(text(one, "DataFrom")) for one in tracks] or [moment(text(said, "EarliestRecording"))]
    ends = [moment(text(one, "DataTo")) for one in tracks] or [moment(text(said, "LatestRecording"))]
    return Recording(
        text(said, "RecordingToken"),
        frozenset(_sources(find(said, "Source"))),
        frozenset(text(one, "TrackToken") for one in tracks),
        min(begins),
        max(ends),
    )


def _marks(results: Sequence[Element], recording: Recording) -> Iterator[tuple[int, bool]]:
    """(time, whether there is video from here on) of the recording's video."""
    for one in results:
        if text(one, "RecordingToken") not in ("", recording.token):
            continue
        if recording.video and text(one, "TrackToken") not in ("", *recording.video):
            continue
        for item in every(one, "SimpleItem"):
            if item.get("Name", "").lower() == "isdatapresent":
                yield moment(text(one, "Time")), item.get("Value", "").strip().lower() in ("true", "1")


def _spans(marks: Sequence[tuple[int, bool]], start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
    begun: int | None = None if marks[0][1] else start_ms
    for at_ms, there in marks:
        if there and begun is None:
            begun = max(at_ms, start_ms)
        elif not there and begun is not None:
            if at_ms > begun:
                yield begun, min(at_ms, end_ms)
            begun = None
    if begun is not None and begun < end_ms:
        yield begun, end_ms


def of_camera(found: Sequence[Recording], names: Sequence[str]) -> list[Recording]:
    """Those of a camera that goes by these names (tokens of its video source and profile). Devices say as they like
    what a recording is of; one that has a single recording means it.
    """
    mine = [one for one in found if one.sources & set(names)]
    return mine or (list(found) if len(found) == 1 or not names else [])


def _sources(said: Element | None) -> Iterator[str]:
    """Identity, name and address of a source, and their last parts: `http://…/Profile/gate_main` is `gate_main`."""
    for name in ("SourceId", "Name", "Address"):
        if value := text(said, name):
            yield value
            yield value.rpartition("/")[2]
