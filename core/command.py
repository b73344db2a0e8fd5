"""Eyrie's command line, as `manage.py` in a checkout and as `eyrie` where it is installed."""

import gc
import os
import sys


def main() -> int:
    """Run one command; 2 when a setting is wrong, with one sentence on standard error."""
    if "serve" in sys.argv[1:2]:  # the supervisor stays small: it loads neither Django nor plugins
        from core.omitting import without

        with without("ssl"):  # which asyncio would load; it serves local sockets only
            from core.supervisor.main import main as serve

        return serve(sys.argv[2:])
    if "ready" in sys.argv[1:2]:  # asked every few seconds while an update is taken up: as small
        from core.supervisor.ready import main as ready

        return ready()
    if "forkserver" in sys.argv[1:2]:
        gc.disable()  # what is loaded stays: looking for garbage in it made up a sixth of the loading
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    from core.configuration import ConfigurationError, configuration
    from core.omitting import load_queue
    from core.pluginhost.boot import run

    try:
        if "forkserver" in sys.argv[1:2]:
            load_queue(configuration())
        return run(sys.argv)
    except ConfigurationError as error:
        print(f"eyrie: {error}", file=sys.stderr)  # noqa: T201  # logging may not be configured yet
        return 2
