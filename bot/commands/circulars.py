"""`niangjia circulars read`: what the bot makes of a circular, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from bot.commands import circulars_texts as texts
from knowledge.reading import Document, Unreadable, read_file
from knowledge.reading.obligations import find_obligations


@click.group(help=texts.GROUP)
def circulars() -> None:
    """The group of the commands on circulars."""


@circulars.command("read", help=texts.READ)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=texts.JSON)
@click.pass_context
def read(context: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Read each file; those that cannot be read are told on stderr and the rest goes on (exit 1 then)."""
    failed = False
    for path in files:
        try:
            document = read_file(path)
        except Unreadable as error:
            failed = True
            click.echo(texts.UNREADABLE.format(name=path.name, place=error.place, reason=error.reason), err=True)
            continue
        if document.secrecy:
            failed = True
            click.echo(texts.REFUSED.format(name=path.name, mark=document.secrecy), err=True)
            continue
        for warning in document.warnings:
            click.echo(texts.WARNING.format(name=path.name, warning=warning), err=True)
        click.echo(_line(path, document) if as_json else _shown(document))
    if failed:
        context.exit(1)


def _line(path: Path, document: Document) -> str:
    read = document.to_json()
    whole: dict[str, Any] = {
        "doc": path.stem,
        "meta": read.pop("meta"),
        "obligations": [obligation.to_json() for obligation in find_obligations(document)],
        **read,
    }
    return msgspec.json.encode(whole).decode()


def _shown(document: Document) -> str:
    """The same for eyes: a screen a document."""
    meta = document.meta
    lines = [
        texts.HEAD.format(
            title=meta.title or texts.NO_TITLE,
            number=meta.doc_no or texts.NONE,
            issuer="、".join(meta.issuer) or texts.NONE,
            date=meta.date or texts.NONE,
            addressees="；".join(meta.addressees) or texts.NONE,
        )
    ]
    if meta.attachments:
        lines.append(texts.ATTACHMENTS.format(names="；".join(meta.attachments)))
    if meta.contacts:
        people = (" ".join(filter(None, (one.name, one.phone, one.email))) for one in meta.contacts)
        lines.append(texts.CONTACTS.format(names="；".join(people)))
    if meta.cc:
        lines.append(texts.COPIES.format(names="；".join(meta.cc)))
    if document.sections:
        lines.append(texts.SECTIONS)
        lines += [f"{'  ' * (section.level + 1)}{section.label}{section.heading}" for section in document.sections]
    for table in document.tables:
        columns = "、".join(filter(None, table.columns))
        lines.append(texts.TABLE.format(title=table.title, rows=len(table.rows), columns=columns))
    if document.citations:
        lines.append(texts.CITATIONS)
        for one in document.citations:
            title = f"《{one.title}》" if one.title else ""
            lines.append(f"  {texts.RELATIONS[one.relation]}：{title}{one.number or ''}{one.article or ''}")
    obligations = find_obligations(document)
    if obligations:
        lines.append(texts.OBLIGATIONS)
        for obligation in obligations:
            seen = obligation.to_json()
            window = seen.get("window") or {}
            when = " — ".join(filter(None, (window.get("start"), window.get("end")))) or seen.get("recurrence") or ""
            lines.append(f"  {'、'.join(seen.get('who') or [])}  {when}  {seen.get('what') or ''}".rstrip())
    return "\n".join(lines) + "\n"
