"""The ASGI application: HTTP by Django, websockets by Channels."""

from __future__ import annotations

import os

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.apps import apps
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
if not apps.ready:
    django.setup(set_prefix=False)

from core.configuration import configuration
from core.web.proxies import Behind
from core.web.urls import websocket_urlpatterns

application = Behind(
    ProtocolTypeRouter({"http": ASGIHandler(), "websocket": URLRouter(websocket_urlpatterns)}),
    configuration().trusted_proxies,
)
