"""Sign in with each of azure-identity's credentials that a pipeline has; prints what became of each as JSON."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    WorkloadIdentityCredential,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from collections.abc import Callable

SCOPE = "https://management.azure.com/.default"
HERE: dict[str, Any] = {"authority": os.environ["AZURE_AUTHORITY_HOST"], "disable_instance_discovery": True}
TENANT = os.environ["AZURE_TENANT_ID"]
CLIENT = os.environ["AZURE_CLIENT_ID"]
SECRET = os.environ["AZURE_CLIENT_SECRET"]
NOBODY = "99999999-9999-9999-9999-999999999999"


def assertion(seconds: int) -> str:
    """Return what a pipeline's own issuer would hand out: a token that is good for some seconds."""
    now = int(time.time())
    head = {"alg": "RS256", "typ": "JWT"}
    claims = {"iss": "https://issuer.example", "sub": "repo:me/app", "aud": "api://AzureADTokenExchange"}
    parts = (json.dumps(head), json.dumps({**claims, "nbf": now - 7200, "exp": now + seconds}), "signature")
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def certificate() -> bytes:
    """Return a certificate and its key, as a service principal's file holds them."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pipeline")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    made = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    return made + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def secret(**changes: str) -> Any:
    """Return a credential with a secret; what is wrong with it is given."""
    known = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET}
    return ClientSecretCredential(**{**known, **changes}, **HERE)


def from_file() -> Any:
    """Return the credential of a workload whose token lies in a file."""
    path = Path("federated-token")
    path.write_text(assertion(3600), encoding="utf-8")
    return WorkloadIdentityCredential(tenant_id=TENANT, client_id=CLIENT, token_file_path=str(path), **HERE)


CREDENTIALS: dict[str, Callable[[], Any]] = {
    "EnvironmentCredential": lambda: EnvironmentCredential(**HERE),
    "DefaultAzureCredential": lambda: DefaultAzureCredential(**HERE),
    "WorkloadIdentityCredential": from_file,
    "ClientAssertionCredential": lambda: ClientAssertionCredential(TENANT, CLIENT, lambda: assertion(3600), **HERE),
    "CertificateCredential": lambda: CertificateCredential(TENANT, CLIENT, certificate_data=certificate(), **HERE),
    "wrong secret": lambda: secret(client_secret="not-the-secret"),
    "unknown client": lambda: secret(client_id=NOBODY),
    "unknown tenant": lambda: secret(tenant_id=NOBODY),
    "expired assertion": lambda: ClientAssertionCredential(TENANT, CLIENT, lambda: assertion(-3600), **HERE),
    "scope without .default": secret,
}


def main() -> None:
    """Ask each for a token and print the results."""
    results: dict[str, Any] = {}
    for name, make in CREDENTIALS.items():
        scope = "https://management.azure.com/user_impersonation" if name.startswith("scope") else SCOPE
        try:
            results[name] = "token" if make().get_token(scope).expires_on > time.time() else "expired"
        except ClientAuthenticationError as error:
            results[name] = re.findall(r"AADSTS\d+|Unable to get authority configuration", str(error.message))[:1]
    print(json.dumps(results))  # noqa: T201


if __name__ == "__main__":
    main()
