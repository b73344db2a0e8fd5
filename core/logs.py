"""Logging of every process: text on a terminal, else one JSON object a line; secrets masked in both.

Under the supervisor a process writes JSON to a pipe, and the supervisor, the one writer, adds the process's name.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from core.configuration import Configuration
from core.masking import mask, mask_values

TEXT_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
JSON_FORMAT = "%(levelname)s %(name)s %(message)s"
SUPERVISED_COMMAND = "forkserver"  # every supervised process descends from this command


class MaskedText(logging.Formatter):
    """One record as text, secrets masked, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return mask(super().format(record))


class MaskedJson(JsonFormatter):
    """One record as one line of JSON with `time` (RFC 3339, UTC), `level`, `logger`, `message`, secrets masked."""

    def __init__(self) -> None:
        super().__init__(
            JSON_FORMAT, rename_fields={"levelname": "level", "name": "logger", "timestamp": "time"}, timestamp=True
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Mask value by value: masking the line could break its JSON."""
        masked: dict[str, Any] = mask_values(super().process_log_record(log_data))
        return masked


def _is_json(config: Configuration) -> bool:
    if sys.argv[1:2] == [SUPERVISED_COMMAND]:
        return True
    if config.log_format == "auto":
        return not sys.stderr.isatty()
    return config.log_format == "json"


def logging_settings(config: Configuration) -> dict[str, Any]:
    """Django's LOGGING."""
    formatter = {"()": MaskedJson} if _is_json(config) else {"()": MaskedText, "fmt": TEXT_FORMAT}
    quiet = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": config.log_level},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            "django.server": {"handlers": [], "propagate": True},
            "asyncio": quiet,
            "huey": quiet,
            "uvicorn": quiet,
        },
    }
