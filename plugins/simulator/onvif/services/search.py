"""Finding what is on the card (ONVIF Recording Search Service Specification). All is found at once."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, find_all, instant, number, tse, tt, wsnt
from plugins.simulator.onvif.notices import CONCRETE
from plugins.simulator.onvif.services.recording import card_of, cards, source, tracks
from plugins.simulator.onvif.serving import Call, Service, no_entity
from plugins.simulator.onvif.soap import SoapFault

if TYPE_CHECKING:
    from plugins.simulator.card import Card
    from plugins.simulator.onvif.device import OnvifDevice

MOST_SEARCHES = 4
_PRESENT = "tns1:RecordingHistory/Track/State"


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    return tse("GetServiceCapabilitiesResponse", tse("Capabilities", MetadataSearch=False, GeneralStartEvents=True))


def summary(device: OnvifDevice, call: Call) -> Element:
    """GetRecordingSummary."""
    spans = [card.span() for _, card in cards(device)] or [(device.true_ms(),) * 2]
    return tse(
        "GetRecordingSummaryResponse",
        tse(
            "Summary",
            tt("DataFrom", instant(min(start for start, _ in spans))),
            tt("DataUntil", instant(max(end for _, end in spans))),
            tt("NumberRecordings", len(cards(device))),
        ),
    )


def _information(device: OnvifDevice, name: str, card: Card, element: Element) -> Element:
    """Fills an element with what is known of one recording."""
    start_ms, end_ms = card.span()
    listed = [
        tt(
            "Track",
            tt("TrackToken", token),
            tt("TrackType", kind),
            tt("Description", kind.lower()),
            tt("DataFrom", instant(start_ms)),
            tt("DataTo", instant(end_ms)),
        )
        for token, kind in tracks(card)
    ]
    state = "Recording" if card.stretches and card.stretches[-1].end_ms is None else "Stopped"
    for piece in (
        tt("RecordingToken", f"{name}_recording"),
        source(device, name),
        tt("EarliestRecording", instant(start_ms)),
        tt("LatestRecording", instant(end_ms)),
        tt("Content", "always"),
        *listed,
        tt("RecordingStatus", state),
    ):
        element.append(piece)
    return element


def information(device: OnvifDevice, call: Call) -> Element:
    """GetRecordingInformation."""
    name, card = card_of(device, call.text("RecordingToken"))
    told = _information(device, name, card, tse("RecordingInformation"))
    return tse("GetRecordingInformationResponse", told)


def _scope(device: OnvifDevice, call: Call) -> list[tuple[str, Card]]:
    """The recordings that a search is about: those included, or all."""
    wanted = [(node.text or "").strip() for node in find_all(call.body, "Scope/IncludedRecordings")]
    return [card_of(device, token) for token in wanted] if wanted else cards(device)


def _begin(device: OnvifDevice, kind: str, found: list[Element]) -> str:
    if len(device.searches) >= MOST_SEARCHES:
        raise SoapFault("too many searches", "Receiver", "ter:Action", "ter:ResourceProblem", status=500)
    token = f"{kind}_{secrets.token_hex(4)}"
    device.searches[token] = found
    return token


def find_recordings(device: OnvifDevice, call: Call) -> Element:
    """FindRecordings."""
    found = [_information(device, name, card, tt("RecordingInformation")) for name, card in _scope(device, call)]
    return tse("FindRecordingsResponse", tse("SearchToken", _begin(device, "recordings", found)))


def _time(call: Call, path: str) -> int | None:
    given = call.text(path)
    if not given:
        return None
    try:
        return round(datetime.fromisoformat(given).timestamp() * 1000)
    except ValueError:
        raise SoapFault(f"{path} is no time", "Sender", "ter:InvalidArgVal") from None


def find_events(device: OnvifDevice, call: Call) -> Element:
    """FindEvents: where data begins and ends, forwards or backwards in time."""
    start_ms, end_ms = _time(call, "StartPoint"), _time(call, "EndPoint")
    if start_ms is None:
        raise SoapFault("StartPoint is missing", "Sender", "ter:InvalidArgVal")
    end_ms = device.true_ms() if end_ms is None else end_ms
    low, high = sorted((start_ms, end_ms))
    marks: list[tuple[int, Element]] = []
    for name, card in _scope(device, call):
        states = [mark for start, end in card.closed() for mark in ((start, True), (end, False))]
        if call.text("IncludeStartState") in ("true", "1"):
            begun = any(start <= low < end for start, end in card.closed())
            marks += [(low, _event(name, token, low, begun, True)) for token, _ in tracks(card)]
        for at_ms, present in states:
            if low <= at_ms <= high:
                marks += [(at_ms, _event(name, token, at_ms, present, False)) for token, _ in tracks(card)]
    marks.sort(key=lambda mark: mark[0], reverse=end_ms < start_ms)
    return tse("FindEventsResponse", tse("SearchToken", _begin(device, "events", [mark for _, mark in marks])))


def _event(name: str, track: str, at_ms: int, present: bool, start_state: bool) -> Element:
    message = tt(
        "Message",
        tt(
            "Source",
            tt("SimpleItem", Name="RecordingToken", Value=f"{name}_recording"),
            tt("SimpleItem", Name="Track", Value=track),
        ),
        tt("Data", tt("SimpleItem", Name="IsDataPresent", Value=present)),
        UtcTime=instant(at_ms),
        PropertyOperation="Initialized" if start_state else "Changed",
    )
    notification = tt("Event", wsnt("Topic", _PRESENT, Dialect=CONCRETE), wsnt("Message", message))
    return tt(
        "Result",
        tt("RecordingToken", f"{name}_recording"),
        tt("TrackToken", track),
        tt("Time", instant(at_ms)),
        notification,
        tt("StartStateEvent", start_state),
    )


def _take(device: OnvifDevice, call: Call) -> list[Element]:
    token = call.text("SearchToken")
    if token not in device.searches:
        raise no_entity("InvalidToken", token)
    waiting = device.searches[token]
    most = int(number(call.text("MaxResults"), len(waiting))) or len(waiting)
    taken, device.searches[token] = waiting[:most], waiting[most:]
    return taken


def _state(device: OnvifDevice, call: Call) -> str:
    return "Searching" if device.searches.get(call.text("SearchToken")) else "Completed"


def recording_results(device: OnvifDevice, call: Call) -> Element:
    """GetRecordingSearchResults."""
    taken = _take(device, call)
    listed = tse("ResultList", tt("SearchState", _state(device, call)), taken)
    return tse("GetRecordingSearchResultsResponse", listed)


def event_results(device: OnvifDevice, call: Call) -> Element:
    """GetEventSearchResults."""
    taken = _take(device, call)
    listed = tse("ResultList", tt("SearchState", _state(device, call)), taken)
    return tse("GetEventSearchResultsResponse", listed)


def search_state(device: OnvifDevice, call: Call) -> Element:
    """GetSearchState."""
    if call.text("SearchToken") not in device.searches:
        raise no_entity("InvalidToken", call.text("SearchToken"))
    return tse("GetSearchStateResponse", tse("State", _state(device, call)))


def end(device: OnvifDevice, call: Call) -> Element:
    """EndSearch."""
    if device.searches.pop(call.text("SearchToken"), None) is None:
        raise no_entity("InvalidToken", call.text("SearchToken"))
    return tse("EndSearchResponse", tse("Endpoint", instant(device.true_ms())))


def attributes(device: OnvifDevice, call: Call) -> Element:
    """GetMediaAttributes: of each track at a time, where there was something."""
    at_ms = _time(call, "Time") or device.true_ms()
    found = []
    tokens = [(node.text or "").strip() for node in find_all(call.body, "RecordingTokens")]
    for name, card in [card_of(device, token) for token in tokens] if tokens else cards(device):
        for start_ms, end_ms in card.closed():
            if start_ms <= at_ms < end_ms:
                found.append(_attributes(name, card, start_ms, end_ms))
    return tse("GetMediaAttributesResponse", found)


def _attributes(name: str, card: Card, start_ms: int, end_ms: int) -> Element:
    described = []
    for (token, kind), track in zip(tracks(card), card.info.tracks, strict=True):
        about = tt(
            "TrackInformation",
            tt("TrackToken", token),
            tt("TrackType", kind),
            tt("Description", kind.lower()),
            tt("DataFrom", instant(start_ms)),
            tt("DataTo", instant(end_ms)),
        )
        if track.is_video:
            detail = tt(
                "VideoAttributes",
                tt("Width", track.width),
                tt("Height", track.height),
                tt("Encoding", "H264"),
                tt("Framerate", float(track.fps)),
            )
        else:
            coded = "AAC" if track.codec == "aac" else "G711"
            detail = tt("AudioAttributes", tt("Encoding", coded), tt("Samplerate", track.sample_rate // 1000))
        described.append(tt("TrackAttributes", about, detail))
    return tse(
        "MediaAttributes",
        tt("RecordingToken", f"{name}_recording"),
        described,
        tt("From", instant(start_ms)),
        tt("Until", instant(end_ms)),
    )


SERVICE = Service(
    "tse",
    "/onvif/search_service",
    (2, 60),
    {
        "EndSearch": end,
        "FindEvents": find_events,
        "FindRecordings": find_recordings,
        "GetEventSearchResults": event_results,
        "GetMediaAttributes": attributes,
        "GetRecordingInformation": information,
        "GetRecordingSearchResults": recording_results,
        "GetRecordingSummary": summary,
        "GetSearchState": search_state,
        "GetServiceCapabilities": service_capabilities,
    },
)
