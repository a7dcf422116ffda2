"""`niangjia dates` and `niangjia numbers`: what the calendar and numeral readers make of a text."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, TextIO

import click

from knowledge.calendar import Mode, TimeExpression, find_times, parse_time
from knowledge.numerals import Number, find_numbers, parse_number

_MODES = ("report", "circular", "plan")


class _IsoTime(click.ParamType[datetime]):
    """An ISO date or date-time; a zone is dropped, since the readers think in local time."""

    name = "ISO时间"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, or a usage error."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(str(value)).replace(tzinfo=None)
        except ValueError:
            self.fail(f"「{value}」不是 ISO 时间，例如 2025-03-12T10:00:00", param, ctx)


def _cases(file: TextIO, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """The lines of a batch file; a line that cannot be read is named by its number."""
    cases = []
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            for field in fields:
                case[field]
        except (ValueError, TypeError, KeyError) as error:
            raise click.ClickException(f"第 {number} 行读不懂：要有 {'、'.join(fields)}（{error}）") from error
        cases.append(case)
    return cases


def _say(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _time_fields(found: TimeExpression) -> dict[str, Any]:
    start, end = found.window
    return {
        "text": found.text,
        "offset": found.start,
        "kind": found.kind,
        "start": start,
        "end": end,
        "part": found.part,
        "rrule": found.rrule,
        "month_only": found.month_only,
        "workdays": found.workdays,
    }


def _number_fields(found: Number) -> dict[str, Any]:
    return {
        "text": found.text,
        "offset": found.start,
        "n": found.notation,
        "unit": found.unit or None,
        "ordinal": found.is_ordinal,
    }


@click.command("dates", help="读出一句话里的时间；--batch 读 JSON 行文件，一行一个结果。")
@click.argument("text", required=False)
@click.option("--now", type=_IsoTime(), help="说话的时间，或文件的日期（ISO 格式；默认现在）。")
@click.option("--mode", type=click.Choice(_MODES), default="report", help="report 说过去，circular、plan 说将来。")
@click.option("--batch", type=click.File(encoding="utf-8"), help="JSON 行文件：id、text、ref，可有 mode。")
@click.option("--json", "as_json", is_flag=True, help="一行一个 JSON 对象。")
def dates(text: str | None, now: datetime | None, mode: Mode, batch: TextIO | None, as_json: bool) -> None:
    """Time expressions of a text or a batch file."""
    if batch is not None:
        for case in _cases(batch, ("id", "text", "ref")):
            try:
                ref = datetime.fromisoformat(case["ref"]).replace(tzinfo=None)
            except (TypeError, ValueError) as error:
                raise click.ClickException(f"{case['id']}：ref 不是 ISO 时间") from error
            case_mode = case.get("mode") or mode
            if case_mode not in _MODES:
                raise click.ClickException(f"{case['id']}：mode 只能是 {'、'.join(_MODES)}")
            found = parse_time(str(case["text"]), ref, case_mode)
            start, end = found.window if found else (None, None)
            _say({"id": case["id"], "start": start, "end": end, "rrule": found.rrule if found else None})
        return
    if not text:
        raise click.UsageError("请给出一句话，或用 --batch 给出文件。")
    expressions = find_times(text, now or datetime.now(), mode)  # noqa: DTZ005 - the wall clock of whoever types
    if as_json:
        for expression in expressions:
            _say(_time_fields(expression))
        return
    if not expressions:
        click.echo("没有时间。")
    for expression in expressions:
        start, end = expression.window
        span = expression.rrule or (start if start == end else f"{start or '…'} 至 {end or '…'}")
        click.echo(f"{expression.text}\t{span}" + (f"\t{expression.part}" if expression.part else ""))


@click.command("numbers", help="读出一句话里的数；--batch 读 JSON 行文件，一行一个结果。")
@click.argument("text", required=False)
@click.option("--batch", type=click.File(encoding="utf-8"), help="JSON 行文件：id、text。")
@click.option("--json", "as_json", is_flag=True, help="一行一个 JSON 对象。")
def numbers(text: str | None, batch: TextIO | None, as_json: bool) -> None:
    """Numerals of a text or a batch file."""
    if batch is not None:
        for case in _cases(batch, ("id", "text")):
            number = parse_number(str(case["text"]))
            _say({"id": case["id"], "n": number.notation if number else None})
        return
    if not text:
        raise click.UsageError("请给出一句话，或用 --batch 给出文件。")
    found = find_numbers(text)
    if as_json:
        for number in found:
            _say(_number_fields(number))
        return
    if not found:
        click.echo("没有数。")
    for number in found:
        note = "\t序数或编号" if number.is_ordinal else ""
        click.echo(f"{number.text}\t{number.notation}{' ' + number.unit if number.unit else ''}{note}")
