# SPDX-License-Identifier: Apache-2.0
"""Pages in headless Chromium, in frames of given sizes, with a script that looks at each of them."""

import html
import json
import os
import re
import shutil
import subprocess

_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
          "--disable-background-networking", "--disable-component-update", "--disable-sync",
          "--disable-dev-shm-usage", "--enable-logging=stderr", "--virtual-time-budget=20000"]

# What the browser has to say of a page: errors of scripts, what it refused to load or to run. Its
# own pages (chrome://) complain too.
_CONSOLE = re.compile(r'^\[[^\]]*CONSOLE[^\]]*\] ((?!.*source: chrome://).*)$', re.M)

_WRAPPER = """<!doctype html><meta charset=utf-8><body><pre></pre>
<script>addEventListener("load", () => {
  const look = (page, frame) => { SCRIPT };
  document.querySelector("pre").textContent = JSON.stringify(
    [...document.querySelectorAll("iframe")].map(frame => (
      {name: frame.title, width: frame.clientWidth, height: frame.clientHeight,
       ...look(frame.contentDocument, frame)})));
})</script>
"""


def look(folder, pages, sizes, script):
    """
    (rows, what the browser complained of): a row for each page {name: its text} in each size (width,
    height). script: the body of a function of (page, frame) that returns an object. The browser has
    no network, so that whatever a page asks for fails, and is complained of.
    """
    frames = "".join(
        f'<iframe title="{html.escape(name)}" srcdoc="{html.escape(text)}"'
        f' style="border:0;width:{width}px;height:{height}px"></iframe>'
        for name, text in pages.items() for width, height in sizes)
    wrapper = folder / "wrapper.html"
    wrapper.write_text(_WRAPPER.replace("SCRIPT", script) + frames)
    browser = shutil.which("chromium")
    assert browser, "chromium is missing; tools/install-packages test"
    namespace = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    done = subprocess.run(
        [*namespace, browser, *_FLAGS,
         f"--user-data-dir={folder / 'profile'}", "--window-size=1300,800", "--dump-dom",
         wrapper.as_uri()],
        check=True, capture_output=True, text=True, timeout=120)
    rows = json.loads(html.unescape(re.search(r"<pre>(.*?)</pre>", done.stdout, re.S)[1]))
    assert len(rows) == len(pages) * len(sizes)
    return rows, _CONSOLE.findall(done.stderr)
