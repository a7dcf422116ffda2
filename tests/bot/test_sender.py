"""The sender: her messages in order, the urgent before the others, at the platform's pace, and never by a late worker."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.platforms.base import Capabilities, Payload, SendError
from bot.platforms.fit import fit
from bot.sender import LEASE, Sender
from bot.sender_rules import RETRIES, Pace, PersonPace, after
from handlers.dialog.reply import Reply
from storage import in_hand, outbox
from storage.outbox import BROADCAST, CASE, NOTICE, REMINDER, REPLY, Outbox, Outgoing
from storage.people import Identity
from storage.store import Store
from tests.kit import world
from tests.kit.clock import Clock
from tests.kit.platform import InProcess


@pytest.fixture
def clock() -> Clock:
    return Clock(world.START)


def identity(store: Store, name: str) -> int:
    with store.read() as session:
        return session.scalars(select(Identity.id).where(Identity.external_id == world.address(name))).one()


def put(store: Store, clock: Clock, *rows: tuple[str, int, str]) -> None:
    """Rows as (name, class, text), one after the other."""
    with store.begin() as session:
        for name, klass, text in rows:
            outbox.put(session, [Outgoing(identity_id=identity(store, name), klass=klass, shape=Reply(text).to_json())], clock.now())


def states(store: Store) -> dict[str, tuple[str, str | None]]:
    with store.read() as session:
        return {row.shape["text"]: (row.state, row.error) for row in session.scalars(select(Outbox)) if row.shape}


def claim(store: Store, clock: Clock, token: str, limit: int = 100) -> list[str]:
    with store.begin() as session:
        rows = in_hand.claim(session, token=token, now=clock.now(), lease=LEASE, limit=limit, platforms=[world.PLATFORM])
    return [row.shape["text"] for row in rows]


class Refusing:
    """Raises what is planned for a text, once each."""

    def __init__(self, **planned: SendError) -> None:
        self.planned = dict(planned)

    def __call__(self, _address: str, payload: Payload) -> None:
        text = payload["text"].split("\n")[0]
        if text in self.planned:
            raise self.planned.pop(text)


def sender(store: Store, clock: Clock, refusing: Refusing | None = None) -> tuple[Sender, InProcess]:
    platform = InProcess(world.PLATFORM, world.ACCOUNT, before=refusing or Refusing())
    return Sender(store, [platform], clock), platform


def sent(platform: InProcess) -> list[str]:
    return [reply.text for _, reply in platform.sent]


def test_the_urgent_go_first_and_one_person_s_in_order(settled: Store, clock: Clock) -> None:
    """A reply is claimed before a broadcast that waits longer; what was written first goes first."""
    put(settled, clock, ("王秀兰", BROADCAST, "群发"), ("王秀兰", NOTICE, "一"), ("王秀兰", NOTICE, "二"), ("王秀兰", REPLY, "答"))
    assert claim(settled, clock, "a") == ["答", "一", "二", "群发"]


def test_nothing_overtakes_a_row_in_the_air_or_one_that_waits_for_its_next_try(settled: Store, clock: Clock) -> None:
    """Another worker gets only what has nothing in front of it."""
    put(settled, clock, ("王秀兰", NOTICE, "一"), ("王秀兰", NOTICE, "二"), ("李玉芬", NOTICE, "三"))
    assert claim(settled, clock, "a", limit=1) == ["一"]
    assert claim(settled, clock, "b") == ["三"]
    worker, platform = sender(settled, clock, Refusing(一=SendError("-1", retryable=True)))
    clock.move(LEASE * 2)
    asyncio.run(worker.drain())
    assert [text[0] for text in sent(platform)] == ["三"]  # 一 waits for its next try, and 二 behind it
    assert states(settled)["二"][0] == "pending"
    clock.move(hours=1)
    while asyncio.run(worker.drain()):
        pass
    assert [text[0] for text in sent(platform)] == ["三", "一", "二"]


def test_many_rows_of_one_person_do_not_hold_up_the_others(settled: Store, clock: Clock) -> None:
    """A run is short; what is behind it waits, and others come through."""
    put(settled, clock, *(("王秀兰", NOTICE, f"{n}") for n in range(50)), ("李玉芬", NOTICE, "她的"))
    first = claim(settled, clock, "a", limit=30)
    assert first == [f"{n}" for n in range(in_hand.CHAIN)]
    assert claim(settled, clock, "b", limit=30) == ["她的"]


def test_a_late_worker_records_nothing(settled: Store, clock: Clock) -> None:
    """After its lease another has taken the row over; the token of the first is refused."""
    put(settled, clock, ("王秀兰", NOTICE, "一"))
    claim(settled, clock, "a")
    clock.move(LEASE * 2)
    claim(settled, clock, "b")
    with settled.begin() as session:
        [row] = session.scalars(select(Outbox))
        assert in_hand.finish(session, outcomes=[("a", in_hand.Outcome(row.id, "sent"))], now=clock.now()) == set()
        assert in_hand.finish(session, outcomes=[("b", in_hand.Outcome(row.id, "sent"))], now=clock.now()) == {row.id}


def test_a_case_message_is_never_resent_once_it_may_have_arrived(settled: Store, clock: Clock) -> None:
    """A time-out is final for it, a refusal is not; a worker that died before sending leaves it free to be sent."""
    put(settled, clock, ("王秀兰", CASE, "超时"), ("李玉芬", CASE, "拒收"), ("张桂花", CASE, "没来得及"))
    claim(settled, clock, "dead")
    clock.move(LEASE * 2)
    worker, platform = sender(settled, clock, Refusing(超时=SendError("time-out", ambiguous=True), 拒收=SendError("-1", retryable=True)))
    asyncio.run(worker.drain())
    clock.move(hours=1)
    while asyncio.run(worker.drain()):
        pass
    assert sorted(sent(platform)) == ["拒收", "没来得及"]
    assert states(settled)["超时"] == ("failed", "doubt:time-out")


def test_a_case_message_marked_as_in_the_air_is_not_sent_by_the_next_worker(settled: Store, clock: Clock) -> None:
    """The mark is on the disk before the call."""
    put(settled, clock, ("王秀兰", CASE, "求助"))
    claim(settled, clock, "a")
    with settled.begin() as session:
        [row] = session.scalars(select(Outbox))
        assert in_hand.taking(session, row.id, "a", clock.now())
        assert not in_hand.taking(session, row.id, "b", clock.now())
    clock.move(LEASE * 2)
    worker, platform = sender(settled, clock)
    asyncio.run(worker.drain())
    assert not platform.sent
    assert states(settled)["求助"][0] == "failed"


def test_a_reminder_that_may_have_arrived_says_so_under_its_number(settled: Store, clock: Clock) -> None:
    """Where the platform does not check for repeats; where it does, the same words go under the same key."""
    put(settled, clock, ("王秀兰", REMINDER, "催"))
    claim(settled, clock, "dead")
    clock.move(LEASE * 2)
    worker, platform = sender(settled, clock)
    asyncio.run(worker.drain())
    assert "编号" in sent(platform)[0]
    put(settled, clock, ("李玉芬", REMINDER, "催"))
    claim(settled, clock, "dead")
    clock.move(LEASE * 2)
    worker, platform = sender(settled, clock)
    platform.capabilities = Capabilities(text_limit=100, text_unit="chars", pace=0, duplicate_check=3600)
    asyncio.run(worker.drain())
    assert sent(platform) == ["催"]


def test_errors_are_told_apart(settled: Store, clock: Clock) -> None:
    """Gone, window closed, refused for the moment, refused for good."""
    put(settled, clock, *((name, NOTICE, name) for name in ("王秀兰", "李玉芬", "张桂花", "陈小燕")))
    worker, _ = sender(settled, clock, Refusing(
        王秀兰=SendError("43004", recipient_gone=True), 李玉芬=SendError("45015", window_closed=True),
        张桂花=SendError("-1", retryable=True), 陈小燕=SendError("40000")))
    asyncio.run(worker.drain())
    assert states(settled) == {
        "王秀兰": ("failed", "gone:43004"), "李玉芬": ("held", "45015"), "张桂花": ("pending", "-1"), "陈小燕": ("failed", "40000")}
    with settled.read() as session:
        assert session.scalars(select(Identity.unreachable).where(Identity.unreachable != "")).all() == ["43004"]


def test_tries_are_bounded_and_spread(settled: Store, clock: Clock) -> None:
    """Each class of error has its number of tries; waits grow and are never all the same."""
    put(settled, clock, ("王秀兰", NOTICE, "一"))
    with settled.begin() as session:
        [row] = in_hand.claim(session, token="a", now=clock.now(), lease=LEASE, limit=1, platforms=[world.PLATFORM])
    busy = SendError("-1", retryable=True)
    waits = {(after(row, busy, clock.now()).retry_at or clock.now()) - clock.now() for _ in range(20)}
    assert len(waits) > 10
    assert all(timedelta(seconds=1) < wait < timedelta(seconds=3) for wait in waits)
    from dataclasses import replace

    last = replace(row, refusals=RETRIES["busy"].attempts - 1)
    assert after(last, busy, clock.now()).state == "failed"
    assert after(last, SendError("48001", account_blocked=True), clock.now()).state == "pending"


def test_the_urgent_pass_those_who_wait_for_their_turn() -> None:
    """Forty a second: a reply that comes last goes before the broadcasts that wait already."""
    order: list[int] = []

    async def one(pace: Pace, urgency: int) -> None:
        await pace.wait(urgency)
        order.append(urgency)

    async def race() -> float:
        pace = Pace(40)
        began = time.monotonic()
        bulk = [asyncio.create_task(one(pace, 4)) for _ in range(15)]
        await asyncio.sleep(0.02)
        await one(pace, 0)
        await asyncio.gather(*bulk)
        return time.monotonic() - began

    seconds = asyncio.run(race())
    assert order.index(0) < 8
    assert seconds > 16 / 40 - 0.2


def test_one_person_is_not_flooded() -> None:
    """Ten a second to one address; another address does not wait for it."""

    async def race() -> float:
        pace = PersonPace(10)
        began = time.monotonic()
        await asyncio.gather(*(pace.wait("a") for _ in range(4)), pace.wait("b"))
        return time.monotonic() - began

    assert asyncio.run(race()) >= 0.29


def test_a_row_given_up_can_be_sent_again(settled: Store, clock: Clock) -> None:
    """Not one about a case."""
    put(settled, clock, ("王秀兰", NOTICE, "一"), ("李玉芬", CASE, "二"))
    refuse = Refusing(一=SendError("40000"), 二=SendError("40000"))
    worker, platform = sender(settled, clock, refuse)
    asyncio.run(worker.drain())
    with settled.begin() as session:
        ids = [row.id for row in session.scalars(select(Outbox))]
        assert outbox.resend(session, ids, clock.now()) == 1
    asyncio.run(worker.drain())
    assert sent(platform) == ["一"]
    assert states(settled)["二"][0] == "failed"




class InParts(InProcess):
    """Takes ten characters at once."""

    capabilities = Capabilities(text_limit=10, text_unit="chars", max_buttons=12, pace=0)

    def render(self, reply: Reply, address: str) -> list[Payload]:
        """The parts."""
        return [part.to_json() for part in fit(reply, self.capabilities)]


LONG = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"


@pytest.mark.parametrize("klass", [NOTICE, CASE, BROADCAST])
def test_a_long_message_goes_on_after_the_parts_that_are_there(settled: Store, clock: Clock, klass: int) -> None:
    """The second part is refused twice: the first comes once, also of a message about a case."""
    put(settled, clock, ("王秀兰", klass, LONG))
    refusals = [SendError("45047", retryable=True), SendError("-1", retryable=True)]

    def refuse(_address: str, payload: Payload) -> None:
        if payload["text"].startswith("甲") and refusals:
            raise refusals.pop()

    platform = InParts(world.PLATFORM, world.ACCOUNT, before=refuse)
    worker = Sender(settled, [platform], clock)
    for _ in range(4):
        asyncio.run(worker.drain())
        clock.move(hours=1)
    assert [text[0] for text in sent(platform)] == ["一", "甲", "子"]
    assert states(settled)[LONG] == ("sent", None)


def test_a_part_that_may_have_arrived_is_repeated_and_those_before_it_are_not(settled: Store, clock: Clock) -> None:
    """A worker dies with the second part in its hands; the next begins with that one and says that it may be a repeat."""
    put(settled, clock, ("王秀兰", NOTICE, LONG))
    dead: list[str] = []

    def die(_address: str, payload: Payload) -> None:
        if payload["text"].startswith("甲") and not dead:
            dead.append(payload["text"])
            raise KeyboardInterrupt

    platform = InParts(world.PLATFORM, world.ACCOUNT, before=die)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(Sender(settled, [platform], clock).drain())
    clock.move(LEASE * 2)
    while asyncio.run(Sender(settled, [platform], clock).drain()):
        pass
    texts = sent(platform)
    assert [text[0] for text in texts[:3]] == ["一", "甲", "子"]
    assert "如果已经收到过" in "".join(texts[3:])


def test_a_worker_whose_lease_has_ended_writes_down_no_part(settled: Store, clock: Clock) -> None:
    """The token of the first is refused, as with everything it records."""
    put(settled, clock, ("王秀兰", NOTICE, LONG))
    claim(settled, clock, "a")
    clock.move(LEASE * 2)
    claim(settled, clock, "b")
    with settled.begin() as session:
        [row] = session.scalars(select(Outbox))
        assert not in_hand.parts_arrived(session, row.id, "a", 1)
        assert in_hand.parts_arrived(session, row.id, "b", 1)
