# SPDX-License-Identifier: Apache-2.0
"""What all clients have in common: the way to the server, and what came of a submission."""

import dataclasses
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Way:
    """tls: "starttls" or "implicit". authority: the file of the certificate to trust."""

    port: int
    tls: str
    authority: pathlib.Path
    user: str
    password: str
    host: str = "localhost"

    @property
    def is_implicit(self):
        return self.tls == "implicit"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What the client's user sees."""

    ok: bool
    words: str


class Client:
    """
    One client with one way to the server. Servers that submit keep a queue in the directory;
    programs keep there what they read.
    """

    needs = ()  # programs, or files by their absolute path
    is_verbatim = False  # sends the octets of Letter.as_bytes() as they are

    def __init__(self, way, directory):
        self.way = way
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True)
        for name in self.needs:
            found = pathlib.Path(name).exists() if name.startswith("/") else shutil.which(name)
            assert found, f"{name} is missing: tools/install-packages test brings it"

    def start(self):
        """For clients that are daemons."""
        return self

    def stop(self):
        """Ends what start() began."""

    def send(self, letter, **options):
        """Submit the letter; an Outcome."""
        raise NotImplementedError

    def refusal(self, letter):
        """Submit the letter, which is not to be taken; what the user sees."""
        outcome = self.send(letter)
        assert not outcome.ok, outcome.words
        return outcome.words

    def file(self, name, content):
        path = self.directory / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, argv, octets=b"", **environment):
        """A program in a home of its own, in UTF-8."""
        done = subprocess.run(
            [str(a) for a in argv], input=octets, capture_output=True, timeout=60, check=False,
            cwd=self.directory,
            env={"PATH": os.environ["PATH"], "HOME": str(self.directory), "LC_ALL": "C.UTF-8",
                 **{k: str(v) for k, v in environment.items()}})
        return Outcome(done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace"))
