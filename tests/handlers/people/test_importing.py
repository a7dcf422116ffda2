"""Units and people come in from tables: all or nothing, errors by line, the same table again changes nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from handlers.people import importing
from storage import people, units
from storage.people import Person
from storage.store import Store
from storage.units import Unit

UNITS = "编码,名称,级别,上级编码\n33,青岭县妇联,县,\n3301,石桥镇妇联,乡镇,33\n330101,柳溪村,村,3301\n"
PEOPLE = "姓名,电话,单位编码,职务\n王秀兰,199 0000 0001,330101,妇代会主任\n赵玉梅,+8619900000002,3301,妇联主席\n"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def write(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def load(store: Store, folder: Path) -> tuple[importing.Imported, importing.Imported]:
    with store.begin() as session:
        first = importing.import_units(session, write(folder, "u.csv", UNITS))
    with store.begin() as session:
        return first, importing.import_people(session, write(folder, "p.csv", PEOPLE), NOW)


def test_a_table_comes_in_and_a_second_time_changes_nothing(store: Store, tmp_path: Path) -> None:
    """By code and by phone; spaces and +86 in a phone do not matter."""
    one = load(store, tmp_path)
    two = load(store, tmp_path)
    assert [(d.added, d.same) for d in one] == [(3, 0), (2, 0)]
    assert [(d.added, d.same) for d in two] == [(0, 3), (0, 2)]
    with store.read() as session:
        woman = people.by_phone(session, "19900000001")
        assert woman is not None
        assert woman.name == "王秀兰"
        assert people.phone_of(session, woman) == "19900000001"


def test_excel_writes_gb18030_and_xlsx(store: Store, tmp_path: Path) -> None:
    """What Excel saves is read, numbers as numbers too."""
    with store.begin() as session:
        assert importing.import_units(session, write(tmp_path, "u.csv", UNITS, "gb18030")).added == 3
    book = Workbook()
    assert book.active is not None
    book.active.append(["姓名", "电话", "单位编码", "职务"])
    book.active.append(["王秀兰", 19900000001, 330101, "妇代会主任"])
    book.save(tmp_path / "p.xlsx")
    with store.begin() as session:
        assert importing.import_people(session, tmp_path / "p.xlsx", NOW).added == 1


@pytest.mark.parametrize(("table", "said"), [
    (UNITS + "330102,,村,3301\n", ["第5行：“名称”是空的"]),
    (UNITS + "330102,高坡村,大队,3301\n", ["第5行：级别“大队”不认识"]),
    (UNITS + "330102,高坡村,村,9999\n", ["第5行：上级编码“9999”在表里和系统里都没有"]),
    (UNITS + "330101,又一个,村,3301\n", ["第5行：编码“330101”在表里出现了两次"]),
    ("编码,名称\n1,甲\n", ["表头缺少“级别”", "表头缺少“上级编码”"]),
    ("编码,名称,级别,上级编码\n", ["没有数据行"]),
])  # fmt: skip
def test_a_wrong_line_is_named_and_nothing_comes_in(store: Store, tmp_path: Path, table: str, said: list[str]) -> None:
    """All problems at once, each by its line."""
    with pytest.raises(importing.Refused) as refused, store.begin() as session:
        importing.import_units(session, write(tmp_path, "u.csv", table))
    assert len(refused.value.problems) == len(said)
    assert all(part in problem for part, problem in zip(said, refused.value.problems, strict=True))
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 0


def test_wrong_people_are_named_and_nobody_comes_in(store: Store, tmp_path: Path) -> None:
    """Phone, unit and role are checked for every line."""
    load(store, tmp_path)
    wrong = PEOPLE + "李玉芬,12345,330101,妇代会主任\n张桂花,19900000003,77,会计\n"
    with pytest.raises(importing.Refused) as refused, store.begin() as session:
        importing.import_people(session, write(tmp_path, "p2.csv", wrong), NOW)
    assert [p[:3] for p in refused.value.problems] == ["第4行", "第5行", "第5行"]
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 2


def test_a_circle_of_units_is_refused(store: Store, tmp_path: Path) -> None:
    """Two units that name each other as the one above."""
    with pytest.raises(importing.Refused), store.begin() as session:
        importing.import_units(session, write(tmp_path, "u.csv", "编码,名称,级别,上级编码\na,甲,县,b\nb,乙,县,a\n"))


def test_a_renamed_unit_keeps_its_reports(store: Store, tmp_path: Path) -> None:
    """The code decides; the old name is remembered."""
    load(store, tmp_path)
    with store.begin() as session:
        done = importing.import_units(session, write(tmp_path, "u.csv", UNITS.replace("柳溪村", "柳溪社区")))
    assert (done.added, done.changed, done.same) == (0, 1, 2)
    with store.read() as session:
        assert [u.name for u in units.by_name(session, "柳溪村", "/")] == ["柳溪社区"]
