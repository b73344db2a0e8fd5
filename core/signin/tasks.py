"""What signing in leaves behind is cleared away by the clock."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.signin.policy import policy
from core.tasks import every_minute


@every_minute("17")
def forget_ended_sessions() -> None:
    """Delete sessions whose time is over, what was noted of them, and wrong attempts that count no more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - timedelta(minutes=policy().lock_minutes)).delete()
