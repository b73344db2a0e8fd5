"""RTSP (RFC 2326, RFC 7826): a client and a server over asyncio, without a codec library."""
