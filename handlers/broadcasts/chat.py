"""群发 — a text to those below, a count before it goes; 收到 is counted, by whatever way it is said."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from handlers import access
from handlers.broadcasts import audience as audiences
from handlers.broadcasts import follow, relay, service, texts
from handlers.broadcasts.follow import when_words
from handlers.dialog import texts as dialog_texts
from handlers.dialog.context import Context
from handlers.dialog.reply import Reply, choices
from handlers.dialog.router import Router
from handlers.dialog.tell import tell
from handlers.duties.rules import civil, is_quiet
from handlers.duties.wording import impossible_day
from handlers.local import LOCAL
from knowledge.calendar import find_times
from knowledge.numerals import parse_number
from storage import outbox

router = Router("broadcasts")
follow.register(router)

#: Longer texts fill more than a phone screen.
LONGEST = 600
#: Nobody is written to outside these hours.
FIRST_HOUR, LAST_HOUR = 8, 20
_RECEIVED = re.compile(
    r"(好的?|嗯+|是|哦|ok|OK)?[，, ]*(已?收到|收悉|知道了|明白|晓得了|已阅)(了|啦|谢谢|！|!|。|~|，)*|[👌👍🫡🙏]+|\[(OK|强|抱拳|好的)\]"
)
#: A title inside a title takes single brackets.
_INNER = str.maketrans("《》", "〈〉")
_NUMERAL = re.compile(r"[一二三四五六七八九十]+(?=[月日号])")
_CODE = re.compile(r"[A-HJKMNPRTUVWXYa-hjkmnprtuvwxy346789]{6}")


@router.command(
    "群发",
    "发通知",
    allow=access.official,
    help="群发 内容 — 发给辖区",
    pattern=r"(?:群发|发通知|通知)给\s*(?P<rest>\S{1,30}[\s:：，,]\s*.+)",
)
def broadcast(ctx: Context, rest: str) -> Reply:
    """An official writes to those below her: 「群发 …」 to all, 「群发给松陂镇各村 …」 to some."""
    if not rest:
        return Reply(texts.HOW)
    to, text = "", rest
    if re.match(r"(?:群发|发通知|通知)给", ctx.text):
        found = re.match(r"(\S{1,30}?)[\s:：，,]\s*(.+)", rest, re.DOTALL)
        to, text = (found[1], found[2]) if found else ("", rest)
    return prepare(ctx, text, to)


@router.command("群发文件", allow=access.official)
def send_circular(ctx: Context, rest: str) -> Reply:
    """A circular to those below: its title, its number, and how to read it."""
    what, _, to = rest.partition(" ")
    circular = ctx.world.library.show(ctx.session, what) if what else None
    if circular is None:
        return Reply(texts.NO_CIRCULAR.format(what=what))
    number = f"（{circular.number}）" if circular.number else ""
    text = texts.CIRCULAR_BODY.format(
        title=circular.title.translate(_INNER), number=number, ask=circular.number or circular.title
    )
    return prepare(ctx, text, to.removeprefix("给"), circular_id=circular.id)


def prepare(ctx: Context, text: str, to: str, *, circular_id: int | None = None) -> Reply:
    """Show whom it would reach and what it costs; nothing is stored yet."""
    if len(text) > LONGEST:
        return Reply(texts.TOO_LONG.format(length=len(text), limit=LONGEST))
    audience: audiences.Audience = {}
    called = texts.WHO_ALL.format(unit=ctx.speaker.unit_name)
    if to:
        try:
            audience, called = audiences.read(ctx.session, to, by=ctx.speaker)
        except audiences.Unknown as unknown:
            return Reply(str(unknown))
    photos = ctx.state.pop("photos_waiting", [])
    waiting = {"text": text, "audience": audience, "called": called, "photos": photos, "circular_id": circular_id}
    if is_quiet(ctx.now):
        waiting["due_at"], waiting["night"] = civil(ctx.now).isoformat(), True
    return show(ctx, waiting)


def show(ctx: Context, waiting: dict[str, Any]) -> Reply:
    """The preview: count, channels, cost."""
    counted = audiences.preview(ctx.session, waiting["audience"], by=ctx.speaker, now=ctx.now, day=ctx.local.date())
    if not counted.reachable:
        drop(ctx)
        return Reply(texts.NOBODY)
    waiting["count"] = counted.reachable
    ctx.state["broadcast"], ctx.state["asking"], ctx.state["expects_number"] = waiting, "broadcasts", True
    channels = "，".join(
        texts.CHANNEL.format(name=texts.CHANNELS.get(name, name), count=n)
        for name, n in sorted(counted.by_platform.items())
    )
    notes = ""
    wechat = counted.by_platform.get("wechat", 0)
    for shape, n in (
        (texts.NOTE_UNREACHABLE, counted.unreachable),
        (texts.NOTE_WAIT, counted.must_wait),
        (texts.NOTE_COST, wechat - counted.must_wait),
        (texts.NOTE_PHOTOS, len(waiting["photos"])),
    ):
        notes += shape.format(count=n) if n else ""
    if waiting.get("night"):
        notes += texts.NOTE_NIGHT.format(
            when=when_words(datetime.fromisoformat(waiting["due_at"])), count=counted.reachable
        )
    elif waiting.get("due_at"):
        notes += texts.NOTE_AT.format(when=when_words(datetime.fromisoformat(waiting["due_at"])))
    if counted.reachable > ctx.world.second_official_above:
        notes += texts.NOTE_SECOND.format(limit=ctx.world.second_official_above)
    text = texts.PREVIEW.format(
        who=waiting["called"], count=counted.reachable, channels=channels, text=waiting["text"], notes=notes
    )
    return Reply(text, choices("取消"))


def _figure(numeral: re.Match[str]) -> str:
    number = parse_number(numeral[0])
    return numeral[0] if number is None else str(int(number.low))


def answer(ctx: Context) -> Reply | None:
    """The typed count confirms; a time schedules."""
    waiting = ctx.state.get("broadcast")
    if waiting is None:
        ctx.state.pop("asking", None)
        return None
    at_once = re.fullmatch(r"现在就发[，, ]*(\d{1,7})\s*人?", ctx.text)
    if at_once is not None and int(at_once[1]) == waiting["count"]:
        waiting.pop("due_at", None)
        return go(ctx, waiting)
    number = re.fullmatch(r"(?:确认|发|对)?[，, ]*(\d{1,7})\s*人?", ctx.text)
    if number is not None:
        return (
            go(ctx, waiting)
            if int(number[1]) == waiting["count"]
            else Reply(texts.WRONG_COUNT.format(count=waiting["count"]))
        )
    if ctx.text in ("对", "发", "确认", "好", "好的", "可以"):
        return Reply(texts.WRONG_COUNT.format(count=waiting["count"]))
    return schedule(ctx, waiting) if len(ctx.text) <= 20 and re.search(r"发|点|定时", ctx.text) else None


def schedule(ctx: Context, waiting: dict[str, Any]) -> Reply | None:
    """「明天上午八点发」."""
    impossible = impossible_day(_NUMERAL.sub(_figure, ctx.text))
    if impossible:
        return Reply(texts.IMPOSSIBLE.format(said=impossible))
    for found in find_times(ctx.text, ctx.local, "circular"):
        if found.first is None or found.rrule:
            continue
        clock = found.clock or {"上午": "09:00", "中午": "12:00", "下午": "14:30", "晚上": "19:00"}.get(
            found.part or "", "09:00"
        )
        due = datetime.fromisoformat(f"{found.first.isoformat()}T{clock}").replace(tzinfo=LOCAL)
        if due <= ctx.now:
            return Reply(texts.PAST.format(when=when_words(due)))
        if not FIRST_HOUR <= due.hour < LAST_HOUR:
            return Reply(texts.QUIET.format(when=when_words(due)))
        waiting["due_at"] = due.isoformat()
        waiting.pop("night", None)
        return show(ctx, waiting)
    return None


def go(ctx: Context, waiting: dict[str, Any]) -> Reply:
    """She has typed the count."""
    text = waiting["text"] + texts.FOOTER.format(unit=ctx.speaker.unit_name)
    due_at = datetime.fromisoformat(waiting["due_at"]) if waiting.get("due_at") else None
    limit = ctx.world.second_official_above
    large = waiting["count"] > limit
    others = service.seconds(ctx.session, ctx.speaker, ctx.local.date()) if large else []
    if large and not others:
        return Reply(texts.NO_SECOND.format(limit=limit))
    drop(ctx)
    made = service.plan(
        ctx.session,
        text,
        waiting["audience"],
        by=ctx.speaker,
        now=ctx.now,
        due_at=due_at,
        photos=tuple(waiting["photos"]),
        circular_id=waiting.get("circular_id"),
        needs_second=large,
    )
    if large:
        ask = Reply(
            texts.ASK_SECOND.format(name=ctx.speaker.name, count=waiting["count"], text=text, code=made.code),
            choices(f"同意群发 {made.code}", f"不同意群发 {made.code}"),
        )
        for person in others:
            tell(ctx.session, person.id, ask, ctx.now, klass=outbox.NOTICE, key=f"second:{made.id}:{person.id}")
        return Reply(texts.AWAITING.format(names="、".join(p.name for p in others), code=made.code))
    if made.state == "scheduled":
        return Reply(
            texts.SCHEDULED.format(when=when_words(made.due_at), code=made.code), choices(f"取消群发 {made.code}")
        )
    return Reply(texts.STARTED.format(code=made.code), choices(f"群发进度 {made.code}"))


def glance(ctx: Context) -> Reply | None:
    """收到, 好的收到, 👌 and the button all count, once; so does the code of a forwarded card, from anybody."""
    if _CODE.fullmatch(ctx.text):
        taken = relay.take_answer(ctx.session, ctx.text, ctx.speaker.identity_id, ctx.now)
        if taken is not None:
            return Reply(texts.RELAY_TAKEN if taken else texts.RELAY_AGAIN)
    if ctx.speaker.person_id is None or not _RECEIVED.fullmatch(ctx.text):
        return None
    found = service.acknowledge(ctx.session, ctx.speaker.person_id, ctx.now)
    ctx.state["aside"] = True
    if found is not None:
        return Reply(texts.ACKNOWLEDGED)
    again = service.has_acknowledged(ctx.session, ctx.speaker.person_id)
    return Reply(texts.ACKNOWLEDGED_ALREADY if again else texts.NOTHING_TO_ACKNOWLEDGE)


def drop(ctx: Context) -> None:
    """Done or given up."""
    for key in ("broadcast", "expects_number"):
        ctx.state.pop(key, None)
    if ctx.state.get("asking") == "broadcasts":
        ctx.state.pop("asking")


def cancel(ctx: Context) -> Reply | None:
    """取消."""
    if "broadcast" not in ctx.state:
        return None
    drop(ctx)
    return Reply(texts.CANCELLED)


def still_open(_ctx: Context) -> str:
    """What waits."""
    return dialog_texts.STILL_OPEN.format(what=texts.OPEN_WHAT, question=texts.OPEN_QUESTION)


router.answer = answer
router.cancel = cancel
router.still_open = still_open
router.glance = glance
