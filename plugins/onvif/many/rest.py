"""Rounds over REST. A round is there for who may configure every camera in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.services import Required, cameras_of_driver, cameras_with, rights_for, said
from plugins.onvif.configuring.permissions import CONFIGURE
from plugins.onvif.configuring.rest import ValueField
from plugins.onvif.configuring.sections import PARTS
from plugins.onvif.many import services
from plugins.onvif.many.models import How, Round, Step
from plugins.onvif.many.report import report
from plugins.onvif.many.services import STREAMS, Busy, Wish
from plugins.onvif.many.together import Common, Why, common_fields, recalled, turns, whys

DRIVER = "onvif"
NEWEST = 20
MOST_CAMERAS = 1000


class RoundInput(serializers.Serializer[dict[str, Any]]):
    """Whose settings are to be read, and which section of them."""

    section = serializers.CharField(max_length=40)
    cameras = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=MOST_CAMERAS)


class WishInput(serializers.Serializer[dict[str, Any]]):
    """values: by the names of fields, for all cameras. suggested: what is suggested for each instead (streams only).

    cameras: these of the round alone; all without.
    """

    values = serializers.DictField(child=ValueField(), default=dict)
    suggested = serializers.BooleanField(default=False)
    cameras = serializers.ListField(child=serializers.IntegerField(), required=False)


class RoundOutput(serializers.Serializer[dict[str, Any]]):
    """A round. stage: read or change; state: queued, running, done, failed or cancelled; counts: cameras by how it
    stands with them: waiting, working, read, changed, same, failed, left.
    """

    id = serializers.IntegerField()
    section = serializers.CharField()
    title = serializers.CharField()
    stage = serializers.CharField()
    state = serializers.CharField()
    cancelling = serializers.BooleanField()
    requester = serializers.CharField()
    created_ms = serializers.IntegerField()
    error = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())


class StepOutput(serializers.Serializer[dict[str, Any]]):
    """One camera of a round, id null once it is deleted. whys: why not (sentence, group, title); changed: group, title,
    unit, before, after.
    """

    camera = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    how = serializers.ChoiceField(choices=How.choices)
    notes = serializers.ListField(child=serializers.CharField())
    whys = serializers.ListField(child=serializers.DictField())
    changed = serializers.ListField(child=serializers.DictField())


class CommonOutput(serializers.Serializer[dict[str, Any]]):
    """A field that cameras of the round share, as plugins.onvif.many.together.Common describes it."""

    name = serializers.CharField()
    title = serializers.CharField()
    group = serializers.CharField()
    kind = serializers.CharField()
    unit = serializers.CharField()
    cameras = serializers.IntegerField()
    value = ValueField(allow_null=True)
    limits = serializers.DictField()
    takers = serializers.ListField(child=serializers.IntegerField())
    restarts = serializers.BooleanField()
    hint = serializers.CharField()


class OutlookOutput(serializers.Serializer[dict[str, Any]]):
    """What would become of one camera: changes (group, title, unit, before, after, reason), none when it is so already;
    whys: why not, and then nothing is sent.
    """

    camera = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    changes = serializers.ListField(child=serializers.DictField())
    whys = serializers.ListField(child=serializers.DictField())


class AtWork(APIException):
    """The round does something already."""

    status_code = 409
    default_code = "busy"


class Rounds(APIView):
    """Changes of many cameras."""

    required: Required = {"GET": CONFIGURE.codename, "POST": CONFIGURE.codename}
    filtered = ("GET", "POST")

    @extend_schema(operation_id="onvif_rounds_list", responses=RoundOutput(many=True))
    def get(self, request: Request) -> Response:
        """The newest that are there for who asks."""
        return Response([_round_body(one) for one in _visible(request)[:NEWEST]])

    @extend_schema(request=RoundInput, responses={201: RoundOutput})
    def post(self, request: Request) -> Response:
        """Have a section of these cameras read."""
        form = RoundInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        if given["section"] not in PARTS:
            raise ValidationError({"section": [f"Choose one of {', '.join(PARTS)}."]})
        known = _configurable(request)
        if unknown := set(given["cameras"]) - known.keys():
            raise ValidationError({"cameras": [f"There is no ONVIF camera {min(unknown)} that you may configure."]})
        chosen = [(camera, known[camera]) for camera in dict.fromkeys(given["cameras"])]
        made = services.begin(given["section"], chosen, *_who(request))
        return Response(_round_body(made), status=201)


class OneRound(APIView):
    """One change of many cameras."""

    required: Required = {"GET": CONFIGURE.codename}
    filtered = ("GET",)

    @extend_schema(responses=RoundOutput)
    def get(self, request: Request, round_id: int) -> Response:
        """How far it is."""
        return Response(_round_body(_found(request, round_id)))


class Cameras(APIView):
    """The cameras of a round."""

    required: Required = {"GET": CONFIGURE.codename}
    filtered = ("GET",)

    @extend_schema(operation_id="onvif_round_cameras", responses=StepOutput(many=True))
    def get(self, request: Request, round_id: int) -> Response:
        """How it stands with each."""
        return Response([_step_body(step) for step in Step.objects.filter(round=_found(request, round_id))])


class Fields(APIView):
    """What can be set on the cameras of a round."""

    required: Required = {"GET": CONFIGURE.codename}
    filtered = ("GET",)

    @extend_schema(operation_id="onvif_round_fields", responses=CommonOutput(many=True))
    def get(self, request: Request, round_id: int) -> Response:
        """All that at least one of them has; those that could cut a camera off and passwords are set one by one."""
        sections = services.sections_of(_found(request, round_id))
        return Response([_field_body(field) for field in common_fields(sections)])


class Preview(APIView):
    """What a change would do."""

    required: Required = {"POST": CONFIGURE.codename}
    filtered = ("POST",)

    @extend_schema(request=WishInput, responses=OutlookOutput(many=True))
    def post(self, request: Request, round_id: int) -> Response:
        """From and to, camera by camera; no camera is asked, and nothing changes."""
        wished = _wished(request, _found(request, round_id))
        return Response([_outlook_body(wish) for wish in wished])


class Run(APIView):
    """Doing it."""

    required: Required = {"POST": CONFIGURE.codename}
    filtered = ("POST",)

    @extend_schema(request=WishInput, responses=RoundOutput)
    def post(self, request: Request, round_id: int) -> Response:
        """Have it done, as the preview told. 409 while the round is at work."""
        made = _found(request, round_id)
        wished = _wished(request, made)
        if not any(wish.outlook.turns for wish in wished):
            raise ValidationError({"values": ["Nothing would change on any of the cameras."]})
        _unless_busy(lambda: services.run(made, wished, *_who(request)))
        return Response(_round_body(Round.objects.get(pk=made.pk)))


class ReadAgain(APIView):
    """Reading the cameras anew."""

    required: Required = {"POST": CONFIGURE.codename}
    filtered = ("POST",)

    @extend_schema(request=None, responses=RoundOutput)
    def post(self, request: Request, round_id: int) -> Response:
        """All cameras of the round. 409 while it is at work."""
        made = _found(request, round_id)
        _unless_busy(lambda: services.read_again(made, *_who(request)))
        return Response(_round_body(Round.objects.get(pk=made.pk)))


class Cancel(APIView):
    """Stopping."""

    required: Required = {"POST": CONFIGURE.codename}
    filtered = ("POST",)

    @extend_schema(request=None, responses=RoundOutput)
    def post(self, request: Request, round_id: int) -> Response:
        """Begin with no further camera; what was changed stays changed."""
        made = _found(request, round_id)
        services.cancel(made, *_who(request))
        return Response(_round_body(Round.objects.get(pk=made.pk)))


class Report(APIView):
    """What came of it, as a file."""

    required: Required = {"GET": CONFIGURE.codename}
    filtered = ("GET",)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, round_id: int) -> HttpResponse:
        """CSV: a line for each field that changed, and for each camera of which none did."""
        made = _found(request, round_id)
        answer = HttpResponse(report(made), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="camera-settings-{made.pk}.csv"'
        return answer


def _configurable(request: Request) -> dict[int, str]:
    """The ONVIF cameras that one may configure: id to name."""
    rows = cameras_with(rights_for(request), CONFIGURE.codename).values_list("pk", "name")
    ours = {camera.id for camera in cameras_of_driver(DRIVER)}
    return {pk: name for pk, name in rows if pk in ours}


def _visible(request: Request) -> QuerySet[Round]:
    """Those in which there is no camera that one may not configure."""
    allowed = cameras_with(rights_for(request), CONFIGURE.codename).values("pk")
    barred = Step.objects.filter(camera__isnull=False).exclude(camera__in=allowed).values("round")
    return Round.objects.exclude(pk__in=barred)


def _found(request: Request, round_id: int) -> Round:
    made = _visible(request).filter(pk=round_id).first()
    if made is None:
        raise NotFound("There is no such change of many cameras.")
    return made


def _who(request: Request) -> tuple[str, str]:
    """Name and address of who asks."""
    return request.user.get_username(), str(request.META.get("REMOTE_ADDR") or "")


def _wished(request: Request, made: Round) -> list[Wish]:
    form = WishInput(data=request.data)
    form.is_valid(raise_exception=True)
    given = form.validated_data
    if given["suggested"] and made.section != STREAMS:
        raise ValidationError({"suggested": ["Only for streams there is something to suggest."]})
    if not given["suggested"] and not given["values"]:
        raise ValidationError({"values": ["Say what is to be set."]})
    return services.wishes(made, None if given["suggested"] else given["values"], given.get("cameras"))


def _unless_busy(work: Any) -> None:
    try:
        work()
    except Busy as error:
        raise AtWork(str(error)) from error


def _round_body(made: Round) -> dict[str, Any]:
    rows = Step.objects.filter(round=made).values_list("how").annotate(count=Count("pk")).order_by()
    part = PARTS.get(made.section)
    return {
        "id": made.pk,
        "section": made.section,
        "title": part.title if part else made.section,
        "stage": made.stage,
        "state": made.state,
        "cancelling": made.cancel,
        "requester": made.requester,
        "created_ms": made.created_ms,
        "error": said(made.error),
        "counts": dict(Counter(dict(rows))),
    }


def _step_body(step: Step) -> dict[str, Any]:
    section = recalled(step.section) if step.section else None
    changed = turns(section, step.changed) if section else []
    return {
        "camera": step.camera_id,
        "name": step.name,
        "how": str(How(step.how)),
        "notes": [said(note) for note in step.notes],
        "whys": [_why_body(why) for why in whys(section, step.error, step.refused)],
        "changed": [asdict(turn) for turn in changed],
    }


def _field_body(field: Common) -> dict[str, Any]:
    """As JSON."""
    return asdict(field) | {"hint": said(field.hint)}


def _outlook_body(wish: Wish) -> dict[str, Any]:
    section = recalled(wish.step.section) if wish.step.section else None
    changes = [asdict(turn) | {"reason": said(wish.reasons.get(turn.field, ""))} for turn in wish.outlook.turns]
    return {
        "camera": wish.step.camera_id,
        "name": wish.step.name,
        "changes": changes,
        "whys": [_why_body(why) for why in whys(section, wish.outlook.why_not, wish.outlook.refused)],
    }


def _why_body(why: Why) -> dict[str, Any]:
    return asdict(why) | {"sentence": said(why.sentence)}
