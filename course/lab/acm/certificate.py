"""A certificate of the lab: moto's, but with the lifetime of 2026 and a status that the account's DNS decides.

Lifetimes: https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
What describes it: https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from moto.acm.models import CertBundle

from course.lab.acm import validation
from course.lab.acm.users import users_of
from course.lab.clock import clock
from course.lab.place import Place

# The number taught with its source in course/facts (ACM public-validity); certificates issued before 2026-02-18: 395.
LIFETIME: Final = dt.timedelta(days=198)
RENEWS_BEFORE: Final = dt.timedelta(days=45)
_TIMES_OUT: Final = dt.timedelta(hours=72)
_MAILBOXES: Final = ("administrator", "hostmaster", "postmaster", "webmaster", "admin")


class LabCertificate(CertBundle):
    """A certificate in ACM; `adopt` makes one of moto's."""

    place: Place
    method: str
    issued_at: dt.datetime | None
    renewed_at: dt.datetime | None
    renewal: str
    exported: bool
    found_at: float | None

    def check(self) -> None:
        """What moto asks before every answer: time alone issues nothing, it only lets expire."""
        if self.status == "ISSUED" and self.ends <= clock.now():
            self.status = "EXPIRED"

    @property
    def ends(self) -> dt.datetime:
        """NotAfter, in UTC."""
        return self._cert.not_valid_after_utc

    @property
    def renews_at(self) -> dt.datetime:
        """When ACM begins to try."""
        return self.ends - RENEWS_BEFORE

    @property
    def times_out_at(self) -> dt.datetime:
        """When a request that nobody validated is given up."""
        return self.created_at.replace(tzinfo=dt.UTC) + _TIMES_OUT

    @property
    def domains(self) -> list[str]:
        """All names, the domain name first."""
        return [self.common_name, *(name for name in self.sans if name != self.common_name)]

    @property
    def users(self) -> list[str]:
        """The ARNs of what uses it."""
        return users_of(self.place, self.arn)

    @property
    def is_eligible(self) -> bool:
        """Whether ACM would renew it: issued by Amazon, in use or exported, and not expired."""
        return self.type == "AMAZON_ISSUED" and self.status == "ISSUED" and bool(self.users or self.exported)

    @property
    def is_proven(self) -> bool:
        """Whether the domains are validated now; a mail is read by nobody in the lab."""
        return self.method == "DNS" and not validation.missing(self.place.account, self.domains)

    def issue(self) -> None:
        """Make it valid from now on; a renewal keeps the ARN and the names, and gets a new serial number."""
        now = clock.now().replace(microsecond=0)
        old = self._cert
        made = x509.CertificateBuilder().subject_name(old.subject).issuer_name(old.issuer)
        made = made.public_key(old.public_key()).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now).not_valid_after(now + LIFETIME)
        for extension in old.extensions:
            made = made.add_extension(extension.value, extension.critical)
        self._cert = made.sign(self._key, hashes.SHA256())
        self.cert = self._cert.public_bytes(serialization.Encoding.PEM)
        if self.status == "ISSUED":
            self.renewed_at, self.renewal, self.exported = now, "SUCCESS", False
        else:
            self.issued_at, self.status = now, "ISSUED"

    def describe(self) -> dict[str, Any]:
        """The answer of DescribeCertificate, as moto writes it."""
        said: dict[str, Any] = super().describe()
        told: dict[str, Any] = said["Certificate"]
        told["InUseBy"] = self.users
        told["RenewalEligibility"] = "ELIGIBLE" if self.is_eligible else "INELIGIBLE"
        if self.type != "AMAZON_ISSUED":
            return said
        told["SubjectAlternativeNames"] = self.domains
        told["DomainValidationOptions"] = self._validations(self.status == "ISSUED")
        for name in ("IssuedAt", "NotBefore", "NotAfter", "Serial"):
            if self.issued_at is None:
                told.pop(name, None)
        if self.issued_at is not None:
            told["IssuedAt"] = self.issued_at.timestamp()
        if self.status == "VALIDATION_TIMED_OUT":
            told["FailureReason"] = "NO_AVAILABLE_CONTACTS" if self.method == "EMAIL" else "OTHER"
        if self.renewal:
            told["RenewalSummary"] = {
                "RenewalStatus": self.renewal,
                "DomainValidationOptions": self._validations(self.renewal == "SUCCESS"),
                "UpdatedAt": (self.renewed_at or clock.now()).timestamp(),
            }
        return said

    def _validations(self, is_done: bool) -> list[dict[str, Any]]:
        rows = []
        for domain in self.domains:
            bare = domain.removeprefix("*.")
            # ACM has seen a record only some minutes after it stands; at a renewal each domain counts by itself.
            is_seen = bool(self.renewal) and self.method == "DNS" and validation.stands(self.place.account, domain)
            is_proven = is_done or is_seen
            failed = self.status == "VALIDATION_TIMED_OUT"
            row: dict[str, Any] = {"DomainName": domain, "ValidationDomain": bare, "ValidationMethod": self.method}
            row["ValidationStatus"] = "FAILED" if failed else "SUCCESS" if is_proven else "PENDING_VALIDATION"
            if self.method == "DNS":
                row["ResourceRecord"] = validation.record(self.place.account, domain)
            else:
                row["ValidationEmails"] = [f"{box}@{bare}" for box in _MAILBOXES]
            rows.append(row)
        return rows


def adopt(bundle: CertBundle, place: Place, method: str = "DNS") -> LabCertificate:
    """Make a certificate of moto's one of the lab's."""
    bundle.__class__ = LabCertificate
    assert isinstance(bundle, LabCertificate)
    bundle.place, bundle.method, bundle.renewal, bundle.exported = place, method, "", False
    bundle.issued_at = bundle.renewed_at = None
    bundle.found_at = None
    return bundle
