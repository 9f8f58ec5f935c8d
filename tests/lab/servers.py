# SPDX-License-Identifier: Apache-2.0
"""
The conditions that begin after connect: for each fault of port 587 what a plain client comes to
(dialog: the stage and the words where it ended, see witness.talk()) and what the doctor must say.
"""

import faults
from condition import HEALTHY, OK, Condition, Verdict


def _fault(name, summary, dialog, verdict=OK, login=False, **more):
    """verdict: of a check with a login and a message, when login."""
    more.setdefault("ports", {**HEALTHY, 587: name})
    more.setdefault("truth", {f"4:{more.get('port', 587)}": "open"})
    return Condition(name, summary, dialog=dialog, verdict=verdict, is_login=login, **more)


def _broken(cause, exit_code, **more):
    return Verdict(cause, exit_code, **{"use_port": 465, **more})


_GREETING = [
    _fault("silent", "the port is open and says nothing", "greeting: silent",
           _broken("greeting-missing", 14)),
    _fault("greet-pause", "the greeting comes after 5 s", "greeting: silent",
           Verdict("ok", 0, findings=("greeting-slow",))),
    _fault("greet-pause-short", "the greeting comes after 1.5 s", "greeting: silent"),
    _fault("tarpit", "the greeting never ends", "greeting: silent",
           _broken(("greeting-missing", "greeting-slow", "dialog-timeout", "not-smtp"), 14)),
    _fault("close-at-once", "closed before the greeting", "greeting: closed",
           _broken("greeting-closed", 14)),
    _fault("reset-at-once", "reset before the greeting", "greeting: reset",
           _broken("greeting-closed", 14), truth={}),
    _fault("greeting-421", "421 instead of a greeting",
           "greeting: 421 4.3.2 HOST Service shutting down", _broken("temporary-failure", 19)),
    _fault("greeting-421-rate", "421, too many connections", "greeting: 421 4.7.0",
           _broken("rate-limited", 19)),
    _fault("greeting-554", "554, the client's address is on a list", "greeting: 554 5.7.1",
           _broken(("greeting-refused", "blocklisted"), 19)),
    _fault("greeting-554-no-service", "554, by a rule of the server's own", "greeting: 554",
           _broken("greeting-refused", 19)),
    _fault("drip", "one octet of the greeting each second", "greeting: silent",
           _broken("dialog-timeout", 14)),
    _fault("greeting-half", "half a greeting and no more", "greeting: silent",
           _broken(("greeting-missing", "dialog-timeout"), 14)),
    _fault("connections-1", "421 for the second connection at a time",
           "message: 250 2.0.0 Ok: queued", Verdict(("ok", "rate-limited"), (0, 19)),
           ports=dict.fromkeys((587, 465), "connections-1")),
    _fault("connections-2", "421 for the third connection at a time",
           "message: 250 2.0.0 Ok: queued", Verdict("ok", 0),
           ports=dict.fromkeys((587, 465, 25, 2525), "connections-2")),
]

_NOT_SMTP = [
    _fault("http", "a web server, which waits", "greeting: silent",
           _broken(("not-smtp", "greeting-missing"), 14)),
    _fault("http-speaks-first", "a web server in the way", "greeting: HTTP/1.1 400 Bad Request",
           _broken("not-smtp", 14)),
    _fault("ftp", "FTP: its greeting looks like one of SMTP", "ehlo: silent",
           _broken(("not-smtp", "dialog-timeout"), 14)),
    _fault("ftp-refuses", "FTP that wants a login first", "ehlo: 530 Please login",
           _broken(("not-smtp", "ehlo-refused"), (14, 19))),
    _fault("imap", "IMAP", "greeting: * OK", _broken("not-smtp", 14)),
    _fault("pop3", "POP3", "greeting: +OK", _broken("not-smtp", 14)),
    _fault("ssh", "SSH", "greeting: SSH-2.0", _broken("not-smtp", 14)),
    _fault("binary", "octets that are no text", "greeting: \0\x01\x02", _broken("not-smtp", 14)),
    _fault("escapes", "replies with escape sequences for terminals",
           "mail: 550 5.7.1", Verdict("ok", 0)),
]

_MARKUP = [
    _fault("markup", "replies with HTML and with escape sequences for terminals",
           "starttls: 454 4.7.0", _broken("starttls-refused", 16)),
]

_EHLO = [
    _fault("ehlo-502", "EHLO is not known", "ehlo: 502 5.5.1",
           _broken(("ehlo-refused", "not-smtp", "command-not-known"), (14, 19))),
    _fault("ehlo-close", "closed after EHLO", "ehlo: closed", _broken("connection-lost", 14)),
    _fault("ehlo-reset", "reset after EHLO", "ehlo: reset", _broken("connection-lost", 14)),
    _fault("ehlo-silent", "no reply to EHLO", "ehlo: silent", _broken("dialog-timeout", 14)),
    _fault("ehlo-endless", "the reply to EHLO never ends", "ehlo: too much",
           _broken(("not-smtp", "dialog-timeout"), 14)),
    _fault("ehlo-huge-line", "a line of 200,000 octets in the reply to EHLO", "ehlo: too much",
           _broken(("not-smtp", "dialog-timeout"), 14)),
    _fault("ehlo-endless-line", "one line that never ends", "ehlo: too much",
           _broken(("not-smtp", "dialog-timeout"), 14)),
    _fault("ehlo-garbage", "octets that are no reply to EHLO", "ehlo: \0",
           _broken(("not-smtp", "dialog-timeout"), 14)),
    _fault("ehlo-wrong-size", "a SIZE beyond all numbers", "message: 250 2.0.0 Ok: queued"),
]

_STARTTLS = [
    _fault("starttls-missing", "no STARTTLS, and the command is not known", "starttls: not offered",
           _broken("starttls-missing", 16)),
    _fault("starttls-missing-auth", "no STARTTLS, but logins in the clear", "starttls: not offered",
           _broken("starttls-missing", 16)),
    _fault("starttls-hidden", "STARTTLS is not offered, yet works", "starttls: not offered",
           _broken("starttls-stripped", 15)),
    _fault("masked", "greeting and STARTTLS painted over (Cisco ASA)", "starttls: not offered",
           _broken("starttls-masked", 15)),
    _fault("masked-ehlo", "STARTTLS painted over", "starttls: not offered",
           _broken("starttls-masked", 15)),
    _fault("starttls-454", "STARTTLS: not at the moment", "starttls: 454 4.7.0",
           _broken("starttls-refused", 16)),
    _fault("starttls-502", "STARTTLS offered, but not known", "starttls: 502 5.5.1",
           _broken("starttls-refused", 16)),
    _fault("starttls-close", "closed at STARTTLS", "starttls: closed",
           _broken(("starttls-refused", "tls-closed", "connection-lost"), (14, 16))),
    _fault("starttls-reset", "reset at STARTTLS", "starttls: reset",
           _broken(("starttls-refused", "tls-closed", "connection-lost"), (14, 16))),
    _fault("starttls-silent", "no reply to STARTTLS", "starttls: silent",
           _broken(("starttls-refused", "dialog-timeout", "tls-timeout"), (14, 16))),
    _fault("starttls-injection", "what was said in the clear behind STARTTLS is done within TLS",
           "message: 250 2.0.0 Ok: queued"),
    _fault("handshake-close", "closed in the handshake", "tls: closed", _broken("tls-closed", 16)),
    _fault("handshake-reset", "reset in the handshake", "tls: reset", _broken("tls-closed", 16)),
    _fault("handshake-silent", "no word in the handshake", "tls: silent",
           _broken("tls-timeout", 16)),
    _fault("handshake-garbage", "no TLS in the handshake", "tls: WRONG_VERSION_NUMBER",
           _broken("tls-failed", 16)),
    _fault("handshake-plain", "an SMTP reply in the handshake", "tls: WRONG_VERSION_NUMBER",
           _broken("tls-failed", 16)),
    _fault("handshake-alert", "the handshake is refused", "tls: SSLV3_ALERT_HANDSHAKE_FAILURE",
           _broken("tls-no-cipher", 16)),
    _fault("client-certificate-tls12", "a certificate of the client is wanted, by TLS 1.2",
           "tls: SSLV3_ALERT_HANDSHAKE_FAILURE", _broken("certificate-client-wanted", 17)),
    _fault("tls10-only", "TLS 1.0 only", "tls: TLSV1_ALERT_PROTOCOL_VERSION",
           _broken("tls-version-old", 16)),
    _fault("tls11-only", "TLS 1.1 only", "tls: TLSV1_ALERT_PROTOCOL_VERSION",
           _broken("tls-version-old", 16)),
    _fault("tls12-only", "TLS 1.2 only", "message: 250 2.0.0 Ok: queued"),
    _fault("cipher-null", "no cipher in common", "tls: SSLV3_ALERT_HANDSHAKE_FAILURE",
           _broken("tls-no-cipher", 16)),
    _fault("client-certificate", "a certificate of the client is wanted",
           # The alert, unless our EHLO has met a socket that was closed, and a reset came first.
           "ehlo-tls: ", _broken("certificate-client-wanted", 17)),
    _fault("cipher-cbc", "an old cipher only", "message: 250 2.0.0 Ok: queued"),
    _fault("tls-on-plain-port", "587 waits for TLS at once", "greeting: silent",
           _broken(("plain-on-tls-port", "tls-mode-mismatch"), 16)),
    _fault("plain-on-tls-port", "465 speaks in the clear", "tls: WRONG_VERSION_NUMBER",
           Verdict("tls-on-plain-port", 16), port=465, target="HOST:465",
           ports={**HEALTHY, 465: "plain-on-tls-port"}),
]


def _certificate(name, summary, dialog, cause, exit_code=17, **more):
    # The certificate is that of the host: it is shown on all of its ports.
    return _fault(f"certificate-{name}", summary, dialog, Verdict(cause, exit_code),
                  ports={587: f"certificate-{name}", 465: f"certificate-{name}", 443: "web"},
                  **more)


_CERTIFICATES = [
    _certificate("expired", "expired 3 days ago", "tls: certificate has expired",
                 "certificate-expired"),
    _certificate("not-yet-valid", "valid from 3 days on", "tls: certificate is not yet valid",
                 "certificate-not-yet-valid"),
    _certificate("wrong-name", "for other names", "tls: Hostname mismatch",
                 "certificate-wrong-name"),
    _certificate("wildcard-too-wide", "for *.net", "tls: Hostname mismatch",
                 "certificate-wrong-name"),
    _certificate("missing-intermediate", "the chain has a gap",
                 "tls: unable to get local issuer certificate", "certificate-incomplete"),
    _certificate("self-signed", "self-signed", "tls: self-signed certificate",
                 "certificate-self-signed"),
    _certificate("unknown-authority", "of an authority that nobody knows",
                 "tls: unable to get local issuer certificate",
                 ("certificate-untrusted", "certificate-incomplete")),
    _certificate("unknown-authority-sent", "the unknown authority is sent along",
                 "tls: self-signed certificate in certificate chain",
                 ("certificate-untrusted", "certificate-self-signed")),
    _certificate("weak-key", "RSA with 1024 bits", "tls: EE certificate key too weak",
                 "certificate-weak"),
    _certificate("sha1", "signed with SHA-1", "tls: CA signature digest algorithm too weak",
                 "certificate-weak"),
    _certificate("inspected", "issued by an antivirus",
                 "tls: unable to get local issuer certificate", "certificate-inspected", 15),
    _certificate("common-name-only", "names the host in its common name only",
                 "message: 250 2.0.0 Ok: queued", "certificate-wrong-name"),
    _certificate("expired-intermediate", "issued by an intermediate that has expired",
                 "tls: certificate has expired", "certificate-expired"),
    _certificate("weak-intermediate", "issued by an intermediate with 1024 bits",
                 "tls: CA certificate key too weak", "certificate-weak"),
    _certificate("wrong-order", "the chain is sent in the wrong order, with its root",
                 "message: 250 2.0.0 Ok: queued", "ok", 0),
    _certificate("ed25519", "a key of Ed25519", "message: 250 2.0.0 Ok: queued", "ok", 0),
    _certificate("markup", "for names that are HTML", "tls: Hostname mismatch",
                 "certificate-wrong-name"),
    _certificate("client-only", "not for servers", "tls: unsuitable certificate purpose",
                 "certificate-untrusted"),
    _certificate("ip-address", "for the address, asked for by name",
                 "tls: Hostname mismatch", "certificate-wrong-name"),
    _certificate("expires-soon", "expires in 5 days", "message: 250 2.0.0 Ok: queued", "ok", 0),
    _certificate("wildcard", "for *.example.net", "message: 250 2.0.0 Ok: queued", "ok", 0),
    _certificate("large", "so large that it takes several packets",
                 "message: 250 2.0.0 Ok: queued", "ok", 0),
    _fault("clock-behind", "certificate and greeting are of 2031",
           "tls: certificate is not yet valid", Verdict("clock-wrong", 17),
           ports=dict.fromkeys((587, 465), "clock-behind")),
]

_AUTH = [
    _fault("auth-missing", "no AUTH, not even after TLS", "auth: not offered",
           _broken(("auth-not-offered", "auth-missing"), 18)),
    _fault("auth-in-clear", "AUTH before TLS too", "message: 250 2.0.0 Ok: queued"),
    _fault("auth-equals", "AUTH=LOGIN PLAIN, and small letters", "message: 250 2.0.0 Ok: queued",
           login=True),
    _fault("auth-xoauth2", "XOAUTH2 only, and a password at hand", "auth: 535 5.7.8",
           _broken(("auth-no-mechanism", "oauth-needed"), 18), login=True),
    _fault("auth-ntlm", "NTLM and GSSAPI only", "auth: 535 5.7.8",
           _broken("auth-no-mechanism", 18), login=True),
    _fault("auth-535", "user name or password wrong", "auth: 535 5.7.8",
           Verdict("auth-failed", 18), login=True),
    _fault("auth-535-both", "user name or password wrong, at a host of both families",
           "auth: 535 5.7.8", Verdict("auth-failed", 18), login=True, families="46",
           ports={**HEALTHY, 587: "auth-535"}),
    _fault("auth-454", "logins cannot be checked at the moment", "auth: 454 4.7.0",
           Verdict("auth-temporary", 18), login=True),
    _fault("auth-534", "an application password is wanted", "auth: 534 5.7.9",
           Verdict("app-password-needed", 18), login=True),
    _fault("auth-disabled", "logins by SMTP are off for the tenant", "auth: 535 5.7.139",
           Verdict("smtp-auth-disabled", 18), login=True),
    _fault("auth-534-rule", "a rule of the server's own forbids the login", "auth: 534 5.7.14",
           Verdict("auth-policy", 18), login=True),
    _fault("auth-close", "closed at the login", "auth: lost",
           Verdict("connection-lost", 14), login=True),
]

_MESSAGE = [
    _fault("submitted", "a message is taken", "message: 250 2.0.0 Ok: queued",
           Verdict("ok", 0, queue_id="4F2kTx1z9Y"), login=True, ports=HEALTHY),
    _fault("greylisted", "450 for the recipient: later", "rcpt: 450 4.7.1",
           Verdict("greylisted", 19), login=True),
    _fault("sender-553", "not the sender's own address", "mail: 553 5.7.1",
           Verdict("sender-refused", 19), login=True),
    _fault("relay-denied", "no relay for this recipient", "rcpt: 554 5.7.1",
           Verdict("relay-denied", 19), login=True),
    _fault("size-552", "the message is too large", "mail: 552 5.3.4",
           Verdict("size-exceeded", 20), login=True),
    _fault("ehlo-small-size", "SIZE 1000 is less than the message",
           "message: 250 2.0.0 Ok: queued", Verdict(("size-exceeded", "ok"), (20, 0)), login=True),
    _fault("recipient-550", "a rule of the server's own forbids the recipient", "rcpt: 550 5.7.1",
           Verdict("recipient-refused", 19), login=True),
    _fault("message-554", "a rule of the server's own forbids the message", "message: 554 5.7.1",
           Verdict("message-refused", 19), login=True),
    _fault("login-wanted", "no mail without a login, and none is tried",
           "message: 250 2.0.0 Ok: queued", Verdict("auth-missing", 18), ports=HEALTHY,
           options=("--from", faults.USER, "--to", "bob@example.org")),
    _fault("message-refused", "refused after its text", "message: 550 5.7.1",
           Verdict(("message-refused", "spam-content", "virus-content"), 19), login=True),
    _fault("message-reset", "reset in the text", "message: lost",
           Verdict("connection-lost", 14), login=True),
    _fault("message-late", "the end of the text is answered after 5 s",
           "message: silent", Verdict("ok", 0, queue_id="4F2kTx1z9Y"), login=True),
    _fault("message-lost", "no reply to the end of the text", "message: silent",
           Verdict("dialog-timeout", 14), login=True),
    _fault("quota-452", "the quota of the day is used up", "rcpt: 452 4.5.3",
           Verdict(("quota-sending", "too-many-recipients", "rate-limited", "temporary-failure"),
                   19), login=True),
    _fault("too-slow", "every reply takes 3.3 s, too long for any answer in time",
           "ehlo: silent", Verdict("inconclusive", 2),
           ports={**dict.fromkeys((587, 465), "too-slow"), 443: "web"}),
    _fault("noop-close", "closed at NOOP", "message: 250 2.0.0 Ok: queued"),
    _fault("slow", "every reply takes 0.6 s", "message: 250 2.0.0 Ok: queued", login=True),
]

SERVERS = [*_GREETING, *_NOT_SMTP, *_MARKUP, *_EHLO, *_STARTTLS, *_CERTIFICATES, *_AUTH, *_MESSAGE]
