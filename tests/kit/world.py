"""A small world for tests: one city, three counties, three towns, six villages, eleven people, the example circulars.

The example county of `niangjia demo` has 400 villages and grows with the product; the people here stay who they are, so
that a conversation can be read years later.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from bot.example.load import circular_files
from knowledge.importing import import_document
from knowledge.reading import read_file
from storage import people, units
from storage.conversations import Conversation
from storage.store import Store
from storage.units import Unit, UnitRow
from tests.kit.clock import SHANGHAI
from tests.kit.stores import migrate

#: Conversations begin on a working Thursday morning, after the newest example circular.
START = datetime(2026, 11, 12, 9, 0, tzinfo=SHANGHAI)
PLATFORM, ACCOUNT = "wechat", "wx-test"

UNITS = (
    UnitRow("990100", "澜汀市妇联", "city", "city"),
    UnitRow("990121", "栖梧县妇联", "county", "county", "990100"),
    UnitRow("990122", "望棠县妇联", "county", "county", "990100"),
    UnitRow("990103", "砚溪区妇联", "county", "county", "990100"),
    UnitRow("990121101", "松陂镇妇联", "township", "township", "990121"),
    UnitRow("990121102", "云檀镇妇联", "township", "township", "990121"),
    UnitRow("990122101", "河湾镇妇联", "township", "township", "990122"),
    UnitRow("990121101001", "柳溪村妇代会", "village", "village", "990121101"),
    UnitRow("990121101002", "石桥村妇代会", "village", "village", "990121101"),
    UnitRow("990121101003", "高坡村妇代会", "village", "village", "990121101"),
    UnitRow("990121102001", "竹坪村妇代会", "village", "village", "990121102"),
    UnitRow("990121102002", "大岭村妇代会", "village", "village", "990121102"),
    UnitRow("990122101001", "荷塘村妇代会", "village", "village", "990122101"),
)


class Somebody(NamedTuple):
    """A person of the small world."""

    name: str
    phone: str
    unit_code: str
    role: str
    title: str


PEOPLE = (
    Somebody("郭建英", "19900001001", "990100", "chair", "妇联主席"),
    Somebody("孙丽华", "19900001002", "990121", "chair", "妇联主席"),
    Somebody("何敏", "19900001003", "990121", "officer", "权益部干事"),
    Somebody("吴秋菊", "19900001004", "990122", "chair", "妇联主席"),
    Somebody("赵玉梅", "19900001005", "990121101", "chair", "妇联主席"),
    Somebody("钱小芳", "19900001006", "990121102", "chair", "妇联主席"),
    Somebody("王秀兰", "19900001007", "990121101001", "congress_head", "妇代会主任"),
    Somebody("李玉芬", "19900001008", "990121101002", "congress_head", "妇代会主任"),
    Somebody("张桂花", "19900001009", "990121101003", "congress_head", "妇代会主任"),
    Somebody("陈小燕", "19900001010", "990121102001", "congress_head", "妇代会主任"),
    Somebody("周冬梅", "19900001011", "990122101001", "congress_head", "妇代会主任"),
)


def address(name: str) -> str:
    """Where somebody is reached on the platform of the tests."""
    return f"openid-{name}"


def settle(store: Store) -> None:
    """Prepare a template: migrated, with units, people and circulars; everybody is bound to the tests' platform."""
    migrate(store)
    with store.begin() as session:
        by_code = units.add_many(session, UNITS)
        for one in PEOPLE:
            person = people.add(session, one.name, one.phone)
            person.consented_at = START
            people.appoint(session, person, by_code[one.unit_code], one.role, one.title, date(2021, 3, 1))
            identity = people.bind(session, person, PLATFORM, ACCOUNT, address(one.name), START)
            session.add(Conversation(identity_id=identity.id))
        for path in circular_files():
            document = read_file(path)
            issuer = document.meta.issuer[0].replace("妇女联合会", "妇联") if document.meta.issuer else ""
            scope = session.scalar(select(Unit.path).where(Unit.name == issuer)) or ""
            import_document(session, document, START, scope=scope)
