"""Routes below `/api/v1/plugins/accesscontrol/`."""

from django.urls import path

from plugins.accesscontrol.rest import doors, holders

urlpatterns = [
    path("badges/", doors.Badges.as_view()),
    path("webhook/", doors.Webhook.as_view()),
    path("doors/", doors.Doors.as_view()),
    path("doors/<int:door_id>/", doors.OneDoor.as_view()),
    path("holders/", holders.Holders.as_view()),
    path("holders.csv", holders.RosterFile.as_view()),
    path("holders/<int:holder_id>/", holders.OneHolder.as_view()),
    path("holders/<int:holder_id>/picture.jpg", holders.Portrait.as_view()),
    path("events/<int:event_id>/holder.jpg", holders.PortraitOfEvent.as_view()),
]
