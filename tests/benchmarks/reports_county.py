"""The county of the callback benchmark: the example city, its village heads on WeChat, and what they write."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.example.city import make_city
from bot.example.load import load_city
from storage import schema
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.reports import Report
from storage.store import Store
from tests.kit import postgres

#: How many village heads take part.
VILLAGES = 390
#: The tests' server is quick and forgetful; here a commit is on disk before it is answered, as in an office.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}

WHEN = ("昨天下午", "今天上午", "昨天晚上", "前天上午", "本周一", "今天下午", "上周五下午", "昨天")
WHERE = ("在村部", "在妇女之家", "在文化广场", "在村委会会议室", "在党群服务中心", "在村小学")
WHAT = (
    "搞了场反家暴讲座", "开展了妇女权益保障法宣传", "办了一期家庭教育培训", "组织了最美家庭评选",
    "搞了一次两癌知识讲座", "开展巾帼志愿服务活动", "召开妇女代表会议", "组织了禁毒宣传", "办了场健康知识讲座", "开展了美丽庭院评比",
)  # fmt: skip
WHO = ("请了镇司法所的老师", "请了县医院的医生", "和派出所一起搞的", "请了镇妇联的同志来讲", "大家都说好", "")
GAVE = ("发了{n}份宣传单", "发放宣传资料{n}份", "发了{n}本宣传册", "")
UNITS = "零一二三四五六七八九"


@cache
def _openids() -> list[str]:
    heads = [p.phone for p in make_city(_today()).people if p.role == "congress_head"]
    return heads[:VILLAGES]


def openid(who: int) -> str:
    """The openid of a village head: in this county it is her phone number."""
    openids = _openids()
    return openids[who % len(openids)]


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


def fill(url: str, secret: str, appid: str) -> None:
    """Put the example city into the database, its people bound to this WeChat account by their phone numbers."""
    store = Store(url, secret=secret)
    schema.upgrade(store)

    def import_circulars(files: Sequence[Path]) -> None:
        from knowledge import library

        for file in files:
            library.import_file(store, file)

    load_city(store, import_circulars, today=_today(), platform="wechat", account=appid)
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
