# SPDX-License-Identifier: Apache-2.0
"""The program's command line: what it prints, on which stream, and its exit codes."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["SALLYPORT_PROGRAM"]

OK, NO, USAGE, DATAERR, NOINPUT, NOPERM, CONFIG = 0, 1, 64, 65, 66, 77, 78

# Numbers, so that it does not matter who the tests are run by.
USERS = "users { submission = 64101 auth = 64102 queue = 64103 delivery = 64104 }\n"


def run(*words, program=PROGRAM, **kwargs):
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=60,
                          check=False, **kwargs)


P256 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def make_pair(directory, name, host="mail.example.org", kind=P256):
    """A self-signed certificate and its key: two paths."""
    certificate, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "30",
                    "-subj", f"/CN={host}",
                    "-addext", f"subjectAltName=DNS:{host}", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    key.chmod(0o600)
    return certificate, key


@pytest.fixture(name="pair", scope="session")
def fixture_pair(tmp_path_factory):
    return make_pair(tmp_path_factory.mktemp("pair"), "mail")


@pytest.fixture(name="write")
def fixture_write(tmp_path, pair):
    """Write a config with these pieces put in; returns its path."""
    def write(certificate=pair[0], key=pair[1], hop="", more="", top=tmp_path / "state"):
        path = tmp_path / "sallyport.conf"
        path.write_text(
            'hostname = "mail.example.org"\n'
            f'state_directory = "{top}"\n{USERS}'
            f'tls {{ certificate = "{certificate}" key = "{key}" }}\n'
            f'next_hop relay {{ host = smtp.example.net {hop} }}\n{more}')
        return path
    return write


@pytest.mark.parametrize("words", [
    [], ["serve"], ["setup"], ["version"], ["config", "check"], ["config", "show"],
    ["config", "sample"], ["queue", "list"], ["queue", "show"], ["queue", "history"],
    ["account", "add"], ["account", "passwd"], ["account", "list"], ["account", "senders"],
    ["account", "disable"], ["account", "enable"], ["account", "remove"], ["trace"], ["ports"],
])
def test_help_is_asked_of_every_subcommand(words):
    result = run(*words, "--help")
    assert result.returncode == OK
    assert result.stdout.startswith("Usage: sallyport")
    assert result.stderr == ""


@pytest.mark.parametrize("words", [
    [], ["nonsense"], ["config"], ["config", "nonsense"], ["queue", "show"], ["queue", "list", "x"],
    ["version", "x"], ["serve", "--nonsense"], ["serve", "-c"], ["setup", "--dry-run=1"],
    ["serve", "--role", "nonsense"], ["serve", "--role", "queue", "--index", "x"],
    ["trace"], ["trace", "--json"],
])
def test_a_wrong_command_line_is_64_with_words_on_stderr(words):
    done = run(*words)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert "sallyport" in done.stderr


@pytest.mark.parametrize("words", [
    ["--help"], ["help"], ["-h"], ["serve", "--help"], ["setup", "--help"], ["version", "--help"],
    ["config", "--help"], ["config", "check", "--help"], ["config", "show", "--help"],
    ["config", "sample", "--help"], ["queue", "--help"], ["queue", "list", "--help"],
    ["queue", "show", "--help"], ["queue", "history", "--help"], ["account", "--help"],
    ["trace", "--help"], ["ports", "--help"], ["check", "--help"], ["audit", "--help"],
    ["explain", "--help"], ["send", "--help"], ["sendmail", "--help"],
    ["client-settings", "--help"],
    *[["account", word, "--help"]
      for word in ("add", "passwd", "senders", "list", "disable", "enable", "remove")],
])
def test_help_is_0_on_stdout_and_fits_a_terminal(words):
    done = run(*words)
    assert (done.returncode, done.stderr) == (OK, "")
    assert done.stdout.startswith("Usage: sallyport")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\n\n\n" not in done.stdout


def rows(words):
    """The lines of a help that have a name and its explanation, two blanks apart."""
    lines = run(*words, "--help").stdout.splitlines()
    return [line for line in lines if line.startswith("  ")]


@pytest.mark.parametrize("words", [
    [], ["check"], ["ports"], ["audit"], ["explain"], ["send"], ["sendmail"], ["client-settings"],
    ["account"], ["account", "add"], ["queue"], ["queue", "list"], ["config"], ["serve"],
])
def test_every_row_of_a_help_says_something_in_one_column(words):
    found = [re.fullmatch(r"(  .*?\S)(  +)(\S.*)", row) for row in rows(words)]
    assert found and all(found), rows(words)
    assert len({match.start(3) for match in found}) == 1


@pytest.mark.parametrize("command", [
    "check", "ports", "audit", "explain", "send", "client-settings", "serve",
])
@pytest.mark.parametrize("option", ["--nonsense", "-Z", "--nonsense=1"])
def test_an_unknown_option_is_named_with_the_usage(command, option):
    done = run(command, option)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert f'there is no option "{option}"' in done.stderr
    assert f"Usage: sallyport {command}" in done.stderr


def test_what_is_hidden_is_not_in_the_help():
    assert "--role" not in run("serve", "--help").stdout
    assert "manual" not in run("config", "help").stdout


def test_version_is_that_of_the_build():
    assert run("version").stdout.startswith("sallyport 0.")


def test_the_committed_sample_and_manual_are_what_the_program_prints():
    assert run("config", "sample").stdout == (ROOT / "packaging/sallyport.conf").read_text()
    assert run("config", "manual").stdout in (ROOT / "docs/man/sallyport.conf.5").read_text()


def test_a_config_that_is_not_there_is_66(tmp_path):
    done = run("config", "check", "-c", tmp_path / "none")
    assert done.returncode == NOINPUT
    assert done.stderr == f"{tmp_path}/none: cannot be read: No such file or directory\n"


def test_a_good_config_is_0(write):
    done = run("config", "check", "-c", write())
    assert (done.returncode, done.stderr) == (OK, "")
    assert done.stdout == "The configuration is fine.\n"


# What is put in, and what is said of it; {conf} is the config's path, {dir} its directory.
MISTAKES = [
    ({"more": "log_level = loud\n"},
     '{conf}:6: log_level: "loud" is not one of "debug", "info", "warning", "error"; '
     "write one of them\n"),
    ({"more": "limits {\n\trecipents = 100\n}\n"},
     '{conf}:7: limits.recipents: there is no such key; did you mean "recipients"?\n'),
    ({"more": "route '*' { next_hop = relais }\n"},
     '{conf}:6: route "*".next_hop: there is no next_hop "relais"; did you mean "relay"?\n'),
    ({"certificate": "/none"},
     "tls.certificate: cannot read /none: No such file or directory; name a file that is there "
     "and readable\n"),
    ({"certificate": "/dev/null"},
     'tls.certificate: /dev/null holds no certificate; it should begin with "-----BEGIN '
     'CERTIFICATE-----"\n'),
    ({"key": "/dev/null"},
     "tls.key: /dev/null holds no private key that can be used; it should be PEM and not "
     "encrypted\n"),
    ({"hop": "auth_user = u auth_password_file = /none"},
     'next_hop "relay".auth_password_file: cannot read /none: No such file or directory; name a '
     "file that is there and readable\n"),
    ({"hop": "auth_user = u auth_password_file = {dir}/empty"},
     'next_hop "relay".auth_password_file: the first line of {dir}/empty is empty; write the '
     "password there\n"),
    ({"hop": "tls_ca_file = /dev/null"},
     'next_hop "relay".tls_ca_file: /dev/null holds no certificate; it should begin with '
     '"-----BEGIN CERTIFICATE-----"\n'),
]


@pytest.mark.parametrize("pieces, said", MISTAKES)
def test_each_mistake_is_78_and_told_in_one_line(tmp_path, write, pieces, said):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "empty").chmod(0o600)
    conf = write(**{k: v.replace("{dir}", str(tmp_path)) for k, v in pieces.items()})
    done = run("config", "check", "-c", conf)
    assert done.stderr == said.format(conf=conf, dir=tmp_path)
    assert (done.returncode, done.stdout) == (CONFIG, "")


def test_a_key_of_another_certificate_is_told(tmp_path, write, pair):
    _, other = make_pair(tmp_path, "other")
    done = run("config", "check", "-c", write(key=other))
    assert done.returncode == CONFIG
    assert done.stderr == (f"tls.key: {other} does not belong to the certificate {pair[0]}; name "
                           "the pair\n")


def test_a_key_of_a_kind_that_cannot_be_served_is_told(tmp_path, write):
    certificate, key = make_pair(tmp_path, "ed", kind=["ed25519"])
    done = run("config", "check", "-c", write(certificate=certificate, key=key))
    assert done.returncode == CONFIG
    assert "tls.key: " in done.stderr and "of the kind ED25519, which cannot be served" in done.stderr


def test_an_encrypted_key_is_told_and_no_passphrase_is_asked_for(tmp_path, write, pair):
    locked = tmp_path / "locked.key"
    subprocess.run(["openssl", "ec", "-in", pair[1], "-aes128", "-passout", "pass:x", "-out",
                    locked], check=True, capture_output=True)
    done = run("config", "check", "-c", write(key=locked), stdin=subprocess.DEVNULL)
    assert done.returncode == CONFIG
    assert "not encrypted" in done.stderr


def test_what_clients_may_refuse_is_a_warning(tmp_path, write):
    certificate, key = make_pair(tmp_path, "other", "other.example.org")
    key.chmod(0o640)
    done = run("config", "check", "-c", write(certificate=certificate, key=key))
    assert done.returncode == OK
    assert done.stderr == (
        'warning: tls.certificate: is not for "mail.example.org" (hostname); clients may refuse '
        "it\n"
        f'warning: tls.key: {key} can be read by others; use "chmod 600", root alone needs it\n')


def test_what_is_shown_is_a_config_that_shows_the_same(tmp_path, write):
    shown = run("config", "show", "-c", write(more="queue { retry_min = 90s }\n"))
    assert shown.returncode == OK
    assert "retry_min = 90s\n" in shown.stdout
    again = tmp_path / "again.conf"
    again.write_text(shown.stdout)
    assert run("config", "show", "-c", again).stdout == shown.stdout
    assert run("config", "check", "-c", again).returncode == OK


def test_a_queue_that_was_never_used_is_empty(write):
    conf = write()
    assert run("queue", "list", "-c", conf).stdout == "The queue is empty.\n"
    assert json.loads(run("queue", "list", "--json", "-c", conf).stdout) == []
    assert run("queue", "history", "-c", conf).stdout == "No message was settled yet.\n"
    done = run("queue", "show", "-c", conf, "0000000000001")
    assert (done.returncode, done.stdout) == (NO, "")
    assert "there is no message 0000000000001" in done.stderr
    assert run("queue", "show", "-c", conf, "no-id").returncode == USAGE


def test_setup_says_what_it_would_do_and_does_not(tmp_path, write):
    done = run("setup", "--dry-run", "-c", write())
    assert done.returncode == OK
    assert f"directory {tmp_path}/state: would be made" in done.stdout
    assert not (tmp_path / "state").exists()


def test_setup_makes_the_directories_and_may_be_run_again(tmp_path, write):
    conf = write()
    tmp_path.chmod(0o755)
    for _ in range(2):
        done = run("setup", "-c", conf)
        assert (done.returncode, done.stderr) == (OK, "")
    for name, uid in ("auth", 64102), ("queue", 64103):
        found = (tmp_path / "state" / name).stat()
        assert found.st_mode & 0o777 == 0o700
        assert found.st_uid == (uid if os.geteuid() == 0 else os.geteuid())


def test_a_stranger_is_told_to_be_root(write):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        directory.chmod(0o755)
        (directory / "queue").symlink_to("/root")
        conf = directory / "conf"
        conf.write_text(write(top=directory).read_text())
        conf.chmod(0o644)
        stranger = {"user": 64999, "group": 64999, "extra_groups": []} if os.geteuid() == 0 else {}
        # The tree may lie where only root may look, as in /root.
        program = shutil.copy2(PROGRAM, directory)
        done = run("queue", "list", "-c", conf, program=program, **stranger)
    assert (done.returncode, done.stdout) == (NOPERM, "")
    assert done.stderr == (f"sallyport: {directory}/queue belongs to another user; run this as "
                           "root\n")


# ---- trace ---------------------------------------------------------------------------------------

KEY = b"0123456789abcdef"
LOOPBACK = "op6kqlyl5ay4ciw6nwc3imivua"  # 127.0.0.1 under this key


@pytest.fixture(name="traced")
def fixture_traced(write, tmp_path):
    """A config whose state has a trace key, as its owner made it."""
    directory = tmp_path / "state" / "auth"
    directory.mkdir(parents=True)
    (directory / "trace.key").write_bytes(KEY)
    return write()


def test_trace_tells_the_address_of_a_pseudonym(traced):
    done = run("trace", "-c", traced, LOOPBACK)
    assert (done.returncode, done.stdout, done.stderr) == (OK, "127.0.0.1\n", "")


def test_trace_takes_a_pseudonym_as_a_header_has_it(traced):
    assert run("trace", "-c", traced, f"{LOOPBACK}.invalid").stdout == "127.0.0.1\n"
    assert run("trace", "-c", traced, f"{LOOPBACK}.example").returncode == NO


def test_trace_takes_several_in_either_case_and_tells_which_is_none(traced):
    done = run("trace", "-c", traced, LOOPBACK.upper(), "zorro", LOOPBACK)
    assert done.returncode == NO
    assert done.stdout == f"{LOOPBACK.upper()} 127.0.0.1\n{LOOPBACK} 127.0.0.1\n"
    assert done.stderr == 'sallyport: "zorro" is no pseudonym that this server has made\n'


def test_trace_prints_json(traced):
    done = run("trace", "--json", "-c", traced, LOOPBACK, "zorro")
    assert done.returncode == NO
    assert json.loads(done.stdout) == [{"pseudonym": LOOPBACK, "address": "127.0.0.1"},
                                       {"pseudonym": "zorro", "address": None}]


def test_trace_without_a_key_is_66(write):
    done = run("trace", "-c", write(), LOOPBACK)
    assert (done.returncode, done.stdout) == (NOINPUT, "")
    assert "the server makes it at its first start" in done.stderr


def test_trace_with_a_damaged_key_is_65(traced, tmp_path):
    (tmp_path / "state" / "auth" / "trace.key").write_bytes(KEY[:15])
    done = run("trace", "-c", traced, LOOPBACK)
    assert (done.returncode, done.stdout) == (DATAERR, "")
    assert "damaged" in done.stderr
