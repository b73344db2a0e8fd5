"""What the plugin does by the clock: deleting what is no longer to be kept, and vectors of a new model."""

from __future__ import annotations

import logging

from core.api import SystemClock
from core.api.services import SecretsError, data_directory, every_minute
from plugins.faces.examine import NoFace, face_of
from plugins.faces.handover import sweep
from plugins.faces.kept import opened, sealed_vector
from plugins.faces.models import Reference
from plugins.faces.people import forget_finds_of_nobody, touch, withdraw_ended
from plugins.faces.places import model_id, models_folder
from plugins.faces.sightings import DAY_MS, forget_old, settings_now

RENEWED = 5
"""Pictures that are looked at again in one run: each takes a second or two."""
log = logging.getLogger("eyrie.faces")


@every_minute("*/5")
def forget_what_is_over() -> None:
    """Delete old sightings and finds, pictures of people whose consent ended, and what no event took."""
    clock = SystemClock()
    days, now_ms = settings_now().keep_days, clock.wall_ms()
    forget_old(days, now_ms)
    forget_finds_of_nobody(now_ms - days * DAY_MS)
    if gone := withdraw_ended(now_ms):
        log.info("%d pictures were deleted as the consent for them ended", gone)
    sweep(data_directory(), clock)


@every_minute()
def renew_vectors() -> None:
    """Look again at pictures whose vectors another model made."""
    settings = settings_now()
    now = model_id(settings.model)
    if not settings.recognise or now is None:
        return
    for row in Reference.objects.exclude(model=now).filter(trouble="")[:RENEWED]:
        try:
            face = face_of(opened(row.picture), settings, models_folder())
        except (NoFace, SecretsError) as error:
            Reference.objects.filter(pk=row.pk).update(trouble=str(error)[:300])
            continue
        Reference.objects.filter(pk=row.pk).update(vector=sealed_vector(face.vector), model=face.model, trouble="")
        touch(row.person, SystemClock().wall_ms())
