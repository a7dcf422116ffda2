"""The question log, answers given once for all, officials' words, and learning from accepted answers."""

from datetime import UTC, datetime, timedelta

from knowledge.importing import import_document
from knowledge.library import Library
from knowledge.questions import (
    accept,
    add_faq,
    add_synonym,
    log_question,
    open_questions,
    remove_faq,
    remove_synonym,
    without_names,
)
from knowledge.reading import read_text
from storage.store import Store

NOW = datetime(2025, 3, 1, 9, tzinfo=UTC)
RULES = "青山县妇女之家管理办法\n第一条 妇女之家每周开放不少于二十小时。\n第二条 妇女之家的钥匙由妇女小组长轮流保管。\n"


def test_names_are_taken_out() -> None:
    """A question is kept without names and numbers of people."""
    kept = without_names("我叫李春燕，电话13800001111，陈桂香也想问低保", names=["陈桂香"])
    assert "李春燕" not in kept
    assert "13800001111" not in kept
    assert "陈桂香" not in kept
    assert "低保" in kept


def test_questions_alike_are_grouped(store: Store) -> None:
    """The log shows what was not found below the unit, most asked first, the same question in other words once."""
    with store.begin() as session:
        for at, text in enumerate(["广场舞服装补贴有没有", "请问广场舞服装补贴有没有啊", "村里修路谁出钱"]):
            log_question(session, text, now=NOW + timedelta(minutes=at), outcome="refused", scope="1.2.")
        log_question(session, "别处的问题在这里看不到", now=NOW, outcome="refused", scope="1.3.")
        log_question(session, "答过的不再列出来", now=NOW, outcome="answered", scope="1.2.")
    with store.read() as session:
        assert [(group.text, group.count) for group in open_questions(session, "1.2.")] == [
            ("广场舞服装补贴有没有", 2), ("村里修路谁出钱", 1)
        ]  # fmt: skip


def test_answered_once_for_all(store: Store) -> None:
    """An official's answer is found by everyone below her, resolves the questions alike, and can be taken back."""
    library = Library()
    with store.begin() as session:
        log_question(session, "广场舞服装补贴有没有", now=NOW, outcome="sent_up", scope="1.2.5.", asked_by_id=7)
        entry, resolved = add_faq(
            session, "广场舞服装有补贴吗", "有。每队每年补贴六百元，找乡镇妇联登记。", now=NOW, scope="1.2.", by_id=3
        )
        assert [one.asked_by_id for one in resolved] == [7]
    with store.read() as session:
        hit = library.search(session, "跳广场舞的服装给补贴不", place="1.2.9.")[0]
        assert hit.kind == "faq"
        assert "六百元" in hit.text
        assert library.is_supported([hit])
        assert library.search(session, "跳广场舞的服装给补贴不", place="1.4.") == []
        assert open_questions(session, "1.2.") == []
    with store.begin() as session:
        remove_faq(session, session.merge(entry), NOW)
    with store.read() as session:
        assert library.search(session, "跳广场舞的服装给补贴不", place="1.2.9.") == []


def test_officials_words_work_at_once(store: Store) -> None:
    """A word an official adds helps from the next look-up on, and no longer when it is taken back."""
    library = Library()
    with store.begin() as session:
        import_document(session, read_text("rules.txt", RULES), NOW)
    with store.read() as session:
        assert library.search(session, "门卡谁拿") == []
    with store.begin() as session:
        add_synonym(session, "门卡", ["钥匙"], now=NOW)
    with store.read() as session:
        assert "小组长轮流保管" in library.search(session, "门卡谁拿")[0].text
    with store.begin() as session:
        assert remove_synonym(session, "门卡")
        assert not remove_synonym(session, "门卡")
    with store.read() as session:
        assert library.search(session, "门卡谁拿") == []


def test_accepted_answers_teach(store: Store) -> None:
    """A passage taken for the answer comes higher for the same question; the rows say why."""
    library = Library()
    with store.begin() as session:
        import_document(session, read_text("rules.txt", RULES), NOW)
    with store.begin() as session:
        before = library.search(session, "妇女之家开门多久")
        chosen = next(hit for hit in before if "二十小时" in hit.text)
        rows = accept(session, "妇女之家开门多久", chosen.passage_id, now=NOW)
        assert rows
        assert all(row.pairs == 1 for row in rows)
    with store.read() as session:
        after = library.search(session, "妇女之家开门多久")
        assert next(hit.score for hit in after if hit.passage_id == chosen.passage_id) > chosen.score
