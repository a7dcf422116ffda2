"""When somebody wants to be reminded, of what; and the next time of what comes back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reminders import rules

NOW = datetime(2026, 11, 12, 9, 0)


@pytest.mark.parametrize(
    ("said", "what", "at"),
    [
        ("下周三上午九点提醒我交台账", "交台账", "2026-11-18 09:00"),
        ("明天下午三点半提醒我去镇里开会", "去镇里开会", "2026-11-13 15:30"),
        ("提醒我周五交报表", "交报表", "2026-11-13 09:00"),
        ("明早提醒我给李大姐打电话", "给李大姐打电话", "2026-11-13 08:00"),
        ("今晚八点提醒我看通知", "看通知", "2026-11-12 20:00"),
        ("半小时后提醒我关火", "关火", "2026-11-12 09:30"),
        ("过两个半小时提醒我接孩子", "接孩子", "2026-11-12 11:30"),
        ("10分钟后叫我一声", "", "2026-11-12 09:10"),
        ("麻烦你三天后提醒我回访", "回访", "2026-11-15 09:00"),
        ("农历腊月二十三提醒我走访困难户", "走访困难户", "2027-01-30 09:00"),
        ("提前3天提醒我12月10日交总结", "交总结", "2026-12-07 09:00"),
        ("12月31日提醒我关账", "关账", "2026-12-31 09:00"),
        ("后天中午提醒我带材料", "带材料", "2026-11-14 12:00"),
        ("下个月5号提醒我报数字", "报数字", "2026-12-05 09:00"),
        ("五点提醒我锁门", "锁门", "2026-11-12 17:00"),
        ("设个提醒，明天上午十点交照片", "交照片", "2026-11-13 10:00"),
    ],
)
def test_a_time_in_her_own_words(said: str, what: str, at: str) -> None:
    """The moment, and what is left of the sentence."""
    wish = rules.read(said, NOW)
    assert (wish.problem, wish.recurrence) == ("", "")
    assert wish.what == what
    assert wish.at == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    ("said", "what", "following"),
    [
        ("每月25号提醒我报数字", "报数字", ["2026-11-25 09:00", "2026-12-25 09:00"]),
        ("每季度末前三天提醒我汇总", "汇总", ["2026-12-28 09:00", "2027-03-28 09:00"]),
        ("每年农历腊月二十三提醒我走访", "走访", ["2027-01-30 09:00", "2028-01-19 09:00"]),
        ("每天早上7点提醒我吃药", "吃药", ["2026-11-13 07:00", "2026-11-14 07:00"]),
        ("每周五下午四点提醒我报周报", "报周报", ["2026-11-13 16:00", "2026-11-20 16:00"]),
        ("每个月最后一天提醒我关账", "关账", ["2026-11-30 09:00", "2026-12-31 09:00"]),
        ("每月31号提醒我盘点", "盘点", ["2026-11-30 09:00", "2026-12-31 09:00"]),
    ],
)
def test_what_comes_back(said: str, what: str, following: list[str]) -> None:
    """The rule, its first two times, and the hour."""
    wish = rules.read(said, NOW)
    assert (wish.problem, wish.what) == ("", what)
    assert wish.at == datetime.fromisoformat(following[0])
    assert rules.next_after(wish.recurrence, wish.clock, wish.at, NOW.date()) == datetime.fromisoformat(following[1])


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("2月30日提醒我交表", "impossible"), ("十三月五日提醒我交表", "impossible"), ("明天25点提醒我交表", "impossible"),
        ("11月31号提醒我交表", "impossible"), ("昨天提醒我交表", "past"), ("今天早上八点提醒我交表", "past"), ("每小时提醒我喝水", "too_often"),
        ("2099年1月1日提醒我交表", "too_far"),
    ],
)
def test_what_cannot_be_is_told(said: str, problem: str) -> None:
    """No such day, gone by, too often, too far."""
    assert rules.read(said, NOW).problem == problem


@pytest.mark.parametrize("said", ["提醒我交表", "记得提醒我", "到时候叫我一声"])
def test_no_time_is_asked_for(said: str) -> None:
    """Nothing is guessed."""
    wish = rules.read(said, NOW)
    assert wish.at is None
    assert wish.problem == ""


@given(st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)), st.sampled_from([
    "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "X-LUNAR=1230", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "FREQ=DAILY",
]), st.times())
def test_the_next_time_is_always_later(after: datetime, rule: str, clock: time) -> None:
    """And at the hour that was said; within 13 months."""
    following = rules.next_after(rule, clock, after, date(2024, 1, 3))
    assert following is not None
    assert after < following < after + timedelta(days=400)
    assert following.time() == clock


@pytest.mark.parametrize(
    ("said", "at"),
    [("", "2026-11-12 10:00"), ("明天", "2026-11-13 16:00"), ("半小时", "2026-11-12 09:30"), ("两天后", "2026-11-14 16:00"),
     ("明天上午十点", "2026-11-13 10:00"), ("1小时", "2026-11-12 10:00")],
)
def test_putting_off_keeps_the_hour_unless_one_is_said(said: str, at: str) -> None:
    """「明天」 means tomorrow at the same hour; nothing said means an hour."""
    assert rules.put_off(said, NOW, datetime(2026, 11, 11, 16, 0)).at == datetime.fromisoformat(at)
