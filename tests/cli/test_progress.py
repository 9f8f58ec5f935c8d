# SPDX-License-Identifier: Apache-2.0
"""The line that says what is waited for: on a terminal, written over, gone at the end."""

import contextlib
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["SALLYPORT_PROGRAM"]
FAULTD = ROOT / "tests" / "lab" / "faultd"
ERASE = "\r\033[K"


@pytest.fixture(name="silent", scope="module")
def fixture_silent():
    """A server that takes connections and says nothing."""
    with subprocess.Popen([sys.executable, "-B", FAULTD, "silent", "0"], text=True,
                          stdout=subprocess.PIPE, start_new_session=True) as process:
        line = process.stdout.readline()
        yield re.search(r"127\.0\.0\.1:\d+", line).group()
        os.killpg(process.pid, signal.SIGTERM)


def read_all(terminal):
    """Until the last program has closed the other end, which Linux tells as an error."""
    octets = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            octets += piece
    return octets.decode()


def run_on_terminal(*words, term="xterm"):
    """Standard error is a terminal: what the program printed, and what it wrote there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=theirs, text=True,
                          env={"PATH": os.environ["PATH"], "TERM": term}) as process:
        os.close(theirs)
        written = read_all(ours)
        printed = process.stdout.read()
    os.close(ours)
    return printed, written


def test_a_terminal_is_told_what_is_waited_for_and_for_how_long(silent):
    printed, written = run_on_terminal("check", "--timeout", "3", silent)
    lines = written.split(ERASE)
    port = silent.rpartition(":")[2]
    assert any(re.fullmatch(rf"\d s: port {port} is open; waits for the server's greeting, "
                            r"up to [1-3] s", line) for line in lines), lines
    assert all(line == "" or re.match(r"\d s: ", line) for line in lines), lines
    assert "\n" not in written
    assert "does not say a word" in printed and "\033" not in printed


def test_the_line_is_gone_before_the_answer_comes(silent):
    _, written = run_on_terminal("check", "--timeout", "3", silent)
    assert written.startswith(ERASE) and written.endswith(ERASE)


@pytest.mark.parametrize("words", [["--json"], ["--nagios"], ["--quiet"]])
def test_what_programs_read_comes_without(silent, words):
    _, written = run_on_terminal("check", "--timeout", "2", *words, silent)
    assert written == ""


def test_a_terminal_that_cannot_write_over_a_line_is_spared(silent):
    printed, written = run_on_terminal("check", "--timeout", "2", silent, term="dumb")
    assert printed != "" and written == ""


def test_what_is_no_terminal_is_told_nothing(silent):
    result = subprocess.run([PROGRAM, "check", "--timeout", "2", silent], capture_output=True,
                            text=True, timeout=60, check=False,
                            env={"PATH": os.environ["PATH"], "TERM": "xterm"})
    assert result.stdout != "" and result.stderr == ""


def test_a_scan_counts_its_ports():
    printed, written = run_on_terminal("ports", "127.0.0.1", "1-4000")
    lines = written.split(ERASE)
    assert len(lines) > 2 and lines[0] == "" and lines[-1] == ""
    assert all(re.fullmatch(r"\d+ of 4000 ports", line) for line in lines[1:-1]), lines
    assert "4000 ports" in printed
