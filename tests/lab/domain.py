# SPDX-License-Identifier: Apache-2.0
"""
What DNS says of the laboratory's domain: all that a domain with a mail service should have. But no
TLSA records: nothing here is signed, and without DNSSEC they would say nothing.
"""

import ipaddress

NAME = "example.net"
POLICY_HOST = f"mta-sts.{NAME}"
# The public key of RFC 8463, appendix A.2; nothing is signed with it here.
_DKIM_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def _pointers(hosts):
    return {ipaddress.ip_address(address).reverse_pointer: {"PTR": [name]}
            for name, addresses in hosts.items() for address in addresses}


def records(hosts, policy_addresses):
    """hosts: {name: addresses} of those with a mail service; the first takes the domain's mail."""
    v4, v6 = policy_addresses
    return {
        NAME: {"MX": [f"10 {next(iter(hosts))}"], "TXT": ["v=spf1 mx -all"]},
        f"_dmarc.{NAME}": {"TXT": [f"v=DMARC1; p=reject; rua=mailto:dmarc@{NAME}"]},
        f"default._domainkey.{NAME}": {"TXT": [f"v=DKIM1; k=ed25519; p={_DKIM_KEY}"]},
        f"_smtp._tls.{NAME}": {"TXT": [f"v=TLSRPTv1; rua=mailto:tls@{NAME}"]},
        f"_mta-sts.{NAME}": {"TXT": ["v=STSv1; id=20261122"]},
        POLICY_HOST: {"A": [v4], "AAAA": [v6]},
        f"_submissions._tcp.{NAME}": {"SRV": [f"0 1 465 {name}" for name in hosts]},
        f"_submission._tcp.{NAME}": {"SRV": [f"10 1 587 {name}" for name in hosts]},
        **_pointers(hosts)}
