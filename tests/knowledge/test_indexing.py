"""The index through versions of the program, merges by other processes, and databases of before."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from sqlalchemy import select, text, update

from knowledge import indexing
from knowledge.catalogue import Catalogue, SegmentGone
from knowledge.importing import import_document
from knowledge.importing_records import import_records
from knowledge.library import Library
from knowledge.questions import add_faq, remove_faq
from knowledge.reading import read_text
from knowledge.retrieval.buckets import lists_in
from knowledge.retrieval.impacts import query_terms, term_code
from knowledge.retrieval.query import Plan
from storage import circulars as records
from storage import postings, postings_reading, schema
from storage.circulars import Passage, PostingSegment
from storage.store import Store

NOW = datetime(2025, 3, 1, 9, tzinfo=UTC)
CIRCULAR = """青妇〔2024〕7号
关于开展“巾帼护河”活动的通知

各乡镇妇联：
一、时间
活动从4月开始，每月一次。
二、要求
护河队不少于10人，统计表每季度末前三天报送。

青山县妇联
2024年3月18日
"""
QUESTIONS = (
    "护河队几个人",
    "7号文",
    "这个文件谁发的",
    "彩礼要多少合适",
    "统计表什么时候交",
    "两癌筛查要钱吗",
    "家庭文明",
)


def fill(store: Store, folder: Path) -> None:
    """A circular, a law of records with a short name, an answer, and one that was taken back."""
    path = folder / "laws.jsonl.gz"
    texts = ["家庭成员应当互相帮助。", "倡导婚事新办，不得索要高额彩礼。", "本办法自公布之日起施行。"]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for at, one in enumerate(texts, 1):
            record = {"id": f"r{at}", "title": "中华人民共和国家庭文明办法", "law": "家庭文明办法", "text": one}
            record |= {"article": f"第{at}条", "chapter": "第一章 总 则" if at < 3 else "", "version": "2020-01-01"}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    list(import_records(store, path, NOW))
    with store.begin() as session:
        import_document(session, read_text("a.txt", CIRCULAR), NOW)
        add_faq(session, "两癌筛查要钱吗", "免费，每三年一次。", now=NOW)
        gone, _ = add_faq(session, "活动室几点关门", "晚上九点。", now=NOW)
        remove_faq(session, gone, NOW)


def answers(store: Store) -> list[list[tuple[str, str, str]]]:
    """All that is found, by a process that has just begun; not how it scores, since what was taken back counts no more."""
    library = Library()
    with store.read() as session:
        return [
            [(hit.title, hit.text, hit.quote) for hit in library.search(session, question)] for question in QUESTIONS
        ]


def as_before(store: Store) -> None:
    """Write all segments as version 0 wrote them: one row a term, raw lists, nothing said of buckets."""
    with store.begin() as session:
        terms = {
            term_code(term): term
            for row in session.execute(select(records.Circular.title, Passage.place, Passage.text).join(Passage))
            for part in row
            for term, _ in query_terms(part)
        }
        terms |= {term_code(term): term for term in ("circularhead", "circularsignature", "两", "癌", "两癌")}
        for key, arrays in postings.segment_arrays(session, [one for one, _, _ in records.segments(session)]).items():
            rows = []
            firsts = np.frombuffer(arrays.codes, dtype="<i8").tolist()
            for first, (_, df, body) in zip(firsts, postings_reading.read_range(session, key, 0, 1 << 30), strict=True):
                lists = lists_in(indexing.Bucket(first, df, body))
                ends = np.cumsum(lists.counts).tolist()
                for code, count, end in zip(lists.codes.tolist(), lists.counts.tolist(), ends, strict=True):
                    span = slice(end - count, end)
                    packed = lists.positions[span].astype("<i4").tobytes() + lists.impacts[span].tobytes()
                    if code in terms:
                        rows.append((terms[code], count, b"\0" + packed))
            postings.delete_rows(session, key)
            postings.write_rows(session, key, rows)
        session.execute(update(PostingSegment).values(codes=b"", version=0))
        records.change_library(session, indexing.new_token())


def test_an_index_of_before_is_read_and_renewed(store: Store, tmp_path: Path) -> None:
    """Everything is found in the old index as in a new one, and the same again when it has been made anew."""
    fill(store, tmp_path)
    fresh = answers(store)
    assert all(fresh)
    as_before(store)
    assert answers(store) == fresh
    told: list[tuple[int, int]] = []
    assert indexing.renew(store, lambda done, total: told.append((done, total))) == told[-1][1] > 0
    assert answers(store) == fresh
    with store.read() as session:
        assert postings.of_version(session, indexing.VERSION, other=True) == []
        assert len(records.segments(session)) == 1
        rows = session.execute(text("SELECT COUNT(DISTINCT segment_id) FROM posting")).scalar_one()
    assert rows == 1  # nothing is left of the old ones
    assert indexing.renew(store) == 0


def test_renewing_makes_what_an_import_makes(store: Store, tmp_path: Path) -> None:
    """From the stored passages come the very lists that the import had written."""

    def whole() -> list[tuple[int, list[int], list[int]]]:
        with store.read() as session:
            segments = postings.segment_arrays(session, [one for one, _, _ in records.segments(session)])
            found = []
            for key, arrays in segments.items():
                firsts = np.frombuffer(arrays.codes, dtype="<i8").tolist()
                for first, (_, df, body) in zip(
                    firsts, postings_reading.read_range(session, key, 0, 1 << 30), strict=True
                ):
                    one = lists_in(indexing.Bucket(first, df, body))
                    found += [(key, one.codes.tolist(), [*one.positions.tolist(), *one.impacts.tolist()])]
            return [(0, codes, numbers) for _, codes, numbers in found]

    with store.begin() as session:
        import_document(session, read_text("a.txt", CIRCULAR), NOW)
    before = whole()
    with store.begin() as session:
        session.execute(update(PostingSegment).values(version=indexing.VERSION + 1))
    indexing.renew(store)
    assert whole() == before


def test_a_crash_while_renewing_leaves_the_old_index(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was written before the end is not looked at; the next try makes it whole."""
    fill(store, tmp_path)
    fresh = answers(store)
    as_before(store)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> bool:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(indexing, "_replace", killed)
        with pytest.raises(Killed):
            indexing.renew(store)
    assert answers(store) == fresh
    indexing.renew(store)
    assert answers(store) == fresh


def test_two_processes_renew_at_once(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes second finds the old segment gone, throws its own work away, and nothing is there twice."""
    fill(store, tmp_path)
    fresh = answers(store)
    as_before(store)
    replace = indexing._replace
    others: list[int] = []

    def late(*given: object) -> bool:
        if not others:
            others.append(1)
            indexing.renew(store)
        return replace(*given)  # type: ignore[arg-type]  # what it was called with

    monkeypatch.setattr(indexing, "_replace", late)
    indexing.renew(store)
    assert answers(store) == fresh
    with store.read() as session:
        assert len(records.segments(session)) == 1
        assert session.execute(text("SELECT COUNT(DISTINCT segment_id) FROM posting")).scalar_one() == 1


class Slow(Library):
    """A library in whose look-up another process merges the segments, after it has read which there are."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store

    def read(self, state: Catalogue, question: str) -> Plan:
        if len(state.segments) > 1 and not self.store.is_sqlite:
            indexing.merge_all(self.store)
        return super().read(state, question)


def test_a_merge_in_the_middle_of_a_look_up(store: Store, tmp_path: Path) -> None:
    """The look-up begins again with the segments that there are now, and finds what it should."""
    fill(store, tmp_path)
    with store.read() as session:
        assert len(records.segments(session)) > 1
        assert "不少于10人" in Slow(store).search(session, "护河队几个人")[0].text


def test_rows_that_are_gone_are_told(store: Store, tmp_path: Path) -> None:
    """A segment without its rows is an error, not a library without that word."""
    fill(store, tmp_path)
    library = Library()
    with store.read() as session:
        state = library.catalogue(session)
    for key, _, _ in [(one.id, one.uid, one.size) for one in state.segments]:
        with store.begin() as session:
            postings.delete_rows(session, key)
    with store.read() as session, pytest.raises(SegmentGone):
        library.scores(session, state, library.read(state, "护河队几个人"))


def test_a_database_of_before_comes_up(store: Store, tmp_path: Path) -> None:
    """A database from before buckets is upgraded with its library in it, found and made anew."""
    fill(store, tmp_path)
    fresh = answers(store)
    as_before(store)
    command.downgrade(schema._config(store), "0002")
    schema.upgrade(store)
    with store.read() as session:
        assert postings_reading.token(session)
        assert len(postings.of_version(session, 0)) == len(records.segments(session))
    assert answers(store) == fresh
    indexing.renew(store)
    assert answers(store) == fresh
