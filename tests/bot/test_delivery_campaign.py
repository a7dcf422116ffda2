"""Killed, frozen and cheated at every turn, the sender reaches everybody, and the platform's own log says so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select

from handlers.broadcasts import service
from handlers.dialog.reply import Reply
from storage import outbox, people, units
from storage.broadcasts import Broadcast, Delivery
from storage.outbox import Outbox, Outgoing
from storage.people import Identity, Person, Post
from storage.store import Store
from storage.units import UnitRow
from tests.kit import fake_platform
from tests.kit.fake_platform import INVALID, Line
from tests.kit.stores import SECRET

ROOT = Path(__file__).parents[2]
#: Two broadcasts to so many people on each of two engines: 20,000 deliveries.
PEOPLE = 10_000
TEXTS = ("明天上午九点镇里开会", "请核对妇女之家台账")
#: Messages about cases and notices that go out at the same time.
CASES, NOTICES = 300, 300


def populate(store: Store) -> None:
    """A county whose people have an address at one account or the other, an invalid one, or none; and what they are sent."""
    now = datetime.now(UTC)
    with store.begin() as session:
        [unit] = units.add_many(session, [UnitRow("990201", "试验县妇联", "county", "county")]).values()
        chair = people.add(session, "县里", "19900009999")
        people.appoint(session, chair, unit, "chair")
        own = people.bind(session, chair, "fake", "checked", "chair", now)
        ids = list(session.scalars(insert(Person).returning(Person.id), [{"name": f"人{n}"} for n in range(PEOPLE)]))
        session.execute(insert(Post), [{"person_id": i, "unit_id": unit.id, "role": "executive_member", "title": ""} for i in ids])
        session.execute(insert(Identity), [
            {"platform": "fake", "account": ("checked", "plain")[n % 2], "person_id": person_id, "bound_at": now, "unreachable": "",
             "external_id": f"{INVALID if n % 50 == 7 else ''}someone-{n}"}
            for n, person_id in enumerate(ids) if n % 50 != 3
        ])  # fmt: skip
        by = people.speaker_of(session, own.id, now.date())
        for text in TEXTS:
            service.plan(session, text, {}, by=by, now=now)
        reached = list(session.scalars(select(Identity.id).order_by(Identity.id).limit(CASES)))
        outbox.put(session, [
            Outgoing(identity_id=identity, klass=klass, shape=Reply(f"{word} {identity}").to_json(), dedup_key=f"{word}:{identity}")
            for klass, word in ((outbox.CASE, "求助"), (outbox.NOTICE, "通知")) for identity in reached
        ], now)


@contextmanager
def bad_platform(log: Path) -> Iterator[int]:
    """The fake platform in its own process; its port."""
    command = [sys.executable, "-m", "tests.kit.fake_platform", str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


def test_a_campaign_of_kills_and_freezes_misses_nobody(database_url: str, tmp_path: Path) -> None:
    """planned = sent + failed + skipped; nobody missed; nobody twice where the platform checks; no case message resent."""
    store = Store(database_url, secret=SECRET)
    populate(store)
    store.close()
    log = tmp_path / "witness.jsonl"
    with bad_platform(log) as port:
        command = [sys.executable, "-m", "tests.kit.deliveries", database_url, str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["done"], f"{told}\n{done.stderr[-3000:]}"
    lines = list(fake_platform.read(log))
    with store.read() as session:
        for broadcast in session.scalars(select(Broadcast)):
            _everybody_is_accounted_for(store, broadcast, lines)
        cases = {
            shape["text"]: state
            for shape, state in session.execute(select(Outbox.shape, Outbox.state).where(Outbox.klass == outbox.CASE))
        }
        notices = set(session.scalars(select(Outbox.state).where(Outbox.klass == outbox.NOTICE)))
    _no_case_message_is_resent(cases, lines)
    assert notices <= {"sent", "failed"}
    taken = Counter({(line.to, line.text): 0 for line in lines})
    for line in lines:
        taken[line.to, line.text.split("\n（编号")[0]] += line.taken if line.account == "checked" else 0
    assert max(taken.values()) == 1, "somebody got it twice where the platform checks"
    repeats = sum(line.taken for line in lines if line.account == "plain") - len({(line.to, line.text[:6]) for line in lines if line.taken and line.account == "plain"})
    store.close()
    print(f"{told['kills']} kills, {told['stops']} freezes, {len(lines)} requests in {told['seconds']} s, {repeats} repeats where nobody checks")


def _everybody_is_accounted_for(store: Store, broadcast: Broadcast, lines: list[Line]) -> None:
    with store.read() as session:
        now = service.progress(session, broadcast)
        rows = session.execute(
            select(Delivery.state, Identity.external_id).outerjoin(Identity, Identity.person_id == Delivery.person_id)
            .where(Delivery.broadcast_id == broadcast.id)).all()
    assert now.planned == broadcast.planned == PEOPLE
    assert now.planned == now.sent + now.failed + now.skipped
    assert now.waiting == 0
    assert now.skipped >= PEOPLE // 50
    arrived = defaultdict(int)
    for line in lines:
        if line.text.startswith(broadcast.text):
            arrived[line.to] += line.taken
    for state, address in rows:
        if address is None:
            assert state == "skipped"
        elif address.startswith(INVALID):
            assert state in ("failed", "skipped")
            assert not arrived[address]
        else:
            assert state == "sent"
            assert arrived[address] >= 1, f"{address} was missed"


def _no_case_message_is_resent(cases: dict[str, str], lines: list[Line]) -> None:
    attempts = defaultdict(list)
    for line in lines:
        if line.text in cases:
            attempts[line.text].append(line)
    for text, state in cases.items():
        unknown = [line for line in attempts[text] if not line.refused]
        assert len(unknown) <= 1, f"{text} was sent again although it may have arrived"
        assert state in ("sent", "failed")
        assert state == "failed" or unknown
    assert sum(state == "sent" for state in cases.values()) > CASES // 2
