"""All services of a simulated device."""

from __future__ import annotations

from plugins.simulator.onvif.services import (
    deviceio,
    devicemgmt,
    events,
    imaging,
    media,
    media2,
    ptz,
    recording,
    replay,
    search,
)

SERVICES = (
    devicemgmt.SERVICE,
    media.SERVICE,
    media2.SERVICE,
    events.SERVICE,
    ptz.SERVICE,
    imaging.SERVICE,
    deviceio.SERVICE,
    recording.SERVICE,
    search.SERVICE,
    replay.SERVICE,
)
