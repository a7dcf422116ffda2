"""What people asked to be reminded of: told once, however late, several in one message, and put off."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from handlers.local import LOCAL
from handlers.reminders import personal, rules, service
from storage.reminders import PersonalReminder
from storage.store import Store
from tests.handlers.duties.village import NOW, speaker
from tests.handlers.reminders.test_reminders import told


def remind(store: Store, said: str, name: str = "王秀兰") -> PersonalReminder:
    """She says it at nine on Thursday."""
    with store.begin() as session:
        wish = rules.read(said, NOW.astimezone(LOCAL).replace(tzinfo=None))
        return personal.remind(session, wish, by=speaker(session, name), now=NOW)


def test_it_comes_once_at_its_time(settled: Store) -> None:
    """Not before, and not again."""
    remind(settled, "明天下午三点提醒我接孩子")
    for minutes in (0, 60 * 24, 60 * 30 - 1):
        service.fire_due(settled, NOW + timedelta(minutes=minutes))
    assert told(settled) == []
    for minutes in (0, 1, 60, 60 * 24 * 10):
        service.fire_due(settled, NOW + timedelta(hours=30, minutes=minutes))
    assert told(settled) == [("王秀兰", "到点了，提醒您：接孩子。")]


def test_an_hour_she_asked_for_is_kept_even_early_on_a_sunday(settled: Store) -> None:
    """Quiet hours are against the duties of others."""
    remind(settled, "这周日早上六点提醒我赶集")
    service.fire_due(settled, datetime(2026, 11, 15, 6, 0, tzinfo=LOCAL))
    assert told(settled) == [("王秀兰", "到点了，提醒您：赶集。")]


def test_what_was_missed_comes_late_once_and_not_at_night(settled: Store) -> None:
    """A week of outage: a daily one comes once, a single one says when it was meant for, both in one message at eight."""
    remind(settled, "每天早上7点提醒我吃药")
    remind(settled, "明天提醒我交表")
    service.fire_due(settled, datetime(2026, 11, 20, 3, 0, tzinfo=LOCAL))
    assert told(settled) == []
    service.fire_due(settled, datetime(2026, 11, 20, 8, 0, tzinfo=LOCAL))
    service.fire_due(settled, datetime(2026, 11, 20, 9, 0, tzinfo=LOCAL))
    assert told(settled) == [(
        "王秀兰", "到点了，提醒您2件事：\n• 吃药（原定11月13日（星期五）07:00，来晚了）\n• 交表（原定11月13日（星期五）09:00，来晚了）")]
    with settled.read() as session:
        daily = session.scalars(select(PersonalReminder).where(PersonalReminder.state == "waiting")).one()
        assert daily.due_at == datetime(2026, 11, 21, 7, tzinfo=LOCAL)


def test_a_put_off_recurrence_goes_on_by_its_rule(settled: Store) -> None:
    """Put off to tomorrow, then the 25th again."""
    made = remind(settled, "每月25号提醒我报数字")
    service.fire_due(settled, datetime(2026, 11, 25, 9, 0, tzinfo=LOCAL))
    with settled.begin() as session:
        [last] = personal.last_told(session, made.person_id, datetime(2026, 11, 25, 9, 1, tzinfo=LOCAL))
        personal.put_off(session, last, datetime(2026, 11, 26, 10, 0))
    service.fire_due(settled, datetime(2026, 11, 26, 10, 0, tzinfo=LOCAL))
    assert [text for _, text in told(settled)] == ["到点了，提醒您：报数字。"] * 2
    with settled.read() as session:
        assert session.get_one(PersonalReminder, made.id).due_at == datetime(2026, 12, 25, 9, tzinfo=LOCAL)


def test_numbers_stay_small_and_hers(settled: Store) -> None:
    """A number is free again when its reminder is gone; another person has her own."""
    first, second = remind(settled, "明天提醒我交表"), remind(settled, "后天提醒我交表")
    assert (first.number, second.number) == (1, 2)
    with settled.begin() as session:
        personal.delete(session, session.get_one(PersonalReminder, first.id))
    assert remind(settled, "后天提醒我回访").number == 1
    assert remind(settled, "后天提醒我回访", "李玉芬").number == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nobody_keeps_more_than_fits(settled: Store) -> None:
    """The fifty-first is refused and not stored."""
    for _ in range(personal.MOST):
        remind(settled, "明天提醒我交表")
    with pytest.raises(personal.TooMany):
        remind(settled, "明天提醒我交表")
    with settled.read() as session:
        assert session.scalar(select(func.count()).select_from(PersonalReminder)) == personal.MOST
