"""What passwords must be, and when another one is asked for."""

import pytest
from django.core.exceptions import ValidationError

from core.access import services
from core.access.models import User
from core.signin import passwords
from core.signin.models import OldPassword
from core.signin.policy import DAY_MS, PolicyError, SignInPolicy, change_policy, policy

pytestmark = pytest.mark.django_db
GOOD = "seven green kettles"


class At:
    """A clock that stands."""

    def __init__(self, wall_ms: int) -> None:
        self.now = wall_ms

    def wall_ms(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return self.now / 1000


@pytest.fixture
def jo() -> User:
    return services.add_user("josephine", GOOD)


@pytest.mark.parametrize(
    ("password", "words"),
    [("short", "at least 10 characters"), ("password123", "too common"), ("josephine99", "too similar")],
)
def test_each_rule_refuses_with_a_sentence(jo: User, password: str, words: str) -> None:
    (told, *_) = [one for one in passwords.refusals(password, jo, SignInPolicy()) if words in one]
    assert told.endswith(".")


def test_rules_are_what_the_policy_says(jo: User) -> None:
    lenient = SignInPolicy(min_length=8, refuse_common=False, refuse_similar=False)
    assert passwords.refusals("password123", jo, lenient) == []
    assert passwords.refusals("josephine99", jo, lenient) == []


def test_the_last_passwords_come_not_again_and_older_ones_do(jo: User) -> None:
    change_policy({"remember": 2}, actor="jo")
    for number in range(2):
        services.change_password(jo, f"{GOOD} {number}")
    with pytest.raises(services.AccessError, match="used this password before"):
        services.change_password(jo, f"{GOOD} 0")
    services.change_password(jo, GOOD)  # three ago
    assert all(old.hash != GOOD and GOOD not in old.hash for old in OldPassword.objects.all())


def test_only_so_many_hashes_are_kept(jo: User) -> None:
    change_policy({"remember": 0}, actor="jo")
    for number in range(30):
        jo.set_password(f"{GOOD} {number}")
        jo.save()
    assert OldPassword.objects.filter(user=jo).count() == 24


def test_a_password_is_due_by_age_and_on_demand(jo: User) -> None:
    changed = jo.password_state.changed_ms
    yearly = SignInPolicy(max_age_days=365)
    assert not passwords.must_change(jo, yearly, At(changed + 365 * DAY_MS))
    assert passwords.must_change(jo, yearly, At(changed + 365 * DAY_MS + 1))
    assert not passwords.must_change(jo, SignInPolicy(), At(changed + 5000 * DAY_MS))
    passwords.demand_change(jo)
    assert passwords.must_change(jo, SignInPolicy())
    services.change_password(jo, f"{GOOD} again")
    assert not passwords.must_change(jo, SignInPolicy())


def test_users_of_directories_have_no_password_to_change() -> None:
    far = User.objects.create(username="far", directory="ldap")
    far.set_unusable_password()
    far.save()
    passwords.demand_change(far)
    assert not passwords.must_change(far, SignInPolicy(max_age_days=1))


@pytest.mark.parametrize(
    "changes", [{"min_length": 4}, {"lock_after": 0}, {"idle_minutes": "soon"}, {"remember": 99}, {"nothing": 1}]
)
def test_a_policy_that_makes_no_sense_changes_nothing(changes: dict) -> None:
    with pytest.raises(PolicyError) as told:
        change_policy({"max_age_days": 7} | changes, actor="jo")
    assert list(told.value.fields) == list(changes)
    assert policy() == SignInPolicy()


def test_djangos_own_door_leads_to_the_policy() -> None:
    from django.contrib.auth.password_validation import validate_password

    with pytest.raises(ValidationError):
        validate_password("password123")
