#!/usr/bin/env python3
"""Eyrie's command line: `manage.py help` lists the commands."""

import gc
import os
import sys


def main() -> int:
    """Run one management command; 2 when a setting is wrong, with one sentence on standard error."""
    if "serve" in sys.argv[1:2]:  # the supervisor stays small: it loads neither Django nor plugins
        from core.supervisor.main import main as serve

        return serve(sys.argv[2:])
    if "forkserver" in sys.argv[1:2]:
        gc.disable()  # what is loaded stays: looking for garbage in it made up a sixth of the loading
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    from core.configuration import ConfigurationError
    from core.pluginhost.boot import run

    try:
        return run(sys.argv)
    except ConfigurationError as error:
        print(f"eyrie: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
