"""What rights cost, and how long signing in takes.

First `GET /api/v1/cameras/` with 1,000 cameras, by Django's own test client with a token: no network, no browser.
*without* is a user who holds everything everywhere, whose list is not filtered at all; *cameras* and *groups* are
users with 200 grants, each on one camera or on one group of cameras, who see 200 and all 1,000 of them. Beside the time
stands the number of queries, which must not grow with cameras or grants. *rights* is reading the rights alone.

Then signing in over REST with a right password: a local user (argon2), and somebody of a directory on a real slapd with
StartTLS; its peer is the bare work, one connection with StartTLS and one bind by ldap3. Asserts nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import harness

CAMERAS, GRANTS = 1000, 200
PASSWORD = "right horse of the bench"  # noqa: S105  of users that live as long as the bench
JSON = "application/json"


def prepared(folder: Path) -> None:
    """Django on a database of its own in a folder."""
    os.environ |= {"EYRIE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "core.settings"}
    os.environ["EYRIE_PLUGINS"] = "local_disk,rtsp,ldap_rbac"
    import django

    django.setup()
    from django.core.management import call_command

    for alias in ("default", "index"):
        call_command("migrate", database=alias, verbosity=0)


def users_with_cameras() -> dict[str, Any]:
    """Three users by what they are given, over the same cameras."""
    from core.access import services
    from core.cameras.models import Camera, CameraGroup

    made = Camera.objects.bulk_create([Camera(name=f"camera {number}", driver="rtsp") for number in range(CAMERAS)])
    users = {name: services.add_user(name) for name in ("without", "cameras", "groups")}
    services.grant(users["without"], "operator")
    share = CAMERAS // GRANTS
    for number in range(GRANTS):
        services.grant(users["cameras"], "operator", made[number].pk)
        group = CameraGroup.objects.create(name=f"group {number}")
        group.cameras.set(made[number * share : (number + 1) * share])
        services.grant(users["groups"], "operator", camera_group_id=group.pk)
    return users


def timed(work: Callable[[], Any], times: int) -> list[float]:
    """Milliseconds of each of so many runs, after one that fills caches."""
    work()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    return found


def listing(user: Any, rows: int, times: int) -> dict[str, Any]:
    """How long the list takes one user, for as many rows."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from core.access import tokens
    from core.access.rights import rights_of

    client = Client(headers={"authorization": f"Token {tokens.issue(user, 'bench', lifetime=timedelta(1)).secret}"})

    def ask() -> Any:
        cache.clear()  # nobody asks so much at once
        answer = client.get(f"/api/v1/cameras/?page_size={rows}")
        return _good(answer)

    if len(ask()["results"]) != rows:
        raise RuntimeError(f"{user} does not see {rows} cameras")
    spent = timed(ask, times)
    with CaptureQueriesContext(connection) as queries:
        ask()
        count = len(queries)
    rights = timed(lambda: rights_of(user), times)
    middle = harness.percentile
    return {"rows": rows, "list_ms": middle(spent, 0.5), "queries": count, "rights_ms": middle(rights, 0.5)}


def lists(report: harness.Report, times: int) -> None:
    """The first part."""
    users = users_with_cameras()
    rows = []
    for name, length in (("cameras", GRANTS), ("groups", CAMERAS)):
        bare, held = listing(users["without"], length, times), listing(users[name], length, times)
        ratio = held["list_ms"] / bare["list_ms"]
        report.figures |= {f"{name}_{key}": value for key, value in held.items()}
        report.figures |= {f"{name}_without_{key}": value for key, value in bare.items()} | {f"{name}_ratio": ratio}
        rows.append(
            (
                f"{GRANTS} grants on {name}",
                held["rows"],
                f"{held['list_ms']:.1f}",
                f"{bare['list_ms']:.1f}",
                f"{ratio:.2f}",
                f"{held['rights_ms']:.2f}",
                held["queries"],
                bare["queries"],
            )
        )
    harness.table(("cameras listed", "rows", "ms", "without ms", "ratio", "rights ms", "queries", "without"), rows)


def signing_in(report: harness.Report, times: int) -> None:
    """The second part."""
    from plugins.ldap_rbac.testing import PROGRAM, slapd

    if PROGRAM is None:
        print("slapd is not installed (scripts/system-packages.sh installs it): signing in is not measured.")
        return
    with slapd() as running:
        dn = running.person("anna", PASSWORD)
        running.group("guards", dn)
        _directory(running)
        from core.access.services import add_user

        add_user("local", PASSWORD, ["viewer"])
        from django.test import Client

        client = Client()  # one for all: a new one looks all static files up first
        spent = {
            "local user": timed(lambda: _signed_in(client, "local"), times),
            "directory user": timed(lambda: _signed_in(client, "anna"), times),
            "bare StartTLS and bind": timed(lambda: _bound(running, dn), times),
        }
    rows = []
    for name, values in spent.items():
        p50, p95 = harness.percentile(values, 0.5), harness.percentile(values, 0.95)
        report.figures |= {f"sign_in_{name}_p50_ms": p50, f"sign_in_{name}_p95_ms": p95}
        rows.append((name, f"{p50:.0f}", f"{p95:.0f}"))
    harness.table(("signing in", "p50 ms", "p95 ms"), rows)


def _good(answer: Any) -> Any:
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.content}")
    return answer.json()


def _directory(running: Any) -> None:
    from core.access.models import Grant, Role
    from core.directories.models import Directory
    from core.directories.services import groups_like, link, save
    from plugins.ldap_rbac.settings import LdapSettings

    settings = LdapSettings(**running.settings())
    row = save(Directory(kind="ldap"), {"slug": "company", "title": "Company"}, settings, actor="bench")
    guards = groups_like(row, "guard")[0]
    made = link(row, guards.id, guards.title, actor="bench")
    Grant.objects.create(group=made.group, role=Role.objects.get(name="operator"))


def _signed_in(client: Any, name: str) -> None:
    from django.core.cache import cache

    cache.clear()
    client.cookies.clear()
    body = json.dumps({"username": name, "password": PASSWORD})
    _good(client.post("/api/v1/auth/login/", body, content_type=JSON))


def _bound(running: Any, dn: str) -> None:
    import ldap3

    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_data=running.authority.pem())
    server = ldap3.Server("127.0.0.1", running.port, tls=tls, get_info=ldap3.NONE)
    with ldap3.Connection(server, dn, PASSWORD, auto_bind=ldap3.AUTO_BIND_TLS_BEFORE_BIND):
        pass


def main() -> None:
    """Both parts on a database of their own."""
    given = harness.arguments(__doc__ or "").parse_args()
    report = harness.begin("access", time.time_ns() // 1_000_000, cameras=CAMERAS, grants=GRANTS, quick=given.quick)
    folder = Path(tempfile.mkdtemp(prefix="eyrie-access-"))
    try:
        prepared(folder)
        lists(report, 10 if given.quick else 50)
        signing_in(report, 10 if given.quick else 40)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.write(given.json)


if __name__ == "__main__":
    main()
