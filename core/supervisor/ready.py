"""`ready`: is this Eyrie up and well? Answers in a moment, without Django: 0 yes, 1 no, with one sentence."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import sys
from typing import Any

from core.configuration import Configuration, ConfigurationError, load

SECONDS = 10.0
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # read, not bound


def main() -> int:
    """Look, say what is missing, return the exit code."""
    try:
        wrong = _wrong(load())
    except ConfigurationError as error:
        wrong = str(error)
    if wrong:
        sys.stderr.write(f"eyrie: {wrong}\n")
    return 1 if wrong else 0


def _wrong(config: Configuration) -> str:
    """What keeps it from being ready, one sentence; empty when nothing does."""
    try:
        found = json.loads((config.data / "run" / "processes.json").read_bytes())
        os.kill(int(found["supervisor"]), 0)
    except (OSError, ValueError, KeyError):
        return "it is not running."
    late = [row["name"] for row in found["processes"] if row["state"] != "up"]
    if late:
        return f"{', '.join(late)} is not up."
    return _web_wrong(config)


def _web_wrong(config: Configuration) -> str:
    try:
        status = _asked(config)
    except (OSError, http.client.HTTPException) as error:
        return f"the portal does not answer ({error})."
    return "" if status < 500 else f"the portal answers with {status}."


def _asked(config: Configuration) -> int:
    """The status of the sign-in page, asked on this machine, whose certificate may be for another name."""
    host, port = _ANY.get(config.host, config.host), config.port
    connection: Any
    if config.speaks_https:
        context = ssl._create_unverified_context()  # noqa: S323  # nothing is told to it, and it is this machine
        connection = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request("GET", "/sign-in/", headers={"Host": f"localhost:{port}"})
        return int(connection.getresponse().status)
    finally:
        connection.close()
