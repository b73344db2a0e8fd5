"""What a copy is made of: a closed segment as it lies on its volume, a clip of several, or a picture.

Bytes come from the storage backend by ranges, never from a path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.backup.models import Content, Copy
from core.cameras.queries import masks_on
from core.media.fragments import cover
from core.media.mp4.assemble import Piece, VirtualMp4
from core.recording import queries
from core.recording.keys import SegmentName, header
from core.recording.reading import Place

CHUNK = 512 * 1024
Read = Callable[[Place, int, int], bytes]


class Gone(Exception):
    """The recording is not there any more; one sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one copy. chunks(start): all from `start` on, in pieces; raises Gone and StorageError."""

    size: int
    chunks: Callable[[int], Iterator[bytes]]


def open_source(copy: Copy, read: Read) -> Source:
    """The source of a copy. Raises Gone, StorageError when a volume is away, PictureError for what shows no picture."""
    content = copy.plan.content
    if content == Content.RECORDINGS:
        return _segment(copy, read)
    return _clip(copy, read) if content == Content.EVENTS else _snapshot(copy, read)


def _segment(copy: Copy, read: Read) -> Source:
    name = SegmentName.of(copy.source)
    segment = queries.segment_at(name.camera_id, name.start_ms, name.stream)
    if segment is None or segment.id != copy.source or segment.open:
        raise Gone("The recording was deleted before it was copied.")
    place, size = segment.place, segment.size

    def chunks(start: int) -> Iterator[bytes]:
        while start < size:
            data = read(place, start, min(CHUNK, size - start))
            if not data:
                raise Gone("The recording is shorter on its volume than the index says; run `manage.py fsck`.")
            start += len(data)
            yield data

    return Source(size, chunks)


def _clip(copy: Copy, read: Read) -> Source:
    found = queries.pieces(copy.camera_id, copy.start_ms, copy.end_ms, copy.plan.stream)
    if not found:
        raise Gone("Nothing is recorded around this event, or no longer.")
    file = VirtualMp4(found)

    def chunks(start: int) -> Iterator[bytes]:
        try:
            yield from file.chunks(start, file.size, read)
        except EOFError:
            raise Gone("A recording around this event is shorter than the index says.") from None

    return Source(file.size, chunks)


def _snapshot(copy: Copy, read: Read) -> Source:
    from core.media.pictures import picture_of_file  # PyAV only where a picture is made

    segment = queries.segment_at(copy.camera_id, copy.start_ms, copy.plan.stream)
    if segment is None or segment.open:
        raise Gone("Nothing is recorded at the moment of this event, or no longer.")
    fragments, at = segment.fragments(), copy.start_ms - segment.start_ms
    first, last = cover(fragments, at, at + 1)
    if first == last:
        raise Gone("Nothing is recorded at the moment of this event.")
    piece = Piece(segment.place, segment.tracks, segment.encoded, first, last)
    stored = b"".join(read(segment.place, one.offset, one.size) for one in piece.fragments())
    head = header(SegmentName(segment.camera_id, segment.stream, segment.start_ms), segment.tracks)
    picture = picture_of_file(head + stored, at, masks=masks_on(copy.camera_id, copy.start_ms))
    return Source(len(picture), lambda start: iter([picture[start:]]))
