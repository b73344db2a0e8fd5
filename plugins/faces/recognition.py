"""Whose faces a camera sees: each face is followed, looked at a few times, and named when the looks agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np

from core.api import Frame, Masks, Occurrence, SeenObject
from plugins.faces.embedding import Embedder
from plugins.faces.events import RECOGNISED, UNKNOWN
from plugins.faces.finding import FoundFace, Picture
from plugins.faces.follow import Box, Followed, Follower, Named
from plugins.faces.gallery import Gallery, Known
from plugins.faces.kept import Kept

MOST_LOOKS = 12
"""A face that nobody was found for after so many looks is a stranger's; looking on would only cost."""
AROUND = 0.4
"""Of a face's box, on each side: what of the picture is kept with it."""
TALLEST = 240
"""Pixels: pictures of faces are kept no taller."""


class Enrolled(Protocol):
    """Who is to be recognised, and what becomes of pictures; behind it lies the database."""

    def gallery(self) -> Gallery | None:
        """The people, as of the last few seconds; None while recognition is switched off."""

    def masks(self, camera_id: int) -> Masks:
        """What of this camera's picture is private: faces there are nobody's."""

    def keep(self, face: Kept, wall_ms: int, *, known: bool) -> str:
        """Keep a face for the event that tells of it; by which name it is found, empty where it is not to be kept."""


class Recognition:
    """On one camera. smallest: pixels of a face's side; agree: looks that must name the same person."""

    def __init__(self, embedder: Embedder, enrolled: Enrolled, smallest: int, agree: int) -> None:
        self._embedder, self._enrolled = embedder, enrolled
        self._smallest, self._agree = smallest, agree
        self._follower = Follower()

    def look(self, frame: Frame, picture: Picture, faces: Sequence[FoundFace]) -> list[Occurrence]:
        """What is to be told of, of the faces found in a picture (height x width x blue, green, red)."""
        gallery = self._enrolled.gallery()
        if gallery is None:
            self._follower = Follower()
            return []
        masks = self._enrolled.masks(frame.camera_id)
        seen = [
            (face, box)
            for face in faces
            if min(face.box[2:]) >= self._smallest and not under((box := fractions(face, frame)), masks)
        ]
        present, gone = self._follower.update(frame.wall_ms, [box for _, box in seen])
        for one, (face, _) in zip(present, seen, strict=True):
            if len(one.looks) < MOST_LOOKS and one.told <= {None}:
                self._examine(one, picture, face, gallery)
        told = [self._told(one, gallery, frame, left=False) for one in present]
        told += [self._told(one, gallery, frame, left=True) for one in gone]
        return [occurrence for occurrence in told if occurrence is not None]

    def _examine(self, one: Followed, picture: Picture, face: FoundFace, gallery: Gallery) -> None:
        vector = self._embedder.embed(picture, face)
        one.looks.append(gallery.name(vector, self._embedder))
        size = float(min(face.box[2:]))
        if size > one.quality:
            one.quality = size
            one.best = Kept(portrait(picture, face), vector, self._embedder.id)

    def _told(self, one: Followed, gallery: Gallery, frame: Frame, *, left: bool) -> Occurrence | None:
        named = one.agreed(self._agree)
        known = gallery.people.get(named.person) if named is not None and named.person is not None else None
        if named is not None and known is not None:
            return None if named.person in one.told else self._recognised(one, named, known, frame)
        sure = len(one.looks) >= (self._agree if left else MOST_LOOKS)
        return self._stranger(one, frame) if sure and not one.told else None

    def _recognised(self, one: Followed, named: Named, known: Known, frame: Frame) -> Occurrence:
        one.told.add(named.person)
        said = {
            "person": named.person,
            "name": known.name,
            "groups": list(known.groups),
            "likeness": round(min(max(named.likeness, 0.0), 1.0), 3),
            "looks": len(one.looks),
            "sighting": self._keep(one, frame, known=True),
        }
        return Occurrence(RECOGNISED.name, str(one.id), said, _objects(one))

    def _stranger(self, one: Followed, frame: Frame) -> Occurrence:
        one.told.add(None)
        said = {"looks": len(one.looks), "sighting": self._keep(one, frame, known=False)}
        return Occurrence(UNKNOWN.name, str(one.id), said, _objects(one))

    def _keep(self, one: Followed, frame: Frame, *, known: bool) -> str:
        return self._enrolled.keep(one.best, frame.wall_ms, known=known) if one.best is not None else ""


def fractions(face: FoundFace, frame: Frame) -> Box:
    """A face's box in fractions of the picture."""
    x, y, w, h = face.box
    return x / frame.width, y / frame.height, w / frame.width, h / frame.height


def under(box: Box, masks: Masks) -> bool:
    """Whether some of a face lies under a privacy mask: its corners, or its middle."""
    left, top, width, height = box
    points = [(left + x * width, top + y * height) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5))]
    corners = [np.array(mask, np.float32) for mask in masks]
    return any(cv2.pointPolygonTest(mask, point, False) >= 0 for mask in corners for point in points)


def portrait(picture: Picture, face: FoundFace) -> bytes:
    """A JPEG of a face and a little around it."""
    x, y, w, h = face.box
    left, top = max(int(x - AROUND * w), 0), max(int(y - AROUND * h), 0)
    part = picture[top : int(y + h + AROUND * h), left : int(x + w + AROUND * w)]
    if part.shape[0] > TALLEST:
        width = max(round(part.shape[1] * TALLEST / part.shape[0]), 1)
        part = np.asarray(cv2.resize(part, (width, TALLEST), interpolation=cv2.INTER_AREA), np.uint8)
    return cv2.imencode(".jpg", part, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def _objects(one: Followed) -> tuple[SeenObject, ...]:
    return (SeenObject("face", 1.0, one.box),)
