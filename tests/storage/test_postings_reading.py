"""The statements of every look-up give what the ordinary ones give."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage import postings, postings_reading
from storage.circulars import Circular, Passage, change_library, texts
from storage.store import Store

NOW = datetime(2025, 3, 1, 9, tzinfo=UTC)


def test_token_follows_the_commit(store: Store) -> None:
    """Empty before the first import, then what was committed last."""
    with store.read() as session:
        assert postings_reading.token(session) == ""
    with store.begin() as session:
        change_library(session, "a")
    with store.read() as session:
        assert postings_reading.token(session) == "a"


@pytest.mark.parametrize("count", [1, 9, 1_500])
def test_terms_of_one_segment(store: Store, count: int) -> None:
    """Whatever their number, the wanted terms of the wanted segment come, and no others."""
    rows = [(f"t{at}", at + 1, bytes([at % 256, 0, 255])) for at in range(count)]
    with store.begin() as session:
        one = postings.add_segment(session, "1", 1, postings.Arrays(b"", b"", b"", b""), rows)
        postings.add_segment(session, "2", 1, postings.Arrays(b"", b"", b"", b""), [("t0", 7, b"x")])
    with store.read() as session:
        found = postings_reading.read_terms(session, one, [row[0] for row in rows] + ["none"])
        assert sorted(found) == sorted(rows)


def test_what_is_not_flushed_yet_is_read(store: Store) -> None:
    """A unit of work finds the passages that it has itself added."""
    with store.begin() as session:
        home = Circular(kind="law", title="法", title_key="法", sha256="1", created_at=NOW)
        session.add(home)
        session.flush()
        one = Passage(circular_id=home.id, ordinal=0, text="村民议事。")
        session.add(one)
        assert [found.text for found in postings_reading.read_texts(session, [1, 2]).values()] == ["村民议事。"]
        assert postings_reading.read_texts(session, [one.id, 99]) == texts(session, [one.id, 99])


def test_errors_are_those_of_the_store(store: Store) -> None:
    """A table that is gone is told like everywhere, not in the driver's own words."""
    with store.begin() as session:
        session.execute(text("ALTER TABLE library_state RENAME TO elsewhere"))
        with pytest.raises(DBAPIError):
            postings_reading.token(session)
        session.rollback()
