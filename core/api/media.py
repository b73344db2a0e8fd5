"""The data plane for plugins: what touches coded media. Heavy to import; see `core.api`."""

from core.media.rtsp.server import Conduct, Feed, Mount, RtspServer
from core.media.rtsp.serving_outlet import Parcel as RtpParcel

__all__ = ["Conduct", "Feed", "Mount", "RtpParcel", "RtspServer"]
