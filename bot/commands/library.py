"""`niangjia library`: take files in, look things up, show a document as it was understood."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click
from tqdm import tqdm

from bot.commands import library_texts as texts
from bot.opening import open_store
from handlers.duties import amending
from knowledge import indexing
from knowledge.importing import import_document
from knowledge.importing_records import import_records
from knowledge.library import Hit, Library
from knowledge.originals import read_again
from knowledge.ranking import SUPPORT
from knowledge.reading import Unreadable, read_file
from knowledge.reading.obligations import find_obligations
from storage.circulars import Circular
from storage.store import Store

#: What a hit shows on the command line, in this order.
FIELDS = ("source_id", "file", "doc_number", "title", "place", "text", "quote", "score")

_RECORDS = (".jsonl", ".jsonl.gz")


@click.group(help=texts.LIBRARY)
def library() -> None:
    """The group of the three commands."""


@library.command("import", help=texts.IMPORT)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--scope", default="", help=texts.OPTION_SCOPE)
@click.option("--json", "as_json", is_flag=True, help=texts.OPTION_JSON)
def import_(paths: tuple[Path, ...], scope: str, as_json: bool) -> None:
    """Import files; a file that cannot be read is told by name and the rest goes on (then the exit code is 1)."""
    store = _open()
    files = list(_files(paths))
    failed = False
    shown = tqdm(files, desc=texts.IMPORTING, disable=len(files) < 2 or not sys.stderr.isatty(), file=sys.stderr)
    for path in shown:
        try:
            line = _import_one(store, path, scope)
        except Unreadable as error:
            line = {"file": path.name, "error": error.reason, "place": error.place}
        except (OSError, ValueError) as error:
            line = {"file": path.name, "error": str(error), "place": ""}
        failed = failed or "error" in line
        _tell(line, as_json)
    if failed:
        raise SystemExit(1)


def _open() -> Store:
    """The store; what an earlier version of the program indexed is indexed anew first."""
    store = open_store()
    with tqdm(desc=texts.RENEWING, delay=1, disable=not sys.stderr.isatty(), file=sys.stderr) as shown:

        def told(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        indexing.renew(store, told)
    return store


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
        else:
            yield path


def _import_one(store: Store, path: Path, scope: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    if path.name.endswith(_RECORDS):
        warnings: list[str] = []
        *_, last = import_records(store, path, now, lambda _, reason: warnings.append(reason))
        return {"file": path.name, **asdict(last), "warnings": warnings}
    document = read_file(path)
    with store.begin() as session:
        result = import_document(session, document, now, scope=scope)
        changed = (
            amending.propose(session, document, circular_id=result.circular_id, scope=scope, by=None, now=now)
            if result.changed
            else amending.Changes()
        )
    return {**result.line, "status": result.status, "amendments": changed.others}


def _tell(line: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _say(line)
    elif "error" in line:
        click.echo(texts.UNREADABLE.format(file=line["file"], place=line["place"], reason=line["error"]), err=True)
    elif "records" in line:
        click.echo(texts.RECORDS.format(**line))
    else:
        number = f"{line['doc_number']} " if line["doc_number"] else ""
        status, title = texts.STATUS[line["status"]], line["title"] or ""
        click.echo(texts.IMPORTED.format(status=status, file=line["file"], number=number, title=title))
        if line.get("amendments"):
            click.echo(texts.AMENDS.format(count=line["amendments"]))
    if not as_json:
        for warning in line.get("warnings", ()):
            click.echo(texts.WARNING.format(text=warning))


@library.command(help=texts.SEARCH)
@click.argument("query", required=False)
@click.option("--batch", type=click.File(encoding="utf-8"), help=texts.OPTION_BATCH)
@click.option("--limit", type=click.IntRange(1, 100), default=10, help=texts.OPTION_LIMIT)
@click.option("--region", help=texts.OPTION_REGION)
@click.option("--json", "as_json", is_flag=True, help=texts.OPTION_JSON)
def search(query: str | None, batch: TextIO | None, limit: int, region: str | None, as_json: bool) -> None:
    """Look up one question, or all of a file, in order."""
    if (query is None) == (batch is None):
        raise click.UsageError(texts.NO_QUERY)
    store, shelf = _open(), Library()
    if batch is not None:
        for case in _cases(batch):
            with store.read() as session:
                hits = shelf.search(session, case["query"], limit=limit, region=region)
            _say({"id": case["id"], "hits": [_shown(hit) for hit in hits]})
        return
    with store.read() as session:
        hits = shelf.search(session, query or "", limit=limit, region=region)
    if as_json:
        for hit in hits:
            _say(_shown(hit))
        return
    if not hits:
        click.echo(texts.NOTHING)
    for at, hit in enumerate(hits, 1):
        number = f"（{hit.doc_number}）" if hit.doc_number else ""
        validity = texts.VALIDITY[hit.validity]
        click.echo(texts.HIT.format(at=at, title=hit.title, number=number, place=hit.place, validity=validity))
        click.echo(f"   {hit.quote}")


def _shown(hit: Hit) -> dict[str, Any]:
    return {name: getattr(hit, name) for name in FIELDS} | {
        "validity": hit.validity, "support": round(hit.likely, 3), "answers": hit.likely >= SUPPORT,
    }  # fmt: skip


def _cases(batch: TextIO) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(batch, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            yield {"id": case["id"], "query": str(case["query"])}
        except (ValueError, KeyError, TypeError):
            raise click.ClickException(texts.BAD_LINE.format(line=number)) from None


@library.command(help=texts.SHOW)
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help=texts.OPTION_JSON)
def show(number: str, as_json: bool) -> None:
    """Show the document with this 文号 or title; exit code 1 if there is none."""
    with open_store().read() as session:
        circular = Library().show(session, number)
        if circular is None:
            click.echo(texts.NOT_FOUND.format(number=number), err=True)
            raise SystemExit(1)
        whole = _whole(circular)
        if as_json:
            _say(whole)
            return
        click.echo(
            texts.SHOWN.format(
                title=circular.title, number=circular.number or "—", issuer=circular.issuer or "—",
                issued_on=circular.issued_on or "—", validity=texts.VALIDITY[circular.validity],
            )
        )  # fmt: skip
        click.echo(whole["text"])


def _whole(circular: Circular) -> dict[str, Any]:
    head = {
        "file": circular.source_name,
        "doc_number": circular.number or None,
        "title": circular.title,
        "issuer": circular.issuer or None,
        "issued_on": str(circular.issued_on) if circular.issued_on else None,
        "validity": circular.validity,
    }
    document = read_again(circular)
    if document is None:  # records: the passages are the text
        return head | {"sections": [], "tables": [], "citations": [], "obligations": [], "text": circular.text}
    obligations = [one.to_json() for one in find_obligations(document)]
    return head | document.to_json() | {"addressees": list(document.meta.addressees), "obligations": obligations}


def _say(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str))
