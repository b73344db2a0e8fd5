"""Roots of all URLs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from core.web.socket.live import Live
from core.web.socket.ptz import Steer
from core.web.socket.refusal import Refusal
from core.web.socket.talk import Talk
from core.web.socket.topics import Topics

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("core.web.rest.urls")),
    path("", include("webapp.urls")),
]

handler400 = "core.web.failures.bad_request"
handler403 = "core.web.failures.forbidden"
handler404 = "core.web.failures.not_found"
handler500 = "core.web.failures.server_error"

websocket_urlpatterns = [
    path("ws/v1/", Topics.as_asgi()),
    path("ws/v1/cameras/<int:camera_id>/live/", Live.as_asgi()),
    path("ws/v1/cameras/<int:camera_id>/talk/", Talk.as_asgi()),
    path("ws/v1/cameras/<int:camera_id>/ptz/", Steer.as_asgi()),
    re_path(r"", Refusal.as_asgi()),
]
