"""A bare wechatpy + Starlette that echoes: `uvicorn tests.benchmarks.peers.wechatpy_echo:app`."""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException

crypto = WeChatCrypto(os.environ["WECHAT_TOKEN"], os.environ["WECHAT_AES_KEY"], os.environ["WECHAT_APPID"])


async def callback(request: Request) -> Response:
    """Check, decrypt, parse, echo, encrypt."""
    query = request.query_params
    try:
        xml = crypto.decrypt_message(
            await request.body(), query["msg_signature"], query["timestamp"], query["nonce"]
        )
    except (InvalidSignatureException, InvalidAppIdException):
        return Response(status_code=403)
    message = parse_message(xml)
    reply = create_reply(message.content, message).render()
    return Response(crypto.encrypt_message(reply, query["nonce"], query["timestamp"]), media_type="application/xml")


app = Starlette(routes=[Route("/wechat", callback, methods=["POST"])])
