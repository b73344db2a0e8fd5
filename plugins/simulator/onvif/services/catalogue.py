"""All services of a simulated device."""

from __future__ import annotations

from plugins.simulator.onvif.services import deviceio, devicemgmt, events, imaging, media, ptz

SERVICES = (
    devicemgmt.SERVICE,
    media.SERVICE,
    events.SERVICE,
    ptz.SERVICE,
    imaging.SERVICE,
    deviceio.SERVICE,
)
