"""The data plane for plugins: what touches coded media. Heavy to import; see `core.api`."""

from core.media.avsource import AvSource
from core.media.collector import Collector
from core.media.pictures import PictureError, picture
from core.media.rtsp.client import RtspSource, TransportRefused
from core.media.rtsp.client import Target as RtspTarget
from core.media.rtsp.server import Conduct, Feed, Mount, RtspServer
from core.media.rtsp.serving_outlet import Parcel as RtpParcel

__all__ = [
    "AvSource",
    "Collector",
    "Conduct",
    "Feed",
    "Mount",
    "PictureError",
    "RtpParcel",
    "RtspServer",
    "RtspSource",
    "RtspTarget",
    "TransportRefused",
    "picture",
]
