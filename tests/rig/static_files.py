"""Static files as Eyrie serves them, found once a process.

Each of Django's test clients starts all middleware anew, and looking for each file was half of the time of every test
that asks something over HTTP.
"""

from __future__ import annotations

from servestatic.middleware import ServeStaticMiddleware

_first: list[ServeStaticMiddleware] = []  # one, or none


class FoundOnce(ServeStaticMiddleware):
    """The middleware; all after the first take over what that found."""

    def add_files_from_finders(self) -> None:
        """Look for files, or know them already."""
        if not _first:
            super().add_files_from_finders()
            _first.append(self)
        self.files, self.directories = _first[0].files, _first[0].directories
