"""Routes below `/api/v1/plugins/analytics/`."""

from django.urls import path

from plugins.analytics import rest

urlpatterns = [
    path("cameras/<int:camera_id>/counts/", rest.Counts.as_view()),
    path("cameras/<int:camera_id>/counts.csv", rest.CountsFile.as_view()),
    path("cameras/<int:camera_id>/heat.png", rest.Heat.as_view()),
]
