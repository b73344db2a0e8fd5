"""Django app of core.bookmarks."""

from django.apps import AppConfig


class Config(AppConfig):
    """Moments that people marked."""

    name = "core.bookmarks"
    label = "bookmarks"
    verbose_name = "Bookmarks"
