"""The server answers its own page and no other: forged headers, and a page of another origin in a real browser."""

import contextlib
import http.client
import http.server
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest
import yaml

from robocell.visualization.assets import find_asset

from .conftest import Server, Tab, cell_document, running

CHANNEL = "/jupyter/api/kernels/11111111-1111-4111-8111-111111111111/channels?session_id=x"
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that listens on every address; `live_server` is one that only this machine reaches."""
    folder = tmp_path_factory.mktemp("view")
    config = folder / "cell.yaml"
    config.write_text(yaml.safe_dump(cell_document()))
    with running({"open": Server(config, folder / "open.log", host="0.0.0.0")}) as started:
        yield started["open"]


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes


def ask(server: Server, path: str = "/", **headers: str) -> Answer:
    """The answer to a request with exactly these headers, `Host` as a browser writes it unless given."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    for name, value in ({"Host": f"127.0.0.1:{server.port}"} | headers).items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    with contextlib.closing(connection), connection.getresponse() as response:
        body = b"" if response.status == http.HTTPStatus.SWITCHING_PROTOCOLS else response.read()
        return Answer(response.status, response.headers, body)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_the_page_of_the_viewer_works(live_server: Server, name: str) -> None:
    server = live_server
    host = f"{name}:{server.port}"
    page = ask(server, Host=host)
    assert page.status == 200, server.log.read_text()
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert ask(server, CHANNEL, **UPGRADE, Host=host, Origin=f"http://{host}").status == 101


@pytest.mark.parametrize("path", ["/", CHANNEL, "/readyz", "/_solara/cdn/requirejs@2.3.6/require.js"])
@pytest.mark.parametrize(
    "forged",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "["},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
)
def test_other_host_names_and_origins_are_refused(live_server: Server, path: str, forged: dict[str, str]) -> None:
    upgrade = UPGRADE if path == CHANNEL else {}
    assert ask(live_server, path, **upgrade, **forged).status in (400, 403)


def test_assets_come_from_the_disk_alone(live_server: Server) -> None:
    server = live_server
    assert b"requirejs" in ask(server, "/_solara/cdn/requirejs@2.3.6/require.js").body
    for name in ("@vue/x@1/y.js", "requirejs@2.3.6", "require.js", "../../../../pyvenv.cfg", "%2e%2e/%2e%2e/x", "%00"):
        assert ask(server, f"/_solara/cdn/{name}").status == 404, name
    assert ask(server, "/_solara/cdn/requirejs@2.3.6/require.js").status == 200


def test_a_page_of_another_origin_gets_nothing(browser, live_server: Server, tmp_path: Path) -> None:
    server = live_server
    (tmp_path / "index.html").write_text(f"""<iframe src="{server.url}"></iframe><script>
        const socket = new WebSocket('ws://127.0.0.1:{server.port}{CHANNEL}');
        socket.onopen = () => document.title = 'open';
        socket.onerror = () => document.title = 'refused';
    </script>""")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args) -> None:
            super().__init__(*args, directory=str(tmp_path))

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as hostile:
        threading.Thread(target=hostile.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{hostile.server_port}/")
        page.wait_for_function("document.title !== ''", timeout=60_000)
        page.wait_for_timeout(500)
        assert page.title() == "refused"
        assert "robocell" not in page.frames[1].content()
        page.close()
        hostile.shutdown()


def test_a_server_that_others_reach_asks_for_its_token(browser, open_server: Server) -> None:
    server = open_server
    said = server.log.read_text()
    token = said.split("token=")[1].split()[0]
    assert "other machines can reach this server" in said
    assert socket.gethostname() in said
    for path in ("/", "/?token=guess", CHANNEL, "/_solara/cdn/requirejs@2.3.6/require.js"):
        assert ask(server, path, **(UPGRADE if path == CHANNEL else {})).status == 403, path
    assert ask(server, f"/?token={token}", Host="evil.example").status == 403
    tab = Tab(browser, f"{server.url}?token={token}")
    assert "token" not in tab.page.url
    tab.press("Step")
    tab.wait("+document.querySelector('canvas.rc-floor-canvas')?.dataset.tick === 1")
    assert tab.errors == []
    tab.close()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("@owner/app@5.1.1/dist/main.css", "@owner/app@5.1.1/dist/main.css"),
        ("@owner/app@5.2.0/dist/main.css", "@owner/app@5.1.1/dist/main.css"),
        ("loader@2.4.0/load.js", "loader@2.3.6/load.js"),
        ("@owner/app@6.0.0/dist/main.css", None),
        ("@owner/app@5.2.0/dist/other.css", None),
        ("@owner/ap@5.2.0/dist/main.css", None),
        ("../secret", None),
        ("@owner/app@5.2.0/../../../secret", None),
        ("@owner/app@5.2.0/\0", None),
        ("", None),
    ],
)
def test_an_asset_is_found_in_another_version_of_its_package(tmp_path: Path, name: str, found: str | None) -> None:
    cdn = tmp_path / "cdn"
    for file in (cdn / "@owner/app@5.1.1/dist/main.css", cdn / "loader@2.3.6/load.js", tmp_path / "secret"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert find_asset(cdn, name) == (None if found is None else cdn / found)
