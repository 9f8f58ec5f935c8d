# SPDX-License-Identifier: Apache-2.0
"""The page of check --html in a browser: whole, without a request, and no wider than a phone."""

import os
import pathlib
import re
import subprocess

import pytest
from support import browser

pytestmark = pytest.mark.xdist_group("browser")  # one start of it does for all

BUILD = pathlib.Path(os.environ.get("SALLYPORT_BUILD", "build"))
FIXTURES = ["healthy", "filtered", "rejected", "stripped", "bad-certificate", "dead-ipv6",
            "name-not-found", "inconclusive"]
WIDTHS = [320, 360, 768, 1200]

# Opens all that is folded, then tells what the page is like.
LOOK = """
  for (const each of page.querySelectorAll("details")) each.open = true;
  // Headings of columns are out of sight on a phone, and may be wide there.
  const wide = [...page.querySelectorAll("body *:not(thead *)")].filter(
    each => each.getBoundingClientRect().right > frame.clientWidth + 0.5);
  return {
    scroll: page.documentElement.scrollWidth,
    wide: wide.map(each => each.tagName + "." + each.className),
    requests: frame.contentWindow.performance.getEntriesByType("resource").map(e => e.name),
    title: page.querySelector("h1").innerText,
    small: [...page.querySelectorAll("p, li, td, h1, h2, h3")].filter(
      each => parseFloat(getComputedStyle(each).fontSize) < 12).map(
      each => each.tagName + "." + each.className),
  };
"""


def page_of(fixture):
    program = BUILD / "tests/doctor/report_of"
    return subprocess.run([program, "html", fixture], check=True, capture_output=True,
                          text=True).stdout


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """All fixtures at all widths, in one start of the browser."""
    pages = {fixture: page_of(fixture) for fixture in FIXTURES}
    rows, complaints = browser.look(tmp_path_factory.mktemp("page"), pages,
                                    [(width, 4000) for width in WIDTHS], LOOK)
    assert complaints == []
    return rows


def test_the_verdict_is_what_one_sees_first(seen):
    titles = {row["name"]: row["title"] for row in seen}
    assert titles["healthy"] == "Submission to mail.example.org works on ports 587 and 465."
    assert titles["filtered"].startswith("Port 587 is blocked on the way, 2 hops away;")


def test_no_page_is_wider_than_the_screen(seen):
    wide = [(row["name"], row["width"], row["scroll"], row["wide"]) for row in seen
            if row["scroll"] > row["width"] or row["wide"]]
    assert wide == []


def test_letters_can_be_read(seen):
    assert [(row["name"], row["small"]) for row in seen if row["small"]] == []


def test_no_page_asks_for_anything(seen):
    assert [(row["name"], row["requests"]) for row in seen if row["requests"]] == []


@pytest.mark.parametrize("fixture", FIXTURES)
def test_the_page_forbids_all_that_it_does_not_need(fixture):
    page = page_of(fixture)
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<link|<img|<iframe|<form|src=|url\(|@import|https?:", page)
