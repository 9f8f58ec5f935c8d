# SPDX-License-Identifier: Apache-2.0
"""
The form of causes.txt and messages/: records with a blank line between, of lines "key: value".
A line that begins with two blanks goes on with the value before it; # begins a comment line.
"""


class Record(dict):
    """Key to value; repeated keys are joined by line feeds. Knows the line it began in."""

    def __init__(self, line):
        super().__init__()
        self.line = line


def add_line(record, key, where, line):
    """One line of a record; returns the key that a continuation would belong to."""
    if line.startswith("  "):
        if key is None:
            raise SystemExit(f"{where}: goes on with nothing")
        record[key] += " " + line.strip()
        return key
    key, colon, value = line.partition(":")
    if not colon or not key.isidentifier():
        raise SystemExit(f"{where}: is no \"key: value\"")
    value = value.strip()
    record[key] = record[key] + "\n" + value if key in record else value
    return key


def read_records(path):
    """All records of a file, in order."""
    records, record, key = [], None, None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip()
            if line.startswith("#"):
                continue
            if not line:
                record = key = None
                continue
            if record is None:
                record = Record(number)
                records.append(record)
            key = add_line(record, key, f"{path}:{number}", line)
    return records


def c_string(text):
    """A C string literal, as UTF-8."""
    quoted = "".join(chr(c) if 32 <= c < 127 and chr(c) not in '"\\?' else f"\\{c:03o}"
                     for c in text.encode())
    return f'"{quoted}"'
