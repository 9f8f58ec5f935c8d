# SPDX-License-Identifier: Apache-2.0
"""sallyport explain: where it reads, what it prints, its exit codes."""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import schemas  # noqa: E402

PROGRAM = os.environ["SALLYPORT_PROGRAM"]
OK, NO, USAGE, NOINPUT = 0, 1, 64, 66
MESSAGE = "connect to smtp.example.com:465: Connection refused (111)"


def explain(*words, text="", **environment):
    done = subprocess.run([PROGRAM, "explain", *map(str, words)], input=text, capture_output=True,
                          text=True, timeout=60, check=False, env={**os.environ, **environment})
    if "--json" in words and done.stdout:
        schemas.read("explain", done.stdout)
    return done


def first_cause(result):
    return json.loads(result.stdout)["causes"][0]["cause"]


def test_a_message_is_read_from_arguments_a_file_and_standard_input(tmp_path):
    path = tmp_path / "error.log"
    path.write_text(MESSAGE + "\n")
    for result in (explain("--json", MESSAGE), explain("--json", *MESSAGE.split()),
                   explain("--json", "-f", path), explain("--json", text=MESSAGE),
                   explain("--json", "-", text=MESSAGE)):
        assert result.returncode == OK
        assert first_cause(result) == "port-closed"


def test_the_answer_comes_first_and_has_advice_for_each_reader():
    lines = explain(MESSAGE).stdout.splitlines()
    assert lines[0].startswith("Nothing listens on port 465 of smtp.example.com")
    text = " ".join(line.strip() for line in lines)
    for words in ("If you only want to send mail:", "If you look after the network",
                  "If you write the program", 'Line 1 says "Connection refused (111',
                  "sallyport check smtp.example.com:465", "It could also be"):
        assert words in text


def test_json_has_what_its_manual_says():
    answer = json.loads(explain("--json", "smtp.example.com said: 535 5.7.8 no").stdout)
    assert answer["schema"] == 1 and answer["explained"] is True
    assert (answer["host"], answer["port"], answer["user"]) == ("smtp.example.com", None, None)
    assert (answer["code"], answer["enhanced_code"]) == (535, "5.7.8")
    assert set(answer["causes"][0]) == {
        "cause", "class", "title", "advice", "command", "reference", "evidence", "message",
        "source", "line", "matched", "note"}
    assert set(answer["causes"][0]["advice"]) == {"user", "administrator", "developer"}


def test_an_unknown_message_is_not_guessed():
    result = explain("nothing of the kind")
    assert result.returncode == NO
    assert "not known" in result.stdout and "sallyport check" in result.stdout
    answer = json.loads(explain("--json", "nothing of the kind").stdout)
    assert answer["explained"] is False and answer["causes"] == []


def test_brief_is_the_cause_and_the_command():
    lines = explain("-b", MESSAGE).stdout.splitlines()
    assert len(lines) == 2
    assert lines[1] == "To be sure: sallyport check smtp.example.com:465"


def test_what_a_peer_wrote_does_not_reach_the_terminal():
    result = explain(text="550 5.1.1 \x1b[2Jno such user\x07 here")
    assert result.returncode == OK
    assert "\x1b" not in result.stdout and "\x07" not in result.stdout


def test_nothing_from_the_message_gets_into_a_command():
    result = explain("connect to $(reboot).example.com;reboot:587: Connection refused")
    commands = [line for line in result.stdout.splitlines() if "sallyport check" in line]
    assert commands and not set("".join(commands)) & set("$();`|&<>")


def test_colours_are_for_terminals_and_for_who_asks():
    assert "\x1b" not in explain(MESSAGE).stdout
    assert "\x1b[" in explain("--color", "always", MESSAGE).stdout
    assert "\x1b" not in explain("--color", "never", MESSAGE).stdout


def test_the_end_of_a_large_file_is_what_is_read(tmp_path):
    path = tmp_path / "large.log"
    path.write_text("nothing here\n" * 200_000 + MESSAGE + "\n")
    assert first_cause(explain("--json", "-f", path)) == "port-closed"


def test_a_log_of_windows_is_read(tmp_path):
    path = tmp_path / "trace.log"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        path.write_bytes(f"Grüße\r\n{MESSAGE}\r\n".encode(encoding))
        assert first_cause(explain("--json", "-f", path)) == "port-closed"


def test_a_program_has_no_cause():
    result = explain("-f", sys.executable)
    assert result.returncode == 1
    assert "no text" in result.stderr


def test_all_causes_can_be_listed():
    lines = explain("--list").stdout.splitlines()
    assert len(lines) > 100
    assert any(line.startswith("port-filtered ") for line in lines)


def test_wrong_command_lines_are_refused(tmp_path):
    assert explain("-f", tmp_path / "none").returncode == NOINPUT
    assert explain("-f", "x", "text").returncode == USAGE
    assert explain("--color", "blue", MESSAGE).returncode == USAGE
    assert explain("--unknown").returncode == USAGE
