"""Virtual files over stored segments, read by FFmpeg."""

from __future__ import annotations

import io
import shutil
import subprocess
import tracemalloc
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import pytest

from core.media.fragments import Fragment, cover, encode
from core.media.mp4 import reader
from core.media.mp4.assemble import CHUNK, Piece, VirtualMp4
from core.media.mp4.boxes import children, find
from core.media.segmenter import Segmenter
from core.media.tests import footage
from core.media.tests.footage import Footage
from core.media.tests.test_segmenter import Recorded, collect, record
from core.media.units import Codec, Track


def read(source: bytes, offset: int, length: int) -> bytes:
    return source[offset : offset + length]


def piece(segment: Recorded, start_ms: int = 0, end_ms: int = 10**9) -> Piece[bytes]:
    first, last = cover(segment.fragments, start_ms, end_ms)
    return Piece(segment.data, segment.opened.tracks, encode(segment.fragments), first, last)


def whole(virtual: VirtualMp4[bytes]) -> bytes:
    data = b"".join(virtual.chunks(0, virtual.size, read))
    assert len(data) == virtual.size
    return data


def shifted(made: Footage, ms: int) -> Footage:
    """The same stream `ms` later, on every clock of it."""
    scales = {track.index: track.timescale for track in made.info.tracks}
    moved = []
    for unit in made.units:
        ticks = ms * scales[unit.track] // 1000
        moved.append(replace(unit, dts=unit.dts + ticks, pts=unit.pts + ticks, wall_ms=unit.wall_ms + ms))
    return Footage(made.info, moved, made.pictures)


def scene(codec: Codec = Codec.H264, seconds: int = 4, sound: bool = True, **options: int) -> Footage:
    sight = footage.video(codec, seconds * 30, **options)
    return footage.together(sight, footage.audio(seconds=seconds)) if sound else sight


def ffprobe(path: Path, entries: str) -> str:
    probe = ["ffprobe", "-v", "error", "-count_packets", "-show_entries", entries, "-of", "csv=p=0", str(path)]
    found = subprocess.run(probe, capture_output=True, text=True, timeout=60, check=True)
    assert found.stderr == ""
    return found.stdout


@pytest.mark.parametrize(("codec", "b_frames"), [(Codec.H264, 0), (Codec.H264, 2), (Codec.H265, 0), (Codec.MJPEG, 0)])
def test_segments_join_to_one_file_of_all_pictures(codec: Codec, b_frames: int, tmp_path: Path) -> None:
    made = scene(codec, 6, b_frames=b_frames)
    segments = record(made, segment_ms=2000)
    assert len(segments) == 3
    virtual = VirtualMp4([piece(segment) for segment in segments])
    assert virtual.duration_ms == 6000
    data = whole(virtual)
    assert footage.same(footage.decode_file(data), made.pictures)
    if shutil.which("ffprobe"):
        (tmp_path / "v.mp4").write_bytes(data)
        assert float(ffprobe(tmp_path / "v.mp4", "format=duration")) == pytest.approx(6.0, abs=0.07)


def test_sound_is_continuous_over_the_joints() -> None:
    made = scene(seconds=6)
    segments = record(made, segment_ms=2000)
    data = whole(VirtualMp4([piece(segment) for segment in segments]))
    heard = []
    for kind, start, end in children(data):
        if kind == b"prft":
            prft_at = start - 8
        if kind == b"mdat":
            heard += [u for u in reader.samples(data[prft_at:end], segments[0].opened.tracks) if u.track == 1]
    steps = {two.dts - one.dts for one, two in pairwise(heard)}
    assert steps <= set(range(1024 - 33, 1024 + 34)), "2 ms at most, and only where segments join"
    assert len([unit for unit in made.units if unit.track == 1]) - len(heard) <= 2


def test_any_byte_range_is_the_same_as_of_the_whole() -> None:
    segments = record(scene(seconds=4), segment_ms=2000)
    virtual = VirtualMp4([piece(segment) for segment in segments])
    data = whole(virtual)
    for start in range(0, virtual.size, 977):
        for length in (1, 300, 5000, virtual.size):
            assert b"".join(virtual.chunks(start, start + length, read)) == data[start : start + length]
    assert b"".join(virtual.chunks(virtual.size, virtual.size + 10, read)) == b""


def test_chunks_are_small_and_large_fragments_are_read_in_parts() -> None:
    made = footage.video(Codec.H264, 30)
    for unit in made.units:
        unit.data += bytes(90_000)
    (segment,) = record(made, fragment_ms=5000)
    virtual = VirtualMp4([piece(segment)])
    lengths = []
    for chunk in virtual.chunks(0, virtual.size, lambda s, o, n: lengths.append(n) or read(s, o, n)):
        assert len(chunk) <= CHUNK
    assert max(lengths) <= CHUNK
    assert len(lengths) >= 5


def test_a_part_of_a_segment_begins_at_its_keyframe_and_at_time_0(tmp_path: Path) -> None:
    made = scene(seconds=6)
    (segment,) = record(made, segment_ms=60_000)
    virtual = VirtualMp4([piece(segment, 2400, 4100)])
    assert virtual.duration_ms == 2500
    (tmp_path / "v.mp4").write_bytes(whole(virtual))
    assert footage.same(footage.decode_file(whole(virtual)), made.pictures[60:135])
    if shutil.which("ffprobe"):
        times = ffprobe(tmp_path / "v.mp4", "format=start_time,duration").strip()
        start, duration = map(float, times.split(","))
        assert start == 0
        assert duration == pytest.approx(2.5, abs=0.064), "the last sound may ring out"


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_a_change_of_size_between_segments_decodes(codec: Codec, tmp_path: Path) -> None:
    parts = [scene(codec, 2), shifted(scene(codec, 2, width=320, height=192), 2000), shifted(scene(codec, 2), 4000)]
    segmenter = Segmenter(7, "main", 500, 60_000)
    events = []
    for part in parts:
        events += segmenter.on_stream(part.info) + segmenter.push(part.units)
    segments = collect(events + segmenter.flush())
    virtual = VirtualMp4([piece(segment) for segment in segments])
    data = whole(virtual)
    assert footage.same(footage.decode_file(data), [p for part in parts for p in part.pictures])
    (tmp_path / "v.mp4").write_bytes(data)
    if shutil.which("ffprobe"):
        assert ffprobe(tmp_path / "v.mp4", "stream=codec_type,nb_read_packets").split()[0] == "video,180"


def test_a_change_of_sound_gets_a_track_of_its_own() -> None:
    one = scene(seconds=2)
    two = shifted(footage.together(footage.video(Codec.H264, 60), footage.audio(Codec.OPUS, 2, rate=48_000)), 2000)
    silent = shifted(scene(seconds=2, sound=False), 4000)
    segments = [segment for made in (one, two, silent) for segment in record(made)]
    data = whole(VirtualMp4([piece(segment) for segment in segments]))
    assert len(footage.decode_file(data)) == 180
    with av.open(io.BytesIO(data)) as container:
        assert [stream.codec_context.name for stream in container.streams.audio] == ["aac", "opus"]


def test_gaps_are_skipped() -> None:
    segments = record(scene(seconds=2)) + record(shifted(scene(seconds=2), 3_600_000))
    virtual = VirtualMp4([piece(segment) for segment in segments])
    assert virtual.duration_ms == 4000
    assert len(footage.decode_file(whole(virtual))) == 120


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg (Debian package) is not installed")
def test_ffmpeg_seeks_in_it(tmp_path: Path) -> None:
    made = scene(seconds=8)
    segments = record(made, segment_ms=2000)
    path = tmp_path / "v.mp4"
    path.write_bytes(whole(VirtualMp4([piece(segment) for segment in segments])))
    for second in (1.5, 4.0, 6.9):
        grab = ["ffmpeg", "-v", "error", "-ss", str(second), "-i", str(path), "-frames:v", "1"]
        shown = subprocess.run(
            [*grab, "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"], capture_output=True, timeout=60, check=True
        )
        luma = made.pictures[round(second * 30)]
        assert shown.stdout[: luma.size] == luma.tobytes()


@pytest.mark.parametrize("b_frames", [0, 2])
def test_ffmpeg_library_seeks_to_the_right_keyframes_in_any_order(b_frames: int) -> None:
    segments = record(scene(seconds=12, b_frames=b_frames), segment_ms=4000)
    data = whole(VirtualMp4([piece(segment) for segment in segments]))
    with av.open(io.BytesIO(data)) as container:
        for second in (9.5, 1.2, 6.2, 3.3, 11.2):
            container.seek(int(second * 1_000_000))
            packet = next(container.demux(video=0))
            assert packet.is_keyframe
            assert second - 1.2 < float(packet.pts * packet.time_base) <= second


def test_any_keyframe_of_another_size_can_be_sought() -> None:
    small, large = scene(seconds=2), shifted(scene(seconds=2, width=320, height=192), 2000)
    segments = record(small) + record(large)
    data = whole(VirtualMp4([piece(segment) for segment in segments]))
    with av.open(io.BytesIO(data)) as container:
        for second, width in ((3.1, 320), (1.1, 160), (2.1, 320)):
            container.seek(int(second * 1_000_000))
            assert next(container.decode(video=0)).width == width


def test_missing_bytes_end_it_with_an_error() -> None:
    (segment,) = record(scene(seconds=2))
    cut = replace(piece(segment), source=segment.data[:-100])
    virtual = VirtualMp4([cut])
    with pytest.raises(EOFError, match="index says more"):
        whole(virtual)


def test_bytes_that_are_no_fragment_are_not_sent() -> None:
    (segment,) = record(scene(seconds=2))
    virtual = VirtualMp4([replace(piece(segment), source=bytes(len(segment.data)))])
    with pytest.raises(ValueError, match="not the head of a fragment"):
        whole(virtual)


def test_nothing_recorded_is_an_error() -> None:
    (segment,) = record(scene(seconds=2))
    with pytest.raises(ValueError, match="nothing recorded"):
        VirtualMp4([replace(piece(segment), last=0)])


def test_the_etag_tells_other_content() -> None:
    (segment,) = record(scene(seconds=4), segment_ms=60_000)
    tags = {VirtualMp4([piece(segment, 0, end)]).etag for end in (900, 1900, 1901, 3900)}
    assert len(tags) == 3
    assert VirtualMp4([piece(segment, 0, 900)]).etag == VirtualMp4([piece(segment, 0, 950)]).etag


def test_a_long_range_stays_small_in_memory() -> None:
    fragments = [Fragment(1500 + n * 250_000, 250_000, 324, n * 500, 500, n % 4 == 0) for n in range(120)]
    track, index = Track(0, Codec.MJPEG, 90_000, b"", 1920, 1080), encode(fragments)
    pieces = [Piece(bytes([n]), (track,), index, 0, 120) for n in range(240)]
    tracemalloc.start()
    virtual = VirtualMp4(pieces)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert virtual.duration_ms == 4 * 3_600_000
    assert virtual.size > 240 * 120 * 250_000
    assert kept < 1 << 19
    assert peak < 3 << 20
    last = virtual.chunks(virtual.size - 1000, virtual.size, lambda source, offset, length: bytes(length))
    assert sum(map(len, last)) == 1000


def test_weeks_fit_the_index_of_one_file() -> None:
    fragments = [Fragment(1500 + n * 250_000, 250_000, 324, n * 10_000, 10_000, True) for n in range(60)]
    track, index = Track(0, Codec.MJPEG, 90_000, b"", 1920, 1080), encode(fragments)
    virtual = VirtualMp4([Piece(b"", (track,), index, 0, 60) for _ in range(2000)])
    head = next(virtual.chunks(0, virtual.size, lambda source, offset, length: b""))
    sidx = find(head, b"sidx")
    assert sidx is not None
    count = int.from_bytes(head[sidx[0] + 30 : sidx[0] + 32])
    assert 20_000 < count <= 65_535
