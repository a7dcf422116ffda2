"""What `fit` makes of long texts and choices, for every kind of platform."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.base import Capabilities
from bot.platforms.fit import fit, length, split
from bot.platforms.wechat import CAPABILITIES as WECHAT
from handlers.dialog.reply import Choice, Reply, choices

PLATFORMS = {
    "wechat": WECHAT,
    "wecom": Capabilities(text_limit=2048, text_unit="bytes", max_buttons=6, button_bytes=64),
    "telegram": Capabilities(text_limit=4096, text_unit="utf16", max_buttons=100, button_bytes=64),
    "narrow": Capabilities(text_limit=40, text_unit="bytes"),
    "narrow-utf16": Capabilities(text_limit=12, text_unit="utf16"),
}
LETTERS = st.sampled_from("妇联村。！\n\n  ，a1👩‍👩‍👧é<&]>")
TEXTS = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), LETTERS), max_size=400)
LABELS = st.text(st.sampled_from("办结是否不ab1。 <'\"%&"), min_size=1, max_size=30)
REPLIES = st.builds(
    Reply,
    text=TEXTS,
    choices=st.lists(st.builds(Choice, label=LABELS, says=LABELS), max_size=9).map(tuple),
    photos=st.sampled_from([(), ("a" * 64,)]),
    link=st.sampled_from(["", "https://example.org/x"]),
)


def bare(text: str) -> str:
    """The text without white space."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("name", PLATFORMS)
@given(reply=REPLIES)
def test_nothing_is_lost_and_nothing_is_over_the_limit(name: str, reply: Reply) -> None:
    """Every part is within the limit in the platform's own unit, and together they say all that the reply says."""
    capabilities = PLATFORMS[name]
    parts = fit(reply, capabilities)
    assert all(length(p.text, capabilities.text_unit) <= capabilities.text_limit for p in parts)
    together = bare("".join(p.text for p in parts))
    assert together.startswith(bare(capabilities.clean(reply.text) + reply.link))
    assert parts[-1].choices == reply.choices
    assert parts[0].photos == reply.photos
    if not reply.choices or "msgmenu" in together or capabilities.max_buttons:
        return
    for number, choice in enumerate(reply.choices, 1):
        assert bare(f"{number}.{capabilities.clean(choice.label)}") in together


@given(text=TEXTS, limit=st.integers(4, 50), unit=st.sampled_from(["bytes", "utf16", "chars"]))
def test_a_split_text_drops_only_white_space(text: str, limit: int, unit: str) -> None:
    """Joined again, the parts are the text but for white space at the cuts."""
    parts = split(text, limit, unit)
    assert all(length(p, unit) <= limit for p in parts)
    assert bare("".join(parts)) == bare(text)


def test_six_thousand_bytes_of_chinese_do_not_pass_a_limit_of_sixteen_hundred() -> None:
    """A limit in bytes counts three for a Chinese character."""
    parts = fit(Reply("妇" * 2000), replace(WECHAT, text_limit=1600))
    assert [len(p.text) for p in parts] == [533, 533, 533, 401]


def test_a_long_text_is_cut_at_the_end_of_a_line_or_sentence() -> None:
    """A part ends where a reader would pause."""
    text = "第一条 为了保障妇女的合法权益。" * 3 + "\n" + "第二条 国家保障妇女的权利。" * 3
    parts = split(text, 180, "bytes")
    assert [p[-1] for p in parts] == ["。"] * len(parts)
    assert parts[1].startswith("第二条")


def test_an_emoji_made_of_several_characters_stays_whole() -> None:
    """A family of three people is not cut into strangers."""
    assert split("好" * 6 + "👩‍👩‍👧", 10, "chars") == ["好" * 6, "👩‍👩‍👧"]


def test_choices_become_numbered_lines_where_there_are_no_buttons() -> None:
    """Without buttons the choices are numbered and she is told to answer with the number."""
    [part] = fit(Reply("要提交吗？", choices=choices("提交", "修改")), WECHAT)
    assert re.sub("<[^>]*>", "", part.text) == "要提交吗？\n\n1. 提交\n2. 修改\n（点一下，或回复数字）"
    [part] = fit(Reply("要提交吗？", choices=choices("提交", "修改")), Capabilities(text_limit=500, text_unit="bytes"))
    assert part.text == "要提交吗？\n\n1. 提交\n2. 修改\n（回复数字即可）"


def test_choices_stay_buttons_while_the_platform_can_show_them() -> None:
    """Six buttons fit a card; with a seventh all become numbers, and so they do when one label is too long."""
    wecom = PLATFORMS["wecom"]
    assert fit(Reply("选", choices=choices(*"一二三四五六")), wecom)[0].text == "选"
    assert "7. 七" in fit(Reply("选", choices=choices(*"一二三四五六七")), wecom)[0].text
    assert "1. 长" in fit(Reply("选", choices=choices("长" * 30)), wecom)[0].text
