"""Who owes what a clause asks for."""

from __future__ import annotations

import re

from knowledge.reading.obligations.actors import CROWD, level_of, split_parties
from knowledge.reading.obligations.frame import Frame
from knowledge.reading.obligations.grouping import Clause, distributes

OWN_ACTS = re.compile(
    r"予以表彰|进行表彰|通报表[扬彰]|组织评审|专家评审|发文命名|授牌|揭晓|公布结果|现场推进会|纪念大会"
)
ANNOUNCED = re.compile(r"拟于|拟在|将于|将在|将适时|拟举办|拟组织|拟召开")
EVENT = re.compile(r"定于[^，。；]*(?:举行|举办|召开|进行)|^[^，。；]{2,8}时间[为是定]")
RESPONSIBLE = re.compile(
    r"[（(](?:责任|牵头|承办|落实|主办|负责)(?:单位|部门|科室|处室|部室)[：:]\s*(?P<who>[^；;，,。）)]{2,40})"
)


def parties_of(text: str, frame: Frame, clause: Clause, words: str, spoken: tuple[str, ...]) -> tuple[str, ...]:
    """The party a clause names, else the issuer for what it does itself, who is charged with it behind, `spoken` or the addressees."""
    if clause.who is not None:
        said = text[slice(*clause.who)]
        if not (CROWD.match(said) and spoken and distributes(text, clause)):
            return split_parties(said)
    elif (ANNOUNCED.search(words) or OWN_ACTS.search(words)) and not re.search(r"请|各", words) and frame.issuer:
        return tuple(name.replace("妇女联合会", "妇联") for name in frame.issuer)
    elif EVENT.search(words) and not re.search(r"请|各", words):
        return frame.addressees or frame.issuer
    charged = RESPONSIBLE.search(text, clause.end, _line_end(text, clause.end))
    if charged is not None:
        return split_parties(charged["who"])
    asked = re.search(r"请|(?<![通公简])报(?:送|至|到)?", words) is not None
    if spoken and not (asked and _own(frame, spoken[0])):
        return spoken
    return frame.addressees or tuple(name.replace("妇女联合会", "妇联") for name in frame.issuer)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return end if end >= 0 else len(text)


def _own(frame: Frame, party: str) -> bool:
    """Whether a party is the issuing office itself."""
    return level_of(party) == frame.level and party[:1] not in "各每全"
