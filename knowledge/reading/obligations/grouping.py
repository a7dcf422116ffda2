"""Which chunks of a sentence make one obligation, and which begin the next."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from knowledge.reading.obligations.actors import CROWD, LEAD
from knowledge.reading.obligations.amounts import Amount
from knowledge.reading.obligations.moments import Moment

VOID = re.compile(
    r"经费|补助|以奖代补|拨付|标准为|不得(?!少于|低于|晚于|迟于)|纳入|不予|视为|视同|取消.{0,8}资格|作为.{0,14}(?:依据|参考|内容之一|重要内容)|自行承担|食宿|由.{0,8}负责解释|逾期|"
    r"有效期|施行|废止|为准|期满|聘期|任期|自理|乘车|费用|不收取|给予.{0,6}(?:奖励|补助|表扬)|颁发(?:荣誉)?证书|择优|优先"
)
EMPTY = re.compile(
    r"^(?:确保|切实|为|使|以|努力|不断|进一步|充分|深入(?!开展)|积极|着力|力求|营造|形成|从而|让|认真做好|高度重视|加强|提高认识|精心组织|注重|坚持|按照|根据|围绕|结合|依据)"
)
GENERAL = re.compile(r"^(?:根据|按照|为(?!期)|围绕|结合|依托|经|鉴于|由于|因)")
SPREADING = ("抽取", "选取", "走访", "抽查")
HOLDS = re.compile(r"(?:拟|将|定于|决定)[^，。；]*(?:举办|举行|召开|开展|组织|启动)")
REACHED = re.compile(r"发放|赠送|送上|送去|培训(?:妇女|[^，。；]{0,6}\d+余?人)|覆盖|服务|惠及|参与|受益|人次")
CASE = re.compile(r"对(?:于|[\u4e00-\u9fff、“”]{4,40}的$)|凡[^，]{2,30}的$")
CLOSED = re.compile(r"(?:通道|平台|系统|窗口|端口|链接|入口)[^，。；]*(?:关闭|截止|关停)$")
SEPARATE_PAPER = re.compile(r"总结|方案|报告|回执|名单|照片|信息|小结|计划|台账|统计表|汇总表|材料|《")


@dataclass(slots=True)
class Piece:
    """One chunk of a sentence with what was recognised in it."""

    start: int
    end: int
    text: str
    moments: list[Moment]
    counts: list[Amount]
    who: tuple[int, int] | None
    verbs: list[tuple[int, int, str]]
    exempt: bool


@dataclass(slots=True)
class Clause:
    """Neighbouring chunks that make one obligation, or none."""

    pieces: list[Piece]
    inherited: list[Moment] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    @property
    def moments(self) -> list[Moment]:
        return [moment for piece in self.pieces for moment in piece.moments]

    @property
    def counts(self) -> list[Amount]:
        return [count for piece in self.pieces for count in piece.counts]

    @property
    def verbs(self) -> list[tuple[int, int, str]]:
        return [verb for piece in self.pieces for verb in piece.verbs]

    @property
    def who(self) -> tuple[int, int] | None:
        """The party named last before the first time or count, else the first one named."""
        named: tuple[int, int] | None = None
        for piece in self.pieces:
            if named is None or not (piece.who and any(kind == "check" for _, _, kind in piece.verbs)):
                named = piece.who or named
            if piece.moments or piece.counts:
                break
        return named or next((piece.who for piece in self.pieces if piece.who), None)


def distributes(text: str, clause: Clause) -> bool:
    """每个乡镇抽查3个村: the stated party still acts, once for each of these."""
    return any(kind == "check" or text[a:b] in SPREADING for a, b, kind in clause.verbs)


def _base(rule: str | None) -> str:
    if rule and rule.startswith("FREQ=YEARLY") and re.search(r"BYMONTH=\d+(?:,\d+){3}(?:;|$)", rule):
        return "FREQ=MONTHLY;INTERVAL=3"
    return ";".join(part for part in (rule or "").split(";") if part.startswith(("FREQ", "INTERVAL")))


def group(pieces: list[Piece], text: str) -> list[Clause]:
    """Put neighbouring chunks together as long as they speak of the same act."""
    groups: list[Clause] = []
    for piece in pieces:
        if groups and not _begins(groups[-1], piece, text):
            groups[-1].pieces.append(piece)
        else:
            groups.append(Clause([piece]))
    return groups


def _begins(current: Clause, piece: Piece, text: str) -> bool:
    """Whether a chunk begins another obligation than the one being read."""
    if current.pieces[-1].exempt and piece.moments:
        return True
    times = [m for m in current.moments if m.dated or m.named]
    mine = [m for m in piece.moments if m.dated or m.named]
    verbs, counts = current.verbs, current.counts
    if piece.text.startswith(("其中", "遇", "如遇", "每次", "每场", "每期", "每批", "每户")) and not mine:
        return False
    if piece.text.startswith("其中") and mine and counts and piece.counts:
        return True
    if CASE.match(piece.text) and verbs and (current.who is not None or counts or times):
        return True
    if CLOSED.search(piece.text) and piece.who is None and not piece.counts and counts and not times:
        return False
    bare = sum(p.end - p.start for p in current.pieces) - sum(m.end - m.start for m in times) <= 8
    if times and bare and not verbs and not counts and current.who is None:
        return False
    since = bool(times) and all(m.since for m in times)
    if since and not verbs and not counts:
        return False
    if piece.counts and not mine and all(c.n.endswith("%") for c in [*piece.counts, *counts]) and counts:
        return False
    if piece.exempt or current.pieces[-1].exempt:
        return True
    if (
        not times
        and counts
        and not piece.counts
        and any(len(count.item) > 1 and count.item in piece.text for count in counts)
    ):
        return False
    rhythms = {_base(m.rule) for m in mine if m.rule} & {_base(m.rule) for m in times if m.rule}
    if rhythms and (current.who is None or piece.who is None) and not counts:
        return False
    if piece.who is not None and CROWD.match(text[slice(*piece.who)]) and not piece.verbs and not mine:
        return False
    if times and not mine and not piece.counts and piece.verbs and {k for _, _, k in piece.verbs} == {"attend"}:
        return False
    if piece.who is not None and current.who is not None:
        same = text[slice(*piece.who)] == text[slice(*current.who)]
        said = text[slice(*piece.who)]
        done = {text[a:b] for a, b, _ in verbs}
        again = any(kind == "check" or text[a:b] in SPREADING or text[a:b] in done for a, b, kind in piece.verbs)
        spread = CROWD.match(said) and again
        if spread and not mine:
            return False
        if not same:
            return True
    if piece.who is not None and current.who is None and piece.counts and not CROWD.match(text[slice(*piece.who)]):
        held = times and HOLDS.search(text, current.start, current.end)
        if (held or counts) and not any(kind == "attend" for _, _, kind in piece.verbs):
            return True
    if piece.who is not None and current.who is None and times and mine:
        return True
    if mine and times and all(m.rule for m in mine) and not any(m.rule for m in times) and piece.verbs:
        if {text[a:b] for a, b, _ in piece.verbs} <= {text[a:b] for a, b, _ in verbs}:
            return False
    if mine and times:
        if rhythms and not (counts and piece.counts):
            return False
        return not (all(m.named == "period" for m in times) and not verbs)
    if counts and any(m.rule for m in mine):
        papers = {kind for _, _, kind in piece.verbs} == {"submit"}
        return piece.who is not None or bool(piece.counts) or bool(times) or not papers
    if mine and (counts or verbs):
        kinds = {kind for _, _, kind in verbs}
        submits = any(kind == "submit" for _, _, kind in piece.verbs)
        if submits and "attend" in kinds and (SEPARATE_PAPER.search(piece.text) or piece.text.endswith("报名")):
            return True
        if "attend" in kinds and any(kind == "attend" for _, _, kind in piece.verbs):
            return False
        if submits and counts and kinds & {"hold", "check"} and not kinds & {"submit", "make"}:
            return SEPARATE_PAPER.search(piece.text) is not None
        closing = all(m.first is None and m.last is not None for m in mine)
        return bool(counts and piece.verbs and not submits and not closing)
    if piece.counts and counts and piece.verbs and not REACHED.search(piece.text):
        first = piece.verbs[0]
        lead = LEAD.match(text, piece.start, piece.end)
        return first[0] <= (lead.end() if lead else piece.start) + 4
    return False


def trim(pieces: list[Piece]) -> list[Piece]:
    """Without the reasons before and the exhortations after what is asked."""
    kept = list(pieces)
    while len(kept) > 1 and not kept[0].counts and not any(m.dated or m.named for m in kept[0].moments):
        if GENERAL.match(kept[0].text) or (kept[0].who is None and not kept[0].verbs and len(kept[0].text) > 24):
            kept.pop(0)
        else:
            break
    while len(kept) > 1 and re.search(r"标准为|补助|奖励|给予|经费", kept[-1].text):
        kept.pop()
    while len(kept) > 1 and not kept[-1].counts and not any(m.dated or m.named for m in kept[-1].moments):
        if EMPTY.match(kept[-1].text) or VOID.search(kept[-1].text):
            kept.pop()
        else:
            break
    return kept
