# SPDX-License-Identifier: Apache-2.0
"""`sallyport audit` as tests run it, and what they look for in its report."""

import json
import subprocess

from .scratch import ADDRESS


class Auditor:
    """Runs the command."""

    def __init__(self, build, authority):
        self.program, self.authority = build / "src/cli/sallyport", authority

    def run(self, *args, host=ADDRESS, **keys):
        argv = [self.program, "audit", "--ca-file", self.authority.certificate, *args, host]
        return subprocess.run(list(map(str, argv)), capture_output=True, text=True, timeout=170,
                              check=False, **keys)

    def json(self, *args, status=None, **keys):
        done = self.run("--json", *args, **keys)
        assert done.stdout, f"{done.returncode}: {done.stderr}"
        assert "AddressSanitizer" not in done.stderr and "runtime error" not in done.stderr
        if status is not None:
            assert done.returncode == status, done.stdout
        return json.loads(done.stdout)


def soon(limit_ms, run, *args, **keys):
    """
    The report of run(), which takes less than that by its own account: in one turn of a few, as
    other work of the machine makes it take longer, and nothing makes it take less.
    """
    took = []
    for _ in range(5):
        report = run(*args, **keys)
        took.append(report["took_ms"])
        if took[-1] < limit_ms:
            return report
    raise AssertionError(f"took {took} ms, and never less than {limit_ms}")


def ids(report, *least):
    """Of the findings of these severities, or of all."""
    return {f["id"] for f in report["findings"] if not least or f["severity"] in least}


def evidence(report, name):
    return "\n".join(e for f in report["findings"] if f["id"] == name for e in f["evidence"])


def ports(starttls=None, implicit=None):
    return ["--port", starttls.port if starttls else 0,
            "--tls-port", implicit.port if implicit else 0]
