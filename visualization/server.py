"""The Mesa server: one process, on loopback by default, for its own page only; nothing is fetched from elsewhere."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import socket
import sys
import threading
import time
import warnings
import webbrowser
from pathlib import Path

from ..environments.config.errors import RobocellError
from . import session
from .assets import missing_assets

QUIET = {
    "SOLARA_APP": "robocell.visualization.app",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_CHECK_HOOKS": "off",  # Mesa 3.3 fails Solara's check of hooks
    "SOLARA_MODE": "production",
}


LAST_PORT = 65535
# How this machine reaches a server that listens on all addresses.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class ServerError(RobocellError):
    """Raised if the server cannot start."""


def serve(
    target: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8521,
    open_browser: bool = True,
    trust: bool = False,
) -> None:
    """Show a config (live) or a run directory (replay) until interrupted.

    Args:
        target: the argument of `robocell view`.
        host: address to listen on; the default can only be reached from this machine.
        port: of the server; the next free one if it is taken, any free one for 0.
        open_browser: open the page when the server is up.
        trust: run agent modules that came with a run directory without asking.

    Raises:
        ScenarioError, ExperimentError: the target cannot be shown, or must not be run.
        ServerError: the files of the page are not installed, the host is not this machine, or no port is free.
    """
    session.use(session.open_session(target, trust=trust))
    os.environ[session.TARGET] = str(target)
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import uvicorn  # imported after setting the environment, which Solara reads on import
    from solara.server import settings

    from .same_origin import SameOrigin, is_loopback

    assets = Path(settings.assets.proxy_cache_dir)
    missing = missing_assets(assets)
    if missing:
        raise ServerError(
            f"the page needs files that are not installed (the first is {missing[0]}); "
            "install them with: pip install 'robocell[viz]' (this brings solara-assets: no later downloads)"
        )
    from solara.server import starlette

    port = free_port(host, port)
    token = None if is_loopback(host) else secrets.token_urlsafe(24)
    url = _url(socket.gethostname() if host in EVERYWHERE else host, port, token)
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # shown for every page without https
    print(f"robocell: {url}   (stop with Ctrl-C)", flush=True)
    if token is not None:
        print(
            f"robocell: --host {host}: other machines can reach this server; anyone with the address above can "
            "watch and disturb the factory, and the connection is not encrypted",
            file=sys.stderr,
        )
    if open_browser:
        here = EVERYWHERE.get(host, host)
        threading.Thread(target=_open_when_up, args=(here, port, _url(here, port, token)), daemon=True).start()
    app = SameOrigin(starlette.app, host=host, assets=assets, token=token)
    uvicorn.run(app, host=host, port=port, log_level="warning", ws_per_message_deflate=False)


def _url(host: str, port: int, token: str | None) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}" + (f"/?token={token}" if token else "")


def free_port(host: str, port: int, tries: int = 20) -> int:
    """The port, or the next free one; any free one for port 0.

    Raises:
        ServerError: the host is not an address of this machine, the port is invalid, or none of `tries` ports is free.
    """
    if not 0 <= port <= LAST_PORT:
        raise ServerError(f"--port {port}: a port is a number from 0 (any free one) to {LAST_PORT}")
    last = min(port + tries - 1, LAST_PORT)
    for candidate in range(port, last + 1):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError as error:
                if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                    raise ServerError(
                        f"--host {host}: this machine has no such address; leave it out to watch from this machine, or "
                        "write 0.0.0.0 for all of its addresses"
                    ) from None
                continue
            return probe.getsockname()[1]
    raise ServerError(f"no port from {port} to {last} is free on {host}; choose another with --port")


def _open_when_up(host: str, port: int, url: str) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection((host, port)):
            webbrowser.open(url)
            return
        time.sleep(0.1)
