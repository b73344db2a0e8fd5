"""Backups: targets, plans, and the queue of copies."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.backup import queries, services
from core.backup.models import Copy, Plan, State, Target
from core.backup.services import BackupSettingsError
from core.hookspecs.backup import BackupTargetSpec
from core.pluginhost import host
from core.web.rest.backup_forms import (
    CopiesAct,
    CopiesActed,
    CopyOutput,
    KindsOutput,
    PlanInput,
    PlanOutput,
    PlansOutput,
    TargetInput,
    TargetOutput,
    TargetProbeInput,
    TargetProbeOutput,
    TargetsOutput,
)
from core.web.rest.conventions import Pages, actor, address
from core.web.rest.describing import extend_schema

VIEW, MANAGE = "backup.view", "backup.manage"


class Kinds(APIView):
    """Kinds of targets that are there to choose from."""

    required: Required = {"GET": MANAGE}

    @extend_schema(responses=KindsOutput)
    def get(self, request: Request) -> Response:
        """Kinds with the schema of their settings."""
        rows = [
            {
                "name": entry.spec.name,
                "title": entry.spec.title,
                "plugin": entry.plugin,
                "resumes": entry.spec.resumes,
                "settings": entry.spec.settings.model_json_schema(),
            }
            for entry in host().registry.entries(BackupTargetSpec)
        ]
        return Response({"results": rows})


class Targets(APIView):
    """Places that copies go to."""

    required: Required = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(operation_id="backup_targets_list", responses=TargetsOutput)
    def get(self, request: Request) -> Response:
        """All targets."""
        return Response({"results": TargetOutput(queries.targets(), many=True).data})

    @extend_schema(request=TargetInput, responses={201: TargetOutput})
    def post(self, request: Request) -> Response:
        """Add a target. It is not tried; POST `backup/targets/probe/` does."""
        form = TargetInput(data=request.data)
        form.is_valid(raise_exception=True)
        values = form.validated_data
        return Response(TargetOutput(_save_target(request, Target(kind=values["kind"]), values)).data, status=201)


class OneTarget(APIView):
    """One target."""

    required: Required = {"GET": VIEW, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=TargetOutput)
    def get(self, request: Request, target_id: int) -> Response:
        """The target."""
        return Response(TargetOutput(target_of(target_id)).data)

    @extend_schema(request=TargetInput(partial=True), responses=TargetOutput)
    def patch(self, request: Request, target_id: int) -> Response:
        """Change it; `enabled` pauses and continues. Its kind stays what it is. It is tried again at once."""
        row = target_of(target_id)
        form = TargetInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(TargetOutput(_save_target(request, row, _given(form))).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, target_id: int) -> Response:
        """Forget it with its plans and their queues. What was copied stays there."""
        services.delete(target_of(target_id), actor=actor(request), address=address(request))
        return Response(status=204)


class Probe(APIView):
    """Trying settings."""

    required: Required = {"POST": MANAGE}

    @extend_schema(request=TargetProbeInput, responses=TargetProbeOutput)
    def post(self, request: Request) -> Response:
        """Sign in, write, read and delete a small file. Blocks as long as the server does, half a minute at most."""
        form = TargetProbeInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        stored = None if given["target"] is None else target_of(given["target"])
        try:
            settings = services.checked_settings(given["kind"], given["settings"], stored)
            return Response({"summary": services.try_settings(given["kind"], settings)})
        except BackupSettingsError as error:
            raise _refused(error) from error


class Plans(APIView):
    """What is copied where."""

    required: Required = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(operation_id="backup_plans_list", responses=PlansOutput)
    def get(self, request: Request) -> Response:
        """All plans."""
        return Response({"results": PlanOutput(queries.plans(), many=True).data})

    @extend_schema(request=PlanInput, responses={201: PlanOutput})
    def post(self, request: Request) -> Response:
        """Add a plan; copying begins within seconds."""
        form = PlanInput(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(PlanOutput(_save_plan(request, Plan(), form.validated_data)).data, status=201)


class OnePlan(APIView):
    """One plan."""

    required: Required = {"GET": VIEW, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=PlanOutput)
    def get(self, request: Request, plan_id: int) -> Response:
        """The plan."""
        return Response(PlanOutput(_plan(plan_id)).data)

    @extend_schema(request=PlanInput(partial=True), responses=PlanOutput)
    def patch(self, request: Request, plan_id: int) -> Response:
        """Change it; `enabled` pauses and continues. What it copies, and to where, stay what they are."""
        form = PlanInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(PlanOutput(_save_plan(request, _plan(plan_id), _given(form))).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, plan_id: int) -> Response:
        """Forget it with its queue. What was copied stays at the target, and is no longer removed there."""
        services.delete(_plan(plan_id), actor=actor(request), address=address(request))
        return Response(status=204)


class Copies(ListAPIView[Copy]):
    """The queue, and what became of it."""

    required: Required = {"GET": VIEW, "POST": MANAGE}
    serializer_class = CopyOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Copy]:
        """Those asked for."""
        states = [state for text in self.request.query_params.getlist("state") for state in text.split(",") if state]
        if wrong := set(states) - set(State.values):
            raise ValidationError({"state": [f"{', '.join(sorted(wrong))}: known are {', '.join(State.values)}."]})
        return queries.copies(states=states, plan=number(self.request, "plan"), target=number(self.request, "target"))

    @extend_schema(
        parameters=[
            OpenApiParameter("state", str, many=True, enum=State.values),
            OpenApiParameter("plan", int),
            OpenApiParameter("target", int),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Copies: under way first, then what waits, oldest first; of settled states alone the newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=CopiesAct, responses=CopiesActed)
    def post(self, request: Request) -> Response:
        """Cancel copies that are not done, or have them tried again at once."""
        form = CopiesAct(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        chosen = Copy.objects.all()
        if "ids" in given:
            chosen = chosen.filter(pk__in=given["ids"])
        if "plan" in given:
            chosen = chosen.filter(plan_id=given["plan"])
        act = services.cancel if given["act"] == "cancel" else services.retry
        return Response({"copies": act(chosen, actor=actor(request), address=address(request))})


def target_of(target_id: int) -> Target:
    """The target. Raises NotFound."""
    row = Target.objects.filter(pk=target_id).first()
    if row is None:
        raise NotFound("No such backup target.")
    return row


def _plan(plan_id: int) -> Plan:
    row = queries.plans().filter(pk=plan_id).first()
    if row is None:
        raise NotFound("No such backup plan.")
    return row


def _given(form: serializers.Serializer[Any]) -> dict[str, Any]:
    """What a partial form really says, without the defaults of what it does not."""
    return {name: value for name, value in form.validated_data.items() if name in form.initial_data}


def _save_target(request: Request, row: Target, values: dict[str, Any]) -> Target:
    who = {"actor": actor(request), "address": address(request)}
    try:
        settings = None
        if "settings" in values:
            settings = services.checked_settings(row.kind, values["settings"], row if row.pk else None)
        return services.save_target(row, values, settings, **who)
    except BackupSettingsError as error:
        raise _refused(error) from error


def _save_plan(request: Request, row: Plan, values: dict[str, Any]) -> Plan:
    if "stream" in values:
        values["stream"] = 1 if values["stream"] == "sub" else 0
    if "target" in values:
        values["target"] = Target.objects.filter(pk=values["target"]).first()
        if values["target"] is None:
            raise ValidationError({"target": ["is no backup target; add one first."]})
    try:
        return services.save_plan(row, values, actor=actor(request), address=address(request))
    except BackupSettingsError as error:
        raise _refused(error) from error


def number(request: Request, name: str) -> int | None:
    """An id among the query parameters, None when it is not given. Raises ValidationError."""
    text = request.query_params.get(name, "")
    if text and not text.isdecimal():
        raise ValidationError({name: [f"{text!r} is no id; give a whole number."]})
    return int(text) if text else None


def _refused(error: BackupSettingsError) -> ValidationError:
    return ValidationError({name: [sentence] for name, sentence in error.fields.items()})
