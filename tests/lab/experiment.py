# SPDX-License-Identifier: Apache-2.0
"""Builds conditions, many side by side, and keeps what was seen of each for the tests to judge."""

import concurrent.futures
import contextlib
import dataclasses
import threading

import network as net
import witness
from laboratory import Laboratory, host_name, unique_name

SIDE_BY_SIDE = 10  # each mostly waits


@dataclasses.dataclass
class Result:
    seen: dict = dataclasses.field(default_factory=dict)  # {key of truth: words}
    names: dict = dataclasses.field(default_factory=dict)  # {record type: words}
    dialog: str | None = None  # see witness.talk()
    error: BaseException | None = None  # of building it


class Experiment:
    """The conditions as one run; results() waits for all of them."""

    def __init__(self, conditions, certificates):
        self.conditions, self.certificates = conditions, certificates
        self.together = [c for c in conditions if not c.is_alone]
        self.shared, self.shared_lock = None, threading.Lock()

    def results(self):
        """{name: Result}."""
        # What takes longest first would be best; what is alone takes longer than what is not.
        ordered = sorted(self.conditions, key=lambda c: not c.is_alone)
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            try:
                return dict(zip((c.name for c in ordered), pool.map(self._run, ordered)))
            finally:
                if self.shared:
                    self.shared.down()

    def _run(self, condition):
        try:
            with self._laboratory(condition) as (laboratory, addresses):
                return Result(seen=_witness(laboratory, condition, addresses),
                              names=_ask(laboratory, condition),
                              dialog=_talk(laboratory, condition, addresses))
        except Exception as error:  # pylint: disable=broad-except
            return Result(error=error)

    @contextlib.contextmanager
    def _laboratory(self, condition):
        """(laboratory, the addresses of the condition's host)."""
        if condition.is_alone:
            laboratory = Laboratory(unique_name("t"), [condition], self.certificates)
            laboratory.up()
            try:
                yield laboratory, net.SERVER
            finally:
                laboratory.down()
        else:
            yield self._shared(), net.server_address(self.together.index(condition))

    def _shared(self):
        with self.shared_lock:
            if self.shared is None:
                self.shared = Laboratory(unique_name("t"), self.together, self.certificates).up()
            return self.shared


def _witness(laboratory, condition, addresses):
    def look(key):
        where, *ttl = key.split()
        family, port = where.split(":")
        address = addresses[0 if family == "4" else 1]
        return witness.connect(laboratory.network, address, int(port), *map(int, ttl))[0]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return dict(zip(condition.truth, pool.map(look, condition.truth)))


def _ask(laboratory, condition):
    resolver = (condition.resolvers or net.DNS)[0]
    return {kind: witness.ask(laboratory.network, resolver, host_name(condition), kind)
            for kind in condition.names}


def _talk(laboratory, condition, addresses):
    if condition.dialog is None:
        return None
    return witness.talk(laboratory.network, addresses[0], host_name(condition), condition.port,
                        laboratory.roots)
