"""Pictures: what is kept, what is refused, and what of them goes no further."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from storage import photos
from storage.photos import MAX_BYTES, NotAPicture, keep, path_of, read
from storage.reports import Photo
from storage.store import Store

NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


def phone_photo(kind: str = "JPEG", size: tuple[int, int] = (400, 300), orientation: int = 6) -> bytes:
    """What a phone sends: with its position, its maker and turned by its orientation."""
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model], exif[Base.Orientation] = "某牌", "手机 9", orientation
    exif[Base.UserComment] = "王某某 13800000000"
    exif.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: (35.0, 12.0, 30.0),
            GPS.GPSLongitudeRef: "E",
            GPS.GPSLongitude: (113.0, 5.0, 1.0),
        }
    )
    buffer = io.BytesIO()
    image = Image.new("RGB", size, (200, 30, 90))
    image.putpixel((0, 0), (0, 0, 255))
    image.save(buffer, kind, exif=exif)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_position_phone_and_comments_are_removed(kind: str, store: Store, tmp_path: Path) -> None:
    """Neither the file on disk nor its thumbnail says where it was taken, with what, or by whom."""
    sent = phone_photo(kind)
    with Image.open(io.BytesIO(sent)) as before:
        assert dict(before.getexif().get_ifd(IFD.GPSInfo))  # the test would be worth nothing otherwise
    with store.begin() as session:
        sha = keep(session, tmp_path, read(sent), NOW)
        row = session.get_one(Photo, sha)
        assert (row.width, row.height) == (300, 400)
    for thumbnail in (False, True):
        content = path_of(tmp_path, sha, thumbnail=thumbnail).read_bytes()
        with Image.open(io.BytesIO(content)) as after:
            assert not dict(after.getexif())
            assert not dict(after.getexif().get_ifd(IFD.GPSInfo))
            assert "exif" not in after.info
            assert after.size == (300, 400) or thumbnail
        for secret in ("某牌".encode(), "手机 9".encode(), b"13800000000"):
            assert secret not in content


def test_the_same_photo_is_one_file_and_one_row(store: Store, tmp_path: Path) -> None:
    """Sent twice, kept once, under the hash of what was sent."""
    sent = phone_photo()
    with store.begin() as session:
        assert keep(session, tmp_path, read(sent), NOW) == keep(session, tmp_path, read(sent), NOW)
        assert session.query(Photo).count() == 1
    assert len([p for p in tmp_path.rglob("*.img") if "thumb" not in p.name]) == 1


def test_a_thumbnail_is_small(tmp_path: Path) -> None:
    """At most 320 pixels a side."""
    with Image.open(io.BytesIO(read(phone_photo(size=(2000, 1000))).thumbnail)) as small:
        assert max(small.size) == 320


def bmp() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (10, 10)).save(buffer, "BMP")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xff\xd8" + b"0" * MAX_BYTES, "large"),
        (b"%PDF-1.7 not a picture", "type"),
        (bmp(), "type"),
        (b"PK\x03\x04 a zip", "type"),
        (phone_photo()[:700], "broken"),
        (b"<svg onload='x'/>", "type"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    """Empty, too large, another type, broken: each by its name, which `texts.PHOTO_REASONS` puts into words."""
    from handlers.reports import texts

    with pytest.raises(NotAPicture) as refused:
        read(content)
    assert refused.value.reason == reason
    assert texts.PHOTO_REASONS[reason]


def test_a_picture_bomb_is_refused() -> None:
    """A few kilobytes that unfold into hundreds of millions of pixels."""
    buffer = io.BytesIO()
    Image.new("1", (photos.MAX_SIDE, photos.MAX_SIDE)).save(buffer, "PNG")
    with pytest.raises(NotAPicture) as refused:
        read(buffer.getvalue())
    assert refused.value.reason in ("large", "broken")
