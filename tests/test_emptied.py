"""A test that commits leaves nothing behind for the next one, although no table is made anew."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connections

from core.access.models import Role
from core.access.permissions import BUILTIN_ROLES
from core.access.services import add_user, grant
from core.cameras.models import Camera
from core.recording.models import Volume
from tests.rig.emptied import empty

MADE_OF_THE_CODE = {"contenttypes.ContentType", "auth.Permission", "access.Role"}


def with_rows() -> set[str]:
    models = (model for model in apps.get_models() if model._meta.managed and not model._meta.proxy)
    return {model._meta.label for model in models if model._default_manager.exists()}


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_what_is_made_of_the_code_is_there_and_nothing_else() -> None:
    assert with_rows() == MADE_OF_THE_CODE
    camera = Camera.objects.create(name="gate", driver="none")
    grant(add_user("jo", "a long enough password"), "viewer", camera.pk)
    Volume.objects.create(name="disk", backend="local_disk", settings={})
    Role.objects.create(name="guard", title="Guard")
    Role.objects.update(title="Another")
    assert with_rows() > MADE_OF_THE_CODE
    for alias in connections:
        empty(alias)
    assert with_rows() == MADE_OF_THE_CODE
    assert {role.name: role.title for role in Role.objects.all()}.items() >= BUILTIN_ROLES.items()
    assert not Role.objects.filter(title="Another").exists()
