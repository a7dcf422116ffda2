"""Wrong settings are told at once, each by name."""

from pathlib import Path

import pytest

from bot import settings
from bot.settings import WrongSettings


def problems(**chosen: object) -> list[str]:
    with pytest.raises(WrongSettings) as wrong:
        settings.load(_env_file=None, **chosen)
    return wrong.value.problems


def test_all_problems_are_told_at_once() -> None:
    """The operator mends everything in one go."""
    told = problems(port=99999, timezone="Mars/Olympus", wechat_aes_key="short")
    assert [p.split("：")[0] for p in told] == ["NIANGJIA_PORT", "NIANGJIA_TIMEZONE", "NIANGJIA_WECHAT_AES_KEY"]


def test_the_demo_is_refused_away_from_loopback() -> None:
    """On the chat page anybody may speak as anybody."""
    assert "NIANGJIA_DEMO" in problems(demo=True, host="0.0.0.0")[0]
    assert settings.load(_env_file=None, demo=True, host="::1").demo


def test_an_empty_token_is_refused() -> None:
    """A signature over an empty token can be made by anybody."""
    assert "NIANGJIA_WECHAT_TOKEN" in problems(wechat_appid="wx1")[0]


def test_an_unknown_database_is_refused() -> None:
    """MySQL is not one of ours."""
    assert "NIANGJIA_DATABASE_URL" in problems(database_url="mysql://x")[0]


def test_the_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    """The first start makes it; later ones read the same; nobody else can."""
    first = settings.load(_env_file=None, data_dir=tmp_path).secret()
    assert settings.load(_env_file=None, data_dir=tmp_path).secret() == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
