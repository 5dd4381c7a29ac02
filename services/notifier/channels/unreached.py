"""Why a gateway was not reached, in the words of an office: what the system says of a connection is a number and English."""

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

_BY_NUMBER: Final = {
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ECONNRESET: "连接被对方中断",
    errno.EPIPE: "连接被对方中断",
    errno.ETIMEDOUT: "连接超时",
    errno.EHOSTUNREACH: "主机不可达",
    errno.ENETUNREACH: "网络不可达",
}


def why_unreached(error: BaseException) -> str:
    """The cause of an error in Chinese; where it is none that is known, what the error says."""
    for one in _chain(error):
        if isinstance(one, socket.gaierror):
            return "域名解析失败"
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"证书未通过验证（{one.verify_message}）"
        if isinstance(one, TimeoutError):
            return "连接超时"
        if isinstance(one, OSError) and one.errno in _BY_NUMBER:
            return _BY_NUMBER[one.errno]
    return str(error) or type(error).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
