"""One message, one transaction: repeats, neighbours in a batch, failing handlers, a database that does not answer."""

import asyncio
import logging
import sqlite3
import threading
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.answers import Answer, StoreUnavailable
from bot.dispatch import Dispatcher
from handlers import access
from handlers import all as slices
from handlers.dialog.context import Context
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply
from handlers.dialog.router import Router
from handlers.dialog.talk import Talk
from handlers.dialog.world import World
from knowledge.library import Library
from storage import conversations, in_hand
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.people import Identity
from storage.reports import Report
from storage.store import Store
from storage.units import Unit
from storage.vault import Vault
from tests.kit.clock import Clock
from tests.kit.world import ACCOUNT, PLATFORM, address

ONE_BREATH = "昨天下午在村部搞了场反家暴讲座，来了三十六个人，发了50份宣传单"


def broken() -> Router:
    """A slice with a bug in it."""
    router = Router("broken")

    @router.command("坏了", allow=access.anyone)
    def breaks(ctx: Context, _rest: str) -> Reply:
        ctx.state["trace"] = "left behind"
        raise RuntimeError(f"secret: {ctx.text}")

    return router


@pytest.fixture
def clock() -> Clock:
    """After the newest example circular."""
    found = Clock()
    found.move(days=245)
    return found


@pytest.fixture
def dispatcher(settled: Store, clock: Clock, tmp_path: Path) -> Dispatcher:
    """The whole conversation, and one broken slice."""
    world = World(library=Library(), data_dir=tmp_path)
    return Dispatcher(settled, Talk([*slices.routers(), broken()]), world, clock)


def message(clock: Clock, text: str, who: str = "王秀兰", external_id: str = "") -> Message:
    return Message(PLATFORM, ACCOUNT, address(who), external_id or str(uuid.uuid4()), clock.now(), text=text)


def text_of(answer: Answer | Exception) -> str:
    assert isinstance(answer, Answer)
    return answer.replies[0].text


def count(store: Store, record: type) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(record)) or 0


def test_a_repeat_gets_the_same_answer_and_has_no_second_effect(dispatcher: Dispatcher, clock: Clock) -> None:
    """The platform asks again after five seconds: the report is filed once, and the receipt is the same."""
    dispatcher.handle([message(clock, ONE_BREATH)])
    yes = message(clock, "对", external_id="once")
    before = count(dispatcher.store, Report)
    first, again = dispatcher.handle([yes])[0], dispatcher.handle([yes])[0]
    assert text_of(first) == text_of(again)
    assert isinstance(again, Answer)
    assert again.repeated
    assert count(dispatcher.store, Report) == before + 1


def test_two_equal_texts_with_different_ids_are_two_messages(dispatcher: Dispatcher, clock: Clock) -> None:
    """She says 「对」 twice: the second one is answered for itself."""
    answers = dispatcher.handle([message(clock, ONE_BREATH), message(clock, "对"), message(clock, "对")])
    assert text_of(answers[1]) != text_of(answers[2])
    assert count(dispatcher.store, Inbox) == 3


def test_a_repeat_inside_a_batch_is_one_message(dispatcher: Dispatcher, clock: Clock) -> None:
    """Both deliveries of a message may wait at the same moment."""
    twin = message(clock, ONE_BREATH, external_id="twin")
    answers = dispatcher.handle([twin, twin])
    assert text_of(answers[0]) == text_of(answers[1])
    assert count(dispatcher.store, Inbox) == 1
    assert count(dispatcher.store, Outbox) == 1


def test_messages_of_one_person_in_a_batch_see_each_other(dispatcher: Dispatcher, clock: Clock) -> None:
    """She is quick: telling, correcting and confirming share a commit."""
    answers = dispatcher.handle([message(clock, ONE_BREATH), message(clock, "不是36是38人"), message(clock, "对")])
    assert "38人" in text_of(answers[1])
    assert "编号" in text_of(answers[2])


def test_a_failing_handler_leaves_the_conversation_as_it_was(
    dispatcher: Dispatcher, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The draft survives a bug; she gets an apology with a code, the log the code and no word of hers."""
    dispatcher.handle([message(clock, ONE_BREATH)])
    with caplog.at_level(logging.ERROR):
        answer = dispatcher.handle([message(clock, "坏了 王家媳妇的事")])[0]
    assert "编号" in text_of(answer)
    with dispatcher.store.read() as session:
        identity = session.scalar(select(Identity.id).where(Identity.external_id == address("王秀兰")))
        assert identity is not None
        state = conversations.state_of(session, identity)
        failed = session.scalars(select(Inbox).where(Inbox.failure != "")).one()
        assert Vault.of(session).open(failed.sealed) == "坏了 王家媳妇的事"
    assert "trace" not in state
    assert state["asking"] == "reports"
    assert failed.failure in caplog.records[0].__dict__["code"]
    assert "王家" not in caplog.text
    assert "38" in text_of(dispatcher.handle([message(clock, "不是36是38人")])[0])


def test_a_failing_message_does_not_harm_its_neighbours(dispatcher: Dispatcher, clock: Clock) -> None:
    """The others of the batch are handled as if it had not been there."""
    answers = dispatcher.handle([
        message(clock, ONE_BREATH), message(clock, "坏了", "李玉芬"), message(clock, ONE_BREATH, "张桂花"),
    ])
    assert ["我记下的是这样" in text_of(a) for a in answers] == [True, False, True]
    assert count(dispatcher.store, Inbox) == 3


def test_a_failing_message_that_comes_again_gets_the_same_apology(dispatcher: Dispatcher, clock: Clock) -> None:
    """The retry of a platform does not run the bug a second time."""
    bad = message(clock, "坏了", external_id="bad")
    assert text_of(dispatcher.handle([bad])[0]) == text_of(dispatcher.handle([bad])[0])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_locked_database_takes_nothing_and_says_so(settled_url: str, clock: Clock, tmp_path: Path) -> None:
    """Another process holds the lock: no answer that could be read as stored, and all is well once it has let go."""
    store = Store(settled_url, secret="x" * 32, busy_timeout_ms=50)
    dispatcher = Dispatcher(store, Talk(slices.routers()), World(library=Library(), data_dir=tmp_path), clock)
    holder = sqlite3.connect(settled_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    said = message(clock, ONE_BREATH)
    assert isinstance(dispatcher.handle([said])[0], StoreUnavailable)
    holder.execute("ROLLBACK")
    holder.close()
    assert "我记下的是这样" in text_of(dispatcher.handle([said])[0])
    store.close()


def test_many_waiting_messages_are_all_answered(dispatcher: Dispatcher, clock: Clock) -> None:
    """A hundred messages from the event loop, of eight people, each answered once."""
    people = ["王秀兰", "李玉芬", "张桂花", "陈小燕", "周冬梅", "赵玉梅", "钱小芳", "何敏"]

    async def all_at_once() -> list[Answer]:
        return await asyncio.gather(*(dispatcher.submit(message(clock, "帮助", people[i % 8])) for i in range(100)))

    dispatcher.start()
    try:
        answers = asyncio.run(all_at_once())
    finally:
        dispatcher.stop()
    assert all(a.replies for a in answers)
    assert count(dispatcher.store, Inbox) == 100


def test_two_dispatchers_of_one_database_keep_each_conversation_in_order(
    settled: Store, clock: Clock, tmp_path: Path
) -> None:
    """Two processes handle the same message at the same moment: one effect, one answer."""
    world = World(library=Library(), data_dir=tmp_path)
    both = [Dispatcher(settled, Talk(slices.routers()), world, clock) for _ in range(2)]
    for text in (ONE_BREATH, "不是36是38人", "对"):
        said, answers = message(clock, text), {}
        threads = [
            threading.Thread(target=lambda d=d, i=i, m=said, found=answers: found.update({i: d.handle([m])[0]})) for i, d in enumerate(both)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert text_of(answers[0]) == text_of(answers[1])
    assert count(settled, Report) == 1


def test_a_reply_that_was_not_written_is_pushed_later(dispatcher: Dispatcher, clock: Clock) -> None:
    """Written replies are confirmed with the next batch; one that never reached its response is claimed after the grace."""
    written, lost = dispatcher.handle([message(clock, "帮助"), message(clock, "帮助", "李玉芬")])
    assert isinstance(written, Answer)
    assert isinstance(lost, Answer)
    dispatcher.written(written.outbox_ids)
    dispatcher.stop()
    clock.move(in_hand.PASSIVE_GRACE + timedelta(seconds=1))
    with dispatcher.store.begin() as session:
        claimed = in_hand.claim(
            session, token="t", now=clock.now(), lease=timedelta(seconds=60), limit=10, platforms=[PLATFORM])
    assert [c.id for c in claimed] == lost.outbox_ids


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # SQLite has one writer: nothing can be entangled
def test_two_batches_that_wait_for_each_other_are_both_answered(settled: Store, clock: Clock, tmp_path: Path) -> None:
    """PostgreSQL ends one of two transactions that lock the same rows in another order: its messages are handled again, alone."""
    with settled.read() as session:
        units = session.scalars(select(Unit.id).order_by(Unit.id).limit(2)).all()
    both, entangled = threading.Barrier(2), threading.Event()
    router = Router("entangled")

    @router.command("锁", allow=access.anyone)
    def lock(ctx: Context, rest: str) -> Reply:
        for place, unit in enumerate(units if rest == "甲" else reversed(units)):
            if place and not entangled.is_set():
                both.wait(20)
                entangled.set()
            ctx.session.execute(update(Unit).where(Unit.id == unit).values(kind=rest))
        return Reply(f"锁好了{rest}")

    world = World(library=Library(), data_dir=tmp_path)
    answers: dict[str, list[Answer | Exception]] = {}

    def run(which: str, name: str) -> None:
        desk = Dispatcher(settled, Talk([*slices.routers(), router]), world, clock)
        answers[which] = desk.handle([message(clock, "帮助", name), message(clock, f"锁 {which}", name)])

    threads = [threading.Thread(target=run, args=pair) for pair in (("甲", "王秀兰"), ("乙", "李玉芬"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for which, (helped, locked) in answers.items():
        assert "可以这样用" in text_of(helped)
        assert text_of(locked) == f"锁好了{which}"
    assert set(answers) == {"甲", "乙"}
    assert count(settled, Inbox) == 4
