"""HTTP to addresses that people have entered, for plugins: guarded, pinned, bounded. Needs no Django.

Also how a challenge is answered (Basic, Digest with MD5 or SHA-256), for plugins that bring a client of their own.
"""

from core.media.rtsp.auth import Authenticator, only_stale
from core.outgoing import Answer, Network, RefusedAddress, Unreachable, check_url, networks, request

__all__ = [
    "Answer",
    "Authenticator",
    "Network",
    "RefusedAddress",
    "Unreachable",
    "check_url",
    "networks",
    "only_stale",
    "request",
]
