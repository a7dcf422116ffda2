"""`chat`: talk in the terminal, as anybody of the database; what is sent to her by itself is printed too."""

from __future__ import annotations

import asyncio
import sys
import uuid

import click
from sqlalchemy import select

from bot import cli_texts as texts
from bot import logs, settings
from bot.demo_backend import DemoBackend, give_everyone_a_page
from bot.desk import Desk
from bot.platforms.chat import NAME
from bot.web.chat import Spoken
from storage.people import Identity, Person, Post
from storage.store import Store
from storage.units import Unit


@click.command(help=texts.CHAT)
@click.option("--as", "person", default="", help=texts.CHAT_OPTION_PERSON)
def chat(person: str) -> None:
    """Read lines from stdin, answer on stdout, until the end of input or /退出."""
    chosen = settings.load(demo=True)
    logs.configure("ERROR")
    desk = Desk(chosen)
    give_everyone_a_page(desk.store, desk.clock.now())
    desk.start()
    try:
        asyncio.run(_talk(desk, person))
    finally:
        desk.stop()


def _find(store: Store, wanted: str) -> tuple[str, str, str, str] | None:
    """(phone, name, unit, post) by name or phone; without either the first congress head of a village."""
    query = (
        select(Identity.external_id, Person.name, Unit.name, Post.title)
        .join(Person, Person.id == Identity.person_id)
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Identity.platform == NAME)
    )
    if wanted:
        query = query.where((Person.name == wanted) | (Identity.external_id == wanted))
    else:
        query = query.where(Post.role == "congress_head")
    with store.read() as session:
        row = session.execute(query.order_by(Unit.path).limit(1)).first()
    return (row[0], row[1], row[2], row[3]) if row else None


def _print(spoken: list[Spoken]) -> int:
    last = 0
    for one in spoken:
        click.echo(one.reply.text)
        for number, choice in enumerate(one.reply.choices, 1):
            click.echo(f"  {number}. {choice.label}")
        click.echo("")
        last = max(last, one.n)
    return last


async def _talk(desk: Desk, wanted: str) -> None:
    page = DemoBackend(desk.store, desk, desk.clock, desk.settings.data_dir)
    speaker = _find(desk.store, wanted)
    if speaker is None:
        click.echo(texts.CHAT_NOBODY.format(name=wanted), err=True)
        sys.exit(1)
    phone, name, unit, post = speaker
    seen = max([s.n for s in page.since(phone, 0)], default=0)
    click.echo(texts.CHAT_HELLO.format(name=name, unit=unit, post=post))
    while True:
        try:
            line = await asyncio.to_thread(input, texts.CHAT_PROMPT.format(name=name))
        except (EOFError, KeyboardInterrupt):
            break
        if line.strip() == "/退出":
            break
        if line.startswith("/人"):
            other = _find(desk.store, line[2:].strip())
            if other is None:
                click.echo(texts.CHAT_NOBODY.format(name=line[2:].strip()))
                continue
            phone, name, unit, post = other
            click.echo(texts.CHAT_HELLO.format(name=name, unit=unit, post=post))
            seen = 0
            continue
        pushed = page.since(phone, seen) if seen else []
        seen = max(seen, _print(pushed))
        seen = max(seen, _print(await page.say(phone, line, str(uuid.uuid4()), None, ())))
    click.echo(texts.CHAT_BYE)
