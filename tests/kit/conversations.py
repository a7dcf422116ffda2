"""Golden conversations: files that read like a dialogue and run as tests. CONTRIBUTING.md describes the format.

What a file says (`@`, `>`, `>>`, `|`, `~`, `!`, `#`) is replayed; what it was answered (`<`, `[…]`, `--` and the `@`
lines above them) is written anew, and the two texts are compared.
"""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import jobs, outgoing
from bot.dispatch import Answer, Dispatcher
from bot.example.load import circular_files
from bot.sender import Sender
from handlers import all as slices
from handlers.dialog.message import Attachment, Message
from handlers.dialog.reply import Reply
from handlers.dialog.talk import Talk
from handlers.dialog.world import World
from knowledge.library import Library
from storage import people, photos
from storage.broadcasts import Broadcast, RelayCard
from storage.inbox import Inbox
from storage.people import Invitation
from storage.store import Store
from tests.kit import world
from tests.kit.clock import SHANGHAI, Clock
from tests.kit.platform import InProcess

Kind = Literal["comment", "who", "said", "again", "passes", "job"]


@dataclass(slots=True)
class Step:
    """One line of a file that does something; `line` is where it stands."""

    kind: Kind
    text: str
    line: int


@dataclass(slots=True)
class Speaker:
    """Somebody at a phone: a person of the small world, or a stranger."""

    platform: str
    name: str
    account: str = world.ACCOUNT

    @property
    def header(self) -> str:
        return f"@{self.platform} {self.name}"


class Unreadable(ValueError):
    """A conversation file has a line that means nothing."""


def read(text: str) -> list[Step]:
    """The steps of a file; what was answered is left out."""
    steps: list[Step] = []
    for number, line in enumerate(text.splitlines(), 1):
        mark, rest = line[:1], line[1:].strip()
        if line.startswith(">>"):
            steps.append(Step("again", "", number))
        elif mark == ">":
            steps.append(Step("said", rest, number))
        elif mark == "|":
            if not steps or steps[-1].kind != "said":
                raise Unreadable(f"line {number}: nothing to go on from")
            steps[-1].text += "\n" + line[1:].removeprefix(" ")
        elif mark in ("#", "@", "~", "!"):
            kinds: dict[str, Kind] = {"#": "comment", "@": "who", "~": "passes", "!": "job"}
            steps.append(Step(kinds[mark], rest, number))
        elif line.strip() and mark not in ("<", "[", "-", "〔"):
            raise Unreadable(f"line {number}: {line!r}")
    return steps


_AFTER = re.compile(r"(\d+)\s*(分钟|小时|天|周)后")
_UNITS = {"分钟": "minutes", "小时": "hours", "天": "days", "周": "weeks"}


def passed(said: str, now: datetime) -> datetime:
    """When it is after `~ 3天后` or `~ 到 2026-12-01 09:00`."""
    found = _AFTER.fullmatch(said)
    if found:
        return now + timedelta(**{_UNITS[found[2]]: int(found[1])})
    if said.startswith("到"):
        return datetime.fromisoformat(said[1:].strip()).replace(tzinfo=SHANGHAI)
    raise Unreadable(f"how much time is {said!r}?")


@dataclass
class Replay:
    """Runs conversations on one store, through dispatcher, outbox, jobs and sender."""

    store: Store
    clock: Clock = field(default_factory=lambda: Clock(world.START))
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="niangjia-talk-")))

    def __post_init__(self) -> None:
        url = "https://niangjia.example"
        self.world = World(library=Library(), data_dir=self.folder, public_url=url, secret=b"test")
        self.dispatcher = Dispatcher(self.store, Talk(slices.routers()), self.world, self.clock)
        self.platforms: dict[str, InProcess] = {}
        self.names = {world.address(one.name): one.name for one in world.PEOPLE}
        self._count = 0
        self._last: Message | None = None
        self._platform(world.PLATFORM)

    def _platform(self, name: str) -> InProcess:
        if name not in self.platforms:
            self.platforms[name] = InProcess(name, world.ACCOUNT)
            everywhere = list(self.platforms.values())
            self.sender = Sender(
                self.store, everywhere, self.clock, overtaken=outgoing.overtaken, settled=outgoing.settled
            )
            self.jobs = jobs.table(self.store, self.world, everywhere)
        return self.platforms[name]

    def run(self, text: str) -> str:
        """Replay a file; the file as it would be written now."""
        written: list[str] = []
        here: Speaker | None = None
        shown = ""
        for step in read(text):
            if step.kind == "comment":
                written += ["", f"# {step.text}"]
            elif step.kind == "who":
                here = self._speaker(step)
            elif step.kind == "passes":
                self.clock.to(passed(step.text, self.clock.now().astimezone(SHANGHAI)))
                written += ["", f"~ {step.text}"]
                shown = ""
            elif step.kind == "job":
                written += ["", f"! {step.text}"]
                shown = self._pushed(self._run_jobs(step), written, "")
            else:
                if here is None:
                    raise Unreadable(f"line {step.line}: nobody is speaking")
                if shown != here.header:
                    written += ["", here.header]
                    shown = here.header
                shown = self._spoken(step, here, written)
        return "\n".join(written).strip("\n") + "\n"

    def _speaker(self, step: Step) -> Speaker:
        platform, _, name = step.text.partition(" ")
        speaker = Speaker(platform, name.strip())
        self._platform(platform)
        if platform != world.PLATFORM and speaker.name in self.names.values():
            with self.store.begin() as session:
                one = next(one for one in world.PEOPLE if one.name == speaker.name)
                person = people.by_phone(session, one.phone)
                assert person is not None
                people.bind(session, person, platform, world.ACCOUNT, world.address(one.name), self.clock.now())
        return speaker

    def _spoken(self, step: Step, here: Speaker, written: list[str]) -> str:
        if step.kind == "again":
            written.append(">>")
            assert self._last is not None, f"line {step.line}: nothing to repeat"
        else:
            first, *more = step.text.split("\n")
            written += [f"> {first}".rstrip(), *(f"| {line}".rstrip() for line in more)]
            self._count += 1
            self._last = self._message(step.text, here)
        [answer] = self.dispatcher.handle([self._last])
        if not isinstance(answer, Answer):
            raise answer
        for place, reply in enumerate(answer.replies):
            written += ["--"] if place else []
            written += self._lines(reply)
        self.dispatcher.written(answer.outbox_ids)
        return self._pushed(self._drain(), written, here.header)

    def _message(self, said: str, here: Speaker) -> Message:
        number, now = f"said-{self._count}", self.clock.now()
        message = Message(here.platform, here.account, world.address(here.name), number, now)
        picture = re.fullmatch(r"〔图片(?:\s*(\d+))?〕", said)
        pasted = re.fullmatch(r"〔粘贴\s*(\S+)〕", said)
        if picture:
            attachments = tuple(self._picture(int(n)) for n in [picture[1] or "1"])
            return _with(message, kind="image", attachments=attachments)
        if pasted:
            [path] = [path for path in circular_files() if path.name.startswith(pasted[1])]
            return _with(message, text=path.read_text(encoding="utf-8"))
        with self.store.read() as session:
            for code, name in _unstable(session).items():
                said = said.replace(name, code)
        return _with(message, text=said)

    def _picture(self, number: int) -> Attachment:
        """A small picture, each number another one."""
        buffer = io.BytesIO()
        Image.new("RGB", (40, 30), (40 * number % 256, 90, 160)).save(buffer, "PNG")
        with self.store.begin() as session:
            sha256 = photos.keep(session, self.folder, photos.read(buffer.getvalue()), self.clock.now())
        return Attachment("image", sha256=sha256)

    def _run_jobs(self, step: Step) -> list[tuple[str, Reply]]:
        chosen = [job for job in self.jobs if step.text == "*" or job.name.startswith(step.text)]
        if not chosen:
            raise Unreadable(f"line {step.line}: no job is called {step.text!r}: {[job.name for job in self.jobs]}")
        for job in chosen:
            job.run(self.clock.now())
        return self._drain()

    def _drain(self) -> list[tuple[str, Reply]]:
        """Send all that is due; what each header got."""
        while asyncio.run(self.sender.drain()):
            pass
        arrived = []
        for name, platform in self.platforms.items():
            arrived += [
                (f"@{name} {self.names.get(to, to.removeprefix('openid-'))}", reply) for to, reply in platform.sent
            ]
            platform.sent.clear()
        return arrived

    def _pushed(self, arrived: Sequence[tuple[str, Reply]], written: list[str], shown: str) -> str:
        """Write what was pushed; people who got the same words stand in one line."""
        same: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        # they were sent beside each other: in which order is nobody's promise, but each person's own messages stay in theirs
        for header, reply in sorted(arrived, key=lambda one: _ORDER.get(one[0].partition(" ")[2], len(_ORDER))):
            platform, _, name = header.partition(" ")
            same.setdefault((platform, tuple(self._lines(reply))), []).append(name)
        for (platform, lines), names in same.items():
            header = f"{platform} {'、'.join(names)}"
            written += ["--"] if header == shown else ["", header]
            written += lines
            shown = header
        return shown

    def _lines(self, reply: Reply) -> list[str]:
        with self.store.read() as session:
            names = _unstable(session)

        def steady(text: str) -> str:
            for code, name in names.items():
                text = text.replace(code, name)
            return text

        lines = [f"< {line}".rstrip() for line in steady(reply.text).split("\n")]
        lines += ["〔图片〕"] * len(reply.photos)
        lines += ["〔链接〕"] if reply.link else []
        if reply.choices:
            lines.append(" ".join(f"[{steady(choice.label)}]" for choice in reply.choices))
        return lines


#: People in the order of the small world.
_ORDER = {somebody.name: place for place, somebody in enumerate(world.PEOPLE)}


def _with(message: Message, **changes: object) -> Message:
    return replace(message, **changes)


def _unstable(session: Session) -> dict[str, str]:
    """Codes drawn by chance, and how they stand in a file: 〔邀请码1〕 is the first invitation."""
    drawn = {
        "邀请码": session.scalars(select(Invitation.code).order_by(Invitation.expires_at, Invitation.person_id)),
        "群发码": session.scalars(select(Broadcast.code).order_by(Broadcast.id)),
        "接龙码": session.scalars(select(RelayCard.code).order_by(RelayCard.made_at, RelayCard.person_id)),
        "错误码": session.scalars(select(Inbox.failure).where(Inbox.failure != "").order_by(Inbox.id)),
    }
    return {
        code: f"〔{name}{number}〕" for name, codes in drawn.items() for number, code in enumerate(codes, 1) if code
    }
