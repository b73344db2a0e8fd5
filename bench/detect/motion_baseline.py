"""The research note's motion detector: MOG2 at full size, kept where the difference to two pictures ago agrees."""

from __future__ import annotations

import time
from typing import Any

import cv2
import numpy as np

from core.api import Frame

_OPEN = np.ones((3, 3), np.uint8)


class Baseline:
    """Blobs of `smallest` of the picture; on after 3 of 5 pictures, off after a second."""

    def __init__(self, smallest: float = 0.005) -> None:
        self._background = cv2.createBackgroundSubtractorMOG2(500, 16, True)
        self._smallest = smallest
        self._past: list[Any] = []
        self._hits: list[bool] = []
        self._on = False
        self._last_ms = 0
        self.cpu_s = 0.0

    def look(self, frame: Frame) -> tuple[bool, list[tuple[float, ...]], Any]:
        began = time.process_time()
        picture = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width)
        boxes, mask = self._blobs(picture)
        self._hits = [*self._hits, bool(boxes)][-5:]
        if boxes:
            self._last_ms = frame.wall_ms
        self._on = frame.wall_ms - self._last_ms < 1000 if self._on else sum(self._hits) >= 3
        self.cpu_s += time.process_time() - began
        return self._on, boxes, mask

    def _blobs(self, picture: Any) -> tuple[list[tuple[float, ...]], Any]:
        foreground = (self._background.apply(picture) == 255).astype(np.uint8)
        smooth = cv2.GaussianBlur(picture, (5, 5), 0)
        self._past = [*self._past, smooth][-3:]
        nothing = np.zeros_like(foreground)
        if len(self._past) < 3:
            return [], nothing
        changed = cv2.absdiff(smooth, self._past[0]) > 20
        if changed.mean() > 0.5:
            return [], nothing
        foreground = cv2.morphologyEx(foreground, cv2.MORPH_OPEN, _OPEN)
        foreground = cv2.dilate(foreground, _OPEN, iterations=2)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(foreground)
        moving = np.bincount(labels[changed], minlength=count)
        kept = [
            label
            for label in range(1, count)
            if stats[label, 4] >= self._smallest * picture.size and moving[label] >= 0.04 * stats[label, 4]
        ]
        height, width = picture.shape
        boxes = [tuple(stats[label, :4] / [width, height, width, height]) for label in kept]
        return boxes, np.isin(labels, kept).astype(np.uint8)
