"""What directories do by the clock."""

from __future__ import annotations

import contextlib

from core.directories.models import Directory
from core.directories.sync import Busy, due, sync
from core.hookspecs.directories import DirectoryError
from core.media.clock import SystemClock
from core.tasks import every_minute, task


@every_minute()
def look_at_people() -> None:
    """Have the people compared of the directories where that is due."""
    for directory in due(SystemClock().wall_ms()):
        compare(directory.pk)


@task()
def compare(directory_id: int) -> None:
    """Compare the people of one directory; a failure is kept with it and shown, and a later minute tries again."""
    directory = Directory.objects.filter(pk=directory_id, enabled=True).first()
    if directory is not None:
        with contextlib.suppress(DirectoryError, Busy):
            sync(directory, actor="<directories>")
