# SPDX-License-Identifier: Apache-2.0
"""Programs for the command line."""

import urllib.parse

from .base import Client


class Curl(Client):
    needs = ("curl",)
    is_verbatim = True

    def send(self, letter, utf8=False):
        """Without -v curl tells the codes of replies, but not their words."""
        scheme = "smtps" if self.way.is_implicit else "smtp"
        message = self.file("message", letter.as_bytes(utf8))
        recipients = [a for r in letter.recipients for a in ("--mail-rcpt", r)]
        return self.run(
            ["curl", "-sSv", "--ssl-reqd", "--cacert", self.way.authority, "--user",
             f"{self.way.user}:{self.way.password}", "--mail-from", letter.sender[1], *recipients,
             "--upload-file", message, f"{scheme}://{self.way.host}:{self.way.port}"])


class Swaks(Client):
    needs = ("swaks",)
    is_verbatim = True

    def send(self, letter, mechanism="PLAIN", pipeline=False):
        # swaks ends the last line itself.
        message = self.file("message", letter.as_bytes().removesuffix(b"\r\n"))
        return self.run(
            ["swaks", "--server", self.way.host, "--port", self.way.port,
             "--tls-on-connect" if self.way.is_implicit else "--tls", "--tls-verify",
             "--tls-ca-path", self.way.authority, "--auth", mechanism, "--auth-user",
             self.way.user, "--auth-password", self.way.password, "--from", letter.sender[1],
             "--to", ",".join(letter.recipients), "--data", f"@{message}",
             *(["--pipeline"] if pipeline else [])])


class Msmtp(Client):
    needs = ("msmtp",)
    is_verbatim = True

    def send(self, letter, mechanism="plain"):
        """As sendmail -t: msmtp reads the recipients from the header, and takes Bcc out of it."""
        password = self.file("password", self.way.password + "\n")
        bcc = f"Bcc: {', '.join(letter.bcc)}\r\n".encode()
        return self.run(
            ["msmtp", "--file=/dev/null", f"--host={self.way.host}", f"--port={self.way.port}",
             "--tls=on", f"--tls-starttls={'off' if self.way.is_implicit else 'on'}",
             f"--tls-trust-file={self.way.authority}", f"--auth={mechanism}",
             f"--user={self.way.user}", f"--passwordeval=cat {password}",
             f"--from={letter.sender[1]}", "--read-recipients"],
            (bcc + letter.as_bytes()).replace(b"\r\n", b"\n"))


class SNail(Client):
    needs = ("s-nail",)

    def send(self, letter):
        scheme = "submissions" if self.way.is_implicit else "submission"
        login = ":".join(urllib.parse.quote(w, safe="") for w in (self.way.user, self.way.password))
        settings = ["v15-compat", "nosave", "fullnames", "smtp-use-starttls", "tls-ca-no-defaults",
                    f"tls-ca-file={self.way.authority}", "tls-verify=strict", "smtp-auth=plain",
                    f"from={letter.sender[0]} <{letter.sender[1]}>",
                    f"mta={scheme}://{login}@{self.way.host}:{self.way.port}"]
        return self.run(
            ["s-nail", "-:/", *(a for s in settings for a in ("-S", s)), "-s", letter.subject,
             *(a for c in letter.named("cc") for a in ("-c", c)),
             *(a for b in letter.bcc for a in ("-b", b)),
             *(["-a", letter.attachment] if letter.attachment else []), *letter.named("to")],
            letter.text.encode())


class GitSendEmail(Client):
    needs = ("git", "/usr/lib/git-core/git-send-email")

    def send(self, letter):
        """The file has what git format-patch would put into it: no recipients."""
        message = letter.as_bytes(without=("To", "Cc")).replace(b"\r\n", b"\n")
        options = {"smtp-server": self.way.host, "smtp-server-port": self.way.port,
                   "smtp-encryption": "ssl" if self.way.is_implicit else "tls",
                   "smtp-ssl-cert-path": self.way.authority, "smtp-user": self.way.user,
                   "smtp-pass": self.way.password, "envelope-sender": letter.sender[1],
                   "from": f"{letter.sender[0]} <{letter.sender[1]}>", "confirm": "never",
                   "suppress-cc": "all", "transfer-encoding": "8bit"}
        people = [f"--{field}={p}" for field in ("to", "cc") for p in letter.named(field)]
        return self.run(
            ["git", "send-email", *(f"--{k}={v}" for k, v in options.items()), *people,
             *(f"--bcc={b}" for b in letter.bcc), self.file("0001-a.patch", message)],
            GIT_CONFIG_NOSYSTEM=1)
