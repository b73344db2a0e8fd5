"""API tokens: what they reach, and when they stop."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from core.access import services, tokens
from core.access.models import ApiToken, User
from core.access.rights import rights_of
from core.access.tokens import Reach, TokenRefused, digest_of, token_behind
from core.cameras.models import Camera

pytestmark = pytest.mark.django_db
HERE = "10.0.0.7"


@pytest.fixture
def jo() -> User:
    return services.add_user("jo")


@pytest.fixture
def cameras() -> list[Camera]:
    return [Camera.objects.create(name=name, driver="none") for name in ("door", "yard")]


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


def behind(secret: str, address: str = HERE) -> ApiToken:
    return token_behind(digest_of(secret), address)


def test_a_token_reaches_no_further_than_its_owner(jo: User, cameras: list[Camera]) -> None:
    door, yard = cameras
    services.grant(jo, "viewer", door.pk)
    reach = Reach(permissions=("camera.live", "camera.playback"), cameras=(door.pk, yard.pk))
    row = behind(tokens.issue(jo, "panel", reach).secret)
    rights = rights_of(row.user, token=row)
    assert rights.holds("camera.live", door.pk)
    assert not rights.holds("camera.live", yard.pk)
    assert not rights.holds("camera.playback", door.pk)
    assert not rights.holds("camera.view", door.pk)
    services.grant(jo, "operator")
    rights = rights_of(row.user, token=row)
    assert rights.holds("camera.playback", yard.pk)
    assert not rights.holds("camera.playback")


def test_a_token_without_limits_is_its_owner(jo: User) -> None:
    services.grant(jo, "operator")
    row = behind(tokens.issue(jo, "all").secret)
    assert rights_of(jo, token=row) == rights_of(jo)


def test_a_token_of_some_cameras_has_functions_of_the_system_only_where_it_names_them(
    jo: User, cameras: list[Camera]
) -> None:
    services.grant(jo, "administrator")
    all_of_one = behind(tokens.issue(jo, "door", Reach(cameras=(cameras[0].pk,))).secret)
    assert rights_of(jo, token=all_of_one).everywhere == set()
    named = Reach(permissions=("camera.view", "system.view"), cameras=(cameras[0].pk,))
    rights = rights_of(jo, token=behind(tokens.issue(jo, "state", named).secret))
    assert rights.everywhere == {"system.view"}
    assert rights.on_cameras == {"camera.view": {cameras[0].pk}}


def test_an_expired_token_is_refused_and_stays_to_be_seen(jo: User) -> None:
    issued = tokens.issue(jo, "old", lifetime=timedelta(seconds=-1))
    with pytest.raises(TokenRefused, match="expired"):
        behind(issued.secret)
    assert tokens.tokens().get() == issued.token


def test_a_token_lasts_a_year_unless_it_is_said_otherwise(jo: User) -> None:
    row = tokens.issue(jo, "usual").token
    assert row.secret.expiry is not None
    assert row.secret.expiry - row.secret.created < timedelta(days=365, seconds=60)
    assert tokens.issue(jo, "for good", lifetime=None).token.secret.expiry is None


def test_the_tokens_of_who_is_switched_off_stop(jo: User) -> None:
    secret = tokens.issue(jo, "panel").secret
    services.set_active(jo, False)
    with pytest.raises(TokenRefused, match="switched off"):
        behind(secret)


@pytest.mark.parametrize(
    ("networks", "address", "good"),
    [
        (["10.0.0.0/24"], "10.0.0.7", True),
        (["10.0.0.0/24"], "10.0.1.7", False),
        (["10.0.0.0/24"], "::ffff:10.0.0.7", True),
        (["2001:db8::/32", "192.0.2.1"], "2001:db8::5", True),
        (["2001:db8::/32"], "10.0.0.7", False),
        (["10.0.0.0/24"], "", False),
        ([], "203.0.113.9", True),
    ],
)
def test_a_token_is_good_from_the_networks_it_names(jo: User, networks: list[str], address: str, good: bool) -> None:
    secret = tokens.issue(jo, "panel", Reach(networks=networks)).secret
    if good:
        assert behind(secret, address).user == jo
    else:
        with pytest.raises(TokenRefused, match="from this address"):
            behind(secret, address)


def test_the_old_secret_is_good_for_the_overlap(jo: User, fake_clock) -> None:
    issued = tokens.issue(jo, "panel")
    turned = tokens.rotate(issued.token, timedelta(hours=1), fake_clock)
    assert token_behind(digest_of(issued.secret), HERE, fake_clock).pk == issued.token.pk
    assert token_behind(digest_of(turned.secret), HERE, fake_clock).pk == issued.token.pk
    fake_clock.advance(3601)
    with pytest.raises(TokenRefused, match="expired"):
        token_behind(digest_of(issued.secret), HERE, fake_clock)
    again = tokens.rotate(turned.token, timedelta(), fake_clock)
    for gone in (issued.secret, turned.secret):
        with pytest.raises(TokenRefused, match="not known"):
            token_behind(digest_of(gone), HERE, fake_clock)
    tokens.revoke(again.token)
    with pytest.raises(TokenRefused, match="not known"):
        behind(again.secret)


def test_a_use_is_written_down_once_a_minute(jo: User, fake_clock, django_assert_num_queries) -> None:
    digest = digest_of(tokens.issue(jo, "panel").secret)
    with django_assert_num_queries(2):
        token_behind(digest, HERE, fake_clock)
    first = tokens.tokens().get()
    assert (first.last_address, first.last_used_at is not None) == (HERE, True)
    fake_clock.advance(59)
    with django_assert_num_queries(1):
        token_behind(digest, "10.0.0.8", fake_clock)
    fake_clock.advance(2)
    token_behind(digest, "10.0.0.8", fake_clock)
    assert tokens.tokens().get().last_address == "10.0.0.8"


@pytest.mark.parametrize(
    ("reach", "sentence"),
    [
        (Reach(permissions=("camera.fly",)), "permissions: there is no 'camera.fly'"),
        (Reach(permissions=()), "permissions: a token without any"),
        (Reach(cameras=(77,)), "cameras: there is no camera 77"),
        (Reach(cameras=()), "cameras: a token without any"),
        (Reach(networks=("10.0.0.1/24",)), "networks: '10.0.0.1/24' is no address or network"),
        (Reach(networks=("10.0.0.1",) * 51), "networks: give at most 50"),
    ],
)
def test_what_limits_nothing_is_refused_by_name(jo: User, reach: Reach, sentence: str) -> None:
    with pytest.raises(services.AccessError, match=sentence):
        tokens.issue(jo, "panel", reach)
    assert not ApiToken.objects.exists()


def test_the_command_makes_lists_turns_and_revokes(jo: User) -> None:
    secret = run("token", "create", "--user", "jo", "--name", "door panel", "--only", "camera.live", "--from", HERE)
    assert behind(secret).permissions == ["camera.live"]
    listed = run("token", "list")
    assert secret not in listed
    key, owner, _until, name = listed.split(maxsplit=3)
    assert (owner, name) == ("jo", "door panel")
    turned = run("token", "rotate", key, "--overlap", "1")
    assert behind(secret) == behind(turned)
    run("token", "revoke", turned[:8])
    with pytest.raises(TokenRefused):
        behind(turned)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "--user", "nobody"), "there is no 'nobody'"),
        (("create", "--user", "jo", "--expires", "soon"), "no number of days"),
        (("revoke", "zzzz"), "none begins with 'zzzz'"),
    ],
)
def test_bad_input_is_one_sentence(jo: User, arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("token", *arguments)
