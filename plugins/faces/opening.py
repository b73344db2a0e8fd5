"""Makes detector, redactor and embedder of the settings. Imports what is heavy: only where pictures are looked at."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.api import Clock, SystemClock
from plugins.faces.cards import detection_card, read_model, recognition_card
from plugins.faces.detector import FaceDetector, Means
from plugins.faces.embedding import Embedder, OnnxEmbedder
from plugins.faces.finding import Finder, Frontal, YuNet
from plugins.faces.places import DLIB, models_folder
from plugins.faces.recognition import Recognition
from plugins.faces.redaction import SMALLEST, FaceRedactor
from plugins.faces.settings import FaceSettings, FacesSettings

READ_AGAIN_S = 5.0
"""Seconds after which settings and enrolled people are read again."""


def open_detector(settings: FaceSettings) -> FaceDetector:
    """For a camera with these settings. Raises ValueError with a sentence when its models cannot be had."""
    return FaceDetector(_Wardrobe(settings, SystemClock()).now)


def open_redactor() -> FaceRedactor:
    """With the best finder there is. Raises ValueError with a sentence when its model cannot be had."""
    from plugins.faces.sightings import settings_now

    card = settings_now().detection_model
    return FaceRedactor(finder_of(models_folder(), card, SMALLEST) if card else None)


def finder_of(folder: Path, card_name: str, smallest: int) -> Finder:
    """What finds faces from so many pixels on. Raises ValueError."""
    if not card_name:
        return Frontal(smallest)
    card = detection_card(folder, card_name)
    return YuNet(read_model(folder, card), card.score, smallest)


def embedder_of(folder: Path, name: str) -> Embedder:
    """The recognition model of this name, opened once for all cameras. Raises ValueError."""
    return _embedder(folder, name, "" if name == DLIB else recognition_card(folder, name).sha256)


@lru_cache(maxsize=1)
def _embedder(folder: Path, name: str, sha256: str) -> Embedder:
    """sha256: of its card, so that another model of the same name is opened anew."""
    if name == DLIB:
        from plugins.faces.dlib_model import DlibEmbedder

        return DlibEmbedder()
    return OnnxEmbedder(folder, name)


class _Wardrobe:
    """The means of one camera, made anew when the plugin's settings change."""

    def __init__(self, settings: FaceSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._read: float | None = None
        self._made_of: FacesSettings | None = None
        self._means: Means | None = None

    def now(self) -> Means:
        """Raises ValueError when a model cannot be had."""
        now = self._clock.monotonic()
        if self._means is None or self._read is None or now - self._read >= READ_AGAIN_S:
            from plugins.faces.sightings import settings_now

            whole = settings_now()
            self._read = now
            if self._means is None or whole != self._made_of:
                self._means = self._make(whole)
                self._made_of = whole
        return self._means

    def _make(self, whole: FacesSettings) -> Means:
        finder = finder_of(models_folder(), whole.detection_model, self._settings.smallest)
        if not (whole.recognise and self._settings.recognise):
            return Means(finder)
        from plugins.faces.enrolled import LiveEnrolled

        embedder = embedder_of(models_folder(), whole.model)
        if embedder.landmarks and not whole.detection_model:
            raise ValueError("The recognition model needs landmarks: choose a YuNet model as detection model.")
        enrolled = LiveEnrolled(embedder, whole, self._clock)
        return Means(finder, Recognition(embedder, enrolled, self._settings.smallest_recognised, whole.agree))
