"""What others ask of directories."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from pydantic import BaseModel

from core.directories.kinds import settings_of, spec_of
from core.directories.models import Directory, GroupLink
from core.hookspecs.directories import DirectoryError


@dataclass(frozen=True, slots=True)
class Entrance:
    """A way in beside name and password. url: path where it begins; `?next=` is where it ends."""

    title: str
    url: str


def entrances() -> list[Entrance]:
    """Single sign-ons that are on, by their order."""
    found = []
    for row in Directory.objects.filter(enabled=True):
        try:
            entrance = spec_of(row.kind).entrance
        except DirectoryError:
            continue
        if entrance is not None:
            found.append(Entrance(row.title, entrance(row.slug)))
    return found


def directories() -> QuerySet[Directory]:
    """All by position, with the number of users who may sign in."""
    return Directory.objects.annotate(
        users=Count("identities", filter=Q(identities__gone=False, identities__user__is_active=True))
    ).order_by("position", "id")


def links(directory: Directory) -> QuerySet[GroupLink]:
    """Groups of it that count here, by name, with their number of members."""
    rows = directory.links.select_related("group").annotate(members=Count("group__members"))
    return rows.prefetch_related("group__grants__role").order_by("group__name")


def directory_settings(slug: str, kind: str) -> BaseModel | None:
    """Settings of the directory of this short name, if there is one of the kind, it is on, and they can be read."""
    row = enabled(slug, kind)
    if row is None:
        return None
    try:
        return settings_of(row)
    except DirectoryError:
        return None


def enabled(slug: str, kind: str) -> Directory | None:
    """The directory of this slug and kind, if it is on."""
    return Directory.objects.filter(slug=slug, kind=kind, enabled=True).first()
