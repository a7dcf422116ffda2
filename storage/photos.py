"""Pictures on disk by the hash of their content: checked, turned upright, freed of EXIF (position, phone), with a thumbnail."""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

from storage.reports import Photo

#: Bytes of a picture as it comes from a phone (WeChat and Telegram take no larger ones).
MAX_BYTES = 10 * 1024 * 1024
#: Pixels of one side and of the whole; more is a picture bomb (or would take the memory of a small server).
MAX_SIDE, MAX_PIXELS = 12_000, 50_000_000
THUMBNAIL = (320, 320)
_KINDS = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "GIF": ("image/gif", "gif"),
}
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class NotAPicture(ValueError):
    """The bytes are no picture that we keep; `reason` is one of empty, large, type, broken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to be kept."""

    sha256: str
    media_type: str
    content: bytes
    thumbnail: bytes
    width: int
    height: int


def read(content: bytes) -> Picture:
    """Check and clean a picture; its name is the hash of what she sent, so that the same photo is known again."""
    if not content:
        raise NotAPicture("empty")
    if len(content) > MAX_BYTES:
        raise NotAPicture("large")
    try:
        # Pillow's own warning is of no use: a picture over the limit is refused below, before it is unfolded
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content)) as opened:
            if opened.format not in _KINDS:
                raise NotAPicture("type")
            if max(opened.size) > MAX_SIDE or opened.width * opened.height > MAX_PIXELS:
                raise NotAPicture("large")
            media_type, kind = _KINDS[opened.format]
            upright = ImageOps.exif_transpose(opened)
            upright.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, NotAPicture):
            raise
        raise NotAPicture("type" if isinstance(error, UnidentifiedImageError) else "broken") from error
    if kind == "jpg" and upright.mode not in ("RGB", "L"):
        upright = upright.convert("RGB")
    clean = io.BytesIO()
    upright.info = {}  # whatever EXIF, GPS and comments there were stay behind
    upright.save(clean, format={"jpg": "JPEG"}.get(kind, kind.upper()), quality=90)
    small = upright.convert("RGB")
    small.thumbnail(THUMBNAIL)
    thumb = io.BytesIO()
    small.save(thumb, format="JPEG", quality=80)
    return Picture(hashlib.sha256(content).hexdigest(), media_type, clean.getvalue(), thumb.getvalue(), *upright.size)


def path_of(folder: Path, sha256: str, *, thumbnail: bool = False) -> Path:
    """Where the picture lies: `photos/ab/abcd….img`."""
    return folder / "photos" / sha256[:2] / f"{sha256}{'.thumb' if thumbnail else ''}.img"


def keep(session: Session, folder: Path, picture: Picture, now: datetime) -> str:
    """Write the files, then the row; a crash between leaves a file that the next one overwrites. The hash."""
    for content, thumbnail in ((picture.content, False), (picture.thumbnail, True)):
        path = path_of(folder, picture.sha256, thumbnail=thumbnail)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}.new")
            fresh.write_bytes(content)
            fresh.replace(path)
    if session.get(Photo, picture.sha256) is None:
        session.add(
            Photo(
                sha256=picture.sha256,
                media_type=picture.media_type,
                size=len(picture.content),
                width=picture.width,
                height=picture.height,
                stored_at=now,
            )
        )
        session.flush()
    return picture.sha256
