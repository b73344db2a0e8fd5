"""A recorded stretch in at standard input, in H.264 out at standard output.

Run as `python -m core.web.transcoding.stretch WIDTH PARENT MASKS FROM_MS`: fragmented MP4 as core.web.stretches or
core.web.playback gives it, and as much of it from FROM_MS (ms UTC) on. It ends with its input. It loads neither Django
nor plugins.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import BinaryIO

from core.lifeline import die_with_parent, name_process
from core.media.masks import Masks, masks_of
from core.media.mp4.boxes import parse_header
from core.media.stretch_transcoder import StretchTranscoder
from core.web.transcoding.live import NICENESS

_HEADER = 8
_LARGE = 16


def parts(stream: BinaryIO) -> Iterator[bytes]:
    """The initialization segment, up to `moov`, then fragments, up to `mdat`, until the input ends or is torn."""
    part = b""
    while len(head := stream.read(_HEADER)) == _HEADER:
        if head[:4] == b"\0\0\0\1":
            head += stream.read(_LARGE - _HEADER)
        found = parse_header(head)
        if found is None:
            return
        kind, _, size = found
        body = stream.read(size - len(head))
        if len(body) < size - len(head):
            return
        if kind == b"sidx":  # a whole file's index, of other sizes than those that come out
            continue
        part += head + body
        if kind in (b"moov", b"mdat"):
            yield part
            part = b""


def transcode(source: BinaryIO, target: BinaryIO, max_width: int, masks: Masks, from_ms: int) -> None:
    """All of it."""
    found = parts(source)
    init = next(found, None)
    if init is None:
        return
    transcoder = StretchTranscoder(init, max_width, from_ms, masks)
    for part in found:
        for made in transcoder.push(part):
            target.write(made)
            target.flush()
    for made in transcoder.end():
        target.write(made)
    target.flush()


def main() -> None:
    """Run until the input ends, or web."""
    max_width, parent, from_ms = (int(sys.argv[place]) for place in (1, 2, 4))
    masks = masks_of(json.loads(sys.argv[3]))
    die_with_parent(parent)
    name_process("transcoder")
    os.nice(NICENESS)
    try:
        transcode(sys.stdin.buffer, sys.stdout.buffer, max_width, masks, from_ms)
    except BrokenPipeError:
        os._exit(0)  # nobody wants it any more


if __name__ == "__main__":
    main()
