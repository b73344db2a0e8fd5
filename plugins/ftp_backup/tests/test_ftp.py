"""FTP and FTPS against pyftpdlib and vsftpd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from core.api import BackupError, BackupTargetSpec, BackupTrouble
from core.testing.backup import DATA, PATH, BackupTargetContract
from plugins.ftp_backup import hooks
from plugins.ftp_backup.settings import FtpSettings
from plugins.ftp_backup.tests.servers import PASSWORD, USER, FtpServer, certificate, free_port, ftp_server, vsftpd

FTP: BackupTargetSpec = next(spec for spec in hooks.register_backup_targets() if spec.name == "ftp")


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[FtpServer]:
    root = tmp_path / "far"
    root.mkdir()
    with ftp_server(root) as server:
        yield server


def settings_of(port: int, **more: object) -> FtpSettings:
    values = {"host": "127.0.0.1", "port": port, "username": USER, "password": PASSWORD, "security": "none"}
    return FtpSettings.model_validate(values | more)


class _Ftp(BackupTargetContract):
    spec = FTP

    @pytest.fixture
    def away(self, settings: FtpSettings) -> BaseModel:
        return settings.model_copy(update={"port": free_port()})

    @pytest.fixture
    def refused(self, settings: FtpSettings) -> BaseModel:
        return settings_of(settings.port, security=settings.security, verify_certificate=False, password=PASSWORD + "!")


class TestPlain(_Ftp):
    @pytest.fixture
    def settings(self, served: FtpServer) -> BaseModel:
        return settings_of(served.port)


class TestExplicit(_Ftp):
    @pytest.fixture
    def settings(self, tmp_path: Path, pem: Path) -> Iterator[BaseModel]:
        root = tmp_path / "far"
        root.mkdir()
        with ftp_server(root, "explicit", pem) as server:
            yield settings_of(server.port, security="explicit", verify_certificate=False, folder="/")


class TestImplicit(_Ftp):
    @pytest.fixture
    def settings(self, tmp_path: Path, pem: Path) -> Iterator[BaseModel]:
        root = tmp_path / "far"
        root.mkdir()
        with ftp_server(root, "implicit", pem) as server:
            yield settings_of(server.port, security="implicit", verify_certificate=False)


class TestVsftpd(_Ftp):
    @pytest.fixture
    def settings(self, pem: Path) -> Iterator[BaseModel]:
        pem.parent.chmod(0o755)
        with vsftpd(pem) as (port, _):
            yield FtpSettings(
                host="127.0.0.1", port=port, security="explicit", verify_certificate=False, folder="/backup"
            )

    @pytest.fixture
    def refused(self, settings: FtpSettings) -> BaseModel:
        return settings.model_copy(update={"username": "nobody-known"})


def test_server_that_hashes_is_believed(served: FtpServer) -> None:
    import hashlib

    served.faults.hashes = True
    target = FTP.open(settings_of(served.port))
    target.append(PATH, 0, [DATA])
    assert target.digest(PATH) == hashlib.sha256(DATA).hexdigest()
    target.close()


def test_full_server(served: FtpServer) -> None:
    served.faults.full_after = 100_000
    target = FTP.open(settings_of(served.port))
    with pytest.raises(BackupError) as told:
        target.append(PATH, 0, (DATA for _ in range(20)))
    assert told.value.trouble is BackupTrouble.FULL
    assert "no room" in str(told.value)
    target.close()


def test_unknown_certificate_is_refused_unless_allowed(tmp_path: Path, pem: Path) -> None:
    root = tmp_path / "far"
    root.mkdir()
    with ftp_server(root, "explicit", pem) as server:
        target = FTP.open(settings_of(server.port, security="explicit"))
        with pytest.raises(BackupError, match="certificate that cannot be trusted") as told:
            target.size(PATH)
    assert told.value.trouble is BackupTrouble.REFUSED
    target.close()


def test_encryption_that_the_server_does_not_have(served: FtpServer) -> None:
    target = FTP.open(settings_of(served.port, security="explicit"))
    with pytest.raises(BackupError, match="check encryption") as told:
        target.size(PATH)
    assert told.value.trouble is BackupTrouble.REFUSED
    target.close()


@pytest.mark.parametrize("host", ["", "ftp://server", "a b", "server/folder", "x\r\ny"])
def test_host_alone(host: str) -> None:
    with pytest.raises(ValidationError, match="name or address alone"):
        settings_of(21, host=host)


def test_folder_stays_below() -> None:
    with pytest.raises(ValidationError, match=r"without '\.\.'"):
        settings_of(21, folder="/a/../../etc")


def test_usual_ports() -> None:
    assert settings_of(0).address == ("127.0.0.1", 21)
    assert settings_of(0, security="implicit").address == ("127.0.0.1", 990)
