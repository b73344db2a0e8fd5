"""The OpenAPI schema and its page. Both are public: they say nothing that the source does not."""

from __future__ import annotations

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core.access.declared import PUBLIC, Declared, Required


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
