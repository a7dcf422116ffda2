"""Opens what the settings name: the database, and the accounts at the platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import settings as settings_module
from bot.clock import Clock
from bot.settings import Settings
from storage import photos, schema
from storage.store import Store

if TYPE_CHECKING:
    from bot.platforms.wechat import WeChat


def open_store(settings: Settings | None = None) -> Store:
    """The database that the settings name, brought to this program's schema."""
    settings = settings or settings_module.load()
    store = Store(settings.store_url, secret=settings.secret())
    schema.upgrade(store)
    return store


def open_wechat(settings: Settings, clock: Clock) -> WeChat:
    """The official account that the settings name."""
    from bot.platforms.wechat import WeChat  # with its HTTP client, which the chat page does not need

    return WeChat(
        appid=settings.wechat_appid,
        token=settings.wechat_token,
        aes_key=settings.wechat_aes_key,
        secret=settings.wechat_secret,
        api_base=settings.wechat_api_base,
        now=clock.now,
        open_photo=lambda sha256: photos.path_of(settings.data_dir, sha256).read_bytes(),
    )
