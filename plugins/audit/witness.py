"""The newest signed head once more, in a file of the data directory: who can write the database only cannot put back an
older head, with its good signature, after removing the newest entries.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from plugins.audit.signing import Signed

FILE = "audit.head"


def read(data: Path) -> Signed | None:
    """What was last signed; None when there is no file or none that can be read."""
    try:
        found = json.loads((data / FILE).read_text("utf-8"))
        return Signed(str(found["statement"]), str(found["signature"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(data: Path, head: Signed) -> None:
    """Put it in the place of the last one, whole or not at all. Raises OSError."""
    path = data / FILE
    draft = path.with_name(f".{FILE}.{os.getpid()}")
    draft.write_text(json.dumps({"statement": head.statement, "signature": head.signature}), "utf-8")
    draft.chmod(0o600)
    draft.replace(path)
