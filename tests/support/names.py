# SPDX-License-Identifier: Apache-2.0
"""A DNS server of dns.py in a thread of its own, for as long as a test runs."""

import asyncio
import threading

from . import dns
from .scratch import ADDRESS


class Names:
    """records: {name: {type: [text]}}, as dns.Zone has them; other keywords are the zone's, too."""

    def __init__(self, records=None, **keys):
        self.zone = dns.Zone(records or {}, **keys)
        udp, tcp = dns.bound_sockets(ADDRESS, 0)
        self.address = f"{ADDRESS}:{udp.getsockname()[1]}"
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(udp, tcp), daemon=True)
        self.thread.start()
        self.ready.wait(10)

    def _run(self, udp, tcp):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(dns.serve(self.zone, udp, tcp))
        self.loop.call_soon(self.ready.set)
        self.loop.run_forever()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
