"""FTP (RFC 959, RFC 3659) and FTPS (RFC 4217) servers as a backup target."""

from __future__ import annotations

import contextlib
import ftplib
import posixpath
import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from typing import Any

from core.api import BackupError, BackupTrouble, FarEntry
from plugins.ftp_backup.settings import FtpSettings

TIMEOUT = 20.0
BLOCK = 256 * 1024
_HASH = re.compile(r"\b[0-9a-fA-F]{64}\b")
_FULL = ("552", "452")  # RFC 959 section 4.2: no storage space, allocation exceeded
_SIGN_IN = ("530", "331", "332", "532")
_ALL_WAIT = ("421", "425", "426", "450", "451")


class _Tls(ftplib.FTP_TLS):
    """FTPS as servers want it: data connections take up the session of the control connection (vsftpd's
    require_ssl_reuse, FileZilla Server), which ftplib leaves out; and TLS from the first byte where it is implicit.
    """

    implicit = False

    def connect(self, host: str = "", port: int = 0, timeout: float = -999, source_address: Any = None) -> str:
        """Connect, and for implicit TLS shake hands before the welcome."""
        if not self.implicit:
            return super().connect(host, port, timeout, source_address)
        self.host, self.port, self.timeout = host, port, timeout
        plain = socket.create_connection((host, port), timeout)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain, server_hostname=host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """A data connection in the control connection's TLS session."""
        plain, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - TLS is what follows
        if not getattr(self, "_prot_p", False):
            return plain, size
        session = getattr(self.sock, "session", None)
        return self.context.wrap_socket(plain, server_hostname=self.host, session=session), size


class FtpTarget:
    """One connection: made at first use, used by one thread."""

    def __init__(self, settings: FtpSettings) -> None:
        self._settings = settings
        self._ftp: ftplib.FTP | None = None
        self._features: set[str] = set()
        self._made: set[str] = set()

    def append(self, path: str, offset: int, data: Iterable[bytes]) -> None:
        """STOR, with REST where the file goes on (RFC 3659 section 5)."""
        with self._sentences(path) as ftp:
            self._make_folders(ftp, posixpath.dirname(path))
            with self._transfer(ftp, f"STOR {self._far(path)}", offset or None) as connection:
                for piece in data:
                    connection.sendall(piece)

    def size(self, path: str) -> int | None:
        """SIZE in binary mode."""
        with self._sentences(path) as ftp:
            try:
                return ftp.size(self._far(path))
            except ftplib.error_perm as error:
                if str(error)[:3] in ("550", "553"):
                    return None
                raise

    def digest(self, path: str) -> str | None:
        """HASH (draft-bryan-ftp-hash) or XSHA256, where the server knows one of them."""
        with self._sentences(path) as ftp:
            if "HASH" in self._features:
                ftp.voidcmd("OPTS HASH SHA-256")
                answer = ftp.voidcmd(f"HASH {self._far(path)}")
            elif "XSHA256" in self._features:
                answer = ftp.sendcmd(f"XSHA256 {self._far(path)}")
            else:
                return None
            found = _HASH.search(answer)
            return found[0].lower() if found else None

    def read(self, path: str, offset: int, length: int) -> Iterator[bytes]:
        """RETR from REST on. FTP cannot say where to stop: before a file's end the connection is given up."""
        with self._sentences(path) as ftp:
            connection = ftp.transfercmd(f"RETR {self._far(path)}", offset or None)
            left, ended = length, False
            try:
                while left > 0 and (piece := connection.recv(min(BLOCK, left))):
                    left -= len(piece)
                    yield piece
                ended = not connection.recv(1)
            finally:
                connection.close()
                if not ended:
                    self.close()
            if ended:
                ftp.voidresp()

    def rename(self, path: str, to: str) -> None:
        """RNFR, RNTO."""
        with self._sentences(path) as ftp:
            ftp.rename(self._far(path), self._far(to))

    def delete(self, path: str) -> None:
        """DELE; 550 is what servers answer for an absent file, and for one that may not be deleted."""
        with self._sentences(path) as ftp:
            try:
                ftp.delete(self._far(path))
            except ftplib.error_perm as error:
                if str(error)[:3] != "550" or self.size(path) is not None:
                    raise

    def entries(self, folder: str) -> list[FarEntry]:
        """MLSD (RFC 3659 section 7), else LIST as Unix servers write it."""
        with self._sentences(folder) as ftp:
            try:
                return sorted(self._listed(ftp, self._far(folder)), key=lambda one: one.name)
            except ftplib.error_perm as error:
                if str(error)[:3] in ("550", "501"):
                    return []
                raise

    def close(self) -> None:
        """End the connection without a farewell that might hang."""
        if self._ftp is not None:
            self._ftp.close()
        self._ftp = None

    def _listed(self, ftp: ftplib.FTP, path: str) -> Iterator[FarEntry]:
        if "MLST" in self._features or "MLSD" in self._features:
            for name, facts in list(ftp.mlsd(path, ["type", "size"])):
                if facts.get("type") in ("file", "dir"):
                    yield _entry(name, facts["type"] == "dir", facts.get("size", ""))
            return
        lines: list[str] = []
        ftp.dir(path, lines.append)
        for line in lines:
            parts = line.split(maxsplit=8)
            if len(parts) == 9 and line[0] in "d-" and parts[8] not in (".", ".."):
                yield _entry(parts[8], line[0] == "d", parts[4])

    def _make_folders(self, ftp: ftplib.FTP, folder: str) -> None:
        """Make a folder and those above it. What exists answers 550 or 521: whether it can be used shows next."""
        whole = self._far(folder)
        if not whole or whole in self._made:
            return
        parts = whole.strip("/").split("/")
        root = "/" if whole.startswith("/") else ""
        for count in range(1, len(parts) + 1):
            step = root + "/".join(parts[:count])
            if step not in self._made:
                with contextlib.suppress(ftplib.error_perm):
                    ftp.mkd(step)
                self._made.add(step)

    def _far(self, path: str) -> str:
        return posixpath.join(self._settings.folder, path) if path else self._settings.folder

    @contextlib.contextmanager
    def _transfer(self, ftp: ftplib.FTP, command: str, rest: int | None) -> Iterator[socket.socket]:
        """A data connection, after whose orderly end the server confirms. Cut short, the whole connection is given up:
        the server keeps what came.
        """
        connection = ftp.transfercmd(command, rest)
        try:
            yield connection
            if isinstance(connection, ssl.SSLSocket):
                with contextlib.suppress(OSError):  # some servers close without answering the farewell of TLS
                    connection.unwrap()
            connection.close()
        except OSError:
            connection.close()
            ftp.voidresp()  # why it was cut, where the server still tells: 552 of a full disk, for one
            raise
        except BaseException:
            connection.close()
            self.close()
            raise
        ftp.voidresp()

    def _connection(self) -> ftplib.FTP:
        if self._ftp is None:
            self._ftp = self._connected()
            self._features = _features(self._ftp)
            self._made.clear()
        return self._ftp

    def _connected(self) -> ftplib.FTP:
        settings = self._settings
        ftp = ftplib.FTP(encoding="utf-8") if settings.security == "none" else self._tls()  # noqa: S321 - as chosen
        try:
            ftp.connect(*settings.address, timeout=TIMEOUT)
            if isinstance(ftp, _Tls) and not ftp.implicit:
                ftp.auth()
            ftp.login(settings.username, settings.password.get_secret_value())
            if isinstance(ftp, _Tls):
                ftp.prot_p()
            ftp.voidcmd("TYPE I")
        except ftplib.Error as error:
            ftp.close()
            raise self._answered("", " ".join(str(error).split())) from error
        except BaseException:
            ftp.close()
            raise
        return ftp

    def _tls(self) -> _Tls:
        context = ssl.create_default_context()
        if not self._settings.verify_certificate:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        found = _Tls(context=context, encoding="utf-8")
        found.implicit = self._settings.security == "implicit"
        return found

    @contextlib.contextmanager
    def _sentences(self, path: str) -> Iterator[ftplib.FTP]:
        """The connection; what server and operating system say becomes a BackupError."""
        try:
            yield self._connection()
        except (ftplib.Error, EOFError, OSError) as error:
            self.close()
            raise self._error(path, error) from error

    def _error(self, path: str, error: Exception) -> BackupError:
        host, port = self._settings.address
        if isinstance(error, ssl.SSLCertVerificationError):
            return BackupError(
                BackupTrouble.REFUSED,
                f"{host} shows a certificate that cannot be trusted ({error.verify_message}); give it one that an "
                "authority signed, or switch the check off inside your own network.",
            )
        if isinstance(error, ssl.SSLError):
            return BackupError(
                BackupTrouble.AWAY, f"{host}:{port} does not speak TLS as expected ({error.reason}); check Encryption."
            )
        if isinstance(error, ftplib.Error):
            return self._answered(path, " ".join(str(error).split()))
        why = str(error) or "it closed the connection"
        return BackupError(
            BackupTrouble.AWAY, f"{host}:{port} does not answer ({why}); check address and port, and that it runs."
        )

    def _answered(self, path: str, answer: str) -> BackupError:
        host, code = self._settings.host, answer[:3]
        if code in _FULL:
            return BackupError(BackupTrouble.FULL, f"{host} has no room ({answer}); make room there or keep less.")
        if code in _SIGN_IN:
            return BackupError(
                BackupTrouble.REFUSED, f"{host} refuses the sign-in ({answer}); check user name and password."
            )
        if code in _ALL_WAIT:
            return BackupError(BackupTrouble.AWAY, f"{host} cannot serve now ({answer}).")
        if code.startswith("5") and not path:
            return BackupError(BackupTrouble.REFUSED, f"{host} refuses ({answer}); check encryption and folder.")
        return BackupError(BackupTrouble.FILE, f"{host} refuses {path} ({answer}); check rights and folder there.")


def _entry(name: str, folder: bool, size: str) -> FarEntry:
    return FarEntry(name, folder, int(size) if size.isdigit() and not folder else None)


def _features(ftp: ftplib.FTP) -> set[str]:
    """What FEAT tells (RFC 2389), in capitals; nothing from a server that does not know it."""
    try:
        answer = ftp.sendcmd("FEAT")
    except ftplib.error_perm:
        return set()
    return {line.strip().split()[0].rstrip("*").upper() for line in answer.splitlines()[1:-1] if line.strip()}
