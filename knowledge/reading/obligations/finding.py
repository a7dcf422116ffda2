"""From a document to its obligations: walk its sentences, judge their clauses, fill in who and when."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

from knowledge.reading.document import Document
from knowledge.reading.obligations.actors import CROWD, level_of, split_parties
from knowledge.reading.obligations.attendance import attendance
from knowledge.reading.obligations.clauses import LABEL, Sentence, sentences, shaded
from knowledge.reading.obligations.filling import date_proposals, narrowed, paraphrase, window
from knowledge.reading.obligations.frame import LEAFLET, Frame, chain, frame_of, lines, reference
from knowledge.reading.obligations.grouping import Clause, distributes, group, trim
from knowledge.reading.obligations.judging import ATTENDS, Judge
from knowledge.reading.obligations.moments import Moment, moments_in
from knowledge.reading.obligations.obligation import Obligation
from knowledge.reading.obligations.parties import parties_of
from knowledge.reading.obligations.pieces import piece_at
from knowledge.reading.obligations.rows import row_obligations, table_span

TENTATIVE = re.compile(
    r"拟(?!定|写|制|订|稿|表彰|推荐|命名|录用|任|申报)|计划(?=于|在|\d|[组举召开])|争取(?!到)|力争|暂定|初步定于|初定|预计"
)
NON_CLAUSE = re.compile(
    r"^[\s　]*(?:联\s*系\s*(?:人|电话|方式)|电\s*话|邮\s*箱|电子邮箱|传\s*真|地\s*址|附\s*件|附\s*表|抄\s*送|主\s*送|"
    r"\d+[.．、][^，。；]{2,40}(?:表|样式|回执|名单|格式)$)|联系人[：:]|印发$|年\d+月\d+日$"
)
CHANGED = re.compile(r"(?:改为|改成|调整为|实行|恢复|采取|执行|采用|启用)[^，。；]{2,14}$")
ARRIVES = re.compile(r"报到[^，。；]{0,6}$")
LONGEST_JOINED = 120  # characters; an announcement and who comes to it are quoted as one up to here
SPLIT_DATES = re.compile(r"分别|分[两二三四\d][批次]|各(?=报|开展|举办|组织|召开|进行|[一二两三\d])|[两三]次|两批")


def find_obligations(document: Document) -> list[Obligation]:
    """The obligations a document states, in the order in which they stand; a law or a year's summary states none."""
    issued = document.meta.addressees or re.search(r"通知|妇联|妇女联合会", document.meta.title or "")
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
        self.event: int | None = None
        self.coming: int | None = None
        self.since: Moment | None = None
        self.judge = Judge(document, frame)
        self.lasting: list[Moment] = []
        self.phase: Moment | None = None

    # -- walking through the text -------------------------------------------------------------------------------

    def read(self) -> list[Obligation]:
        """The obligations of the running text and of the label lines."""
        for start, end in self._lines():
            places = tuple(section.start for section in chain(self.document, start))
            if places != self.spoken_in and places[: len(self.spoken_in)] != self.spoken_in:
                sibling = len(places) > 1 and places[:-1] == self.spoken_in[: len(places) - 1]
                if not (sibling and set(self.spoken) <= set(self.frame.addressees)):
                    self.spoken = ()
            self.spoken_in = places
            label = LABEL.match(self.text, start, end)  # 2.24日中午 is the second item, not the 24th of February
            moments = moments_in(self.text, label.end() if label else start, end, self.frame.ref)
            self.lasting = []
            self.phase = self.since = None
            already = len(self.found)
            for sentence in sentences(self.text, start, end, self.marks):
                self._sentence(sentence, moments)
            date_proposals(self.found, already)
        self._reach_appointment()
        if not self.attended and "纪要" not in (self.document.meta.title or ""):
            self.found.extend(attendance(self.document, self.frame))
        return self.found

    def _reach_appointment(self) -> None:
        """Quote the label line that says when together with the line below it that says who comes."""
        main = next((a for a in self.frame.appointments if a.label != "报到"), None)
        if main is None or self.coming is None or self.coming >= len(self.found):
            return
        one = self.found[self.coming]
        start = self.document.original_span(*main.line)[0]
        if start < one.offset[0] and one.offset[1] - start <= LONGEST_JOINED and one.start == main.moment.first:
            evidence = self.document.original[start : one.offset[1]]
            time = one.time or main.moment.clock
            self.found[self.coming] = replace(one, offset=(start, one.offset[1]), evidence=evidence, time=time)

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
        pieces = [
            piece_at(self.text, self.marks, start, end, line_moments, sentence.start) for start, end in sentence.chunks
        ]
        clauses = group(pieces, self.text)
        previous: list[Moment] = []
        for index, clause in enumerate(clauses):
            own = [m for m in clause.moments if m.dated or m.named]
            if not own and index == 0 and self._goes_on(clause):
                clause.inherited = self.lasting
            if not own and previous and (clause.who is None or all(m.first or m.named for m in previous)):
                clause.inherited = previous
            if own and all(m.since for m in own) and not clause.counts and CHANGED.search(clause.pieces[-1].text):
                self.since = own[0]
                continue
            if index == 0 and clause.inherited and self._joins(clause):
                continue
            stated = self._consider(clause)
            arrives = self.event is not None and ARRIVES.search(self.text, clause.start, clause.end) is not None
            if not arrives:
                announced = stated and not clause.who and bool(own) and all(m.first and not m.rule for m in own)
                self.event = len(self.found) - 1 if announced else None
            if not stated and own and self.judge.phase_heading(clause, self.text[clause.start : clause.end]):
                self.phase = next((m for m in own if m.last is not None and m.rule is None), None)
            if own and stated and not arrives:
                previous = [m for m in own if m.rule is None and (m.dated or m.named == "period")]
            if previous:
                self.lasting = previous

    def _joins(self, clause: Clause) -> bool:
        """Whether a sentence only says who comes to what the one before it announced; then it is put to that one."""
        kinds = {kind for _, _, kind in clause.verbs}
        words = self.text[clause.start : clause.end]
        comes = ATTENDS.search(words) or kinds == {"attend"} or (clause.counts and re.search(r"选派|派", words))
        if self.event is None or clause.who is None or not comes:
            return False
        last = self.found[self.event]
        span = self.document.original_span(clause.start, clause.end)
        if span[1] - last.offset[0] > LONGEST_JOINED or span[0] - last.offset[1] > 30:
            return False
        who = split_parties(self.text[slice(*clause.who)])
        self.spoken = who
        self.attended = True
        self.found[self.event] = replace(
            last,
            who=who,
            level=level_of(who[0], self.frame.level),
            quantity=(*last.quantity, *((count.item, count.n) for count in clause.counts)),
            evidence=self.document.original[last.offset[0] : span[1]],
            offset=(last.offset[0], span[1]),
        )
        return True

    def _goes_on(self, clause: Clause) -> bool:
        """Whether a sentence tells more of what the one before it dated: 届时…, or a count for every unit."""
        if not self.lasting:
            return False
        words = self.text[clause.start : clause.end]
        if words.startswith(("届时", "其中", "期间", "每场", "每期", "每次")):
            return True
        days = all(m.first is not None and m.rule is None and not m.since for m in self.lasting)
        shown_up = any(kind == "attend" for _, _, kind in clause.verbs) or any(m.clock for m in clause.moments)
        if days and shown_up and (clause.counts or clause.moments or clause.who):
            return True
        return bool(clause.counts) and words.startswith("每") and all(m.first is not None for m in self.lasting)

    # -- judging ------------------------------------------------------------------------------------------------

    def _consider(self, clause: Clause) -> bool:
        """Add the obligation a clause states, if it states one."""
        if clause.who is not None:
            said = self.text[slice(*clause.who)]
            if not (CROWD.match(said) and self.spoken and distributes(self.text, clause)):
                self.spoken = split_parties(said)
        clause.pieces = trim(clause.pieces)
        words = self.text[clause.start : clause.end]
        moments = [m for m in clause.moments if m.dated or m.named]
        inherited = clause.inherited
        undated = not moments or all(m.rule is not None for m in moments)
        heading = None
        if undated and not inherited:
            heading = self.phase or self.judge.heading_moment(clause.start)
        if heading is not None and not (clause.start <= heading.start < clause.end):
            inherited = [heading]
        if not self.judge.binds(clause, words, moments, inherited):
            return False
        self._emit(clause, [*moments, *(inherited if undated else [])], own=bool(moments))
        return True

    # -- filling in ---------------------------------------------------------------------------------------------

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
        apart = SPLIT_DATES.search(words) is not None or (len(dates) > 1 and dates[-1].first is None)
        if len(dates) > 1 and own and apart and _listed(self.text, dates):
            closing = any(m.first is None for m in dates)
            for moment in dates:
                first = None if closing else moment.first
                self._add(clause, words, first, moment.last, moment.clock, [moment], None)
            return
        start, end, clock = window(self.frame, kept, words)
        if start is None and self.since is not None and any(m.rule for m in kept):
            start = self.since.first
        said = next((m.clock for m in clause.moments if m.clock), None)
        clock = said or clock
        rule = next((m.rule for m in sorted(kept, key=lambda m: -len(m.rule or ""))), None)
        self._add(clause, words, start, end, clock, kept if own else [], rule)

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
        who = parties_of(self.text, self.frame, clause, words, self.spoken)
        clause = narrowed(self.text, self.marks, clause)
        span = self.document.original_span(clause.start, clause.end)
        said = [self.text[m.start : m.end] for m in moments]
        if ATTENDS.search(words) and not any(kind == "submit" for _, _, kind in clause.verbs):
            days = {m.moment.first for m in self.frame.appointments}
            if not words.startswith(("参会", "与会", "参训", "请参")) and (not moments or start in days):
                self.attended = True
                self.coming = len(self.found) if not moments and self.coming is None else self.coming
        self.found.append(
            Obligation(
                who=who,
                level=level_of(who[0], self.frame.level) if who else self.frame.level,
                what=paraphrase(self.text, clause),
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


def _titled(text: str, moment: Moment) -> bool:
    """Whether a date stands right behind a title: 《甲表》6月30日、《乙表》7月10日前."""
    return text[max(0, moment.start - 2) : moment.start].rstrip("于在应")[-1:] == "》"


def _listed(text: str, moments: list[Moment]) -> bool:
    """Whether dates stand in a row: 6月1日、9月1日前."""
    return all(len(text[a.end : b.start]) <= 3 for a, b in pairwise(moments))
