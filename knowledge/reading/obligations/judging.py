"""Whether a clause binds anybody: what is background, exhortation, exemption, heading or rule is told apart here."""

from __future__ import annotations

import re
from datetime import date

from knowledge.reading.document import Document
from knowledge.reading.obligations.frame import Frame, aside, chain
from knowledge.reading.obligations.grouping import VOID, Clause
from knowledge.reading.obligations.moments import Moment, moments_in
from knowledge.reading.obligations.vocabulary import any_of

MODAL = re.compile(
    r"(?<![主重紧首摘纪])要(?![求素点闻件领])|(?<![响相供对适反])应(?![急用对有届聘邀])|(?<![所急必供])须|(?<![所急必])需(?!求)|请(?!假|求|示)|"
    r"务必|拟(?!定)|将(?!军)|计划(?=于|在|\d|[组举召开])|争取|力争|不少于|不低于|至少|原则上|确保|不得少于"
)
PURE_GOAL = re.compile(r"加强|提高|提升|增强|推进|推动|深化|营造|发挥|弘扬|强化|促进|扩大|完善|健全|统筹|重视")
TARGET = re.compile(r"(?:报|报送|上报|提交|交|发|寄|送|反馈)(?:送)?(?:至|到|给|县|市|省|镇|乡|区|街道)")
NAMED_PAPER = re.compile(r"》|回执|总结|方案|名单|台账|统计表|登记表|申报表|推荐表|汇总表|材料|报名表|计划|清单|报告")
ATTENDS = re.compile(r"(?:参加|参会|出席|到会|参训|到场|与会|列席)(?!人员|对象|单位|人数|名单|者|代表)|报到")
REPEALED = re.compile(r"取消|停止|废止|不再|作废|终止")
STEP = re.compile(r"(?:第[一二三四五六七八九十]步)?[，,]?[^，。；]{0,16}[（(][^（）()]*[月日旬][^（）()]*[)）]$")
LEADS_ON = re.compile(
    r"(?:分配|安排|任务|名额|指标|要求|事项|方案|分工)[^，。；]{0,4}如下|如下[：:]?$|以下(?:几项|几个方面)?(?:重点)?工作|下列|详?见附[件表]\d?$"
)
OVER = re.compile(
    r"去年|上年(?!度?[^，。；]{0,10}(?:数据|总结|报表|统计|情况|台账|汇总))|前年|往年|累计|同比|共(?:开展|举办|发放|走访|接待|报送|培训)|取得了|圆满"
)
SYSTEM = re.compile(r"(?:要|应|须|继续|严格)?(?:实行|建立|执行|落实|坚持|完善|健全)[^，。；]{0,14}(?:制|制度|机制)")
LAST_YEAR = re.compile(r"(?:但|其中)?(?:去年|上年|往年|前年|前期|前段时间)")
DONE = re.compile(r"(?<![要须应])已(?!婚|满|获评的|备案|领)[\u4e00-\u9fff]{2}")
AFTER_STEP = re.compile(r"^经[^，。；]{0,24}后$")
WHOLE = re.compile(r"全[省市县区镇乡街村]")
IN_FORCE = re.compile(r"起(?:正式|开始)?(?:执行|施行|实施|试行)")
DATED_HEADING = re.compile(r"阶段|步骤|[（(][^（）()]*[月日底旬季度][^（）()]*[)）]|[月旬日季度][：:。]?$")


class Judge:
    """Decides for the clauses of one document."""

    def __init__(self, document: Document, frame: Frame) -> None:
        self.document = document
        self.frame = frame
        self.text = document.text
        self.past = any_of("past.txt")

    def heading_moment(self, position: int) -> Moment | None:
        """The span that an enclosing heading gives: 宣传发动阶段（3月1日—3月15日）."""
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

    def binds(self, clause: Clause, words: str, moments: list[Moment], inherited: list[Moment]) -> bool:
        verbs = clause.verbs
        counts = clause.counts
        modal = MODAL.search(words) is not None
        deadline = any(m.last is not None and m.first is None for m in moments)
        if clause.start < self.frame.order_from and not self._announces(words, moments):
            return False
        ahead = any(m.dated and (m.rule or m.last is None or self._ahead(m.last)) for m in moments)
        if LAST_YEAR.match(words) and not deadline:
            return False
        past = (OVER if ahead else self.past).search(words) or DONE.search(words)
        if past and not modal and not deadline:
            return False
        if SYSTEM.fullmatch(words) and moments and all(m.rule for m in moments) and self._told_after(clause):
            return False
        if all(piece.exempt for piece in clause.pieces) and not deadline:
            return False
        if IN_FORCE.search(words) and not counts and len(verbs) < 3:
            return False
        if REPEALED.search(words) and not re.search(r"资格", words):
            return False
        if VOID.search(words) and not any(kind == "submit" for _, _, kind in verbs) and not deadline:
            return False
        event = any(m.named == "event" for m in moments)
        if aside(self.document, clause.start) and not ((deadline or event) and verbs):
            return False
        days = any(m.first is not None and m.last is not None and (m.last - m.first).days < 27 for m in moments)
        if LEADS_ON.search(words) and not deadline and not (days and verbs):
            return False
        if counts and not days and not deadline and self._divided_below(clause):
            return False
        if re.search(r"可随时|自愿|可自行", words) and not deadline:
            return False
        if AFTER_STEP.search(words) and not modal:
            return False
        limits = all(count.n.startswith("<=") for count in counts)
        if counts and not moments and limits and not any(kind == "submit" for _, _, kind in verbs):
            return False
        if self.phase_heading(clause, words) or (not moments and self._mere_heading(clause)):
            return False
        if moments:
            if verbs or deadline or clause.who is not None or any(m.rule or (m.clock and m.first) for m in moments):
                return True
            return modal and not PURE_GOAL.search(words)
        if any(count.firm for count in counts):
            return bool(verbs) or modal or bool(inherited) or re.search(r"全年|年内|今年|每", words) is not None
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

    def _divided_below(self, clause: Clause) -> bool:
        """Whether a total of the whole place is only the sum of what a table below divides: 任务分解如下."""
        line_end = self.text.find("\n", clause.end)
        rest = self.text[clause.end : line_end if line_end >= 0 else len(self.text)]
        whole = WHOLE.search(self.text, max(self.text.rfind("\n", 0, clause.start), 0), clause.end)
        return whole is not None and re.search(r"(?:如下|见下表|见附[件表]\d?)[：:。]?\s*$", rest) is not None

    def _told_after(self, clause: Clause) -> bool:
        """Whether the rest of the line says by which day, so that a system's name (实行月报制) says nothing of its own."""
        line_end = self.text.find("\n", clause.end)
        rest = (clause.end, line_end if line_end >= 0 else len(self.text))
        return any(m.rule or m.last for m in moments_in(self.text, *rest, self.frame.ref))

    def _ahead(self, day: date) -> bool:
        return self.frame.ref is not None and day >= self.frame.ref

    def phase_heading(self, clause: Clause, words: str) -> bool:
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

    def _mere_heading(self, clause: Clause) -> bool:
        """Whether the clause is the heading of a section that says more: 开展一次大排查。各村要在…"""
        section = self.document.section_at(clause.start)
        if section is None or not section.heading or not section.start <= clause.start < section.body_start:
            return False
        figures = any(self.text[count.start].isdigit() for count in clause.counts)
        return not figures and clause.end <= section.body_start and section.end - section.body_start > 15

    def _announces(self, words: str, moments: list[Moment]) -> bool:
        """Whether a sentence of the preamble sets a date: 定于6月5日召开."""
        if not any(m.dated and (m.last is None or self.frame.ref is None or m.last >= self.frame.ref) for m in moments):
            return False
        if any(m.first is not None and m.last is not None and (m.last - m.first).days > 120 for m in moments):
            return False
        announced = re.search(r"将于|定于|拟于|拟在|将在|请|推迟|延期|要于|完成|结束", words) is not None
        return announced and not self.frame.label_lines
