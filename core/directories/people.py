"""What a directory says about people, against what is known here: who comes, who changes, who goes, who may not.

Deciding (`judge`) is apart from doing (`take_in`, `shut_out`), so that a preview says what a sync would do, and a
sign-in does for one what a sync does for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from knox.models import AuthToken

from core.access import services as access
from core.access.models import Grant, User, UserGroup
from core.directories.models import Directory, Identity
from core.hookspecs.directories import Person


@dataclass(frozen=True, slots=True)
class Known:
    """What is known here of the people in question.

    identities: by the person's id. names: user id and directory by lower-case name, of all users. links: group of users
    by the id of the directory's group. memberships: groups of users that are linked, by user id. granted: ids of users
    who hold a role by themselves. owners: ids of users of this directory whose person is known.
    """

    identities: dict[str, Identity]
    names: dict[str, tuple[int, str]]
    links: dict[str, int]
    memberships: dict[int, set[int]]
    granted: set[int]
    owners: set[int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one person. groups: the linked groups of users that they are in.

    refusal: why they are not let in, one sentence; empty when they are. clash: that is about their name only, so a user
    whom they are already stays what they are. changes: names of what differs from what is stored, `new` for a user who
    is not there yet.
    """

    person: Person
    user: User | None
    groups: frozenset[int]
    refusal: str
    changes: tuple[str, ...] = ()
    clash: bool = False


def known_of(directory: Directory, persons: Iterable[Person] | None = None) -> Known:
    """What is known of these people, or of all. A constant number of queries."""
    identities = Identity.objects.filter(directory=directory).select_related("user")
    users = User.objects.all()
    if persons is not None:
        people = list(persons)
        identities = identities.filter(person__in=[one.id for one in people])
        users = users.filter(_named(one.name for one in people))
    found = {one.person: one for one in identities}
    links = dict(directory.links.values_list("far", "group_id"))
    members: dict[int, set[int]] = defaultdict(set)
    through = UserGroup.members.through.objects.filter(usergroup_id__in=links.values())
    if persons is not None:
        through = through.filter(user_id__in=[one.user_id for one in found.values()])
    for user_id, group_id in through.values_list("user_id", "usergroup_id"):
        members[user_id].add(group_id)
    names = {name.lower(): (pk, slug) for pk, name, slug in users.values_list("pk", "username", "directory")}
    granted = set(Grant.objects.filter(user__directory=directory.slug).values_list("user_id", flat=True))
    owners = set(Identity.objects.filter(directory=directory).values_list("user_id", flat=True))
    return Known(found, names, links, members, granted, owners)


def judge(directory: Directory, person: Person, known: Known) -> Verdict:
    """What becomes of a person."""
    identity = known.identities.get(person.id)
    groups = frozenset(known.links[one] for one in person.groups if one in known.links)
    user = identity.user if identity else None
    if barred := _barred(directory, person, identity, groups, known):
        return Verdict(person, user, groups, barred)
    if clash := _clash(directory, person, identity, known):
        return Verdict(person, user, groups, clash, clash=True)
    if identity is None or user is None:
        return Verdict(person, None, groups, "", ("new",))
    changes = [name for name, value in _fields(person).items() if getattr(user, name) != value]
    if known.memberships.get(user.pk, set()) != groups:
        changes.append("groups")
    if identity.gone:
        changes.append("back")
    return Verdict(person, user, groups, "", tuple(changes))


def _barred(
    directory: Directory, person: Person, identity: Identity | None, groups: frozenset[int], known: Known
) -> str:
    if not person.enabled:
        return "The directory does not let them sign in."
    if identity is not None and not identity.user.is_active and not identity.gone:
        return "An administrator locked them here."
    if directory.only_with_role and not groups and (identity is None or identity.user_id not in known.granted):
        return "None of their groups gives a role here."
    return ""


def _clash(directory: Directory, person: Person, identity: Identity | None, known: Known) -> str:
    """Names are unique: whoever had it first keeps it, and a user of Eyrie itself is never touched."""
    if problem := _name_problem(person.name):
        return problem
    owner, slug = known.names.get(person.name.lower(), (0, directory.slug))
    if slug != directory.slug:
        if not slug:
            return "The name belongs to a user of Eyrie itself; rename or remove that one first."
        return f"The name belongs to a user of the directory {slug}; rename or remove that one first."
    if owner and (identity.user_id if identity else owner) != owner:
        return "The name belongs to another user of this directory; remove that one first."
    if identity is None and owner in known.owners:
        return "The name belonged to another entry of this directory; remove the user of that name first."
    return ""


def _name_problem(name: str) -> str:
    try:
        User._meta.get_field("username").run_validators(name)
    except ValidationError:
        return f"{name[:40]!r} is no user name: letters, digits and @ . + - _ only, 150 at most."
    return "" if name else "They have no name to sign in with."


def _fields(person: Person) -> dict[str, str]:
    return {
        "username": person.name,
        "email": person.mail[:254],
        "first_name": person.first_name[:150],
        "last_name": person.last_name[:150],
    }


def take_in(directory: Directory, verdict: Verdict) -> User:
    """Have the user as the directory says: made, renamed, let in again, in the groups that they are in there."""
    try:
        return _taken_in(directory, verdict)
    except IntegrityError:  # somebody else made the user between our look and our deed: it is there now
        return _taken_in(directory, verdict)


@transaction.atomic
def _taken_in(directory: Directory, verdict: Verdict) -> User:
    person, user = verdict.person, verdict.user or _known_since(directory, verdict.person)
    if user is None:
        return _made(directory, verdict)
    for name, value in _fields(person).items():
        setattr(user, name, value)
    if "back" in verdict.changes or verdict.user is None:
        user.is_active = True
    user.save()
    Identity.objects.update_or_create(user=user, defaults={"directory": directory, "person": person.id, "gone": False})
    linked = UserGroup.objects.filter(link__directory=directory)
    user.user_groups.remove(*linked.filter(members=user).exclude(pk__in=verdict.groups))
    user.user_groups.add(*verdict.groups)
    return user


def _made(directory: Directory, verdict: Verdict) -> User:
    user = User(directory=directory.slug, **_fields(verdict.person))
    user.set_unusable_password()
    user.save()
    Identity.objects.create(user=user, directory=directory, person=verdict.person.id)
    user.user_groups.add(*verdict.groups)
    return user


def _known_since(directory: Directory, person: Person) -> User | None:
    """The person's user, made by another sign-in meanwhile; or a user of this directory whose identity got lost, such
    as by restoring a configuration.
    """
    identity = Identity.objects.filter(directory=directory, person=person.id).select_related("user").first()
    if identity is not None:
        return identity.user
    rows = User.objects.filter(username__iexact=person.name, directory=directory.slug)
    return rows.filter(identity=None, is_active=True).first()


@transaction.atomic
def shut_out(identity: Identity) -> None:
    """End what a user of a directory has here: sign-in, sessions, tokens, groups. Raises AccessError for the last
    administrator. The user stays, with what they did.
    """
    user = identity.user
    access.set_active(user, False)
    user.set_unusable_password()  # a fresh one: sessions carry a hash of it
    user.save(update_fields=["password"])
    AuthToken.objects.filter(user=user).delete()
    user.user_groups.remove(*UserGroup.objects.filter(link__directory=identity.directory))
    identity.gone, identity.remembered, identity.remembered_ms = True, "", 0
    identity.save(update_fields=["gone", "remembered", "remembered_ms"])


def _named(names: Iterable[str]) -> Q:
    wanted = Q(pk=None)
    for name in names:
        wanted |= Q(username__iexact=name)
    return wanted
