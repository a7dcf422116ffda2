"""What is imported is found whole or not at all, by every process, after kills and after a restore."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot import backup
from knowledge.importing import import_document
from knowledge.library import Library
from knowledge.reading import read_text
from storage import circulars as records
from storage.store import Store
from tests.kit.import_crashes import ARTICLES, write_laws
from tests.kit.stores import SECRET

NOW = datetime(2025, 3, 1, 9, tzinfo=UTC)
TEXT = """青妇〔2024〕{serial}号
关于开展“{name}”活动的通知

各乡镇妇联：
一、时间
活动从{month}月开始，每月一次。
二、要求
（一）{name}队不少于{count}人。
（二）每季度末前三天报送统计表。

青山县妇联
2024年3月18日
"""
NAMES = ("巾帼护河", "爱心妈妈", "平安家庭", "书香之家")
ROOT = Path(__file__).parents[2]
IMPORT = """
import sys
from datetime import UTC, datetime
from knowledge.importing import import_document
from knowledge.reading import read_text
from storage.store import Store
store = Store(sys.argv[1], secret=sys.argv[2])
with store.begin() as session:
    import_document(session, read_text("other.txt", sys.argv[3]), datetime.now(UTC))
store.close()
"""

IMPORT_MANY = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from knowledge import importing_records, indexing
from storage.store import Store
importing_records.BULK, indexing.OF_ONE_IMPORT, indexing.ROWS_TOGETHER, indexing.ROWS_AT_ONCE = 5, 3, 4, 7
store = Store(sys.argv[1], secret=sys.argv[2])
for _ in importing_records.import_records(store, Path(sys.argv[3]), datetime.now(UTC)):
    pass
store.close()
"""


def circular(at: int) -> str:
    return TEXT.format(serial=at + 1, name=NAMES[at], month=at + 3, count=10 * (at + 1))


def test_a_killed_import_leaves_all_or_nothing(store: Store, tmp_path: Path) -> None:
    """A dozen kills at random moments: each law is found with all its articles or none, and the next run makes whole."""
    command = [sys.executable, "-m", "tests.kit.import_crashes", store.url, str(tmp_path), "--kills", "12"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert said.returncode == 0, said.stderr[-2000:]
    books = json.loads(said.stdout)
    assert books["kills"] >= 3  # the others had finished
    assert books["partial"] == books["not whole afterwards"] == 0
    assert books["nothing"] + books["all"] == 12 * 10


def test_another_process_sees_a_commit_at_once(store: Store) -> None:
    """What another process has committed, the next look-up finds."""
    library = Library()
    with store.begin() as session:
        import_document(session, read_text("a.txt", circular(0)), NOW)
    with store.read() as session:
        assert library.search(session, "护河队几个人")[0].file == "a.txt"
    command = [sys.executable, "-c", IMPORT, store.url, SECRET, circular(1)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    with store.read() as session:
        assert library.search(session, "爱心妈妈队几个人")[0].file == "other.txt"


def test_a_bulk_import_never_hides_what_was_found(store: Store, tmp_path: Path) -> None:
    """While another process imports and merges, each law is found whole from some moment on, and all in the end."""
    path, numbers = write_laws(tmp_path, 7)
    command = [sys.executable, "-c", IMPORT_MANY, store.url, SECRET, str(path)]
    importing = subprocess.Popen(command, cwd=ROOT)
    library = Library()
    seen: set[str] = set()
    done = False
    while not done:
        done = importing.poll() is not None
        for number in numbers:
            with store.read() as session:
                found = [hit for hit in library.search(session, f"编号{number}", limit=100) if number in hit.text]
            assert len(found) in (0, ARTICLES)
            assert found or number not in seen
            seen |= {number} if found else set()
    assert importing.returncode == 0
    assert seen == set(numbers)
    with store.read() as session:
        assert len(records.segments(session)) == 1


def test_a_restored_library_answers_the_same(store: Store, tmp_path: Path) -> None:
    """After backup and restore every look-up has the same hits in the same order; new documents can be added."""
    with store.begin() as session:
        for at in range(3):
            import_document(session, read_text(f"{at}.txt", circular(at)), NOW)
    backup.write(store, tmp_path, tmp_path / "b.zip")
    target = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    backup.restore(tmp_path / "b.zip", target, SECRET, tmp_path / "new")
    restored = Store(target, secret=SECRET)
    for question in ("平安家庭队几个人", "2号文", "统计表什么时候交", "护河几月开始"):
        with store.read() as session, restored.read() as other:
            before = [(hit.file, hit.text, hit.score) for hit in Library().search(session, question)]
            assert before
            assert [(hit.file, hit.text, hit.score) for hit in Library().search(other, question)] == before
    with restored.begin() as session:
        import_document(session, read_text("new.txt", circular(3)), NOW)
    with restored.read() as session:
        assert Library().search(session, "书香之家队几个人")[0].file == "new.txt"
    restored.close()
