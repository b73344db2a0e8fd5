"""The pages of the portal, from its own table: a new one is tried with the others from its first day."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from webapp.urls import urlpatterns

NO_PAGES = {"sign-in", "language", "texts", "manifest", "service-worker"}


def pages(camera_id: int) -> list[str]:
    """Addresses of all pages that somebody sees who is signed in, those of a camera for this one."""
    names = [str(pattern.name) for pattern in urlpatterns if pattern.name not in NO_PAGES]
    return [found for name in names if (found := _address(name, camera_id)) is not None]


def _address(name: str, camera_id: int) -> str | None:
    """None for a page of something else than a camera."""
    for arguments in ({}, {"camera_id": camera_id}):
        try:
            return reverse(name, kwargs=arguments)
        except NoReverseMatch:
            continue
    return None
