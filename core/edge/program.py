"""The process that does one job: `python -m core.edge.program JOB OWNER PARENT`.

What a camera's driver needs to look into its card (SOAP documents, a codec for its sound) takes memory while there is
something to fetch, and no longer.
"""

from __future__ import annotations

import os
import sys

from core.lifeline import die_with_parent, name_process

NICENESS = 10  # nobody's recording or watching waits for it


def main(arguments: list[str]) -> int:
    """Do the job; 0 when its row says how it went."""
    job_id, owner, parent = arguments
    die_with_parent(int(parent))
    name_process("edge")
    os.nice(NICENESS)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    django.setup()
    from core.configuration import configuration
    from core.edge.models import Fill
    from core.edge.work import do
    from core.media.clock import SystemClock

    job = Fill.objects.filter(pk=int(job_id), owner=owner).first()
    if job is not None:
        do(job, SystemClock(), configuration().edge_megabits)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
