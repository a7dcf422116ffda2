"""The villages of the callback benchmark on a deadline evening, and what their heads write."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, text

from bot.example.load import load_example
from storage import schema
from storage.conversations import Conversation
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.people import Identity, Person, Post
from storage.reports import Report
from storage.store import Store
from storage.units import Unit, UnitPlace
from tests.kit import postgres

#: The tests' server is quick and forgetful; here a commit is on disk before it is answered, as in an office.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}

WHEN = ("昨天下午", "今天上午", "昨天晚上", "前天上午", "本周一", "今天下午", "上周五下午", "昨天")
WHERE = ("在村部", "在妇女之家", "在文化广场", "在村委会会议室", "在党群服务中心", "在村小学")
WHAT = (
    "搞了场反家暴讲座", "开展了妇女权益保障法宣传", "办了一期家庭教育培训", "组织了最美家庭评选",
    "搞了一次两癌知识讲座", "开展巾帼志愿服务活动", "召开妇女代表会议", "组织了禁毒宣传",
    "办了场健康知识讲座", "开展了美丽庭院评比",
)  # fmt: skip
WHO = ("请了镇司法所的老师", "请了县医院的医生", "和派出所一起搞的", "请了镇妇联的同志来讲", "大家都说好", "")
GAVE = ("发了{n}份宣传单", "发放宣传资料{n}份", "发了{n}本宣传册", "")
UNITS = "零一二三四五六七八九"


def openid(who: int) -> str:
    """The openid of a village head."""
    return f"oBenchmark{who:018d}"


def report(random_: random.Random) -> str:
    """A report as village heads write it: when, where, what, how many people, who helped, what was handed out."""
    people = random_.randint(11, 99)
    came = random_.choice((f"来了{people}个人", f"来了{_spoken(people)}个人", f"参加的有{people}人"))
    gave = random_.choice(GAVE).format(n=random_.randrange(20, 200, 10))
    parts = [
        random_.choice(WHEN) + random_.choice(WHERE) + random_.choice(WHAT), came, random_.choice(WHO), gave,
    ]  # fmt: skip
    return "，".join(filter(None, parts))


def people_in(text: str) -> str:
    """The number of people in a report, in digits; "" in any other message."""
    found = re.search(r"(?:来了|参加的有)(?:(\d+)|([一二三四五六七八九十]+))个?人", text)
    if not found:
        return ""
    return found[1] or str(next(n for n in range(100) if _spoken(n) == found[2]))


def _spoken(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else UNITS[tens]) + ("十" if tens else "") + (UNITS[ones] if ones else "")


@contextmanager
def database(engine: str, folder: str) -> Iterator[str]:
    """The URL of an empty database: a file in the folder, or a PostgreSQL server that ends with this process."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/niangjia.sqlite3"
        return
    postgres.SETTINGS.update(DURABLE)
    server = postgres.start(os.getpid())
    postgres.create(server, "niangjia")
    yield postgres.url(server, "niangjia")


def fill(url: str, secret: str, appid: str, villages: int) -> None:
    """Put in the example city, and so many more villages whose heads are bound to this WeChat account."""
    store = Store(url, secret=secret)
    schema.upgrade(store)
    load_example(store, today=_today())
    with store.begin() as session:
        towns = session.scalars(select(Unit).where(Unit.level == "township").order_by(Unit.id)).all()
        unit, person = (session.scalar(select(func.max(table.id))) or 0 for table in (Unit, Person))
        rows: dict[type, list[dict[str, Any]]] = {Unit: [], UnitPlace: [], Person: [], Post: [], Identity: []}
        for who in range(villages):
            town, unit, person = towns[who % len(towns)], unit + 1, person + 1
            rows[Unit].append({"id": unit, "code": f"bench{who}", "name": f"试验{who}村", "level": "village",
                               "kind": "", "parent_id": town.id, "path": f"{town.path}{unit}/"})  # fmt: skip
            rows[UnitPlace].append({"unit_id": unit, "parent_id": town.id, "since": date(1949, 4, 3)})
            rows[Person].append({"id": person, "name": f"主任{who}"})
            rows[Post].append({"person_id": person, "unit_id": unit, "role": "congress_head", "title": "妇代会主任"})
            rows[Identity].append({"platform": "wechat", "account": appid, "external_id": openid(who),
                                   "person_id": person, "unreachable": ""})  # fmt: skip
        for table, new in rows.items():
            session.execute(insert(table), new)
        bound = select(Identity.id, text("'{}'"), text("0")).where(Identity.external_id.startswith("oBenchmark"))
        session.execute(insert(Conversation).from_select(["identity_id", "state", "version"], bound))
        if not store.is_sqlite:  # the rows above brought their own ids
            for name in ("unit", "person"):
                sequence = f"pg_get_serial_sequence('{name}', 'id')"
                session.execute(text(f"SELECT setval({sequence}, (SELECT max(id) FROM {name}))"))
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    store.close()


def stored(url: str, secret: str) -> dict[str, int]:
    """What is in the database after the run: messages of WeChat, replies, reports."""
    store = Store(url, secret=secret)
    with store.read() as session:
        questions = {
            "messages": select(func.count()).select_from(Inbox).where(Inbox.platform == "wechat"),
            "replies": select(func.count()).select_from(Outbox).where(Outbox.inbox_id.is_not(None)),
            "reports": select(func.count()).select_from(Report),
        }
        counts = {name: session.scalar(question) or 0 for name, question in questions.items()}
    store.close()
    return counts


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()
