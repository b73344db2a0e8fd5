"""The portal's texts: list those that lack a translation, and compile the catalogues.

    python scripts/messages.py           # compile; ends with 1 and lists what has no translation
    python scripts/messages.py --add de/live   # append what is missing to that file, to be filled in

Each room of the portal has a file of its own, `webapp/locale/<language>/<room>.po`; all are compiled to one
`LC_MESSAGES/django.mo`, which is committed so that nothing but Python is needed to run. Babel reads the sources, so no
gettext package is needed either.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PORTAL = ROOT / "webapp"
PLUGINS = ROOT / "plugins"
LOCALE = PORTAL / "locale"
PYTHON = {
    "gettext": None,
    "gettext_lazy": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}
MODULES = {"t": None, "n": (1, 2)}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
Key = str | tuple[str, ...]


def sources() -> Iterator[tuple[Path, str, str, dict[str, object]]]:
    """Files of the portal, and of what the built-in plugins show in it, as one of Babel's methods takes them."""
    shown = [path for part in ("templates", "static") for path in PLUGINS.glob(f"*/{part}/**/*")]
    for path in sorted([*PORTAL.rglob("*"), *shown]):
        if "tests" in path.parts or path.suffix not in (".html", ".py", ".js", ".txt"):
            continue
        text = path.read_text("utf-8")
        if path.suffix == ".js":
            yield path, "javascript", text, MODULES
        else:
            yield path, "python", text if path.suffix == ".py" else templatize(text), PYTHON


def texts() -> dict[Key, str]:
    """Every text of the portal, with the first file it stands in."""
    found: dict[Key, str] = {}
    for path, method, text, keywords in sources():
        for _line, key, _comments, _context in extract(method, io.BytesIO(text.encode()), keywords=keywords):
            found.setdefault(key, str(path.relative_to(ROOT)))
    return found


def merged(language: Path) -> Catalog:
    """All rooms' files of a language as one catalogue."""
    # The date is in the compiled catalogue, which must not change with the day on which it is compiled.
    whole = Catalog(locale=language.name, creation_date=LONG_AGO, revision_date=LONG_AGO)
    for path in sorted(language.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language.name):
                if message.id and not message.fuzzy:
                    whole.add(message.id, message.string)
    return whole


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def missing(catalogue: Catalog) -> dict[Key, str]:
    """Texts without a translation, with the file they stand in."""
    return {key: path for key, path in texts().items() if not _translated(catalogue, key)}


def languages() -> list[Path]:
    """The folders of the translations."""
    return sorted(path.parent for path in LOCALE.glob("*/LC_MESSAGES"))


def main(arguments: list[str]) -> int:
    """Compile, and list or add what is missing."""
    lacking = 0
    for language in languages():
        catalogue = merged(language)
        (language / "LC_MESSAGES" / "django.mo").write_bytes(compiled(catalogue))
        for key, path in missing(catalogue).items():
            lacking += 1
            print(f"{language.name}: {path}: {key!r}")  # noqa: T201  a command line tool
    if arguments[:1] == ["--add"]:
        _add(LOCALE / f"{arguments[1]}.po")
    return int(lacking > 0)


def _add(path: Path) -> None:
    catalogue = Catalog(locale=path.parent.name)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.name)
    for key in missing(merged(path.parent)):
        catalogue.add(key)
    with path.open("wb") as file:
        write_po(file, catalogue, omit_header=True, width=120)


def _translated(catalogue: Catalog, key: Key) -> bool:
    message = catalogue.get(key[0] if isinstance(key, tuple) else key)
    return bool(message and message.string and (isinstance(message.string, str) or all(message.string)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
