"""Settings of one camera over REST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.services import Required, said
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.configuring.model import Change, Field, Section, Value, WrongValues
from plugins.onvif.configuring.permissions import CONFIGURE
from plugins.onvif.configuring.sections import PARTS, Unconfirmed
from plugins.onvif.configuring.services import NoSuchCamera, act_of, change_of, read_of

MOST_TEXT = 400
T = TypeVar("T")


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]})
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A value of a setting: text, a number, true or false."""

    def to_internal_value(self, data: Any) -> Value:
        """As JSON has it."""
        if not isinstance(data, str | int | float | bool) or (isinstance(data, str) and len(data) > MOST_TEXT):
            raise serializers.ValidationError(f"Give text of at most {MOST_TEXT} characters, a number, true or false.")
        return data

    def to_representation(self, value: Any) -> Any:
        """The same."""
        return value


class ValuesInput(serializers.Serializer[dict[str, Any]]):
    """values: by the names of a section's fields. confirmed: you know that the camera may be out of reach after it."""

    values = serializers.DictField(child=ValueField(), allow_empty=True, default=dict)
    confirmed = serializers.BooleanField(default=False)


class PartOutput(serializers.Serializer[dict[str, Any]]):
    """One section's name."""

    name = serializers.CharField()
    title = serializers.CharField()


class SectionOutput(PartOutput):
    """A section as plugins.onvif.configuring.model describes it."""

    groups = serializers.ListField(child=serializers.DictField())
    fields = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]  # DRF takes it out again
    acts = serializers.ListField(child=serializers.DictField())
    missing = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())


class ChangeOutput(serializers.Serializer[dict[str, Any]]):
    """section: as the device tells it now; changed: [before, after] by field; notes: what the device made of it
    otherwise than it was asked; refused: what it did not take, by field.
    """

    section = serializers.DictField()
    changed = serializers.DictField()
    notes = serializers.ListField(child=serializers.CharField())
    refused = serializers.DictField()


class DeviceTrouble(APIException):
    """The device does not answer, or not as it should."""

    status_code = 502
    default_code = "device"


class ToConfirm(APIException):
    """What was asked for may put the camera out of reach; ask again with `confirmed`."""

    status_code = 409
    default_code = "unconfirmed"


class Parts(APIView):
    """Which sections there are."""

    required: Required = {"GET": CONFIGURE.codename}

    @extend_schema(operation_id="onvif_configuring_list", responses=PartOutput(many=True))
    def get(self, request: Request, camera_id: int) -> Response:
        """In the order of pages. The camera is not asked."""
        return Response([{"name": part.name, "title": part.title} for part in PARTS.values()])


class OneSection(APIView):
    """One section of a camera's settings."""

    required: Required = {"GET": CONFIGURE.codename, "PATCH": CONFIGURE.codename}

    @extend_schema(responses=SectionOutput)
    def get(self, request: Request, camera_id: int, section: str) -> Response:
        """As the device tells it now. 502 with a sentence when it does not answer."""
        return Response(section_body(_told(section, lambda: read_of(camera_id, section))))

    @extend_schema(request=ValuesInput, responses=ChangeOutput)
    def patch(self, request: Request, camera_id: int, section: str) -> Response:
        """Set some fields, and read back. 400 by field for what the device does not offer: then nothing was sent."""
        given = _given(request)
        who = {"actor": request.user.get_username(), "address": str(request.META.get("REMOTE_ADDR") or "")}
        change = _told(
            section,
            lambda: change_of(camera_id, section, given["values"], **who, confirmed=given["confirmed"]),
        )
        return Response(change_body(change))


class OneAct(APIView):
    """Something to be done at a camera rather than set."""

    required: Required = {"POST": CONFIGURE.codename}

    @extend_schema(request=ValuesInput, responses=ChangeOutput)
    def post(self, request: Request, camera_id: int, section: str, act: str) -> Response:
        """Do it; the section's `acts` say which there are and what they take."""
        given = _given(request)
        who = {"actor": request.user.get_username(), "address": str(request.META.get("REMOTE_ADDR") or "")}
        return Response(change_body(_told(section, lambda: act_of(camera_id, section, act, given["values"], **who))))


def section_body(section: Section) -> dict[str, Any]:
    """As JSON, its sentences in the reader's language; titles are translated by the page."""
    body = asdict(section)
    body["fields"] = [_field_body(field) for field in section.fields]
    for act, one in zip(body["acts"], section.acts, strict=True):
        act["fields"] = [_field_body(field) for field in one.fields]
        act["confirm"] = said(one.confirm)
    for group in body["groups"]:
        group["title"] = said(group["title"])
    body["missing"] = said(section.missing)
    body["notes"] = [said(note) for note in section.notes]
    return body


def change_body(change: Change) -> dict[str, Any]:
    """As JSON."""
    return {
        "section": section_body(change.section),
        "changed": {name: list(pair) for name, pair in change.changed.items()},
        "notes": [said(note) for note in change.notes],
        "refused": {name: said(sentence) for name, sentence in change.refused.items()},
    }


def _field_body(field: Field) -> dict[str, Any]:
    return asdict(field) | {"group": field.group}


def _given(request: Request) -> dict[str, Any]:
    form = ValuesInput(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _told(section: str, work: Callable[[], T]) -> T:
    if section not in PARTS:
        raise NotFound("There are no such settings.")
    try:
        return work()
    except NoSuchCamera as error:
        raise NotFound(str(error)) from error
    except KeyError as error:
        raise NotFound("The camera has nothing of the kind to be done.") from error
    except WrongValues as error:
        raise ValidationError({name: [sentence] for name, sentence in error.sentences.items()}) from error
    except Unconfirmed as error:
        raise ToConfirm(str(error)) from error
    except OnvifError as error:
        raise DeviceTrouble(str(error)) from error
