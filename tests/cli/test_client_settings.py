# SPDX-License-Identifier: Apache-2.0
"""sallyport client-settings: where settings come from, and that what it writes can be read."""

import ast
import asyncio
import json
import os
import pathlib
import plistlib
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
import xml.etree.ElementTree as ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import dns, schemas  # noqa: E402

PROGRAM = os.environ["SALLYPORT_PROGRAM"]
OK, NO, USAGE, CANTCREAT, TEMPFAIL = 0, 1, 64, 73, 75

GIVEN = ("--host", "mail.example.org", "--imap", "imap.example.org")
SRV = {
    "_submissions._tcp.example.org": {"SRV": ["10 1 465 small.example.org",
                                              "10 9 465 large.example.org",
                                              "20 99 465 spare.example.org"]},
    "_submission._tcp.example.org": {"SRV": ["0 0 587 mail.provider.example"]},
    "_imaps._tcp.example.org": {"SRV": ["0 0 0 ."]},
    "_pop3s._tcp.example.org": {"SRV": ["0 0 995 pop.example.org"]},
}
# What would end a literal, an element or a line if it were not escaped.
NASTY = "o'brien\"\\u0022 ${x} $y {{host}} <b>&amp;]]> Jürgen 小明 📧 --"


def run(*words):
    return subprocess.run([PROGRAM, "client-settings", *map(str, words)], capture_output=True,
                          text=True, timeout=60, check=False)


def output(*words):
    done = run(*words)
    assert done.returncode == OK, done.stderr
    return done.stdout


def settings(*words):
    return schemas.read("client-settings", output("--format", "json", *words))


@pytest.fixture(name="resolver")
def fixture_resolver():
    """resolver(**fields of dns.Zone): the address of a DNS server that serves it."""
    loops = []

    def start(**fields):
        loop = asyncio.new_event_loop()
        sockets = dns.bound_sockets("127.0.0.1", 0)
        loop.run_until_complete(dns.serve(dns.Zone(**fields), *sockets))
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        loops.append((loop, thread))
        return "127.0.0.1:%d" % sockets[0].getsockname()[1]
    yield start
    for loop, thread in loops:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


# ---- where they come from ------------------------------------------------------------------------

def test_dns_announces_the_servers(resolver):
    """RFC 6186 §3.1, §3.2, §3.3, §4, §6; RFC 8314 §5.1: TLS from the first octet is preferred."""
    found = settings("--resolver", resolver(records=SRV), "ana@example.org")
    assert (found["submission"]["host"], found["submission"]["port"]) == ("large.example.org", 465)
    assert found["submission"]["mode"] == "tls"
    assert found["submission"]["source"] == "the SRV record of _submissions._tcp.example.org"
    assert not found["submission"]["is_unproven"]
    assert (found["alternative"]["host"], found["alternative"]["mode"]) == (
        "mail.provider.example", "starttls")
    assert found["alternative"]["is_unproven"]  # of another domain, and not signed
    # RFC 6186 §3.4: a target of "." says that there is no IMAP.
    assert (found["incoming"]["protocol"], found["incoming"]["host"]) == ("POP3", "pop.example.org")


@pytest.mark.parametrize("imap,pop,protocol", [(0, 10, "IMAP"), (10, 0, "POP3"), (5, 5, "IMAP")])
def test_the_incoming_service_is_the_one_that_the_site_prefers(resolver, imap, pop, protocol):
    """RFC 6186 §3.4"""
    records = {"_imap._tcp.example.org": {"SRV": [f"{imap} 0 143 imap.example.org"]},
               "_pop3._tcp.example.org": {"SRV": [f"{pop} 0 110 pop.example.org"]}}
    found = settings("--resolver", resolver(records=records), "--host", "mail.example.org",
                     "ana@example.org")
    assert found["incoming"]["protocol"] == protocol
    assert found["incoming"]["mode"] == "starttls"


def test_what_is_given_stands_before_what_dns_says(resolver):
    found = settings("--resolver", resolver(records=SRV), "--host", "smtp.example.net:2525",
                     "ana@example.org")
    assert (found["submission"]["host"], found["submission"]["port"]) == ("smtp.example.net", 2525)
    assert found["submission"]["mode"] == "starttls"
    assert found["submission"]["source"] == "the command line"
    assert found["incoming"]["host"] == "pop.example.org"


def test_a_domain_with_other_letters_is_asked_for_in_ascii(resolver):
    records = {"_submissions._tcp.xn--mnchen-3ya.example": {"SRV": ["0 0 465 mail.example.org"]}}
    found = settings("--resolver", resolver(records=records), "jürgen@münchen.example")
    assert found["domain"] == "xn--mnchen-3ya.example"
    assert found["user"] == "jürgen@münchen.example"
    assert found["submission"]["host"] == "mail.example.org"


def test_nothing_is_guessed_unless_that_is_wanted(resolver):
    address = resolver(records={"example.org": {"A": ["192.0.2.1"]},
                                "mail.example.org": {"A": ["192.0.2.1"]}})
    done = run("--resolver", address, "ana@example.org")
    assert done.returncode == NO and done.stdout == ""
    assert "no SRV record" in done.stderr and "--guess" in done.stderr
    found = settings("--guess", "--resolver", address, "ana@example.org")
    assert found["submission"]["host"] == "mail.example.org"
    assert found["submission"]["is_guess"] and found["submission"]["source"].startswith("a guess")
    assert "a guess" in output("--guess", "--resolver", address, "ana@example.org")
    done = run("--guess", "--resolver", address, "--for", "python", "ana@example.org")
    assert done.returncode == OK and "guess" in done.stderr


def test_a_guess_is_a_name_that_exists(resolver):
    done = run("--guess", "--resolver", resolver(), "ana@example.org")
    assert done.returncode == NO and "none of the names" in done.stderr


def test_dns_that_fails_is_no_answer(resolver):
    done = run("--resolver", resolver(rcodes={"*": "SERVFAIL"}), "ana@example.org")
    assert done.returncode == TEMPFAIL
    assert "DNS does not tell" in done.stderr


@pytest.mark.parametrize("target", ["\x1b[31m.example.org", "a_b.example.org"])
def test_a_name_that_no_host_can_have_is_not_taken_from_dns(resolver, target):
    records = {"_submission._tcp.example.org": {"SRV": ["0 0 587 " + target]}}
    done = run("--resolver", resolver(records=records), "ana@example.org")
    assert done.returncode == NO
    assert "\x1b" not in done.stdout + done.stderr


def test_the_configuration_of_the_server_tells_its_own(tmp_path):
    config = tmp_path / "sallyport.conf"
    config.write_text(
        'hostname = "mail.example.org"\n'
        f'state_directory = "{tmp_path}"\n'
        f'tls {{ certificate = "{tmp_path}/a.pem" key = "{tmp_path}/a.key" }}\n'
        'listen old { port = 5025 tls = starttls profile = legacy-device }\n'
        'listen one { port = 5870 tls = starttls }\n'
        'listen two { port = 4650 tls = implicit }\n'
        'next_hop relay { host = smtp.example.net }\n')
    found = settings("--config", config, "--imap", "imap.example.org", "ana@example.org")
    assert (found["submission"]["host"], found["submission"]["port"]) == ("mail.example.org", 4650)
    assert (found["alternative"]["port"], found["alternative"]["mode"]) == (5870, "starttls")
    assert found["submission"]["source"] == str(config)


@pytest.mark.parametrize("words,port,mode", [
    ([], 465, "tls"),
    (["--port", "587"], 587, "starttls"),
    (["--port", "2525"], 2525, "starttls"),
    (["--mode", "starttls"], 587, "starttls"),
    (["--port", "2465", "--mode", "tls"], 2465, "tls"),
])
def test_port_and_mode_follow_from_each_other(words, port, mode):
    found = settings(*GIVEN, *words, "ana@example.org")["submission"]
    assert (found["port"], found["mode"]) == (port, mode)


@pytest.mark.parametrize("words,why", [
    (["nobody"], "this is no mail address"),
    (["ana@[192.0.2.1]"], "an address with a domain is wanted"),
    (["a b@example.org"], "this is no mail address"),
    (["--user", "a\nb", "ana@example.org"], "control character"),
    (["--name", "a\x1bb", "ana@example.org"], "control character"),
    (["--port", "0", "ana@example.org"], "a number from 1 to 65535"),
    (["--mode", "ssl", "ana@example.org"], "tls or starttls"),
    (["--imap", "a b", "ana@example.org"], "HOST or HOST:PORT"),
    (["--for", "eudora", "ana@example.org"], "thunderbird, outlook"),
    (["--format", "xml", "ana@example.org"], "autoconfig, autodiscover"),
    (["--format", "autoconfig", "--for", "ios", "ana@example.org"], "--for goes with"),
    ([], "something is missing"),
])
def test_a_wrong_command_line_says_what_is_wanted(words, why):
    done = run("--host", "mail.example.org", *words)
    assert done.returncode == USAGE and done.stdout == ""
    assert why in done.stderr


def test_port_needs_a_host():
    assert "--host is missing" in run("--port", "587", "ana@example.org").stderr


def test_a_resolver_is_an_address():
    done = run("--resolver", "dns.example.org", "ana@example.org")
    assert done.returncode == USAGE and "an IP address" in done.stderr


@pytest.mark.parametrize("name", ["_submission", "_submissions"])
def test_a_guess_does_not_overrule_a_domain_that_offers_nothing(resolver, name):
    """RFC 6186 §3.4: a target of "." is an answer."""
    address = resolver(records={f"{name}._tcp.example.org": {"SRV": ["0 0 0 ."]},
                                "mail.example.org": {"A": ["192.0.2.1"]}})
    done = run("--guess", "--resolver", address, "ana@example.org")
    assert done.returncode == NO and done.stdout == ""
    assert "says that it has no submission server" in done.stderr
    assert f"{name}._tcp.example.org" in done.stderr and "no SRV record" not in done.stderr


def test_an_incoming_service_that_is_not_offered_is_not_guessed(resolver):
    """RFC 6186 §3.4"""
    address = resolver(records={"_imaps._tcp.example.org": {"SRV": ["0 0 0 ."]},
                                "mail.example.org": {"A": ["192.0.2.1"]}})
    found = settings("--guess", "--resolver", address, "ana@example.org")
    assert found["submission"]["is_guess"] and found["incoming"] is None


@pytest.mark.parametrize("words", [[], ["--guess"]])
@pytest.mark.parametrize("name", ["_submission", "_submissions"])
def test_half_an_answer_is_none(resolver, name, words):
    address = resolver(rcodes={f"{name}._tcp.example.org": "SERVFAIL"},
                       records={"mail.example.org": {"A": ["192.0.2.1"]}})
    done = run("--resolver", address, *words, "ana@example.org")
    assert done.returncode == TEMPFAIL and done.stdout == ""
    assert f"{name}._tcp.example.org" in done.stderr


def test_port_587_is_not_taken_silently_when_nobody_could_say_whether_there_is_465(resolver):
    address = resolver(rcodes={"_submissions._tcp.example.org": "SERVFAIL"}, records={
        "_submission._tcp.example.org": {"SRV": ["0 0 587 mail.example.org"]}})
    done = run("--resolver", address, "--json", "ana@example.org")
    assert done.returncode == OK and json.loads(done.stdout)["submission"]["port"] == 587
    assert "DNS does not answer for _submissions._tcp.example.org" in done.stderr


@pytest.fixture(name="silence")
def fixture_silence():
    """The address of a DNS server that never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as quiet:
        quiet.bind(("127.0.0.1", 0))
        yield "127.0.0.1:%d" % quiet.getsockname()[1]


@pytest.mark.parametrize("words,code", [
    ([], OK), (["--json"], OK), (["--for", "python"], OK), (["--for", "thunderbird"], OK),
    (["--format", "autoconfig"], TEMPFAIL),
])
def test_with_a_host_nobody_waits_for_dns(silence, words, code):
    took = []
    while not took or min(took) >= 4:  # without a host it is 5 s each time
        assert len(took) < 4, took
        begin = time.monotonic()
        done = run("--resolver", silence, "--host", "mail.example.org", *words, "ana@example.org")
        took.append(time.monotonic() - begin)
    assert done.returncode == code, done.stderr
    assert code != OK or "mail.example.org" in done.stdout


def test_a_default_is_said_to_be_one():
    found = settings(*GIVEN, "ana@example.org")["submission"]
    assert found["is_default"] and "port 465 is the default" in found["source"]
    assert "port 465 is the default" in output(*GIVEN, "ana@example.org")
    assert not settings(*GIVEN, "--port", "465", "ana@example.org")["submission"]["is_default"]
    for words in (["--for", "ios"], ["--for", "go"], ["--format", "mobileconfig"]):
        assert "port 465 with TLS" in run(*GIVEN, *words, "ana@example.org").stderr
        assert run(*GIVEN, *words, "--port", "465", "ana@example.org").stderr == ""


def test_a_configuration_without_a_listener_for_people_is_no_source(tmp_path):
    config = tmp_path / "sallyport.conf"
    config.write_text(
        'hostname = "mail.example.org"\n'
        f'state_directory = "{tmp_path}"\n'
        f'tls {{ certificate = "{tmp_path}/a.pem" key = "{tmp_path}/a.key" }}\n'
        'listen old { port = 5025 tls = starttls profile = legacy-device }\n'
        'next_hop relay { host = smtp.example.net }\n')
    done = run("--config", config, "ana@example.org")
    assert done.returncode == NO and done.stdout == ""
    assert "has no listener that mail programs can be told of" in done.stderr


# ---- what it writes ------------------------------------------------------------------------------

def find(element, path):
    found = element.find(path)
    assert found is not None, path
    return found.text


def test_autoconfig_is_read_as_thunderbird_reads_it():
    root = ElementTree.fromstring(output("--format", "autoconfig", *GIVEN, "--user", NASTY,
                                         "ana@example.org"))
    assert root.tag == "clientConfig" and root.get("version") == "1.1"
    provider = root.find("emailProvider")
    assert provider.get("id") == find(provider, "domain") == "example.org"
    incoming, outgoing = provider.find("incomingServer"), provider.find("outgoingServer")
    assert incoming.get("type") == "imap" and outgoing.get("type") == "smtp"
    assert find(incoming, "hostname") == "imap.example.org"
    assert (find(outgoing, "port"), find(outgoing, "socketType")) == ("465", "SSL")
    assert find(outgoing, "authentication") == "password-cleartext"
    assert find(outgoing, "username") == NASTY


def test_autodiscover_is_read_in_its_namespaces():
    text = output("--format", "autodiscover", *GIVEN, "--port", "587", "--name", NASTY,
                  "ana@example.org")
    root = ElementTree.fromstring(text.encode())
    base = "http://schemas.microsoft.com/exchange/autodiscover/"
    name = {"a": base + "outlook/responseschema/2006a"}
    assert root.tag == "{" + base + "responseschema/2006}Autodiscover"
    assert root.find("a:Response/a:User/a:DisplayName", name).text == NASTY
    protocols = root.findall("a:Response/a:Account/a:Protocol", name)
    assert [p.find("a:Type", name).text for p in protocols] == ["IMAP", "SMTP"]
    smtp = {e.tag.split("}")[1]: e.text for e in protocols[1]}
    assert smtp["Server"] == "mail.example.org" and smtp["Port"] == "587"
    assert smtp["Encryption"] == "TLS" and smtp["SPA"] == "off" and smtp["AuthRequired"] == "on"


def test_mobileconfig_is_a_profile_that_a_device_takes():
    words = ("--format", "mobileconfig", "--host", "mail.example.org", "--pop", "pop.example.org",
             "--user", NASTY, "--name", NASTY, "ana@example.org")
    profile = plistlib.loads(output(*words).encode())
    account, = profile["PayloadContent"]
    assert profile["PayloadType"] == "Configuration"
    assert account["PayloadType"] == "com.apple.mail.managed"
    for payload in (profile, account):
        uuid.UUID(payload["PayloadUUID"])
        assert payload["PayloadVersion"] == 1
        assert payload["PayloadIdentifier"].endswith(payload["PayloadUUID"])
    assert profile["PayloadUUID"] != account["PayloadUUID"]
    assert account["EmailAccountType"] == "EmailTypePOP"
    assert account["IncomingMailServerPortNumber"] == 995
    assert account["OutgoingMailServerPortNumber"] == 465
    assert account["OutgoingMailServerUseSSL"] is True
    assert account["OutgoingMailServerUsername"] == account["EmailAccountName"] == NASTY
    assert not any("Password" in key and key != "OutgoingPasswordSameAsIncomingPassword"
                   for key in account)
    assert plistlib.loads(output(*words).encode()) == profile


@pytest.mark.parametrize("name", ["autoconfig", "autodiscover", "mobileconfig"])
def test_a_file_needs_an_incoming_server(resolver, name):
    done = run("--resolver", resolver(), "--format", name, "--host", "mail.example.org",
               "ana@example.org")
    assert done.returncode == NO and done.stdout == ""
    assert "--imap" in done.stderr


def test_output_goes_to_a_file(tmp_path):
    path = tmp_path / "config-v1.1.xml"
    words = ("--format", "autoconfig", *GIVEN, "ana@example.org")
    assert output("--output", path, *words) == ""
    assert path.read_text() == output(*words)
    assert run("--output", tmp_path / "none" / "x", *words).returncode == CANTCREAT


def test_output_replaces_a_file_as_a_whole(tmp_path):
    """A web server that reads it meanwhile has the old one or the new one."""
    path, link = tmp_path / "config-v1.1.xml", tmp_path / "link.xml"
    path.write_text("old" * 10000)
    path.chmod(0o600)
    link.symlink_to(path)
    with path.open() as reader:
        output("--output", link, *GIVEN, "ana@example.org")
        assert reader.read() == "old" * 10000
    assert link.is_symlink() and path.read_text() == output(*GIVEN, "ana@example.org")
    assert path.stat().st_mode & 0o777 == 0o644
    assert sorted(os.listdir(tmp_path)) == ["config-v1.1.xml", "link.xml"]


def test_output_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "settings"
    path.write_text("old")
    limit = f"ulimit -f 0; trap '' XFSZ; exec {PROGRAM} client-settings"
    done = subprocess.run(["sh", "-c", limit + ' "$@"', "sh", "--output", path, *GIVEN,
                           "ana@example.org"], capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == CANTCREAT and str(path) in done.stderr
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["settings"]


def test_output_to_what_is_no_file_does_not_replace_it():
    assert "mail.example.org" in output("--output", "/dev/stdout", *GIVEN, "ana@example.org")
    output("--output", "/dev/null", *GIVEN, "ana@example.org")
    assert pathlib.Path("/dev/null").is_char_device()


def test_json_is_asked_for_as_everywhere():
    assert output("--json", *GIVEN, "ana@example.org") == output("--format", "json", *GIVEN,
                                                                "ana@example.org")
    done = run("--json", "--format", "text", *GIVEN, "ana@example.org")
    assert done.returncode == USAGE and "exclude each other" in done.stderr


def test_a_guide_without_an_incoming_server_says_so():
    text = output("--for", "thunderbird", "--host", "mail.example.org", "--resolver", "127.0.0.1:1",
                  "ana@example.org")
    assert "The incoming server is not known here" in text


PROGRAMS = ("thunderbird", "outlook", "apple-mail", "ios", "android")
LANGUAGES = ("python", "php", "node", "go", "java", "csharp")


def test_json_has_all_programs_and_languages():
    found = settings(*GIVEN, "ana@example.org")
    assert found["schema"] == 1
    assert tuple(found["clients"]) == PROGRAMS and tuple(found["code"]) == LANGUAGES
    fields = {f["field"]: f["value"] for f in found["clients"]["thunderbird"]["fields"]}
    assert fields["Port"] == 465 and fields["Authentication method"] == "Normal password"
    one = settings("--for", "ios", *GIVEN, "ana@example.org")
    assert list(one["clients"]) == ["ios"] and one["code"] == {}


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_is_told_in_its_own_words(program):
    text = output("--for", program, *GIVEN, "ana@example.org")
    assert "mail.example.org" in text and "imap.example.org" in text and "465" in text


def test_the_overview_names_all_there_is_to_ask_for():
    text = output(*GIVEN, "ana@example.org")
    assert all(name in text for name in PROGRAMS + LANGUAGES)


# ---- code: that it sends, tests/e2e/test_client_settings.py sees ---------------------------------

def literal(language, pattern):
    code = output("--for", language, *GIVEN, "--user", NASTY, "ana@example.org")
    return re.search(pattern, code)[1]


def test_any_name_is_a_literal_of_python():
    assert ast.literal_eval(literal("python", r"login\((.*), os\.environ")) == NASTY


def test_any_name_is_a_literal_of_php():
    text = literal("php", r"->Username = (.*);\n")
    assert subprocess.run(["php", "-r", f"echo {text};"], capture_output=True, text=True,
                          check=True).stdout == NASTY


def test_any_name_is_a_literal_of_javascript():
    text = literal("node", r"auth: \{ user: (.*), pass")
    assert subprocess.run(["node", "-e", f"process.stdout.write({text})"], capture_output=True,
                          text=True, check=True).stdout == NASTY
