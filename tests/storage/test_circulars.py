"""Posting rows and the token that tells processes to look again."""

from storage import postings
from storage.circulars import change_library, library_token, segments
from storage.store import Store


def test_the_token_changes_with_the_commit(store: Store) -> None:
    """The token is empty at first, one row afterwards, and what is rolled back is not seen."""
    with store.read() as session:
        assert library_token(session) == ""
    for token in ("a", "b"):
        with store.begin() as session:
            change_library(session, token)
    with store.read() as session:
        assert library_token(session) == "b"


def test_rows_by_term_come_in_order(store: Store) -> None:
    """Rows written are read again in order of term, in pieces, each segment by itself."""
    terms = [chr(0x4E00 + at) for at in range(6_000)]
    with store.begin() as session:
        rows = [(term, 1, b"x" + term.encode()) for term in reversed(terms)]
        first = postings.add_segment(session, "one", b"", b"", b"\0", rows)
        second = postings.add_segment(session, "two", b"", b"", b"\0\0", [("一", 2, b"y")])
    with store.read() as session:
        assert [row[0] for row in postings.rows_by_term(session, first)] == terms
        assert postings.read_rows(session, [first, second], ["一", "无"]) == [
            (first, "一", 1, b"x" + "一".encode()), (second, "一", 2, b"y")
        ]  # fmt: skip
        assert [(key, size) for key, _, size in segments(session)] == [(first, 1), (second, 2)]


def test_segments_go_with_their_rows(store: Store) -> None:
    """A segment taken away leaves no rows."""
    with store.begin() as session:
        key = postings.add_segment(session, "one", b"", b"", b"\0", [("一", 1, b"x")])
    with store.begin() as session:
        postings.delete_segments(session, [key])
    with store.read() as session:
        assert postings.read_rows(session, [key], ["一"]) == []
        assert segments(session) == []
