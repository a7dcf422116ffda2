"""`units import`, `people import`, `people invite`: the tree and who holds which post."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from bot import cli_texts as texts
from bot import logs, settings
from bot.opening import open_store
from handlers.people import importing, service
from handlers.people import texts as people_texts
from storage import people as people_records
from storage.people import OFFICIAL_ROLES
from storage.units import Unit

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def _tell(done: importing.Imported, shape: str, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode({"added": done.added, "changed": done.changed, "same": done.same}).decode())
    else:
        click.echo(shape.format(added=done.added, changed=done.changed, same=done.same))


def _refuse(refused: importing.Refused) -> None:
    click.echo(people_texts.FAILED.format(count=len(refused.problems)), err=True)
    for problem in refused.problems:
        click.echo("  " + problem, err=True)
    sys.exit(1)


@click.group(help=texts.UNITS)
def units() -> None:
    """The tree."""


@units.command("import", help="从 csv 或 xlsx 导入单位（按编码，重复导入不变）")
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def import_units(file: Path, as_json: bool) -> None:
    """Import units, all or nothing."""
    logs.configure(settings.load().log_level)
    store = open_store()
    try:
        with store.begin() as session:
            done = importing.import_units(session, file)
    except importing.Refused as refused:
        return _refuse(refused)
    _tell(done, people_texts.UNITS_DONE, as_json)


@click.group(help=texts.PEOPLE)
def people() -> None:
    """Who holds which post."""


@people.command("import", help="从 csv 或 xlsx 导入人员（按手机号，重复导入不变）")
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def import_people(file: Path, as_json: bool) -> None:
    """Import people, all or nothing."""
    logs.configure(settings.load().log_level)
    store = open_store()
    try:
        with store.begin() as session:
            done = importing.import_people(session, file, datetime.now(UTC))
    except importing.Refused as refused:
        return _refuse(refused)
    _tell(done, people_texts.PEOPLE_DONE, as_json)


@people.command("invite", help="给一个单位及以下的人发邀请码")
@click.option("--unit", "code", required=True, help="单位编码")
@click.option("--officials", is_flag=True, help="只给乡镇以上干部")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def invite(code: str, officials: bool, as_json: bool) -> None:
    """A fresh one-time code for everybody with a post below the unit."""
    logs.configure(settings.load().log_level)
    store = open_store()
    now = datetime.now(UTC)
    with store.begin() as session:
        from storage import units as unit_records

        top: Unit | None = unit_records.by_code(session, code)
        if top is None:
            click.echo(people_texts.NO_UNIT.format(value=code), err=True)
            sys.exit(1)
        roles = OFFICIAL_ROLES if officials else None
        for person, unit, _post in people_records.holders(session, top.path, day=now.date(), roles=roles):
            made = service.invite(session, person, now=now, by=None)
            if as_json:
                click.echo(msgspec.json.encode({"name": person.name, "unit": unit.name, "code": made}).decode())
            else:
                click.echo(people_texts.INVITED.format(name=person.name, unit=unit.name, code=made))
