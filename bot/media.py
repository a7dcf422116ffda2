"""Fetches the pictures that a platform still keeps for us, and hangs them where they belong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.platforms.base import Platform, SendError
from handlers.dialog.world import World
from handlers.reports import fetched
from storage import photos
from storage.people import Identity
from storage.reports import MediaWanted, ReportPhoto
from storage.store import Store

log = logging.getLogger(__name__)

#: A picture is asked for so often; WeChat keeps it for three days.
ATTEMPTS = 10
AT_ONCE = 16


class MediaFetcher:
    """Downloads what is wanted; a picture that cannot be had is marked with the reason."""

    def __init__(self, store: Store, world: World, platforms: Sequence[Platform]) -> None:
        self._store = store
        self._world = world
        self._accounts = {
            (p.name, p.account): account for p in platforms if (account := getattr(p, "official_account", None))
        }

    def fetch_due(self, now: datetime) -> int:
        """Fetch what is due; how many pictures were stored."""
        if not self._accounts:
            return 0
        with self._store.read() as session:
            wanted = session.execute(
                select(MediaWanted.id, MediaWanted.media_id, Identity.platform, Identity.account)
                .join(Identity, Identity.id == MediaWanted.identity_id)
                .where(MediaWanted.sha256.is_(None), MediaWanted.failure == "", MediaWanted.due_at <= now)
                .order_by(MediaWanted.id)
                .limit(AT_ONCE)
            ).all()
        return sum(
            self._fetch(row_id, media_id, (platform, account), now) for row_id, media_id, platform, account in wanted
        )

    def _fetch(self, row_id: int, media_id: str, key: tuple[str, str], now: datetime) -> int:
        picture, failure, again = None, "", False
        try:
            if key not in self._accounts:
                raise SendError("no-account")
            picture = photos.read(asyncio.run(self._accounts[key].download(media_id)).content)
        except photos.NotAPicture as error:
            failure = error.reason
        except SendError as error:
            failure, again = error.code, error.retryable or error.ambiguous
        with self._store.begin() as session:
            row = session.get_one(MediaWanted, row_id)
            row.attempts += 1
            if picture is None:
                if again and row.attempts < ATTEMPTS:
                    row.due_at = now + timedelta(seconds=5 * 2**row.attempts)
                else:
                    row.failure = failure[:100] or "unknown"
                    fetched.tell_failed(session, row, now)
                log.warning(
                    "a picture could not be fetched: %s", failure, extra={"action": "media.fetch", "row": row_id}
                )
                return 0
            row.sha256 = photos.keep(session, self._world.data_dir, picture, now)
            if row.report_id is not None and session.get(ReportPhoto, (row.report_id, row.sha256)) is None:
                session.add(ReportPhoto(report_id=row.report_id, sha256=row.sha256))
                session.flush()
            fetched.tell_if_used(session, row, now)
        return 1
