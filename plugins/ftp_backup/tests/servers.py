"""Real servers for the tests, on free ports: pyftpdlib in a thread, vsftpd and OpenSSH's sshd as processes."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "eyrie", "open sesame"
READY_S = 20.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def await_port(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    """Until somebody listens."""
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        assert process is None or process.poll() is None, "the server ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on port {port}")


def certificate(folder: Path) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class Faults:
    """What a pyftpdlib server is to do wrong. full_after: bytes of an upload after which it answers 552; cut_after:
    bytes after which it drops the connection, once; hashes: knows HASH. uploads: STOR commands, with their offsets.
    """

    full_after: int | None = None
    cut_after: int | None = None
    hashes: bool = False
    uploads: list[tuple[str, int]] = field(default_factory=list)


class FtpServer:
    """pyftpdlib serving a folder; `tls` as `explicit` or `implicit` with a certificate."""

    def __init__(self, root: Path, tls: str = "none", pem: Path | None = None, port: int = 0) -> None:
        from pyftpdlib.authorizers import DummyAuthorizer
        from pyftpdlib.ioloop import IOLoop
        from pyftpdlib.servers import FTPServer

        self.root, self.faults = root, Faults()
        authorizer = DummyAuthorizer()
        authorizer.add_user(USER, PASSWORD, str(root), perm="elradfmwMT")
        self._loop = IOLoop()
        handler = _handler(self.faults, authorizer, tls, pem)
        self._server = FTPServer(("127.0.0.1", port), handler, ioloop=self._loop)
        self.port: int = self._server.address[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ftp-server")
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(READY_S)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._loop.loop(timeout=0.02, blocking=False)
        self._server.close_all()


def _handler(faults: Faults, authorizer: object, tls: str, pem: Path | None) -> type:
    from pyftpdlib import handlers

    plain = tls == "none"

    class Data(handlers.DTPHandler):
        def handle_read(self) -> None:
            before = self.get_transmitted_bytes()
            if faults.full_after is not None and before > faults.full_after:
                self.cmd_channel.respond("552 Requested file action aborted. Exceeded storage allocation.")
                self.close()
            elif faults.cut_after is not None and before > faults.cut_after:
                faults.cut_after = None
                self.cmd_channel.close()
            else:
                super().handle_read()

        handle_read_event = handle_read

    class Handler(handlers.FTPHandler if plain else handlers.TLS_FTPHandler):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            if faults.hashes:
                self._extra_feats = [*self._extra_feats, "HASH SHA-256*"]

        def ftp_HASH(self, path: str) -> None:
            found = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            self.respond(f"213 SHA-256 0-{Path(path).stat().st_size} {found.upper()} {path}")

        def ftp_OPTS(self, line: str) -> None:
            if line.startswith("HASH"):
                self.respond("200 SHA-256")
            else:
                super().ftp_OPTS(line)

        def ftp_STOR(self, file: str, mode: str = "w") -> object:
            faults.uploads.append((Path(file).name, self._restart_position))
            return super().ftp_STOR(file, mode)

    class Implicit(Handler):
        def handle(self) -> None:
            self.secure_connection(self.ssl_context)

        def handle_ssl_established(self) -> None:
            super().handle()

    made = Implicit if tls == "implicit" else Handler
    made.authorizer, made.auth_failed_timeout = authorizer, 0
    made.proto_cmds = {**made.proto_cmds, "HASH": {"perm": "r", "auth": True, "arg": True, "help": "HASH path"}}
    if plain:
        made.dtp_handler = Data
    else:
        made.certfile = str(pem)
        made.tls_control_required = made.tls_data_required = tls == "explicit"
    return made


@contextlib.contextmanager
def ftp_server(root: Path, tls: str = "none", pem: Path | None = None, port: int = 0) -> Iterator[FtpServer]:
    """One for the length of a block."""
    server = FtpServer(root, tls, pem, port)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def vsftpd(pem: Path) -> Iterator[tuple[int, Path]]:
    """Debian's vsftpd for anonymous uploads over TLS, which insists that data connections take up the session.

    Yields port and folder. It reads no passwords: those it could check would be the machine's.
    """
    program = shutil.which("vsftpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("NO VSFTPD: scripts/system-packages.sh installs it")
    with tempfile.TemporaryDirectory(prefix="eyrie-vsftpd-") as place:
        root = Path(place)
        uploads = root / "anonymous" / "backup"
        uploads.mkdir(parents=True)
        port, first = free_port(), free_port()
        me = pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:  # it refuses to serve as root
            me = "daemon"  # whose home exists: vsftpd goes there first
            shutil.chown(uploads, me)
            for folder in (root, root / "anonymous", uploads):
                folder.chmod(0o755)
        (root / "empty").mkdir()
        config = root / "vsftpd.conf"
        config.write_text(_vsftpd_settings(root, me, pem, port, first))
        process = subprocess.Popen([program, str(config)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            await_port(port, process)
            yield port, uploads
        finally:
            process.terminate()
            process.wait(READY_S)


def _vsftpd_settings(root: Path, user: str, pem: Path, port: int, first: int) -> str:
    values = {
        "listen": "YES",
        "listen_address": "127.0.0.1",
        "listen_port": port,
        "background": "NO",
        "run_as_launching_user": "NO" if os.getuid() == 0 else "YES",
        "nopriv_user": user,
        "ftp_username": user,
        "anonymous_enable": "YES",
        "no_anon_password": "YES",
        "local_enable": "NO",
        "write_enable": "YES",
        "anon_upload_enable": "YES",
        "anon_mkdir_write_enable": "YES",
        "anon_other_write_enable": "YES",
        "anon_world_readable_only": "NO",
        "anon_umask": "022",
        "anon_root": root / "anonymous",
        "secure_chroot_dir": root / "empty",
        "pasv_min_port": first,
        "pasv_max_port": first + 20,
        "seccomp_sandbox": "NO",
        "ssl_enable": "YES",
        "allow_anon_ssl": "YES",
        "force_anon_data_ssl": "YES",
        "force_anon_logins_ssl": "YES",
        "require_ssl_reuse": "YES",
        "ssl_ciphers": "HIGH",
        "rsa_cert_file": pem,
        "xferlog_enable": "NO",
        "connect_from_port_20": "NO",
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


@dataclass(frozen=True)
class SshServer:
    """A running sshd. user: whose key it takes; private_key: in OpenSSH's format; fingerprint: of the host key."""

    port: int
    user: str
    private_key: str
    fingerprint: str


@contextlib.contextmanager
def sshd() -> Iterator[SshServer]:
    """OpenSSH's sshd with its own sftp-server, as the present user, on a port of its own, with keys of its own."""
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    keygen = shutil.which("ssh-keygen")
    if program is None or keygen is None:
        pytest.skip("NO OPENSSH SERVER: scripts/system-packages.sh installs it")
    with tempfile.TemporaryDirectory(prefix="eyrie-sshd-") as place:
        root = Path(place)
        for name in ("host", "user"):
            subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", root / name], check=True)
        (root / "authorized").write_text((root / "user.pub").read_text())
        shown = subprocess.run([keygen, "-lf", root / "host.pub"], check=True, capture_output=True, text=True).stdout
        port = free_port()
        config = root / "sshd_config"
        config.write_text(
            f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {root / 'host'}\nPidFile {root / 'pid'}\n"
            f"AuthorizedKeysFile {root / 'authorized'}\nPasswordAuthentication no\nUsePAM no\nStrictModes no\n"
            "PermitRootLogin yes\nSubsystem sftp internal-sftp\n"
        )
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd separates its privileges
        process = subprocess.Popen([program, "-D", "-e", "-f", str(config)], stderr=(root / "log").open("wb"))
        try:
            await_port(port, process)
            user = pwd.getpwuid(os.getuid()).pw_name
            yield SshServer(port, user, (root / "user").read_text(), shown.split()[1])
        finally:
            process.terminate()
            process.wait(READY_S)
