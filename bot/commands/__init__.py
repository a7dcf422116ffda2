"""The subcommands of `niangjia`, one module for each noun; `bot.cli` puts them together."""
