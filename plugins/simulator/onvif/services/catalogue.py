"""All services of a simulated device."""

from __future__ import annotations

from plugins.simulator.onvif.services import devicemgmt, media

SERVICES = (devicemgmt.SERVICE, media.SERVICE)
