# SPDX-License-Identifier: Apache-2.0
"""Start processes, end only those, and measure what a tree of them uses."""

import os
import pathlib
import subprocess

from .scratch import wait_for

_TICK = os.sysconf("SC_CLK_TCK")


class Process:
    """A child in a process group of its own, with its output in a file."""

    def __init__(self, argv, log, env=None, cwd=None, user=None):
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen(
                [str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=env, cwd=cwd, start_new_session=True, user=user)
        self.pid = self.child.pid

    def is_running(self):
        return self.child.poll() is None

    def signal(self, number):
        self.child.send_signal(number)

    def wait(self, seconds=20):
        return self.child.wait(timeout=seconds)

    def stop(self, seconds=20):
        """SIGTERM, and SIGKILL to the whole tree when that does not end it. The exit status."""
        if self.is_running():
            self.child.terminate()
            try:
                return self.child.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.child.wait()

    def kill(self):
        """SIGKILL to the process and all below it."""
        for pid in reversed(tree(self.pid)):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
        self.child.wait()

    def output(self):
        return self.log.read_text(errors="replace")

    def wait_for_output(self, text, seconds=20):
        def found():
            if text in self.output():
                return True
            if not self.is_running():
                raise RuntimeError(f"ended before it said {text!r}:\n{self.output()}")
            return False
        return wait_for(found, seconds, f"{text!r} in {self.log}")


def _stat(pid):
    """The fields of /proc/PID/stat after the name, or None when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rsplit(")", 1)[1].split()


def tree(root):
    """root and all its descendants, parents before children."""
    children = {}
    for entry in os.listdir("/proc"):
        fields = _stat(entry) if entry.isdigit() else None
        if fields:
            children.setdefault(int(fields[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def cpu_seconds(roots):
    """User and system time of the trees, with that of the dead whose parents waited for them."""
    ticks = 0
    for root in roots:
        for pid in tree(root):
            fields = _stat(pid)
            if fields:
                ticks += sum(int(f) for f in fields[11:15])
    return ticks / _TICK


def _pss(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def pss_kib(roots):
    """Proportional set size of the trees: shared pages are counted once in all."""
    return sum(_pss(pid) for root in roots for pid in tree(root))
