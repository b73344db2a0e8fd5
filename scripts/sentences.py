"""The server's sentences in other languages: compile them, and list those that lack a translation.

    python scripts/sentences.py           # compile; ends with 1 and lists what has no translation

They are found in the sources: what is given to an error, a check's outcome or a probe's report in the ROOMS below, with
`{}` for each value. Translations lie in `core/locale/<language>/sentences.po`; core.web.speech says them.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "core" / "locale"
NAME = "sentences"
ROOMS = (
    "core/analyser/looker.py",
    "core/analyser/node.py",
    "core/analyser/worker.py",
    "core/access",
    "core/cameras/control.py",
    "core/cameras/steering.py",
    "core/cameras/services.py",
    "core/detection/queries.py",
    "core/directories",
    "core/health",
    "core/media/avsource.py",
    "core/media/dial.py",
    "core/media/masks.py",
    "core/media/rtsp/session.py",
    "core/outgoing.py",
    "core/signin",
    "core/system/keyring.py",
    "core/system/rotation.py",
    "core/transport",
    "core/recorder/ingest.py",
    "core/recorder/machine.py",
    "core/replays",
    "core/rules",
    "core/system/transfer",
    "core/edge",
    "core/talk",
    "core/walls",
    "core/web/rest/account.py",
    "core/web/rest/auth.py",
    "core/web/rest/bookmarks.py",
    "core/web/rest/configuration.py",
    "core/web/rest/detectors.py",
    "core/web/rest/directories.py",
    "core/web/rest/exports.py",
    "core/web/rest/grants.py",
    "core/web/rest/log.py",
    "core/web/rest/plugins.py",
    "core/web/rest/reach.py",
    "core/web/rest/replays.py",
    "core/web/rest/roles.py",
    "core/web/rest/second_factors.py",
    "core/web/rest/sign_in.py",
    "core/web/rest/times.py",
    "core/web/rest/tokens.py",
    "core/web/rest/user_groups.py",
    "core/web/rest/users.py",
    "core/web/rest/volumes.py",
    "core/web/rest/walls.py",
    "core/web/socket/live.py",
    "core/web/space.py",
    "core/web/tokens.py",
    "core/wording.py",
    "core/backup",
    "plugins/analytics/hooks.py",
    "plugins/arm",
    "plugins/audit/health.py",
    "plugins/audit/hooks.py",
    "plugins/audit/rest.py",
    "plugins/audit/sinks",
    "plugins/bookmark",
    "plugins/camera_control",
    "plugins/cloud_backup",
    "plugins/email",
    "plugins/ftp_backup",
    "plugins/ldap_rbac",
    "plugins/local_disk",
    "plugins/loudness/hooks.py",
    "plugins/motion/hooks.py",
    "plugins/mqtt",
    "plugins/notify",
    "plugins/objects/hooks.py",
    "plugins/onvif/configuring",
    "plugins/onvif/many",
    "plugins/oidc",
    "plugins/operator",
    "plugins/record",
    "plugins/run_export",
    "plugins/simulator/control.py",
    "plugins/simulator/driver.py",
    "plugins/snapshot",
    "plugins/tamper/hooks.py",
    "plugins/webhook",
    "plugins/webpush",
)
SPEAKERS = (
    *("Error", "Health", "HealthCheckSpec", "HealthFix", "NotFound", "PermissionDenied", "ProbeReport"),
    *("GiveUp", "NotDone", "RetryLater", "NoPicture", "NotSent", "RefusedCall", "Problem"),
    *("DetectorConfig", "DetectorSpec", "_fail", "_tell", "stand", "Step", "Leaver", "Refused", "_told", "_refused"),
    *("Act", "Unconfirmed", "Written"),
    *("Busy", "NoSuchCamera", "Outlook", "suggest"),
    *("AuthenticationFailed", "LockedOut", "Refused", "_refused"),
)
ACTIONS = ("action.py", "calls.py", "connecting.py", "people.py", "sync.py", "fitting.py", "sections.py", "wording.py")
"""Files whose functions also return sentences: of success, why somebody is not let in, why a value is wrong."""
SHORTEST = 12
NOT_SAID = {  # raised where no reader is told
    "the kernel does not tell its clock's state",
    "a packet of kind {}",
    "the thread that stores what detectors see has ended",
    "works in part",
    "does not run",
    "{} {} no pictures.",
    "the settings of email are not of its model",
    "the settings of mqtt are not of its model",
    "the settings of webhook are not of its model",
    "the settings of webpush are not of its model",
}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def sentences() -> dict[str, str]:
    """Every sentence of the rooms, with the place where it stands."""
    found: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py") if (ROOT / room).is_dir() else [ROOT / room]):
            if "tests" in path.parts or path.name == "testing.py" or "management" in path.parts:
                continue
            for line, text in _said_in(ast.parse(path.read_text("utf-8")), returned=path.name in ACTIONS):
                found.setdefault(text, f"{path.relative_to(ROOT)}:{line}")
    return {text: place for text, place in found.items() if text not in NOT_SAID}


def _said_in(tree: ast.AST, *, returned: bool) -> Iterator[tuple[int, str]]:
    for call in ast.walk(tree):
        if returned and isinstance(call, ast.Return) and call.value is not None:
            yield from _texts(call.value)
        if isinstance(call, ast.Call) and _name(call.func).endswith(SPEAKERS):
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                yield from _texts(argument)


def _texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    text = _form(node)
    if text is None:
        for child in ast.iter_child_nodes(node):
            yield from _texts(child)
    elif " " in text and len(text) >= SHORTEST:
        yield getattr(node, "lineno", 0), text


def _form(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def _name(function: ast.AST) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def languages() -> list[Path]:
    """The folders of the translations."""
    return sorted(path.parent for path in LOCALE.glob(f"*/{NAME}.po"))


def catalogue(language: Path) -> Catalog:
    """The translations of a language."""
    # The date is in the compiled catalogue, which must not change with the day on which it is compiled.
    whole = Catalog(locale=language.name, creation_date=LONG_AGO, revision_date=LONG_AGO)
    with (language / f"{NAME}.po").open("rb") as file:
        for message in read_po(file, locale=language.name):
            if message.id and message.string:
                whole.add(message.id, message.string)
    return whole


def compiled(language: Path) -> bytes:
    """The catalogue as gettext reads it."""
    out = io.BytesIO()
    write_mo(out, catalogue(language))
    return out.getvalue()


def missing(language: Path) -> dict[str, str]:
    """Sentences without a translation, with the place where they stand."""
    known = catalogue(language)
    return {text: place for text, place in sentences().items() if known.get(text) is None}


def main() -> int:
    """Compile, and list what is missing."""
    lacking = 0
    for language in languages():
        target = language / "LC_MESSAGES" / f"{NAME}.mo"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(compiled(language))
        for text, place in missing(language).items():
            lacking += 1
            print(f"{language.name}: {place}: {text!r}")  # noqa: T201  a command line tool
    return int(lacking > 0)


if __name__ == "__main__":
    sys.exit(main())
