"""What import keeps, what it leaves, and how versions follow each other."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from knowledge import importing, importing_records, indexing
from knowledge.importing import import_document
from knowledge.importing_records import import_records
from knowledge.library import Library
from knowledge.reading import read_text
from storage import circulars as records
from storage.circulars import Circular, Passage
from storage.store import Store

NOW = datetime(2025, 3, 1, 9, tzinfo=UTC)
TEXT = "青妇〔2024〕{serial}号\n关于{topic}的通知\n\n各乡镇妇联：\n{body}\n\n青山县妇联\n2024年{month}月8日\n"


def circular(serial: int, topic: str, body: str, month: int = 3) -> str:
    return TEXT.format(serial=serial, topic=topic, body=body, month=month)


def take(store: Store, text: str, name: str = "a.txt") -> importing.ImportResult:
    with store.begin() as session:
        return import_document(session, read_text(name, text), NOW)


def test_the_same_again_changes_nothing(store: Store) -> None:
    """The same content, under whatever name, is kept once."""
    text = circular(1, "报送台账", "请于每月25日前报送台账。")
    assert take(store, text).status == "new"
    assert take(store, text, "b.txt").status == "unchanged"
    with store.read() as session:
        assert session.execute(select(func.count()).select_from(Circular)).scalar_one() == 1


def test_a_changed_document_becomes_a_version(store: Store) -> None:
    """The changed one holds from now on; the old one stays quotable and never comes before it."""
    take(store, circular(1, "报送台账", "请于每月25日前报送台账，由村妇联主席签字。"))
    assert take(store, circular(1, "报送台账", "请于每月20日前报送台账，由村妇联主席签字。")).status == "new_version"
    with store.read() as session:
        hits = Library().search(session, "台账每月25日前报送还是几号")
        assert [("20日" in hit.text, hit.validity) for hit in hits if "台账，" in hit.text] == [
            (True, records.IN_FORCE), (False, records.REPLACED)
        ]  # fmt: skip


def test_two_documents_with_one_number(store: Store) -> None:
    """Both are kept, and the second says so by name."""
    take(store, circular(1, "报送台账", "请报送台账。"))
    result = take(store, circular(1, "评选最美家庭", "请推荐最美家庭。"))
    assert result.status == "new"
    assert any("报送台账" in warning for warning in result.line["warnings"])


def test_marked_material_is_not_kept(store: Store) -> None:
    """A document marked 秘密 is refused and nothing of it is stored."""
    result = take(store, "秘密★一年\n" + circular(9, "内部事项", "请注意保存。"))
    assert result.status == "refused"
    with store.read() as session:
        assert session.execute(select(func.count()).select_from(Passage)).scalar_one() == 0


def test_many_small_imports_stay_few_segments(store: Store) -> None:
    """Each import is a segment, small ones are merged, and everything is still found."""
    topics = ["春季植树", "夏季防溺水", "秋季护林", "冬季取暖", "读书分享", "广场舞比赛", "庭院清洁", "家书征集"]
    for serial, topic in enumerate(topics, 1):
        take(store, circular(serial, topic, f"请各乡镇妇联组织好{topic}，做好安全工作。"))
    library = Library()
    with store.read() as session:
        assert len(records.segments(session)) <= indexing.MOST_SEGMENTS
        for topic in topics:
            assert topic in library.search(session, f"{topic}怎么安排")[0].title


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def law(name: str, version: str, articles: list[str]) -> list[dict[str, str]]:
    return [
        {"id": f"{name}{version}{at}", "title": name, "version": version, "article": f"第{at}条", "text": text}
        for at, text in enumerate(articles, 1)
    ]


@pytest.mark.parametrize("name", ["laws.jsonl", "laws.jsonl.gz"])
def test_records_come_in_bulk(store: Store, tmp_path: Path, name: str) -> None:
    """Each record is a passage under its own id, each title a document; again nothing changes."""
    rows = law("青山县家庭文明办法", "2020-01-01", ["家庭成员应当互相帮助。", "倡导婚事新办，不得索要高额彩礼。"])
    path = write(tmp_path / name, rows)
    assert [*import_records(store, path, NOW)][-1].new == 1
    assert [*import_records(store, path, NOW)][-1].unchanged == 1
    with store.read() as session:
        hit = Library().search(session, "彩礼要多少合适")[0]
        assert hit.source_id == rows[1]["id"]
        assert (hit.file, hit.article) == (name, "第二条")


def test_bad_lines_are_told_and_skipped(store: Store, tmp_path: Path) -> None:
    """A line that is no record is told by its number; the others are taken."""
    path = tmp_path / "laws.jsonl"
    path.write_text('{"id": "1", "text": "甲"}\nnonsense\n{"id": "2"}\n{"id": "3", "text": "乙"}\n', encoding="utf-8")
    told: list[int] = []
    assert [*import_records(store, path, NOW, lambda line, _: told.append(line))][-1].records == 2
    assert told == [2, 3]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_later_version_holds(store: Store, tmp_path: Path, order: tuple[int, int]) -> None:
    """Of two versions of a law the later one holds, whichever is imported first."""
    versions = [
        law("青山县彩礼办法", "2015-01-01", ["彩礼不得超过三万元，超过的部分应当退还。"]),
        law("青山县彩礼办法", "2022-01-01", ["彩礼不得超过一万元，超过的部分应当退还。"]),
    ]
    for at in order:
        list(import_records(store, write(tmp_path / f"{at}.jsonl", versions[at]), NOW))
    library = Library()
    with store.read() as session:
        assert [hit.version for hit in library.search(session, "彩礼超过三万元退不退")] == ["2022-01-01", "2015-01-01"]
        assert library.show(session, "青山县彩礼办法").version == "2022-01-01"


def test_what_is_repealed_is_marked(store: Store, tmp_path: Path) -> None:
    """「《…》同时废止」 in a later law marks the earlier one."""
    earlier = law("青山县集市规定", "2001-01-01", ["集市逢五开市。"])
    later = law("青山县市场条例", "2019-01-01", ["市场每日开放。", "自公布之日起施行，《青山县集市规定》同时废止。"])
    list(import_records(store, write(tmp_path / "a.jsonl", earlier), NOW))
    list(import_records(store, write(tmp_path / "b.jsonl", later), NOW))
    with store.read() as session:
        shown = Library().show(session, "青山县集市规定")
        assert shown is not None
        assert shown.validity == records.REPEALED


def test_a_restart_goes_on_where_it_stopped(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bulk import broken off keeps what was committed; run again it adds the rest, and nothing twice."""
    monkeypatch.setattr(importing_records, "BULK", 2)
    rows = [row for at in range(5) for row in law(f"青山县第{at}号办法", "2020-01-01", ["甲条。", "乙条。"])]
    path = write(tmp_path / "laws.jsonl", rows)
    running = import_records(store, path, NOW)
    next(running)
    running.close()
    list(import_records(store, path, NOW))
    with store.read() as session:
        assert records.count_passages(session) == len(rows)
        assert [size for _, _, size in records.segments(session)] == [len(rows)]
