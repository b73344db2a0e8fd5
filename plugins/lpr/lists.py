"""Lists of plates: what is on them, and which entry a plate that was read may be meant by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from plugins.lpr.alike import distance, folded, plain
from plugins.lpr.models import ListedPlate

NAMES = ("block", "allow", "vip")
"""Of equally near entries the one of the earlier list counts: who is kept out stays out."""


class ListError(ValueError):
    """An entry cannot be. fields: sentences by field."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Entry:
    """A plate for a list; as `ListedPlate`, with the text as somebody wrote it."""

    text: str
    list: str
    owner: str = ""
    note: str = ""
    valid_from_ms: int | None = None
    valid_to_ms: int | None = None

    def checked(self) -> dict[str, Any]:
        """The row's values. Raises ListError."""
        troubles = {}
        try:
            text = plain(self.text)
        except ValueError as error:
            troubles["text"] = str(error)
        if self.list not in NAMES:
            troubles["list"] = f"There is no list {self.list!r}; choose of {', '.join(sorted(NAMES))}."
        begin_ms, end_ms = self.valid_from_ms, self.valid_to_ms
        if begin_ms is not None and end_ms is not None and begin_ms >= end_ms:
            troubles["valid_to"] = "The end of validity is not after its beginning."
        for name, most in (("owner", 200), ("note", 500)):
            if len(getattr(self, name)) > most:
                troubles[name] = f"The {name} has more than {most} characters; shorten it."
        if troubles:
            raise ListError(troubles)
        return {
            "text": text,
            "folded": folded(text),
            "list": self.list,
            "owner": self.owner.strip(),
            "note": self.note.strip(),
            "valid_from_ms": self.valid_from_ms,
            "valid_to_ms": self.valid_to_ms,
        }


def put(entry: Entry) -> tuple[ListedPlate, bool]:
    """Put a plate on a list, off the one it is on; whether it was on none. Raises ListError."""
    values = entry.checked()
    return ListedPlate.objects.update_or_create(text=values.pop("text"), defaults=values)


@transaction.atomic
def put_all(entries: Iterable[Entry]) -> int:
    """Put many on lists, all or none; how many. Raises ListError."""
    return sum(1 for entry in entries if put(entry))


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a plate may be meant by. distance: characters that differ, look-alikes aside."""

    entry: ListedPlate
    distance: int


def match(text: str, at_ms: int, most: int) -> Match | None:
    """The nearest entry that is valid at a time; None when every one differs in more than `most` characters."""
    valid = ListedPlate.objects.filter(
        Q(valid_from_ms=None) | Q(valid_from_ms__lte=at_ms), Q(valid_to_ms=None) | Q(valid_to_ms__gt=at_ms)
    )
    wanted = folded(text)
    near = [Match(entry, 0) for entry in valid.filter(folded=wanted)]
    if not near and most:
        candidates = valid.values_list("pk", "folded").iterator()
        apart = {pk: gap for pk, other in candidates if (gap := distance(wanted, other, most)) is not None}
        near = [Match(entry, apart[entry.pk]) for entry in valid.filter(pk__in=apart)]
    return min(near, key=lambda one: (one.distance, NAMES.index(one.entry.list), one.entry.text), default=None)
