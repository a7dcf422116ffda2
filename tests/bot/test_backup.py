"""A backup taken while it runs comes back whole, on either engine, or not at all."""

import zipfile
from datetime import date
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select

from bot import backup
from bot.example.load import load_example
from storage import people, schema
from storage.people import Person
from storage.store import Store
from storage.units import Unit
from tests.kit.stores import SECRET


def counts(store: Store) -> dict[str, int]:
    with store.read() as session:
        return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in schema.metadata.sorted_tables}


def test_a_backup_comes_back_with_every_row_and_photo(settled: Store, tmp_path: Path) -> None:
    """From this engine into a fresh SQLite file: the same counts, sealed values still open, new rows can be added."""
    (tmp_path / "data" / "photos" / "ab").mkdir(parents=True)
    (tmp_path / "data" / "photos" / "ab" / "abc.img").write_bytes(b"picture")
    backup.write(settled, tmp_path / "data", tmp_path / "b.zip")
    target = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    backup.restore(tmp_path / "b.zip", target, SECRET, tmp_path / "new")
    restored = Store(target, secret=SECRET)
    assert counts(restored) == counts(settled)
    assert (tmp_path / "new" / "photos" / "ab" / "abc.img").read_bytes() == b"picture"
    with restored.begin() as session:
        someone = session.scalars(select(Person).limit(1)).one()
        assert people.phone_of(session, someone).startswith("199")
        people.add(session, "新来的", "19911112222")
    restored.close()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_backup_of_one_engine_fits_the_other(store: Store, tmp_path: Path) -> None:
    """SQLite's backup restores into PostgreSQL, and the counters go on behind the restored ids."""
    first = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}", secret=SECRET)
    schema.upgrade(first)
    load_example(first, today=date(2026, 11, 22))
    backup.write(first, tmp_path, tmp_path / "b.zip")
    backup.restore(tmp_path / "b.zip", store.url, SECRET, tmp_path / "new")
    assert counts(store) == counts(first)
    with store.begin() as session:
        before = session.scalar(select(func.max(Unit.id))) or 0
        unit = Unit(code="new", name="新村", level="village", path="/new/")
        session.add(unit)
        session.flush()
        assert unit.id > before
    first.close()


def test_a_backup_with_a_missing_row_changes_nothing(settled: Store, tmp_path: Path) -> None:
    """The counts are proved before the commit."""
    backup.write(settled, tmp_path, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as good, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            if name == "niangjia.json":
                manifest = msgspec.json.decode(content)
                manifest["counts"]["person"] += 1
                content = msgspec.json.encode(manifest)
            bad.writestr(name, content)
    target = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    with pytest.raises(backup.Mismatch):
        backup.restore(tmp_path / "bad.zip", target, SECRET, tmp_path)
    assert sum(counts(Store(target, secret=SECRET)).values()) == 0


def test_a_full_database_is_not_overwritten_by_accident(settled: Store, tmp_path: Path) -> None:
    """Only --force replaces what is there."""
    backup.write(settled, tmp_path, tmp_path / "b.zip")
    with pytest.raises(backup.NotEmpty):
        backup.restore(tmp_path / "b.zip", settled.url, SECRET, tmp_path)
    before = counts(settled)
    backup.restore(tmp_path / "b.zip", settled.url, SECRET, tmp_path, force=True)
    assert counts(settled) == before


def test_any_other_file_is_refused(tmp_path: Path) -> None:
    """A text file is no backup."""
    (tmp_path / "b.zip").write_text("hello")
    with pytest.raises(backup.NotABackup):
        backup.restore(tmp_path / "b.zip", f"sqlite:///{tmp_path / 'x.sqlite3'}", SECRET, tmp_path)
