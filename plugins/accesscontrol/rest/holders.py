"""REST of card holders: one by one, as a CSV file, and their pictures."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.services import Required, events_after, rights_for
from plugins.accesscontrol import roster
from plugins.accesscontrol.models import Holder
from plugins.accesscontrol.permissions import MANAGE
from plugins.accesscontrol.portraits import PictureError, portrait
from plugins.accesscontrol.rest.changes import audit, valid

JPEG = {(200, "image/jpeg"): OpenApiTypes.BINARY}
_BATCH = 500


class HolderForm(serializers.Serializer[Any]):
    """Who carries a card. has_picture: at `holders/{id}/picture.jpg`."""

    id = serializers.IntegerField(read_only=True)
    card = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=200)
    has_picture = serializers.BooleanField(read_only=True)


class FileInput(serializers.Serializer[Any]):
    """A file, as multipart/form-data."""

    file = serializers.FileField(allow_empty_file=True)


class ImportOutput(serializers.Serializer[Any]):
    """What became of a file's lines. refused: line number to why; it does not cost the others."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.DictField(child=serializers.CharField())


class Holders(APIView):
    """Card holders."""

    required: Required = {"GET": MANAGE.codename, "PUT": MANAGE.codename}

    @extend_schema(responses=HolderForm(many=True))
    def get(self, request: Request) -> Response:
        """All card holders, by name."""
        return Response(HolderForm(_holders(), many=True).data)

    @extend_schema(request=HolderForm, responses=HolderForm)
    def put(self, request: Request) -> Response:
        """Say who carries a card; events from then on name them."""
        form = valid(HolderForm(data=request.data))
        before = _holders().filter(card=form["card"]).first()
        holder, _ = Holder.objects.update_or_create(card=form["card"], defaults={"name": form["name"]})
        return _changed(request, holder.pk, HolderForm(before).data if before else None)


class OneHolder(APIView):
    """One card holder."""

    required: Required = {"PATCH": MANAGE.codename, "DELETE": MANAGE.codename}

    @extend_schema(request=HolderForm(partial=True), responses=HolderForm)
    def patch(self, request: Request, holder_id: int) -> Response:
        """Another name, or another card: what earlier events say stays."""
        holder = _holder(holder_id)
        form = valid(HolderForm(data=request.data, partial=True))
        before = HolderForm(holder).data
        if Holder.objects.filter(card=form.get("card", holder.card)).exclude(pk=holder.pk).exists():
            raise ValidationError(
                {"card": [f"Somebody else carries the card {form['card']!r}; remove it there first."]}
            )
        Holder.objects.filter(pk=holder.pk).update(**form)
        return _changed(request, holder.pk, before)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, holder_id: int) -> Response:
        """Forget who carries the card; events that name them stay."""
        holder = _holder(holder_id)
        audit(request, "access_holder.delete", f"access_holder:{holder.pk}", HolderForm(holder).data, None)
        Holder.objects.filter(pk=holder.pk).delete()
        return Response(status=204)


class Portrait(APIView):
    """A card holder's picture."""

    required: Required = {"GET": MANAGE.codename, "PUT": MANAGE.codename, "DELETE": MANAGE.codename}
    parser_classes = (MultiPartParser,)

    @extend_schema(responses=JPEG)
    def get(self, request: Request, holder_id: int) -> HttpResponse:
        """The picture; 404 without one."""
        return _jpeg(_holder(holder_id))

    @extend_schema(request={"multipart/form-data": FileInput}, responses={204: None})
    def put(self, request: Request, holder_id: int) -> Response:
        """A JPEG, PNG or WebP; its middle is kept as a small square."""
        holder = _holder(holder_id)
        try:
            made = portrait(valid(FileInput(data=request.data))["file"].read())
        except PictureError as error:
            raise ValidationError({"file": [str(error)]}) from error
        Holder.objects.filter(pk=holder.pk).update(picture=made)
        audit(request, "access_holder.picture", f"access_holder:{holder.pk}", None, None)
        return Response(status=204)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, holder_id: int) -> Response:
        """Remove the picture."""
        holder = _holder(holder_id)
        Holder.objects.filter(pk=holder.pk).update(picture=b"")
        audit(request, "access_holder.picture", f"access_holder:{holder.pk}", None, None)
        return Response(status=204)


class PortraitOfEvent(APIView):
    """The picture of the card holder whom an event of a door names."""

    required: Required = {"GET": "event.view"}
    filtered = frozenset({"GET"})

    @extend_schema(responses=JPEG | {204: None})
    def get(self, request: Request, event_id: int) -> HttpResponse:
        """The picture, for who may see the event; 204 without one."""
        event = next(iter(events_after(event_id - 1, 1)), None)
        if event is None or event.id != event_id or not rights_for(request).holds("event.view", event.camera_id):
            raise NotFound("No such event.")
        card = event.attributes.get("card") if event.type.startswith("access.") else None
        holder = Holder.objects.filter(card=card).first() if card else None
        return _jpeg(holder) if holder is not None and holder.picture else HttpResponse(status=204)


class RosterFile(APIView):
    """Card holders as a CSV file."""

    required: Required = {"GET": MANAGE.codename, "POST": MANAGE.codename}
    parser_classes = (MultiPartParser,)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """All card holders: `card,name`."""
        text = roster.written(Holder.objects.values_list("card", "name"))
        headers = {"Content-Disposition": 'attachment; filename="card-holders.csv"'}
        return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)

    @extend_schema(request={"multipart/form-data": FileInput}, responses=ImportOutput)
    def post(self, request: Request) -> Response:
        """Take the cards of a file; those that it does not name stay as they are."""
        try:
            found = roster.parsed(valid(FileInput(data=request.data))["file"].read())
        except roster.RosterError as error:
            raise ValidationError({"file": [str(error)]}) from error
        added, changed = _take(found.names)
        unchanged = len(found.names) - added - changed
        counts = {"added": added, "changed": changed, "unchanged": unchanged, "refused": len(found.refused)}
        audit(request, "access_holder.import", "access_holders", None, counts)
        return Response(counts | {"refused": {str(line): why for line, why in found.refused.items()}})


def _take(names: dict[str, str]) -> tuple[int, int]:
    """Store who carries which card; how many are new, and how many are called otherwise now."""
    with transaction.atomic():
        known = {holder.card: holder for holder in Holder.objects.defer("picture")}
        new = [Holder(card=card, name=name) for card, name in names.items() if card not in known]
        others = [known[card] for card, name in names.items() if card in known and known[card].name != name]
        for holder in others:
            holder.name = names[holder.card]
        Holder.objects.bulk_create(new, batch_size=_BATCH)
        Holder.objects.bulk_update(others, ["name"], batch_size=_BATCH)
    return len(new), len(others)


def _holders() -> QuerySet[Any]:
    """Without their pictures, but with whether there is one."""
    has = ExpressionWrapper(~Q(picture=b""), output_field=BooleanField())
    found: QuerySet[Any] = Holder.objects.defer("picture").annotate(has_picture=has)
    return found


def _holder(holder_id: int) -> Any:
    holder = _holders().filter(pk=holder_id).first()
    if holder is None:
        raise NotFound("No such card holder.")
    return holder


def _jpeg(holder: Holder) -> HttpResponse:
    if not holder.picture:
        raise NotFound("There is no picture of this card holder.")
    return HttpResponse(
        bytes(holder.picture), content_type="image/jpeg", headers={"Cache-Control": "private, no-cache"}
    )


def _changed(request: Request, holder_id: int, before: Any) -> Response:
    now = HolderForm(_holder(holder_id)).data
    audit(request, "access_holder.change", f"access_holder:{holder_id}", before, now)
    return Response(now)
