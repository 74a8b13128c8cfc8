"""Over TLS: what is dialled is an address that was judged, and the certificate is the name's."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.integration.webhooks.conftest import Hooks
from tests.support.receiver import Receiver, is_signed


def certificate(name: x509.GeneralName, folder: Path) -> Path:
    """A file with a key and its certificate, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(encoded + made.public_bytes(serialization.Encoding.PEM))
    return file


async def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize(
    ("name", "trusted", "outcome"),
    [
        (x509.DNSName("hooks.example"), True, "delivered"),
        (x509.DNSName("hooks.example"), False, "certificate verify failed"),
        (x509.DNSName("other.example"), True, "certificate verify failed"),
        (x509.IPAddress(ipaddress.ip_address("127.0.0.1")), True, "certificate verify failed"),
    ],
)
def test_the_certificate_must_be_the_names(
    name: x509.GeneralName, trusted: bool, outcome: str, make_hooks: Callable[..., Hooks],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    file = certificate(name, tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    with Receiver(tls=tls) as receiver:
        hooks = make_hooks(f"hooks.example:{receiver.port}")
        webhook = hooks.add(f"https://hooks.example:{receiver.port}/hook")
        hooks.announce()
        hooks.deliver(resolve=here)
    row = hooks.row()
    if outcome == "delivered":
        assert (row.status, row.last_error) == ("delivered", None)
        assert is_signed(hooks.secrets[webhook.id], receiver.got[0])
        assert receiver.got[0].headers["host"] == f"hooks.example:{receiver.port}"
    else:
        assert outcome in (row.last_error or "")
        assert receiver.got == []
