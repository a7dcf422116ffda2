"""A bare WeRoBot that echoes, as its documentation shows it: `gunicorn tests.benchmarks.peers.werobot_echo:app`."""

import os

from werobot import WeRoBot

robot = WeRoBot(
    token=os.environ["WECHAT_TOKEN"],
    encoding_aes_key=os.environ["WECHAT_AES_KEY"],
    app_id=os.environ["WECHAT_APPID"],
    enable_session=False,  # nothing is stored
)


@robot.text
def echo(message):
    """Say it back."""
    return message.content


app = robot.wsgi
