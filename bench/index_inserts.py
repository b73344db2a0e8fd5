"""The writer beside bench/index.py: puts closed segments into the index at a given rate, as a recorder process does.

Arguments: rows per second, seconds, UTC ms of the first segment, cameras. Prints a line when it has begun, and at the
end the rows per second that the database confirmed.
"""

from __future__ import annotations

import os
import sys
import time

import harness  # noqa: F401 - puts the checkout on the path

TICK_S = 0.05


def main(rate: int, seconds: int, first_ms: int, cameras: int) -> int:
    """Write for so long; the data directory comes by EYRIE_DATA as ever."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    django.setup()
    from segment_rows import BITRATE_BYTES, SEGMENT_MS, fragment_blobs

    from core.recording.entries import SegmentEntry
    from core.recording.ids import ALWAYS, id_range
    from core.recording.index import IndexWriter
    from core.recording.keys import SegmentName
    from core.recording.models import Segment, State, Volume

    volume_id, blobs = Volume.objects.get(name="bench").pk, fragment_blobs()
    confirmed: list[float] = []
    writer = IndexWriter()
    writer.start()
    began = time.monotonic()
    print("writing", flush=True)
    number = 0
    while (spent := time.monotonic() - began) < seconds:
        while number < spent * rate:
            start = first_ms + number // cameras * SEGMENT_MS
            entry = SegmentEntry(
                name=SegmentName(number % cameras + 1, 0, start),
                volume_id=volume_id,
                tracks=(),
                header_size=1500,
                state=State.CLOSED,
                now=(start + SEGMENT_MS, BITRATE_BYTES * SEGMENT_MS // 1000, blobs[number % len(blobs)]),
            )
            writer.put_segment(entry, lambda: confirmed.append(time.monotonic()))
            number += 1
        time.sleep(TICK_S)
    if not writer.stop(30):
        print("the index writer did not end", file=sys.stderr)
    stored = sum(
        Segment.objects.filter(pk__gt=low, pk__lt=high).count()
        for low, high in (id_range(camera, 0, first_ms - 1, ALWAYS) for camera in range(1, cameras + 1))
    )
    elapsed = (confirmed[-1] if confirmed else time.monotonic()) - began
    print(f"{stored / elapsed:.0f} rows/s: {stored} of {number} stored", flush=True)
    return 0 if stored == number else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:5])))
