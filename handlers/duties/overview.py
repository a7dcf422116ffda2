"""谁没报 — how duties stand below an official, on any level; chasing; the duties in force and changes to them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Choice, Reply
from handlers.dialog.router import Router
from handlers.duties import audiences, card, rules, service, texts, wording
from handlers.duties.service import Standing
from knowledge.text import normalise
from storage.duties import Duty
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
    router.command(
        "任务列表",
        "下发的任务",
        "已下发的任务",
        "我下发的任务",
        allow=access.official,
        help="任务列表 — 看已下发的任务",
        takes_rest=False,
    )(in_force)
    router.command(
        "改任务", "修改任务", "任务改期", allow=access.official, help="改任务 1 12月20日前 — 改已下发的任务"
    )(change)
    router.command("停任务", "撤销任务", "停止任务", "取消任务", allow=access.official, help="停任务 1 — 不办了")(end)


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
    lines = [
        texts.STANDING_LINE.format(
            index=i,
            title=s.title,
            rests_on=s.rests_on,
            date=_day(s.due_on),
            expected=s.expected,
            done=s.done,
            open=s.open,
        )
        for i, s in enumerate(found[:LINES], 1)
    ]
    if len(found) > LINES:
        lines.append(texts.STANDING_MORE.format(count=len(found) - LINES))
    labels = tuple(Choice(f"谁没报 {i}") for i in range(1, min(3, len(found)) + 1))
    return Reply(
        "\n".join([texts.STANDING_HEAD.format(unit=ctx.speaker.unit_name), *lines, texts.STANDING_FOOT]), labels
    )


def _bare(name: str) -> str:
    return re.sub(r"(?:妇女联合会|妇代会|妇联)$", "", name)


def _day(day: date | None) -> str:
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
                index=i, title=s.title, date=_day(s.due_on), expected=s.expected, done=s.done, on_time=s.on_time
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
        date=_day(standing.due_on),
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
        lines = [
            texts.STANDING_LINE.format(
                index=i,
                title=s.title,
                rests_on=s.rests_on,
                date=_day(s.due_on),
                expected=s.expected,
                done=s.done,
                open=s.open,
            )
            for i, s in enumerate(found[:LINES], 1)
        ]
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


# -- duties in force --


def in_force(ctx: Context, _rest: str) -> Reply:
    """What has been handed down and is still going on."""
    found = _own(ctx)
    if not found:
        return Reply(texts.LIST_NONE)
    ctx.state["duties_shown"] = [duty.id for duty in found]
    lines = [
        texts.LIST_LINE.format(
            index=i,
            title=duty.title,
            rests_on=service.basis_words(duty.rests_on, duty.amended_by),
            when=service.when_words(duty),
        )
        for i, duty in enumerate(found, 1)
    ]
    return Reply("\n".join([texts.LIST_HEAD.format(count=len(found)), *lines, texts.LIST_FOOT]))


def _own(ctx: Context) -> list[Duty]:
    today = ctx.local.date()
    found = service.handed_down_by(ctx.session, ctx.speaker.unit_path)
    return [d for d in found if d.recurrence or (d.due_on is not None and d.due_on >= today - BEHIND)][:12]


def _meant(ctx: Context, rest: str) -> tuple[Duty | None, str, int]:
    number = re.match(r"(?:第)?(\d{1,2})(?:件|个)?(?![\d月日号])\s*[，,：: ]*", rest)
    ids = ctx.state.get("duties_shown") or [duty.id for duty in _own(ctx)]
    index = int(number[1]) if number is not None else 1 if len(ids) == 1 else 0
    duty = service.own_duty(ctx.session, ids[index - 1], ctx.speaker) if 1 <= index <= len(ids) else None
    return duty, rest[number.end() :] if number is not None else rest, index


def change(ctx: Context, rest: str) -> Reply:
    """「改任务 1 12月20日前」: a new rule begins with the next period."""
    duty, said, index = _meant(ctx, rest)
    if duty is None:
        return in_force(ctx, "") if not index else Reply(texts.NO_SUCH_DUTY.format(index=index))
    new = card.of_record(duty)
    edit = (
        wording.edit(ctx.session, new, said, by=ctx.speaker, local=ctx.local, vocabulary=ctx.world.vocabulary)
        if said
        else None
    )
    if edit is None:
        return Reply(texts.CHANGE_HOW.format(index=index))
    if edit.problem:
        return Reply(edit.problem)
    values = edit.values
    if "audience" in values:
        return _change_who(ctx, duty, values["audience"], index)
    was_recurring = bool(duty.recurrence)
    service.change(
        ctx.session,
        duty,
        by=ctx.speaker,
        now=ctx.now,
        due_on=date.fromisoformat(values["due_on"]) if values.get("due_on") else None,
        recurrence=values.get("recurrence") or "",
        deadline_text=values.get("deadline_text") or "",
        reminder_days=values.get("reminder_days"),
        tell_above_after=values.get("tell_above_after"),
        title=values.get("title") or "",
        quota=values.get("quota"),
    )
    reminders = card.reminder_words(duty.reminder_days, duty.tell_above_after)
    said = texts.CHANGED_DUTY.format(
        title=duty.title, when=service.when_words(duty), reminders=reminders and f"提醒：{reminders}。"
    )
    if values.get("due_on") or values.get("recurrence"):
        notice = texts.CHANGED_NOTICE.format(title=duty.title, when=service.when_words(duty), rests_on=duty.rests_on)
        service.announce(ctx.session, duty, ctx.now, notice=notice, key=f"{ctx.now:%Y%m%d%H%M}")
        said += texts.CHANGED_NEXT if was_recurring else ""
    return Reply(said)


def _change_who(ctx: Context, duty: Duty, audience: dict[str, Any], index: int) -> Reply:
    """「改任务 1 去掉柳溪村」「改任务 1 发给各村」."""
    try:
        done = service.change_audience(ctx.session, duty, audience, by=ctx.speaker, now=ctx.now)
    except service.NobodyOwes:
        return Reply(texts.NOBODY_LEFT)
    except service.PastDeadline:
        day = _day(duty.due_on)
        return Reply(texts.WHO_PAST.format(title=duty.title, date=day, index=index))
    if not done.added and not done.removed:
        return Reply(texts.WHO_SAME.format(title=duty.title))
    told = texts.WHO_ADDED_NIGHT if rules.is_quiet(ctx.now) else texts.WHO_ADDED
    more = told.format(count=done.added) if done.added else ""
    more += texts.WHO_REMOVED.format(count=done.removed) if done.removed else ""
    count = service.audience_count(ctx.session, duty.audience, duty.audience["within"], ctx.local.date())
    return Reply(texts.CHANGED_WHO.format(title=duty.title, who=audiences.words(audience), count=count, more=more))


def end(ctx: Context, rest: str) -> Reply:
    """「停任务 1」, asked once more before it happens."""
    duty, said, index = _meant(ctx, rest)
    if duty is None:
        return in_force(ctx, "") if not index else Reply(texts.NO_SUCH_DUTY.format(index=index))
    if "确认" not in said:
        today = ctx.local.date()
        ctx.state["duties_shown"] = [duty.id]
        count = service.count_missing(ctx.session, ctx.speaker.unit_path, today, duty_id=duty.id)
        return Reply(
            texts.END_ASK.format(title=duty.title, count=count),
            (Choice("停", texts.END_YES.format(index=1)), Choice("不停", "任务列表")),
        )
    title = duty.title
    notice = texts.ENDED_NOTICE.format(title=title, rests_on=duty.rests_on)
    count = service.end(ctx.session, duty, by=ctx.speaker, now=ctx.now, notice=notice)
    return Reply(texts.ENDED.format(title=title, count=count))
