"""The data plane for plugins: what touches coded media. Heavy to import; see `core.api`.

What stands on PyAV is loaded when it is first named: 0.1 s and 30 MB that a recorder of RTSP cameras does without.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.cameras.looking import StreamFailed, look
from core.media.collector import Collector
from core.media.h26x import annexb_to_prefixed, video_track
from core.media.masks import Masks, masks_of
from core.media.rtsp.backchannel import Backchannel, open_backchannel
from core.media.rtsp.client import RtspSource, TransportRefused
from core.media.rtsp.client import Target as RtspTarget
from core.media.rtsp.metadata import documents as rtsp_documents
from core.media.rtsp.replay import replayed
from core.media.rtsp.server import Archive, Conduct, Feed, Mount, Piece, RtspServer
from core.media.rtsp.serving_hearing import Listener
from core.media.rtsp.serving_outlet import Parcel as RtpParcel

if TYPE_CHECKING:
    from core.media.avsource import AvSource
    from core.media.covering import Cover
    from core.media.pictures import PictureError, picture

_ON_PYAV = {"AvSource": "avsource", "Cover": "covering", "PictureError": "pictures", "picture": "pictures"}

__all__ = [
    "Archive",
    "AvSource",
    "Backchannel",
    "Collector",
    "Conduct",
    "Cover",
    "Feed",
    "Listener",
    "Masks",
    "Mount",
    "PictureError",
    "Piece",
    "RtpParcel",
    "RtspServer",
    "RtspSource",
    "RtspTarget",
    "StreamFailed",
    "TransportRefused",
    "annexb_to_prefixed",
    "look",
    "masks_of",
    "open_backchannel",
    "picture",
    "replayed",
    "rtsp_documents",
    "video_track",
]


def __getattr__(name: str) -> Any:
    if name not in _ON_PYAV:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"core.media.{_ON_PYAV[name]}"), name)
