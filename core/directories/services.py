"""What changes directories. Each change is audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError as WrongFields
from django.db import transaction
from pydantic import BaseModel, ValidationError

from core.access.models import User, UserGroup
from core.access.services import AccessError
from core.directories.kinds import accounted, settings_of, spec_of
from core.directories.models import Directory, GroupLink, Identity
from core.directories.people import judge, known_of, shut_out
from core.hookspecs.directories import DirectoryError, PeopleGroup, Person, Step, Trial
from core.system import audit
from core.system.secrets import keep_secrets, seal
from core.wording import wrong_fields

FIELDS = ("title", "enabled", "only_with_role", "add_ahead", "sync_minutes", "remember_hours")
MOST_LINKS = 500


class DirectorySettingsError(ValueError):
    """A directory cannot be saved. fields: sentence by field name; of its settings by `settings.<name>`."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


def checked_settings(kind: str, values: Mapping[str, Any], stored: Directory | None = None) -> BaseModel:
    """Settings of a kind; secrets given as MASK are those of the stored directory. Raises DirectorySettingsError."""
    try:
        spec = spec_of(kind)
        kept = keep_secrets(settings_of(stored), dict(values)) if stored and stored.kind == kind else dict(values)
    except DirectoryError as error:
        raise DirectorySettingsError({"kind": str(error)}) from error
    try:
        return spec.settings.model_validate(kept)
    except ValidationError as error:
        raise DirectorySettingsError(wrong_fields(error, "settings", known=spec.settings.model_fields)) from None


def save(
    row: Directory, values: Mapping[str, Any], settings: BaseModel | None, *, actor: str, address: str = ""
) -> Directory:
    """Add or change a directory; None leaves its settings. Raises DirectorySettingsError."""
    before = _shown(row) if row.pk else None
    for name in FIELDS if row.pk else (*FIELDS, "slug"):
        if name in values:
            setattr(row, name, values[name])
    old = settings_or_none(row) if row.pk and settings is not None else None
    if settings is not None:
        row.settings = seal(settings)
        row.error = ""
    if row._state.adding:
        row.position = Directory.objects.count()
    try:
        row.full_clean(exclude={"kind", "settings", "report", "position"})
    except WrongFields as error:
        raise DirectorySettingsError({name: " ".join(texts) for name, texts in error.message_dict.items()}) from error
    with transaction.atomic():
        row.save()
        if not row.remember_hours:
            row.identities.update(remembered="", remembered_ms=0)
        act = "change" if before else "add"
        audit.record(
            actor, f"directory.{act}", f"directory:{row.pk}", before=before, after=_shown(row), address=address
        )
        if settings is not None:
            audit.record(
                actor, "directory.settings", f"directory:{row.pk}", before=old, after=settings, address=address
            )
    return row


def settings_or_none(row: Directory) -> BaseModel | None:
    """Its settings where they can be read: its kind's plugin may be off."""
    try:
        return settings_of(row)
    except DirectoryError:
        return None


@transaction.atomic
def put_in_order(ids: Sequence[int], *, actor: str, address: str = "") -> None:
    """Have directories asked in this order. Raises DirectorySettingsError unless all are named once."""
    known = list(Directory.objects.values_list("pk", flat=True))
    if sorted(ids) != sorted(known):
        raise DirectorySettingsError({"ids": "name every directory once, as GET /api/v1/directories/ lists them."})
    for position, pk in enumerate(ids):
        Directory.objects.filter(pk=pk).update(position=position)
    audit.record(
        actor, "directory.order", "directory:", before={"ids": known}, after={"ids": list(ids)}, address=address
    )


@transaction.atomic
def delete(row: Directory, *, actor: str, address: str = "") -> None:
    """Forget a directory and its groups. Its users stay, shut out. Raises DirectorySettingsError when one of them is
    the last administrator.
    """
    try:
        for identity in row.identities.filter(gone=False, user__is_active=True).select_related("user"):
            shut_out(identity)
    except AccessError as error:
        raise DirectorySettingsError({"directory": str(error).partition(": ")[2]}) from error
    UserGroup.objects.filter(directory=row.slug).delete()
    audit.record(actor, "directory.delete", f"directory:{row.pk}", before=_shown(row), address=address)
    row.delete()


@transaction.atomic
def link(directory: Directory, far: str, title: str, *, actor: str, address: str = "") -> GroupLink:
    """Have a group of the directory count here; its people follow at their next sign-in or the next sync.

    Raises DirectorySettingsError.
    """
    if directory.links.filter(far=far).exists():
        raise DirectorySettingsError({"id": "is linked already."})
    if directory.links.count() >= MOST_LINKS:
        raise DirectorySettingsError({"id": f"{MOST_LINKS} groups are linked already; link fewer, or nest them."})
    name = title[:150]
    if UserGroup.objects.filter(name=name, directory=directory.slug).exists():
        name = f"{title[:60]} ({far[:80]})"
    if UserGroup.objects.filter(name=name, directory=directory.slug).exists():
        raise DirectorySettingsError({"title": "belongs to another group of this directory; give another."})
    group = UserGroup.objects.create(name=name, directory=directory.slug)
    made = GroupLink.objects.create(directory=directory, far=far, group=group)
    audit.record(actor, "directory.link", f"directory:{directory.pk}", after={"group": far}, address=address)
    return made


@transaction.atomic
def unlink(row: GroupLink, *, actor: str, address: str = "") -> None:
    """Have a group count no longer: its roles are gone at once, and so is the group of users."""
    target = f"directory:{row.directory_id}"
    audit.record(actor, "directory.unlink", target, before={"group": row.far}, address=address)
    row.group.delete()


def groups_like(directory: Directory, text: str) -> list[PeopleGroup]:
    """Groups of the directory with this text in their name. Raises DirectoryError."""
    ask = spec_of(directory.kind).groups
    if ask is None:
        return []
    settings = settings_of(directory)
    return accounted(directory.kind, lambda: ask(settings, text))


def try_out(kind: str, settings: BaseModel, directory: Directory | None, name: str) -> list[Step]:
    """Each step of asking a directory, up to the first that fails; of somebody's name, also what they would be here.

    Raises DirectoryError when its plugin cannot be asked at all.
    """
    spec = spec_of(kind)
    trial: Trial = accounted(kind, lambda: spec.test(settings, name))
    steps = list(trial.steps)
    if trial.person is not None:
        steps.append(_outcome(directory, trial.person))
    return steps


def _outcome(directory: Directory | None, person: Person) -> Step:
    what = "Roles"
    if directory is None:
        return Step(what, True, "Save the directory, then link its groups to roles.")
    verdict = judge(directory, person, known_of(directory, [person]))
    if verdict.refusal:
        return Step(what, False, f"They are not let in: {verdict.refusal}")
    held = roles_of(verdict.groups, verdict.user)
    return Step(what, bool(held), f"They get: {', '.join(held)}." if held else "They are let in, and get no role.")


def roles_of(groups: frozenset[int], user: User | None) -> list[str]:
    """What these groups give, and what a user holds by themselves, in words: role, place, and where from."""
    found = []
    for group in UserGroup.objects.filter(pk__in=groups):
        found += [f"{_granted(grant)} ({group.name})" for grant in group.grants.select_related("role", "camera")]
    if user is not None:
        found += [_granted(grant) for grant in user.grants.select_related("role", "camera")]
    return found


def _granted(grant: Any) -> str:
    place = grant.camera or grant.camera_group
    return f"{grant.role.title}: {place.name}" if place else str(grant.role.title)


def identity_of(user: User) -> Identity | None:
    """Which person of a directory a user is, if any."""
    return Identity.objects.filter(user=user).select_related("directory").first()


def _shown(row: Directory) -> dict[str, Any]:
    """For the audit log; settings, which hold secrets, are told apart, masked."""
    return {name: getattr(row, name) for name in FIELDS} | {"slug": row.slug, "kind": row.kind}
