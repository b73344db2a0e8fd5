"""Routes of the dummy."""

from django.urls import path

from eyrie_dummy.rest import GreetingView

urlpatterns = [path("greeting/", GreetingView.as_view(), name="dummy-greeting")]
