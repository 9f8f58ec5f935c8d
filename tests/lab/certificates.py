# SPDX-License-Identifier: Apache-2.0
"""Certificates with every fault that the doctor must name, made with openssl(1)."""

import contextlib
import datetime
import fcntl
import os
import pathlib
import subprocess
import zlib

_CONFIG = """\
[ca]
default_ca = lab
[lab]
database = $ENV::LAB_DATABASE
new_certs_dir = $ENV::LAB_NEW
rand_serial = yes
default_md = sha256
unique_subject = no
policy = anything
[anything]
commonName = supplied
organizationName = optional
[req]
distinguished_name = none
[none]
"""
_AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n" \
             "subjectKeyIdentifier=hash\n"
_NOW = datetime.datetime.now(datetime.timezone.utc)
_KEYS = {"ec": ("EC", "ec_paramgen_curve:prime256v1"), "rsa1024": ("RSA", "rsa_keygen_bits:1024"),
         "rsa2048": ("RSA", "rsa_keygen_bits:2048"), "ed25519": ("ED25519", None)}
_AUTHORITY_KEYS = {"weak": "rsa1024"}   # others: ec
_AUTHORITY_DAYS = {"expired": (-300, -5)}

# What differs from a good certificate. names: of subjectAltName ("NAME" is the host's);
# issuer: whose key signs; sends: which certificates of authorities are sent along.
KINDS = {
    "good": {},
    "expired": {"from_days": -90, "to_days": -3},
    "expires-soon": {"from_days": -85, "to_days": 5},
    "not-yet-valid": {"from_days": 3, "to_days": 90},
    # For when the server's greeting tells a date of that time: our clock is what is wrong.
    "of-2031": {"from": "20310101000000Z", "to": "20320101000000Z"},
    "wrong-name": {"common_name": "mail.provider.example",
                   "names": ("DNS:smtp.provider.example", "DNS:mail.provider.example")},
    "common-name-only": {"names": ()},
    "wildcard": {"names": ("DNS:*.example.net",)},
    "wildcard-too-wide": {"names": ("DNS:*.net",)},
    "ip-address": {"common_name": "Mail server", "names": ("IP:ADDRESS",)},
    "missing-intermediate": {"sends": ()},
    "expired-intermediate": {"issuer": "expired", "sends": ("expired",)},
    "weak-intermediate": {"issuer": "weak", "sends": ("weak",)},
    "wrong-order": {"sends": ("root", "intermediate")},
    "ed25519": {"key": "ed25519"},
    "self-signed": {"issuer": None},
    "unknown-authority": {"issuer": "unknown", "sends": ()},
    "unknown-authority-sent": {"issuer": "unknown", "sends": ("unknown",)},
    "weak-key": {"key": "rsa1024"},
    "sha1": {"digest": "sha1"},
    "inspected": {"issuer": "inspector", "sends": ()},
    "markup": {"common_name": "<img src=x onerror=alert(1)>",
               "names": ("DNS:<script>alert(1)<\\/script>.example.org", "DNS:mail.example.org")},
    "client-only": {"use": "clientAuth"},
    "large": {"key": "rsa2048", "names": ("DNS:NAME", *(f"DNS:host{i}.mail.provider.example"
                                                       for i in range(120)))},
    "rsa": {"key": "rsa2048"},
    "interceptor": {"common_name": "smtp.isp.example", "names": ("DNS:smtp.isp.example",)},
}
_AUTHORITIES = {
    "root": ("/O=Sallyport laboratory/CN=Laboratory root", None),
    "intermediate": ("/O=Sallyport laboratory/CN=Laboratory intermediate", "root"),
    "expired": ("/O=Sallyport laboratory/CN=Expired intermediate", "root"),
    "weak": ("/O=Sallyport laboratory/CN=Weak intermediate", "root"),
    "unknown": ("/O=Nobody knows/CN=Unknown root", None),
    "inspector": ("/O=Avast Web\\/Mail Shield/CN=Avast Web\\/Mail Shield Root", None),
}


def _date(days):
    return (_NOW + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


class Certificates:
    """In a directory of their own; roots is what a client of the laboratory trusts."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.config = self._path("openssl.cnf")
        self.roots = self._path("root.pem")
        with self._locked():
            self.config.write_text(_CONFIG)
            for name, (subject, issuer) in _AUTHORITIES.items():
                if not self._path(f"{name}.pem").exists():
                    self._make_authority(name, subject, issuer)

    @contextlib.contextmanager
    def _locked(self):
        """Laboratories side by side, each a process of its own, share the directory."""
        with open(self._path("lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _path(self, name):
        return self.directory / name

    def _openssl(self, *argv, stem="x"):
        database = self._path(f"{stem}.index")
        database.write_text("")
        environment = {**os.environ, "LAB_DATABASE": str(database), "LAB_NEW": str(self.directory)}
        done = subprocess.run(["openssl", *map(str, argv)], env=environment, check=False,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {' '.join(map(str, argv))}:\n{done.stderr}")

    def _key(self, kind, stem=None):
        """The key file and a request signed with it; keys of servers are shared by kind."""
        stem = stem or f"key-{kind}"
        key, request = self._path(f"{stem}.key"), self._path(f"{stem}.csr")
        if not request.exists():
            algorithm, option = _KEYS[kind]
            options = ["-pkeyopt", option] if option else []
            self._openssl("genpkey", "-algorithm", algorithm, *options, "-out", key)
            key.chmod(0o600)
            self._openssl("req", "-new", "-config", self.config, "-key", key, "-subj", "/CN=x",
                          "-out", request, stem=stem)
        return key, request

    def _make_authority(self, name, subject, issuer):
        key, request = self._key(_AUTHORITY_KEYS.get(name, "ec"), name)
        start, end = _AUTHORITY_DAYS.get(name, (-300, 300))
        extensions = self._path(f"{name}.ext")
        extensions.write_text(_AUTHORITY)
        self._sign(issuer or name, request, subject, extensions, self._path(f"{name}.pem"),
                   _date(start), _date(end), *(() if issuer else ("-selfsign",)))
        assert key.exists()

    def _sign(self, issuer, request, subject, extensions, out, start, end, *more):
        signer = () if "-selfsign" in more else ("-cert", self._path(f"{issuer}.pem"))
        self._openssl("ca", "-batch", "-notext", "-config", self.config, "-in", request,
                      "-subj", subject, "-extfile", extensions, "-startdate", start,
                      "-enddate", end, "-keyfile", self._path(f"{issuer}.key"), *signer, *more,
                      "-out", out, stem=out.stem)

    def issue(self, kind, name, address, aliases=()):
        """(chain file, key file) of that kind for the host; aliases: its other names."""
        more = [f"DNS:{alias}" for alias in aliases]
        with self._locked():
            suffix = f".{zlib.crc32(','.join(more).encode()):08x}" if more else ""
            chain = self._path(f"{kind}.{name}{suffix}.pem")
            spec = KINDS[kind]
            key, request = self._key(spec.get("key", "ec"))
            if not chain.exists():
                self._issue(kind, name, address, more, chain, key, request)
            return chain, key

    def _issue(self, kind, name, address, more_names, chain, key, request):
        spec = KINDS[kind]
        issuer = spec.get("issuer", "intermediate")
        names = [n.replace("NAME", name).replace("ADDRESS", address)
                 for n in (*spec.get("names", ("DNS:NAME",)), *more_names)]
        extensions = chain.with_suffix(".ext")
        extensions.write_text(
            "basicConstraints=CA:FALSE\n"
            f"extendedKeyUsage={spec.get('use', 'serverAuth')}\n"
            + (f"subjectAltName={','.join(names)}\n" if names else ""))
        common_name = spec.get("common_name", "NAME").replace("NAME", name)
        more = ["-md", spec["digest"]] if "digest" in spec else []
        if issuer is None:
            issuer, more = key.stem, [*more, "-selfsign"]
        leaf = chain.with_suffix(".leaf")
        self._sign(issuer, request, f"/CN={common_name}", extensions, leaf,
                   spec.get("from", _date(spec.get("from_days", -10))),
                   spec.get("to", _date(spec.get("to_days", 80))), *more)
        sent = () if issuer == key.stem else spec.get("sends", ("intermediate",))
        chain.write_text(leaf.read_text() + "".join(
            self._path(f"{a}.pem").read_text() for a in sent))
