"""What is changed in the SVG of matplotlib, so that many charts fit on one page and follow its theme."""

import re
from xml.etree import ElementTree

import numpy as np

from robocell.experiments.report.charts import THEMED, stacked
from robocell.experiments.report.inline_svg import for_page

FILE = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="446pt" height="252pt" viewBox="0 0 446 252" xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata>
  <rdf:RDF>who drew it</rdf:RDF>
 </metadata>
 <defs><clipPath id="p1"><rect width="9" height="9"/></clipPath></defs>
 <g id="axes_1" clip-path="url(#p1)"><use xlink:href="#m1" style="stroke: #1f2933"/></g>
 <text style="font: 10px 'DejaVu Sans', sans-serif; text-anchor: middle">$x$</text>
</svg>
"""  # noqa: E501
ON_THE_PAGE = """<svg role="img" aria-label="a &quot;b&quot;" viewBox="0 0 446 252" version="1.1">
 
 <defs><clipPath id="wip-p1"><rect width="9" height="9"/></clipPath></defs>
 <g id="wip-axes_1" clip-path="url(#wip-p1)"><use href="#wip-m1" style="stroke: var(--ink)"/></g>
 <text style="font: 10px var(--sans); text-anchor: middle">$x$</text>
</svg>
"""  # noqa: W293


def test_a_file_becomes_an_element_of_the_page():
    assert for_page(FILE, name="wip", title='a "b"', themed={"#1f2933": "var(--ink)"}) == ON_THE_PAGE


def test_a_chart_of_matplotlib_becomes_an_element_of_the_page():
    shares = {"processing": np.array([0.5]), "handling": np.array([0.25]), "down": np.array([0.25])}
    end = np.array([np.nan])
    text = stacked("time", "Where the time goes", "", ["a"], shares, end, end).inline_svg()
    root = ElementTree.fromstring(text)
    assert root.get("aria-label") == "Where the time goes"
    assert not {"width", "height"} & set(root.keys())
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    assert ids
    assert all(each.startswith("time-") for each in ids)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) | set(re.findall(r'href="#([^"]+)"', text)) <= ids
    assert not any(colour in text for colour in THEMED), "the page's own"
    assert text.count("<pattern") == 2, "hatched are the states that share a colour, and those that matter"
