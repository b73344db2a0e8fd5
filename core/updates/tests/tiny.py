"""Tiny versions of Eyrie: real programs with a real database, as far as the launcher knows Eyrie."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

PROGRAM = '''"""A tiny Eyrie."""
import fcntl, os, shutil, signal, sqlite3, sys, time
from pathlib import Path

VERSION, WAY = {version!r}, {way!r}
DATA = Path(os.environ["EYRIE_DATA"])
FILE = DATA / "eyrie.sqlite3"
READY = DATA / "run" / "ready"


def serve():
    (DATA / "run").mkdir(parents=True, exist_ok=True)
    lock = (DATA / "run" / "serve.lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    READY.unlink(missing_ok=True)
    with sqlite3.connect(FILE, isolation_level=None) as base:
        migrate(base)
    if WAY == "dies":
        sys.exit("it dies at its start")
    READY.write_text(f"{{VERSION}} {{os.getpid()}}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        time.sleep(60)


def migrate(base):
    known = base.execute("PRAGMA user_version").fetchone()[0]
    if known < 1:
        base.execute("CREATE TABLE camera (name TEXT)")
        base.execute("INSERT INTO camera VALUES ('gate')")
        base.execute("PRAGMA user_version = 1")
    if VERSION >= "1.1" and known < 2:
        base.execute("ALTER TABLE camera ADD COLUMN colour TEXT DEFAULT 'grey'")
        if WAY == "breaks":
            base.execute("DELETE FROM camera")
            raise SystemExit("a migration failed half way")
        base.execute("PRAGMA user_version = 2")


def ready():
    version, pid = READY.read_text().split()
    os.kill(int(pid), 0)
    if WAY == "never" or version != VERSION:
        sys.exit("it is not well")


def database(act, folder):
    copy = Path(folder) / "eyrie.sqlite3"
    if WAY == "full":
        sys.exit("no space left on device")
    if WAY == "slow" and not (DATA / "fast").exists():
        (DATA / f"slow-{{act}}").touch()
        time.sleep(60)
    Path(folder).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(*((FILE, copy) if act == "copy" else (copy, FILE)))


def main():
    globals()[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
'''


def put(prefix: Path, version: str, way: str = "") -> None:
    """A version as the launcher finds it, without pip."""
    place = prefix / "versions" / version / "bin"
    place.mkdir(parents=True)
    (place / "eyrie").write_text(f"#!{sys.executable}\n{PROGRAM.format(version=version, way=way)}")
    (place / "eyrie").chmod(0o755)


def wheel(folder: Path, version: str, way: str = "") -> Path:
    """The same as a wheel (PEP 427) in `folder/wheels`."""
    (folder / "wheels").mkdir(parents=True)
    info = f"eyrie-{version}.dist-info"
    members = {
        "eyrie_tiny.py": PROGRAM.format(version=version, way=way),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: eyrie\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\neyrie = eyrie_tiny:main\n",
    }
    members[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*members, f"{info}/RECORD"])
    path = folder / "wheels" / f"eyrie-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in members.items():
            file.writestr(name, text)
    return path
