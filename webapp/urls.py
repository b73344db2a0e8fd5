"""Pages of the portal."""

from django.urls import path

from webapp import live, views

urlpatterns = [
    path("", live.home, name="home"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("language/", views.choose_language, name="language"),
    path("texts/<slug:language>.json", views.texts, name="texts"),
]
