"""The files of the page that Solara would otherwise fetch from a CDN: where they are, and whether any is missing.

Solara reads them from a folder below the environment, where the package `solara-assets` puts them. It names a version
of each; of `solara-vuetify3-app`, which ipyvuetify 3 needs, solara-assets has another one than Solara 1.64 names. What
is installed in place of it is the same package in the same major version.
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
    """What the page asks for with the ipyvuetify that is installed; its versions 1 and 3 are Vuetify 2 and 3."""
    vuetify = 3 if int(version("ipyvuetify").split(".")[0]) >= 3 else 2
    return [*(f"{VUETIFY_APPS[vuetify]}/dist/{name}" for name in FILES), LOADER]


def missing_assets(folder: Path) -> list[str]:
    """Of the files that the page needs, those that are not below the folder."""
    return [name for name in needed_assets() if find_asset(folder, name) is None]


def find_asset(folder: Path, name: str) -> Path | None:
    """A file below the folder by the name that the page uses: PACKAGE@VERSION/PATH, or @OWNER/PACKAGE@VERSION/PATH.

    None where there is none, or where the name leads out of the folder.
    """
    folder = folder.resolve()
    try:
        path = (folder / name).resolve()
        for found in (path, *_in_other_versions(folder, path)):
            if found.is_relative_to(folder) and found.is_file():
                return found
    except (OSError, ValueError):
        pass  # no name of a file
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
