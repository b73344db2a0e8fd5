"""HTTP to addresses that people have entered, for plugins: guarded, pinned, bounded. Needs no Django."""

from core.outgoing import Answer, Network, RefusedAddress, Unreachable, check_url, networks, request

__all__ = ["Answer", "Network", "RefusedAddress", "Unreachable", "check_url", "networks", "request"]
