"""Whether the page can be shown without the internet: the files that Solara would otherwise fetch from a CDN.

Solara reads them from a folder below the environment, where the package `solara-assets` puts them.
"""

from __future__ import annotations

from pathlib import Path

NEEDED = (
    "@widgetti/solara-vuetify-app@10.1.1/dist/main8.css",
    "@widgetti/solara-vuetify-app@10.1.1/dist/fonts.css",
    "@widgetti/solara-vuetify-app@10.1.1/dist/solara-vuetify-app8.min.js",
    "requirejs@2.3.6/require.js",
)


def missing_assets(folder: Path | None = None) -> list[str]:
    """The files that are not there; `folder` is Solara's own if None."""
    if folder is None:
        from solara.server import settings

        folder = Path(settings.assets.proxy_cache_dir)
    return [name for name in NEEDED if not (folder / name).exists()]
