"""Who is to be recognised, as the database has it: read again every few seconds, in the detectors' process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from django.db import DatabaseError
from django.db.models import Count, Max, QuerySet

from core.api import Clock, Masks
from core.api.services import data_directory, masks_on
from plugins.faces.embedding import Embedder
from plugins.faces.gallery import Gallery, Known
from plugins.faces.handover import hand_over
from plugins.faces.kept import Kept, opened_vector
from plugins.faces.models import Person, Reference, consenting
from plugins.faces.settings import FacesSettings

log = logging.getLogger("eyrie.faces")
READ_AGAIN_S = 5.0
LIVE_MS = 60_000
"""Older pictures are a recording's: a detector that is tried on one keeps no faces."""
T = TypeVar("T")


class LiveEnrolled:
    """Enrolled of `recognition`, of one camera's detector. whole: the plugin's settings it was made for."""

    def __init__(self, embedder: Embedder, whole: FacesSettings, clock: Clock) -> None:
        self._embedder, self._whole, self._clock = embedder, whole, clock
        self._gallery: Gallery | None = None
        self._stamp: object = None
        self._masks: Masks = ()
        self._read: dict[str, float] = {}

    def gallery(self) -> Gallery | None:
        """The people whose consent holds. While the database is away, those of before."""
        self._fresh("gallery", self._read_gallery)
        return self._gallery

    def masks(self, camera_id: int) -> Masks:
        """What the camera does not cover itself."""
        found = self._fresh("masks", lambda: masks_on(camera_id, None))
        if found is not None:
            self._masks = found
        return self._masks

    def keep(self, face: Kept, wall_ms: int, *, known: bool) -> str:
        """Keep it for its event, where settings allow and the picture is of now."""
        if not (known or self._whole.keep_unknown) or self._clock.wall_ms() - wall_ms > LIVE_MS:
            return ""
        try:
            return hand_over(data_directory(), face)
        except OSError as error:
            log.error("A face is not kept: %s", error)
            return ""

    def _fresh(self, what: str, read: Callable[[], T]) -> T | None:
        """Read it when it is due; None when it is not, or the database does not answer."""
        now = self._clock.monotonic()
        if now - self._read.get(what, -READ_AGAIN_S) < READ_AGAIN_S:
            return None
        self._read[what] = now
        try:
            return read()
        except DatabaseError as error:
            log.warning("The database does not answer (%s); %s stay as they were.", error, what)
            return None

    def _read_gallery(self) -> None:
        people = consenting(self._clock.wall_ms())
        ids = tuple(people.values_list("pk", flat=True))
        changed = people.aggregate(Max("changed_ms"), Count("references"))
        stamp = (ids, *changed.values())
        if stamp != self._stamp:
            self._gallery, self._stamp = _gallery(people, self._embedder, self._whole.likeness), stamp


def _gallery(people: QuerySet[Person], embedder: Embedder, likeness: float) -> Gallery:
    """The people with pictures that this model made vectors of."""
    known = {one.pk: Known(one.name, tuple(one.groups)) for one in people}
    rows = list(Reference.objects.filter(person__in=known, model=embedder.id).order_by("pk"))
    vectors = [opened_vector(row.vector) for row in rows]
    return Gallery(
        known,
        np.array([row.person_id for row in rows], np.int64),
        np.stack(vectors) if vectors else np.zeros((0, 0), np.float32),
        likeness or embedder.likeness,
    )
