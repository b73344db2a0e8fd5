"""SFTP servers (SSH file transfer, version 3) as a backup target, through paramiko."""

from __future__ import annotations

import base64
import contextlib
import errno
import hashlib
import io
import logging
import posixpath
import re
import socket
import stat
from collections.abc import Iterable, Iterator

import paramiko

from core.api import BackupError, BackupTrouble, FarEntry
from plugins.ftp_backup.settings import SftpSettings

logging.getLogger("paramiko").setLevel(logging.WARNING)  # it tells of every connection
TIMEOUT = 20.0
BLOCK = 256 * 1024
_PEM = re.compile(r"(-----BEGIN [A-Z ]+-----)(.*?)(-----END [A-Z ]+-----)", re.DOTALL)
_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class SftpTarget:
    """One connection: made at first use, used by one thread."""

    def __init__(self, settings: SftpSettings) -> None:
        self._settings = settings
        self._transport: paramiko.Transport | None = None
        self._sftp: paramiko.SFTPClient | None = None
        self._made: set[str] = set()

    def append(self, path: str, offset: int, data: Iterable[bytes]) -> None:
        """Write without waiting for each answer; the closing collects them."""
        with self._sentences(path) as sftp:
            self._make_folders(sftp, posixpath.dirname(path))
            with sftp.open(self._far(path), "r+b" if offset else "wb") as file:
                file.set_pipelined(True)
                file.seek(offset)
                for piece in data:
                    file.write(piece)

    def size(self, path: str) -> int | None:
        """From the file's attributes."""
        with self._sentences(path) as sftp:
            try:
                return sftp.stat(self._far(path)).st_size
            except FileNotFoundError:
                return None

    def digest(self, path: str) -> str | None:
        """Not asked for: the extension `check-file` is unknown to OpenSSH and most others."""
        return None

    def read(self, path: str, offset: int, length: int) -> Iterator[bytes]:
        """Read ahead as far as is asked for."""
        with self._sentences(path) as sftp, sftp.open(self._far(path), "rb") as file:
            blocks = [(at, min(BLOCK, offset + length - at)) for at in range(offset, offset + length, BLOCK)]
            yield from file.readv(blocks)

    def rename(self, path: str, to: str) -> None:
        """The plain renaming of SFTP, which refuses an existing name."""
        with self._sentences(path) as sftp:
            sftp.rename(self._far(path), self._far(to))

    def delete(self, path: str) -> None:
        """Remove a file."""
        with self._sentences(path) as sftp, contextlib.suppress(FileNotFoundError):
            sftp.remove(self._far(path))

    def entries(self, folder: str) -> list[FarEntry]:
        """A folder's files and folders."""
        with self._sentences(folder) as sftp:
            try:
                found = sftp.listdir_attr(self._far(folder) or ".")
            except FileNotFoundError:
                return []
        kinds = [(one, stat.S_ISDIR(one.st_mode or 0)) for one in found]
        listed = [FarEntry(one.filename, folder, None if folder else one.st_size) for one, folder in kinds]
        return sorted(listed, key=lambda one: one.name)

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()
        self._transport = self._sftp = None

    def _make_folders(self, sftp: paramiko.SFTPClient, folder: str) -> None:
        whole = self._far(folder)
        parts = whole.strip("/").split("/") if whole.strip("/") else []
        root = "/" if whole.startswith("/") else ""
        for count in range(1, len(parts) + 1):
            step = root + "/".join(parts[:count])
            if step not in self._made:
                with contextlib.suppress(OSError):  # it exists, or what is written next says why it cannot
                    sftp.mkdir(step)
                self._made.add(step)

    def _far(self, path: str) -> str:
        return posixpath.join(self._settings.folder, path) if path else self._settings.folder

    def _connection(self) -> paramiko.SFTPClient:
        if self._sftp is None:
            settings = self._settings
            plain = socket.create_connection((settings.host, settings.port), TIMEOUT)
            self._transport = paramiko.Transport(plain)
            self._transport.banner_timeout = self._transport.auth_timeout = TIMEOUT
            self._transport.start_client(timeout=TIMEOUT)
            self._check_host(self._transport.get_remote_server_key())
            self._sign_in(self._transport)
            self._sftp = paramiko.SFTPClient.from_transport(self._transport)
            if self._sftp is None:
                raise paramiko.SSHException("it offers no SFTP")
            channel = self._sftp.get_channel()
            if channel is not None:
                channel.settimeout(TIMEOUT)
        return self._sftp

    def _check_host(self, key: paramiko.PKey) -> None:
        shown = "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
        expected = self._settings.host_key
        if not expected:
            raise BackupError(
                BackupTrouble.REFUSED,
                f"{self._settings.host} shows the key {shown}; compare it with the server's own, and enter it as its "
                "fingerprint.",
            )
        if shown != expected:
            raise BackupError(
                BackupTrouble.REFUSED,
                f"{self._settings.host} shows the key {shown}, not {expected}: it is another server, or was set up "
                "anew; nothing was sent.",
            )

    def _sign_in(self, transport: paramiko.Transport) -> None:
        settings = self._settings
        if key := settings.private_key.get_secret_value():
            transport.auth_publickey(settings.username, _key(key))
        else:
            transport.auth_password(settings.username, settings.password.get_secret_value())

    @contextlib.contextmanager
    def _sentences(self, path: str) -> Iterator[paramiko.SFTPClient]:
        """The connection; what server and operating system say becomes a BackupError."""
        try:
            yield self._connection()
        except (paramiko.SSHException, EOFError, OSError) as error:
            self.close()
            raise self._error(path, error) from error
        except BaseException:
            self.close()  # cut in the middle: answers of what was sent would come to the next request
            raise

    def _error(self, path: str, error: Exception) -> BackupError:
        host, port = self._settings.host, self._settings.port
        if isinstance(error, paramiko.AuthenticationException):
            return BackupError(
                BackupTrouble.REFUSED, f"{host} refuses the sign-in ({error}); check user name, password and key."
            )
        if isinstance(error, PermissionError | FileNotFoundError):
            return BackupError(
                BackupTrouble.FILE, f"{host} refuses {path} ({error.strerror or error}); check rights and folder there."
            )
        if isinstance(error, OSError) and error.errno is None and str(error) == "Failure" and path:
            # SSH_FX_FAILURE is all that the protocol has for a disk that is full, and for much else.
            return BackupError(
                BackupTrouble.FULL, f"{host} cannot write {path}, without saying why; most often its disk is full."
            )
        why = str(error) or "it closed the connection"
        if getattr(error, "errno", None) in (errno.ECONNREFUSED,):
            why = "connection refused"
        return BackupError(
            BackupTrouble.AWAY, f"{host}:{port} does not answer ({why}); check address and port, and that it runs."
        )


def _key(text: str) -> paramiko.PKey:
    """A private key of any kind, also one whose lines a form has run together."""
    found = _PEM.search(text)
    if found is None:
        raise BackupError(BackupTrouble.REFUSED, "The private key has no -----BEGIN … END-----; paste the whole file.")
    body = "".join(found[2].split())
    whole = "\n".join([found[1], *(body[at : at + 64] for at in range(0, len(body), 64)), found[3], ""])
    for kind in _KINDS:
        with contextlib.suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(whole))
    raise BackupError(
        BackupTrouble.REFUSED, "The private key cannot be read; give an Ed25519, ECDSA or RSA key without passphrase."
    )
