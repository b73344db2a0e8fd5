"""Routes below `/api/v1/plugins/lpr/`."""

from django.urls import path

from plugins.lpr import rest

urlpatterns = [
    path("reads/", rest.Reads.as_view()),
    path("reads/export/", rest.ReadsFile.as_view()),
    path("plates/", rest.Plates.as_view()),
    path("plates/import/", rest.PlatesImport.as_view()),
    path("plates/export/", rest.PlatesFile.as_view()),
    path("plates/<int:plate_id>/", rest.OnePlate.as_view()),
]
