"""What can be done with a broadcast afterwards: progress, cancel, recall, correct, agree; relay cards and groups."""

from __future__ import annotations

import re
from datetime import datetime

from handlers import access
from handlers.broadcasts import confidential as confidential_
from handlers.broadcasts import relay, service, texts, undelivered
from handlers.dialog.context import Context
from handlers.dialog.reply import Reply, choices
from handlers.dialog.router import Router
from handlers.dialog.tell import tell
from handlers.local import LOCAL
from storage.broadcasts import Broadcast


def register(router: Router) -> None:
    """Add these commands to the slice's router."""
    router.command("群发进度", allow=access.official)(progress)
    router.command("我的群发", "群发记录", allow=access.official, takes_rest=False)(mine)
    router.command(allow=access.official, pattern=r"取消群发\s*(?P<rest>\w{5})")(cancel_scheduled)
    router.command(allow=access.official, pattern=r"(?:撤回|收回)群发\s*(?P<rest>\w{5})")(recall)
    router.command(allow=access.official, pattern=r"更正群发\s*(?P<rest>\w{5}.*)")(correct)
    router.command(allow=access.official, pattern=r"(?P<rest>(?:不)?同意群发\s*\w{5})")(approve)
    router.command("接龙进度", allow=access.known, takes_rest=False)(relay_progress)
    router.command("接龙", "转发", "转到群里", allow=access.known)(relay_card)
    router.command("没发出去的", "没发成的", "没送到的", allow=access.official, takes_rest=False)(undelivered_list)
    router.command(allow=access.official, pattern=r"(?:重发|再发一次)\s*(?P<rest>全部|所有|\d[\d\s、，,]*)")(resend)
    router.command(allow=access.official, pattern=r"再提醒求助\s*(?P<rest>\d{1,9})")(remind_of_case)
    router.command("建组", allow=access.official)(make_group)
    router.command("我的组", allow=access.official, takes_rest=False)(groups)


def when_words(moment: datetime) -> str:
    """A moment as she says it."""
    local = moment.astimezone(LOCAL)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _found(ctx: Context, code: str) -> Broadcast | None:
    return service.by_code(ctx.session, code, ctx.speaker.unit_path)


def progress(ctx: Context, rest: str) -> Reply:
    """How far a broadcast has come, why some were left out, and who is silent."""
    found = _found(ctx, rest) if rest else next(iter(service.latest(ctx.session, ctx.speaker.unit_id, 1)), None)
    if found is None:
        return Reply(texts.NO_SUCH.format(code=rest) if rest else texts.LIST_NONE)
    now = service.progress(ctx.session, found)
    if not now.planned and found.state in ("scheduled", "awaiting", "expanding"):
        later = found.state == "scheduled" and found.due_at > ctx.now
        shape = (
            texts.PROGRESS_AWAITS
            if found.state == "awaiting"
            else texts.PROGRESS_LATER
            if later
            else texts.PROGRESS_SOON
        )
        return Reply(shape.format(code=found.code, when=when_words(found.due_at)))
    said = [
        texts.PROGRESS.format(
            code=found.code,
            planned=now.planned,
            sent=now.sent,
            failed=now.failed,
            skipped=now.skipped,
            waiting=now.waiting,
            acknowledged=now.acknowledged,
            read=now.read,
            reported=now.reported,
        )
    ]
    if now.reasons:
        said.append(
            texts.SKIPPED_WHY.format(
                reasons="，".join(f"{texts.REASONS.get(r, r)}{n}人" for r, n in sorted(now.reasons.items()))
            )
        )
    relayed = relay.answered(ctx.session, found)
    if relayed:
        said.append(texts.RELAYED.format(count=relayed))
    names = service.silent(ctx.session, found)
    if names:
        said.append(texts.NOT_YET.format(names="、".join(names)))
    return Reply("\n".join(said))


def mine(ctx: Context, _rest: str) -> Reply:
    """The latest broadcasts of her unit."""
    found = service.latest(ctx.session, ctx.speaker.unit_id)
    if not found:
        return Reply(texts.LIST_NONE)
    lines = [
        texts.LIST_LINE.format(
            code=b.code,
            when=f"{b.created_at.month}月{b.created_at.day}日",
            text=service.beginning(b, 12),
            planned=b.planned,
            acknowledged=service.progress(ctx.session, b).acknowledged,
        )
        for b in found
    ]
    return Reply("\n".join([texts.LIST_HEAD, *lines]), choices(*(f"群发进度 {b.code}" for b in found[:3])))


def cancel_scheduled(ctx: Context, rest: str) -> Reply:
    """Before anything has gone out."""
    found = _found(ctx, rest)
    if found is None:
        return Reply(texts.NO_SUCH.format(code=rest))
    if found.state not in ("scheduled", "awaiting"):
        return Reply(texts.TOO_LATE.format(code=found.code))
    found.state = "cancelled"
    return Reply(texts.CANCELLED_CODE.format(code=found.code))


def recall(ctx: Context, rest: str) -> Reply:
    """After it has begun: stop the rest, and say who has the old text."""
    found = _found(ctx, rest)
    if found is None:
        return Reply(texts.NO_SUCH.format(code=rest))
    if found.state in ("scheduled", "awaiting"):
        return cancel_scheduled(ctx, rest)
    stopped, seen = service.recall(ctx.session, found, by=ctx.speaker, now=ctx.now)
    if not seen:
        return Reply(texts.RECALLED_NONE.format(code=found.code))
    names = "、".join(seen[:30]) + ("……" if len(seen) > 30 else "")
    return Reply(texts.RECALLED.format(code=found.code, stopped=stopped, seen=len(seen), names=names))


def correct(ctx: Context, rest: str) -> Reply:
    """The right text to those who have the old one."""
    code, text = rest[:5], rest[5:].strip(" ：:，,\n")
    found = _found(ctx, code)
    if found is None:
        return Reply(texts.NO_SUCH.format(code=code))
    if len(text) < 2:
        return Reply(texts.CORRECT_HOW.format(code=found.code))
    service.recall(ctx.session, found, by=ctx.speaker, now=ctx.now)
    count = len(service.saw(ctx.session, found))
    if not count:
        return Reply(texts.RECALLED_NONE.format(code=found.code))
    body = texts.CORRECTION.format(old=service.beginning(found, 20), text=text) + texts.FOOTER.format(
        unit=ctx.speaker.unit_name
    )
    made = service.correct(ctx.session, found, body, by=ctx.speaker, now=ctx.now)
    return Reply(texts.CORRECTED.format(count=count, code=made.code), choices(f"群发进度 {made.code}"))


def approve(ctx: Context, rest: str) -> Reply:
    """The second official's word on a large broadcast."""
    agrees, code = not rest.startswith("不"), re.sub(r"\W|同意群发|不", "", rest)
    found = _found(ctx, code)
    if found is None or found.state != "awaiting" or found.unit_id != ctx.speaker.unit_id:
        return Reply(texts.NOTHING_TO_APPROVE.format(code=code))
    if found.by_person_id == ctx.speaker.person_id:
        return Reply(texts.NOT_OWN)
    service.approve(ctx.session, found, by=ctx.speaker, agrees=agrees, now=ctx.now)
    told = texts.APPROVED_OTHER if agrees else texts.REFUSED_OTHER
    tell(
        ctx.session,
        found.by_person_id,
        Reply(told.format(name=ctx.speaker.name, code=found.code)),
        ctx.now,
        key=f"approved:{found.id}",
    )
    return Reply((texts.APPROVED if agrees else texts.REFUSED).format(code=found.code))


def relay_card(ctx: Context, rest: str) -> Reply:
    """A card with her own code, to be forwarded to her group."""
    found = relay.card_for(ctx.session, ctx.person_id, ctx.now, rest.strip())
    if found is None:
        return Reply(texts.RELAY_NONE)
    broadcast, card = found
    return Reply(texts.RELAY_CARD.format(text=service.beginning(broadcast), code=card.code), choices("接龙进度"))


def relay_progress(ctx: Context, _rest: str) -> Reply:
    """How many of her group have answered."""
    found = relay.answers(ctx.session, ctx.person_id)
    if found is None:
        return Reply(texts.RELAY_NONE)
    return Reply(texts.RELAY_PROGRESS.format(text=service.beginning(found[0], 20), count=found[1]))


def undelivered_list(ctx: Context, _rest: str) -> Reply:
    """What was given up, to whom and why; she can send it once more."""
    found, count, confidential = undelivered.listed(ctx.session, by=ctx.speaker, now=ctx.now)
    note = texts.DEAD_CONFIDENTIAL.format(count=confidential) if confidential else ""
    unsure = confidential_.listed(ctx.session, by=ctx.speaker, now=ctx.now)
    for one in unsure:
        shape = texts.DEAD_CASE_UNSURE if one.in_doubt else texts.DEAD_CASE
        note += shape.format(number=one.case_id, name=one.name)
    if not count:
        return Reply((texts.DEAD_NONE if not confidential else texts.DEAD_NO_OTHERS) + note)
    lines = [
        texts.DEAD_LINE.format(
            number=one.number, name=one.name, text=one.text, why=texts.REASONS.get(one.why, texts.REASON_OTHER)
        )
        for one in found
    ]
    more = texts.DEAD_MORE.format(count=count - len(found)) if count > len(found) else ""
    text = (
        "\n".join([texts.DEAD_HEAD.format(count=count), *lines])
        + more
        + texts.DEAD_HOW.format(number=found[0].number)
        + note
    )
    return Reply(text, choices("重发 全部"))


def resend(ctx: Context, rest: str) -> Reply:
    """Once more, those she names or all."""
    numbers = None if rest in ("全部", "所有") else [int(n) for n in re.findall(r"\d{1,15}", rest)]
    count, without = undelivered.resend(ctx.session, numbers, by=ctx.speaker, now=ctx.now)
    said = texts.RESENT.format(count=count) if count else ""
    if without:
        said += texts.RESENT_NO_CHANNEL.format(names="、".join(dict.fromkeys(without)))
    return Reply(said.strip() or texts.RESENT_NONE)


def remind_of_case(ctx: Context, rest: str) -> Reply:
    """「再提醒求助 12」: a person decides what is never sent again by itself."""
    names = confidential_.remind(ctx.session, int(rest), by=ctx.speaker, now=ctx.now)
    if names is None:
        return Reply(texts.CASE_NOT_HERS)
    return Reply(
        texts.CASE_REMINDED.format(names="、".join(names)) if names else texts.CASE_ARRIVED.format(number=rest)
    )


def make_group(ctx: Context, rest: str) -> Reply:
    """A named list of people to write to."""
    name, *names = re.split(r"[\s，,、：:]+", rest.strip())
    if not name or not names:
        return Reply(texts.GROUP_HOW)
    found, missing = relay.make_group(ctx.session, name, names, by=ctx.speaker, now=ctx.now)
    if missing:
        return Reply(texts.GROUP_UNKNOWN.format(names="、".join(missing)))
    return Reply(texts.GROUP_MADE.format(name=name, count=len(found), names="、".join(found)))


def groups(ctx: Context, _rest: str) -> Reply:
    """The groups of her unit."""
    names = relay.group_names(ctx.session, ctx.speaker.unit_id)
    return Reply(texts.GROUPS.format(names="、".join(names)) if names else texts.GROUPS_NONE)
