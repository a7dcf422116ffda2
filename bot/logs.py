"""Logs: one line each on stderr, with what was done and how long it took; never names, numbers or message text."""

from __future__ import annotations

import logging
import sys

#: What a record may carry besides its message.
FIELDS = ("action", "code", "place", "count", "seconds", "row", "reason")


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name))
        line = (
            f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S%z')} {record.levelname} {record.name} {record.getMessage()}"
        )
        if extra:
            line += " " + extra
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line

    def formatException(self, ei: object) -> str:
        """The trace without the exception's text: a driver puts the values of a statement into it."""
        import traceback

        assert isinstance(ei, tuple)
        kind, _, trace = ei
        return "".join(traceback.format_tb(trace)) + (kind.__name__ if kind is not None else "")


def configure(level: str) -> None:
    """Log to stderr. Libraries that would log addresses with tokens are kept quiet."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "urllib3", "telegram", "apscheduler", "jieba", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
