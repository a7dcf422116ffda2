"""The program as it runs: a child process, a phone that signs and encrypts, and a fake WeChat on the other side."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from storage.outbox import Outbox
from storage.people import Identity
from storage.reports import ReportPhoto
from storage.store import Store
from tests.kit.fake_wechat import FakeWeChat, Follower
from tests.kit.stores import SECRET
from tests.kit.wechat_phone import Line, Phone
from tests.kit.world import ACCOUNT, address

ROOT = Path(__file__).parents[2]
ASKED = "有一位同志请您联系她"
ONE_BREATH = "昨天下午在村部搞了场反家暴讲座，来了三十六个人，发了50份宣传单"


@dataclass
class Running:
    """The program, the platform and the way between them."""

    wechat: FakeWeChat
    line: Line
    process: subprocess.Popen[bytes]
    database_url: str
    folder: Path
    port: int

    def restart(self) -> None:
        """Start the program again after its end."""
        self.process = start(self.database_url, self.folder, self.wechat, self.line, self.port)

    def states(self) -> set[str]:
        """The states of all that was to go out."""
        store = Store(self.database_url, secret=SECRET)
        with store.read() as session:
            found = set(session.scalars(select(Outbox.state)))
        store.close()
        return found

    def phone(self, name: str) -> Phone:
        return Phone(self.wechat, self.line, address(name))

    def wait_for(self, openid: str, words: str, seconds: float = 20) -> str:
        """A text with these words on her screen."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for text in reversed(self.wechat.texts(openid)):
                if words in text:
                    return text
            time.sleep(0.1)
        raise AssertionError(f"nothing with {words!r} came; she sees {self.wechat.texts(openid)}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(database_url: str, folder: Path, wechat: FakeWeChat, line: Line, port: int) -> subprocess.Popen[bytes]:
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NIANGJIA_DATABASE_URL": database_url, "NIANGJIA_DATA_DIR": str(folder),
        "NIANGJIA_SECRET_KEY": SECRET, "NIANGJIA_PORT": str(port), "NIANGJIA_WECHAT_APPID": ACCOUNT,
        "NIANGJIA_WECHAT_SECRET": wechat.secret, "NIANGJIA_WECHAT_TOKEN": line.token, "NIANGJIA_WECHAT_AES_KEY": line.aes_key,
        "NIANGJIA_WECHAT_API_BASE": wechat.base,
    }
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=environment, cwd=folder)
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=1, trust_env=False).status_code == 200:
                return process
        except httpx.TransportError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError("the program did not start")


@pytest.fixture
def running(settled_url: str, tmp_path: Path) -> Iterator[Running]:
    """Everything up, and down again by its id."""
    port = free_port()
    with FakeWeChat(appid=ACCOUNT) as wechat:
        line = Line(f"http://127.0.0.1:{port}/wechat", appid=ACCOUNT)
        process = start(settled_url, tmp_path, wechat, line, port)
        running = Running(wechat, line, process, settled_url, tmp_path, port)
        yield running
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(timeout=30)


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "#c33").save(out, "JPEG")
    return out.getvalue()


def test_the_whole_loop_through_an_encrypted_wechat(running: Running) -> None:
    """Report, correction, tap, photo; who can help is told, the silent one when she writes; a kill -9 loses nothing."""
    assert running.line.verify() == (200, "4375120948345356249")
    head = running.phone("王秀兰")
    running.wechat.followers[address("孙丽华")] = Follower()  # she has been silent
    assert "我记下的是这样" in head.says(ONE_BREATH).text
    assert "38人" in head.says("不是36是38人").text
    filed = head.taps(1)
    assert "报好了" in filed.text
    assert "收到1张照片" in head.sends_photo(photo()).text

    # what goes out whatever the hour: she asks to be called, two officers are told, one of them has been silent
    assert "可以这样用" in running.phone("何敏").says("帮助").text
    assert "110" in head.says("我老公又打我了，我躲在厕所里").text
    assert "已经请" in head.says("请妇联联系我", msg_id="777000111").text
    running.wait_for(address("何敏"), ASKED)
    assert not any(ASKED in text for text in running.wechat.texts(address("孙丽华")))  # the window of 48 hours is closed

    until = time.monotonic() + 20
    while running.states() - {"sent", "held"} and time.monotonic() < until:
        time.sleep(0.1)  # what is in the air at the kill belongs to the dead worker until its lease ends

    running.process.kill()
    running.process.wait()
    running.restart()

    assert "已经请" in head.says("请妇联联系我", msg_id="777000111").text  # the platform asks again after the crash
    assert "可以这样用" in running.phone("孙丽华").says("帮助").text
    running.wait_for(address("孙丽华"), ASKED)  # held for her until she wrote
    for officer in ("孙丽华", "何敏"):
        assert len([t for t in running.wechat.texts(address(officer)) if ASKED in t]) == 1

    store = Store(running.database_url, secret=SECRET)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with store.read() as session:
            if session.scalars(select(ReportPhoto.sha256)).all():
                break
        time.sleep(0.2)
    else:
        raise AssertionError("the photo was not fetched")
    store.close()


def test_what_is_forged_or_broken_does_nothing(running: Running) -> None:
    """Wrong signature 403, garbage 400, too large 413, and the program goes on."""
    query, body = running.line.seal("<xml><MsgType>text</MsgType></xml>")

    def post(query: str, body: bytes) -> int:
        return running.line.http.post(f"{running.line.url}?{query}", content=body).status_code

    assert post(query.replace("msg_signature=", "msg_signature=0"), body) == 403
    assert post(query, b"<xml>") in (400, 403)
    assert post(query, b"x" * (1024 * 1024 + 1)) == 413
    assert "可以这样用" in running.phone("王秀兰").says("帮助").text


def test_who_leaves_is_not_written_to_and_who_comes_back_is(running: Running) -> None:
    """An unfollow is noted without an answer; the next message opens the channel again."""
    head = running.phone("王秀兰")
    assert head.unfollows().text == ""
    assert unreachable(running) == ["unfollowed"]
    head.follows()
    assert unreachable(running) == []


def unreachable(running: Running) -> list[str]:
    store = Store(running.database_url, secret=SECRET)
    with store.read() as session:
        found = list(session.scalars(select(Identity.unreachable).where(Identity.unreachable != "")))
    store.close()
    return found
