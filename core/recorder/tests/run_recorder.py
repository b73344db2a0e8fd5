"""A recorder process for tests: `manage.py recorder` with the replay driver. Arguments are the command's."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  Django must be set up first

from core.pluginhost import host  # noqa: E402
from core.recorder.tests import replay  # noqa: E402

with host().registered(replay, "replay"):
    call_command("recorder", *sys.argv[1:])
