"""Codes of an app and recovery codes: right, wrong, too late, and never twice."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from core.access.models import User
from core.signin import recovery, totp
from core.signin.tests.test_passwords import At

pytestmark = pytest.mark.django_db
NOW = 1_780_000_005_000  # 5 s into a step
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105  "12345678901234567890", RFC 6238, appendix B


def code(secret: str, wall_ms: int) -> str:
    return format_hotp_value(hotp_value(secret, wall_ms // totp.STEP_MS))


@pytest.fixture
def jo() -> User:
    return User.objects.create(username="jo")


@pytest.fixture
def secret(jo: User) -> str:
    made = totp.new_secret()
    an_hour_ago = NOW - 3_600_000
    assert totp.activate(jo, made, code(made, an_hour_ago), At(an_hour_ago))
    return made


@pytest.mark.parametrize(("seconds", "digits"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_are_those_of_the_rfc(seconds: int, digits: str) -> None:
    assert totp.step_of(RFC_SECRET, digits, At(seconds * 1000)) == seconds // 30


@pytest.mark.parametrize("skew_s", [-30, 0, 30])
def test_a_phone_may_be_wrong_by_one_step(jo: User, secret: str, skew_s: int) -> None:
    assert totp.accept(jo, code(secret, NOW + skew_s * 1000), At(NOW))


@pytest.mark.parametrize("skew_s", [-60, 60, 3600])
def test_a_phone_that_is_further_wrong_is_refused(jo: User, secret: str, skew_s: int) -> None:
    assert not totp.accept(jo, code(secret, NOW + skew_s * 1000), At(NOW))


def test_no_code_is_good_twice_not_even_while_its_time_lasts(jo: User, secret: str) -> None:
    shown = code(secret, NOW)
    assert totp.accept(jo, shown, At(NOW))
    for later_s in (0, 24, 29, 50):
        assert not totp.accept(jo, shown, At(NOW + later_s * 1000))
    assert not totp.accept(jo, code(secret, NOW - 30_000), At(NOW))  # nor one that is older than the last
    assert totp.accept(jo, code(secret, NOW + 30_000), At(NOW + 30_000))


def test_the_code_that_set_it_up_signs_nobody_in(jo: User) -> None:
    made = totp.new_secret()
    assert totp.activate(jo, made, code(made, NOW), At(NOW))
    assert not totp.accept(jo, code(made, NOW), At(NOW))


@pytest.mark.parametrize("given", ["", "12345", "000000x", "\uff11\uff12\uff13\uff14\uff15\uff16", "\x00", "9" * 64])
def test_odd_input_is_a_wrong_code(jo: User, secret: str, given: str) -> None:
    assert not totp.accept(jo, given, At(NOW))
    assert not recovery.accept(jo, given)


def test_the_secret_is_not_in_the_database_in_the_clear(jo: User, secret: str) -> None:
    row = Authenticator.objects.get(user=jo)
    assert secret not in str(row.data)
    assert list(row.data["secret"]) == ["$sealed"]


def test_the_picture_says_site_user_and_secret() -> None:
    address = totp.uri("ABC", "jo", "Mill & Co")
    assert address == "otpauth://totp/Mill%20%26%20Co:jo?secret=ABC&issuer=Mill%20%26%20Co"
    assert totp.picture(address).lstrip().startswith("<?xml")


def test_recovery_codes_die_one_by_one(jo: User) -> None:
    codes = recovery.renew(jo)
    assert len(set(codes)) == recovery.CODES
    assert recovery.accept(jo, f" {codes[0].upper().replace('-', ' ')} ")
    assert not recovery.accept(jo, codes[0])
    assert recovery.left(jo) == recovery.CODES - 1
    assert not any(code in str(Authenticator.objects.get(user=jo).data) for code in codes)
    newer = recovery.renew(jo)
    assert not recovery.accept(jo, codes[1])
    assert recovery.accept(jo, newer[0])


def test_codes_of_another_user_are_wrong(jo: User, secret: str) -> None:
    ann = User.objects.create(username="ann")
    codes = recovery.renew(jo)
    assert not totp.accept(ann, code(secret, NOW), At(NOW))
    assert not recovery.accept(ann, codes[0])
