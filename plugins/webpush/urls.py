"""Routes below `/api/v1/plugins/webpush/`."""

from django.urls import path

from plugins.webpush import rest

urlpatterns = [
    path("key/", rest.Key.as_view()),
    path("subscriptions/", rest.Subscriptions.as_view()),
]
