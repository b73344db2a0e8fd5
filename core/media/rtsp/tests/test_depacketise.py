"""Payloads to frames: as the RFCs say, as cameras get it wrong, and as no one should send it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.media.rtsp.depacketise import H264Depacketiser, H265Depacketiser
from core.media.rtsp.depacketise_aac import AacDepacketiser
from core.media.rtsp.depacketise_jpeg import JpegDepacketiser
from core.media.rtsp.formats import Format
from core.media.rtsp.frames import Depacketiser, Frame, WholeFrames
from core.media.rtsp.receiver import NalReceiver, NotRtp, Receiver
from core.media.rtsp.sdp import Media
from core.media.units import Codec

SPS, PPS = b"\x67\x42\xc0\x1e\xd9", b"\x68\xce\x3c\x80"
IDR, SECOND = b"\x65\x88" + bytes(range(200)), b"\x65\x40" + bytes(range(100))
P = b"\x41\x9a" + b"p" * 50


def prefixed(*nals: bytes) -> bytes:
    return b"".join(len(nal).to_bytes(4, "big") + nal for nal in nals)


def push(target: Depacketiser, payload: bytes, timestamp: int, marker: bool = False) -> list[Frame]:
    """Push one payload with bytes around it, as in a receive buffer; returns the frames it completed."""
    target.push(b"\xaa" * 7 + payload + b"\xbb" * 5, 7, 7 + len(payload), timestamp, marker)
    found, target.frames = target.frames, []
    return found


def fragments(nal: bytes, size: int) -> list[bytes]:
    pieces = [nal[1:][at : at + size] for at in range(0, len(nal) - 1, size)]
    return [
        bytes((nal[0] & 0xE0 | 28, nal[0] & 31 | (0x80 if i == 0 else 0) | (0x40 if i == len(pieces) - 1 else 0)))
        + piece
        for i, piece in enumerate(pieces)
    ]


def test_stap_a_and_fragments_make_one_unit() -> None:
    target = H264Depacketiser()
    stap = b"\x78" + b"".join(len(n).to_bytes(2, "big") + n for n in (SPS, PPS))
    assert push(target, stap, 1) == []
    *first, last = fragments(IDR, 60)
    assert [f for piece in first for f in push(target, piece, 1)] == []
    (frame,) = push(target, last, 1, marker=True)
    assert (frame.data, frame.keyframe, frame.parameters) == (prefixed(IDR), True, (SPS, PPS))


def test_parameter_sets_with_a_marker_of_their_own_end_nothing() -> None:
    target = H264Depacketiser()
    assert push(target, SPS, 5, marker=True) == []
    assert push(target, PPS, 5, marker=True) == []
    (frame,) = push(target, IDR, 5, marker=True)
    assert frame.parameters == (SPS, PPS)


def test_without_markers_a_unit_ends_with_the_next_timestamp_or_first_slice() -> None:
    target = H264Depacketiser()
    assert push(target, IDR, 1) == []
    assert push(target, SECOND, 1) == []
    (frame,) = push(target, P, 2)
    assert frame.data == prefixed(IDR, SECOND)
    (frame,) = push(target, P, 2)  # the same time again, but first_mb_in_slice is 0
    assert frame.data == prefixed(P)


def test_markers_on_every_slice_are_found_out() -> None:
    target = H264Depacketiser()
    push(target, IDR, 1, marker=True)
    push(target, SECOND, 1, marker=True)  # continues what the marker ended: that one unit is lost
    for timestamp in (2, 3, 4):
        push(target, IDR, timestamp, marker=True)
        push(target, SECOND, timestamp, marker=True)
    assert push(target, P, 5)[0].data == prefixed(IDR, SECOND)


def test_a_lost_packet_costs_its_unit_only() -> None:
    target = H264Depacketiser()
    first, _, last = fragments(IDR, 80)
    push(target, first, 1)
    target.lost()
    assert push(target, last, 1, marker=True) == []
    (frame,) = push(target, P, 2, marker=True)
    assert frame.data == prefixed(P)


def test_a_lost_last_packet_drops_the_unit_begun() -> None:
    target = H264Depacketiser()
    push(target, IDR, 1)
    target.lost()
    (frame,) = push(target, P, 2, marker=True)
    assert frame.data == prefixed(P)


def test_a_lost_first_slice_drops_its_unit() -> None:
    target = H264Depacketiser()
    push(target, IDR, 1, marker=True)
    target.lost()
    assert push(target, SECOND, 2, marker=True) == []
    (frame,) = push(target, P, 3, marker=True)
    assert frame.data == prefixed(P)


def test_what_begins_after_a_loss_is_whole_and_markers_are_still_believed() -> None:
    target = H264Depacketiser()
    push(target, IDR, 1, marker=True)
    target.lost()
    assert push(target, P, 2) == []
    (frame,) = push(target, SECOND, 2, marker=True)
    assert frame.data == prefixed(P, SECOND)
    target.lost()
    assert push(target, SECOND, 2, marker=True) == []  # of another picture, that has the same time
    (frame,) = push(target, P, 3, marker=True)
    assert frame.data == prefixed(P)


def test_a_recovery_point_is_a_keyframe() -> None:
    target = H264Depacketiser()
    push(target, b"\x06\x06\x01\xc4\x80", 1)
    (frame,) = push(target, P, 1, marker=True)
    assert frame.keyframe
    (frame,) = push(target, P, 2, marker=True)
    assert not frame.keyframe


def test_h265_aggregates_and_fragments() -> None:
    vps, sps, pps = b"\x40\x01\x0c", b"\x42\x01\x01\x60", b"\x44\x01\xc1\x72"
    idr = b"\x26\x01\xaf" + bytes(range(100))
    target = H265Depacketiser()
    aggregate = b"\x60\x01" + b"".join(len(n).to_bytes(2, "big") + n for n in (vps, sps, pps))
    assert push(target, aggregate, 1) == []
    body = idr[2:]
    assert push(target, b"\x62\x01\x93" + body[:40], 1) == []
    (frame,) = push(target, b"\x62\x01\x53" + body[40:], 1, marker=True)
    assert (frame.data, frame.keyframe, frame.parameters) == (prefixed(idr), True, (vps, sps, pps))


def test_h265_decoding_order_fields_are_skipped() -> None:
    nal = b"\x02\x01\xd0" + b"x" * 30
    target = H265Depacketiser(decoding_order=True)
    (frame,) = push(target, nal[:2] + b"\0\7" + nal[2:], 1, marker=True)
    assert frame.data == prefixed(nal)
    assert not frame.keyframe


def test_aac_several_frames_a_packet() -> None:
    target = AacDepacketiser()
    headers = b"".join((len(frame) << 3).to_bytes(2, "big") for frame in (b"a" * 10, b"b" * 20))
    frames = push(target, (len(headers) * 8).to_bytes(2, "big") + headers + b"a" * 10 + b"b" * 20, 0xFFFFFF00, True)
    assert [(f.timestamp, f.data, f.duration) for f in frames] == [
        (0xFFFFFF00, b"a" * 10, 1024),
        (0x300, b"b" * 20, 1024),
    ]


def test_aac_one_frame_over_several_packets() -> None:
    target = AacDepacketiser()
    header = b"\0\x10" + (50 << 3).to_bytes(2, "big")
    assert push(target, header + b"a" * 30, 9) == []
    assert [f.data for f in push(target, header + b"a" * 20, 9, True)] == [b"a" * 50]
    assert push(target, header + b"a" * 30, 9) == []
    target.lost()
    assert push(target, header + b"a" * 20, 9, True) == []


@pytest.mark.parametrize(
    ("packet", "samples"), [(b"\x08", 960), (b"\xf8", 960), (b"\xf9", 1920), (b"\xfb\x03", 2880), (b"\x60", 480)]
)
def test_opus_durations(packet: bytes, samples: int) -> None:
    assert push(WholeFrames(), packet, 0)[0].duration == samples


def _receiver() -> Receiver:
    return Receiver(Format(Media("audio", 0, "PCMU", 8000, 1, ""), Codec.PCMU))


def rtp(sequence: int, payload: bytes, first: int = 0x80, extra: bytes = b"") -> bytes:
    return bytes((first, 0)) + sequence.to_bytes(2, "big") + bytes(8) + extra + payload


def test_packet_header_with_sources_extension_and_padding() -> None:
    receiver = _receiver()
    extra = b"CSRC" + b"\xbe\xde\0\x01" + b"EXTN"
    packet = rtp(1, b"sound" + b"\0\0\x03", 0x80 | 0x20 | 0x10 | 1, extra)
    receiver.packet(packet, 0, len(packet))
    assert [frame.data for frame in receiver.depacketiser.frames] == [b"sound"]


def test_gaps_in_the_sequence_are_counted_across_the_wrap() -> None:
    receiver = _receiver()
    for sequence in (65534, 65535, 0, 3, 4):
        packet = rtp(sequence, b"x")
        receiver.packet(packet, 0, len(packet))
    assert receiver.packets_lost == 2


@pytest.mark.parametrize("packet", [b"", b"\x80" * 11, b"\x40" + bytes(20), b"RTSP/1.0 200 OK"])
def test_what_is_no_rtp_is_refused(packet: bytes) -> None:
    with pytest.raises(NotRtp):
        _receiver().packet(packet, 0, len(packet))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_payload_breaks_a_depacketiser(data: st.DataObject) -> None:
    makers = (H264Depacketiser, H265Depacketiser, AacDepacketiser, JpegDepacketiser, WholeFrames)
    target = data.draw(st.sampled_from(makers))()
    first = st.sampled_from(
        [b"\x78", b"\x7c\x85", b"\x7c\x45", b"\x60\x01", b"\x62\x01\x93", b"\x62\x01\x53", b"\x67", b""]
    )
    for payload in data.draw(st.lists(st.tuples(first, st.binary(min_size=1, max_size=40)), max_size=12)):
        push(target, b"".join(payload), data.draw(st.integers(0, 2)), data.draw(st.booleans()))
        if data.draw(st.booleans()):
            target.lost()


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_packet_breaks_a_receiver(packet: bytes) -> None:
    try:
        _receiver().packet(packet, 0, len(packet))
    except NotRtp:
        assert len(packet) < 12 or packet[0] >> 6 != 2


def interleave(packets: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"$\4" + (len(head + body)).to_bytes(2, "big") + head + body for head, body in packets)


def video(codec: Codec) -> Format:
    return Format(Media("video", 96, codec.value.upper(), 90000, 1, ""), codec)


def h265_fragments(nal: bytes, size: int) -> list[bytes]:
    pieces = [nal[2:][at : at + size] for at in range(0, len(nal) - 2, size)]
    flags = [0x80] + [0] * (len(pieces) - 2) + [0x40]
    return [bytes((98, 1, flag | nal[0] >> 1)) + piece for flag, piece in zip(flags, pieces, strict=True)]


def one_by_one(receiver: Receiver, data: bytes, *, runs: bool) -> int:
    """Feed as a connection does; returns how many packets needed a call of their own."""
    at, calls = 0, 0
    while at < len(data):
        start, at = at + 4, at + 4 + int.from_bytes(data[at + 2 : at + 4], "big")
        receiver.packet(data, start, at)
        at, calls = receiver.run(data, at, len(data), 4) if runs else at, calls + 1
    return calls


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_the_short_way_for_fragments_makes_the_same_frames(codec: Codec, data: st.DataObject) -> None:
    packets, sequence = [], data.draw(st.integers(65500, 65535))
    for picture in range(data.draw(st.integers(1, 3))):
        body = data.draw(st.binary(min_size=150, max_size=300))
        payloads = (
            fragments(b"\x65\x88" + body, 20) if codec is Codec.H264 else h265_fragments(b"\x26\1\x88" + body, 20)
        )
        for place, payload in enumerate(payloads):
            marker = 0x80 if place == len(payloads) - 1 else 0
            time = (picture * 3000).to_bytes(4, "big")
            packets.append(
                (bytes((0x80, 96 | marker)) + (sequence & 0xFFFF).to_bytes(2, "big") + time + b"ssrc", payload)
            )
            sequence += 1
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(packets) - 1))
        damaged = bytearray(b"".join(packets[place]))  # the same packet may have been cut short before
        damaged[data.draw(st.integers(0, min(15, len(damaged) - 1)))] = data.draw(
            st.sampled_from((0, 0x80, 0x90, 0xA0, 0x7C, 0x62, 1, 0xFF))
        )
        damaged[0] |= 0x80
        damaged[0] &= 0xBF
        packets[place] = bytes(damaged[:12]), bytes(damaged[12 : data.draw(st.integers(12, len(damaged)))])
    if data.draw(st.booleans()):
        del packets[data.draw(st.integers(0, len(packets) - 1))]
    stream = interleave(packets)
    slow, quick = NalReceiver(video(codec)), NalReceiver(video(codec))
    one_by_one(slow, stream, runs=False)
    one_by_one(quick, stream, runs=True)
    assert quick.depacketiser.frames == slow.depacketiser.frames
    assert quick.packets_lost == slow.packets_lost


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_the_short_way_is_taken(codec: Codec) -> None:
    payloads = fragments(IDR, 20) if codec is Codec.H264 else h265_fragments(b"\x26\1\x88" + bytes(198), 20)
    packets = [(bytes((0x80, 96, 0, place)) + b"timessrc", payload) for place, payload in enumerate(payloads)]
    assert len(packets) > 9
    assert one_by_one(NalReceiver(video(codec)), interleave(packets), runs=True) == 2
