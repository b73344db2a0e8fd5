"""REST views declare their permission; one that does not is refused, and a test finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rest_framework.exceptions import NotFound
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.access.rights import Rights, rights_for

if TYPE_CHECKING:  # it reads our class from the settings while it is being imported
    from rest_framework.views import APIView

PUBLIC: Final = "public"
"""Anyone, signed in or not."""
SIGNED_IN: Final = "signed in"
"""Any user who is signed in, whatever they hold."""

LARGEST_ID: Final = 2**63 - 1
"""What a database holds; an address may name a larger number."""

Required = dict[str, str]
"""HTTP method to the codename of the permission it takes, or PUBLIC or SIGNED_IN."""


class Declared(BasePermission):
    """Applies a view's `required`, a mapping of HTTP method to permission.

    A view below `cameras/{camera_id}/` is checked for that camera here (the URL's `camera_id`); a camera that one may
    not even see answers as one that does not exist: 404. Methods named in the view's `filtered` list rows and filter
    them by `Rights.filter`: here it is enough to hold the permission for something. All others take it everywhere.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raises NotFound for a camera that the user may not even see."""
        codename = required_for(view, request.method or "GET")
        if codename is None:
            return False
        if codename == PUBLIC:
            return True
        if not request.user.is_authenticated:
            return False
        if any(isinstance(value, int) and value > LARGEST_ID for value in view.kwargs.values()):
            raise NotFound("There is nothing with such a number.")
        if codename == SIGNED_IN:
            return True
        rights = rights_for(request)
        camera_id = view.kwargs.get("camera_id")
        if camera_id is not None:
            return _on_camera(rights, codename, camera_id)
        if request.method in getattr(view, "filtered", ()):
            return rights.holds_somewhere(codename)
        return rights.holds(codename)


def _on_camera(rights: Rights, codename: str, camera_id: int) -> bool:
    if rights.holds(codename, camera_id):
        return True
    if not rights.holds("camera.view", camera_id):
        raise NotFound("No such camera.")
    return False


def required_for(view: Any, method: str) -> str | None:
    """The declared permission of a view (class or instance) for a method; None when it declares none."""
    required: Required = getattr(view, "required", {})
    return required.get("GET" if method in ("HEAD", "OPTIONS") else method)
