"""The desk in a process of its own: what is told arrives, what dies comes back, and nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.answers import Answer, StoreUnavailable
from bot.clock import SystemClock
from bot.desk_line import Frames, FromDesk, ToDesk, frame, from_desk, to_desk
from bot.far_desk import DeskEnded, FarDesk
from bot.settings import Settings
from bot.spawning import spawn_desk
from handlers.dialog.message import Attachment, Message, Reading
from handlers.dialog.reply import Choice, Reply
from knowledge.messages import understand
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.reports import Report
from storage.store import Store
from tests.kit.stores import SECRET
from tests.kit.world import ACCOUNT, PEOPLE, PLATFORM, address

ROOT = Path(__file__).parents[2]
ONE_BREATH = "昨天下午在村部搞了场反家暴讲座，来了三十六个人，发了50份宣传单"


@pytest.fixture
def settings(settled_url: str, tmp_path: Path) -> Settings:
    """One installation without platforms."""
    return Settings(_env_file=None, database_url=settled_url, data_dir=tmp_path, secret_key=SECRET)  # type: ignore[call-arg]  # pydantic's own


def message(text: str, key: str, name: str = "王秀兰") -> Message:
    return Message(PLATFORM, ACCOUNT, address(name), key, SystemClock().now(), text=text)


def text_of(answer: Answer) -> str:
    return "\n".join(reply.text for reply in answer.replies)


def with_desk(settings: Settings, talk: Callable[[FarDesk], Awaitable[None]]) -> None:
    """Talk to a desk from its beginning to its end."""

    async def run() -> None:
        desk = FarDesk(settings)
        await desk.open()
        try:
            await talk(desk)
        finally:
            await desk.close()

    asyncio.run(run())


def count(settings: Settings, what: type[Inbox] | type[Outbox] | type[Report], *where: object) -> int:
    store = Store(settings.store_url, secret=SECRET)
    with store.read() as session:
        found = session.scalar(select(func.count()).select_from(what).where(*where))  # type: ignore[arg-type]  # conditions of one table
    store.close()
    return found or 0


def gone(pid: int, seconds: float = 30) -> bool:
    """Whether the process ends within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_messages_are_handled_there_as_they_are_here(settings: Settings) -> None:
    """A report in one breath, its choices, a correction, filed; a repeat gets the stored answer; written replies count as sent."""

    async def talk(desk: FarDesk) -> None:
        first = await desk.submit(message(ONE_BREATH, "1"))
        assert "我记下的是这样" in text_of(first)
        assert Choice("对") in first.replies[0].choices
        desk.written(first)
        assert "38人" in text_of(await desk.submit(message("不是36是38人", "2")))
        filed = await desk.submit(message("对", "3"))
        assert "报好了" in text_of(filed)
        again = await desk.submit(message("对", "3"))
        assert (text_of(again), again.repeated) == (text_of(filed), True)

    before = count(settings, Report)
    with_desk(settings, talk)
    assert count(settings, Report) == before + 1
    assert count(settings, Inbox) == 3
    assert count(settings, Outbox, Outbox.state == "sent") == 1


def test_many_at_once_each_get_their_own_answer(settings: Settings) -> None:
    """A hundred heads' messages in one turn of the loop: each answer is the one to its message."""
    heads = [p.name for p in PEOPLE]

    async def talk(desk: FarDesk) -> None:
        asked = [message("帮助" if i % 2 else "我的上报", str(i), heads[i % len(heads)]) for i in range(100)]
        answers = await asyncio.gather(*(desk.submit(one) for one in asked))
        for one, answer in zip(asked, answers, strict=True):
            assert ("可以这样用" in text_of(answer)) == (one.text == "帮助")
        assert desk.waiting() == 0

    with_desk(settings, talk)
    assert count(settings, Inbox) == 100


def test_a_killed_desk_comes_back_and_nothing_is_done_twice(settings: Settings) -> None:
    """kill -9 while messages are in the air: those who wait are told, ask again with the same id, and are stored once."""

    refused = 0

    async def insist(desk: FarDesk, one: Message) -> Answer:
        nonlocal refused
        while True:
            try:
                return await desk.submit(one)
            except StoreUnavailable:
                refused += 1
                await asyncio.sleep(0.05)

    async def talk(desk: FarDesk) -> None:
        for kill in range(3):
            first = desk.pid
            assert first is not None
            told = [asyncio.create_task(insist(desk, message("帮助", f"{kill}-{i}"))) for i in range(200)]
            await asyncio.wait(told, return_when=asyncio.FIRST_COMPLETED)
            os.kill(first, signal.SIGKILL)
            for answer in await asyncio.gather(*told):
                assert "可以这样用" in text_of(answer)
            while desk.pid == first:  # it has answered them all with its last breath
                await asyncio.sleep(0.05)

    with_desk(settings, talk)
    assert refused > 0
    assert count(settings, Inbox) == 600
    assert count(settings, Outbox) == 600


def test_what_came_while_the_desk_got_ready_is_answered_after_it_has_said_so(settings: Settings) -> None:
    """Doors that do not wait: the first frame is that the desk takes messages, and no answer is taken for it."""
    process, line = spawn_desk()
    early = [(number, message("帮助", str(number))) for number in range(20)]
    line.sendall(frame(settings.model_dump_json().encode()) + frame(ToDesk(early[:10])))
    line.sendall(frame(ToDesk(early[10:])))
    frames, heard = Frames(), list[FromDesk]()
    while sum(len(one.answers) for one in heard) < len(early):
        heard += [from_desk(content) for content in frames.take(line.recv(65536))]
    line.close()
    assert process.wait(30) == 0
    assert heard[0].words is not None
    assert heard[0].answers == []
    assert sorted(number for one in heard for number, _ in one.answers) == list(range(20))


def test_while_there_is_no_desk_nothing_is_taken(settings: Settings) -> None:
    """Between the death of a desk and the next, a message is refused at once, so that the platform asks again."""

    async def talk(desk: FarDesk) -> None:
        assert desk.pid is not None
        os.kill(desk.pid, signal.SIGKILL)
        with pytest.raises(StoreUnavailable):
            await asyncio.gather(*(desk.submit(message("帮助", str(i))) for i in range(1000)))
        with pytest.raises(StoreUnavailable):
            await desk.submit(message("帮助", "later"))

    with_desk(settings, talk)


def test_a_desk_ends_with_its_doors(settings: Settings, tmp_path: Path) -> None:
    """kill -9 of the doors leaves no process behind."""
    script = (
        "import asyncio, sys\n"
        "from bot.far_desk import FarDesk\n"
        "from bot.settings import Settings\n"
        "async def main():\n"
        "    desk = FarDesk(Settings.model_validate_json(sys.argv[1]))\n"
        "    await desk.open()\n"
        "    print(desk.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    doors = subprocess.Popen(
        [sys.executable, "-c", script, settings.model_dump_json()], stdout=subprocess.PIPE, text=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert doors.stdout is not None
    pid = int(doors.stdout.readline())
    doors.kill()
    doors.wait()
    doors.stdout.close()
    assert gone(pid)


def test_a_desk_that_cannot_begin_is_no_desk(settings: Settings, tmp_path: Path) -> None:
    """A database that cannot be opened ends the start, with the reason in the log, instead of a server that refuses all."""
    (tmp_path / "file").touch()
    wrong = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'file' / 'niangjia.sqlite3'}"})

    async def run() -> None:
        with pytest.raises(DeskEnded):
            await FarDesk(wrong).open()

    asyncio.run(run())


def test_a_stop_for_the_whole_group_is_left_to_the_doors(settings: Settings) -> None:
    """Ctrl-C and a service manager's SIGTERM reach all processes; the desk goes on until its doors have ended."""

    async def talk(desk: FarDesk) -> None:
        assert desk.pid is not None
        for stop in (signal.SIGINT, signal.SIGTERM):
            os.kill(desk.pid, stop)
        assert "可以这样用" in text_of(await desk.submit(message("帮助", "1")))

    with_desk(settings, talk)


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    at = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(at)]


@given(st.lists(st.binary(max_size=300), max_size=6), st.lists(st.integers(min_value=0), max_size=8))
def test_frames_come_out_as_they_went_in_however_they_are_cut(contents: list[bytes], cuts: list[int]) -> None:
    """A socket gives bytes as it likes: every frame comes out whole, once and in order."""
    frames = Frames()
    found = [one for piece in pieces(b"".join(map(frame, contents)), cuts) for one in frames.take(piece)]
    assert found == contents


def test_all_that_a_message_and_an_answer_hold_crosses_the_line() -> None:
    """Photos, choices, events, links, what has been read of it: nothing is left behind on the way."""
    said = Message(
        PLATFORM, ACCOUNT, "her", "1", SystemClock().now(), kind="image", text="三张", choice_id="2", event="scan",
        attachments=(Attachment("image", "a.jpg", "media", "ab" * 32, 7),),
        reading=Reading(ONE_BREATH, understand(ONE_BREATH, ref=datetime(2026, 3, 12, 9, 0)), may_be_danger=True),
    )  # fmt: skip
    told = to_desk(frame(ToDesk([(7, said)], [1, 2], [3], True))[4:])
    assert told == ToDesk([(7, said)], [1, 2], [3], True)
    assert told.messages[0][1].reading == said.reading
    answer = Answer([Reply("好", (Choice("对", "对的"),), ("cd" * 32,), "https://example.org/x")], [9], repeated=True)
    heard = from_desk(frame(FromDesk([(7, answer), (8, "gone")]))[4:])
    assert heard == FromDesk([(7, answer), (8, "gone")])
