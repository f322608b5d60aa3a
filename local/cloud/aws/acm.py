"""Certificates."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Call, Properties, Resource
from local.cloud.values import is_unknown

_PARTS: Final = ("Name", "Type", "Value")
_IMPORTED: Final = ("certificateBody", "certificateChain", "privateKey", "privateKeyWo")

_RECORD: Final = ", ".join(f"resourceRecord{part}: ResourceRecord.{part}" for part in _PARTS)
_DESCRIBED: Final = (
    "merge(Certificate, {DomainValidationOptions: "
    f"Certificate.DomainValidationOptions[].{{domainName: DomainName, {_RECORD}}}}})"
)


def _check_certificate(certificate: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_acm_certificate``."""
    if not certificate.get("domainName"):
        yield CheckFailure("domainName", "is required: the local cloud issues certificates only.")
    method = certificate.get("validationMethod")
    if not is_unknown(method) and method not in ("DNS", "EMAIL"):
        yield CheckFailure("validationMethod", "must be DNS or EMAIL.")


_CERTIFICATE: Final = Resource(
    token="aws:acm/certificate:Certificate",
    service="acm",
    id="{arn}",
    create=Call("RequestCertificate"),
    read=Call(
        "DescribeCertificate",
        {"CertificateArn": "{arn}"},
        result=_DESCRIBED,
        absent=("ResourceNotFoundException",),
    ),
    delete=Call("DeleteCertificate", {"CertificateArn": "{arn}"}, only=()),
    names={"arn": "CertificateArn", "validationOptions": "ValidationOptions"},
    computed=("keyAlgorithm", "options", "subjectAlternativeNames", "validationMethod"),
    immutable=(
        "certificateAuthorityArn",
        "domainName",
        "keyAlgorithm",
        "options",
        "subjectAlternativeNames",
        "validationMethod",
        "validationOptions",
    ),
    local=("certificateAuthorityArn", "earlyRenewalDuration", "validationMethod"),
    unsupported={
        **dict.fromkeys(_IMPORTED, "request a certificate by its domain name"),
        "privateKeyWoVersion": "request a certificate by its domain name",
        "subjectAlternativeNames": "request a certificate for each name",
        "validationOptions": "remove it",
    },
    facets=(
        tags(
            Call("AddTagsToCertificate", {"CertificateArn": "{arn}"}),
            Call("RemoveTagsFromCertificate", {"CertificateArn": "{arn}"}),
            "Tags",
            Call("ListTagsForCertificate", {"CertificateArn": "{arn}"}),
            with_keys=True,
        ),
    ),
    check=_check_certificate,
)


def _require_issued(api: Api, validation: Properties) -> None:
    """Refuse what would wait for ever: the official provider waits until it is issued."""
    found = cast("AwsApi", api).send(
        "acm", "DescribeCertificate", {"CertificateArn": validation["certificateArn"]}
    )
    if found["Certificate"]["Status"] != "ISSUED":
        raise ApiError("DescribeCertificate", "NotIssued", "the certificate is not issued")


_CERTIFICATE_VALIDATION: Final = Resource(
    token="aws:acm/certificateValidation:CertificateValidation",
    service="acm",
    id="{certificateArn}",
    create=Call("DescribeCertificate", result="Certificate"),
    read=Call(
        "DescribeCertificate",
        {"CertificateArn": "{certificateArn}"},
        only=(),
        result="Certificate",
        absent=("ResourceNotFoundException",),
    ),
    immutable=("certificateArn", "validationRecordFqdns"),
    local=("validationRecordFqdns",),
    require=_require_issued,
)

RESOURCES: Final = (_CERTIFICATE, _CERTIFICATE_VALIDATION)
