"""Routes below `/api/v1/plugins/onvif/`."""

from django.urls import path

from plugins.onvif.configuring import rest as configuring
from plugins.onvif.events import rest

urlpatterns = [
    path("cameras/<int:camera_id>/topics/", rest.Topics.as_view()),
    path("cameras/<int:camera_id>/configuring/", configuring.Parts.as_view()),
    path("cameras/<int:camera_id>/configuring/<slug:section>/", configuring.OneSection.as_view()),
    path("cameras/<int:camera_id>/configuring/<slug:section>/acts/<path:act>/", configuring.OneAct.as_view()),
    path("mappings/", rest.Mappings.as_view()),
    path("mappings/<int:mapping_id>/", rest.OneMapping.as_view()),
]
