"""The Mesa server: one process, loopback unless told otherwise, nothing fetched from anywhere."""

from __future__ import annotations

import os
import socket
import threading
import time
import warnings
import webbrowser
from typing import TYPE_CHECKING

from ..environments.errors import RobocellError
from . import session
from .assets import missing_assets

if TYPE_CHECKING:
    from pathlib import Path

QUIET = {
    "SOLARA_APP": "robocell.visualization.app",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_CHECK_HOOKS": "off",  # Mesa 3.3 trips over Solara's check of its own rules
    "SOLARA_MODE": "production",
}


class ServerError(RobocellError):
    """The server cannot start here."""


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
        target: what `robocell view` was given.
        host: address to listen on; the default can only be reached from this machine.
        port: of the server; the next free one where it is taken.
        open_browser: open the page when the server is up.
        trust: run agent modules that came with a run directory without asking.

    Raises:
        ScenarioError, ExperimentError: the target cannot be shown, or must not be run.
        ServerError: the files of the page are not installed, or no port is free.
    """
    session.use(session.open_session(target, trust=trust))
    os.environ[session.TARGET] = str(target)
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import uvicorn

    from . import page  # noqa: F401  # after the environment was set, which Solara reads when it is imported

    missing = missing_assets()
    if missing:
        raise ServerError(
            f"the page needs files that are not installed (the first is {missing[0]}); "
            "install them with: pip install 'robocell[viz]' (it brings solara-assets, so that nothing is fetched later)"
        )
    port = free_port(host, port)
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # said of every page that is not https
    print(f"robocell: {url}   (stop with Ctrl-C)", flush=True)
    if open_browser:
        threading.Thread(target=_open_when_up, args=(host, port, url), daemon=True).start()
    uvicorn.run("solara.server.starlette:app", host=host, port=port, log_level="warning", ws_per_message_deflate=False)


def free_port(host: str, port: int, tries: int = 20) -> int:
    """The port, or the next one that nobody listens on.

    Raises:
        ServerError: none of `tries` ports is free.
    """
    for candidate in range(port, port + tries):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return candidate
    raise ServerError(f"no port from {port} to {port + tries - 1} is free on {host}; choose another with --port")


def _open_when_up(host: str, port: int, url: str) -> None:
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if probe.connect_ex((host, port)) == 0:
                webbrowser.open(url)
                return
        time.sleep(0.1)
