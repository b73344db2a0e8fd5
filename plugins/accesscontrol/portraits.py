"""Pictures of card holders: whatever is given becomes a small square JPEG."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 320
MOST_BYTES = 10_000_000
MOST_PIXELS = 60_000_000


class PictureError(ValueError):
    """It cannot be used as a picture; one sentence."""


def portrait(data: bytes) -> bytes:
    """The middle of a picture, SIDE pixels square, as JPEG, without what its file says of place and camera.

    Raises PictureError. Blocks for as long as decoding takes.
    """
    if len(data) > MOST_BYTES:
        raise PictureError(f"is larger than {MOST_BYTES // 1_000_000} MB; give a smaller picture.")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureError(f"has more than {MOST_PIXELS // 1_000_000} megapixels; give a smaller picture.")
            upright = ImageOps.exif_transpose(image).convert("RGB")
            square = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureError("is no picture that can be read; give a JPEG, PNG or WebP.") from error
    made = io.BytesIO()
    square.save(made, "JPEG", quality=85)
    return made.getvalue()
