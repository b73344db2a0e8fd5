"""SFTP against OpenSSH's own server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from core.api import BackupError, BackupTargetSpec, BackupTrouble
from core.testing.backup import DATA, PATH, BackupTargetContract
from plugins.ftp_backup import hooks
from plugins.ftp_backup.settings import SftpSettings
from plugins.ftp_backup.tests.servers import SshServer, free_port, sshd

SFTP: BackupTargetSpec = next(spec for spec in hooks.register_backup_targets() if spec.name == "sftp")


@pytest.fixture(scope="module")
def server() -> Iterator[SshServer]:
    with sshd() as found:
        yield found


@pytest.fixture
def settings(server: SshServer, tmp_path: Path) -> SftpSettings:
    values = {"host": "127.0.0.1", "port": server.port, "username": server.user, "folder": str(tmp_path / "far")}
    return SftpSettings.model_validate(values | {"private_key": server.private_key, "host_key": server.fingerprint})


class TestOpenSsh(BackupTargetContract):
    spec = SFTP

    @pytest.fixture
    def settings(self, settings: SftpSettings) -> BaseModel:
        return settings

    @pytest.fixture
    def away(self, settings: SftpSettings) -> BaseModel:
        return settings.model_copy(update={"port": free_port()})

    @pytest.fixture
    def refused(self, settings: SftpSettings) -> BaseModel:
        return settings.model_copy(update={"username": "nobody-known"})


def test_key_whose_lines_a_form_ran_together(settings: SftpSettings) -> None:
    flat = "".join(settings.private_key.get_secret_value().splitlines())
    target = SFTP.open(SftpSettings.model_validate(settings.model_dump() | {"private_key": flat}))
    target.append(PATH, 0, [DATA])
    assert target.size(PATH) == len(DATA)
    target.close()


def test_server_is_named_before_anything_is_sent(settings: SftpSettings, server: SshServer) -> None:
    target = SFTP.open(settings.model_copy(update={"host_key": ""}))
    with pytest.raises(BackupError, match=server.fingerprint.replace("+", r"\+")) as told:
        target.size(PATH)
    assert told.value.trouble is BackupTrouble.REFUSED


def test_another_server_is_refused(settings: SftpSettings) -> None:
    target = SFTP.open(settings.model_copy(update={"host_key": "SHA256:" + "A" * 43}))
    with pytest.raises(BackupError, match="another server") as told:
        target.size(PATH)
    assert told.value.trouble is BackupTrouble.REFUSED


def test_key_that_is_none(settings: SftpSettings) -> None:
    target = SFTP.open(SftpSettings.model_validate(settings.model_dump() | {"private_key": "secret"}))
    with pytest.raises(BackupError, match="paste the whole file"):
        target.size(PATH)
    target.close()


def test_folder_without_rights(settings: SftpSettings) -> None:
    target = SFTP.open(settings.model_copy(update={"folder": "/proc/eyrie"}))
    with pytest.raises(BackupError) as told:
        target.append(PATH, 0, [DATA])
    assert told.value.trouble in (BackupTrouble.FILE, BackupTrouble.FULL)
    target.close()


def test_fingerprint_is_checked_at_once() -> None:
    with pytest.raises(ValidationError, match="SHA256"):
        SftpSettings(host="x", username="y", host_key="ab:cd:ef")
