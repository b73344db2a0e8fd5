"""Routes below `/api/v1/plugins/oidc/`."""

from django.urls import path

from plugins.oidc.rest import Begin, Callback

urlpatterns = [
    path("<slug:slug>/begin/", Begin.as_view()),
    path("<slug:slug>/callback/", Callback.as_view(), name="oidc-callback"),
]
