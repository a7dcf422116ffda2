"""The only reader of the environment. All wrong settings are told at once, each by name."""

from __future__ import annotations

import contextlib
import os
import secrets
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class WrongSettings(Exception):
    """The environment cannot be used; `problems` names each wrong setting with a Chinese sentence on how to mend it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """What an operator may set, in the environment or in `.env`, each name with the prefix NIANGJIA_."""

    model_config = SettingsConfigDict(
        env_prefix="NIANGJIA_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    database_url: str = ""
    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    timezone: str = "Asia/Shanghai"
    secret_key: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    #: The chat page on which anybody may talk as anybody of the example county.
    demo: bool = False
    second_official_above: int = 1000

    wechat_appid: str = ""
    wechat_secret: str = ""
    wechat_token: str = ""
    wechat_aes_key: str = ""
    wechat_api_base: str = "https://api.weixin.qq.com"

    wecom_corpid: str = ""
    wecom_agentid: str = ""
    wecom_secret: str = ""
    wecom_token: str = ""
    wecom_aes_key: str = ""
    wecom_api_base: str = "https://qyapi.weixin.qq.com"

    telegram_token: str = ""
    telegram_secret: str = ""
    telegram_api_base: str = "https://api.telegram.org"
    telegram_proxy: str = ""
    telegram_mode: Literal["webhook", "polling"] = "webhook"

    @field_validator("port")
    @classmethod
    def _port(cls, value: int) -> int:
        if not 0 <= value <= 65535:
            raise ValueError("要在 0 到 65535 之间")
        return value

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("不是已知的时区，比如 Asia/Shanghai") from error
        return value

    @field_validator("wechat_aes_key", "wecom_aes_key")
    @classmethod
    def _aes_key(cls, value: str) -> str:
        if value and (len(value) != 43 or not value.isalnum()):
            raise ValueError("EncodingAESKey 是 43 个字母和数字")
        return value

    @model_validator(mode="after")
    def _together(self) -> Settings:
        problems: list[str] = []
        if self.wechat_appid and not self.wechat_token:
            problems.append("NIANGJIA_WECHAT_TOKEN：填了 APPID 就要填公众号后台的 Token，空的 Token 谁都能伪造签名")
        if self.wecom_corpid and not (self.wecom_token and self.wecom_aes_key and self.wecom_agentid):
            problems.append(
                "NIANGJIA_WECOM_TOKEN、NIANGJIA_WECOM_AES_KEY、NIANGJIA_WECOM_AGENTID：填了 CORPID 就都要填"
            )
        if self.telegram_token and self.telegram_mode == "webhook" and not self.telegram_secret:
            problems.append("NIANGJIA_TELEGRAM_SECRET：用 webhook 时要填，否则谁都能冒充 Telegram")
        if self.demo and not _is_loopback(self.host):
            problems.append("NIANGJIA_DEMO：演示聊天页谁都能冒充，只能在本机开（NIANGJIA_HOST=127.0.0.1）")
        if self.database_url and not self.database_url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
            problems.append("NIANGJIA_DATABASE_URL：要以 sqlite:/// 或 postgresql:// 开头")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def store_url(self) -> str:
        """The database: as set, or one SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'niangjia.sqlite3'}"

    def secret(self) -> str:
        """The secret key: as set, or one made at the first start and kept in the data folder, readable by its owner only."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret.key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"secret.{os.getpid()}.new")  # of this process alone
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(32))
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(fresh)  # the first of two starting processes wins; both read the same key
            fresh.unlink(missing_ok=True)
        return path.read_text().strip()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def several_cores() -> bool:
    """Whether this machine can do two things at once, so that dividing the work over processes gains something."""
    return len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)) > 1


def load(**overrides: object) -> Settings:
    """Read the settings; raises WrongSettings with every problem."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # overrides are the fields by name
    except ValidationError as error:
        raise WrongSettings([line for problem in error.errors() for line in _told(problem)]) from None


def _told(problem: object) -> list[str]:
    assert isinstance(problem, dict)
    words = str(problem["msg"]).removeprefix("Value error, ")
    if not problem["loc"]:
        return words.split("\n")
    return [f"NIANGJIA_{'_'.join(str(part) for part in problem['loc']).upper()}：{words}"]
