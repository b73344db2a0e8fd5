"""Many ONVIF devices in one small process, for `bench/onvif.py`: one socket that all addresses of 127.0.0.0/8 reach.

    python onvif_devices.py      # prints its port, serves until its standard input ends

Each answers from canned XML what a client asks to know a camera, and wants HTTP digest (MD5, RFC 7616) as cameras do.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys
from datetime import UTC, datetime

USER, PASSWORD = "admin", "Secret-12"
REALM, NONCE = "bench", "0123456789abcdef"
OPEN = (b"GetSystemDateAndTime", b"GetServices", b"GetCapabilities")
SERVICES = {
    "ver10/device/wsdl": "device",
    "ver10/media/wsdl": "media",
    "ver20/ptz/wsdl": "ptz",
    "ver20/imaging/wsdl": "imaging",
    "ver10/events/wsdl": "events",
    "ver10/deviceIO/wsdl": "deviceio",
}
_ENVELOPE = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" '
    'xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" xmlns:timg="http://www.onvif.org/ver20/imaging/wsdl" '
    'xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:tmd="http://www.onvif.org/ver10/deviceIO/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>{}</s:Body></s:Envelope>'
)
_PROFILE = (
    '<trt:Profiles token="{0}"><tt:Name>{0}</tt:Name><tt:VideoSourceConfiguration token="v"><tt:Name>v</tt:Name>'
    '<tt:UseCount>2</tt:UseCount><tt:SourceToken>s</tt:SourceToken><tt:Bounds x="0" y="0" width="1920" height="1080"/>'
    '</tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="{0}"><tt:Name>{0}</tt:Name><tt:UseCount>1'
    "</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>{1}</tt:Width><tt:Height>{2}</tt:Height>"
    "</tt:Resolution><tt:Quality>4</tt:Quality><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit>"
    "<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>"
    "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration></trt:Profiles>"
)


def _body(operation: str, host: str) -> str:
    """The answer of an operation."""
    now = datetime.now(UTC)
    match operation:
        case "GetSystemDateAndTime":
            time = (
                f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
            )
            date = f"<tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
            moment = f"<tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{date}</tt:Date></tt:UTCDateTime>"
            kind = "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
            inner = f"<tds:SystemDateAndTime>{kind}{moment}</tds:SystemDateAndTime>"
            return f"<tds:{operation}Response>{inner}</tds:{operation}Response>"
        case "GetServices":
            told = "".join(
                f"<tds:Service><tds:Namespace>http://www.onvif.org/{name}</tds:Namespace><tds:XAddr>http://{host}/onvif/"
                f"{path}_service</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>0</tt:Minor></tds:Version>"
                "</tds:Service>"
                for name, path in SERVICES.items()
            )
            return f"<tds:GetServicesResponse>{told}</tds:GetServicesResponse>"
        case "GetCapabilities":
            names = {"device": "Device", "events": "Events", "imaging": "Imaging", "media": "Media", "ptz": "PTZ"}
            told = "".join(
                f"<tt:{name}><tt:XAddr>http://{host}/onvif/{path}_service</tt:XAddr></tt:{name}>"
                for path, name in names.items()
            )
            told = f"<tds:Capabilities>{told}</tds:Capabilities>"
            return f"<tds:GetCapabilitiesResponse>{told}</tds:GetCapabilitiesResponse>"
        case "GetDeviceInformation":
            parts = ("Manufacturer", "Model", "FirmwareVersion", "SerialNumber", "HardwareId")
            told = "".join(f"<tds:{part}>{host}</tds:{part}>" for part in parts)
            return f"<tds:GetDeviceInformationResponse>{told}</tds:GetDeviceInformationResponse>"
        case "GetProfiles":
            both = _PROFILE.format("main", 1920, 1080) + _PROFILE.format("sub", 640, 360)
            return f"<trt:GetProfilesResponse>{both}</trt:GetProfilesResponse>"
        case "GetStreamUri":
            uri = f"<trt:MediaUri><tt:Uri>rtsp://{host.partition(':')[0]}/main</tt:Uri></trt:MediaUri>"
            return f"<trt:GetStreamUriResponse>{uri}</trt:GetStreamUriResponse>"
        case "GetNodes" | "GetPresets":
            return f"<tptz:{operation}Response/>"
        case "GetVideoSources":
            return "<trt:GetVideoSourcesResponse/>"
        case "GetServiceCapabilities":
            return "<tev:GetServiceCapabilitiesResponse><tev:Capabilities/></tev:GetServiceCapabilitiesResponse>"
        case "GetRelayOutputs":
            return "<tmd:GetRelayOutputsResponse/>"
        case _:
            reason = "<s:Reason><s:Text>no</s:Text></s:Reason>"
            return f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code>{reason}</s:Fault>"


def _welcome(head: bytes) -> bool:
    """Whether the request answers the challenge, by the right password."""
    said = re.search(rb"authorization: digest (.*)\r\n", head, re.IGNORECASE)
    if said is None:
        return False
    given = dict(re.findall(r'(\w+)="?([^",]*)"?', said[1].decode()))

    def made(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    secret, what = made(f"{USER}:{REALM}:{PASSWORD}"), made(f"POST:{given['uri']}")
    answer = made(f"{secret}:{NONCE}:{given['nc']}:{given['cnonce']}:auth:{what}")
    return answer == str(given["response"])


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1]) if length else 0)
            found = re.search(rb"Body[^>]*>\s*<(?:[\w.-]+:)?(\w+)", body)
            operation = found[1] if found else b""
            host = re.search(rb"host: (\S+)", head, re.IGNORECASE)
            status, extra = b"200 OK", b""
            if operation in OPEN or b"UsernameToken" in body or _welcome(head):
                answer = _ENVELOPE.format(_body(operation.decode(), host[1].decode() if host else "")).encode()
            else:
                status, answer = b"401 Unauthorized", b""
                challenge = f'Digest realm="{REALM}", qop="auth", nonce="{NONCE}", algorithm=MD5'
                extra = f"WWW-Authenticate: {challenge}\r\n".encode()
            kind = b"Content-Type: application/soap+xml\r\n"
            size = f"Content-Length: {len(answer)}\r\n\r\n".encode()
            writer.write(b"HTTP/1.1 " + status + b"\r\n" + kind + extra + size + answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    """Serve until standard input ends."""
    server = await asyncio.start_server(_serve, "0.0.0.0", 0, backlog=1024)  # noqa: S104 - all of 127.0.0.0/8
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
