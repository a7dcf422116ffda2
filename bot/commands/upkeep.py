"""`migrate`, `doctor`, `backup`, `restore`: what the one who runs it needs."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import backup as backups
from bot import cli_texts as texts
from bot import logs, settings
from knowledge.calendar import workday_source
from storage import schema
from storage.store import Store


@click.command(help=texts.MIGRATE)
def migrate() -> None:
    """Bring the database to this version."""
    chosen = settings.load()
    logs.configure(chosen.log_level)
    store = Store(chosen.store_url, secret=chosen.secret())
    schema.upgrade(store)
    click.echo(texts.MIGRATED.format(version=schema.newest()))


@click.command(help=texts.DOCTOR)
def doctor() -> None:
    """Check everything that can be checked without sending anything; exit 1 if something is wrong."""
    chosen = settings.load()
    logs.configure("ERROR")
    store = Store(chosen.store_url, secret=chosen.secret())
    now = datetime.now(UTC)
    reachable = store.is_reachable()
    current = schema.current(store) if reachable else None
    kind = workday_source(now.year)
    found = [
        (True, texts.CHECK_SETTINGS, ""),
        (reachable, texts.CHECK_DATABASE.format(name=store.engine.dialect.name), texts.CHECK_DATABASE_FIX),
        (
            current == schema.newest(),
            texts.CHECK_SCHEMA.format(version=schema.newest()),
            texts.CHECK_SCHEMA_FIX.format(current=current),
        ),
        (now.year >= 2026, texts.CHECK_CLOCK.format(now=now.isoformat(timespec="seconds")), texts.CHECK_CLOCK_FIX),
        (_writable(chosen.data_dir), texts.CHECK_FOLDER.format(path=chosen.data_dir), texts.CHECK_FOLDER_FIX),
        (
            kind == "official",
            texts.CHECK_WORKDAYS.format(year=now.year),
            texts.CHECK_WORKDAYS_FIX.format(year=now.year),
        ),
    ]
    names = [
        n
        for n, v in (
            ("wechat", chosen.wechat_appid),
            ("wecom", chosen.wecom_corpid),
            ("telegram", chosen.telegram_token),
        )
        if v
    ]
    found += [(True, texts.CHECK_PLATFORM.format(name=name), "") for name in names] or [
        (True, texts.CHECK_NO_PLATFORM, "")
    ]
    for good, what, fix in found:
        click.echo(texts.CHECK_OK.format(what=what) if good else texts.CHECK_BAD.format(what=what, fix=fix))
    if not all(good for good, _, _ in found):
        sys.exit(1)


def _writable(folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    return os.access(folder, os.W_OK)


@click.command(help=texts.BACKUP)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write a backup of the database and the photos while everything runs."""
    chosen = settings.load()
    logs.configure(chosen.log_level)
    store = Store(chosen.store_url, secret=chosen.secret())
    backups.write(store, chosen.data_dir, file)
    click.echo(texts.BACKED_UP.format(path=file, size=file.stat().st_size))


@click.command(help=texts.RESTORE)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--force", is_flag=True, help="覆盖已有的数据")
def restore(file: Path, force: bool) -> None:
    """Put a backup back and prove its counts."""
    chosen = settings.load()
    logs.configure(chosen.log_level)
    try:
        counts = backups.restore(file, chosen.store_url, chosen.secret(), chosen.data_dir, force=force)
    except backups.NotABackup:
        click.echo(texts.NOT_A_BACKUP.format(path=file), err=True)
        sys.exit(1)
    except backups.NotEmpty:
        click.echo(texts.RESTORE_EXISTS, err=True)
        sys.exit(1)
    except backups.Mismatch as wrong:
        click.echo(texts.RESTORE_MISMATCH.format(table=wrong.table, wanted=wrong.wanted, found=wrong.found), err=True)
        sys.exit(1)
    click.echo(texts.RESTORED.format(counts="，".join(f"{name} {n}" for name, n in counts.items() if n)))
