"""Lets only the viewer's own page talk to its server, and serves the page's assets from disk only.

Every page open in a browser can send requests to a server on this machine. So the name in `Host` must be one of the
server's own (a foreign name that points here is refused), `Origin` must be the server itself, no other page may frame
it, and a server reachable by others requires a token.
"""

from __future__ import annotations

import hmac
import socket
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse

from .assets import find_asset

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASSETS = "/_solara/cdn/"
TOKEN = "token"
GUARDS = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


class SameOrigin:
    """ASGI middleware in front of Solara's application.

    Args:
        app: the application.
        host: address that the server listens on.
        assets: folder with the files of the page.
        token: required from a browser; None if only this machine reaches the server.
    """

    def __init__(self, app: ASGIApp, *, host: str, assets: Path, token: str | None = None) -> None:
        self.app = app
        self.assets = assets.resolve()
        self.token = token
        self.names = {"localhost", "127.0.0.1", "::1", host.lower()}
        if not is_loopback(host):
            self.names |= {socket.gethostname().lower(), socket.getfqdn().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(GUARDS)
            await send(message)

        answer = self._answer(scope)
        if answer is None:
            await self.app(scope, receive, guarded)
        elif scope["type"] == "http":
            await answer(scope, receive, guarded)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    def _answer(self, scope: Scope) -> Response | None:
        """The response that replaces the application's; None if the application answers."""
        headers = Headers(scope=scope)
        if not self._is_own(headers.getlist("host")):
            return _refusal("the name in Host is not one of this server; use the address that the terminal shows")
        own = (f"http://{headers['host']}", f"https://{headers['host']}")
        if any(origin not in own for origin in headers.getlist("origin")):
            return _refusal("requests from pages of another origin are refused")
        if self.token is not None and not self._showed_token(headers):
            given = parse_qs(scope["query_string"].decode("latin-1"))
            if scope["type"] == "http" and self._is_token(given.pop(TOKEN, [""])[0]):
                return self._welcome(scope, given)
            return _refusal("open the address with the token that the terminal shows")
        if scope["path"].startswith(ASSETS):
            return self._asset(scope["path"].removeprefix(ASSETS))
        return None

    def _is_own(self, hosts: list[str]) -> bool:
        """Whether `Host` names this server; if others reach it, any address does: only names can be forged."""
        if len(hosts) != 1:
            return False
        try:
            host = urlsplit(f"//{hosts[0]}")
            name, _ = host.hostname or "", host.port
        except ValueError:
            return False
        return name in self.names or (self.token is not None and _is_address(name))

    def _cookie(self, headers: Headers) -> str:
        """Name of the cookie; it contains the port, because cookies are shared between ports."""
        host = urlsplit(f"//{headers['host']}")
        return f"robocell_{host.port or 80}"

    def _showed_token(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        name = self._cookie(headers)
        return name in cookies and self._is_token(cookies[name].value)

    def _is_token(self, given: str) -> bool:
        return self.token is not None and hmac.compare_digest(given.encode(), self.token.encode())

    def _welcome(self, scope: Scope, query: dict[str, list[str]]) -> Response:
        """Redirect to the same page with the token in a cookie instead of the address."""
        rest = urlencode(query, doseq=True)
        answer = RedirectResponse(f"/{scope['path'].lstrip('/')}" + (f"?{rest}" if rest else ""), status_code=303)
        name = self._cookie(Headers(scope=scope))
        answer.set_cookie(name, str(self.token), httponly=True, samesite="lax")
        return answer

    def _asset(self, name: str) -> Response:
        path = find_asset(self.assets, name)
        return PlainTextResponse("no such asset", 404) if path is None else FileResponse(path)


def is_loopback(host: str) -> bool:
    """Whether a server that listens on `host` is reached from this machine only."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _refusal(why: str) -> Response:
    return PlainTextResponse(f"robocell: {why}\n", 403)
