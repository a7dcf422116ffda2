"""How many encrypted callbacks a second, and how long each takes: ours, understood and stored, beside bare echoes.

Everything runs on this machine at once and in turn, so the ratios of the medians count, not the figures. It is a deadline evening: each message is
the report of another village head. The same texts go to every server; ours takes them apart, keeps the drafts and
answers from what it has committed (fsync on), and then files the reports as each head says 「对」. Every 50th answer is
decrypted with wechatpy and checked.

    python tests/benchmarks/bench_callback.py [--messages 4000] [--rounds 3] [--only sqlite,postgresql,werobot,wechatpy]
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import uvloop

from tests.benchmarks import reports_county
from tests.benchmarks.load import Measured, closed, open_loop
from tests.kit.wechat_phone import Line

CONNECTIONS = 32
RATE = 150.0
STEADY = 1500
WARM_UP = 300
#: Words of an apology, of an answer to a stranger and of one who was not understood: none of them counts.
NOT_UNDERSTOOD = ("对不起", "还没有登记", "没太明白")
ROOT = Path(__file__).resolve().parents[2]
LINE = Line("")
CONFIRM, FILED = "对", "报好了"
_ids = itertools.count(24_000_000_000_000_000)


@dataclass(frozen=True)
class Said:
    """A message: who, what, and the request that carries it."""

    openid: str
    text: str
    request: bytes


def reports(first: int, count: int) -> list[Said]:
    """One report each of so many village heads."""
    random_ = random.Random(first)
    return [said(who, reports_county.report(random_)) for who in range(first, first + count)]


def said(who: int, text: str) -> Said:
    """A message with an id of its own."""
    return Said(reports_county.openid(who), text, request(reports_county.openid(who), text, next(_ids)))


def request(openid: str, text: str, msg_id: int) -> bytes:
    """The callback for a text as it goes over the wire."""
    xml = (
        f"<xml><ToUserName><![CDATA[{LINE.account}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{msg_id}</MsgId></xml>"
    )
    query, body = LINE.seal(xml)
    return (
        f"POST /wechat?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def check(measured: Measured, said: Sequence[Said], *, echoes: bool) -> int:
    """How many of the kept answers are right: decrypted, for her, and either the echo or an answer to what she said."""
    right = 0
    for index, body in measured.kept:
        fields = LINE.unseal(body)
        fitting = fields["Content"] == said[index].text if echoes else _understood(said[index].text, fields["Content"])
        right += fitting and fields["ToUserName"] == said[index].openid
        if not fitting:
            print(f"  wrong answer to {said[index].text!r}: {fields['Content']!r}")
    return right


def _understood(text: str, answer: str) -> bool:
    if any(words in answer for words in NOT_UNDERSTOOD):
        return False
    return (FILED if text == CONFIRM else reports_county.people_in(text)) in answer


@contextmanager
def server(command: Sequence[str], environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server of its own process, from when it takes connections to the end of the block."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _wait_until_listening(process, port, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            log.seek(0)
            raise RuntimeError(f"the server ended with {process.returncode}: {log.read().decode()[-2000:]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server does not listen")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(name: str, port: int, messages: int, pid: int, *, echoes: bool) -> tuple[float, float]:
    """Warm up, full speed, fixed rate; prints a result line. Messages a second, and p99 in ms at the fixed rate."""
    uvloop.run(closed(port, [s.request for s in reports(0, WARM_UP)], connections=CONNECTIONS))
    told = reports(WARM_UP, messages)
    cpu = _cpu_seconds(pid)
    fast = uvloop.run(closed(port, [s.request for s in told], connections=CONNECTIONS))
    cpu = (_cpu_seconds(pid) - cpu) / messages * 1e6
    right, kept = check(fast, told, echoes=echoes), len(fast.kept)
    told = reports(WARM_UP + messages, STEADY)
    steady = uvloop.run(open_loop(port, [s.request for s in told], connections=CONNECTIONS, rate=RATE))
    right, kept = right + check(steady, told, echoes=echoes), kept + len(steady.kept)
    print(
        f"= {name:<42} {fast.per_second:5.0f} messages/s, {_percentiles(fast)} · at {RATE:.0f}/s {_percentiles(steady)}"
        f" · {cpu:4.0f} µs of CPU each · {fast.failed + steady.failed} failed, {right} of {kept} checked right",
        flush=True,
    )
    if right != kept or fast.failed or steady.failed:
        raise AssertionError(f"{name} has answered wrongly")
    return fast.per_second, steady.percentile(0.99)


def measure_filing(port: int, messages: int) -> None:
    """Those who have reported at full speed say that it is right; prints a result line."""
    told = [said(who, CONFIRM) for who in range(WARM_UP, WARM_UP + messages)]
    filing = uvloop.run(closed(port, [s.request for s in told], connections=CONNECTIONS))
    right = check(filing, told, echoes=False)
    print(
        f"= {'':<6}and each filed as its head says {CONFIRM}: {filing.per_second:5.0f} messages/s,"
        f" {_percentiles(filing)} · {filing.failed} failed, {right} of {len(filing.kept)} checked right",
        flush=True,
    )
    if right != len(filing.kept) or filing.failed:
        raise AssertionError("filing has been answered wrongly")


def _percentiles(measured: Measured) -> str:
    return f"p50 {measured.percentile(0.5):5.1f} p99 {measured.percentile(0.99):5.1f} ms"


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process and all that it has started so far, from /proc."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        one = int(stat.parent.name)
        parents[one] = int(fields[1])
        seconds[one] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    family = {pid}
    while more := {one for one, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(seconds[one] for one in family if one in seconds)


def peer(name: str, messages: int) -> float:
    """A bare echo; its messages a second."""
    port = free_port()
    environment = {"WECHAT_TOKEN": LINE.token, "WECHAT_AES_KEY": LINE.aes_key, "WECHAT_APPID": LINE.appid}
    commands = {
        "werobot": ["gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "error",
                    "tests.benchmarks.peers.werobot_echo:app"],
        "wechatpy": ["uvicorn", "--port", str(port), "--log-level", "warning", "--no-access-log",
                     "tests.benchmarks.peers.wechatpy_echo:app"],
    }  # fmt: skip
    titles = {"werobot": "WeRoBot echo, gunicorn, nothing stored", "wechatpy": "wechatpy + Starlette echo, uvicorn"}
    with server(commands[name], environment, port) as process:
        return measure(titles[name], port, messages, process.pid, echoes=True)[0]


def ours(engine: str, messages: int) -> tuple[float, float]:
    """Our server as it is started by `niangjia serve`, on a county whose village heads are bound."""
    port, secret = free_port(), "a secret for the benchmark only"
    with (
        tempfile.TemporaryDirectory(prefix="niangjia-bench-") as folder,
        reports_county.database(engine, folder) as url,
    ):
        reports_county.fill(url, secret, LINE.appid, WARM_UP + messages + STEADY)
        environment = {
            "NIANGJIA_DATABASE_URL": url, "NIANGJIA_DATA_DIR": folder, "NIANGJIA_SECRET_KEY": secret,
            "NIANGJIA_HOST": "127.0.0.1", "NIANGJIA_PORT": str(port), "NIANGJIA_LOG_LEVEL": "WARNING",
            "NIANGJIA_WECHAT_APPID": LINE.appid, "NIANGJIA_WECHAT_TOKEN": LINE.token,
            "NIANGJIA_WECHAT_AES_KEY": LINE.aes_key, "NIANGJIA_WECHAT_SECRET": "unused",
            "NIANGJIA_WECHAT_API_BASE": "http://127.0.0.1:9",
        }  # fmt: skip
        with server(["bot", "serve"], environment, port) as process:
            result = measure(f"Niangjia, understood and stored, {engine}", port, messages, process.pid, echoes=False)
            measure_filing(port, messages)
        told = reports_county.stored(url, secret)
        print(f"= {'':<6}stored there: {told}", flush=True)
        sent = WARM_UP + messages + STEADY + messages
        if told["messages"] != sent:
            raise AssertionError(f"{sent} messages acknowledged, {told['messages']} stored")
    return result


def main() -> int:
    """Run all of them in turn, several rounds, in one go; 1 if ours does not reach what is asked of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="werobot,wechatpy,sqlite,postgresql")
    asked = parser.parse_args()
    names = [name for name in ("werobot", "wechatpy", "sqlite", "postgresql") if name in asked.only.split(",")]
    print(f"encrypted callbacks over {CONNECTIONS} connections, {asked.messages} at full speed, then {RATE:.0f}/s")
    speeds: dict[str, list[float]] = {name: [] for name in names}
    slowest = 0.0
    for round_ in range(1, asked.rounds + 1):
        print(f"= round {round_} of {asked.rounds}")
        for name in names:  # in turn: on a shared machine the minutes differ more than the servers
            if name in ("werobot", "wechatpy"):
                speeds[name].append(peer(name, asked.messages))
            else:
                per_second, p99 = ours(name, asked.messages)
                speeds[name].append(per_second)
                slowest = max(slowest, p99)
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    missed = slowest >= 50
    for name, median in medians.items():
        print(f"= median of {name:<10} {median:5.0f} messages/s (from {min(speeds[name]):.0f} to {max(speeds[name]):.0f})")
    for name in ("sqlite", "postgresql"):
        if name in medians and "werobot" in medians:
            ratio = medians[name] / medians["werobot"]
            print(f"= Niangjia on {name}: {ratio:.2f} × the speed of the WeRoBot echo", flush=True)
            missed |= ratio < 1
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
