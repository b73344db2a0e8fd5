"""Routes below `/api/v1/plugins/accesscontrol/`."""

from django.urls import path

from plugins.accesscontrol import rest

urlpatterns = [
    path("badges/", rest.Badges.as_view()),
    path("webhook/", rest.Webhook.as_view()),
    path("doors/", rest.Doors.as_view()),
    path("doors/<int:door_id>/", rest.OneDoor.as_view()),
    path("holders/", rest.Holders.as_view()),
    path("holders/<int:holder_id>/", rest.OneHolder.as_view()),
]
