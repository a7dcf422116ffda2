"""APScheduler ticks; the tables hold the truth. Every job may run late, twice or in two processes at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DBAPIError

from bot.media import MediaFetcher
from bot.platforms.base import Platform
from handlers.broadcasts import service as broadcasts
from handlers.dialog.world import World
from handlers.duties import amendment_notices
from handlers.duties import service as duties
from handlers.reminders import service as reminders
from knowledge import indexing
from storage.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is looked after every so often. `run` takes the time and gives back how much it did."""

    name: str
    every_seconds: int
    run: Callable[[datetime], int]


def run_once(job: Job, now: datetime) -> int:
    """Run one job; an error is logged and the next tick tries again."""
    try:
        done = job.run(now)
    except DBAPIError as error:
        log.error(
            "job %s: the database did not answer: %s",
            job.name,
            type(error).__name__,
            extra={"action": f"job.{job.name}"},
        )
        return 0
    except Exception:  # one job's bug must not end the scheduler
        log.exception("job %s failed", job.name, extra={"action": f"job.{job.name}"})
        return 0
    if done:
        log.info("job %s did %d", job.name, done, extra={"action": f"job.{job.name}", "count": done})
    return done


def schedule(jobs: Sequence[Job], now: Callable[[], datetime]) -> BackgroundScheduler:
    """Tick all jobs; a tick that is missed is not made up for, because the next one finds what is due in the tables."""
    scheduler = BackgroundScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for job in jobs:
        scheduler.add_job(
            lambda job=job: run_once(job, now()),
            "interval",
            seconds=job.every_seconds,
            id=job.name,
            next_run_time=now(),
        )
    return scheduler


def table(store: Store, world: World, platforms: Sequence[Platform]) -> list[Job]:
    """All that is looked after: (name, every so many seconds, service function)."""
    media = MediaFetcher(store, world, platforms)
    return [
        Job("duties.expand", 300, lambda now: duties.expand_all(store, now)),
        Job("duties.tell", 60, lambda now: amendment_notices.tell_rest(store, now)),
        Job("reminders.fire", 20, lambda now: reminders.fire_due(store, now)),
        Job("broadcasts.expand", 5, lambda now: broadcasts.expand_due(store, now)),
        Job("broadcasts.give_up", 3600, lambda now: broadcasts.give_up_held(store, now)),
        Job("media.fetch", 5, media.fetch_due),
        Job("library.renew", 3600, lambda _: indexing.renew(store)),  # nothing to do but after an update
    ]
