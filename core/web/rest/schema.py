"""The OpenAPI schema and its page. Both are public: they say nothing that the source does not."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core.access.declared import PUBLIC, Declared, Required


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the package has no types here
    """How tokens look in the schema."""

    target_class = "core.web.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> Any:
        """`Authorization: Token …`."""
        return build_bearer_security_scheme_object(header_name="Authorization", token_prefix="Token")  # noqa: S106


class Schema(SpectacularAPIView):
    """OpenAPI 3.1."""

    required: Required = {"GET": PUBLIC}
    permission_classes = [Declared]
    throttle_classes = ()


@method_decorator(csp_update({"style-src": ["'self'", "'unsafe-inline'"]}), name="dispatch")  # Swagger UI styles inline
class Docs(SpectacularSwaggerSplitView):
    """Swagger UI, served from this machine."""

    required: Required = {"GET": PUBLIC}
    permission_classes = [Declared]
    url_name = "schema"
