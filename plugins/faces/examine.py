"""Looks at one picture of a person: `python -m plugins.faces.examine`, a process of its own, as pictures come from
anywhere and models are large. Takes JSON on stdin, answers JSON on stdout; needs no Django.
"""

from __future__ import annotations

import base64
import io
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from plugins.faces.kept import Kept
from plugins.faces.settings import FacesSettings

SECONDS = 60
MOST_MEMORY = 3 * 1024**3
LARGEST = 20 * 1024 * 1024
"""Bytes of a picture."""
MOST_PIXELS = 60_000_000
WIDEST = 1600
"""Pixels: larger pictures are made smaller, a face needs no more."""
SMALLEST = 80
"""Pixels of a face's side that can be compared."""
ALONE = 2.5
"""So many times larger than any other must a face be to be the one that is meant."""


class NoFace(ValueError):
    """A picture cannot be taken; one sentence."""


def face_of(picture: bytes, settings: FacesSettings, models: Path) -> Kept:
    """The one face that a picture shows. Blocks some seconds. Raises NoFace."""
    if len(picture) > LARGEST:
        raise NoFace(f"The picture has more than {LARGEST // 1024**2} MB; give a smaller one.")
    asked = {
        "picture": base64.b64encode(picture).decode(),
        "model": settings.model,
        "detection_model": settings.detection_model,
        "models": str(models),
    }
    command = [sys.executable, "-m", "plugins.faces.examine"]
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell, nothing of the picture in the arguments
            command, input=json.dumps(asked).encode(), capture_output=True, timeout=SECONDS, cwd=root, check=False
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise NoFace(f"The picture could not be looked at within {SECONDS} s; give a smaller one.") from None
    except ValueError:
        raise NoFace("The picture could not be looked at: the program that does so ended; give another one.") from None
    if "error" in answer:
        raise NoFace(str(answer["error"]))
    vector = np.frombuffer(base64.b64decode(answer["vector"]), "<f4")
    return Kept(base64.b64decode(answer["jpeg"]), vector, answer["model"])


def examined(asked: dict[str, Any]) -> dict[str, str]:
    """What the program answers. Raises ValueError with a sentence."""
    import cv2

    from plugins.faces.opening import embedder_of, finder_of
    from plugins.faces.recognition import portrait

    cv2.setNumThreads(1)
    models = Path(asked["models"])
    embedder = embedder_of(models, asked["model"])
    finder = finder_of(models, asked["detection_model"], SMALLEST // 2)
    picture = _decoded(base64.b64decode(asked["picture"]))
    faces = sorted(finder.find(picture), key=lambda face: -face.box[2])
    if not faces or faces[0].box[2] < SMALLEST:
        raise NoFace(
            f"No face of at least {SMALLEST} pixels was found; give a picture in which the person looks at the camera."
        )
    if len(faces) > 1 and faces[0].box[2] < ALONE * faces[1].box[2]:
        raise NoFace(f"The picture shows {len(faces)} faces; give one that shows this person alone.")
    vector = np.asarray(embedder.embed(picture, faces[0]), "<f4").tobytes()
    return {
        "jpeg": base64.b64encode(portrait(picture, faces[0])).decode(),
        "vector": base64.b64encode(vector).decode(),
        "model": embedder.id,
    }


def _decoded(data: bytes) -> Any:
    """Upright, in blue, green, red."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            image.draft("RGB", (WIDEST, WIDEST))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoFace("The file is no picture that can be read; give a JPEG, PNG or WebP.") from None
    upright.thumbnail((WIDEST, WIDEST))
    return np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])


def main() -> int:
    """Be the program."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        answer = examined(json.loads(sys.stdin.buffer.read()))
    except ValueError as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
