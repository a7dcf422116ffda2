"""Takes the handbook's pictures on a running example county: `python deploy/handbook/screenshots.py http://127.0.0.1:8000`."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

#: picture → (whose phone: 0 the village head's, 1 the official's; what is said there)
SCENES: dict[str, tuple[int, list[str]]] = {
    "report": (0, ["昨天下午在村部搞了场反家暴讲座，来了三十六个人，请了镇司法所的老师，发了50份宣传单", "不是36是38人"]),
    "ask": (0, ["取消", "彩礼退不退"]),
    "missing": (1, ["谁没报"]),
}


def say(page: Page, phone: int, text: str) -> None:
    """Type into one of the two phones as somebody would."""
    box = page.locator("textarea, input[type=text]:not([hidden])").locator("visible=true").nth(phone)
    box.fill(text)
    box.press("Enter")
    page.wait_for_timeout(1200)


def main(base: str) -> None:
    """Play the scenes one after the other."""
    httpx.get(base + "/chat").raise_for_status()
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 1180, "height": 880})
        page.goto(base + "/chat")
        page.wait_for_timeout(2500)
        for name, (phone, said) in SCENES.items():
            for text in said:
                say(page, phone, text)
            page.screenshot(path=str(HERE / f"{name}.png"))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
