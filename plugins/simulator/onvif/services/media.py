"""Media, first generation (ONVIF Media Service Specification 1): profiles, encoders, addresses of streams."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.api import Codec
from plugins.simulator.onvif.markup import Element, Maker, find, number, text, trt, tt
from plugins.simulator.onvif.model import Channel, Encoder
from plugins.simulator.onvif.services.osds import OSD_OPERATIONS
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
from plugins.simulator.onvif.troubles import Trouble

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice

FPS_LOWEST, BITRATE_RANGE, GOP_RANGE, QUALITY_RANGE = 1, (64, 8192), (1, 120), (0, 10)
PROFILES = ("Baseline", "Main", "High")


def encoder_configuration(channel: Channel, stream: str, name: str = "VideoEncoderConfiguration") -> Element | None:
    """One encoder as this generation describes it; None for H.265, which it has no word for."""
    coded = channel.encoders[stream]
    if coded.codec is Codec.H265:
        return None
    h264 = tt("H264", tt("GovLength", coded.gop), tt("H264Profile", coded.profile))
    return _named(name)(
        name,
        tt("Name", f"{channel.name} {stream}"),
        tt("UseCount", 1),
        tt("Encoding", "JPEG" if coded.codec is Codec.MJPEG else "H264"),
        resolution(coded.width, coded.height),
        tt("Quality", coded.quality),
        tt(
            "RateControl",
            tt("FrameRateLimit", round(coded.fps)),
            tt("EncodingInterval", 1),
            tt("BitrateLimit", coded.bitrate),
        ),
        h264 if coded.codec is Codec.H264 else None,
        multicast(),
        tt("SessionTimeout", "PT60S"),
        token=f"{channel.name}_{stream}",
    )


def _named(name: str) -> Maker:
    """Elements that answers hold themselves are in the service's namespace, those within profiles in the schema's."""
    return tt if name == "VideoEncoderConfiguration" else trt


def profile(device: OnvifDevice, channel: Channel, stream: str, name: str = "Profiles") -> Element:
    """One profile: source, encoder, and what else hangs on it."""
    return trt(
        name,
        tt("Name", f"{channel.name} {stream}"),
        source_configuration(channel, tt, "VideoSourceConfiguration"),
        audio_source_configuration(channel, tt) if channel.audio else None,
        encoder_configuration(channel, stream),
        _audio_encoder(channel, tt, "AudioEncoderConfiguration"),
        ptz_configuration(device, channel, tt),
        metadata_configuration(channel, tt) if device.speaks_metadata else None,
        token=f"{channel.name}_{stream}",
        fixed=True,
    )


def profiles(device: OnvifDevice, call: Call) -> Element:
    """GetProfiles."""
    return trt(
        "GetProfilesResponse",
        [profile(device, channel, stream) for channel in device.channels.values() for stream in channel.encoders],
    )


def one_profile(device: OnvifDevice, call: Call) -> Element:
    """GetProfile."""
    channel, stream = channel_of_profile(device, call)
    return trt("GetProfileResponse", profile(device, channel, stream, "Profile"))


def video_sources(device: OnvifDevice, call: Call) -> Element:
    """GetVideoSources: one a channel."""
    return trt(
        "GetVideoSourcesResponse",
        [
            trt(
                "VideoSources",
                tt("Framerate", float(channel.original["main"].fps)),
                resolution(channel.width, channel.height),
                token=channel.name,
            )
            for channel in device.channels.values()
        ],
    )


def source_configurations(device: OnvifDevice, call: Call) -> Element:
    """GetVideoSourceConfigurations."""
    found = [source_configuration(channel, trt, "Configurations") for channel in device.channels.values()]
    return trt("GetVideoSourceConfigurationsResponse", found)


def encoder_configurations(device: OnvifDevice, call: Call) -> Element:
    """GetVideoEncoderConfigurations."""
    found = (
        encoder_configuration(channel, stream, "Configurations")
        for channel in device.channels.values()
        for stream in channel.encoders
    )
    return trt("GetVideoEncoderConfigurationsResponse", found)


def one_encoder(device: OnvifDevice, call: Call) -> Element:
    """GetVideoEncoderConfiguration."""
    channel, stream = channel_of_profile(device, call, "ConfigurationToken")
    return trt("GetVideoEncoderConfigurationResponse", encoder_configuration(channel, stream, "Configuration"))


def encoder_options(device: OnvifDevice, call: Call) -> Element:
    """GetVideoEncoderConfigurationOptions: of the stream asked for, or of the first."""
    token = call.text("ConfigurationToken") or call.text("ProfileToken")
    name, _, stream = token.rpartition("_")
    channel = device.channels.get(name) or next(iter(device.channels.values()))
    coded = channel.original.get(stream) or channel.original["main"]

    def h264(*more: Element) -> Element:
        return tt(
            "H264",
            [resolution(*size, "ResolutionsAvailable") for size in device.sizes(coded)],
            _range("GovLengthRange", *GOP_RANGE),
            _range("FrameRateRange", FPS_LOWEST, round(coded.fps)),
            _range("EncodingIntervalRange", 1, 1),
            [tt("H264ProfilesSupported", name) for name in PROFILES],
            more,
        )

    with_rate = tt("Extension", h264(_range("BitrateRange", *BITRATE_RANGE)))
    options = trt("Options", _range("QualityRange", *QUALITY_RANGE), h264(), with_rate)
    return trt("GetVideoEncoderConfigurationOptionsResponse", options)


def _range(name: str, least: float, most: float) -> Element:
    return tt(name, tt("Min", least), tt("Max", most))


async def set_encoder(device: OnvifDevice, call: Call) -> Element:
    """SetVideoEncoderConfiguration: what is streamed changes with it."""
    given = find(call.body, "Configuration")
    token = "" if given is None else str(given.get("token"))
    name, _, stream = token.rpartition("_")
    channel = device.channels.get(name)
    if given is None or channel is None or stream not in channel.encoders:
        raise no_entity("NoConfig", token)
    before = channel.encoders[stream]
    wanted = replace(
        before,
        codec=Codec.H264,
        width=int(number(text(given, "Resolution/Width"), before.width)),
        height=int(number(text(given, "Resolution/Height"), before.height)),
        quality=number(text(given, "Quality"), before.quality),
        fps=number(text(given, "RateControl/FrameRateLimit"), before.fps),
        bitrate=int(number(text(given, "RateControl/BitrateLimit"), before.bitrate)),
        gop=int(number(text(given, "H264/GovLength"), before.gop)),
        profile=text(given, "H264/H264Profile", before.profile),
    )
    await device.encode(channel, stream, checked(device, channel, stream, wanted))
    return trt("SetVideoEncoderConfigurationResponse")


def checked(device: OnvifDevice, channel: Channel, stream: str, wanted: Encoder) -> Encoder:
    """The encoder settings as the device can do them: a rate between becomes the next below. Raises SoapFault."""
    original = channel.original[stream]
    possible = nearest(device, channel, original, wanted)
    if possible != wanted and not device.suffers(Trouble.CLAMPS):
        raise SoapFault("the options do not hold this", "Sender", "ter:InvalidArgVal", "ter:ConfigModify")
    # A rate is told in whole pictures by the first generation: what is told must come back as the same rate.
    rate = next(rate for rate in device.rates(original) if round(rate) <= possible.fps)
    return replace(possible, fps=rate)


def nearest(device: OnvifDevice, channel: Channel, original: Encoder, wanted: Encoder) -> Encoder:
    """The settings that are nearest to those wanted and within the options."""
    codecs = device.codecs(channel)
    sizes = sorted(device.sizes(original), key=lambda size: abs(size[0] - wanted.width) + abs(size[1] - wanted.height))
    return replace(
        wanted,
        codec=wanted.codec if wanted.codec in codecs else codecs[0],
        width=sizes[0][0],
        height=sizes[0][1],
        fps=min(max(wanted.fps, FPS_LOWEST), round(original.fps)),
        gop=min(max(wanted.gop, GOP_RANGE[0]), GOP_RANGE[1]),
        bitrate=min(max(wanted.bitrate, BITRATE_RANGE[0]), BITRATE_RANGE[1]),
        quality=min(max(wanted.quality, QUALITY_RANGE[0]), QUALITY_RANGE[1]),
        profile=wanted.profile if wanted.profile in PROFILES else PROFILES[1],
    )


def _audio_encoder(channel: Channel, maker: Maker, name: str) -> Element | None:
    track = channel.audio
    if track is None:
        return None
    return maker(
        name,
        tt("Name", f"{channel.name} audio"),
        tt("UseCount", len(channel.encoders)),
        tt("Encoding", "AAC" if track.codec is Codec.AAC else "G711"),
        tt("Bitrate", 32 if track.codec is Codec.AAC else 64),
        tt("SampleRate", track.sample_rate // 1000),
        multicast(),
        tt("SessionTimeout", "PT60S"),
        token=f"{channel.name}_audio",
    )


def audio_sources(device: OnvifDevice, call: Call) -> Element:
    """GetAudioSources."""
    heard = [channel for channel in device.channels.values() if channel.audio]
    found = [trt("AudioSources", tt("Channels", 1), token=f"{channel.name}_mic") for channel in heard]
    return trt("GetAudioSourcesResponse", found)


def audio_encoders(device: OnvifDevice, call: Call) -> Element:
    """GetAudioEncoderConfigurations."""
    found = [_audio_encoder(channel, trt, "Configurations") for channel in device.channels.values()]
    return trt("GetAudioEncoderConfigurationsResponse", found)


def audio_outputs(device: OnvifDevice, call: Call) -> Element:
    """GetAudioOutputs: a speaker where a backchannel is offered."""
    return trt(
        "GetAudioOutputsResponse",
        [trt("AudioOutputs", token=f"{name}_speaker") for name in device.channels if device.has_speaker(name)],
    )


def metadata_configurations(device: OnvifDevice, call: Call) -> Element:
    """GetMetadataConfigurations."""
    channels = device.channels.values() if device.speaks_metadata else ()
    return trt(
        "GetMetadataConfigurationsResponse",
        [metadata_configuration(channel, trt, "Configurations") for channel in channels],
    )


def uri(device: OnvifDevice, call: Call) -> Element:
    """GetStreamUri."""
    channel, stream = channel_of_profile(device, call)
    return trt(
        "GetStreamUriResponse",
        trt(
            "MediaUri",
            tt("Uri", stream_uri(device, call, f"/{channel.name}/{stream}")),
            tt("InvalidAfterConnect", False),
            tt("InvalidAfterReboot", False),
            tt("Timeout", "PT0S"),
        ),
    )


def snapshot_uri(device: OnvifDevice, call: Call) -> Element:
    """GetSnapshotUri."""
    channel, stream = channel_of_profile(device, call)
    return trt(
        "GetSnapshotUriResponse",
        trt(
            "MediaUri",
            tt("Uri", f"{device.advertised(call)}/onvif/snapshot/{channel.name}_{stream}"),
            tt("InvalidAfterConnect", False),
            tt("InvalidAfterReboot", False),
            tt("Timeout", "PT0S"),
        ),
    )


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    most = sum(len(channel.encoders) for channel in device.channels.values())
    return trt(
        "GetServiceCapabilitiesResponse",
        trt(
            "Capabilities",
            trt("ProfileCapabilities", MaximumNumberOfProfiles=most),
            trt("StreamingCapabilities", RTPMulticast=False, RTP_TCP=True, RTP_RTSP_TCP=True),
            SnapshotUri=True,
            OSD=True,
        ),
    )


def synchronise(device: OnvifDevice, call: Call) -> Element:
    """SetSynchronizationPoint: a loop's pictures are coded already, so the next keyframe comes when it comes."""
    channel_of_profile(device, call)
    return trt("SetSynchronizationPointResponse")


def guaranteed(device: OnvifDevice, call: Call) -> Element:
    """GetGuaranteedNumberOfVideoEncoderInstances."""
    return trt("GetGuaranteedNumberOfVideoEncoderInstancesResponse", trt("TotalNumber", 2), trt("H264", 2))


SERVICE = Service(
    "trt",
    "/onvif/media_service",
    (2, 60),
    {
        "GetAudioEncoderConfigurations": audio_encoders,
        "GetAudioOutputs": audio_outputs,
        "GetAudioSources": audio_sources,
        "GetGuaranteedNumberOfVideoEncoderInstances": guaranteed,
        "GetMetadataConfigurations": metadata_configurations,
        "GetProfile": one_profile,
        "GetProfiles": profiles,
        "GetServiceCapabilities": service_capabilities,
        "GetSnapshotUri": snapshot_uri,
        "GetStreamUri": uri,
        "GetVideoEncoderConfiguration": one_encoder,
        "GetVideoEncoderConfigurationOptions": encoder_options,
        "GetVideoEncoderConfigurations": encoder_configurations,
        "GetVideoSourceConfigurations": source_configurations,
        "GetVideoSources": video_sources,
        "SetSynchronizationPoint": synchronise,
        "SetVideoEncoderConfiguration": set_encoder,
    }
    | OSD_OPERATIONS,
)
