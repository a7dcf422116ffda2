"""Killed at any moment, hundreds of times, the dispatcher and the sender keep every promise."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.dispatch import Answer, Dispatcher
from handlers import all as slices
from handlers.dialog.message import Message
from handlers.dialog.talk import Talk
from handlers.dialog.world import World
from knowledge.library import Library
from storage import outbox
from storage.conversations import Conversation
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.reports import Report
from storage.store import Store
from tests.kit import world
from tests.kit.clock import Clock
from tests.kit.stores import SECRET

#: 500 together; a life on PostgreSQL takes twice as long.
KILLS = {"sqlite": 350, "postgresql": 150}
#: Between any two of these a kill must have come.
STEPS = {
    "begun", "conversations-locked", "inbox-stored", "handled", "before-commit", "committed",
    "claimed", "before-send", "after-send", "sent", "recorded",
}  # fmt: skip


@dataclass
class Books:
    """What the campaign's parent saw from outside."""

    acknowledged: list[str]
    delivered: dict[str, int]
    deaths: dict[str, int]
    waiting: int
    unfinished: list[str]


@pytest.fixture
def campaign(settled_url: str, engine: str, tmp_path: Path) -> Iterator[tuple[Books, Store]]:
    """A finished campaign on this engine: its books and the database it left."""
    command = [sys.executable, "-m", "tests.kit.crashes", settled_url, str(tmp_path), "--kills", str(KILLS[engine])]
    here = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, cwd=here, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    store = Store(settled_url, secret=SECRET)
    books = Books(**json.loads(done.stdout))
    assert not books.unfinished, f"{books.unfinished}\n{done.stderr[-6000:]}"
    yield books, store
    store.close()


def test_500_kills_lose_nothing_acknowledged_and_double_nothing(campaign: tuple[Books, Store], engine: str) -> None:
    """Each message has one row, one effect and one answer; what it told others reached them."""
    books, store = campaign
    assert sum(books.deaths.values()) >= KILLS[engine]
    assert set(books.deaths) >= STEPS, "a step between which nothing died"
    assert not books.waiting
    with store.read() as session:
        stored = Counter(session.scalars(select(Inbox.external_id).where(Inbox.external_id != "warm-up")))
        states = [state for state in session.scalars(select(Conversation.state)) if state]
        rows = session.execute(select(Outbox.shape, Outbox.klass, Outbox.state, Outbox.attempts)).all()
        failures = session.scalar(select(func.count()).select_from(Inbox).where(Inbox.failure != ""))
    said = Counter(books.acknowledged)
    assert len(said) > KILLS[engine], "the children died before they did anything"

    # in: acknowledged once, stored once, counted once, in the order in which she said it
    assert stored == said
    assert set(said.values()) == {1}
    assert failures == 0
    heard = {name: [what for what in said if what.startswith(f"{name}-")] for name in {w.split("-")[0] for w in said}}
    assert sorted(state["heard"] for state in states if "heard" in state) == sorted(heard.values())
    assert sum(state.get("counted", 0) for state in states) == len(said)

    # out: one answer and two notices for each message, each settled
    texts = Counter(shape["text"] for shape, *_ in rows)
    assert set(texts.values()) <= {1, 2}  # 2: the warm-up's help
    for what in said:
        assert texts[f"记下 {what}"] == 1
    assert sum(text.startswith("告知") for text in texts) == 2 * len(said)

    # a notice reached her, at most once for each time it was claimed; about a case never twice
    repeated = 0
    for shape, klass, state, attempts in rows:
        times = books.delivered.get(shape["text"], 0)
        if klass == outbox.REPLY:
            assert state in ("sent", "passive")
        elif klass == outbox.CASE:
            assert times <= 1
            assert state == "sent" if times and attempts == 1 else state in ("sent", "failed")
        else:
            assert state == "sent"
            assert 1 <= times <= attempts
            repeated += times - 1
    print(f"{sum(books.deaths.values())} kills, {len(said)} messages, {repeated} notices repeated after a kill")


ONE_BREATH = "昨天下午在村部搞了场反家暴讲座，来了三十六个人，发了50份宣传单"


def killed_at(step: str, url: str, folder: Path, message: Message) -> None:
    """Handle `message` in a child process that is killed at `step`; returns when it is dead."""
    child = os.fork()
    if child == 0:
        try:
            dispatcher = open_dispatcher(Store(url, secret=SECRET), folder, at=step)
            dispatcher.handle([message])
        finally:
            os._exit(1)  # reached only if the step never came
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"it never came to {step!r}"


def open_dispatcher(store: Store, folder: Path, at: str = "") -> Dispatcher:
    """The whole conversation on `store`; the process dies at step `at`."""

    def step(name: str) -> None:
        if name == at:
            os.kill(os.getpid(), signal.SIGKILL)

    place = World(library=Library(), data_dir=folder)
    return Dispatcher(store, Talk(slices.routers()), place, Clock(world.START), step=step)


def said(text: str, external_id: str) -> Message:
    return Message(world.PLATFORM, world.ACCOUNT, world.address("王秀兰"), external_id, world.START, text=text)


@pytest.mark.parametrize("step", sorted(STEPS - {"claimed", "before-send", "after-send", "sent", "recorded"}))
def test_a_report_confirmed_at_the_moment_of_a_crash_is_filed_once(settled_url: str, tmp_path: Path, step: str) -> None:
    """Before the commit nothing has happened, after it everything; the platform's repeat makes it one report."""
    store = Store(settled_url, secret=SECRET)
    dispatcher = open_dispatcher(store, tmp_path)
    [card] = dispatcher.handle([said(ONE_BREATH, "1")])
    assert isinstance(card, Answer)
    killed_at(step, settled_url, tmp_path, said("对", "2"))
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Report)) == (1 if step == "committed" else 0)
    [receipt] = dispatcher.handle([said("对", "2")])
    assert isinstance(receipt, Answer)
    with store.read() as session:
        report = session.scalars(select(Report)).one()
    assert str(report.number) in receipt.replies[0].text
    assert receipt.repeated is (step == "committed")
    store.close()
