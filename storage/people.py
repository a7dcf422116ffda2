"""People, the posts they hold in units, and who they are on each platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    and_,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base, Key
from storage.units import Unit, below
from storage.vault import Vault

Role = Literal["congress_head", "chair", "officer", "executive_member", "group_leader", "operator"]

#: Roles that speak for a federation: they hand duties down and see what is below them.
OFFICIAL_ROLES = frozenset({"chair", "officer", "operator"})


class Person(Base):
    """Somebody who works for or with the federation. The phone number is sealed; its keyed hash finds her."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(50))
    phone_key: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True, default=None)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    consented_at: Mapped[datetime | None] = mapped_column(default=None)
    left_at: Mapped[datetime | None] = mapped_column(default=None)


class Post(Base):
    """任职: a person in a unit in a role for a time."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(Key, ForeignKey("unit.id"))
    role: Mapped[str] = mapped_column(String(20))
    #: As it is called on her door: 妇代会主任, 妇联主席, 权益部部长.
    title: Mapped[str] = mapped_column(String(40), default="")
    since: Mapped[date | None] = mapped_column(Date, default=None)
    #: The first day on which she no longer holds it.
    until: Mapped[date | None] = mapped_column(Date, default=None)

    __table_args__ = (UniqueConstraint("person_id", "unit_id", "role"), Index("ix_post_unit_role", "unit_id", "role"))


class Identity(Base):
    """Who she is on one platform; `person_id` is empty for a stranger who has not bound herself yet."""

    __tablename__ = "identity"

    id: Mapped[int] = mapped_column(Key, primary_key=True, init=False)
    platform: Mapped[str] = mapped_column(String(16))
    account: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    person_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"), default=None, index=True)
    bound_at: Mapped[datetime | None] = mapped_column(default=None)
    #: When she last wrote: opens WeChat's 48-hour window for pushed messages.
    heard_at: Mapped[datetime | None] = mapped_column(default=None)
    #: Why nothing can be sent there any more (unfollowed, blocked, gone); empty while it works.
    unreachable: Mapped[str] = mapped_column(String(64), default="")

    __table_args__ = (UniqueConstraint("platform", "account", "external_id"),)


class Invitation(Base):
    """A one-time code with which a person binds herself on a platform."""

    __tablename__ = "invitation"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    person_id: Mapped[int] = mapped_column(Key, ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column(default=None)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is talking, as handlers see her: the person with her first valid post and its unit."""

    identity_id: int
    person_id: int | None
    name: str
    role: str
    title: str
    unit_id: int
    unit_name: str
    unit_path: str
    unit_level: str

    @property
    def is_known(self) -> bool:
        """Whether she is bound to a person with a post."""
        return self.person_id is not None and bool(self.unit_path)

    @property
    def is_official(self) -> bool:
        """Whether she speaks for a federation above the village."""
        return self.role in OFFICIAL_ROLES and self.unit_level != "village"


def add(session: Session, name: str, phone: str | None) -> Person:
    """A new person; the phone number is stored sealed."""
    vault = Vault.of(session)
    person = Person(
        name=name, phone_key=vault.key(phone) if phone else None, phone_sealed=vault.seal(phone) if phone else None
    )
    session.add(person)
    session.flush()
    return person


def by_phone(session: Session, phone: str) -> Person | None:
    """The person with that phone number."""
    return session.scalar(select(Person).where(Person.phone_key == Vault.of(session).key(phone)))


def phone_of(session: Session, person: Person) -> str:
    """Her phone number; empty if none is stored."""
    return Vault.of(session).open(person.phone_sealed) if person.phone_sealed else ""


def appoint(
    session: Session, person: Person, unit: Unit, role: str, title: str = "", since: date | None = None
) -> Post:
    """Give her the post unless she holds it already."""
    post = session.scalar(select(Post).where(Post.person_id == person.id, Post.unit_id == unit.id, Post.role == role))
    if post is None:
        post = Post(person_id=person.id, unit_id=unit.id, role=role, title=title, since=since)
        session.add(post)
    post.until = None
    post.title = title or post.title
    session.flush()
    return post


def post_valid_on(day: date | BindParameter[date]) -> Any:
    """Posts held on that day."""
    return and_(or_(Post.since.is_(None), Post.since <= day), or_(Post.until.is_(None), Post.until > day))


#: Columns that say who somebody is and which post she holds where, for `speaker_from`.
SPEAKER_COLUMNS = (
    Identity.id,
    Identity.person_id,
    Person.name,
    Post.role,
    Post.title,
    Unit.id,
    Unit.name,
    Unit.path,
    Unit.level,
)


def speaker_from(row: Sequence[Any]) -> Speaker:
    """The speaker of a row that begins with `SPEAKER_COLUMNS`; what an outer join did not find is empty."""
    identity, person, name, role, title, unit, unit_name, path, level = row[: len(SPEAKER_COLUMNS)]
    return Speaker(
        identity_id=identity,
        person_id=person,
        name=name or "",
        role=role or "",
        title=title or "",
        unit_id=unit or 0,
        unit_name=unit_name or "",
        unit_path=path or "",
        unit_level=level or "",
    )


_SPEAKER = (
    select(*SPEAKER_COLUMNS)
    .outerjoin(Person, Person.id == Identity.person_id)
    .outerjoin(Post, Post.person_id == Person.id)
    .outerjoin(Unit, Unit.id == Post.unit_id)
)


def speaker_of(session: Session, identity_id: int, day: date) -> Speaker:
    """Who speaks through that identity, with the post she holds on `day`."""
    rows = session.execute(
        _SPEAKER.where(Identity.id == identity_id).where(or_(Post.id.is_(None), post_valid_on(day))).order_by(Post.id)
    ).all()
    if not rows:
        bound = session.execute(
            select(Identity.person_id, Person.name).outerjoin(Person).where(Identity.id == identity_id)
        ).one()
        return Speaker(identity_id, bound[0], bound[1] or "", "", "", 0, "", "", "")
    return speaker_from(rows[0])


def identity_of(session: Session, platform: str, account: str, external_id: str) -> Identity | None:
    """The identity with that address."""
    return session.scalar(
        select(Identity).where(
            Identity.platform == platform, Identity.account == account, Identity.external_id == external_id
        )
    )


def bind(session: Session, person: Person, platform: str, account: str, external_id: str, now: datetime) -> Identity:
    """Say that this address is this person's; an address belongs to one person at a time."""
    identity = identity_of(session, platform, account, external_id)
    if identity is None:
        session.execute(
            insert(Identity).values(
                platform=platform,
                account=account,
                external_id=external_id,
                person_id=person.id,
                bound_at=now,
                unreachable="",
            )
        )
        identity = identity_of(session, platform, account, external_id)
        assert identity is not None
    identity.person_id = person.id
    identity.bound_at = now
    identity.unreachable = ""
    session.flush()
    return identity


def holders(
    session: Session, unit_path: str, *, day: date, roles: frozenset[str] | None = None, level: str | None = None
) -> list[tuple[Person, Unit, Post]]:
    """Who holds a post below `unit_path` on that day, by role and level if given, in the order of the tree."""
    query = (
        select(Person, Unit, Post)
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(below(Unit.path, unit_path), post_valid_on(day), Person.left_at.is_(None))
        .order_by(Unit.path, Post.id)
    )
    if roles is not None:
        query = query.where(Post.role.in_(sorted(roles)))
    if level is not None:
        query = query.where(Unit.level == level)
    return [(p, u, post) for p, u, post in session.execute(query)]


def heads_of(session: Session, unit_ids: list[int], day: date) -> dict[int, tuple[Person, Post]]:
    """Who answers for each unit: its congress head or chair, the first by post."""
    found: dict[int, tuple[Person, Post]] = {}
    for start in range(0, len(unit_ids), 500):
        rows = session.execute(
            select(Post.unit_id, Person, Post)
            .join(Person, Person.id == Post.person_id)
            .where(
                Post.unit_id.in_(unit_ids[start : start + 500]),
                post_valid_on(day),
                Post.role.in_(("congress_head", "chair")),
            )
            .order_by(Post.id)
        )
        for unit_id, person, post in rows:
            found.setdefault(unit_id, (person, post))
    return found
