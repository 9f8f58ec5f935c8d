# SPDX-License-Identifier: Apache-2.0
"""A DNS server that answers as a test wants: with records, with an error, late, or not at all."""

import asyncio
import dataclasses
import ipaddress
import socket
import struct

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33,
         "OPT": 41, "TLSA": 52}
_TYPE_NAMES = {number: name for name, number in TYPES.items()}
RCODES = {"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}

_CHECKING_DISABLED = 0x10  # in the second octet of the flags


def encode_name(name):
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _decode_name(octets, at):
    labels = []
    while octets[at]:
        length = octets[at]
        labels.append(octets[at + 1:at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels).lower(), at + 1


def encode_data(kind, value):
    """value: text as in a zone file."""
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind in ("CNAME", "NS", "PTR"):
        return encode_name(value)
    if kind == "TXT":
        return b"".join(bytes([len(part)]) + part for part in
                        (value.encode()[i:i + 255] for i in range(0, len(value.encode()), 255)))
    words = value.split()
    if kind == "MX":
        return struct.pack("!H", int(words[0])) + encode_name(words[1])
    if kind == "SRV":
        return struct.pack("!HHH", *map(int, words[:3])) + encode_name(words[3])
    if kind == "TLSA":
        return bytes(map(int, words[:3])) + bytes.fromhex(words[3])
    assert kind == "SOA", kind
    return encode_name(words[0]) + encode_name(words[1]) + struct.pack("!5I", *map(int, words[2:]))


@dataclasses.dataclass
class Zone:
    """
    records: {name: {type: [text]}}; a name that has types but not the one that was asked for has no
    data, one that is not there does not exist, unless a record of "*" is there for all.
    rcodes: {name or (name, type): rcode}; silent, delays (seconds): the same keys; a key "*" is for
    whatever has no other. bogus: names whose signatures do not verify: we are a resolver that
    validates then, and tell of them only who asks for no validation.
    """
    records: dict = dataclasses.field(default_factory=dict)
    rcodes: dict = dataclasses.field(default_factory=dict)
    silent: set = dataclasses.field(default_factory=set)
    delays: dict = dataclasses.field(default_factory=dict)
    bogus: list = dataclasses.field(default_factory=list)
    asked: list = dataclasses.field(default_factory=list)  # (name, type), in order

    def _of(self, table, name, kind):
        return next((table[key] for key in ((name, kind), name, "*") if key in table), None)

    def delay(self, name, kind):
        return self._of(self.delays, name, kind) or 0

    def is_silent(self, name, kind):
        return bool({(name, kind), name, "*"} & self.silent)

    def lookup(self, name, kind, aliases=8):
        """(rcode, [(owner, type, text)]); aliases: how many are followed, for some go in circles."""
        rcode = self._of(self.rcodes, name, kind)
        if rcode:
            return rcode, []
        types = self.records.get(name, self.records.get("*"))
        if types is None:
            return "NXDOMAIN", []
        if "CNAME" in types and kind != "CNAME":
            target = types["CNAME"][0]
            rcode, rest = "NOERROR", []
            if aliases > 1:
                rcode, rest = self.lookup(target.rstrip(".").lower(), kind, aliases - 1)
            return rcode, [(name, "CNAME", target), *rest]
        return "NOERROR", [(name, kind, text) for text in types.get(kind, [])]


def question(name, kind, number=0x5a17):
    return struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + encode_name(name) + struct.pack(
        "!HH", TYPES[kind], 1)


def words(octets):
    """Of an answer of ours: its code, then the addresses in it."""
    rcode = next(name for name, number in RCODES.items() if number == octets[3] & 15)
    _, _, at = parse_question(octets)
    found = [rcode]
    for _ in range(struct.unpack("!H", octets[6:8])[0]):
        _, at = _decode_name(octets, at)
        kind, _, _, length = struct.unpack("!HHIH", octets[at:at + 10])
        if kind in (TYPES["A"], TYPES["AAAA"]):
            found.append(str(ipaddress.ip_address(octets[at + 10:at + 10 + length])))
        at += 10 + length
    return " ".join(found)


def parse_question(query):
    """(name, type), the type as text."""
    name, at = _decode_name(query, 12)
    number = struct.unpack("!H", query[at:at + 2])[0]
    return name, _TYPE_NAMES.get(number, f"TYPE{number}"), at + 4


def answer(query, zone):
    """The octets of the answer."""
    name, kind, end = parse_question(query)
    rcode, found = zone.lookup(name, kind)
    if name in zone.bogus and not query[3] & _CHECKING_DISABLED:
        rcode, found = "SERVFAIL", []
    # QR, the RD of the query, RA.
    flags = 0x8080 | (struct.unpack("!H", query[2:4])[0] & 0x0100) | RCODES[rcode]
    authority = b""
    if not any(k == kind for _, k, _ in found) and rcode in ("NOERROR", "NXDOMAIN"):
        data = encode_data("SOA", "ns.invalid hostmaster.invalid 1 3600 600 86400 60")
        authority = encode_name("") + struct.pack("!HHIH", 6, 1, 60, len(data)) + data
    records = b""
    for owner, record_kind, text in found:
        data = encode_data(record_kind, text)
        records += encode_name(owner) + struct.pack("!HHIH", TYPES[record_kind], 1, 60, len(data))
        records += data
    return (query[:2] + struct.pack("!HHHHH", flags, 1, len(found), int(bool(authority)), 0)
            + query[12:end] + records + authority)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zone):
        self.zone = zone

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, query, peer):
        name, kind, _ = parse_question(query)
        self.zone.asked.append((name, kind))
        if not self.zone.is_silent(name, kind):
            asyncio.get_running_loop().call_later(
                self.zone.delay(name, kind), self.transport.sendto, answer(query, self.zone), peer)


def _stream_handler(zone):
    async def handle(reader, writer):
        try:
            while True:
                length = struct.unpack("!H", await reader.readexactly(2))[0]
                query = await reader.readexactly(length)
                name, kind, _ = parse_question(query)
                zone.asked.append((name, kind))
                if zone.is_silent(name, kind):
                    continue
                await asyncio.sleep(zone.delay(name, kind))
                octets = answer(query, zone)
                writer.write(struct.pack("!H", len(octets)) + octets)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
    return handle


def bound_sockets(address, port=53):
    """A datagram socket and a listening one."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for tries_left in reversed(range(20)):
        udp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        udp.bind((address, port))
        try:
            return udp, socket.create_server((address, udp.getsockname()[1]), family=family)
        except OSError:  # a port that UDP has free may be in use with TCP
            udp.close()
            if port != 0 or tries_left == 0:
                raise
    raise AssertionError("not reached")


async def serve(zone, udp, tcp):
    """Answers on both sockets for as long as the loop runs."""
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: _Datagrams(zone), sock=udp)
    await asyncio.start_server(_stream_handler(zone), sock=tcp)
