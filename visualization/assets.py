"""The files of the page that Solara would otherwise fetch from a CDN: their location, and a check for missing files.

Solara reads them from a folder below the environment, where the package `solara-assets` puts them. Solara names a
version of each file; for `solara-vuetify3-app`, which ipyvuetify 3 needs, solara-assets has a different version from
the one that Solara 1.64 names. The installed version of the same package and major version is used instead.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

VUETIFY_APPS = {2: "@widgetti/solara-vuetify-app@10.1.1", 3: "@widgetti/solara-vuetify3-app@5.2.0"}
FILES = ("main8.css", "fonts.css", "solara-vuetify-app8.min.js")
LOADER = "requirejs@2.3.6/require.js"


def needed_assets() -> list[str]:
    """The files that the page requests with the installed ipyvuetify (version 1 is Vuetify 2, version 3 Vuetify 3)."""
    vuetify = 3 if int(version("ipyvuetify").split(".")[0]) >= 3 else 2
    return [*(f"{VUETIFY_APPS[vuetify]}/dist/{name}" for name in FILES), LOADER]


def missing_assets(folder: Path) -> list[str]:
    """The files that the page needs and that are missing below the folder."""
    return [name for name in needed_assets() if find_asset(folder, name) is None]


def find_asset(folder: Path, name: str) -> Path | None:
    """A file below the folder by the name used in the page: PACKAGE@VERSION/PATH, or @OWNER/PACKAGE@VERSION/PATH.

    None if there is none, or if the name leads outside the folder.
    """
    folder = folder.resolve()
    try:
        path = (folder / name).resolve()
        for found in (path, *_in_other_versions(folder, path)):
            if found.is_relative_to(folder) and found.is_file():
                return found
    except (OSError, ValueError):
        pass  # not a valid file name
    return None


def _in_other_versions(folder: Path, path: Path) -> list[Path]:
    """The same file in other versions of its package with the same major version, the newest first."""
    if not path.is_relative_to(folder):
        return []
    owner, parts = folder, path.relative_to(folder).parts
    if parts and parts[0].startswith("@"):
        owner, parts = folder / parts[0], parts[1:]
    package, _, wanted = parts[0].partition("@") if parts else ("", "", "")
    if not wanted or not owner.is_dir():
        return []
    others = [other for other in owner.iterdir() if other.name.startswith(f"{package}@{wanted.split('.')[0]}.")]
    return [other.joinpath(*parts[1:]) for other in sorted(others, reverse=True)]
