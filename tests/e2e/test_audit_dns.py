# SPDX-License-Identifier: Apache-2.0
"""`sallyport audit`: what DNS and the web say of the host and of the sender's domain."""

import hashlib
import http.server
import json
import ssl
import subprocess
import threading

import pytest

from support.impostor import Impostor, server_context
from support.names import Names
from support.scratch import ADDRESS

HOST, DOMAIN = "mail.home.example", "home.example"


@pytest.fixture(scope="module")
def rsa_keys():
    """{bits: base64 of a public key}"""
    keys = {}
    for bits in (512, 2048):
        private = subprocess.run(["openssl", "genrsa", str(bits)], capture_output=True, check=True)
        public = subprocess.run(["openssl", "rsa", "-pubout"], input=private.stdout, check=True,
                                capture_output=True).stdout.decode()
        keys[bits] = "".join(public.splitlines()[1:-1])
    return keys


@pytest.fixture(scope="module")
def host_certificate(authority):
    return authority.issue(HOST)


@pytest.fixture(scope="module")
def server(host_certificate):
    one = Impostor(server_context(*host_certificate))
    yield one
    one.stop()


def digest_of(certificate):
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    return hashlib.sha256(der).hexdigest()


@pytest.fixture
def clean(server, rsa_keys, host_certificate):
    """Records without fault: {name: {type: [text]}}."""
    return {
        HOST: {"A": [ADDRESS]},
        DOMAIN: {"MX": [f"10 {HOST}"], "TXT": ["v=spf1 include:_spf.home.example -all"]},
        "_spf.home.example": {"TXT": ["v=spf1 ip4:192.0.2.0/24 mx ~all"]},
        "_dmarc.home.example": {"TXT": ["v=DMARC1; p=reject; rua=mailto:a@home.example"]},
        "s._domainkey.home.example": {"TXT": [f"v=DKIM1; k=rsa; p={rsa_keys[2048]}"]},
        "_smtp._tls.home.example": {"TXT": ["v=TLSRPTv1; rua=mailto:a@home.example"]},
        "_submissions._tcp.home.example": {"SRV": [f"0 1 {server.port} {HOST}"]},
        "_submission._tcp.home.example": {"SRV": [f"0 1 {server.port} {HOST}"]},
        f"_{server.port}._tcp.{HOST}": {"TLSA": [f"3 0 1 {digest_of(host_certificate[0])}"]},
    }


@pytest.fixture
def ask(build, authority, server):
    def run(records, *args, status=None, **zone):
        names = Names(records, **zone)
        try:
            done = subprocess.run(
                [build / "src/cli/sallyport", "audit", "--json", "--ca-file",
                 authority.certificate, "--port", str(server.port), "--tls-port", "0",
                 "--resolver", names.address, "--only", "dns,sender", *map(str, args), HOST],
                capture_output=True, text=True, timeout=120, check=False)
        finally:
            names.stop()
        assert done.stdout, done.stderr
        if status is not None:
            assert done.returncode == status, done.stdout
        return json.loads(done.stdout)
    return run


def ids(report):
    return {f["id"] for f in report["findings"]}


def test_records_without_fault_are_not_blamed(ask, clean):
    report = ask(clean, "--selector", "s")
    assert ids(report) <= {"mta-sts-missing", "tlsa-unsigned"}, report
    assert report["domain"] == DOMAIN and report["domain_guessed"]


FAULTS = {
    "srv-missing": {"_submissions._tcp.home.example": None},
    "srv-elsewhere": {"_submissions._tcp.home.example": {"SRV": ["0 1 465 other.example"]}},
    "mx-missing": {DOMAIN: {"TXT": ["v=spf1 -all"]}},
    "spf-missing": {DOMAIN: {"MX": [f"10 {HOST}"], "TXT": ["hello"]}},
    "spf-broken": {"_spf.home.example": {"TXT": ["v=spf1 ip4:nonsense"]}},
    "spf-allows-all": {DOMAIN: {"MX": [f"10 {HOST}"], "TXT": ["v=spf1 +all"]}},
    "spf-without-end": {DOMAIN: {"MX": [f"10 {HOST}"], "TXT": ["v=spf1 mx"]}},
    "dmarc-missing": {"_dmarc.home.example": None},
    "dmarc-broken": {"_dmarc.home.example": {"TXT": ["v=DMARC1; rua=mailto:a@b.example"]}},
    "dmarc-without-effect": {"_dmarc.home.example": {"TXT": ["v=DMARC1; p=none; rua=mailto:a@b"]}},
    "dmarc-without-reports": {"_dmarc.home.example": {"TXT": ["v=DMARC1; p=reject"]}},
    "dkim-missing": {"s._domainkey.home.example": {"TXT": ["v=DKIM1; p="]}},
    "mta-sts-missing": {},  # there is none in the clean records
    "tlsrpt-missing": {"_smtp._tls.home.example": None},
    "tlsrpt-broken": {"_smtp._tls.home.example": {"TXT": ["v=TLSRPTv1"]}},
    "mta-sts-broken": {"_mta-sts.home.example": {"TXT": ["v=STSv1; id=1"]}},
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_records_are_found(ask, clean, name):
    records = {**clean, **FAULTS[name]}
    report = ask({k: v for k, v in records.items() if v}, "--selector", "s")
    assert name in ids(report), report


def test_a_weak_key_is_found(ask, clean, rsa_keys):
    clean["s._domainkey.home.example"] = {"TXT": [f"v=DKIM1; t=y; p={rsa_keys[512]}"]}
    report = ask(clean, "--selector", "s")
    assert "dkim-weak" in ids(report)


def test_selectors_cannot_be_listed(ask, clean):
    assert "dkim-unknown" in ids(ask(clean))


def test_several_records_are_as_bad_as_none(ask, clean):
    clean[DOMAIN]["TXT"] = ["v=spf1 -all", "v=spf1 +all"]
    clean["_dmarc.home.example"]["TXT"] *= 2
    clean["_dmarc.home.example"]["TXT"][0] += ";"
    assert {"spf-broken", "dmarc-broken"} <= ids(ask(clean, "--selector", "s"))


@pytest.mark.parametrize("count, is_broken", [(9, False), (10, True)])
def test_ten_terms_of_spf_may_need_a_look_up(ask, clean, count, is_broken):
    """With those of what is included; here that is the include itself and an mx."""
    clean[DOMAIN]["TXT"] = ["v=spf1 include:_spf.home.example " + "a " * (count - 1) + "-all"]
    assert ("spf-broken" in ids(ask(clean, "--selector", "s"))) == is_broken


def test_spf_that_includes_itself_ends(ask, clean):
    clean[DOMAIN]["TXT"] = ["v=spf1 include:home.example -all"]
    assert "spf-broken" in ids(ask(clean, "--selector", "s"))


def test_the_policy_of_the_domain_above_counts(ask, clean):
    report = ask(clean, "--domain", "news.home.example", "--selector", "s")
    assert "dmarc-missing" not in ids(report)


def test_a_certificate_that_fits_no_record_is_found(ask, clean, server):
    clean[f"_{server.port}._tcp.{HOST}"] = {"TLSA": ["3 1 1 " + "00" * 32]}
    assert "tlsa-mismatch" in ids(ask(clean, status=1))


def test_a_port_without_a_record_of_its_certificate_is_found(ask, clean, server):
    del clean[f"_{server.port}._tcp.{HOST}"]
    assert "tlsa-missing" in ids(ask(clean))


def test_what_dns_cannot_tell_is_no_finding(ask, clean):
    report = ask(clean, "--selector", "s", rcodes={"_dmarc.home.example": "SERVFAIL"})
    assert "dmarc-missing" not in ids(report) and not report["complete"]
    assert any("_dmarc" in gap["why"] for gap in report["gaps"])


# ---- MTA-STS -------------------------------------------------------------------------------------

WEB = "127.83.84.85"  # an address of the loopback net where nobody else has port 443


@pytest.fixture
def web(authority):
    """A web server with one file; its text can be changed."""
    class Handler(http.server.BaseHTTPRequestHandler):
        text = None

        def do_GET(self):
            is_there = self.path == "/.well-known/mta-sts.txt" and Handler.text is not None
            self.send_response(200 if is_there else 404)
            self.end_headers()
            self.wfile.write((Handler.text or "").encode())

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer((WEB, 443), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("mta-sts.home.example"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Handler
    server.shutdown()
    server.server_close()


POLICIES = [
    (f"version: STSv1\r\nmode: enforce\r\nmx: {HOST}\r\nmax_age: 86400\r\n", set()),
    (f"version: STSv1\nmode: testing\nmx: {HOST}\nmax_age: 86400\n", {"mta-sts-without-effect"}),
    ("version: STSv1\nmode: enforce\nmx: other.example\nmax_age: 86400\n", {"mta-sts-broken"}),
    ("version: STSv1\nmode: enforce\n", {"mta-sts-broken"}),
    (None, {"mta-sts-broken"}),
]


@pytest.mark.xdist_group("port-443")
@pytest.mark.parametrize("text, expected", POLICIES)
def test_the_policy_of_mta_sts_is_fetched_and_read(ask, clean, web, text, expected):
    clean["_mta-sts.home.example"] = {"TXT": ["v=STSv1; id=1"]}
    clean["mta-sts.home.example"] = {"A": [WEB]}
    web.text = text
    report = ask(clean, "--selector", "s")
    assert {i for i in ids(report) if i.startswith("mta-sts")} == expected, report
