"""The people to turn to: names, telephones and e-mail addresses, each with its own."""

from __future__ import annotations

import re

from knowledge.reading.document import Contact
from knowledge.reading.lines import HAN, Line, is_organisation
from knowledge.reading.words import words

_PHONE = re.compile(
    r"(?<![\d-])(?:1[3-9]\d(?:[ -]?\d{4}){2}|[（(]?0\d{2,3}[)）]?\s?[-—－–]?\s?\d{7,8}(?:\s?[-—转]\s?\d{1,5})?"
    r"|[2-8]\d{6,7})(?![\d-])"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LABEL = re.compile(
    r"联\s*[系络]\s*人[^，。；;\n：:\d]{0,10}?[:：]|联\s*[系络]\s*人(?:及电话|及联系电话|及联系方式)?\s+|"
    r"联系人(?=[\u4e00-\u9fff]{2,4}[，,（(\s]{0,2}(?:电话|手机)?[:：]?\s*\d{5})|"
    r"(?:联系|咨询)方式\s*[:：]|(?:联系|咨询|办公|报名|联络)电话\s*[:：]|(?<!联系)电\s*话\s*[:：]"
)
_MORE = re.compile(
    r"[（(]?\s*(?:(?:联系|咨询|办公|固定)?电\s*话|手机|电子?邮箱|邮\s*箱|传真|E-?mail|地址|微信|联系)", re.IGNORECASE
)


_OFFICE = re.compile(rf"^[{HAN}]{{1,10}}?(?:部|办公室|办|科|处|股|室|中心|妇联)(?=[{HAN}]{{2,3}}$)")  # 权益部蒋琳


def read_contacts(lines: list[Line], text: str) -> tuple[Contact, ...]:
    """The people to turn to, with telephone and e-mail; an address alone (发至邮箱…) counts where nobody is named."""
    contacts: list[Contact] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        match = _LABEL.search(line.text)
        if match is None or "\t" in line.text:
            place += 1
            continue
        clause = line.text[match.start() :]
        while (
            place + 1 < len(lines)
            and not lines[place + 1].gap
            and _MORE.match(lines[place + 1].text)
            and len(clause) < 200
        ):
            place += 1
            clause += "；" + lines[place].text
        contacts += _clause(clause.split("。")[0])
        place += 1
    contacts = list(dict.fromkeys(contacts))
    emails = list(dict.fromkeys(match.group() for match in _EMAIL.finditer(text)))
    left = [email for email in emails if email not in {contact.email for contact in contacts}]
    if left and len(contacts) == 1 and contacts[0].email is None:
        contacts = [Contact(contacts[0].name, contacts[0].phone, left[0])]
    elif left and not any(contact.email for contact in contacts):
        if contacts:
            contacts[0] = Contact(contacts[0].name, contacts[0].phone, left[0])
        else:
            contacts = [Contact(None, None, left[0])]
    return tuple(contacts)


def _clause(clause: str) -> list[Contact]:
    """The contacts in one clause: names, telephones and addresses in the order they stand."""
    clause = re.sub(r"传\s*真\s*[:：]\s*" + _PHONE.pattern, " ", clause)
    phones = [re.sub(r"\s", "", match.group()) for match in _PHONE.finditer(clause)]
    emails = [match.group() for match in _EMAIL.finditer(clause)]
    names = _people(_EMAIL.sub(" ", _PHONE.sub(" ", clause)))
    if len(phones) == 1 and len(emails) == 1:
        emails *= max(len(names), 1)
    count = max(len(names), 1 if phones or emails else 0)
    if len(phones) == 1:  # 「联系人：陈敏、李红，电话：…」: one telephone for both
        phones *= count
    found = []
    for place in range(count):
        found.append(
            Contact(
                names[place] if place < len(names) else None,
                phones[place] if place < len(phones) else None,
                emails[place] if place < len(emails) else None,
            )
        )
    return [contact for contact in found if contact.name or contact.phone or contact.email]


def _people(clause: str) -> list[str]:
    label = re.match(r"联\s*[系络]\s*(?:人|方\s*式)(?:及[^：:\s]{2,6})?\s*[:：]?", clause)
    if label is None:
        return []
    never = set(words("not_names"))
    names = []
    for token in re.split(r"[^" + HAN + r"·]+", clause[label.end() :]):
        token = re.sub(r"^(?:联系人|及)", "", token)
        token = _OFFICE.sub("", token)
        if re.fullmatch(rf"[{HAN}·]{{2,5}}", token) and token not in never and not _is_place(token):
            names.append(token)
    return names


def _is_place(token: str) -> bool:
    """Units and addresses in the clause; 江老师 and 陈主任 are people."""
    if re.fullmatch(rf"[{HAN}](?:主任|主席|部长|科长|老师|同志|干事|副主席|书记|女士|先生)", token):
        return False
    return is_organisation(token) or bool(
        re.search(r"(?:电话|手机|邮箱|微信|地址|路|楼|科|室|号|工作日|同步|接收)$", token)
    )
