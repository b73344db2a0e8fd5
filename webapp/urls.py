"""Pages of the portal."""

from django.urls import path

from webapp import exports, live, views

urlpatterns = [
    path("", live.home, name="home"),
    path("exports/", exports.listed, name="exports"),
    path("exports/new/", exports.new, name="new-export"),
    path("exports/verify/", exports.verify, name="verify-export"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("language/", views.choose_language, name="language"),
    path("texts/<slug:language>.json", views.texts, name="texts"),
]
