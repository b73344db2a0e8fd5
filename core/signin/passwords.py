"""Passwords: what they must be, which were used before, when another one has to be chosen."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError

from core.access.models import User
from core.media.clock import Clock, SystemClock
from core.signin.models import OldPassword, PasswordState
from core.signin.policy import DAY_MS, MOST_REMEMBERED, SignInPolicy, policy

_CLOCK = SystemClock()


class PolicyValidator:
    """Django's door to the policy: asked before a password is set, told after it was saved."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError with one sentence for each rule that the password breaks."""
        sentences = refusals(password, user, policy())
        if sentences:
            raise ValidationError(sentences)

    def password_changed(self, password: str, user: User | None = None) -> None:
        """Remember the hash and the time. Called by the user's `save`."""
        if user is not None and user.pk is not None and user.has_usable_password():
            _remember(user, _CLOCK)

    def get_help_text(self) -> str:
        """What Django's forms would show; ours tell what is wrong."""
        return ""


def refusals(password: str, user: User | None, rules: SignInPolicy) -> list[str]:
    """One sentence for each rule that the password breaks."""
    broken: list[str] = []
    for validator in _validators(rules):
        broken += _told(validator.validate, password, user)
    if not broken and user is not None and user.pk is not None:
        broken += _told(_not_used, password, user, rules.remember)
    return broken


def _told(check: Callable[..., None], *given: Any) -> list[str]:
    try:
        check(*given)
    except ValidationError as error:
        return list(error.messages)
    return []


def must_change(user: User, rules: SignInPolicy, clock: Clock = _CLOCK) -> bool:
    """Whether the user has to choose another password: this one was given by somebody, or is too old."""
    state = PasswordState.objects.filter(pk=user.pk).first()
    if state is None or not user.has_usable_password():
        return False
    age_ms = clock.wall_ms() - state.changed_ms
    return state.must_change or bool(rules.max_age_days and age_ms > rules.max_age_days * DAY_MS)


def demand_change(user: User) -> None:
    """Whoever signs in as this user with the present password has to choose another one first."""
    PasswordState.objects.update_or_create(
        user=user, defaults={"must_change": True}, create_defaults={"must_change": True, "changed_ms": _CLOCK.wall_ms()}
    )


def _remember(user: User, clock: Clock) -> None:
    now = clock.wall_ms()
    PasswordState.objects.update_or_create(user=user, defaults={"changed_ms": now, "must_change": False})
    OldPassword.objects.create(user=user, at_ms=now, hash=user.password)
    kept = OldPassword.objects.filter(user=user).order_by("-id").values_list("id", flat=True)[:MOST_REMEMBERED]
    OldPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()


def _not_used(password: str, user: User, remember: int) -> None:
    newest = OldPassword.objects.filter(user=user).order_by("-id")[:remember]
    if any(check_password(password, old.hash) for old in newest):
        raise ValidationError("You have used this password before; choose another one.")


def _validators(rules: SignInPolicy) -> list[Any]:
    found: list[Any] = [MinimumLengthValidator(rules.min_length)]
    if rules.refuse_similar:
        found.append(UserAttributeSimilarityValidator())
    if rules.refuse_common:
        found.append(_common())
    return found


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()  # reads a list of 20,000
