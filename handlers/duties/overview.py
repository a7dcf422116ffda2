"""谁没报 — how duties stand below an official, on any level; chasing."""

from __future__ import annotations

import re
from datetime import date, timedelta

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.duties import audiences, rules, service, texts
from handlers.duties.service import Standing
from knowledge.text import normalise
from storage.units import Unit
from storage.vault import Vault

#: How many names fit on a phone screen; how many are ever put into one message.
SHOWN, MOST = 30, 200
LINES = 8
BEHIND, AHEAD = timedelta(days=30), timedelta(days=45)

_WHO = (
    r".{0,14}?(?:还)?(?:有)?(?:谁|哪些?(?:个|些|几个)?(?:村|单位|乡镇|镇|乡|县|社区|人|地方)?|哪几个(?:村|单位|乡镇|镇|县)?)(?:还)?(?:没|未)(?:有)?"
    r"(?:上)?(?:报|交|完成|办|做)(?:送|上来|齐|完|好|材料)?(?:的|呢|啊)?[？?]?\s*.{0,16}|(?:没|未)(?:上)?(?:报|交)(?:的)?(?:有(?:谁|哪些)|名单|单位)[？?]?\s*.{0,16}"
)


def register(router: Router) -> None:
    """Add the commands of this module to the slice."""
    router.command(
        "谁没报",
        "谁还没报",
        "哪些没报",
        "未报",
        "催报名单",
        allow=access.official,
        help="谁没报 — 看哪些单位没报",
        pattern=_WHO,
    )(who_is_missing)
    router.command(
        "完成情况", "任务进度", "报送情况", "完成进度", allow=access.official, help="完成情况 — 应报、已报、按时各多少"
    )(progress)
    router.command(
        "催一下",
        "催报",
        "催办",
        "催",
        "提醒没报的",
        allow=access.official,
        help="催一下 — 再提醒一次没报的",
        pattern=r"(?:请|帮我|麻烦)?(?:再)?(?:催一?下|催催|催办|催报|催一催)(?:那些|她们|他们|没报的|还没报的|没交的|大家|各村|村里)*(?:吧|啊|哈)?[。!！]?\s*(?P<rest>.{0,14})",
    )(chase)


def standings(ctx: Context) -> list[Standing]:
    """What is due about now below her."""
    today = ctx.local.date()
    found = service.standings(
        ctx.session, ctx.speaker.unit_path, since=today - BEHIND, until=today + timedelta(days=400), today=today
    )
    return sorted(found, key=lambda s: not s.open)  # what is still open first, each by its deadline


def pick(ctx: Context, said: str, found: list[Standing]) -> tuple[int, Standing] | None:
    """The duty a message means: by its number in the list last shown, by words of its title, or the only one."""
    number = re.search(r"(?<![\d月])(\d{1,2})(?![\d月日号])", said)
    if number is not None:
        keys = ctx.state.get("standings") or [[s.duty_id, _iso(s.due_on)] for s in found]
        index = int(number[1])
        if not 1 <= index <= len(keys):
            return None
        one = next((s for s in found if [s.duty_id, _iso(s.due_on)] == keys[index - 1]), None)
        return (index, one) if one is not None else None
    words = normalise(
        re.sub(r"谁|哪些|哪几个|还|没有?|未|上?报|交|完成|的|呢|情况|催一?下?|全部|确认|[？?\s]", "", said)
    )
    if len(words) >= 2:
        named = [(i, s) for i, s in enumerate(found, 1) if words in normalise(s.title)]
        if named:
            return named[0]
    return (1, found[0]) if len(found) == 1 else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _remember(ctx: Context, found: list[Standing]) -> None:
    ctx.state["standings"] = [[s.duty_id, _iso(s.due_on)] for s in found[:20]]


def who_is_missing(ctx: Context, _rest: str) -> Reply | None:
    """How each duty stands below her, or the names of one; in one place if she names it."""
    found = standings(ctx)
    if not found:
        return Reply(texts.STANDING_NONE)
    named = audiences.named_units(ctx.session, ctx.text, ctx.speaker)
    if named.outside:
        return Reply(texts.OUTSIDE_ASKED.format(names="、".join(named.outside)))
    place = named.units[0] if named.units else None
    said = ctx.text.replace(_bare(place.name), "") if place is not None else ctx.text
    chosen = pick(ctx, said, found)
    if chosen is not None:
        return names(ctx, chosen[1], chosen[0], place, everything="全部" in ctx.text)
    number = re.search(r"\d{1,2}", said)
    if number is not None:
        return Reply(texts.NO_SUCH_DUTY.format(index=number[0]))
    _remember(ctx, found)
    lines = _standing_lines(found)
    if len(found) > LINES:
        lines.append(texts.STANDING_MORE.format(count=len(found) - LINES))
    labels = tuple(Choice(f"谁没报 {i}") for i in range(1, min(3, len(found)) + 1))
    return Reply(
        "\n".join([texts.STANDING_HEAD.format(unit=ctx.speaker.unit_name), *lines, texts.STANDING_FOOT]), labels
    )


def _standing_lines(found: list[Standing]) -> list[str]:
    return [
        texts.STANDING_LINE.format(
            index=i,
            title=s.title,
            rests_on=s.rests_on,
            date=day_words(s.due_on),
            expected=s.expected,
            done=s.done,
            open=s.open,
        )
        for i, s in enumerate(found[:LINES], 1)
    ]


def _bare(name: str) -> str:
    return re.sub(r"(?:妇女联合会|妇代会|妇联)$", "", name)


def day_words(day: date | None) -> str:
    """12月10日."""
    return texts.DATE.format(month=day.month, day=day.day) if day else ""


def names(ctx: Context, standing: Standing, index: int, place: Unit | None, *, everything: bool) -> Reply:
    """Who has not answered, with whom to call, by unit code; where they are many, how many in each part first."""
    path, today = place.path if place is not None else ctx.speaker.unit_path, ctx.local.date()
    count = service.count_missing(ctx.session, path, today, duty_id=standing.duty_id, due_on=standing.due_on)
    if not count:
        shape = texts.MISSING_NONE_IN if place is not None else texts.MISSING_NONE
        return Reply(shape.format(title=standing.title, unit=place.name if place else ""))
    if count > SHOWN and not everything:
        parts = _parts(ctx, standing, index, place, count)
        if parts is not None:
            return parts
    found = service.missing(
        ctx.session, path, today, duty_id=standing.duty_id, due_on=standing.due_on, limit=MOST if everything else SHOWN
    )
    vault = Vault.of(ctx.session)
    lines = [
        texts.MISSING_LINE.format(
            unit=m.unit, name=m.head or texts.NO_HEAD, phone=vault.open(m.phone_sealed) if m.phone_sealed else ""
        ).strip()
        for m in found
    ]
    if count > len(found):
        shape = texts.MISSING_TOO_MANY if everything else texts.MISSING_MORE
        lines.append(shape.format(count=count if everything else count - len(found), shown=len(found), index=index))
    head = (texts.MISSING_HEAD_IN if place is not None else texts.MISSING_HEAD).format(
        title=standing.title, count=count, unit=place.name if place else ""
    )
    return Reply("\n".join([head, *lines]))


def _parts(ctx: Context, standing: Standing, index: int, place: Unit | None, count: int) -> Reply | None:
    top = place.id if place is not None else ctx.speaker.unit_id
    shares = [s for s in service.shares(ctx.session, top, duty_id=standing.duty_id, due_on=standing.due_on) if s.open]
    if len(shares) < 2 or all(s.expected == 1 for s in shares):
        return None
    lines = [texts.PARTS_LINE.format(unit=s.unit, count=s.open) for s in shares[:40]]
    first = _bare(shares[0].unit)
    choices = tuple(Choice(f"谁没报 {index} {_bare(s.unit)}") for s in shares[:3])
    if "standings" not in ctx.state:
        _remember(ctx, standings(ctx))
    return Reply(
        "\n".join(
            [
                texts.PARTS_HEAD.format(title=standing.title, count=count),
                *lines,
                texts.PARTS_FOOT.format(index=index, unit=first),
            ]
        ),
        choices,
    )


def progress(ctx: Context, rest: str) -> Reply:
    """Expected × actual × on time: of every duty, or of one for each unit below."""
    found = standings(ctx)
    if not found:
        return Reply(texts.STANDING_NONE)
    chosen = pick(ctx, rest, found)
    if chosen is None:
        if re.search(r"\d", rest):
            return Reply(texts.NO_SUCH_DUTY.format(index=rest))
        _remember(ctx, found)
        lines = [
            texts.PROGRESS_ALL_LINE.format(
                index=i, title=s.title, date=day_words(s.due_on), expected=s.expected, done=s.done, on_time=s.on_time
            )
            for i, s in enumerate(found[:LINES], 1)
        ]
        return Reply("\n".join([texts.STANDING_HEAD.format(unit=ctx.speaker.unit_name), *lines, texts.PROGRESS_FOOT]))
    standing = chosen[1]
    shares = service.shares(ctx.session, ctx.speaker.unit_id, duty_id=standing.duty_id, due_on=standing.due_on)
    lines = [
        texts.PROGRESS_LINE.format(unit=s.unit, expected=s.expected, done=s.done, on_time=s.on_time)
        for s in shares[:SHOWN]
    ]
    if len(shares) > SHOWN:
        lines.append(texts.PROGRESS_MORE.format(count=len(shares) - SHOWN))
    head = texts.PROGRESS_HEAD.format(
        title=standing.title,
        date=day_words(standing.due_on),
        expected=standing.expected,
        done=standing.done,
        on_time=standing.on_time,
    )
    return Reply("\n".join([head, *lines]))


# -- chasing --


def chase(ctx: Context, rest: str) -> Reply | None:
    """「催一下」「催一下 2 确认」: once more to those who have not answered."""
    found = [s for s in standings(ctx) if s.open]
    if not found:
        return Reply(texts.STANDING_NONE)
    chosen = pick(ctx, rest, found) if not re.search(r"\d", rest) else pick(ctx, rest, standings(ctx))
    if chosen is None:
        _remember(ctx, found)
        lines = _standing_lines(found)
        offered = tuple(Choice(texts.CHASE_CHOICE.format(index=i)) for i in range(1, min(len(found), 6) + 1))
        return Reply("\n".join([texts.CHASE_WHICH, *lines]), offered)
    index, standing = chosen
    if not standing.open:
        return Reply(texts.CHASED_ALL_HAVE.format(title=standing.title))
    if "确认" not in rest:
        _remember(ctx, [standing])
        return Reply(
            texts.CHASE_ASK.format(title=standing.title, count=standing.open),
            (Choice("确认", texts.CHASE_YES.format(index=1)), Choice("不催", "谁没报")),
        )
    count = service.chase(
        ctx.session,
        ctx.speaker.unit_path,
        duty_id=standing.duty_id,
        due_on=standing.due_on,
        by=ctx.speaker,
        now=ctx.now,
    )
    if not count:
        return Reply(texts.CHASED_NONE.format(limit=service.CHASES, index=index))
    when = texts.TOMORROW_MORNING if rules.is_quiet(ctx.now) else texts.NOW
    return Reply(texts.CHASED.format(when=when, count=count))
