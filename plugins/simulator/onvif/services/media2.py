"""Media, second generation (ONVIF Media 2 Service Specification): what Profile T asks for, H.265, masks."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from core.api import Codec
from core.api.media import Masks
from plugins.simulator.onvif.markup import Element, find, find_all, number, text, tr2, truth, tt
from plugins.simulator.onvif.model import Channel, Mask
from plugins.simulator.onvif.services.media import BITRATE_RANGE, GOP_RANGE, PROFILES, QUALITY_RANGE, checked
from plugins.simulator.onvif.services.osds import Osds, channel_of_configuration
from plugins.simulator.onvif.services.shared import (
    audio_source_configuration,
    metadata_configuration,
    multicast,
    ptz_configuration,
    resolution,
    source_configuration,
    stream_uri,
)
from plugins.simulator.onvif.serving import Call, Service, channel_of_profile, no_entity
from plugins.simulator.onvif.soap import SoapFault

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice

_WORDS = {Codec.H264: "H264", Codec.H265: "H265", Codec.MJPEG: "JPEG"}
MOST_MASKS = 8
YCBCR = "http://www.onvif.org/ver10/colorspace/YCbCr"


def _encoder(channel: Channel, stream: str, name: str) -> Element:
    coded = channel.encoders[stream]
    rate = tt(
        "RateControl",
        tt("FrameRateLimit", float(coded.fps)),
        tt("BitrateLimit", coded.bitrate),
        ConstantBitRate=False,
    )
    return tr2(
        name,
        tt("Name", f"{channel.name} {stream}"),
        tt("UseCount", 1),
        tt("Encoding", _WORDS[coded.codec]),
        resolution(coded.width, coded.height),
        rate,
        multicast(),
        tt("Quality", coded.quality),
        token=f"{channel.name}_{stream}",
        GovLength=coded.gop,
        Profile=coded.profile,
    )


def _audio_encoder(channel: Channel, name: str) -> Element | None:
    track = channel.audio
    if track is None:
        return None
    return tr2(
        name,
        tt("Name", f"{channel.name} audio"),
        tt("UseCount", len(channel.encoders)),
        tt("Encoding", "MP4A-LATM" if track.codec is Codec.AAC else str(track.codec).upper()),
        multicast(),
        tt("Bitrate", 32 if track.codec is Codec.AAC else 64),
        tt("SampleRate", track.sample_rate // 1000),
        token=f"{channel.name}_audio",
    )


def _output(channel: Channel, name: str) -> Element:
    return tr2(
        name,
        tt("Name", f"{channel.name} speaker"),
        tt("UseCount", len(channel.encoders)),
        tt("OutputToken", f"{channel.name}_speaker"),
        tt("SendPrimacy", "www.onvif.org/ver20/HalfDuplex/Server"),
        tt("OutputLevel", 50),
        token=f"{channel.name}_output",
    )


def _decoder(channel: Channel, name: str) -> Element:
    return tr2(
        name,
        tt("Name", f"{channel.name} decoder"),
        tt("UseCount", len(channel.encoders)),
        token=f"{channel.name}_decoder",
    )


def _profile(device: OnvifDevice, channel: Channel, stream: str, wanted: set[str]) -> Element:
    """One profile with the configurations asked for: none but when they are."""

    def asked(kind: str) -> bool:
        return bool(wanted & {kind, "All"})

    speaks = device.has_speaker(channel.name)
    held = [
        source_configuration(channel, tr2, "VideoSource") if asked("VideoSource") else None,
        audio_source_configuration(channel, tr2, "AudioSource") if asked("AudioSource") and channel.audio else None,
        _encoder(channel, stream, "VideoEncoder") if asked("VideoEncoder") else None,
        _audio_encoder(channel, "AudioEncoder") if asked("AudioEncoder") else None,
        ptz_configuration(device, channel, tr2, "PTZ") if asked("PTZ") else None,
        metadata_configuration(channel, tr2, "Metadata") if asked("Metadata") and device.speaks_metadata else None,
        _output(channel, "AudioOutput") if asked("AudioOutput") and speaks else None,
        _decoder(channel, "AudioDecoder") if asked("AudioDecoder") and speaks else None,
    ]
    some = any(item is not None for item in held)
    return tr2(
        "Profiles",
        tr2("Name", f"{channel.name} {stream}"),
        tr2("Configurations", held) if some else None,
        token=f"{channel.name}_{stream}",
        fixed=True,
    )


def profiles(device: OnvifDevice, call: Call) -> Element:
    """GetProfiles: all or one, with the configurations of the types asked for."""
    wanted = {(node.text or "").strip() for node in find_all(call.body, "Type")}
    chosen = [(channel, stream) for channel in device.channels.values() for stream in channel.encoders]
    if call.text("Token"):
        chosen = [channel_of_profile(device, call, "Token")]
    return tr2("GetProfilesResponse", [_profile(device, channel, stream, wanted) for channel, stream in chosen])


def _streams(device: OnvifDevice, call: Call) -> list[tuple[Channel, str]]:
    """The streams a call is about: by its configuration's token, its profile's, or all."""
    for path in ("ConfigurationToken", "ProfileToken"):
        if call.text(path):
            return [channel_of_profile(device, call, path)]
    return [(channel, stream) for channel in device.channels.values() for stream in channel.encoders]


def encoders(device: OnvifDevice, call: Call) -> Element:
    """GetVideoEncoderConfigurations."""
    found = [_encoder(channel, stream, "Configurations") for channel, stream in _streams(device, call)]
    return tr2("GetVideoEncoderConfigurationsResponse", found)


def encoder_options(device: OnvifDevice, call: Call) -> Element:
    """GetVideoEncoderConfigurationOptions: one entry a codec."""
    channel, stream = _streams(device, call)[0]
    original = channel.original[stream]
    rates = " ".join(f"{rate:.6g}" for rate in device.rates(original))
    found = []
    for codec in device.codecs(channel):
        options = tr2(
            "Options",
            tt("Encoding", _WORDS[codec]),
            tt("QualityRange", tt("Min", float(QUALITY_RANGE[0])), tt("Max", float(QUALITY_RANGE[1]))),
            [resolution(*size, "ResolutionsAvailable") for size in device.sizes(original)],
            tt("BitrateRange", tt("Min", BITRATE_RANGE[0]), tt("Max", BITRATE_RANGE[1])),
            GovLengthRange=f"{GOP_RANGE[0]} {GOP_RANGE[1]}",
            FrameRatesSupported=rates,
            ProfilesSupported="Main" if codec is Codec.H265 else " ".join(PROFILES),
            ConstantBitRateSupported=False,
        )
        found.append(options)
    return tr2("GetVideoEncoderConfigurationOptionsResponse", found)


async def set_encoder(device: OnvifDevice, call: Call) -> Element:
    """SetVideoEncoderConfiguration: what is streamed changes with it."""
    given = find(call.body, "Configuration")
    token = "" if given is None else str(given.get("token"))
    name, _, stream = token.rpartition("_")
    channel = device.channels.get(name)
    if given is None or channel is None or stream not in channel.encoders:
        raise no_entity("NoConfig", token)
    before = channel.encoders[stream]
    codecs = {word: codec for codec, word in _WORDS.items()}
    wanted = replace(
        before,
        codec=codecs.get(text(given, "Encoding"), before.codec),
        width=int(number(text(given, "Resolution/Width"), before.width)),
        height=int(number(text(given, "Resolution/Height"), before.height)),
        quality=number(text(given, "Quality"), before.quality),
        fps=number(text(given, "RateControl/FrameRateLimit"), before.fps),
        bitrate=int(number(text(given, "RateControl/BitrateLimit"), before.bitrate)),
        gop=int(number(given.get("GovLength"), before.gop)),
        profile=given.get("Profile") or before.profile,
    )
    await device.encode(channel, stream, checked(device, channel, stream, wanted))
    return tr2("SetVideoEncoderConfigurationResponse")


def instances(device: OnvifDevice, call: Call) -> Element:
    """GetVideoEncoderInstances."""
    return tr2("GetVideoEncoderInstancesResponse", tr2("Info", tr2("Total", 2)))


def sources(device: OnvifDevice, call: Call) -> Element:
    """GetVideoSourceConfigurations."""
    found = [source_configuration(channel, tr2, "Configurations") for channel in device.channels.values()]
    return tr2("GetVideoSourceConfigurationsResponse", found)


def audio_outputs(device: OnvifDevice, call: Call) -> Element:
    """GetAudioOutputConfigurations."""
    found = [_output(one, "Configurations") for name, one in device.channels.items() if device.has_speaker(name)]
    return tr2("GetAudioOutputConfigurationsResponse", found)


def audio_decoders(device: OnvifDevice, call: Call) -> Element:
    """GetAudioDecoderConfigurations."""
    found = [_decoder(one, "Configurations") for name, one in device.channels.items() if device.has_speaker(name)]
    return tr2("GetAudioDecoderConfigurationsResponse", found)


def metadata_configurations(device: OnvifDevice, call: Call) -> Element:
    """GetMetadataConfigurations."""
    channels = device.channels.values() if device.speaks_metadata else ()
    found = [metadata_configuration(channel, tr2, "Configurations") for channel in channels]
    return tr2("GetMetadataConfigurationsResponse", found)


def uri(device: OnvifDevice, call: Call) -> Element:
    """GetStreamUri."""
    channel, stream = channel_of_profile(device, call)
    return tr2("GetStreamUriResponse", tr2("Uri", stream_uri(device, call, f"/{channel.name}/{stream}")))


def snapshot_uri(device: OnvifDevice, call: Call) -> Element:
    """GetSnapshotUri."""
    channel, stream = channel_of_profile(device, call)
    where = f"{device.advertised(call)}/onvif/snapshot/{channel.name}_{stream}"
    return tr2("GetSnapshotUriResponse", tr2("Uri", where))


def synchronise(device: OnvifDevice, call: Call) -> Element:
    """SetSynchronizationPoint: see the first generation's."""
    channel_of_profile(device, call)
    return tr2("SetSynchronizationPointResponse")


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    most = sum(len(channel.encoders) for channel in device.channels.values())
    able = tr2(
        "Capabilities",
        tr2("ProfileCapabilities", MaximumNumberOfProfiles=most, ConfigurationsSupported="VideoSource VideoEncoder"),
        tr2("StreamingCapabilities", RTSPStreaming=True, RTPMulticast=False, RTP_RTSP_TCP=True),
        SnapshotUri=True,
        Mask=True,
        SourceMask=False,
        OSD=True,
    )
    return tr2("GetServiceCapabilitiesResponse", able)


def _mask_element(channel: Channel, mask: Mask) -> Element:
    return tr2(
        "Masks",
        tr2("ConfigurationToken", f"{channel.name}_source"),
        tr2("Polygon", [tt("Point", x=x, y=y) for x, y in mask.points]),
        tr2("Type", "Color"),
        tr2("Enabled", mask.enabled),
        token=mask.token,
    )


def masks(device: OnvifDevice, call: Call) -> Element:
    """GetMasks: all, those of a source configuration, or one."""
    source, token = call.text("ConfigurationToken"), call.text("Token")
    channels = [channel_of_configuration(device, source)] if source else device.channels.values()
    found = [
        _mask_element(channel, mask)
        for channel in channels
        for mask in channel.masks.values()
        if token in ("", mask.token)
    ]
    return tr2("GetMasksResponse", found)


def mask_options(device: OnvifDevice, call: Call) -> Element:
    """GetMaskOptions."""
    channel_of_configuration(device, call.text("ConfigurationToken"))
    able = tr2(
        "Options",
        tr2("MaxMasks", MOST_MASKS),
        tr2("MaxPoints", 16),
        tr2("Types", "Color"),
        tr2("Color", tt("ColorList", X=16.0, Y=128.0, Z=128.0, Colorspace=YCBCR)),
        RectangleOnly=False,
        SingleColorOnly=True,
    )
    return tr2("GetMaskOptionsResponse", able)


def _given_mask(call: Call, token: str) -> Mask:
    given = find(call.body, "Mask")
    if given is None:
        raise SoapFault("Mask is missing")
    points = tuple((number(node.get("x")), number(node.get("y"))) for node in find_all(given, "Polygon/Point"))
    if len(points) < 3 or any(abs(x) > 1 or abs(y) > 1 for x, y in points):
        raise SoapFault("no polygon within the picture", "Sender", "ter:InvalidArgVal", "ter:InvalidPolygon")
    return Mask(token, points, truth(given, "Enabled", True))


async def create_mask(device: OnvifDevice, call: Call) -> Element:
    """CreateMask: the picture is black there from now on."""
    channel = channel_of_configuration(device, call.text("Mask/ConfigurationToken"))
    if len(channel.masks) >= MOST_MASKS:
        raise SoapFault("no more masks", "Receiver", "ter:Action", "ter:MaxMasks", status=500)
    mask = _given_mask(call, f"mask_{secrets.token_hex(3)}")
    channel.masks[mask.token] = mask
    await _cover(device, channel)
    return tr2("CreateMaskResponse", tr2("Token", mask.token))


def _channel_of_mask(device: OnvifDevice, token: str) -> Channel:
    found = next((channel for channel in device.channels.values() if token in channel.masks), None)
    if found is None:
        raise no_entity("NoConfig", token)
    return found


async def set_mask(device: OnvifDevice, call: Call) -> Element:
    """SetMask."""
    given = find(call.body, "Mask")
    token = "" if given is None else str(given.get("token"))
    channel = _channel_of_mask(device, token)
    channel.masks[token] = _given_mask(call, token)
    await _cover(device, channel)
    return tr2("SetMaskResponse")


async def delete_mask(device: OnvifDevice, call: Call) -> Element:
    """DeleteMask."""
    token = call.text("Token")
    channel = _channel_of_mask(device, token)
    del channel.masks[token]
    await _cover(device, channel)
    return tr2("DeleteMaskResponse")


async def _cover(device: OnvifDevice, channel: Channel) -> None:
    """Black what the enabled masks cover: for the park in shares of the picture, y downwards."""
    enabled = [mask.points for mask in channel.masks.values() if mask.enabled]
    covers: Masks = tuple(tuple(((x + 1) / 2, (1 - y) / 2) for x, y in points) for points in enabled)
    await device.park.mask(channel.name, covers)


SERVICE = Service(
    "tr2",
    "/onvif/media2_service",
    (2, 60),
    {
        "CreateMask": create_mask,
        "DeleteMask": delete_mask,
        "GetAudioDecoderConfigurations": audio_decoders,
        "GetAudioOutputConfigurations": audio_outputs,
        "GetMaskOptions": mask_options,
        "GetMasks": masks,
        "GetMetadataConfigurations": metadata_configurations,
        "GetProfiles": profiles,
        "GetServiceCapabilities": service_capabilities,
        "GetSnapshotUri": snapshot_uri,
        "GetStreamUri": uri,
        "GetVideoEncoderConfigurationOptions": encoder_options,
        "GetVideoEncoderConfigurations": encoders,
        "GetVideoEncoderInstances": instances,
        "GetVideoSourceConfigurations": sources,
        "SetMask": set_mask,
        "SetSynchronizationPoint": synchronise,
        "SetVideoEncoderConfiguration": set_encoder,
    }
    | Osds(tr2).operations(),
)
