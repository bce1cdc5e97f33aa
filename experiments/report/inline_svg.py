"""A chart of matplotlib as SVG for a page: no header, scalable, in the colours of the page's theme, ids of its own.

matplotlib writes files that stand alone; what a page needs differently is changed in their text, in this file only.
"""

import re
from html import escape

SIZE = (r'(<svg[^>]*?) width="[^"]*"', r'(<svg[^>]*?) height="[^"]*"')
NAMESPACES = r' xmlns(:xlink)?="[^"]*"'
IDS = r'(id="|url\(#|href="#)'
FONT = r"font: ([\d.]+)px [^;\"]*"


def for_page(svg: str, *, name: str, title: str, themed: dict[str, str]) -> str:
    """The `<svg>` element of a file that matplotlib wrote.

    Args:
        svg: the file.
        name: put before every id, as ids of several charts would clash on one page.
        title: what the chart shows, for those who do not see it.
        themed: colours of the file, and what the page calls them.
    """
    text = svg[svg.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    for size in SIZE:
        text = re.sub(size, r"\1", text, count=1)
    text = re.sub(NAMESPACES, "", text).replace("xlink:href", "href")
    text = re.sub(IDS, rf"\g<1>{name}-", text)
    text = re.sub(FONT, r"font: \1px var(--sans)", text)
    for colour, variable in themed.items():
        text = text.replace(colour, variable)
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(title, quote=True)}" ', 1)
