"""A real directory for tests and benches: slapd (OpenLDAP) with a folder, a port and certificates of its own."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SUFFIX = "dc=example,dc=org"
PEOPLE = f"ou=people,{SUFFIX}"
GROUPS = f"ou=groups,{SUFFIX}"
ROOT = f"cn=admin,{SUFFIX}"
READER = f"cn=eyrie,{SUFFIX}"
PASSWORD = "what the service says"  # noqa: S105 - of a server that lives for one test
PROGRAM = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/local/libexec:/usr/libexec:/usr/bin")
DRIP_S = 0.2
_SCHEMAS = Path("/etc/ldap/schema")
_MODULES = Path("/usr/lib/ldap")
_CONFIG = """
{schemas}
pidfile {folder}/slapd.pid
modulepath {modules}
moduleload back_mdb
moduleload memberof
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
TLSVerifyClient never
sizelimit 500
database mdb
suffix "{suffix}"
rootdn "{root}"
rootpw "{password}"
directory {folder}/data
maxsize 268435456
dbnosync
index objectClass,uid,member,uniqueMember,memberUid eq
index cn eq,sub
limits dn.exact="{reader}" size.soft=500 size.hard=500 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
overlay memberof
memberof-refint TRUE
"""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of a test."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    name: x509.Name = field(default_factory=lambda: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")]))

    def pem(self) -> str:
        """Its own certificate."""
        made = _certificate(self, self.name, self.key, [], timedelta(days=2), is_authority=True)
        return made.public_bytes(serialization.Encoding.PEM).decode()

    def issue(self, folder: Path, names: list[str], until: timedelta = timedelta(days=1)) -> tuple[Path, Path]:
        """Files of a certificate for these host names and addresses, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        made = _certificate(self, subject, key, names, until, is_authority=False)
        paths = folder / "server.crt", folder / "server.key"
        paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return paths


def _certificate(
    authority: Authority,
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    names: list[str],
    until: timedelta,
    *,
    is_authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    start = min(now, now + until) - timedelta(days=1)
    builder = (
        x509.CertificateBuilder(authority.name, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(now + until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=False)
    return builder.sign(authority.key, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass
class Slapd:
    """A running slapd. port, tls_port: of 127.0.0.1; authority: who signed its certificate."""

    folder: Path
    port: int
    tls_port: int
    authority: Authority
    process: subprocess.Popen[bytes]

    def settings(self, **other: Any) -> dict[str, Any]:
        """Settings that fit it, by StartTLS."""
        return {
            "servers": [f"127.0.0.1:{self.port}"],
            "ca": self.authority.pem(),
            "bind_dn": READER,
            "bind_password": PASSWORD,
            "base": PEOPLE,
            "group_base": GROUPS,
            **other,
        }

    def add(self, ldif: str) -> None:
        """Add entries, as an administrator does: overlays see them."""
        self._tell("ldapadd", ldif)

    def modify(self, ldif: str) -> None:
        """Change entries."""
        self._tell("ldapmodify", ldif)

    def person(self, uid: str, password: str = "right horse", *more: str, where: str = PEOPLE) -> str:  # noqa: S107
        """Add somebody; their name in the directory. more: further lines of LDIF."""
        lines = [
            *(f"dn: uid={uid},{where}", "objectClass: inetOrgPerson", f"uid: {uid}", f"cn: {uid}", "sn: Muster"),
            *(f"mail: {uid}@example.org", f"userPassword: {password}", *more),
        ]
        self.add("\n".join(lines) + "\n")
        return f"uid={uid},{where}"

    def group(self, cn: str, *members: str) -> str:
        """Add a groupOfNames, which must not be empty (RFC 4519, 3.5); its name in the directory."""
        dn = "cn=" + re.sub(r'[,+"\\<>;=]', r"\\\g<0>", cn) + f",{GROUPS}"
        lines = [f"dn: {dn}", "objectClass: groupOfNames", f"cn: {cn}"]
        self.add("\n".join([*lines, *(f"member: {one}" for one in members or (ROOT,))]) + "\n")
        return dn

    def stop(self) -> None:
        """End it, as a machine that is switched off."""
        self.process.kill()
        self.process.wait()

    def _tell(self, program: str, ldif: str) -> None:
        words = [program, "-x", "-H", f"ldap://127.0.0.1:{self.port}", "-D", ROOT, "-w", PASSWORD]
        done = subprocess.run(words, input=ldif.encode(), capture_output=True, check=False)  # noqa: S603
        if done.returncode:
            raise ValueError(f"{program}: {done.stderr.decode()}")


def needs_slapd() -> None:
    """Skip the test, loudly, where there is none."""
    if PROGRAM is None:
        import pytest  # where tests run only

        pytest.skip("NO SLAPD: scripts/system-packages.sh installs it, so no directory was asked")


@contextlib.contextmanager
def slapd(
    names: tuple[str, ...] = ("localhost", "127.0.0.1"),
    until: timedelta = timedelta(days=1),
    bulk: str = "",
) -> Iterator[Slapd]:
    """Run one, with empty places for people and groups. names, until: of its certificate, and how long that is good.
    bulk: LDIF that is loaded before it starts, past all overlays.
    """
    assert PROGRAM, "slapd is not installed: apt-get install slapd ldap-utils"  # noqa: S101 - tests only
    authority = Authority()
    with tempfile.TemporaryDirectory(prefix="eyrie-slapd-") as place, _ports(2) as (port, tls_port):
        folder = Path(place)
        config = _configured(folder, authority, list(names), until)
        _load(config, bulk)
        listens = f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"
        process = subprocess.Popen(  # noqa: S603
            [PROGRAM, "-f", str(config), "-h", listens, "-d", "0"], stderr=subprocess.DEVNULL
        )
        running = Slapd(folder, port, tls_port, authority, process)
        try:
            _await(running)
            yield running
        finally:
            running.stop()


def _configured(folder: Path, authority: Authority, names: list[str], until: timedelta) -> Path:
    (folder / "data").mkdir()
    (folder / "ca.crt").write_text(authority.pem())
    certificate, key = authority.issue(folder, names, until)
    schemas = [_SCHEMAS / f"{name}.schema" for name in ("core", "cosine", "inetorgperson", "nis")]
    config = folder / "slapd.conf"
    config.write_text(
        _CONFIG.format(
            schemas="\n".join(f"include {one}" for one in schemas),
            modules=_MODULES,
            folder=folder,
            ca=folder / "ca.crt",
            certificate=certificate,
            key=key,
            suffix=SUFFIX,
            root=ROOT,
            reader=READER,
            password=PASSWORD,
        )
    )
    return config


def _load(config: Path, bulk: str) -> None:
    first = f"""dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {GROUPS}
objectClass: organizationalUnit
ou: groups

dn: {READER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: eyrie
userPassword: {PASSWORD}

"""
    words = [str(PROGRAM), "-T", "add", "-q", "-f", str(config)]
    subprocess.run(words, input=(first + bulk).encode(), check=True, capture_output=True)  # noqa: S603


@contextlib.contextmanager
def _ports(count: int) -> Iterator[list[int]]:
    """Free ports, as the system gives them; free again a moment before they are used."""
    with contextlib.ExitStack() as held:
        lines = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        numbers = [int(line.getsockname()[1]) for line in lines]
    yield numbers


def _await(running: Slapd) -> None:
    """Until it takes connections."""
    for _ in range(2000):
        if running.process.poll() is not None:
            raise ValueError(f"slapd ended with code {running.process.returncode}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", running.tls_port), 1).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.process.wait(0.01)
    raise ValueError("slapd does not start")


@contextlib.contextmanager
def silent(says: bytes = b"") -> Iterator[int]:
    """A server that takes connections and never answers, or says one byte now and then for ever. Its port."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            held = []
            listening.settimeout(DRIP_S)
            while not over.is_set():
                try:
                    held.append(listening.accept()[0])
                except TimeoutError:
                    for line in held:
                        if says:
                            try:
                                line.send(says)
                            except OSError:
                                held.remove(line)
                                break
            for line in held:
                line.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()
