"""The process that does one job: `python -m core.replays.program JOB OWNER PARENT`.

What a detector does wrong here costs this job: it may crash, hang or eat memory, and nothing else notices.
"""

from __future__ import annotations

import os
import resource
import sys

from core.lifeline import die_with_parent, name_process

NICENESS = 15  # below exports: nobody's recording or watching waits for it
MOST_MEMORY = 3 * 1024**3
"""Bytes of private memory: a model of a gigabyte finds its place, a leak ends here."""


def main(arguments: list[str]) -> int:
    """Do the job; 0 when its row says how it went."""
    job_id, owner, parent = arguments
    die_with_parent(int(parent))
    name_process("replay")
    os.nice(NICENESS)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    django.setup()
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    from core.replays.work import do

    do(int(job_id), owner)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
