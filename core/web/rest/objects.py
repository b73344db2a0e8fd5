"""Where followed objects were: what the overlay of playback draws."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import rights_for
from core.recording.object_store import objects_between
from core.web.covered import is_hidden, masks_for
from core.web.naming import names_of, namings
from core.web.rest.describing import extend_schema
from core.web.rest.timeline import TIMES
from core.web.rest.times import required_range

LONGEST_MS = 3_600_000
_PLACES = 4  # decimals of a fraction of the picture


POINTS = "Each `[ms UTC, left, top, width, height, score]`, the box in parts of the picture."
TRACK = inline_serializer(
    "ObjectTrack",
    {
        "id": serializers.CharField(),
        "detector": serializers.CharField(),
        "label": serializers.CharField(),
        "text": serializers.CharField(
            help_text="What was read on it, for who may see events; or who it is, for who may know that."
        ),
        "points": serializers.ListField(child=serializers.ListField(child=serializers.FloatField()), help_text=POINTS),
    },
    many=True,
)
TRACKS = inline_serializer("ObjectTracks", {"tracks": TRACK})


class Objects(APIView):
    """What detectors saw of a camera."""

    required: Required = {"GET": "camera.playback"}

    @extend_schema(parameters=[*TIMES[:2]], responses=TRACKS)
    def get(self, request: Request, camera_id: int) -> Response:
        """Boxes of the objects that were followed in a range of an hour at most, two a second for each.

        Who may not see what lies under the camera's privacy masks does not get those that lie there.
        """
        start, end = required_range(request.query_params, LONGEST_MS)
        masks = masks_for(rights_for(request), camera_id, start)
        reads = rights_for(request).holds("event.view", camera_id)
        tracks: dict[tuple[str, str], dict[str, Any]] = {}
        for one in objects_between(camera_id, start, end):
            if is_hidden(one.box, masks):
                continue
            fresh = {"id": one.track, "detector": one.detector, "label": one.label, "text": "", "points": []}
            track = tracks.setdefault((one.track, one.label), fresh)
            place = [round(part, _PLACES) for part in one.box]
            track["points"].append([one.at_ms, *place, round(one.score, 3)])
            if reads and one.text:
                track["text"] = one.text
        found = list(tracks.values())
        for detector, ids in namings(rights_for(request), camera_id, found):
            names = names_of(detector, camera_id, ids)
            for track in found:
                track["text"] = names.get(track["id"], track["text"])
        return Response({"tracks": found})
