"""Routes below `/api/v1/plugins/onvif/`."""

from django.urls import path

from plugins.onvif.configuring import rest as configuring
from plugins.onvif.events import rest
from plugins.onvif.many import rest as many

urlpatterns = [
    path("cameras/<int:camera_id>/topics/", rest.Topics.as_view()),
    path("cameras/<int:camera_id>/configuring/", configuring.Parts.as_view()),
    path("cameras/<int:camera_id>/configuring/<slug:section>/", configuring.OneSection.as_view()),
    path("cameras/<int:camera_id>/configuring/<slug:section>/acts/<path:act>/", configuring.OneAct.as_view()),
    path("many/", many.Rounds.as_view()),
    path("many/<int:round_id>/", many.OneRound.as_view()),
    path("many/<int:round_id>/cameras/", many.Cameras.as_view()),
    path("many/<int:round_id>/fields/", many.Fields.as_view()),
    path("many/<int:round_id>/preview/", many.Preview.as_view()),
    path("many/<int:round_id>/run/", many.Run.as_view()),
    path("many/<int:round_id>/read/", many.ReadAgain.as_view()),
    path("many/<int:round_id>/cancel/", many.Cancel.as_view()),
    path("many/<int:round_id>/report.csv", many.Report.as_view()),
    path("mappings/", rest.Mappings.as_view()),
    path("mappings/<int:mapping_id>/", rest.OneMapping.as_view()),
]
