#!/usr/bin/env python3
"""Eyrie's command line: `manage.py help` lists the commands."""

import sys

from core.command import main

if __name__ == "__main__":
    sys.exit(main())
