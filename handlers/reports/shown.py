"""Looking at a filed report: whole, or how it came to read so."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.local import LOCAL
from handlers.reports import album, card, periods, rosters, texts
from handlers.reports.sums import plain
from storage import people, reports, units
from storage.reports import COUNTED, FILED, WITHDRAWN, Report


def find(ctx: Context, said: str) -> Report | None:
    """By its place in the list she saw last, or by its number; only what she may see."""
    if len(said) <= 2:
        listed = ctx.state.get("listed") or [r.id for r in reports.filed_by(ctx.session, ctx.person_id, limit=5)]
        index = int(said) - 1
        return ctx.session.get(Report, listed[index]) if 0 <= index < len(listed) else None
    found = reports.by_number(ctx.session, said, ctx.speaker.unit_path)
    if found is not None:
        return found
    own = ctx.session.scalar(select(Report).where(Report.number == said, Report.by_person_id == ctx.person_id))
    return own  # she may have moved to another post since


def not_found(said: str) -> Reply:
    """What is said of a number or place in a list that there is not."""
    return Reply(texts.NO_SUCH_INDEX.format(index=said) if len(said) <= 2 else texts.NO_SUCH.format(number=said))


def show(ctx: Context, rest: str) -> Reply:
    """One report, whole."""
    found = find(ctx, rest)
    if found is None:
        return not_found(rest)
    head = texts.SHOW_HEAD.format(number=found.number, state=texts.STATES[found.state]).strip()
    lines = [head]
    if found.unit_id != ctx.speaker.unit_id or found.on_behalf:
        lines.append(texts.FOR_UNIT.format(unit=units.get(ctx.session, found.unit_id).name))
    if found.on_behalf:
        lines.append(texts.SHOW_ON_BEHALF.format(name=_name_of(ctx, found.by_person_id)))
    lines += card.lines(found.slots, ctx.local.date())
    if on_roster := rosters.count_of(ctx.session, found.id):
        lines.append(texts.SHOW_ROSTER.format(count=on_roster, number=found.number))
    count = album.count_photos(ctx.session, found.id)
    if count:
        lines.append(texts.CARD_PHOTOS.format(count=count))
    if found.same_event_as_id is not None:
        lines.append(texts.SHOW_SAME_EVENT.format(number=ctx.session.get_one(Report, found.same_event_as_id).number))
    if found.review_note and found.state not in COUNTED:
        lines.append(texts.SHOW_NOTE.format(note=found.review_note))
    for one in periods.adjustments_of(ctx.session, found.id):
        amount = f"{'+' if one.amount > 0 else ''}{plain(one.amount)}{one.unit}"
        lines.append(texts.SHOW_ADJUSTED.format(name=texts.FIGURE_NAMES[one.measure], amount=amount, reason=one.reason))
    own = found.by_person_id == ctx.person_id and found.state != WITHDRAWN
    lines.append((texts.SHOW_FOOT if own else texts.SHOW_FOOT_OTHERS).format(number=found.number))
    shown = album.photos_of(ctx.session, found.id, 3)
    choices: tuple[Choice, ...] = ()
    if ctx.speaker.is_official and found.state == FILED and found.unit_id != ctx.speaker.unit_id:
        choices = (
            Choice(texts.ACCEPT_ONE.format(index=found.number)),
            Choice(texts.RETURN_ONE.format(number=found.number)),
        )
    return Reply("\n".join(lines), choices=choices, photos=tuple(shown))


def roster_question(ctx: Context, report: Report) -> tuple[list[str], tuple[Choice, ...]]:
    """What is asked when the roster and the number of people of a filed report do not agree; nothing if they do."""
    count = rosters.count_of(ctx.session, report.id)
    if rosters.agrees(count, report.slots):
        return [], ()
    said = texts.ROSTER_DIFFERS.format(count=count, people=card.value_of(report.slots, "participants"))
    fits = Choice(texts.ROSTER_FITS.format(count=count), says=f"改 {report.number} 人数 {count}")
    return [said], (fits, Choice(texts.ROSTER_LEAVE))


def _name_of(ctx: Context, person_id: int) -> str:
    return ctx.session.scalar(select(people.Person.name).where(people.Person.id == person_id)) or ""


def history(ctx: Context, rest: str) -> Reply:
    """看 10017 历史: each version, who made it, when, and what it changed."""
    found = find(ctx, rest)
    if found is None:
        return not_found(rest)
    today = ctx.local.date()
    lines = [texts.HISTORY_HEAD.format(number=found.number)]
    before: dict[str, Any] | None = None
    for version, name in reports.versions_of(ctx.session, found.id):
        when = version.at.astimezone(LOCAL)
        did = texts.HISTORY_STATES.get(version.state, texts.HISTORY_CHANGED)
        if before is None:
            did = texts.HISTORY_FIRST
        elif before != version.slots:
            did = texts.HISTORY_CHANGED.format(changes=_changes(before, version.slots, today))
        elif version.state == reports.FILED:
            did = texts.HISTORY_AGAIN
        reason = f"（{version.reason}）" if version.reason else ""
        lines.append(
            texts.HISTORY_LINE.format(
                version=version.version,
                month=when.month,
                day=when.day,
                time=f"{when:%H:%M}",
                name=name,
                did=did,
                reason=reason,
            )
        )
        before = version.slots
    return Reply("\n".join(lines))


def _by_name(slots: dict[str, Any], today: date) -> dict[str, str]:
    parted = (line.partition("：") for line in card.lines(slots, today))
    return {name: value for name, _, value in parted}


def _changes(before: dict[str, Any], after: dict[str, Any], today: date) -> str:
    was, now = _by_name(before, today), _by_name(after, today)
    told = []
    for name in dict.fromkeys([*was, *now]):
        if was.get(name) != now.get(name):
            told.append(
                texts.HISTORY_CHANGE.format(
                    name=name, was=was.get(name) or texts.NOTHING, now=now.get(name) or texts.NOTHING
                )
            )
    return texts.SEMICOLON.join(told)
