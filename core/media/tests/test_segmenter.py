"""Segments made of real encodings, read back by FFmpeg."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import av
import pytest

from core.media.fragments import Fragment
from core.media.mp4 import reader
from core.media.segmenter import Closed, Event, Opened, Ready, Segmenter
from core.media.tests import footage
from core.media.tests.footage import START_MS, Footage
from core.media.units import AccessUnit, Codec, StreamInfo


@dataclass
class Recorded:
    """A segment as the recorder would have written it."""

    opened: Opened
    parts: list[bytes]
    fragments: list[Fragment] = field(default_factory=list)
    end_ms: int | None = None

    @property
    def data(self) -> bytes:
        return b"".join(self.parts)

    def scan(self) -> reader.SegmentFile:
        data = self.data
        return reader.scan(lambda offset, length: data[offset : offset + length])

    def units(self, track: int) -> list[AccessUnit]:
        found = []
        for item in self.fragments:
            part = self.data[item.offset : item.offset + item.size]
            found += [unit for unit in reader.samples(part, self.opened.tracks) if unit.track == track]
        return found


def collect(events: Iterable[Event]) -> list[Recorded]:
    """Carry out the events in their order, checking that order."""
    segments: list[Recorded] = []
    for event in events:
        if isinstance(event, Opened):
            assert not segments or segments[-1].end_ms is not None
            segments.append(Recorded(event, [event.init]))
        elif isinstance(event, Ready):
            assert segments[-1].end_ms is None
            assert event.fragment.offset == len(segments[-1].data)
            assert event.fragment.size == len(event.data)
            segments[-1].parts.append(event.data)
            segments[-1].fragments.append(event.fragment)
        elif isinstance(event, Closed):
            assert segments[-1].end_ms is None
            segments[-1].end_ms = event.end_ms
    return segments


def record(made: Footage, *, batch: int = 7, fragment_ms: int = 500, segment_ms: int = 3000) -> list[Recorded]:
    segmenter = Segmenter(7, "main", fragment_ms, segment_ms)
    events = segmenter.on_stream(made.info)
    for at in range(0, len(made.units), batch):
        events += segmenter.push(made.units[at : at + batch])
    return collect(events + segmenter.flush())


def pictures(segments: list[Recorded]) -> list[object]:
    return [picture for segment in segments for picture in footage.decode_file(segment.data)]


@pytest.mark.parametrize("late_ms", [0, 150])
@pytest.mark.parametrize(
    ("codec", "b_frames"), [(Codec.H264, 0), (Codec.H264, 2), (Codec.H265, 0), (Codec.H265, 3), (Codec.MJPEG, 0)]
)
def test_every_picture_and_sound_comes_back(codec: Codec, b_frames: int, late_ms: int) -> None:
    sound = footage.audio(seconds=5)
    made = footage.together(footage.video(codec, 150, b_frames=b_frames), sound, late_ms=late_ms)
    segments = record(made)
    assert [(s.opened.start_ms, s.end_ms) for s in segments] == [
        (START_MS, START_MS + 3000),
        (START_MS + 3000, START_MS + 5000),
    ]
    assert footage.same(pictures(segments), made.pictures)
    kept = [unit.data for segment in segments for unit in segment.units(1)]
    sent = [unit.data for unit in sound.units]
    first = sent.index(kept[0])
    assert first <= 1 + late_ms // 64 + 1  # before the first picture there is no sound
    assert kept == sent[first : first + len(kept)]
    assert len(kept) >= len(sent) - first - 1 - late_ms // 64


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffprobe (Debian package ffmpeg) is not installed")
def test_ffprobe_agrees_on_duration_and_ffmpeg_seeks(tmp_path: Path) -> None:
    made = footage.together(footage.video(Codec.H264, 150), footage.audio(seconds=5))
    (segment,) = record(made, segment_ms=60_000)
    path = tmp_path / "a.mp4"
    path.write_bytes(segment.data)
    probe = [
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "format=duration:stream=codec_name",
        "-of",
        "csv=p=0",
        str(path),
    ]
    found = subprocess.run(probe, capture_output=True, text=True, timeout=30, check=True)
    assert found.stderr == ""
    assert found.stdout.split() == ["h264", "aac", "5.000000"]
    grab = ["ffmpeg", "-v", "error", "-ss", "3.5", "-i", str(path), "-frames:v", "1", "-f", "rawvideo", "-"]
    grabbed = subprocess.run([*grab[:-1], "-pix_fmt", "yuv420p", "-"], capture_output=True, timeout=30, check=True)
    luma = made.pictures[105]
    assert grabbed.stdout[: luma.size] == luma.tobytes()


def test_the_index_is_what_a_scan_of_the_file_finds() -> None:
    made = footage.together(footage.video(Codec.H264, 150, b_frames=2), footage.audio(seconds=5))
    for segment in record(made):
        scanned = segment.scan()
        assert scanned.fragments == segment.fragments
        assert scanned.valid == len(segment.data)
        assert scanned.end_ms == segment.end_ms
        assert (scanned.meta.camera, scanned.meta.stream, scanned.meta.key) == (7, "main", segment.opened.key)
        assert scanned.meta.tracks == segment.opened.tracks
        assert scanned.walls == [segment.opened.start_ms + item.start_ms for item in segment.fragments]


def test_a_file_torn_anywhere_keeps_its_whole_fragments() -> None:
    (segment,) = record(footage.video(Codec.H264, 45, gop=15), segment_ms=60_000)
    data, ends = segment.data, [item.offset + item.size for item in segment.fragments]
    first = segment.fragments[0].offset
    for cut in range(len(data)):
        torn = data[:cut]
        if cut < first:
            with pytest.raises(ValueError, match="not a segment"):
                reader.scan(lambda offset, length, torn=torn: torn[offset : offset + length])
            continue
        found = reader.scan(lambda offset, length, torn=torn: torn[offset : offset + length])
        whole = [end for end in ends if end <= cut]
        assert len(found.fragments) == len(whole)
        assert found.valid == (whole[-1] if whole else first)


def test_garbage_and_zeros_behind_the_last_fragment_are_torn_tail() -> None:
    (segment,) = record(footage.video(Codec.H264, 45, gop=15), segment_ms=60_000)
    for tail in (bytes(5000), b"\xff" * 5000, bytes(range(1, 251)) * 20):
        data = segment.data + tail
        found = reader.scan(lambda offset, length, data=data: data[offset : offset + length])
        assert (found.valid, found.fragments) == (len(segment.data), segment.fragments)


def test_a_fragment_per_half_second_and_one_at_each_keyframe() -> None:
    (segment,) = record(footage.video(Codec.H264, 120, gop=40), segment_ms=60_000)
    seen = [(item.start_ms, item.duration_ms, item.keyframe) for item in segment.fragments]
    assert seen == [
        *((0, 500, True), (500, 500, False), (1000, 333, False)),
        *((1333, 500, True), (1833, 500, False), (2333, 333, False)),
        *((2666, 500, True), (3166, 500, False), (3666, 334, False)),
    ]


def test_recording_begins_at_a_keyframe() -> None:
    made = footage.together(footage.video(Codec.H264, 60), footage.audio(seconds=2))
    made.units = made.units[5:]
    (segment,) = record(made)
    assert segment.opened.start_ms == START_MS + 1000
    assert len(segment.units(0)) == 30
    assert min(unit.wall_ms for unit in segment.units(1)) >= START_MS + 1000


def test_no_keyframe_for_long_does_not_hold_memory_and_ends_the_segment() -> None:
    info = footage.video(Codec.H264, 1).info
    segmenter = Segmenter(1, "main", 500, 60_000)
    segmenter.on_stream(info)
    held = 0
    for number in range(610 * 30):
        wall_ms = START_MS + number * 1000 // 30
        fresh = segmenter.push([AccessUnit(0, number * 3000, number * 3000, 0, number == 0, wall_ms, b"\0\0\0\1\x41")])
        held = 1 if any(isinstance(event, Ready) for event in fresh) else held + 1
        assert held <= 15
        for event in fresh:
            if isinstance(event, Closed):
                assert event.end_ms == START_MS + 580_000
    (tail,) = [event for event in segmenter.flush() if isinstance(event, Closed)]
    assert tail.end_ms == START_MS + 610_000


def test_a_huge_group_of_pictures_is_cut_by_bytes() -> None:
    info = footage.video(Codec.H264, 1).info
    segmenter = Segmenter(1, "main", 5000, 60_000)
    segmenter.on_stream(info)
    events = []
    for number in range(30):
        unit = AccessUnit(0, number * 3000, number * 3000, 0, number == 0, START_MS, bytes(3 << 20))
        events += segmenter.push([unit])
    assert max(e.fragment.size for e in events if isinstance(e, Ready)) <= 12 << 20
    assert sum(isinstance(e, Ready) for e in events) >= 7


def test_drift_between_clocks_is_corrected_a_little_at_each_segment_without_a_seam() -> None:
    made = footage.video(Codec.H264, 300)
    for number, unit in enumerate(made.units):
        unit.wall_ms += number // 3  # the wall clock runs 1 % faster than the camera's
    segments = record(made)
    assert len(segments) == 4
    assert all(one.end_ms == two.opened.start_ms for one, two in pairwise(segments))
    assert segments[1].opened.start_ms == START_MS + 3020
    assert footage.same(pictures(segments), made.pictures)


@pytest.mark.parametrize("step_ms", [3_600_000, -3_600_000])
def test_a_jump_of_the_wall_clock_begins_a_segment_at_the_next_keyframe(step_ms: int) -> None:
    made = footage.video(Codec.H264, 150)
    for unit in made.units[45:]:
        unit.wall_ms += step_ms
    segments = record(made, segment_ms=60_000)
    assert [s.opened.start_ms for s in segments] == [START_MS, START_MS + 2000 + step_ms]
    assert segments[0].end_ms == START_MS + 2000
    assert footage.same(pictures(segments), made.pictures)


@pytest.mark.parametrize("jump", [-90_000 * 5, 90_000 * 11])
def test_a_jump_of_the_sources_clock_ends_the_segment(jump: int) -> None:
    made = footage.video(Codec.H264, 120)
    for unit in made.units[60:]:
        unit.dts += jump
        unit.pts += jump
    segments = record(made, segment_ms=60_000)
    assert [(s.opened.start_ms, s.end_ms) for s in segments] == [
        (START_MS, START_MS + 2000),
        (START_MS + 2000, START_MS + 4000),
    ]
    assert footage.same(pictures(segments), made.pictures)


def test_new_parameters_begin_a_segment_that_follows_on() -> None:
    small, large = footage.video(Codec.H264, 60), footage.video(Codec.H264, 60, width=320, height=192)
    segmenter = Segmenter(7, "main", 500, 60_000)
    events = segmenter.on_stream(small.info) + segmenter.push(small.units)
    assert segmenter.on_stream(StreamInfo(small.info.tracks, {"again": "the same"})) == []
    events += segmenter.on_stream(large.info)
    later = [replace(u, dts=u.dts + 180_000, pts=u.pts + 180_000, wall_ms=u.wall_ms + 2000) for u in large.units]
    segments = collect(events + segmenter.push(later) + segmenter.flush())
    assert [(s.opened.start_ms - START_MS, (s.end_ms or 0) - START_MS) for s in segments] == [(0, 2000), (2000, 4000)]
    assert segments[1].opened.tracks[0].width == 320
    assert footage.same(pictures(segments), small.pictures + large.pictures)


def test_after_a_break_nothing_overlaps_and_a_true_gap_stays() -> None:
    first, second, third = (footage.video(Codec.H264, 30) for _ in range(3))
    segmenter = Segmenter(7, "main", 500, 60_000)
    events = segmenter.on_stream(first.info) + segmenter.push(first.units) + segmenter.flush()
    events += segmenter.push([replace(u, wall_ms=u.wall_ms + 960) for u in second.units]) + segmenter.flush()
    events += segmenter.push([replace(u, wall_ms=u.wall_ms + 5000) for u in third.units]) + segmenter.flush()
    starts = [(s.opened.start_ms - START_MS, (s.end_ms or 0) - START_MS) for s in collect(events)]
    assert starts == [(0, 1000), (1000, 2000), (5000, 6000)]


def test_sound_that_ends_or_never_comes_holds_up_nothing() -> None:
    sight = footage.video(Codec.H264, 150)
    silent = replace_audio(footage.together(sight, footage.audio(seconds=5)), until_ms=1500)
    (segment,) = record(silent, segment_ms=60_000)
    assert footage.same(footage.decode_file(segment.data), sight.pictures)
    assert segment.units(1)[-1].wall_ms <= START_MS + 1500


def replace_audio(made: Footage, until_ms: int) -> Footage:
    made.units = [unit for unit in made.units if unit.track == 0 or unit.wall_ms <= START_MS + until_ms]
    return made


def test_sound_goes_on_while_the_picture_stands_but_not_for_ever() -> None:
    sight, sound = footage.video(Codec.H264, 150), footage.audio(seconds=40)
    made = footage.together(sight, sound)
    made.units = [u for u in made.units if u.track == 1 or u.wall_ms < START_MS + 2000]
    segmenter = Segmenter(7, "main", 500, 60_000)
    events, held = segmenter.on_stream(made.info), 0
    for unit in made.units:
        fresh = segmenter.push([unit])
        held = 0 if fresh else held + (unit.wall_ms < START_MS + 12_000)
        events += fresh
        assert held < 60
    (segment,) = collect(events + segmenter.flush())
    heard = segment.units(1)
    assert START_MS + 11_000 < heard[-1].wall_ms < START_MS + 13_000
    assert len(segment.units(0)) == 60
    assert len(footage.decode_file(segment.data)) == 60


def test_sound_whose_clock_jumps_is_placed_anew_by_wall_time() -> None:
    made = footage.together(footage.video(Codec.H264, 150), footage.audio(seconds=5))
    for unit in made.units:
        if unit.track == 1 and unit.wall_ms >= START_MS + 2200:
            unit.dts -= 1_000_000
            unit.pts -= 1_000_000
    (segment,) = record(made, segment_ms=60_000)
    heard = segment.units(1)
    assert heard[-1].wall_ms > START_MS + 4800
    assert all(two.dts > one.dts for one, two in pairwise(heard))
    by_data = {unit.data: unit.wall_ms for unit in made.units if unit.track == 1}
    assert max(abs(unit.wall_ms - by_data[unit.data]) for unit in heard) <= 2


def test_sight_and_sound_stay_together_over_segments() -> None:
    made = footage.together(footage.video(Codec.H264, 300), footage.audio(seconds=10), late_ms=60)
    by_data = {unit.data: unit.wall_ms for unit in made.units if unit.track == 1}
    segments = record(made, segment_ms=2000)
    heard = [unit for segment in segments for unit in segment.units(1)]
    assert len(segments) == 5
    assert max(abs(unit.wall_ms - by_data[unit.data]) for unit in heard) <= 2
    gaps = [two.wall_ms - one.wall_ms for one, two in pairwise(heard)]
    assert max(gaps) <= 66


def test_other_time_scales_become_the_files_own() -> None:
    made = footage.video(Codec.H264, 60)
    track = replace(made.info.tracks[0], timescale=12_800)
    made.info = StreamInfo((track,))
    for unit in made.units:
        unit.dts, unit.pts = unit.dts * 12_800 // 90_000, unit.pts * 12_800 // 90_000
    (segment,) = record(made)
    assert abs((segment.end_ms or 0) - START_MS - 2000) <= 1
    assert footage.same(footage.decode_file(segment.data), made.pictures)


@pytest.mark.parametrize("codec", [Codec.AAC, Codec.OPUS])
def test_sound_decodes(codec: Codec) -> None:
    rate = 48_000 if codec is Codec.OPUS else 16_000
    made = footage.together(footage.video(Codec.H264, 90), footage.audio(codec, 3, rate=rate))
    (segment,) = record(made)
    with av.open(io.BytesIO(segment.data)) as container:
        heard = sum(frame.samples for frame in container.decode(audio=0))
    assert heard >= 2.9 * (48_000 if codec is Codec.OPUS else 16_000)


def test_sound_that_mp4_cannot_hold_is_left_out() -> None:
    sight = footage.video(Codec.H264, 60)
    (segment,) = record(footage.together(sight, footage.audio(Codec.PCMU, 2, rate=8000)))
    assert len(segment.opened.tracks) == 1
    assert footage.same(footage.decode_file(segment.data), sight.pictures)


def test_a_stream_without_picture_records_nothing() -> None:
    assert record(footage.audio(seconds=2)) == []


def test_units_in_any_order_raise_nothing() -> None:
    dice = random.Random(5)  # noqa: S311  the same faults each time
    made = footage.together(footage.video(Codec.H264, 300), footage.audio(seconds=10))
    for _ in range(40):
        units = [replace(unit) for unit in made.units]
        for unit in dice.sample(units, 60):
            unit.dts += dice.choice([-1, 1]) * dice.choice([1, 3000, 90_000, 10**7])
            unit.wall_ms += dice.choice([-1, 1]) * dice.choice([1, 500, 10**5])
        segments = record(Footage(made.info, units))
        for segment in segments:
            assert segment.scan().valid == len(segment.data)
