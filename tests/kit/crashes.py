"""Kills a process that handles and sends messages, hundreds of times, and keeps the books of who was promised what.

Run as a program it is the campaign: a warm parent that forks a child for each kill. The child has the real store,
dispatcher and sender, in their threads; it is killed with SIGKILL from within at its Nth step (the steps between which
dispatch and sender can die) or from outside at a random moment. The parent plays the platform: it sends what was not
acknowledged again under the same id, as WeChat does, and it remembers on its side of a pipe what reached whom.

    python -m tests.kit.crashes URL FOLDER --kills 500 --seed 1     prints one JSON object: the books
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import itertools
import json
import os
import random
import select
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sql

from bot.dispatch import Dispatcher, StoreUnavailable
from bot.platforms.base import Payload
from bot.sender import Sender
from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.message import Message
from handlers.dialog.reply import Reply
from handlers.dialog.router import Router
from handlers.dialog.talk import Talk
from handlers.dialog.tell import tell
from handlers.dialog.world import World
from knowledge.library import Library
from storage import outbox
from storage.outbox import Outbox
from storage.store import Store
from tests.kit import world
from tests.kit.clock import Clock
from tests.kit.platform import InProcess
from tests.kit.stores import SECRET

BEGIN = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
#: Longer than any lease and grace, so that the next child finds due what the killed one held.
BETWEEN = timedelta(seconds=100)
#: Steps of one child's life among which a kill is drawn: about those of its first ten messages.
STEPS = 90
#: Now and then a life ends at a certain step, so that the rare ones are not left to chance.
NAMED = (
    "begun", "conversations-locked", "inbox-stored", "handled", "before-commit", "committed",
    "claimed", "before-send", "after-send", "sent", "recorded",
)  # fmt: skip
#: How many messages each person has to say when a life begins; more than a life can take.
WAITING = 4
#: Seconds after which an outside kill comes at the latest, and in which the last child must finish everything.
LATEST, LAST = 0.12, 240.0
#: Seconds after which a life that should have ended by itself hangs.
PATIENCE = 60.0

router = Router("counting")


@router.command("记", allow=access.known)
def count(ctx: Context, rest: str) -> Reply:
    """Counts in the conversation and tells two others: every third time as a message about a case."""
    ctx.state["counted"] = ctx.state.get("counted", 0) + 1
    ctx.state.setdefault("heard", []).append(rest)
    for person_id, klass in ((_next(ctx.person_id, 1), outbox.NOTICE), (_next(ctx.person_id, 2), outbox.REMINDER)):
        klass = outbox.CASE if int(rest.split("-")[1]) % 3 == 0 and klass == outbox.NOTICE else klass
        tell(ctx.session, person_id, Reply(f"告知 {rest} {klass}"), ctx.now, klass=klass)
    return Reply(f"记下 {rest}")


def _next(person_id: int, steps: int) -> int:
    return (person_id - 1 + steps) % len(world.PEOPLE) + 1


@dataclass
class Books:
    """What the parent knows: said, acknowledged, delivered, and where its children died."""

    waiting: dict[str, list[str]]
    acknowledged: list[str] = field(default_factory=list)
    delivered: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)
    unfinished: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        shape = {
            "acknowledged": self.acknowledged, "delivered": self.delivered, "deaths": self.deaths,
            "waiting": sum(map(len, self.waiting.values())), "unfinished": self.unfinished,
        }
        return json.dumps(shape, ensure_ascii=False)


class Campaign:
    """Forks, kills, and goes on until everything is said and sent."""

    def __init__(self, url: str, folder: Path, *, kills: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.kills = kills
        self.store = Store(url, secret=SECRET)
        self.world = World(library=Library(), data_dir=folder)
        self.talk = Talk([router])
        self.numbers = itertools.count(1)
        self.books = Books({one.name: [] for one in world.PEOPLE})
        self.clock = Clock(BEGIN)

    def run(self) -> Books:
        """All kills, then one child that may live until it has finished."""
        self._warm_up()
        for turn in itertools.count():
            last = sum(self.books.deaths.values()) >= self.kills
            self.clock.to(BEGIN + turn * BETWEEN)
            for name, waiting in self.books.waiting.items():
                while len(waiting) < WAITING and not last:
                    waiting.append(f"{name}-{next(self.numbers)}")
            inside = self.random.random() < 0.6
            at_step: int | str | None = self.random.randint(1, STEPS)
            spared = [step for step in NAMED if not self.books.deaths[step]]
            if self.random.random() > (0.2 if spared else 0.8):  # nobody is to be spared for want of luck
                at_step = self.random.choice(spared or NAMED)
            self._one_life(
                at_step=at_step if inside and not last else None,
                after=None if inside or last else self.random.uniform(0.0, LATEST),
                last=last,
            )
            if last or self.books.unfinished:
                return self.books

    def _warm_up(self) -> None:
        """Compile the statements once, in the parent; a child inherits them, but no connection."""
        dispatcher = Dispatcher(self.store, self.talk, self.world, self.clock)
        dispatcher.handle([Message(world.PLATFORM, world.ACCOUNT, "openid-nobody", "warm-up", BEGIN, text="帮助")])
        sender = Sender(self.store, [InProcess(world.PLATFORM, world.ACCOUNT)], self.clock)
        asyncio.run(sender.drain())
        self.store.close()

    def _one_life(self, *, at_step: int | str | None, after: float | None, last: bool) -> None:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            faulthandler.enable(all_threads=True)
            os.close(reading)
            code = 1
            try:
                Life(self, writing, at_step).live()
                code = 0
            finally:
                os._exit(code)
        os.close(writing)
        told = self._listen(reading, child, after, LAST if last else PATIENCE)
        os.close(reading)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            self.books.deaths[told] += 1
        elif os.WEXITSTATUS(status) or last:
            self.books.unfinished += [] if not os.WEXITSTATUS(status) else [f"a child ended with {status}"]

    def _listen(self, reading: int, child: int, after: float | None, patience: float) -> str:
        """Write down what the child tells, line by line; kill it when its time has come. Where it was last."""
        began, buffer, step, killed = time.monotonic(), b"", "start", False
        ready: float | None = None
        while True:
            now = time.monotonic()
            ends = began + patience if after is None or ready is None else ready + after
            if now >= ends and not killed:
                hangs = after is None or ready is None
                if hangs:
                    self.books.unfinished.append(f"a child hung after {step}")
                os.kill(child, signal.SIGABRT if hangs else signal.SIGKILL)  # faulthandler tells where it hangs
                killed = True
            if not select.select([reading], [], [], max(0.0, min(ends - now, 1.0)))[0]:
                continue
            chunk = os.read(reading, 65536)
            if not chunk:
                return step
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                kind, _, what = line.decode().partition(" ")
                if kind == "ready":
                    ready = time.monotonic()
                elif kind == "step":
                    step = what
                elif kind == "ack":
                    person = what.partition("-")[0]
                    self.books.waiting[person].remove(what)
                    self.books.acknowledged.append(what)
                elif kind == "sent":
                    self.books.delivered[what] += 1


class Life:
    """A child: the real thing, telling its parent through a pipe what it promised and what it sent."""

    def __init__(self, campaign: Campaign, pipe: int, at_step: int | str | None) -> None:
        self.campaign = campaign
        self.pipe = pipe
        self.left = at_step
        self.lock = threading.Lock()
        self.platform = InProcess(world.PLATFORM, world.ACCOUNT, before=self._deliver)
        parts = (campaign.store, campaign.talk, campaign.world, campaign.clock)
        self.dispatcher = Dispatcher(*parts, step=self._step)
        self.sender = Sender(campaign.store, [self.platform], campaign.clock, step=self._step)

    def tell(self, line: str) -> None:
        os.write(self.pipe, f"{line}\n".encode())  # short: a pipe takes it whole or not at all

    def _step(self, name: str) -> None:
        with self.lock:
            self.tell(f"step {name}")
            if isinstance(self.left, int):
                self.left -= 1
            if self.left == name or (isinstance(self.left, int) and self.left <= 0):
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(10)

    def _deliver(self, _address: str, payload: Payload) -> None:
        self.tell(f"sent {payload['text']}")

    def live(self) -> None:
        """Say everything that waits, one message at a time for each person, and send all that is due."""
        self.tell("ready")
        self.dispatcher.start()
        self.sender.start()
        asyncio.run(self._say_everything())
        while self._due():
            self.sender.wake()
            time.sleep(0.01)
        self.dispatcher.stop()
        self.sender.stop()

    async def _say_everything(self) -> None:
        await asyncio.gather(*(self._say(person, said) for person, said in self.campaign.books.waiting.items() if said))

    async def _say(self, person: str, waiting: list[str]) -> None:
        for what in list(waiting):
            now = self.campaign.clock.now()
            message = Message(world.PLATFORM, world.ACCOUNT, world.address(person), what, now, text=f"记 {what}")
            while True:
                try:
                    answer = await self.dispatcher.submit(message)
                    break
                except StoreUnavailable:
                    await asyncio.sleep(0.02)
            assert [reply.text for reply in answer.replies] == [f"记下 {what}"], answer
            self.tell(f"ack {what}")
            self.dispatcher.written(answer.outbox_ids)
            self.sender.wake()

    def _due(self) -> bool:
        with self.campaign.store.read() as session:
            unsent = sql.select(Outbox.id).where(Outbox.state.in_(("pending", "leased"))).limit(1)
            return session.scalar(unsent) is not None


def main() -> None:
    """Run a campaign from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    campaign = Campaign(given.url, given.folder, kills=given.kills, seed=given.seed)
    print(campaign.run().to_json())


if __name__ == "__main__":
    main()
    sys.exit(0)
