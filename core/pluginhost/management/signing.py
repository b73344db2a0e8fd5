"""`plugins keygen|sign|verify`: what authors and administrators do with signatures. No plugin's code runs for it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from core.configuration import configuration
from core.pluginhost.discovery import Found, discover
from core.pluginhost.trusting import Trust
from core.trust.keys import KeyTrouble, make_key, public_key, signer
from core.trust.manifest import PLUGIN, Manifest, ManifestError
from core.trust.package import MANIFEST, Standing, Trusted, Verdict, describe_files, look_at, sign_folder
from core.trust.reading import declared_plugins
from core.trust.store import TrustStore

Write = Callable[[str], object]
EXIT = {Standing.ALTERED: 1, Standing.UNSIGNED: 4, Standing.UNKNOWN_KEY: 5}
"""Exit codes of `verify`; of several plugins the lowest."""


def add_arguments(parts: Any) -> None:
    """The three sub-commands. parts: argparse's sub-parsers."""
    making: ArgumentParser = parts.add_parser("keygen", help="make a key that signs plugins")
    making.add_argument("key", type=Path, help="the private key's file; the public key is written beside it as .pub")
    making.add_argument("--name", default="", help="whose key it is, for those who trust it")
    signing: ArgumentParser = parts.add_parser("sign", help="sign the package in a folder")
    signing.add_argument("path", type=Path)
    signing.add_argument("--key", type=Path, required=True)
    looking: ArgumentParser = parts.add_parser(
        "verify",
        help="tell whether plugins are as they were signed: 0 yes, 1 altered, 4 not signed, 5 by an unknown key",
    )
    looking.add_argument("what", nargs="?", default="", help="a plugin's name or a folder; all plugins without it")
    looking.add_argument("--key", type=Path, help="hold it against this public key, whatever is trusted here")


def keygen(options: dict[str, Any], write: Write) -> None:
    """Make a pair of keys. Raises CommandError."""
    try:
        made = make_key(options["key"], options["name"])
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}.") from error
    write(f"{options['key']}: the private key; keep it where nobody else comes.")
    write(f"{options['key']}.pub: the public key; hand it on, with its fingerprint by another way:")
    write(made.fingerprint)


def sign(options: dict[str, Any], write: Write) -> None:
    """Write manifest and signature into a package. Raises CommandError."""
    folder: Path = options["path"]
    try:
        if not (folder / "__init__.py").is_file():
            raise ManifestError(f"{folder} is no package; give the folder that holds its __init__.py.")
        plugins = declared_plugins(folder)
        version = next(iter(plugins.values())).version
        manifest = Manifest(PLUGIN, folder.resolve().name, version, plugins, describe_files(folder))
        key = signer(options["key"])
        sign_folder(folder, manifest, key)
    except (ManifestError, KeyTrouble) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}.") from error
    names = ", ".join(f"{name} {one.version}" for name, one in plugins.items())
    write(f"{folder / MANIFEST}: {names}, {len(manifest.files)} files, signed by {key.public.fingerprint}.")


def verify(options: dict[str, Any], write: Write) -> int:
    """Look at one plugin, one folder, or all plugins; returns the exit code. Raises CommandError."""
    try:
        verdicts = _verdicts(options["what"], _given(options["key"]))
    except (KeyTrouble, UnicodeDecodeError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}.") from error
    for name, verdict in verdicts.items():
        write(f"{name:<20} {verdict.standing:<12} {verdict.sentence or _by(verdict)}".rstrip())
    return min((EXIT[one.standing] for one in verdicts.values() if not one.good), default=0)


def _verdicts(what: str, given: Trusted | None) -> dict[str, Verdict]:
    found = discover()
    if what and what not in found:
        if not Path(what).is_dir():
            raise CommandError(f"No plugin is called {what!r}, and it is no folder.")
        trusted = TrustStore(configuration().data).by_fingerprint() if given is None else given
        return {what: look_at(Path(what), trusted, kind=PLUGIN)}
    trust = Trust(configuration().data, given)
    chosen: list[Found] = [found[what]] if what else list(found.values())
    return {one.name: trust.judge(one)[1] for one in chosen}


def _given(key: Path | None) -> Trusted | None:
    if key is None:
        return None
    public = public_key(key.read_text("utf-8"))
    return {public.fingerprint: (public.name or str(key), public)}


def _by(verdict: Verdict) -> str:
    return f"by {verdict.signer}" if verdict.signer else ""
