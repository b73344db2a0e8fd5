"""The portal's certificate: which one browsers are shown, and another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.media.clock import SystemClock
from core.system.site import site
from core.transport.bundle import LARGEST
from core.transport.certificate import Certificate
from core.transport.place import CertificateError, served
from core.transport.services import install, renew
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339
from core.web.speech import said

PERMISSION = "system.encryption"
MOST_FILES = 8
_CLOCK = SystemClock()


class CertificateBody(serializers.Serializer[dict[str, Any]]):
    """What a certificate says. names: hosts and addresses it is for; fingerprint: SHA-256; self_signed: no authority
    stands behind it; made_here: Eyrie made it and renews it by itself; chain: certificates sent, itself included.
    """

    subject = serializers.CharField()
    issuer = serializers.CharField()
    names = serializers.ListField(child=serializers.CharField())
    begin = serializers.CharField()
    end = serializers.CharField()
    days_left = serializers.IntegerField()
    fingerprint = serializers.CharField()
    key = serializers.CharField()
    self_signed = serializers.BooleanField()
    made_here = serializers.BooleanField()
    chain = serializers.IntegerField()


class TransportBody(serializers.Serializer[dict[str, Any]]):
    """served: whether this server speaks HTTPS itself; error: why the certificate cannot be read, empty if it can."""

    served = serializers.BooleanField()
    certificate = CertificateBody(allow_null=True)
    error = serializers.CharField()


class CertificateInput(serializers.Serializer[dict[str, Any]]):
    """file, repeatable: PEM with certificate, chain and key, or one PKCS#12. password: of the key. accept: despite
    doubts.
    """

    file = serializers.ListField(child=serializers.FileField(), min_length=1, max_length=MOST_FILES)
    password = serializers.CharField(max_length=1000, allow_blank=True, trim_whitespace=False, default="")
    accept = serializers.BooleanField(default=False)


class InstalledBody(serializers.Serializer[dict[str, Any]]):
    """in_place: whether it is served now; doubts: why it is not yet, each a sentence, to be accepted."""

    in_place = serializers.BooleanField()
    doubts = serializers.ListField(child=serializers.CharField())
    certificate = CertificateBody()


class PortalCertificate(APIView):
    """The certificate."""

    required: Required = {"GET": PERMISSION, "PUT": PERMISSION}
    fresh = frozenset({"PUT"})
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="system_certificate", responses=TransportBody)
    def get(self, request: Request) -> Response:
        """What browsers are shown."""
        try:
            found, error = served(settings.CONFIG.data), ""
        except CertificateError as wrong:
            found, error = None, said(str(wrong))
        shown = _body(found) if found else None
        return Response({"served": settings.CONFIG.speaks_https, "certificate": shown, "error": error})

    @extend_schema(
        operation_id="system_certificate_install",
        request={"multipart/form-data": CertificateInput},
        responses=InstalledBody,
    )
    def put(self, request: Request) -> Response:
        """Install another one. With doubts (another host's name, an unknown authority) only when they are accepted."""
        form = CertificateInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        if sum(file.size for file in given["file"]) > LARGEST:
            raise ValidationError({"file": ["The file is larger than any certificate; choose another one."]})
        with _refusals():
            outcome = install(
                settings.CONFIG,
                _CLOCK,
                b"\n".join(file.read() for file in given["file"]),
                given["password"],
                hosts=[_host(request._request)],
                accept=given["accept"],
                actor=actor(request),
                address=address(request),
            )
        doubts = [said(doubt) for doubt in outcome.doubts]
        return Response({"in_place": outcome.in_place, "doubts": doubts, "certificate": _body(outcome.certificate)})


class RenewedCertificate(APIView):
    """One of Eyrie's own."""

    required: Required = {"POST": PERMISSION}
    fresh = frozenset({"POST"})

    @extend_schema(operation_id="system_certificate_renew", request=None, responses=CertificateBody)
    def post(self, request: Request) -> Response:
        """Make one anew for this machine's names and addresses, in the place of whichever is there."""
        asks = {"actor": actor(request), "address": address(request)}
        with _refusals():
            found = renew(settings.CONFIG, _CLOCK, **asks, site_address=site().address)
        return Response(_body(found))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except CertificateError as error:
        raise ValidationError({error.field: [str(error)]}) from error


def _host(request: HttpRequest) -> str:
    """As the browser writes it, without the port."""
    host = request.get_host()
    return host.rpartition("]")[0].strip("[") if host.startswith("[") else host.partition(":")[0]


def _body(found: Certificate) -> dict[str, Any]:
    values = asdict(found)
    return values | {
        "begin": rfc3339(values.pop("not_before_ms")),
        "end": rfc3339(values.pop("not_after_ms")),
        "days_left": found.days_left(_CLOCK.wall_ms()),
    }
