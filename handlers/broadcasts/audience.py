"""Whom a broadcast goes to: subtree × level × role × group × those who have not reported. One predicate for count and sending."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from handlers.broadcasts import texts
from storage import people, units
from storage.broadcasts import Delivery, PeopleGroup, PeopleGroupMember
from storage.conversations import Conversation
from storage.duties import OPEN, Assignment, Duty
from storage.people import Identity, Person, Post, Speaker
from storage.units import Unit

Audience = dict[str, Any]

#: How long after her last message she can be pushed to on WeChat (platforms: 48 hours).
PUSH_WINDOW = timedelta(hours=48)


class Unknown(ValueError):
    """A word of the audience that means nothing here; the text says what to do."""


def conditions(audience: Mapping[str, Any], within: str, day: date) -> list[ColumnElement[bool]]:
    """The people with a post in the official's own tree, narrowed by what the audience names."""
    found = [units.below(Unit.path, within), people.post_valid_on(day), Person.left_at.is_(None)]
    if audience.get("path"):
        found.append(units.below(Unit.path, audience["path"]))
    if audience.get("level"):
        found.append(Unit.level == audience["level"])
    if audience.get("roles"):
        found.append(Post.role.in_(audience["roles"]))
    if audience.get("group_id"):
        found.append(
            Person.id.in_(select(PeopleGroupMember.person_id).where(PeopleGroupMember.group_id == audience["group_id"]))
        )
    if audience.get("missing_duty_id"):
        found.append(
            Unit.id.in_(
                select(Assignment.unit_id).where(
                    Assignment.duty_id == audience["missing_duty_id"], Assignment.state == OPEN
                )
            )
        )
    if audience.get("saw"):
        found.append(
            Person.id.in_(
                select(Delivery.person_id).where(
                    Delivery.broadcast_id == audience["saw"], Delivery.state.in_(("sent", "planned"))
                )
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Preview:
    """How many people would get it: by platform, how many of these only once they write again, and how many not at all."""

    reachable: int
    unreachable: int
    by_platform: dict[str, int] = field(default_factory=dict)
    must_wait: int = 0


def preview(session: Session, audience: Mapping[str, Any], *, by: Speaker, now: datetime, day: date) -> Preview:
    """Count the audience without the sender herself."""
    ids = (
        select(Person.id)
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(*conditions(audience, by.unit_path, day), Person.id != by.person_id)
        .distinct()
        .subquery()
    )
    rows = session.execute(
        select(Identity.person_id, Identity.platform, Conversation.heard_at)
        .outerjoin(Conversation, Conversation.identity_id == Identity.id)
        .where(Identity.person_id.in_(select(ids.c.id)), Identity.unreachable == "")
        .order_by(Identity.bound_at, Identity.id)
    )
    channels: dict[int, tuple[str, datetime | None]] = {
        p: (platform, heard) for p, platform, heard in rows if p is not None
    }
    by_platform: dict[str, int] = {}
    must_wait = 0
    for platform, heard in channels.values():
        by_platform[platform] = by_platform.get(platform, 0) + 1
        if platform == "wechat" and (heard is None or now - heard > PUSH_WINDOW):
            must_wait += 1
    everybody = session.scalar(select(func.count()).select_from(ids)) or 0
    return Preview(len(channels), everybody - len(channels), by_platform, must_wait)


_LEVEL = re.compile(
    r"各?(?:行政)?(?P<village>村(?:（社区）|\(社区\)|和?社区)?|社区)|各?(?P<township>乡镇(?:（街道）|街道)?|乡|镇|街道)"
    r"|各?(?P<county>县(?:区|（市、区）)?|区)"
)
_ROLES = {
    "妇代会主任": ["congress_head"], "主任": ["congress_head"], "妇联主席": ["chair"], "主席": ["chair"],
    "干事": ["officer"], "执委": ["executive_member"],
}  # fmt: skip


def read(session: Session, said: str, *, by: Speaker) -> tuple[Audience, str]:
    """「松陂镇各村妇代会主任」 → the audience and how it is called. Raises Unknown, and for a place outside her subtree."""
    audience: Audience = {}
    rest, called = said.strip(), said.strip()
    missing = re.fullmatch(r"(.*?)(?:还)?(?:没|未)(?:有)?(?:上)?(?:报|交)(?P<what>.*?)的?(?:人|单位|村)?", rest)
    if missing is not None:
        duty = _duty(session, missing["what"].strip("“”《》 "), by)
        audience["missing_duty_id"] = duty.id
        rest, called = missing[1], texts.WHO_MISSING.format(title=duty.title)
    group = session.scalar(
        select(PeopleGroup).where(PeopleGroup.unit_id == by.unit_id, PeopleGroup.name == re.sub(r"组$|^组", "", rest))
    )
    if group is not None:
        return {**audience, "group_id": group.id}, called
    for word, roles in _ROLES.items():
        if rest.endswith(word):
            audience["roles"], rest = roles, rest.removesuffix(word).removesuffix("的")
            break
    found = re.search(
        r"(?:^|(?<=[^各]))各(村|社区|乡镇|镇|乡|街道|县区|县|区)\S*$|^(?:所有)?(村|社区|乡镇|县区)\S*$", rest
    )
    if found is not None:
        level = _LEVEL.match(found[1] or found[2])
        assert level is not None
        audience["level"] = next(name for name, value in level.groupdict().items() if value)
        rest = rest[: found.start()]
    rest = rest.removesuffix("的").removesuffix("所有").removesuffix("全部")
    if rest and rest not in ("大家", "所有人", "全部", "辖区", "全县", "全镇", "全市", "下面"):
        audience["path"] = _place(session, rest, by).path
    return audience, called


def _duty(session: Session, what: str, by: Speaker) -> Duty:
    query = (
        select(Duty)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(Duty.state == "confirmed")
        .order_by(Duty.id.desc())
        .where(
            Duty.id.in_(
                select(Assignment.duty_id)
                .join(Unit, Unit.id == Assignment.unit_id)
                .where(units.below(Unit.path, by.unit_path), Assignment.state == OPEN)
            )
        )
    )
    duties = list(session.scalars(query))
    for duty in duties:
        if not what or what in duty.title or all(c in duty.title for c in what):
            return duty
    raise Unknown(texts.NO_SUCH_DUTY.format(what=what))


def _place(session: Session, name: str, by: Speaker) -> Unit:
    inside = units.by_name(session, name, by.unit_path)
    if inside:
        return inside[0]
    if session.scalar(select(Unit.id).where(Unit.name.startswith(name, autoescape=True)).limit(1)) is not None:
        raise Unknown(texts.OUTSIDE.format(name=name))
    raise Unknown(texts.NO_SUCH_PLACE.format(name=name))
