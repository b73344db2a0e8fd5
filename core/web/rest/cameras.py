"""Cameras: list, add, change, remove, probe, state."""

from __future__ import annotations

import base64
from typing import Any

from asgiref.sync import async_to_sync
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import LARGEST_ID, Required
from core.access.queries import cameras_with
from core.access.rights import rights_for
from core.cameras import queries, services
from core.cameras.control import moves
from core.cameras.models import LONGEST_POST_ROLL, LONGEST_PRE_ROLL, Camera, RecordingMode
from core.edge.cards import keeps
from core.hookspecs.cameras import ProbeReport
from core.recorder.protocol import CameraState, CameraStatus
from core.talk.loudspeakers import speaks
from core.web import recorders
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339
from core.web.speech import said


class CameraInput(serializers.Serializer[dict[str, Any]]):
    """What one may set. `settings` are the driver's own (GET /api/v1/drivers/); secrets are never shown again.

    `schedule`: needed when `recording` is `schedule`. `pre_roll`, `post_roll`: seconds around what triggers.
    `masks`: privacy masks, each the corners of a polygon as `[x, y]`, fractions of the picture.
    `record_on`: types of events that trigger, such as `lpr.*`; all but those about Eyrie's own health when empty.
    """

    name = serializers.CharField(max_length=128)
    driver = serializers.CharField(max_length=64)
    settings = serializers.DictField(default=dict)
    enabled = serializers.BooleanField(default=True)
    recording = serializers.ChoiceField(choices=RecordingMode.choices, default=RecordingMode.CONTINUOUS)
    schedule = serializers.IntegerField(source="schedule_id", min_value=1, allow_null=True, default=None)
    pre_roll = serializers.IntegerField(min_value=0, max_value=LONGEST_PRE_ROLL, default=5)
    post_roll = serializers.IntegerField(min_value=0, max_value=LONGEST_POST_ROLL, default=10)
    record_on = serializers.ListField(child=serializers.CharField(max_length=100), max_length=50, default=list)
    record_sub = serializers.BooleanField(default=False)
    masks = serializers.ListField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.FloatField())), default=list
    )
    retention_days = serializers.IntegerField(min_value=1, max_value=36500, allow_null=True, default=None)
    retention_bytes = serializers.IntegerField(min_value=1, max_value=2**60, allow_null=True, default=None)


class CameraOutput(serializers.ModelSerializer[Camera]):
    """A camera in a list."""

    state = serializers.SerializerMethodField()
    message = serializers.SerializerMethodField()
    recording_now = serializers.SerializerMethodField()
    speaks = serializers.SerializerMethodField()
    keeps = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta:
        model = Camera
        fields = ["id", "name", "state", "message", "recording_now", "enabled", "recording", "speaks", "moves", "keeps"]

    def get_state(self, camera: Camera) -> str:
        """A CameraState value."""
        return status_of(camera).state.value

    def get_message(self, camera: Camera) -> str:
        """One sentence when something is wrong."""
        return said(status_of(camera).message)

    def get_speaks(self, camera: Camera) -> bool:
        """Whether it has a loudspeaker, by its settings."""
        return speaks(camera)

    def get_moves(self, camera: Camera) -> bool:
        """Whether it can be moved, by its settings."""
        return moves(camera)

    def get_keeps(self, camera: Camera) -> bool:
        """Whether it keeps recordings of its own, by its settings."""
        return keeps(camera)

    def get_recording_now(self, camera: Camera) -> bool:
        """Whether pictures are being stored at this moment."""
        return status_of(camera).recording


class CameraDetail(CameraOutput):
    """One camera with what its administrator sees; secrets masked.

    masks_at_camera: those masks that it covers itself; masks_trouble: why it does not, in one sentence.
    """

    settings = serializers.SerializerMethodField()
    masks_at_camera = serializers.JSONField(read_only=True)
    masks_trouble = serializers.SerializerMethodField()

    class Meta:
        model = Camera
        fields = [
            *CameraOutput.Meta.fields,
            "driver",
            "settings",
            "schedule",
            "pre_roll",
            "post_roll",
            "record_on",
            "record_sub",
            "masks",
            "masks_at_camera",
            "masks_trouble",
            "retention_days",
            "retention_bytes",
            "revision",
        ]

    def get_masks_trouble(self, camera: Camera) -> str:
        """Empty while there is none."""
        return said(camera.masks_trouble)

    def get_settings(self, camera: Camera) -> dict[str, Any]:
        """The driver's settings, secrets masked."""
        return services.shown_settings(camera)


class ProbeInput(serializers.Serializer[dict[str, Any]]):
    """Settings to try before they are saved."""

    driver = serializers.CharField(max_length=64)
    settings = serializers.DictField(default=dict)


class StoredProbeInput(serializers.Serializer[dict[str, Any]]):
    """Settings to try in place of the stored ones; none to try those."""

    settings = serializers.DictField(default=dict)


class ProbeStream(serializers.Serializer[dict[str, Any]]):
    """What was seen of one stream; bitrate in bits a second."""

    name = serializers.CharField()
    codec = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    fps = serializers.FloatField()
    bitrate = serializers.IntegerField()
    audio = serializers.CharField()


class ProbeChannel(serializers.Serializer[dict[str, Any]]):
    """Another camera of the same device: `settings` are laid over those that were tried."""

    title = serializers.CharField()
    settings = serializers.DictField()


class ProbeOutput(serializers.Serializer[dict[str, Any]]):
    """The answer of a probe. When not `ok`: `fault`, a sentence, and the `field` to mend; `remedy`: settings that mend
    it, once a person has confirmed what the sentence says. `picture`: a data: URL. `settings`: what the camera told of
    its settings, to be saved with the others. `channels`: the other cameras of the same device.
    """

    ok = serializers.BooleanField()
    fault = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField()
    streams = ProbeStream(many=True)
    picture = serializers.CharField()
    settings = serializers.DictField()
    channels = ProbeChannel(many=True)
    remedy = serializers.DictField()


class StatusOutput(serializers.Serializer[dict[str, Any]]):
    """A camera's live state; times RFC 3339 or empty. `mode`: continuous, motion, event or off, by which it is
    recorded now; empty when that is not known.
    """

    camera = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in CameraState])
    since = serializers.CharField()
    message = serializers.CharField()
    fault = serializers.CharField()
    retry_in_ms = serializers.IntegerField()
    recording = serializers.BooleanField()
    mode = serializers.CharField()
    last_frame = serializers.CharField()
    streams = serializers.DictField()


def status_of(camera: Camera) -> CameraStatus:
    """A camera's state: of its recorder, or unknown when that does not answer."""
    if not camera.enabled:
        return CameraStatus(camera.pk, CameraState.DISABLED, 0)
    return recorders.state(camera.pk)


def found_camera(camera_id: int) -> Camera:
    """The camera of the URL. Raises NotFound."""
    camera = queries.cameras().filter(pk=camera_id).first()
    if camera is None:
        raise NotFound("No such camera.")
    return camera


class Cameras(ListAPIView[Camera]):
    """All cameras one may see."""

    required: Required = {"GET": "camera.view", "POST": "camera.manage"}
    filtered = frozenset({"GET"})
    serializer_class = CameraOutput

    def get_queryset(self) -> QuerySet[Camera]:
        """Those the user may see."""
        return cameras_with(rights_for(self.request), "camera.view")

    @extend_schema(request=CameraInput, responses={201: CameraDetail})
    def post(self, request: Request) -> Response:
        """Add a camera. It is being recorded within seconds; nothing restarts."""
        form = CameraInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        camera = services.add_camera(
            given.pop("name"),
            given.pop("driver"),
            given.pop("settings"),
            actor=actor(request),
            address=address(request),
            **given,
        )
        return Response(CameraDetail(camera).data, status=201)


class CameraOrder(serializers.Serializer[dict[str, Any]]):
    """Ids of cameras in the order in which lists show them; those not named follow as they stood."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), max_length=10_000)


class Order(APIView):
    """The order of cameras in lists."""

    required: Required = {"PUT": "camera.manage"}

    @extend_schema(request=CameraOrder, responses={204: None})
    def put(self, request: Request) -> Response:
        """Set the order, for everybody."""
        form = CameraOrder(data=request.data)
        form.is_valid(raise_exception=True)
        services.order_cameras(form.validated_data["ids"], actor=actor(request), address=address(request))
        return Response(status=204)


class OneCamera(APIView):
    """One camera."""

    required: Required = {"GET": "camera.view", "PATCH": "camera.manage", "DELETE": "camera.manage"}

    @extend_schema(responses=CameraDetail)
    def get(self, request: Request, camera_id: int) -> Response:
        """The camera; with its driver's settings for those who may change them."""
        camera = found_camera(camera_id)
        manages = rights_for(request).holds("camera.manage", camera_id)
        return Response((CameraDetail if manages else CameraOutput)(camera).data)

    @extend_schema(request=CameraInput(partial=True), responses=CameraDetail)
    def patch(self, request: Request, camera_id: int) -> Response:
        """Change what is named, also single keys of `settings`. Only this camera reconnects."""
        found_camera(camera_id)
        form = CameraInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        camera = services.change_camera(camera_id, form.validated_data, actor=actor(request), address=address(request))
        return Response(CameraDetail(camera).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, camera_id: int) -> Response:
        """Remove the camera. Its recordings are deleted by retention within minutes."""
        services.delete_camera(found_camera(camera_id), actor=actor(request), address=address(request))
        return Response(status=204)


class StatusesOutput(serializers.Serializer[dict[str, Any]]):
    """States of cameras, in the order of lists."""

    results = StatusOutput(many=True)


class Statuses(APIView):
    """The live states of all cameras one may see."""

    required: Required = {"GET": "camera.view"}
    filtered = frozenset({"GET"})

    @extend_schema(operation_id="cameras_status_list", responses=StatusesOutput)
    def get(self, request: Request) -> Response:
        """Each camera's state, since when, why, and what its streams send."""
        found = cameras_with(rights_for(request), "camera.view")
        return Response({"results": [status_body(status_of(camera)) for camera in found]})


class Status(APIView):
    """A camera's live state."""

    required: Required = {"GET": "camera.view"}

    @extend_schema(responses=StatusOutput)
    def get(self, request: Request, camera_id: int) -> Response:
        """State, since when, why, and what each stream sends."""
        return Response(status_body(status_of(found_camera(camera_id))))


class Probe(APIView):
    """Try a camera before it is saved."""

    required: Required = {"POST": "camera.manage"}

    @extend_schema(request=ProbeInput, responses=ProbeOutput)
    def post(self, request: Request) -> Response:
        """Connect and look, within ten seconds. A camera that does not answer is a 200 with `ok` false."""
        form = ProbeInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        return Response(_probe_body(async_to_sync(services.probe)(given["driver"], given["settings"])))


class StoredProbe(APIView):
    """Try a stored camera, with some settings changed or none."""

    required: Required = {"POST": "camera.manage"}

    @extend_schema(operation_id="cameras_probe_stored", request=StoredProbeInput, responses=ProbeOutput)
    def post(self, request: Request, camera_id: int) -> Response:
        """As `probe`; secrets that are not given are taken from the camera."""
        camera = found_camera(camera_id)
        form = StoredProbeInput(data=request.data)
        form.is_valid(raise_exception=True)
        settings = form.validated_data["settings"]
        return Response(_probe_body(async_to_sync(services.probe)(camera.driver, settings, camera.settings)))


def status_body(status: CameraStatus) -> dict[str, Any]:
    """A state as JSON."""
    return {
        "camera": status.camera,
        "state": status.state.value,
        "since": rfc3339(status.since_ms) if status.since_ms else "",
        "message": said(status.message),
        "fault": status.fault,
        "retry_in_ms": status.retry_in_ms,
        "recording": status.recording,
        "mode": status.mode,
        "last_frame": rfc3339(status.last_frame_ms) if status.last_frame_ms else "",
        "streams": status.streams,
    }


def _probe_body(report: ProbeReport) -> dict[str, Any]:
    picture = base64.b64encode(report.picture).decode()
    return {
        "ok": report.ok,
        "fault": report.fault.value if report.fault else "",
        "message": said(report.message),
        "field": f"settings.{report.field}" if report.field else "",
        "streams": [
            {
                "name": stream.name,
                "codec": stream.codec,
                "width": stream.width,
                "height": stream.height,
                "fps": stream.fps,
                "bitrate": stream.bitrate,
                "audio": stream.audio,
            }
            for stream in report.streams
        ],
        "picture": f"data:image/jpeg;base64,{picture}" if picture else "",
        "settings": dict(report.settings),
        "channels": [{"title": one.title, "settings": one.settings} for one in report.channels],
        "remedy": dict(report.remedy),
    }
