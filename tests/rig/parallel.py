"""Which tests run in one process, one after the other, when several processes run them (pytest-xdist).

Tests of a file share what its fixtures start. Those that drive Chromium, which takes whatever the cores have, share a
few rows: so there are never more browsers at once, and each row starts its browser once.
"""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser/"
ROWS = 3


class Rows(LoadFileScheduling):
    """Files, and rows of the browser tests' files."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if not file.startswith(BROWSER):
            return file
        files = sorted({name.split("::", 1)[0] for name in self.collection or () if name.startswith(BROWSER)})
        return f"{BROWSER}{files.index(file) % ROWS}"
