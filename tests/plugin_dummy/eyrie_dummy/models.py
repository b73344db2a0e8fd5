"""A table of the dummy's own."""

from django.db import models


class Greeting(models.Model):
    """A greeting that was said."""

    text = models.CharField(max_length=100)
