# SPDX-License-Identifier: Apache-2.0
"""
The page of check --html of real conditions, on a phone: what it is about is seen first, nothing is
wider than the screen, it wants nothing from elsewhere, and what a peer says is only ever text.
"""

import concurrent.futures
import json
import re
import subprocess

import pytest
from conditions import CONDITIONS
from laboratory import Laboratory, host_name, unique_name
from support import browser

PHONES = [(360, 740), (320, 568)]

# condition: (is there a way to draw?, is there a dialog whose stages have taken time?)
CONDITIONS_OF_PAGES = {
    "healthy": (True, True),
    "closed-all": (True, False),
    "drop-client": (True, True),
    "drop-r1": (True, True),
    "drop-r2": (True, True),
    "drop-r2-hidden": (True, True),
    "reject-admin-r2": (True, True),
    "reject-reset-r1": (True, True),
    "strip-r1": (True, True),
    "proxy-r1": (True, True),
    "dead-ipv6": (True, True),
    "dead-address": (True, True),
    "mtu-hole-in": (True, True),
    "certificate-expired": (True, True),
    "certificate-large": (True, True),
    "greeting-421-rate": (True, True),
    "ehlo-huge-line": (True, True),
    "markup": (True, True),
    "certificate-markup": (True, True),
    "dns-no-name": (False, False),
    "network-down": (False, False),
}
# check --network of these
NETWORKS = ("healthy", "isp-drop-587", "dns-silent")
MARKED = ("markup", "certificate-markup")

LOOK = """
  const bottom = each => each.getBoundingClientRect().bottom;
  const words = selector => [...page.querySelectorAll(selector)].map(each => each.innerText.trim());
  const seen = {
    title: page.querySelector("h1").innerText, titleEnd: bottom(page.querySelector("header")),
    way: words(".way li b"), places: words(".way li em"), stages: words("details[open] .stage"),
    bars: [...page.querySelectorAll("details[open] .track span")].map(e => e.clientWidth),
    elements: [...new Set([...page.querySelectorAll("*")].map(e => e.localName))],
    attributes: [...new Set([...page.querySelectorAll("*")].flatMap(
      e => [...e.attributes].map(a => a.name)))],
    requests: frame.contentWindow.performance.getEntriesByType("resource").map(e => e.name),
  };
  for (const each of page.querySelectorAll("details")) each.open = true;
  // Headings of columns are out of sight on a phone, and may be wide there.
  seen.wide = [...page.querySelectorAll("body *:not(thead *)")].filter(
    each => each.getBoundingClientRect().right > frame.clientWidth + 0.5).map(
    each => each.localName + "." + each.className);
  seen.scroll = page.documentElement.scrollWidth;
  seen.small = [...page.querySelectorAll("p, li, td, h1, h2, h3")].filter(
    each => parseFloat(getComputedStyle(each).fontSize) < 12).length;
  seen.text = page.body.innerText;
  return seen;
"""


def _page(job, certificates, program, folder):
    """(page, report) of one check."""
    condition, is_network = job
    folder.mkdir()
    folder.chmod(0o777)
    laboratory = Laboratory(unique_name("p"), [condition], certificates)
    laboratory.up()
    try:
        page = folder / "page.html"
        words = ["--network"] if is_network else [condition.target.replace(
            "HOST", host_name(condition))]
        done = subprocess.run(
            laboratory.command([program, "check", "--json", "--html", page, *words]),
            capture_output=True, text=True, check=False, timeout=40)
        return page.read_text(), json.loads(done.stdout)
    finally:
        laboratory.down()


@pytest.fixture(name="checks", scope="module")
def fixture_checks(laboratory_certificates, program, session_scratch):
    by_name = {c.name: c for c in CONDITIONS}
    jobs = {name: (by_name[name], False) for name in CONDITIONS_OF_PAGES}
    jobs.update({f"network of {name}": (by_name[name], True) for name in NETWORKS})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = pool.map(lambda name: _page(jobs[name], laboratory_certificates, program,
                                           session_scratch / f"page of {name}"), jobs)
        return dict(zip(jobs, done))


@pytest.fixture(name="browsed", scope="module")
def fixture_browsed(checks, session_scratch):
    """(rows, complaints of the browser), of one start of it."""
    folder = session_scratch / "browser"
    folder.mkdir()
    return browser.look(folder, {name: page for name, (page, _) in checks.items()}, PHONES, LOOK)


def _rows(browsed, name):
    return [row for row in browsed[0] if row["name"] == name]


ALL = [*CONDITIONS_OF_PAGES, *(f"network of {name}" for name in NETWORKS)]
every_page = pytest.mark.parametrize("name", ALL)


@every_page
def test_the_answer_is_on_the_first_screen(name, checks, browsed):
    for row in _rows(browsed, name):
        assert row["title"] == checks[name][1]["verdict"]["sentence"]
        assert row["titleEnd"] <= row["height"], row["width"]


@every_page
def test_it_fits_a_phone(name, browsed):
    for row in _rows(browsed, name):
        assert row["scroll"] <= row["width"] and row["wide"] == []
        assert row["small"] == 0


@pytest.mark.parametrize("name", CONDITIONS_OF_PAGES)
def test_it_draws_the_way(name, checks, browsed):
    row = _rows(browsed, name)[0]
    if not CONDITIONS_OF_PAGES[name][0]:
        assert row["way"] == []
        return
    assert row["way"][0] == "This machine"
    assert row["way"][-1] == checks[name][1]["host"]
    if name in ("drop-r1", "drop-r2", "reject-admin-r2", "reject-reset-r1"):
        assert row["way"][1:-1] == ["Your router", "Router"]
        assert row["places"] != []


@pytest.mark.parametrize("name", CONDITIONS_OF_PAGES)
def test_it_draws_the_time_of_each_stage(name, browsed):
    for row in _rows(browsed, name):
        assert (row["stages"] != []) == CONDITIONS_OF_PAGES[name][1]
        assert len(row["bars"]) == len(row["stages"]) and all(width > 0 for width in row["bars"])
        assert row["stages"][:1] in ([], ["connect"])


def test_the_browser_has_nothing_to_complain_of(browsed):
    """No script fails, nothing is refused by the page's own policy, nothing is asked for."""
    assert browsed[1] == []


@every_page
def test_it_asks_for_nothing_and_runs_nothing(name, browsed):
    for row in _rows(browsed, name):
        assert row["requests"] == []
        assert not set(row["elements"]) & {"script", "img", "iframe", "link", "a", "form", "object",
                                           "embed", "base", "textarea", "video", "audio"}
        assert not [a for a in row["attributes"] if a.startswith("on") or a in ("src", "href")]


@pytest.mark.parametrize("name", MARKED)
def test_what_a_peer_says_is_text(name, checks, browsed):
    page, _ = checks[name]
    assert "<script" not in page and "<img" not in page
    for row in _rows(browsed, name):
        assert "<img src=" in row["text"] and "<script>" in row["text"]
        assert "</style></textarea>" in row["text"] or name != "markup"


@every_page
def test_no_control_character_comes_through(name, checks):
    page, report = checks[name]
    for text in (page, json.dumps(report, ensure_ascii=False)):
        # C0 but the end of a line and the tabs of the style, C1, and what turns the text around.
        assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]",
                             text)


def test_the_browser_would_complain(session_scratch):
    """Or the tests above would prove nothing."""
    policy = ('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
              'style-src \'unsafe-inline\'"><h1>x</h1><header>')
    bad = {"script": policy + "<script>alert(1)</script>",
           "event": policy + "<img src=x onerror=alert(1)>",
           "picture": policy + "<img src=https://evil.example/x>",
           "open": "<h1>x</h1><header><img src=https://evil.example/x>"}
    for name, page in bad.items():
        folder = session_scratch / f"bad {name}"
        folder.mkdir()
        rows, complaints = browser.look(folder, {name: page}, PHONES[:1], LOOK)
        assert complaints != [] or rows[0]["requests"] != [], name
