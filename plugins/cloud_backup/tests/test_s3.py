"""S3 against moto's server."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from core.api import BackupError, BackupTargetSpec, BackupTrouble
from core.testing.backup import DATA, PATH, BackupTargetContract
from plugins.cloud_backup import hooks
from plugins.cloud_backup.settings import S3Settings

S3: BackupTargetSpec = next(iter(hooks.register_backup_targets()))


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of a running store."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def settings(store: str) -> S3Settings:
    httpx.post(f"{store}/moto-api/reset", timeout=20).raise_for_status()
    httpx.put(f"{store}/recordings", timeout=20).raise_for_status()
    values = {"endpoint": store, "bucket": "recordings", "folder": "eyrie", "access_key": "key", "secret_key": "secret"}
    return S3Settings.model_validate(values)


class TestMoto(BackupTargetContract):
    spec = S3

    @pytest.fixture
    def settings(self, settings: S3Settings) -> BaseModel:
        return settings

    @pytest.fixture
    def away(self, settings: S3Settings) -> BaseModel:
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        return settings.model_copy(update={"endpoint": f"http://127.0.0.1:{port}"})

    @pytest.fixture
    def refused(self, settings: S3Settings) -> Iterator[BaseModel]:
        httpx.post(f"{settings.endpoint}/moto-api/reset-auth", content=b"0", timeout=20).raise_for_status()
        yield settings  # whose key no user of the store has
        httpx.post(f"{settings.endpoint}/moto-api/reset-auth", content=b"Infinity", timeout=20).raise_for_status()


def test_bucket_that_is_not_there(settings: S3Settings) -> None:
    target = S3.open(settings.model_copy(update={"bucket": "elsewhere"}))
    with pytest.raises(BackupError, match="bucket elsewhere") as told:
        target.append(PATH, 0, [DATA])
    assert told.value.trouble is BackupTrouble.REFUSED


def test_parts_carry_their_hash(settings: S3Settings, store: str) -> None:
    """The store itself refuses what was changed on the way; that it was asked to shows in the object."""
    target = S3.open(settings)
    target.append("a.mp4", 0, [DATA] * 12)
    asked = {"x-amz-checksum-mode": "ENABLED"}
    headers = httpx.head(f"{store}/recordings/eyrie/a.mp4", headers=asked, timeout=20).headers
    assert headers["x-amz-checksum-sha256"], headers


@pytest.mark.parametrize(
    ("field", "value"),
    [("endpoint", "s3.example.org"), ("endpoint", "ftp://x"), ("bucket", "a/b"), ("folder", "../up")],
)
def test_settings_are_checked(settings: S3Settings, field: str, value: str) -> None:
    with pytest.raises(ValidationError, match=field):
        S3Settings.model_validate(settings.model_dump() | {field: value})
