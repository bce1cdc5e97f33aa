"""A chart of matplotlib as SVG for a page: no header, no background, the colours of the page's theme, its own ids.

matplotlib writes stand-alone files; this file makes all changes that a page needs, in their text.
"""

import re
from html import escape

SIZE = (r'(<svg[^>]*?) width="[^"]*"', r'(<svg[^>]*?) height="[^"]*"')
NAMESPACES = r' xmlns(:xlink)?="[^"]*"'
IDS = r'(id="|url\(#|href="#)'
BACKGROUND = r'(<g id="patch_1">\s*<path [^>]*)fill: #ffffff'  # the first patch of a figure is its background
FONT = r"font: ([\d.]+)px [^;\"]*"


def for_page(svg: str, *, name: str, title: str, themed: dict[str, str]) -> str:
    """The `<svg>` element of a file that matplotlib wrote.

    Args:
        svg: the file.
        name: a prefix for every id, because ids of several charts would clash on one page.
        title: what the chart shows, for screen readers.
        themed: colours of the file, and their names in the page.
    """
    text = svg[svg.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    for size in SIZE:
        text = re.sub(size, r"\1", text, count=1)
    text = re.sub(BACKGROUND, r"\1fill: none", text, count=1)
    text = re.sub(NAMESPACES, "", text).replace("xlink:href", "href")
    text = re.sub(IDS, rf"\g<1>{name}-", text)
    text = re.sub(FONT, r"font: \1px var(--sans)", text)
    for colour, variable in themed.items():
        text = text.replace(colour, variable)
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(title, quote=True)}" ', 1)
