"""The places where people talk: WeChat, WeCom, Telegram, the chat page and the terminal."""
