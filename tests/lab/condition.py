# SPDX-License-Identifier: Apache-2.0
"""What a condition is: what builds it, what plain sockets see of it, what the doctor must say."""

import dataclasses

CLOSED = "ECONNREFUSED"
HEALTHY = {587: "healthy", 465: "healthy", 443: "web"}


def among(value, wanted):
    return value in (wanted if isinstance(wanted, tuple) else (wanted,))


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the doctor must say. A tuple: any of these, where the facts allow no more."""
    cause: str | tuple
    exit: int | tuple
    use_port: int | None = None   # None: not looked at
    offender: str | None = None   # the node that the evidence must name
    findings: tuple = ()          # causes that must be said besides
    queue_id: str | None = None
    seconds: float = 10

    def is_met(self, report, exit_code):
        """Is it said, and in time?"""
        return (among(report["verdict"]["id"], self.cause) and among(exit_code, self.exit)
                and self.use_port in (None, report["verdict"]["use_port"] or 0)
                and set(self.findings) <= {f["id"] for f in report["findings"]}
                and report["took_ms"] <= self.seconds * 1000)


OK = Verdict("ok", 0)


@dataclasses.dataclass(frozen=True)
class Condition:
    """
    truth: {"FAMILY:PORT[ TTL]": words of witness.connect()}. One that says nothing of the network,
    of DNS, of boxes or of other hosts is just a host of the server and shares a laboratory.
    """
    name: str
    summary: str
    ports: dict = dataclasses.field(default_factory=lambda: HEALTHY)
    families: str = "4"     # of the addresses in DNS
    network: tuple = ()     # of Nft, Ip and Set
    dns: dict = dataclasses.field(default_factory=dict)     # changes of the zone, see dns.Zone
    has_dns: bool = True
    resolvers: tuple = ()   # other than the laboratory's
    boxes: tuple = ()       # (kind, node, ports), see middlebox.py
    others: dict = dataclasses.field(default_factory=dict)  # {name: (node, {port: fault})}
    has_authorities: bool = True  # on the client
    confine: str | None = None  # what the client runs under, see confine
    options: tuple = ()     # of the command line, when it has no login
    target: str = "HOST"    # of the command line
    truth: dict = dataclasses.field(default_factory=dict)
    names: dict = dataclasses.field(default_factory=dict)  # {"A": words of witness.ask()}
    dialog: str | None = None  # how a plain dialog ends, see witness.talk()
    port: int = 587            # of that dialog
    verdict: Verdict | None = None
    is_login: bool = False     # check logs in and submits a message

    @property
    def is_alone(self):
        return bool(self.network or self.dns or not self.has_dns or self.resolvers or self.boxes
                    or self.others or not self.has_authorities)


def both(words, v6_words=None, port=587):
    return {f"4:{port}": words, f"6:{port}": v6_words or words}


def in_the_way(name, summary, truth, *actions, **more):
    """One thing in the way to port 587 of both families."""
    return Condition(name, summary, families="46", network=actions,
                     truth={**both("open", port=465), **truth}, **more)
