"""niangjia understand: what the bot makes of a message, alone or for a file of messages."""

import json
import sys
from datetime import datetime
from typing import Any, TextIO

import click

from knowledge.messages import understand as read_message


@click.command("understand", help="看机器人怎么理解一句话")
@click.argument("text", required=False)
@click.option("--now", "now", metavar="时间", help="消息发出的时间,如 2025-03-03T16:00:00(缺省为现在)")
@click.option("--photos", default=0, show_default=True, help="随消息的照片数")
@click.option("--batch", type=click.File("r", encoding="utf-8"), help="一行一条消息的 JSON 文件,按行输出理解结果")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON")
def understand(text: str | None, now: str | None, photos: int, batch: TextIO | None, as_json: bool) -> None:
    """One message in the words of the annotation scheme, or a line for each line of a batch."""
    if batch is not None:
        for row in _rows(batch):
            found = read_message(
                row["text"],
                ref=_moment(row["ref"]),
                photos=int(row.get("photos") or 0),
                context=tuple(row.get("context") or ()),
            )
            click.echo(json.dumps({"id": row["id"], **found.to_json()}, ensure_ascii=False))
        return
    if text is None:
        raise click.UsageError("请给一句话,或用 --batch 给一个文件")
    # the clock belongs to the edge; everything below is told the time
    moment = _moment(now) if now else datetime.now()  # noqa: DTZ005 - local time is what a message is dated in
    found = read_message(text, ref=moment, photos=photos)
    click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=None if as_json else 2))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise click.BadParameter(f"看不懂的时间:{text}") from error


def _rows(batch: TextIO) -> list[dict[str, Any]]:
    """The messages of a batch; a line that cannot be read ends the command with its number."""
    rows = []
    for number, line in enumerate(batch, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append({name: row.get(name) for name in ("id", "ref", "photos", "context")} | {"text": row["text"]})
        except (ValueError, KeyError, TypeError) as error:
            click.echo(f"第 {number} 行读不懂:{error}", err=True)
            sys.exit(1)
    return rows
