"""Build a signed update of Eyrie from this checkout.

    python scripts/release.py --key KEY [--wheels FOLDER] eyrie-0.2.0.update

What is committed is built, with a signed list of its files inside, so that altered built-in plugins are found. FOLDER
holds wheels of all that Eyrie needs (`pip download -r requirements/base.txt pip -d FOLDER`); without it whoever updates
needs pip's index (`eyrie update --index`).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
CODE = ("core", "plugins", "webapp")
OTHERS = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")


def main() -> int:
    """Build it; says what was made."""
    from core.trust.keys import signer
    from core.trust.manifest import RELEASE, FileEntry, Manifest
    from core.trust.package import describe_files, sign_folder
    from core.updates.archive import REQUIREMENTS, WHEELS, make

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--wheels", type=Path)
    parser.add_argument("archive", type=Path)
    options = parser.parse_args()
    key = signer(options.key)
    with tempfile.TemporaryDirectory() as place:
        source, release = Path(place) / "source", Path(place) / "release"
        committed(source)
        version = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]["version"]
        files: dict[str, FileEntry] = {}
        for name in CODE:
            files |= {f"{name}/{path}": one for path, one in describe_files(source / name).items()}
        sign_folder(source / "core", Manifest(RELEASE, "eyrie", version, {}, files), key)
        build(source, release / WHEELS)
        shutil.copyfile(ROOT / "requirements" / "base.txt", release / REQUIREMENTS)
        for wheel in sorted(options.wheels.glob("*.whl")) if options.wheels else []:
            shutil.copy(wheel, release / WHEELS)
        manifest = make(release, version, key, options.archive)
    size = options.archive.stat().st_size / 1024**2
    what = f"Eyrie {version}, {len(manifest.files)} files, {size:.1f} MiB"
    sys.stdout.write(f"{options.archive}: {what}, signed by {key.public.fingerprint}\n")
    return 0


def committed(folder: Path) -> None:
    """Write what is committed of the code into a folder."""
    command = ["git", "-C", str(ROOT), "archive", "--format=tar", "HEAD", *CODE, *OTHERS]
    data = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603  # our own
    with tarfile.open(fileobj=BytesIO(data)) as file:
        file.extractall(folder, filter="data")


def build(source: Path, wheels: Path) -> None:
    """Build the wheel of a source folder."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)  # noqa: S603  # our own


if __name__ == "__main__":
    sys.exit(main())
