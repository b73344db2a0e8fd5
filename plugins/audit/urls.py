"""Routes below `/api/v1/plugins/audit/`."""

from django.urls import path

from plugins.audit import rest

urlpatterns = [
    path("entries/", rest.Entries.as_view()),
    path("entries/<int:entry_id>/", rest.OneEntry.as_view()),
    path("choices/", rest.Choices.as_view()),
    path("state/", rest.State.as_view()),
    path("export/", rest.Export.as_view()),
    path("key/", rest.Key.as_view()),
]
