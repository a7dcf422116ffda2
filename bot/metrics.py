"""Figures for Prometheus: how much waits in the outbox and how much was taken in. Counted when asked, from the tables."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from storage.duties import OPEN, Assignment
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.store import Store


class Metrics(Collector):
    """Reads the tables at each scrape; a database that does not answer gives `niangjia_database_up 0` and nothing else."""

    def __init__(self, registry: CollectorRegistry, store: Store) -> None:
        self.registry = registry
        self._store = store
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing ahead of time: the tables are not asked at start."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now."""
        up = GaugeMetricFamily("niangjia_database_up", "1 if the database answers")
        outbox = GaugeMetricFamily("niangjia_outbox_rows", "Rows that are not sent yet, by state", labels=["state"])
        inbox = GaugeMetricFamily("niangjia_inbox_last_id", "The number of the last message taken in")
        missing = GaugeMetricFamily("niangjia_assignments_open", "What units still owe")
        try:
            with self._store.read() as session:
                waiting = ("pending", "leased", "passive", "held")
                for state, count in session.execute(
                    select(Outbox.state, func.count()).where(Outbox.state.in_(waiting)).group_by(Outbox.state)
                ):
                    outbox.add_metric([state], count)
                inbox.add_metric([], session.scalar(select(func.max(Inbox.id))) or 0)
                missing.add_metric([], session.scalar(select(func.count()).where(Assignment.state == OPEN)) or 0)
        except DBAPIError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield from (up, outbox, inbox, missing)
