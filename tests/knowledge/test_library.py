"""Documents go in, clauses come out: on SQLite and on PostgreSQL."""

from datetime import UTC, date, datetime

import pytest

from knowledge.importing import import_document
from knowledge.library import Library
from knowledge.originals import original_text, read_again
from knowledge.reading import read_text
from storage import circulars as records
from storage.store import Store

NOW = datetime(2025, 3, 1, 9, tzinfo=UTC)

PLAN = """青妇〔2024〕12号
关于开展“巾帼护河”志愿服务活动的通知

各乡镇妇联：
为保护清水河，根据《关于加强志愿服务工作的意见》（青妇〔2023〕5号）要求，现将有关事项通知如下：
一、活动时间
活动从4月开始，到10月底结束，每月开展一次河道清洁。
二、工作要求
（一）各乡镇妇联要组建一支不少于20人的巾帼护河志愿服务队，并确定一名联络员。
（二）每季度末前三天，将活动照片和统计表报县妇联宣传部。
（三）对表现突出的队伍，县妇联将在年底给予表彰，并发放垃圾夹和手套。

青山县妇联
2024年3月18日
"""

IDEAS = """青妇〔2023〕5号
关于加强志愿服务工作的意见

各乡镇妇联：
一、登记管理
志愿者应当在村妇女之家登记，登记表由村妇联保管三年。
二、保障
县妇联为参加活动的志愿者购买意外伤害保险。

青山县妇联
2023年5月6日
"""

LAW = """青山县女职工保护办法
第一章 总则
第一条 为了保护女职工，制定本办法。
第二章 假期
第二条 女职工生育享受一百天产假。
第三条 用人单位不得因女职工怀孕降低其工资或者予以辞退。
第四条 哺乳未满一周岁婴儿的女职工，每天有一小时哺乳时间。
"""


def put(store: Store, name: str, text: str, *, scope: str = "") -> str:
    with store.begin() as session:
        return import_document(session, read_text(name, text), NOW, scope=scope).status


@pytest.fixture
def shelf(store: Store) -> tuple[Store, Library]:
    put(store, "plan.txt", PLAN)
    put(store, "ideas.txt", IDEAS)
    put(store, "law.txt", LAW)
    return store, Library()


def first(shelf: tuple[Store, Library], question: str, **given: object) -> str:
    store, library = shelf
    with store.read() as session:
        hits = library.search(session, question, **given)
    return hits[0].text if hits else ""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("护河队要几个人", "不少于20人"),
        ("照片和统计表什么时候交", "每季度末前三天"),
        ("志愿者有没有保险", "意外伤害保险"),
        ("生娃放多少天假", "一百天产假"),
        ("怀孕了老板要开除我", "不得因女职工怀孕"),
        ("chanjia duoshao tian", "一百天产假"),
        ("產假多少天", "一百天产假"),
        ("产甲多少天", "一百天产假"),
        ("大姐你好，我想问一下哦，我们村里有个媳妇在厂里上班，娃才六个月，中午想回家喂奶，厂里说不行，"
         "喂奶时间一天到底给不给，给多久呢，麻烦帮忙查一下，谢谢了", "每天有一小时哺乳时间"),
    ],
)  # fmt: skip
def test_real_questions_find_the_clause(shelf: tuple[Store, Library], question: str, answer: str) -> None:
    """Colloquial, misspelt, in pinyin, in Traditional script or rambling: the clause that answers comes first."""
    assert answer in first(shelf, question)


def test_a_quotation_stands_in_its_passage(shelf: tuple[Store, Library]) -> None:
    """The quotation is a piece of the passage, and the passage of the document, cleaned or as it came."""
    store, library = shelf
    with store.read() as session:
        hit = library.search(session, "哺乳时间一天多久")[0]
        circular = session.get(records.Circular, hit.circular_id)
        assert circular is not None
        assert "一小时" in hit.quote
        assert hit.quote in hit.text
        assert circular.text[circular.text.index(hit.quote) :].startswith(hit.quote)
        assert original_text(circular, 0, len(circular.text)) == LAW.strip() or hit.quote in LAW
        assert read_again(circular) is not None


@pytest.mark.parametrize("said", ["青妇〔2024〕12号", "12号文", "[2024]12", "青妇2024年12号文件", "十二号文"])
def test_a_number_names_its_document(shelf: tuple[Store, Library], said: str) -> None:
    """Every spelling of a 文号 finds the document, by search, by number and to show."""
    store, library = shelf
    with store.read() as session:
        assert library.search(session, said)[0].doc_number == "青妇〔2024〕12号"
        assert library.by_number(session, said)[0].source_name == "plan.txt"
        shown = library.show(session, said)
        assert shown is not None
        assert shown.title.endswith("志愿服务活动的通知")


def test_words_beside_a_number_choose_the_passage(shelf: tuple[Store, Library]) -> None:
    """「12号文要几个人」 answers from number 12 and from the passage about people."""
    assert "不少于20人" in first(shelf, "12号文要组建多少人的队伍")


@pytest.mark.parametrize(
    "said", ["女职工保护办法第三条", "青山县女职工保护办法3条说啥", "《青山县女职工保护办法》第3条"]
)
def test_name_and_article(shelf: tuple[Store, Library], said: str) -> None:
    """A law's name with an article gives the article itself."""
    assert "予以辞退" in first(shelf, said)


def test_next_passage(shelf: tuple[Store, Library]) -> None:
    """下一条 gives the passage that follows in the document, and nothing after the last."""
    store, library = shelf
    with store.read() as session:
        hit = library.search(session, "女职工保护办法第三条")[0]
        following = library.next_passage(session, hit.passage_id)
        assert following is not None
        assert "哺乳" in following.text
        assert library.next_passage(session, following.id) is None


def test_citations_are_links_whatever_came_first(shelf: tuple[Store, Library]) -> None:
    """A citation of a document that came later is linked when that one arrives."""
    store, library = shelf
    with store.read() as session:
        plan, ideas = (library.by_number(session, number)[0] for number in ("青妇〔2024〕12号", "青妇〔2023〕5号"))
        assert ideas.id in {one.target_id for one in records.citations_of(session, plan.id)}


@pytest.mark.parametrize("question", ["", "  ", "。。。", "👌👌", "\x00\x07", "a", "的" * 4000])
def test_strange_questions(shelf: tuple[Store, Library], question: str) -> None:
    """Empty, emoji, control characters, 4,000 characters: no error, and no answer claimed."""
    store, library = shelf
    with store.read() as session:
        assert not library.is_supported(library.search(session, question))


@pytest.mark.parametrize("question", ["红烧肉怎么做好吃", "明天会不会下雨", "手机屏幕碎了去哪修"])
def test_what_is_not_in_the_library_is_refused(shelf: tuple[Store, Library], question: str) -> None:
    """When nothing supports an answer, the best passage is not taken for one."""
    store, library = shelf
    with store.read() as session:
        assert not library.is_supported(library.search(session, question))


def test_what_is_in_the_library_is_answered(shelf: tuple[Store, Library]) -> None:
    """A question with an answer is not refused."""
    store, library = shelf
    with store.read() as session:
        for question in ("产假多少天", "护河志愿服务队多少人", "12号文", "志愿者买保险吗"):
            assert library.is_supported(library.search(session, question)), question


def test_seen_at_once_in_another_process(store: Store) -> None:
    """What is committed is found by every library from the next look-up on, and nothing before the commit."""
    one, other = Library(), Library()
    with store.read() as session:
        assert one.search(session, "产假多少天") == []
    with store.begin() as session:
        import_document(session, read_text("law.txt", LAW), NOW)
        assert one.search(session, "产假多少天")[0].file == "law.txt"
    for library in (one, other):
        with store.read() as session:
            assert "一百天" in library.search(session, "产假多少天")[0].text


def test_a_failed_import_leaves_nothing(store: Store) -> None:
    """An import whose transaction fails is not found, by the library that saw it in the making either."""
    library = Library()

    def fail() -> None:
        with store.begin() as session:
            import_document(session, read_text("law.txt", LAW), NOW)
            library.search(session, "产假")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.read() as session:
        assert library.search(session, "产假") == []


def test_local_rules(store: Store) -> None:
    """A unit's own circular is found by those below it, before the others', and not by those elsewhere."""
    library = Library()
    put(store, "all.txt", "关于妇女议事会的规定\n妇女议事会每年至少召开两次，由村妇联主持。\n")
    put(store, "own.txt", "关于本乡妇女议事会的规定\n妇女议事会每年至少召开四次，由村妇联主持。\n", scope="1.2.")
    with store.read() as session:
        question = "妇女议事会一年开几次"
        assert "四次" in library.search(session, question, place="1.2.7.")[0].text
        elsewhere = library.search(session, question, place="1.3.")
        assert "两次" in elsewhere[0].text
        assert all("四次" not in hit.text for hit in elsewhere)


def test_not_yet_in_force(shelf: tuple[Store, Library]) -> None:
    """What is dated after today counts less than what holds today."""
    store, library = shelf
    with store.read() as session:
        late = library.search(session, "护河队要几个人", today=date(2024, 1, 1))
        now = library.search(session, "护河队要几个人", today=date(2025, 1, 1))
        assert late[0].score < now[0].score


def test_the_year_chooses(shelf: tuple[Store, Library]) -> None:
    """A year named in a question prefers the circulars of that year."""
    store, library = shelf
    with store.read() as session:
        assert library.search(session, "2023年志愿服务的文件")[0].file == "ideas.txt"
        assert library.search(session, "2024年志愿服务的文件")[0].file == "plan.txt"
