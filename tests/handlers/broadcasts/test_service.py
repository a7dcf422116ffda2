"""Broadcasts: one delivery for each person, a second official for many, and what was given up can be sent again."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot import outgoing
from bot.platforms.base import Payload, SendError
from bot.sender import Sender
from handlers.broadcasts import expanding, service, undelivered
from storage import people
from storage.broadcasts import Broadcast, Delivery, key_of, of_key
from storage.people import Identity, Speaker
from storage.store import Store
from tests.kit import world
from tests.kit.clock import Clock
from tests.kit.platform import InProcess


@pytest.fixture
def clock() -> Clock:
    return Clock(world.START)


def speaker(store: Store, name: str) -> Speaker:
    with store.read() as session:
        found = people.identity_of(session, world.PLATFORM, world.ACCOUNT, world.address(name))
        assert found is not None
        return people.speaker_of(session, found.id, world.START.date())


def send(store: Store, clock: Clock, refused: str = "") -> list[str]:
    def before(address: str, _payload: Payload) -> None:
        if address == refused:
            raise SendError("43004", recipient_gone=True)

    platform = InProcess(world.PLATFORM, world.ACCOUNT, before=before)
    service.expand_due(store, clock.now())
    asyncio.run(Sender(store, [platform], clock, overtaken=outgoing.overtaken, settled=outgoing.settled).drain())
    return sorted(address for address, _ in platform.sent)


def test_every_person_has_one_delivery_and_every_skipped_one_a_reason(
    settled: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In chunks of two, with somebody who has no channel; expanding again changes nothing."""
    monkeypatch.setattr(expanding, "CHUNK", 2)
    by = speaker(settled, "孙丽华")
    with settled.begin() as session:
        lost = session.scalars(select(Identity).where(Identity.external_id == world.address("张桂花"))).one()
        lost.unreachable = "43004"
        made = service.plan(session, "开会", {}, by=by, now=clock.now())
    assert service.expand_due(settled, clock.now()) == 7
    assert service.expand_due(settled, clock.now()) == 0
    assert len(send(settled, clock)) == 6
    with settled.read() as session:
        now = service.progress(session, session.get_one(Broadcast, made.id))
    assert (now.planned, now.sent, now.failed, now.skipped, now.waiting) == (7, 6, 0, 1, 0)
    assert now.reasons == {"no_channel": 1}


def test_a_recall_stops_what_was_not_claimed_yet(settled: Store, clock: Clock) -> None:
    """Nothing goes out, and the sums hold."""
    by = speaker(settled, "赵玉梅")
    with settled.begin() as session:
        made = service.plan(session, "开会", {}, by=by, now=clock.now())
    service.expand_due(settled, clock.now())
    with settled.begin() as session:
        stopped, saw = service.recall(session, session.get_one(Broadcast, made.id), by=by, now=clock.now())
    assert (stopped, saw) == (3, [])
    assert send(settled, clock) == []


def test_a_second_official_agrees_before_anything_goes(settled: Store, clock: Clock) -> None:
    """Until then nothing is expanded."""
    by, other = speaker(settled, "孙丽华"), speaker(settled, "何敏")
    with settled.begin() as session:
        made = service.plan(session, "开会", {}, by=by, now=clock.now(), needs_second=True)
        assert [p.name for p in service.seconds(session, by, world.START.date())] == ["何敏"]
    assert service.expand_due(settled, clock.now()) == 0
    with settled.begin() as session:
        service.approve(session, session.get_one(Broadcast, made.id), by=other, agrees=True, now=clock.now())
    assert service.expand_due(settled, clock.now()) == 7


def test_what_was_given_up_is_seen_and_sent_to_her_new_channel(settled: Store, clock: Clock) -> None:
    """Listed with name and reason for those above her only; planned stays sent + failed + skipped."""
    by = speaker(settled, "赵玉梅")
    with settled.begin() as session:
        made = service.plan(session, "开会", {}, by=by, now=clock.now())
    assert len(send(settled, clock, refused=world.address("王秀兰"))) == 2
    with settled.begin() as session:
        [one], count, hidden = undelivered.listed(session, by=by, now=clock.now())
        assert (one.name, one.why, count, hidden) == ("柳溪村妇代会王秀兰", "gone", 1, 0)
        assert undelivered.listed(session, by=speaker(settled, "钱小芳"), now=clock.now())[1] == 0
        assert undelivered.resend(session, None, by=by, now=clock.now()) == (0, ["王秀兰"])
        person = session.scalars(select(Identity.person_id).where(Identity.external_id == world.address("王秀兰"))).one()
        assert person is not None
        people.bind(session, session.get_one(people.Person, person), world.PLATFORM, world.ACCOUNT, "openid-new", clock.now())
        assert undelivered.resend(session, [one.number], by=by, now=clock.now()) == (1, [])
    assert send(settled, clock) == ["openid-new"]
    with settled.read() as session:
        now = service.progress(session, session.get_one(Broadcast, made.id))
        assert (now.planned, now.sent, now.failed) == (3, 3, 0)
        assert len(session.scalars(select(Delivery.id)).all()) == 3


def test_the_key_names_broadcast_and_person() -> None:
    """And nothing else has such a key."""
    assert of_key(key_of(3, 17)) == (3, 17)
    assert of_key("assignment:3:x") is of_key(None) is of_key("broadcast:3") is None
