"""The pictures of reports: hung on, taken off, waited for, found again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from storage.reports import WITHDRAWN, MediaWanted, Report, ReportPhoto

#: Marks a picture that is still to be fetched from the platform.
_MEDIA = "media:"


def attach(session: Session, report: Report, photos: tuple[str, ...]) -> int:
    """Hang pictures on the report; how many were new to it. `media:7` is one that the platform still keeps."""
    there = set(session.scalars(select(ReportPhoto.sha256).where(ReportPhoto.report_id == report.id)))
    fresh: list[str] = []
    for photo in dict.fromkeys(photos):
        if photo.startswith(_MEDIA):
            wanted = session.get_one(MediaWanted, int(photo.removeprefix(_MEDIA)))
            wanted.report_id = report.id
            photo = wanted.sha256 or ""
        if photo and photo not in there and photo not in fresh:
            fresh.append(photo)
    if fresh:
        session.execute(insert(ReportPhoto), [{"report_id": report.id, "sha256": sha} for sha in fresh])
    return len(fresh)


def detach(session: Session, report_id: int, photos: tuple[str, ...]) -> int:
    """Take pictures off a report again; how many."""
    gone = session.execute(
        delete(ReportPhoto).where(ReportPhoto.report_id == report_id, ReportPhoto.sha256.in_(photos))
    )
    wanted = [int(photo.removeprefix(_MEDIA)) for photo in photos if photo.startswith(_MEDIA)]
    if wanted:
        session.execute(
            update(MediaWanted)
            .where(MediaWanted.id.in_(wanted), MediaWanted.report_id == report_id)
            .values(report_id=None)
        )
        fetched = select(MediaWanted.sha256).where(MediaWanted.id.in_(wanted), MediaWanted.sha256.is_not(None))
        session.execute(delete(ReportPhoto).where(ReportPhoto.report_id == report_id, ReportPhoto.sha256.in_(fetched)))
    return int(getattr(gone, "rowcount", 0)) + len(wanted)


def want_media(session: Session, identity_id: int, media_ids: list[str], now: datetime) -> list[str]:
    """Have pictures fetched from the platform; what stands for them until they are here."""
    found = []
    for media_id in media_ids:
        wanted = session.scalar(
            select(MediaWanted).where(MediaWanted.identity_id == identity_id, MediaWanted.media_id == media_id)
        )
        if wanted is None:
            wanted = MediaWanted(identity_id=identity_id, media_id=media_id, asked_at=now, due_at=now)
            session.add(wanted)
            session.flush()
        found.append(f"{_MEDIA}{wanted.id}")
    return found


def count_photos(session: Session, report_id: int) -> int:
    """How many pictures hang on a report."""
    return session.scalar(select(func.count()).select_from(ReportPhoto).where(ReportPhoto.report_id == report_id)) or 0


def photos_of(session: Session, report_id: int, limit: int) -> list[str]:
    """Some of its pictures."""
    return list(session.scalars(select(ReportPhoto.sha256).where(ReportPhoto.report_id == report_id).limit(limit)))


def used_in(session: Session, sha256: str, *, other_than: int | None = None) -> Report | None:
    """A report that shows this picture already."""
    query = (
        select(Report)
        .join(ReportPhoto, ReportPhoto.report_id == Report.id)
        .where(ReportPhoto.sha256 == sha256, Report.state != WITHDRAWN)
    )
    if other_than is not None:
        query = query.where(Report.id != other_than)
    return session.scalar(query.order_by(Report.id).limit(1))
