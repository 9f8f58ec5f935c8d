# SPDX-License-Identifier: Apache-2.0
"""
The servers that misbehave after connect, by name: what is said at each stage of a dialog.

A step is what happens instead of the good reply: text (lines as they go over the wire, {name} and
{size} are filled in), octets, an End, a Pause, an Endless, or a tuple of them one after another.
"""

import dataclasses
import enum
import ssl


class End(enum.Enum):
    """The dialog is over."""
    CLOSE = "closed in good order"
    RESET = "reset"
    SILENCE = "open, but nothing more is said"


@dataclasses.dataclass(frozen=True)
class Pause:
    seconds: float


@dataclasses.dataclass(frozen=True)
class Endless:
    """The same octets again and again, so many a second, until the client has had enough."""
    octets: bytes
    per_second: int = 2000


@dataclasses.dataclass(frozen=True)
class OnInput:
    """Silent until the client says something."""


@dataclasses.dataclass(frozen=True)
class Tls:
    certificate: str = "good"  # of certificates.KINDS
    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    ciphers: str = "DEFAULT:@SECLEVEL=0"
    wants_certificate: bool = False  # of the client


CLOSE, RESET, SILENCE = End
MECHANISMS = "PLAIN LOGIN"
USER, PASSWORD = "alice@example.net", "correct horse battery staple"
_KEYWORDS = ("PIPELINING", "SIZE {size}", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "DSN")


@dataclasses.dataclass(frozen=True)
class Smtp:
    """One port of a mail server. Steps are None where all is well."""
    is_implicit: bool | None = None  # TLS from the first octet; None: on 465, 443 and 993
    greeting: object = "220 {name} ESMTP ready"
    keywords: tuple = _KEYWORDS
    offers_starttls: bool = True
    offers_auth_in_clear: str = ""  # mechanisms before TLS
    offers_auth: str = MECHANISMS   # mechanisms after TLS
    ehlo: object = None
    ehlo_tls: object = None
    helo: object = None  # None: as EHLO
    starttls: object = "220 2.0.0 go ahead"
    keeps_commands: bool = False  # carries out within TLS what came in the clear behind STARTTLS
    handshake: object = None  # instead of one
    tls: Tls = Tls()
    auth: object = None
    never_ends_auth: bool = False  # asks again whatever is said
    mail: object = None
    rcpt: object = None
    data: object = None
    end: object = "250 2.0.0 Ok: queued as 4F2kTx1z9Y"
    noop: object = "250 2.0.0 Ok"
    quit: object = "221 2.0.0 Bye"
    pause: float = 0         # before every reply
    connections_max: int = 0  # 421 for more at a time; 0: no limit
    needs_auth: bool = True
    size: int = 35882577


def _certificate(kind):
    return Smtp(tls=Tls(certificate=kind))


def _versions(minimum, maximum):
    return Smtp(tls=Tls(minimum=minimum, maximum=maximum))


_V = ssl.TLSVersion
_ALERT_HANDSHAKE_FAILURE = b"\x15\x03\x03\x00\x02\x02\x28"
_HTTP = b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n"
_POLICY = (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
           b"version: STSv1\nmode: enforce\nmx: *.example.net\nmax_age: 604800\n")
# For those who show what a peer has said on a page or on a terminal.
_MARKUP = "</title></style></textarea><img src=//evil.example/x onerror=alert(1)>" \
          "<script>document.body.innerHTML=1</script><a href=javascript:alert(1)>&lt;x&gt;</a>" \
          "\x1b]0;owned\x07\x1b[31m\x9b2J \xe2\x80\xae'\"--><!--"
_MASKED_EHLO = "250-{name}\r\n250-8BITMIME\r\n250-SIZE {size}\r\n250 XXXXXXXA\r\n"

FAULTS = {
    "healthy": Smtp(),
    "relay": Smtp(offers_auth="", needs_auth=False),  # port 25 of a mail exchanger
    "web": Smtp(greeting=b""),  # TLS and then nothing: a control port
    "policy": Smtp(greeting=(OnInput(), _POLICY, CLOSE)),  # the web server of MTA-STS

    # ---- the greeting ----
    "silent": Smtp(greeting=SILENCE),
    "greet-pause": Smtp(greeting=(Pause(5), "220 {name} ESMTP ready")),
    "greet-pause-short": Smtp(greeting=(Pause(1.5), "220 {name} ESMTP ready")),
    "tarpit": Smtp(greeting=Endless(b"220-stay\r\n", 20)),
    "close-at-once": Smtp(greeting=CLOSE),
    "reset-at-once": Smtp(greeting=RESET),
    "greeting-421": Smtp(greeting=("421 4.3.2 {name} Service shutting down", CLOSE)),
    "greeting-421-rate": Smtp(greeting=(
        "421 4.7.0 {name} Error: too many connections from 192.168.77.2", CLOSE)),
    "greeting-554": Smtp(greeting=(
        "554 5.7.1 {name} Your address 192.168.77.2 is on our block list", CLOSE)),
    "greeting-554-no-service": Smtp(greeting=(
        "554 {name} closed to the public by our own rule 27", CLOSE)),
    "drip": Smtp(greeting=tuple(part for octet in b"220 mail.example.net ESMTP ready\r\n"
                                for part in (bytes([octet]), Pause(1)))),
    "greeting-half": Smtp(greeting=(b"220 {name} ES", SILENCE)),
    "connections-1": Smtp(connections_max=1),
    "connections-2": Smtp(connections_max=2),

    # ---- not SMTP ----
    "http": Smtp(greeting=(OnInput(), _HTTP, CLOSE)),
    "http-speaks-first": Smtp(greeting=(_HTTP, CLOSE)),
    "ftp": Smtp(greeting=("220 FTP server (vsFTPd 3.0.3) ready.", SILENCE)),
    "ftp-refuses": Smtp(greeting="220 (vsFTPd 3.0.3)",
                        ehlo="530 Please login with USER and PASS."),
    "lmtp": Smtp(greeting="220 {name} Dovecot LMTP ready", ehlo="500 5.5.2 Unknown command"),
    "imap": Smtp(greeting=("* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.", SILENCE)),
    "pop3": Smtp(greeting=("+OK Dovecot ready.", SILENCE)),
    "ssh": Smtp(greeting=("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", SILENCE)),
    "binary": Smtp(greeting=(bytes(range(256)) * 8, SILENCE)),
    "escapes": Smtp(greeting="220 {name} \x1b]0;owned\x07\x1b[31mred\x1b[0m \x9b2J ready",
                    mail="550 5.7.1 \x1b[2J\x1b[1;1Hno <script>alert(1)</script>"),

    "markup": Smtp(greeting="220 {name} ESMTP " + _MARKUP,
                   ehlo="250-{name} " + _MARKUP + "\r\n250-X" + _MARKUP + "\r\n250 STARTTLS",
                   starttls="454 4.7.0 " + _MARKUP),

    # ---- EHLO ----
    "ehlo-502": Smtp(ehlo="502 5.5.1 Command not implemented"),
    "ehlo-close": Smtp(ehlo=CLOSE),
    "ehlo-reset": Smtp(ehlo=RESET),
    "ehlo-silent": Smtp(ehlo=SILENCE),
    "ehlo-endless": Smtp(ehlo=Endless(b"250-X-MORE and more and more\r\n")),
    "ehlo-huge-line": Smtp(ehlo=(b"250-" + b"A" * 200000 + b"\r\n250 OK\r\n",)),
    "ehlo-endless-line": Smtp(ehlo=Endless(b"250-" + b"A" * 60)),
    "ehlo-garbage": Smtp(ehlo=(b"\x00\xff\xfe garbage \x01\r\n", SILENCE)),
    "ehlo-wrong-size": Smtp(keywords=("PIPELINING", "SIZE 99999999999999999999999", "8BITMIME")),
    "ehlo-small-size": Smtp(size=1000),

    # ---- STARTTLS ----
    "starttls-missing": Smtp(offers_starttls=False, starttls="502 5.5.1 Command not implemented"),
    "starttls-missing-auth": Smtp(offers_starttls=False, offers_auth_in_clear=MECHANISMS,
                                  starttls="502 5.5.1 Command not implemented"),
    "auth-endless": Smtp(never_ends_auth=True),
    "helo-only": Smtp(ehlo="502 5.5.1 Command not implemented", helo="250 {name}",
                      starttls="502 5.5.1 Command not implemented"),
    "helo-starttls": Smtp(ehlo="500 5.5.2 Command not recognized", helo="250 {name}"),
    "helo-by-rule": Smtp(ehlo="550 5.7.1 Helo command rejected: need fully-qualified hostname",
                         helo="250 {name}"),
    "helo-in-tls": Smtp(ehlo_tls="503 5.5.1 Bad sequence of commands", helo="250 {name}"),
    # As a server does that is told a PROXY header and knows none: a reply to nothing of ours.
    "out-of-step": Smtp(greeting=("220 {name} ESMTP ready",
                                  "502 5.5.2 Error: command not recognized")),
    "starttls-injected": Smtp(starttls="220 2.0.0 go ahead\r\n250 2.1.0 Ok"),
    "starttls-250": Smtp(offers_starttls=False, starttls="250 2.0.0 Ok"),
    "starttls-offered-250": Smtp(starttls="250 2.0.0 Ok"),
    "starttls-hidden": Smtp(offers_starttls=False),  # the command still works: someone hides it
    "masked": Smtp(greeting="220 ****************************0****0*2******200**",
                   ehlo=_MASKED_EHLO.encode(), starttls="500 #5.5.1 command not recognized"),
    "masked-ehlo": Smtp(ehlo=_MASKED_EHLO.encode(), starttls="500 #5.5.1 command not recognized"),
    "starttls-454": Smtp(starttls="454 4.7.0 TLS not available due to local problem"),
    "starttls-502": Smtp(starttls="502 5.5.1 Command not implemented"),
    "starttls-close": Smtp(starttls=CLOSE),
    "starttls-reset": Smtp(starttls=RESET),
    "starttls-silent": Smtp(starttls=SILENCE),
    "starttls-injection": Smtp(keeps_commands=True),
    "handshake-close": Smtp(handshake=CLOSE),
    "handshake-reset": Smtp(handshake=RESET),
    "handshake-silent": Smtp(handshake=SILENCE),
    "handshake-garbage": Smtp(handshake=(b"this is no TLS at all\r\n", SILENCE)),
    "handshake-plain": Smtp(handshake=(b"500 5.5.1 Command unrecognized\r\n", SILENCE)),
    "handshake-alert": Smtp(handshake=(_ALERT_HANDSHAKE_FAILURE, CLOSE)),
    "client-certificate-tls12": Smtp(tls=Tls(maximum=_V.TLSv1_2, wants_certificate=True)),
    "tls10-only": _versions(_V.TLSv1, _V.TLSv1),
    "tls11-only": _versions(_V.TLSv1_1, _V.TLSv1_1),
    "tls12-only": _versions(_V.TLSv1_2, _V.TLSv1_2),
    "cipher-null": Smtp(tls=Tls(maximum=_V.TLSv1_2, ciphers="NULL-SHA256:@SECLEVEL=0",
                                certificate="rsa")),
    "client-certificate": Smtp(tls=Tls(wants_certificate=True)),
    "cipher-cbc": Smtp(tls=Tls(maximum=_V.TLSv1_2, ciphers="AES128-SHA:@SECLEVEL=0",
                               certificate="rsa")),
    "tls-on-plain-port": Smtp(is_implicit=True),
    "plain-on-tls-port": Smtp(is_implicit=False),
    "tls-and-silence": Smtp(is_implicit=True, greeting=SILENCE),  # a web server has the port
    "tls-at-once-expired": Smtp(is_implicit=True, tls=Tls(certificate="expired")),

    # ---- certificates ----
    "certificate-expired": _certificate("expired"),
    "certificate-expires-soon": _certificate("expires-soon"),
    "certificate-not-yet-valid": _certificate("not-yet-valid"),
    "certificate-wrong-name": _certificate("wrong-name"),
    "certificate-wildcard": _certificate("wildcard"),
    "certificate-wildcard-too-wide": _certificate("wildcard-too-wide"),
    "certificate-ip-address": _certificate("ip-address"),
    "certificate-missing-intermediate": _certificate("missing-intermediate"),
    "certificate-self-signed": _certificate("self-signed"),
    "certificate-unknown-authority": _certificate("unknown-authority"),
    "certificate-unknown-authority-sent": _certificate("unknown-authority-sent"),
    "certificate-weak-key": _certificate("weak-key"),
    "certificate-sha1": _certificate("sha1"),
    "certificate-inspected": _certificate("inspected"),
    "certificate-common-name-only": _certificate("common-name-only"),
    "certificate-expired-intermediate": _certificate("expired-intermediate"),
    "certificate-weak-intermediate": _certificate("weak-intermediate"),
    "certificate-wrong-order": _certificate("wrong-order"),
    "certificate-markup": _certificate("markup"),
    "certificate-ed25519": _certificate("ed25519"),
    "certificate-client-only": _certificate("client-only"),
    "certificate-large": _certificate("large"),
    "certificate-rsa": _certificate("rsa"),
    "certificate-interceptor": _certificate("interceptor"),
    "clock-behind": Smtp(tls=Tls(certificate="of-2031"),
                         greeting="220 {name} ESMTP ready; Tue, 10 Jun 2031 09:30:00 +0000"),

    # ---- AUTH ----
    "auth-missing": Smtp(offers_auth=""),
    "auth-clear-only": Smtp(offers_auth_in_clear=MECHANISMS, offers_auth=""),
    "auth-in-clear": Smtp(offers_auth_in_clear=MECHANISMS),
    "auth-equals": Smtp(ehlo_tls="250-{name}\r\n250-size {size}\r\n250 AUTH=LOGIN PLAIN"),
    "auth-xoauth2": Smtp(offers_auth="XOAUTH2 OAUTHBEARER"),
    "auth-ntlm": Smtp(offers_auth="NTLM GSSAPI"),
    "auth-535": Smtp(auth="535 5.7.8 Error: authentication failed"),
    "auth-454": Smtp(auth="454 4.7.0 Temporary authentication failure"),
    "auth-534": Smtp(auth="534 5.7.9 Application-specific password required"),
    "auth-disabled": Smtp(auth="535 5.7.139 Authentication unsuccessful, "
                               "SmtpClientAuthentication is disabled for the Tenant"),
    "auth-538": Smtp(auth="538 5.7.11 Encryption required for requested authentication mechanism"),
    "auth-432": Smtp(auth="432 4.7.12 A password transition is needed"),
    "auth-534-rule": Smtp(auth="534 5.7.14 Rule 12 of this service does not let you in from there"),
    "auth-close": Smtp(auth=CLOSE),

    # ---- the message ----
    "greylisted": Smtp(rcpt="450 4.7.1 <{rcpt}>: Recipient address rejected: Greylisted, "
                            "see you in 300 seconds"),
    "sender-553": Smtp(mail="553 5.7.1 <{mail}>: Sender address rejected: not owned by user"),
    "relay-denied": Smtp(rcpt="554 5.7.1 <{rcpt}>: Relay access denied"),
    "recipient-550": Smtp(rcpt="550 5.7.1 <{rcpt}>: rule 31 of this service says no"),
    "message-554": Smtp(end="554 5.7.1 Rule 44 of this service says no"),
    "size-552": Smtp(mail="552 5.3.4 Message size exceeds fixed limit"),
    "message-refused": Smtp(end="550 5.7.1 Message contains spam or virus"),
    "message-reset": Smtp(data=("354 End data with <CR><LF>.<CR><LF>", RESET)),
    "message-late": Smtp(end=(Pause(5), "250 2.0.0 Ok: queued as 4F2kTx1z9Y")),
    "message-lost": Smtp(end=SILENCE),
    "noop-close": Smtp(noop=CLOSE),
    "quota-452": Smtp(rcpt="452 4.5.3 Too many recipients today: daily quota exceeded"),
    "slow": Smtp(pause=0.6),
    "slow-login": Smtp(pause=1.3),
    "too-slow": Smtp(pause=3.3),
}
