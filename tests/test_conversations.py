"""Every golden conversation is answered today as it is written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import Store
from tests.kit import world
from tests.kit.conversations import Replay, Unreadable, passed, read

FOLDER = Path(__file__).parent / "conversations"
FILES = sorted(FOLDER.rglob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER).with_suffix("")))
def test_a_conversation_goes_as_it_is_written(
    path: Path, settled: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Said, answered, pushed to others: word by word, on both engines."""
    written = path.read_text(encoding="utf-8")
    now = Replay(settled, folder=tmp_path).run(written)
    if request.config.getoption("--update-conversations"):
        if settled.is_sqlite:
            path.write_text(now, encoding="utf-8")
        return
    assert now == written, f"{path.name} goes another way now; if it is better: --update-conversations"


def test_a_file_that_means_nothing_is_told_by_its_line() -> None:
    """A line without a mark is an error, not silence."""
    with pytest.raises(Unreadable, match="line 3"):
        read("# a\n@wechat 王秀兰\n帮助\n")
    with pytest.raises(Unreadable, match="how much time"):
        passed("一会儿", world.START)


def test_what_is_written_is_read_back_as_the_same_steps(settled: Store, tmp_path: Path) -> None:
    """Replaying an updated file changes nothing more: the format is stable."""
    text = "# she asks for help\n@wechat 王秀兰\n> 帮助\n>>\n\n~ 2小时后\n\n! *\n"
    once = Replay(settled, folder=tmp_path).run(text)
    assert [(s.kind, s.text) for s in read(once)] == [(s.kind, s.text) for s in read(text)]
