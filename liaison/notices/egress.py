"""The only way out to an address that an administrator typed in: http(s) alone, not to this machine, no redirects.

Networks of an office are allowed, for gateways often stand in them. This machine and its local link (where a cloud's
metadata service lives) are refused by the address that was really connected to, so a name that resolves to another
address the second time gains nothing.
"""

import ipaddress
import json
import logging
import time
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import MaxRetryError, NameResolutionError

from .choices import Word

CONNECT, READ, WHOLE = 5, 10, 20  # seconds to connect, between two pieces, and for all of an answer
LONGEST = 64 * 1024  # bytes of an answer that are read

logging.getLogger("urllib3").setLevel(logging.INFO)  # below that it writes addresses, and with them their keys


class NoWay(Exception):
    """The provider was not reached, so nothing was handed over; the text says why."""


class NoAnswer(Exception):
    """The request was handed over and nothing certain came back."""


class Forbidden(OSError):
    """An address that we do not go to."""


class Reply(NamedTuple):
    status: int
    text: str

    @property
    def data(self):
        """The answer as JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


def check(url: str) -> str:
    """`url`, if it is one that may be called at all. A name is looked at again when it is connected to."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _port = parts.port
    except ValueError:
        raise ValueError(Word.BAD_URL) from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(Word.BAD_URL)
    if host == "localhost" or host.endswith(".localhost") or is_forbidden(host):
        raise ValueError(Word.FORBIDDEN_ADDRESS)
    return url


def is_forbidden(host: str) -> bool:
    """Whether `host` is the address of this machine, of its link, or of no machine; a name is none."""
    if settings.EGRESS_LOCAL:
        return False
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast


def request(method: str, url: str, **kwargs) -> Reply:
    """Call `url` once. Never raises with words of the library's: they quote the address, and with it its key."""
    check(url)
    kwargs = {"timeout": (CONNECT, READ), "allow_redirects": False} | kwargs
    with Session() as session:
        try:
            with session.request(method, url, stream=True, **kwargs) as response:
                return Reply(response.status_code, read(response))
        except (requests.RequestException, ValueError) as error:
            raise fault(error, session.reached) from None


def read(response: requests.Response) -> str:
    """The beginning of the answer, within the time that an answer may take."""
    content, until = b"", time.monotonic() + WHOLE
    for piece in response.iter_content(4096):
        content += piece
        if len(content) >= LONGEST or time.monotonic() > until:
            break
    return content[:LONGEST].decode(response.encoding or "utf-8", errors="replace")


def fault(error: Exception, reached: bool) -> NoWay | NoAnswer:
    """What went wrong, in our words: before a connection stood, or after it, when something may have been taken."""
    reasons = list(causes(error))
    if reached:
        return NoAnswer(Word.NO_REPLY if any(isinstance(one, requests.Timeout) for one in reasons) else Word.BROKEN)
    for kind, words in [
        (Forbidden, Word.FORBIDDEN_ADDRESS), (NameResolutionError, Word.NO_SUCH_HOST),
        (requests.exceptions.SSLError, Word.BAD_CERTIFICATE), (ValueError, Word.BAD_URL),
    ]:  # fmt: skip
        if any(isinstance(one, kind) for one in reasons):
            return NoWay(words)
    return NoWay(Word.REFUSED)


def causes(error: BaseException | None):
    """`error` and what stands behind it, as requests and urllib3 nest them."""
    seen = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *one.args]
        waiting += [one.reason] if isinstance(one, MaxRetryError) else []


class Session(requests.Session):
    """A session for one request, that knows whether its connection ever stood."""

    def __init__(self):
        super().__init__()
        self.reached = False
        self.trust_env = False  # no proxy and no password file of the account that we run under
        self.mount("http://", Adapter(self))
        self.mount("https://", Adapter(self))


class Adapter(HTTPAdapter):
    def __init__(self, session: Session):
        self.session = session
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        plain = type("Plain", (HTTPConnectionPool,), {"ConnectionCls": guarded(HTTPConnection, self.session)})
        sealed = type("Sealed", (HTTPSConnectionPool,), {"ConnectionCls": guarded(HTTPSConnection, self.session)})
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": sealed}


def guarded(connection: type[HTTPConnection], session: Session) -> type[HTTPConnection]:
    class Guarded(connection):
        def _new_conn(self):
            line = super()._new_conn()
            if is_forbidden(line.getpeername()[0]):
                line.close()
                raise Forbidden
            return line

        def connect(self):
            super().connect()
            session.reached = True

    return Guarded
