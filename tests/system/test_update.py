"""An update of Eyrie itself: two real versions, built, signed, installed, taken up, and one that is taken back."""

from __future__ import annotations

import os
import shutil
import signal
import site
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.trust.keys import make_key, signer
from core.trust.store import TrustStore
from core.updates.archive import make
from core.updates.staging import Prefix, begin, check, install

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]
SOON = 180.0
MIGRATION = """
from django.db import migrations, models


def more(apps, schema_editor):
    apps.get_model("bookmarks", "Bookmark").objects.all().delete()
    if {breaks}:
        raise RuntimeError("a migration failed half way")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookmarks", "{last}")]
    operations = [
        migrations.AddField("bookmark", "colour", models.CharField(max_length=9, default="grey")),
        migrations.RunPython(more),
    ]
"""


class Home:
    """A prefix, its data and key, and the launcher's process."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.data = folder, folder / "data"
        self.prefix = Prefix(folder / "prefix")
        make_key(folder / "key", "Eyrie")
        self.key = signer(folder / "key")
        TrustStore(self.data).add("eyrie", self.key.public.line)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        settings = {"DATA": str(self.data), "PORT": str(self.port), "PLUGINS": "local_disk,rtsp"}
        settings |= {"DATABASE_URL": database} if database else {}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EYRIE_", "DJANGO_"))}
        self.environ = kept | {f"EYRIE_{name}": value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None

    def take(self, version: str, migration: str = "") -> None:
        """Build, sign and install a version; its libraries are those of this test run."""
        source = self.folder / f"source-{version}"
        for name in ("core", "plugins", "webapp"):
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("tests", "__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
            shutil.copyfile(ROOT / name, source / name)
        project = (source / "pyproject.toml").read_text().replace('version = "0.1.0"', f'version = "{version}"', 1)
        (source / "pyproject.toml").write_text(project)
        if migration:
            folder = source / "core" / "bookmarks" / "migrations"
            last = max(one.stem for one in folder.glob("0*.py"))
            (folder / "9999_colour.py").write_text(MIGRATION.format(breaks=migration == "breaks", last=last))
        release = self.folder / f"release-{version}"
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(release / "wheels")]
        subprocess.run(command, cwd=source, check=True, capture_output=True)
        archive = self.folder / f"eyrie-{version}.update"
        make(release, version, self.key, archive)
        trusted = TrustStore(self.data).by_fingerprint()
        install(archive, check(archive, self.prefix, trusted), self.prefix)
        libraries = next((self.prefix.folder / "versions" / version / "lib").glob("python3*")) / "site-packages"
        (libraries / "libraries.pth").write_text("\n".join(site.getsitepackages()) + "\n")
        begin(self.prefix, version, patience=150, steady=1)

    def start(self) -> None:
        command = [sys.executable, str(self.prefix.folder / "launcher.py")]
        self.process = subprocess.Popen(command, env=self.environ, cwd=self.folder)

    def eyrie(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.prefix.folder / "current" / "bin" / "eyrie"), *arguments]
        return subprocess.run(command, env=self.environ, cwd=self.folder, capture_output=True, text=True, check=False)

    def python(self, code: str) -> str:
        command = [
            str(self.prefix.folder / "current" / "bin" / "python"),
            "-c",
            f"import django; django.setup()\n{code}",
        ]
        environ = {**self.environ, "DJANGO_SETTINGS_MODULE": "core.settings"}
        return subprocess.run(command, env=environ, cwd=self.folder, capture_output=True, text=True, check=True).stdout

    def until(self, what: Callable[[], object]) -> None:
        deadline = time.monotonic() + SOON
        while not what():
            assert time.monotonic() < deadline, self.prefix.journal.read()
            time.sleep(0.5)


@pytest.fixture(params=["sqlite", "postgres"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    database = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    made = Home(tmp_path, database)
    yield made
    if made.process is not None:
        made.process.send_signal(signal.SIGTERM)
        made.process.wait(60)


def test_eyrie_is_updated_and_taken_back(home: Home) -> None:
    home.take("0.1.0")
    home.start()
    home.until(lambda: home.eyrie("ready").returncode == 0)
    place = "from core.cameras.models import Camera as C\nfrom core.bookmarks.models import Bookmark as B\n"
    home.python(place + "B.objects.create(camera=C.objects.create(name='gate', driver='rtsp'), start_ms=1, text='x')")
    home.take("0.2.0", "breaks")
    home.until(lambda: home.prefix.journal.read()["state"] == "taken back")
    home.until(lambda: home.eyrie("ready").returncode == 0)
    assert home.prefix.current == "0.1.0"
    assert home.python(place + "print(B.objects.count())").strip() == "1"

    home.take("0.3.0", "works")
    home.until(lambda: home.prefix.journal.read()["state"] in ("done", "taken back"))
    assert home.prefix.journal.read()["state"] == "done", home.prefix.journal.read()
    assert home.prefix.current == "0.3.0"
    assert home.eyrie("ready").returncode == 0
    assert home.python("import importlib.metadata as m\nprint(m.version('eyrie'))").strip() == "0.3.0"
    assert home.python(place + "print(B.objects.count())").strip() == "0"  # as its migration has it
