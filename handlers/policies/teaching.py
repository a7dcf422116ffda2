"""What officials teach: answers to what was not found, everyday words, and a look at what was learnt."""

from __future__ import annotations

import re

from handlers import access
from handlers.dialog.context import Context
from handlers.dialog.reply import Reply
from handlers.dialog.router import Router
from handlers.policies import service, texts
from knowledge import questions


def register(router: Router) -> None:
    """Add the officials' commands to the slice's router."""
    official = access.official
    router.command(
        "没答上来的",
        "问题清单",
        "没答上的",
        "没答上来的问题",
        "待答问题",
        allow=official,
        help="问题清单 — 看哪些问题没答上来",
        takes_rest=False,
    )(unanswered)
    router.command(allow=official, pattern=r"答复\s*(?P<rest>\d{1,9}.*)")(answer)
    router.command("答复列表", "答复清单", "常见答复", allow=official, takes_rest=False)(answers)
    router.command(allow=official, pattern=r"改答复\s*(?P<rest>\d{1,9}.*)")(change)
    router.command(allow=official, pattern=r"(?:撤|删|删除|撤下|撤销|取消)答复\s*(?P<rest>\d{1,9})")(remove)
    router.command("同义词", allow=official, help="同义词 两癌=宫颈癌 乳腺癌 — 教我一个词")(synonym)
    router.command("删同义词", "删除同义词", "去掉同义词", allow=official)(drop_synonym)
    router.command("学到的词", "学到的", "学到了什么", allow=official)(learnt)
    router.command("忘掉", "忘记", allow=official)(forget)


def unanswered(ctx: Context, _rest: str) -> Reply:
    """What was not found below her, most asked first."""
    groups = questions.open_questions(ctx.session, ctx.speaker.unit_path, limit=9)
    if not groups:
        return Reply(texts.OPEN_NONE)
    lines = [texts.OPEN_HEAD.format(count=len(groups))]
    for group in groups:
        times = texts.OPEN_TIMES.format(count=group.count) if group.count > 1 else ""
        lines.append(texts.OPEN_ONE.format(number=group.ids[0], text=group.text[:60], times=times))
    return Reply("\n".join([*lines, texts.OPEN_HOW]))


def _numbered(rest: str) -> tuple[int, str]:
    number, said = re.match(r"(\d+)\s*[:：,，、]?\s*(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]  # the pattern matched
    return int(number), said.strip()


def answer(ctx: Context, rest: str) -> Reply:
    """An official answers once for all."""
    number, said = _numbered(rest)
    if len(said) < 4:
        return Reply(texts.ANSWER_HOW.format(number=number))
    done = service.answer_question(ctx.session, ctx.world.library, number, said, by=ctx.speaker, now=ctx.now)
    if done is None:
        return Reply(texts.NO_SUCH_QUESTION.format(number=number))
    entry, told = done
    text = texts.THANKS_ANSWER.format(id=entry.id, told=texts.TOLD.format(count=told) if told else "")
    return Reply(text + ("" if entry.sources else texts.NO_SOURCE_YET.format(id=entry.id)))


def answers(ctx: Context, _rest: str) -> Reply:
    """What has been answered below her."""
    found, count = service.faqs(ctx.session, ctx.speaker)
    if not found:
        return Reply(texts.FAQ_NONE)
    lines = [texts.FAQ_HEAD.format(count=count)]
    lines += [texts.FAQ_ONE.format(id=one.id, question=one.question[:40], answer=one.answer[:60]) for one in found]
    return Reply("\n".join([*lines, texts.FAQ_HOW]))


def change(ctx: Context, rest: str) -> Reply:
    """Another wording or source for an answer."""
    number, said = _numbered(rest)
    entry = service.faq(ctx.session, number, ctx.speaker)
    if entry is None:
        return Reply(texts.NO_SUCH_FAQ.format(id=number))
    if len(said) < 4:
        return Reply(texts.FAQ_HOW)
    made = service.change_faq(ctx.session, ctx.world.library, entry, said, by=ctx.speaker, now=ctx.now)
    return Reply(
        texts.FAQ_CHANGED.format(id=made.id) + ("" if made.sources else texts.NO_SOURCE_YET.format(id=made.id))
    )


def remove(ctx: Context, rest: str) -> Reply:
    """An answer that should not be given any more."""
    entry = service.faq(ctx.session, int(rest), ctx.speaker)
    if entry is None:
        return Reply(texts.NO_SUCH_FAQ.format(id=rest))
    service.remove_faq(ctx.session, entry, by=ctx.speaker, now=ctx.now)
    return Reply(texts.FAQ_REMOVED.format(id=rest))


def synonym(ctx: Context, rest: str) -> Reply:
    """「同义词 两癌=宫颈癌 乳腺癌」 adds, 「同义词」 lists."""
    if not rest:
        found, count = service.synonyms(ctx.session)
        if not found:
            return Reply(texts.SYNONYM_NONE)
        lines = [texts.SYNONYM_HEAD.format(count=count)]
        lines += [texts.SYNONYM_ONE.format(word=one.word, targets="、".join(one.targets)) for one in found]
        return Reply("\n".join([*lines, texts.SYNONYM_REMOVE_HOW]))
    word, mark, said = re.sub(r"\s*[＝=]\s*|\s*(?:就是|也叫|是指)\s*", "=", rest, count=1).partition("=")
    targets = [one for one in re.split(r"[\s、，,；;/]+", said) if one]
    word = word.strip()
    if not mark or len(word) < 2 or not targets:
        return Reply(texts.SYNONYM_HOW)
    if len(word) > 20 or len(targets) > 8 or max(map(len, targets)) > 20:
        return Reply(texts.SYNONYM_TOO_LONG)
    kept = service.add_synonym(ctx.session, word, targets, by=ctx.speaker, now=ctx.now)
    return Reply(texts.SYNONYM_DONE.format(word=word, targets="、".join(kept.targets)))


def drop_synonym(ctx: Context, rest: str) -> Reply:
    """Take a word back."""
    if not rest:
        return Reply(texts.SYNONYM_REMOVE_HOW)
    gone = service.remove_synonym(ctx.session, rest, by=ctx.speaker, now=ctx.now)
    return Reply((texts.SYNONYM_REMOVED if gone else texts.NO_SUCH_SYNONYM).format(word=rest))


def learnt(ctx: Context, rest: str) -> Reply:
    """What acceptances have taught, to be looked at."""
    found, count = service.learnt(ctx.session, rest)
    if not found:
        return Reply(texts.NOTHING_LEARNT.format(word=rest) if rest else texts.LEARNT_NONE)
    lines = [texts.LEARNT_HEAD.format(count=count)]
    lines += [
        texts.LEARNT_ONE.format(term=one.term, target=one.target, weight=f"{one.weight:.2f}", pairs=one.pairs)
        for one in found
    ]
    return Reply("\n".join([*lines, texts.LEARNT_HOW]))


def forget(ctx: Context, rest: str) -> Reply:
    """Take back what was learnt about a word."""
    if len(rest) < 2:
        return Reply(texts.LEARNT_HOW)
    count = service.forget(ctx.session, rest, by=ctx.speaker, now=ctx.now)
    return Reply((texts.FORGOTTEN if count else texts.NOTHING_LEARNT).format(word=rest, count=count))
