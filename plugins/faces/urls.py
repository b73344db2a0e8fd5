"""Routes below `/api/v1/plugins/faces/`."""

from django.urls import path

from plugins.faces import rest

urlpatterns = [
    path("people/", rest.People.as_view()),
    path("people/<int:person_id>/", rest.OnePerson.as_view()),
    path("people/<int:person_id>/export/", rest.PersonArchive.as_view()),
    path("people/<int:person_id>/pictures/", rest.Pictures.as_view()),
    path("people/<int:person_id>/pictures/from-sighting/", rest.PicturesFromSighting.as_view()),
    path("people/<int:person_id>/pictures/<int:picture_id>/", rest.OnePicture.as_view()),
    path("people/<int:person_id>/pictures/<int:picture_id>.jpg", rest.PictureFile.as_view()),
    path("sightings/", rest.Sightings.as_view()),
    path("sightings/<int:sighting_id>/", rest.OneSighting.as_view()),
    path("sightings/<int:sighting_id>.jpg", rest.SightingFile.as_view()),
]
