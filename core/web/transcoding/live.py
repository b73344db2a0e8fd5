"""One live stream in at standard input, in H.264 out at standard output.

Run as `python -m core.web.transcoding.live WIDTH PARENT MASKS`. Both carry media messages of
core.recorder.protocol; log lines go out as JSON messages `{"op": "log", …}`. It ends with its input. It loads neither
Django nor plugins, so that it is there within a quarter of a second.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
from collections.abc import Iterator
from typing import BinaryIO

from core.lifeline import die_with_parent, name_process
from core.media.live import LiveFragment
from core.media.live_transcoder import LiveTranscoder
from core.media.masks import Masks, masks_of
from core.recorder.protocol import LENGTH, LiveMessage, MediaFlag, json_frame, media_header, parse

MOST_BEHIND_MS = 250
"""A picture that is so far behind the newest one is decoded, as those after it need it, but not shown."""
MOST_WAITING = 16
"""Messages read ahead; more wait in the pipe, and behind it in web, which skips to a keyframe."""
NICENESS = 10
"""Recording comes first."""

log = logging.getLogger("eyrie.media")


class Incoming:
    """Reads messages in a thread, so that it is known how far behind one is. Iterating ends with the input."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._queue: queue.Queue[LiveMessage | None] = queue.Queue(MOST_WAITING)
        self._newest_ms = 0
        threading.Thread(target=self._read, name="input", daemon=True).start()

    def __iter__(self) -> Iterator[tuple[LiveMessage, int]]:
        """Each message, and by how many ms of the stream it is behind the newest that has come."""
        while (message := self._queue.get()) is not None:
            yield message, self._newest_ms - message.wall_ms

    def _read(self) -> None:
        while len(head := self._stream.read(LENGTH.size)) == LENGTH.size:
            message = parse(self._stream.read(*LENGTH.unpack(head)))
            if isinstance(message, LiveMessage):
                self._newest_ms = message.wall_ms or self._newest_ms
                self._queue.put(message)
        self._queue.put(None)


class Outgoing(logging.Handler):
    """Writes messages, and what is logged."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def send(self, made: bytes | LiveFragment) -> None:
        """An initialization segment or a fragment."""
        if isinstance(made, bytes):
            self._write(media_header(0, MediaFlag.INIT, 0, len(made)), made)
        else:
            flags = MediaFlag.KEY if made.keyframe else MediaFlag(0)
            self._write(media_header(0, flags, made.wall_ms, len(made.data)), made.data)

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        self._write(json_frame({"op": "log", "level": record.levelno, "message": record.getMessage()}))

    def _write(self, *parts: bytes) -> None:
        self._stream.write(b"".join(parts))
        self._stream.flush()


def transcode(incoming: Incoming, outgoing: Outgoing, max_width: int, masks: Masks) -> None:
    """Until the input ends."""
    transcoder = LiveTranscoder(max_width, masks)
    for message, behind_ms in incoming:
        try:
            if MediaFlag.INIT in message.flags:
                transcoder.begin(message.data)
                continue
            for made in transcoder.push(message.data, show=behind_ms <= MOST_BEHIND_MS):
                outgoing.send(made)
        except ValueError as error:
            log.warning("a message that is no media was left out: %s", error)


def main() -> None:
    """Run until web ends it or itself."""
    max_width, parent = (int(argument) for argument in sys.argv[1:3])
    masks = masks_of(json.loads(sys.argv[3]))
    die_with_parent(parent)
    name_process("transcoder")
    os.nice(NICENESS)
    outgoing = Outgoing(sys.stdout.buffer)
    logging.basicConfig(handlers=[outgoing], level=logging.INFO)
    try:
        transcode(Incoming(sys.stdin.buffer), outgoing, max_width, masks)
    except BrokenPipeError:
        os._exit(0)  # nobody wants it any more


if __name__ == "__main__":
    main()
