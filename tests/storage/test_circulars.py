"""Posting rows and the token that tells processes to look again."""

from storage import postings, postings_reading
from storage.circulars import change_library, library_token, segments
from storage.postings import Arrays, bucket_key
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


def arrays(size: int) -> Arrays:
    return Arrays(b"", b"", bytes(size), b"")


def test_buckets_come_in_order(store: Store) -> None:
    """Rows written are read again in order of bucket, each segment by itself."""
    numbers = range(0, 6_000, 7)
    with store.begin() as session:
        rows = [(bucket_key(at), 1, b"x%d" % at) for at in reversed(numbers)]
        first = postings.add_segment(session, "one", 1, arrays(1), rows)
        second = postings.add_segment(session, "two", 1, arrays(2), [(bucket_key(0), 2, b"y")])
    with store.read() as session:
        assert [row[0] for row in postings_reading.read_range(session, first, 0, 6_000)] == [*map(bucket_key, numbers)]
        assert postings_reading.read_range(session, first, 7, 8) == [(bucket_key(7), 1, b"x7")]
        assert postings_reading.read_range(session, second, 0, 9) == [(bucket_key(0), 2, b"y")]
        assert [(key, size) for key, _, size in segments(session)] == [(first, 1), (second, 2)]


def test_segments_go_with_their_rows(store: Store) -> None:
    """A segment taken away leaves no rows."""
    with store.begin() as session:
        key = postings.add_segment(session, "one", 1, arrays(1), [(bucket_key(0), 1, b"x")])
        assert postings.of_version(session, 1) == [(key, 1)]
        assert postings.of_version(session, 1, other=True) == []
    with store.begin() as session:
        postings.delete_segments(session, [key])
    with store.read() as session:
        assert postings_reading.read_range(session, key, 0, 9) == []
        assert segments(session) == []
