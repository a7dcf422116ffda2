"""`niangjia`: the command line. Results go to stdout, logs to stderr; exit 0 done, 1 failed, 2 usage."""

from __future__ import annotations

import importlib
import sys

import click

from bot import cli_texts as texts
from bot.settings import WrongSettings

#: command → (module under bot.commands, name in it, help). Modules are imported when they are called for.
COMMANDS = {
    "serve": ("serve", "serve", texts.SERVE),
    "demo": ("serve", "demo", texts.DEMO),
    "migrate": ("upkeep", "migrate", texts.MIGRATE),
    "doctor": ("upkeep", "doctor", texts.DOCTOR),
    "backup": ("upkeep", "backup", texts.BACKUP),
    "restore": ("upkeep", "restore", texts.RESTORE),
    "chat": ("chat", "chat", texts.CHAT),
    "library": ("library", "library", texts.LIBRARY),
    "circulars": ("circulars", "circulars", texts.CIRCULARS),
    "understand": ("understand", "understand", texts.UNDERSTAND),
    "dates": ("dates", "dates", texts.DATES),
    "numbers": ("dates", "numbers", texts.NUMBERS),
    "units": ("people", "units", texts.UNITS),
    "people": ("people", "people", texts.PEOPLE),
    "reports": ("reports", "reports", texts.REPORTS),
}


class _Lazy(click.Group):
    """Commands by name, each imported only when it is used: `niangjia --help` must not load the library."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(f"bot.commands.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(texts.COMMANDS):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=_Lazy, help=texts.NIANGJIA, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """The group of all commands."""


def main() -> None:
    """Run the command line."""
    try:
        cli(standalone_mode=True)
    except WrongSettings as wrong:
        click.echo(texts.WRONG_SETTINGS, err=True)
        for problem in wrong.problems:
            click.echo(f"  {problem}", err=True)
        sys.exit(2)
