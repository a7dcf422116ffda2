"""What officials teach in chat: who may, whom it reaches, and that every process knows it at once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from handlers.policies import texts
from storage.circulars import FaqEntry, Question
from storage.outbox import Outbox
from storage.store import Store
from tests.handlers.policies.phone import Phone

ASKED = "村里妇女之家的空调电费谁来出"


def _number(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(Question.id).order_by(Question.id.desc())).first() or 0


def test_an_answer_reaches_who_asked_and_whoever_asks_likewise_below_the_official(
    settled: Store, tmp_path: Path
) -> None:
    """One answer, both askers told once, a third gets it; another county does not."""
    for name in ("王秀兰", "李玉芬"):
        phone = Phone(settled, tmp_path, name)
        phone.says(ASKED)
        phone.says(texts.SEND_UP, anew=False)
    with settled.read() as session:
        before = len(session.scalars(select(Outbox.id)).all())
    said = (
        Phone(settled, tmp_path, "赵玉梅")
        .says(f"答复 {_number(settled)} 从村级办公经费里列支，依据澜妇〔2026〕22号")
        .text
    )
    assert texts.TOLD.format(count=2) in said
    with settled.read() as session:
        assert len(session.scalars(select(Outbox.id)).all()) == before + 2
        assert session.scalars(select(FaqEntry)).one().sources
    other = Phone(settled, tmp_path, "张桂花").says("妇女之家空调的电费谁来出啊").text
    assert other.startswith("松陂镇妇联答复：从村级办公经费里列支")
    assert "澜妇〔2026〕22号" in other
    assert "列支" not in Phone(settled, tmp_path, "周冬梅").says(ASKED).text


def test_an_official_answers_only_what_was_asked_below_her(settled: Store, tmp_path: Path) -> None:
    """Another county's question is not hers, and a village head answers nobody."""
    Phone(settled, tmp_path, "王秀兰").says(ASKED)
    number = _number(settled)
    assert Phone(settled, tmp_path, "吴秋菊").says(f"答复 {number} 自己出吧").text == texts.NO_SUCH_QUESTION.format(
        number=number
    )
    assert "上级妇联" in Phone(settled, tmp_path, "李玉芬").says(f"答复 {number} 自己出吧").text
    assert ASKED not in Phone(settled, tmp_path, "吴秋菊").says("问题清单").text
    assert ASKED in Phone(settled, tmp_path, "孙丽华").says("问题清单").text


def test_an_answer_that_was_taken_back_is_given_no_more(settled: Store, tmp_path: Path) -> None:
    """Neither by search nor by likeness."""
    Phone(settled, tmp_path, "王秀兰").says(ASKED)
    official = Phone(settled, tmp_path, "赵玉梅")
    official.says(f"答复 {_number(settled)} 从村级办公经费里列支")
    assert "列支" in Phone(settled, tmp_path, "王秀兰").says(ASKED).text
    official.says("撤答复 1")
    assert "列支" not in Phone(settled, tmp_path, "王秀兰").says(ASKED).text


def test_a_word_that_is_taught_holds_at_once_in_another_process(settled: Store, tmp_path: Path) -> None:
    """Each phone here has a library of its own, as another process has."""
    village, official = Phone(settled, tmp_path, "王秀兰"), Phone(settled, tmp_path, "孙丽华")
    assert "两癌" not in village.says("娘娘病去哪里查").text
    official.says("同义词 娘娘病=两癌 宫颈癌")
    assert "癌" in village.says("娘娘病去哪里查").text
    official.says("删同义词 娘娘病")
    assert "两癌" not in village.says("娘娘病去哪里查").text


def test_what_was_useful_is_counted_once_and_can_be_forgotten(settled: Store, tmp_path: Path) -> None:
    """Rows an official can see and delete; a second tap adds nothing."""
    phone = Phone(settled, tmp_path, "王秀兰")
    phone.says("彩礼最高多少")
    assert phone.says(texts.USEFUL, anew=False).text == texts.USEFUL_THANKS
    assert phone.says(texts.USEFUL, anew=False).text == texts.USEFUL_AGAIN
    official = Phone(settled, tmp_path, "孙丽华")
    assert "彩礼" in official.says("学到的词 彩礼").text
    official.says("忘掉 彩礼")
    assert official.says("学到的词 彩礼").text == texts.NOTHING_LEARNT.format(word="彩礼")
