"""The chat page in a real browser: two phones, choices as buttons, photos, what reaches the other."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="there is no Chromium here"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]

HERS = "昨天下午在村部搞了场反家暴讲座，来了三十六个人，请了镇司法所的老师，发了50份宣传单"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The page on a desktop; an error in its script fails the test."""
    opened = browser.new_page(viewport={"width": 1280, "height": 860})
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.set_default_timeout(15_000)
    opened.goto(f"{site}/chat")
    opened.wait_for_selector("html[data-ready]")
    yield opened
    opened.close()
    assert not problems


def say(page: Page, text: str, side: str = "hers") -> None:
    box = page.locator(f".phone.{side} textarea")
    box.fill(text)
    box.press("Enter")


def test_a_village_head_and_the_official_above_her_stand_side_by_side(page: Page) -> None:
    """The page opens with both ends of one story."""
    expect(page.locator(".phone.hers .name")).to_be_visible()
    expect(page.locator(".phone.hers .post")).to_contain_text("妇代会")
    expect(page.locator(".phone.official .post")).to_contain_text("妇联主席")


def test_a_report_is_filed_with_two_taps(page: Page) -> None:
    """A try is put into the box, sent, shown back with buttons, and confirmed with one of them."""
    page.locator(".phone.hers .hello-tries button").first.click()
    expect(page.locator(".phone.hers textarea")).to_have_value(HERS)
    page.locator(".phone.hers .send").click()
    page.locator(".phone.hers .choices button", has_text="对").first.click()
    expect(page.locator(".phone.hers .line:not(.hers) .bubble").last).to_contain_text("编号")


def test_what_the_official_hands_down_appears_on_her_phone(page: Page) -> None:
    """The other phone shows it by itself, without a reload."""
    say(page, "下发任务 每村办1场反家暴讲座，11月25日前，依据澜妇〔2026〕36号", "official")
    page.locator(".phone.official .choices button", has_text="下发").first.click()
    expect(page.locator(".phone.hers .line .bubble").first).to_contain_text("反家暴讲座", timeout=15_000)


def test_a_reload_shows_the_conversation_again(page: Page) -> None:
    """What was said is still there, once."""
    say(page, HERS)
    page.locator(".phone.hers .choices button").first.wait_for()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".phone.hers .line.hers .bubble")).to_have_text(HERS)
    page.wait_for_timeout(2500)
    expect(page.locator(".phone.hers .line:not(.hers)")).to_have_count(1)


def test_another_person_is_found_by_any_of_her_words(page: Page) -> None:
    """Name, village, town or number; the one found has a conversation of her own."""
    say(page, HERS)
    page.locator(".phone.hers .choices button").first.wait_for()
    page.locator(".phone.hers .change").click()
    page.locator(".phone.hers input[type=search]").fill("云檀 陈小燕")
    page.locator(".phone.hers .picker-list button").first.click()
    expect(page.locator(".phone.hers .name")).to_have_text("陈小燕")
    expect(page.locator(".phone.hers .line")).to_have_count(0)


def test_a_photo_goes_with_her_words(page: Page) -> None:
    """The picture is seen before it is sent, and in the conversation after."""
    buffer = io.BytesIO()
    Image.new("RGB", (80, 60), "brown").save(buffer, "PNG")
    say(page, HERS)
    page.locator(".phone.hers .choices button").first.wait_for()
    page.locator(".phone.hers input[type=file]").set_input_files(
        {"name": "现场.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    )
    expect(page.locator(".phone.hers .tray img")).to_have_count(1)
    page.locator(".phone.hers .send").click()
    expect(page.locator(".phone.hers .line.hers .pictures img")).to_have_count(1)
    expect(page.locator(".phone.hers .line:not(.hers)")).to_have_count(2)


def test_a_narrow_screen_shows_one_phone_and_switches(browser: Browser, site: str) -> None:
    """On a phone the other one is a tap away, and nothing is wider than the screen."""
    narrow = browser.new_page(viewport={"width": 360, "height": 720})
    narrow.goto(f"{site}/chat")
    narrow.wait_for_selector("html[data-ready]")
    expect(narrow.locator(".phone.hers")).to_be_visible()
    expect(narrow.locator(".phone.official")).to_be_hidden()
    say(narrow, "帮助")
    narrow.locator(".phone.hers .line:not(.hers) .bubble").first.wait_for()
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")
    narrow.get_by_role("tab", name="上级").click()
    expect(narrow.locator(".phone.official")).to_be_visible()
    expect(narrow.locator(".phone.hers")).to_be_hidden()
    narrow.close()


def test_text_is_large_enough_for_eyes_of_fifty(page: Page) -> None:
    """What is said is at least 17 px, and what can be tapped at least 42 px high."""
    say(page, HERS)
    page.locator(".phone.hers .choices button").first.wait_for()
    sizes = page.eval_on_selector_all(".phone .bubble", "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))")
    assert min(sizes) >= 17
    heights = page.eval_on_selector_all(
        ".phone.hers .choices:not(.past) button, .phone.hers .send, .phone.hers .photo, .phone.hers .change",
        "all => all.map(e => e.getBoundingClientRect().height)",
    )
    assert min(heights) >= 42


def test_a_message_that_did_not_go_out_can_be_sent_again(page: Page) -> None:
    """Without a network she is told so under her words, and one tap sends them again, once."""
    page.context.set_offline(True)
    say(page, "帮助")
    again = page.locator(".phone.hers .failed button")
    again.wait_for()
    page.context.set_offline(False)
    again.click()
    expect(page.locator(".phone.hers .line:not(.hers) .bubble")).to_have_count(1)
    expect(page.locator(".phone.hers .failed")).to_have_count(0)
