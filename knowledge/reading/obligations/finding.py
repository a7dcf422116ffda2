"""From clauses to obligations: group the chunks of a sentence, weed out what binds nobody, fill in who and when."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from knowledge.calendar.workdays import add_workdays
from knowledge.reading.document import Document
from knowledge.reading.obligations.actors import CROWD, LEAD, level_of, split_parties, subject_at
from knowledge.reading.obligations.amounts import Amount, amounts
from knowledge.reading.obligations.clauses import LABEL, Sentence, sentences, shaded
from knowledge.reading.obligations.frame import Appointment, Frame, aside, chain, frame_of, lines, reference
from knowledge.reading.obligations.moments import Moment, moments_in
from knowledge.reading.obligations.obligation import Obligation
from knowledge.reading.obligations.rows import row_obligations, table_span
from knowledge.reading.obligations.vocabulary import acts, any_of, pairs

MODAL = re.compile(
    r"(?<![主重紧首摘纪])要(?![求素点闻件领])|(?<![响相供对适反])应(?![急用对有届聘邀])|(?<![所急必供])须|(?<![所急必])需(?!求)|请(?!假|求|示)|"
    r"务必|拟(?!定)|将(?!军)|计划(?=于|在|\d|[组举召开])|争取|力争|不少于|不低于|至少|原则上|确保|不得少于"
)
TENTATIVE = re.compile(r"拟(?!定|写|制|订|稿|表彰|推荐|命名|录用|任|申报)|计划(?=于|在|\d|[组举召开])|争取(?!到)|力争|暂定|初步定于|初定|预计")
EXEMPT = re.compile(r"不需|无需|不必|不再|毋须|免于|可不|不用")
VOID = re.compile(
    r"经费|补助|以奖代补|拨付|标准为|不得(?!少于|低于|晚于|迟于)|纳入|不予|视为|视同|取消.{0,8}资格|作为.{0,14}(?:依据|参考|内容之一|重要内容)|自行承担|食宿|由.{0,8}负责解释|逾期|"
    r"有效期|施行|废止|为准|期满|聘期|任期|自理|乘车|费用|不收取|给予.{0,6}(?:奖励|补助|表扬)|颁发(?:荣誉)?证书|择优|优先"
)
EMPTY = re.compile(
    r"^(?:确保|切实|为|使|以|努力|不断|进一步|充分|深入(?!开展)|积极|着力|力求|营造|形成|从而|让|认真做好|高度重视|加强|提高认识|精心组织|注重|坚持|按照|根据|围绕|结合|依据)"
)
GENERAL = re.compile(r"^(?:根据|按照|为(?!期)|围绕|结合|依托|经|鉴于|由于|因)")
PURE_GOAL = re.compile(r"加强|提高|提升|增强|推进|推动|深化|营造|发挥|弘扬|强化|促进|扩大|完善|健全|统筹|重视")
TARGET = re.compile(r"(?:报|报送|上报|提交|交|发|寄|送|反馈)(?:送)?(?:至|到|给|县|市|省|镇|乡|区|街道)")
NAMED_PAPER = re.compile(r"》|回执|总结|方案|名单|台账|统计表|登记表|申报表|推荐表|汇总表|材料|报名表|计划|清单|报告")
NON_CLAUSE = re.compile(
    r"^[\s　]*(?:联\s*系\s*(?:人|电话|方式)|电\s*话|邮\s*箱|电子邮箱|传\s*真|地\s*址|附\s*件|附\s*表|抄\s*送|主\s*送|\d+[.．、][^，。；]{2,40}(?:表|样式|回执|名单|格式)$)|联系人[：:]|印发$|年\d+月\d+日$"
)
ATTENDS = re.compile(r"(?:参加|参会|出席|到会|参训|到场|与会|列席)(?!人员|对象|单位|人数|名单|者|代表)|报到")
COMPLETION = re.compile(r"(?:前|底|末|内)[，,]?(?:全面|全部|基本|需|要|须|应|将|必须)?(?:完成|结束|到位|报|交)")
HOLDS = re.compile(r"(?:拟|将|定于|决定)[^，。；]*(?:举办|举行|召开|开展|组织|启动)")
REPEALED = re.compile(r"取消|停止|废止|不再|作废|终止")
LONGEST_EVIDENCE = 110  # characters; a longer clause is cut down to what carries its times and counts
ANNOUNCED = re.compile(r"拟于|拟在|将于|将在|将适时|拟举办|拟组织|拟召开")
STEP = re.compile(r"(?:第[一二三四五六七八九十]步)?[，,]?[^，。；]{0,16}[（(][^（）()]*[月日旬][^（）()]*[)）]$")
LEADS_ON = re.compile(r"(?:分配|安排|任务|名额|指标|要求|事项|方案|分工)[^，。；]{0,4}如下|如下[：:]?$|详?见附[件表]\d?$")
OVER = re.compile(r"去年|上年|前年|往年|累计|同比|共(?:开展|举办|发放|走访|接待|报送|培训)|取得了|圆满")
LEAFLET = re.compile(r"问答|[十百]问|答疑|手册")
IN_FORCE = re.compile(r"起(?:正式|开始)?(?:执行|施行|实施|试行)")
REACHED = re.compile(r"发放|赠送|送上|送去|培训妇女|覆盖|服务|惠及|参与|受益|人次")
GATHERING = re.compile(r"开(?![展放通设办])[^，。；]{0,8}会|(?<=[县区乡镇村组])查(?=[\u4e00-\u9fff])")
DATED_HEADING = re.compile(r"阶段|步骤|[（(][^（）()]*[月日底旬季度][^（）()]*[)）]|[月旬日季度][：:。]?$")
SPLIT_DATES = re.compile(r"分别|分[两二三四\d]批|分[两二三四\d]次|各报|各开展|两次|两批|三次|各")
SEPARATE_PAPER = re.compile(
    r"总结|方案|报告|回执|名单|照片|信息|小结|计划|台账|统计表|汇总表|材料|《"
)


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
        return next((piece.who for piece in self.pieces if piece.who), None)


def find_obligations(document: Document) -> list[Obligation]:
    """The obligations a document states, in the order in which they stand; a law or a year's summary states none."""
    issued = document.meta.addressees or "通知" in (document.meta.title or "")
    if (document.kind == "law" and not issued) or document.secrecy:
        return []
    if LEAFLET.search(document.meta.title or ""):
        return []
    ref = reference(document)
    frame = frame_of(document, table_span(document, ref))
    found = _Reader(document, frame).read()
    for table in document.tables:
        found.extend(row_obligations(document, table, ref, frame.level))
    return sorted(found, key=lambda obligation: (obligation.offset, obligation.end or date.max))


class _Reader:
    """Reads one document line by line and remembers whose turn it is."""

    def __init__(self, document: Document, frame: Frame) -> None:
        self.document = document
        self.frame = frame
        self.text = document.text
        self.marks = shaded(document.text)
        self.found: list[Obligation] = []
        self.spoken: tuple[str, ...] = ()
        self.spoken_in: tuple[int, ...] = ()
        self.attended = False
        self.past = any_of("past.txt")
        self.lasting: list[Moment] = []
        self.phase: Moment | None = None

    # -- walking through the text -------------------------------------------------------------------------------

    def read(self) -> list[Obligation]:
        """The obligations of the running text and of the label lines."""
        for start, end in self._lines():
            places = tuple(section.start for section in chain(self.document, start))
            if places != self.spoken_in and places[: len(self.spoken_in)] != self.spoken_in:
                self.spoken = ()
            self.spoken_in = places
            moments = moments_in(self.text, start, end, self.frame.ref)
            self.lasting = []
            self.phase = None
            for sentence in sentences(self.text, start, end, self.marks):
                self._sentence(sentence, moments)
        for appointment in self._appointments():
            self.found.append(appointment)
        return self.found

    def _lines(self) -> list[tuple[int, int]]:
        kept = []
        tables = [(table.start, table.end) for table in self.document.tables]
        begin = self.document.body_start
        issuers = {re.sub(r"\s", "", name) for name in self.frame.issuer}
        for start, end in lines(self.text):
            line = self.text[start:end]
            if end <= begin or start < self.frame.background_until or start in self.frame.label_lines:
                continue
            if any(first <= start < last for first, last in tables):
                continue
            if NON_CLAUSE.search(line.strip()) or re.sub(r"\s", "", line) in issuers:
                continue
            kept.append((max(start, begin), end))
        return kept

    def _sentence(self, sentence: Sentence, line_moments: list[Moment]) -> None:
        pieces = [self._piece(start, end, line_moments, sentence.start) for start, end in sentence.chunks]
        clauses = _group(pieces, self.text)
        previous: list[Moment] = []
        for index, clause in enumerate(clauses):
            own = clause.moments
            if not own and index == 0 and self._goes_on(clause):
                clause.inherited = self.lasting
            if not own and previous and (clause.who is None or all(m.first or m.named for m in previous)):
                clause.inherited = previous
            stated = self._consider(clause)
            if not stated and own and self._phase_heading(clause, self.text[clause.start : clause.end]):
                self.phase = next((m for m in own if m.last is not None and m.rule is None), None)
            if own and stated:
                previous = [m for m in own if m.rule is None and (m.dated or m.named == "period")]
            if previous:
                self.lasting = previous

    def _goes_on(self, clause: Clause) -> bool:
        """Whether a sentence tells more of what the one before it dated: 届时…, or 每个县督查2个乡镇 after 督查."""
        if not self.lasting:
            return False
        words = self.text[clause.start : clause.end]
        if words.startswith(("届时", "其中", "期间", "每场", "每期", "每次")):
            return True
        return bool(clause.counts) and words.startswith("每") and all(m.first is not None for m in self.lasting)

    def _piece(self, start: int, end: int, line_moments: list[Moment], earlier: int) -> Piece:
        text = self.text[start:end]
        moments = [moment for moment in line_moments if start <= moment.start < end]
        who = self._subject(start, end, moments)
        floor = who[1] if who else start
        counts = amounts(self.text, start, end, [(m.start, m.end) for m in moments], self.marks, earlier)
        verbs = [
            (match.start(), match.end(), pairs("acts.tsv")[match[0]])
            for match in acts().finditer(self.text, floor, end)
            if pairs("acts.tsv")[match[0]] != "noun" and not self._noun_act(match.start())
        ]
        gathering = GATHERING.search(self.text, floor, end)
        if gathering is not None and not verbs:
            verbs.append((*gathering.span(), "hold"))
        return Piece(start, end, text, moments, counts, who, verbs, (EXEMPT.search(text) or IN_FORCE.search(text)) is not None)

    def _noun_act(self, start: int) -> bool:
        """Whether the act is inside a title or quotation (“送法进家庭”宣传)."""
        return bool(self.marks[start]) and self.text[start - 1 : start] not in ("（", "(")

    def _subject(self, start: int, end: int, moments: list[Moment]) -> tuple[int, int] | None:
        text = self.text
        if text.startswith("其中", start):
            return None
        position = start
        for _ in range(4):
            lead = LEAD.match(text, position, end)
            if lead is not None:
                position = lead.end()
            moved = False
            for moment in moments:
                at = moment.start
                if position <= at <= position + 2 and text[position:at] in ("", "第", "于第", "在第", "“", "于", "在", "从", "自", "到", "每"):
                    position = moment.end
                    while position < end and text[position] in "，, 前）)":
                        position += 1
                    moved = True
            if not moved:
                break
        found = subject_at(text, position, end)
        if found is None:
            for match in re.finditer(r"请|要求|由|督促|组织(?=各)|指导", text[start:end]):
                found = subject_at(text, start + match.end(), end)
                if found is not None:
                    break
        return found

    # -- judging ------------------------------------------------------------------------------------------------

    def _consider(self, clause: Clause) -> bool:
        """Add the obligation a clause states, if it states one."""
        if clause.who is not None:
            said = self.text[slice(*clause.who)]
            if not (CROWD.match(said) and self.spoken and _distributes(self.text, clause)):
                self.spoken = split_parties(said)
        clause.pieces = _trim(clause.pieces)
        words = self.text[clause.start : clause.end]
        moments = [m for m in clause.moments if m.dated or m.named]
        inherited = clause.inherited
        undated = not moments or all(m.rule is not None for m in moments)
        heading = self._heading_moment(clause.start) if undated and not inherited else None
        if heading is not None and not (clause.start <= heading.start < clause.end):
            inherited = [heading]
        if not self._binds(clause, words, moments, inherited):
            return False
        self._emit(clause, [*moments, *(inherited if undated else [])], own=bool(moments))
        return True

    def _heading_moment(self, position: int) -> Moment | None:
        """The span that an enclosing heading gives: 宣传发动阶段（3月1日—3月15日）."""
        if self.phase is not None:
            return self.phase
        for section in reversed(chain(self.document, position)):
            stop = max(section.body_start, section.start)
            if stop > position or stop - section.start > 60 or stop <= section.start:
                continue
            heading = self.text[section.start : stop]
            if not DATED_HEADING.search(heading) or MODAL.search(heading):
                continue
            for moment in moments_in(self.text, section.start, stop, self.frame.ref):
                if moment.last is not None and moment.rule is None:
                    return moment
        return None

    def _binds(self, clause: Clause, words: str, moments: list[Moment], inherited: list[Moment]) -> bool:
        verbs = clause.verbs
        counts = clause.counts
        modal = MODAL.search(words) is not None
        deadline = any(m.last is not None and m.first is None for m in moments)
        if clause.start < self.frame.order_from and not self._announces(words, moments):
            return False
        ahead = any(m.dated and (m.rule or m.last is None or self._ahead(m.last)) for m in moments)
        if (OVER if ahead else self.past).search(words) and not modal and not deadline:
            return False
        if all(piece.exempt for piece in clause.pieces) and not deadline:
            return False
        if IN_FORCE.search(words) and not counts and len(verbs) < 3:
            return False
        if REPEALED.search(words) and not re.search(r"资格", words):
            return False
        if VOID.search(words) and not any(kind == "submit" for _, _, kind in verbs) and not deadline:
            return False
        if aside(self.document, clause.start) and not (deadline and verbs):
            return False
        if LEADS_ON.search(words) and not deadline:
            return False
        limits = all(count.n.startswith("<=") for count in counts)
        if counts and not moments and limits and not any(kind == "submit" for _, _, kind in verbs):
            return False
        if self._phase_heading(clause, words):
            return False
        if moments:
            if verbs or deadline or clause.who is not None or any(m.rule or (m.clock and m.first) for m in moments):
                return True
            return modal and not PURE_GOAL.search(words)
        if any(count.firm for count in counts):
            return bool(verbs) or modal or re.search(r"全年|年内|今年|每", words) is not None
        if inherited:
            return bool(verbs) and {k for _, _, k in verbs} != {"attend"} and (modal or not PURE_GOAL.search(words))
        kinds = {kind for _, _, kind in verbs}
        if "attend" in kinds and self.frame.appointments and ATTENDS.search(words) and re.search(r"请|要|须|应", words):
            return not re.search(r"不能|无法|因故|确需|请假|(?:参会|与会|参训)(?:人员|学员)", words)
        return (
            "submit" in kinds
            and TARGET.search(words) is not None
            and NAMED_PAPER.search(words) is not None
            and re.search(r"请|须|要|应|需", words) is not None
            and re.search(r"如|若|遇|及时|情况下", words) is None
        )

    def _ahead(self, day: date) -> bool:
        return self.frame.ref is not None and day >= self.frame.ref

    def _phase_heading(self, clause: Clause, words: str) -> bool:
        """Whether the clause is a heading that only dates what stands below it: 宣传发动阶段（3月1日—31日）."""
        if re.search(r"阶段[（(]?[^，]*$", words) and not MODAL.search(words):
            return True
        line_end = self.text.find("\n", clause.end)
        more = (line_end if line_end >= 0 else len(self.text)) - clause.end
        if STEP.match(words) and more > 12 and not MODAL.search(words):
            return True
        section = self.document.section_at(clause.start)
        if section is None or not section.start <= clause.start < section.body_start:
            return False
        if section.end - section.body_start < 8:
            return False
        return re.search(r"[（(][^（）()]*[)）]$", words) is not None and not MODAL.search(words)

    def _announces(self, words: str, moments: list[Moment]) -> bool:
        """Whether a sentence of the preamble sets a date: 定于6月5日召开."""
        if not any(m.dated and (m.last is None or self.frame.ref is None or m.last >= self.frame.ref) for m in moments):
            return False
        if any(m.first is not None and m.last is not None and (m.last - m.first).days > 120 for m in moments):
            return False
        announced = re.search(r"将于|定于|拟于|拟在|将在|请|推迟|延期|要于|完成|结束", words) is not None
        return announced and not self.frame.label_lines

    # -- filling in ---------------------------------------------------------------------------------------------

    def _parties(self, clause: Clause, words: str) -> tuple[str, ...]:
        if clause.who is not None:
            said = self.text[slice(*clause.who)]
            if not (CROWD.match(said) and self.spoken and _distributes(self.text, clause)):
                return split_parties(said)
        elif ANNOUNCED.search(words) and not re.search(r"请", words) and self.frame.issuer:
            return tuple(name.replace("妇女联合会", "妇联") for name in self.frame.issuer)
        asked = re.search(r"请|报(?:送|至|到)?", words) is not None
        if self.spoken and not (asked and self._own(self.spoken[0])):
            return self.spoken
        return self.frame.addressees or tuple(name.replace("妇女联合会", "妇联") for name in self.frame.issuer)

    def _narrowed(self, clause: Clause) -> Clause:
        """A long clause cut down to what carries its times and counts: a bracket, or the items of a list around them."""
        if clause.end - clause.start <= LONGEST_EVIDENCE:
            return clause
        carried = [(m.start, m.end) for m in clause.moments] + [(c.start, c.end) for c in clause.counts]
        if not carried:
            return clause
        first, last = min(a for a, _ in carried), max(b for _, b in carried)
        text = self.text
        opening = max(text.rfind("（", clause.start, first), text.rfind("(", clause.start, first))
        if opening >= 0 and not re.search(r"[）)]", text[opening:first]):
            closing = re.compile(r"[）)]").search(text, last, clause.end)
            if closing is not None and not re.search(r"[（(]", text[first:last]):
                inner = clause.pieces[0]
                return Clause([replace(inner, start=opening + 1, end=closing.start())])
        pieces = [p for p in clause.pieces if p.end > first and p.start < last]
        start, end = pieces[0].start, pieces[-1].end
        for position in range(first - 1, start, -1):
            if text[position] in "、，," and not self.marks[position] and first - position > 12:
                start = position + 1
                break
        for position in range(last, end):
            if text[position] in "、，," and not self.marks[position] and position - start > 20:
                end = position
                break
        return Clause([replace(pieces[0], start=start, end=end)])

    def _own(self, party: str) -> bool:
        """Whether a party is the issuing office itself."""
        return level_of(party) == self.frame.level and party[:1] not in "各每全"

    def _emit(self, clause: Clause, moments: list[Moment], own: bool) -> None:
        words = self.text[clause.start : clause.end]
        kept = [m for m in moments if m.dated or m.named]
        dates = [m for m in kept if m.rule is None and m.named == "" and not m.since]
        if len(dates) > 1 and own and all(_titled(self.text, m) for m in dates):
            closing = dates[-1].first is None
            begin = clause.start
            for moment in dates:
                stop = clause.pieces[0].end if moment is dates[-1] else moment.end
                part = Clause([replace(clause.pieces[0], start=begin, end=stop, moments=[moment])])
                self._add(part, words, None if closing else moment.first, moment.last, moment.clock, [moment], None)
                begin = stop + 1
            return
        if len(dates) > 1 and own and SPLIT_DATES.search(words) and _listed(self.text, dates):
            closing = any(m.first is None for m in dates)
            for moment in dates:
                first = None if closing else moment.first
                self._add(clause, words, first, moment.last, moment.clock, [moment], None)
            return
        start, end, clock = self._window(kept, words)
        clock = clock or next((m.clock for piece in clause.pieces for m in piece.moments if m.clock), None)
        rule = next((m.rule for m in sorted(kept, key=lambda m: -len(m.rule or ""))), None)
        self._add(clause, words, start, end, clock, kept if own else [], rule)

    def _window(self, moments: list[Moment], words: str) -> tuple[date | None, date | None, str | None]:
        frame = self.frame
        start = end = None
        clock = None
        period = frame.period
        for moment in moments:
            if moment.since:
                start = start or moment.first
                continue
            if moment.rule is not None:
                clock = clock or moment.clock
                alone = not any(m.dated and m is not moment for m in moments)
                if period is not None and alone and re.search(r"DAILY|WEEKLY", moment.rule):
                    start, end = start or period[0], end or period[1]
                continue
            if moment.named == "period" and period is not None:
                start, end = start or period[0], end or period[1]
            elif moment.named == "table" and frame.table_span is not None:
                start, end = start or frame.table_span[0], end or frame.table_span[1]
            elif moment.named.startswith("after:") and period is not None and period[1] is not None:
                end = end or _after(period[1], moment.named.removeprefix("after:"))
            elif moment.dated:
                if start is None and end is None:
                    start, end = moment.first, moment.last
                clock = clock or moment.clock
        if not moments and period is not None and frame.period != (None, None):
            if ATTENDS.search(words) and frame.appointments:
                moment = frame.appointments[0].moment
                return moment.first, moment.last, moment.clock
            if not frame.appointments and re.search(r"\d|[一二两三四五六七八九十]", words):
                start, end = period
        return start, end, clock

    def _add(
        self,
        clause: Clause,
        words: str,
        start: date | None,
        end: date | None,
        clock: str | None,
        moments: list[Moment],
        rule: str | None,
    ) -> None:
        who = self._parties(clause, words)
        clause = self._narrowed(clause)
        span = self.document.original_span(clause.start, clause.end)
        said = [self.text[m.start : m.end] for m in moments]
        if ATTENDS.search(words) and not any(kind == "submit" for _, _, kind in clause.verbs):
            days = {m.moment.first for m in self.frame.appointments}
            if not words.startswith(("参会", "与会", "参训", "请参")) and (not moments or start in days):
                self.attended = True
        self.found.append(
            Obligation(
                who=who,
                level=level_of(who[0], self.frame.level) if who else self.frame.level,
                what=self._what(clause),
                start=start,
                end=end,
                time=clock,
                deadline_text=said[0] if said else None,
                tentative=TENTATIVE.search(words) is not None,
                quantity=tuple((count.item, count.n) for count in clause.counts),
                recurrence=rule,
                evidence=self.document.original[span[0] : span[1]],
                offset=span,
            )
        )

    def _what(self, clause: Clause) -> str:
        """The clause without its party, its time and its modal words."""
        cut: list[tuple[int, int]] = [(m.start, m.end) for m in clause.moments]
        if clause.who is not None:
            cut.append(clause.who)
        kept = "".join(
            character
            for position, character in enumerate(self.text[clause.start : clause.end], clause.start)
            if not any(a <= position < b for a, b in cut)
        )
        kept = re.sub(r"^[，,、：:\s]*(?:请|要|应|须|需|于|在|从|自|将|并)*[，,]?", "", kept.replace("\n", ""))
        return re.sub(r"[，,]{2,}", "，", kept).strip("，, 　")[:40]

    # -- label lines --------------------------------------------------------------------------------------------

    def _appointments(self) -> list[Obligation]:
        """To be at what the label lines announce; one line of evidence from 时间 to 参加人员 where they stand close."""
        if self.attended or not self.frame.appointments:
            return []
        made = []
        main = next((a for a in self.frame.appointments if a.label != "报到"), None)
        for appointment in self.frame.appointments:
            made.append(self._appointment(appointment, appointment is main))
        return made

    def _appointment(self, appointment: Appointment, main: bool) -> Obligation:
        start, end = appointment.line
        who: tuple[str, ...] = self.frame.addressees or self.frame.issuer
        quantity: tuple[tuple[str, str], ...] = ()
        people = self.frame.people
        if people is not None and main:
            _, first, stop = people
            quantity = tuple((count.item, count.n) for count in amounts(self.text, first, stop, []))
            listed = re.sub(r"[（(][^（）()]*\d[^（）()]*[)）]|[，,]?各?共?\d+[人名].*|[。；].*", "", self.text[first:stop]).strip()
            named = [part for part in re.split(r"[，、]", listed) if 2 <= len(part) <= 20]
            who = tuple(named) or who
            if max(end, stop) - min(start, people[0]) <= 118:
                start, end = min(start, people[0]), max(end, stop)
        moment = appointment.moment
        label = LABEL.match(self.text, start, end)
        start = label.end() if label else start
        span = self.document.original_span(start, end)
        return Obligation(
            who=who,
            level=level_of(who[0], self.frame.level) if who else self.frame.level,
            what=appointment.label.replace("时间", "") or "参加",
            start=moment.first,
            end=moment.last,
            time=moment.clock,
            deadline_text=self.text[moment.start : moment.end],
            tentative=False,
            quantity=quantity,
            recurrence=None,
            evidence=self.document.original[span[0] : span[1]],
            offset=span,
        )


def _after(day: date, amount: str) -> date:
    """So long after an event's last day."""
    n, unit = int(re.sub(r"\D", "", amount) or 1), re.sub(r"\d", "", amount)
    if unit == "工作日":
        return add_workdays(day, n)
    return day + timedelta(days={"周": 7, "星期": 7, "月": 30}.get(unit, 1) * n)


def _titled(text: str, moment: Moment) -> bool:
    """Whether a date stands right behind a title: 《甲表》6月30日、《乙表》7月10日前."""
    return text[max(0, moment.start - 2) : moment.start].rstrip("于在应")[-1:] == "》"


def _listed(text: str, moments: list[Moment]) -> bool:
    """Whether dates stand in a row: 6月1日、9月1日前."""
    return all(len(text[a.end : b.start]) <= 3 for a, b in pairwise(moments))


def _distributes(text: str, clause: Clause) -> bool:
    """每个乡镇抽查2个村: the stated party still acts, once for each of these."""
    return any(kind == "check" or text[a:b] in ("抽取", "选取", "走访") for a, b, kind in clause.verbs)


def _base(rule: str | None) -> str:
    return ";".join(part for part in (rule or "").split(";") if part.startswith(("FREQ", "INTERVAL")))


def _group(pieces: list[Piece], text: str) -> list[Clause]:
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
    times = [m for m in current.moments if m.dated or m.named]
    mine = [m for m in piece.moments if m.dated or m.named]
    verbs, counts = current.verbs, current.counts
    if piece.text.startswith(("其中", "遇", "如遇")):
        return False
    bare = sum(p.end - p.start for p in current.pieces) - sum(m.end - m.start for m in times) <= 8
    if times and bare and not verbs and not counts and current.who is None:
        return False
    since = bool(times) and all(m.since for m in times)
    if since and not verbs and not counts:
        return False
    if piece.exempt or current.pieces[-1].exempt:
        return True
    if not times and counts and not piece.counts and any(len(count.item) > 1 and count.item in piece.text for count in counts):
        return False
    rhythms = {_base(m.rule) for m in mine if m.rule} & {_base(m.rule) for m in times if m.rule}
    if rhythms and current.who is None and not counts:
        return False
    if piece.who is not None and CROWD.match(text[slice(*piece.who)]) and not piece.verbs and not mine:
        return False
    if times and not mine and not piece.counts and piece.verbs and {k for _, _, k in piece.verbs} == {"attend"}:
        return False
    if piece.who is not None and current.who is not None and (times or counts or verbs):
        same = text[slice(*piece.who)] == text[slice(*current.who)]
        said = text[slice(*piece.who)]
        spread = CROWD.match(said) and any(text[a:b] == "走访" or kind == "check" for a, b, kind in piece.verbs)
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
    if mine and times:
        if rhythms and not (counts and piece.counts):
            return False
        return not (all(m.named == "period" for m in times) and not verbs)
    if mine and (counts or verbs):
        kinds = {kind for _, _, kind in verbs}
        submits = any(kind == "submit" for _, _, kind in piece.verbs)
        if submits and counts and kinds & {"hold", "check"} and not kinds & {"submit", "make"}:
            return SEPARATE_PAPER.search(piece.text) is not None
        return bool(counts and piece.verbs and not submits and not COMPLETION.search(piece.text))
    if piece.counts and counts and piece.verbs and not REACHED.search(piece.text):
        first = piece.verbs[0]
        lead = LEAD.match(text, piece.start, piece.end)
        return first[0] <= (lead.end() if lead else piece.start) + 4
    return False


def _trim(pieces: list[Piece]) -> list[Piece]:
    """Without the reasons before and the exhortations after what is asked."""
    kept = list(pieces)
    while len(kept) > 1 and not kept[0].counts and not any(m.dated or m.named for m in kept[0].moments):
        if GENERAL.match(kept[0].text) or (kept[0].who is None and not kept[0].verbs and len(kept[0].text) > 24):
            kept.pop(0)
        else:
            break
    while len(kept) > 1 and re.search(r"标准为|补助|奖励", kept[-1].text):
        kept.pop()
    while len(kept) > 1 and not kept[-1].counts and not any(m.dated or m.named for m in kept[-1].moments):
        if EMPTY.match(kept[-1].text) or VOID.search(kept[-1].text):
            kept.pop()
        else:
            break
    return kept
