"""Certificates through their lives."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from tests.local.lives import Life, live

CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"


def test_a_certificate_lives_as_the_official_provider_has_it(aws: Any) -> None:
    domain = {"domainName": "example.org", "validationMethod": "DNS"}
    live(
        aws,
        Life(
            CERTIFICATE,
            {**domain, "tags": {"a": "b"}},
            {**domain, "tags": {"a": "c"}},
            {**domain, "domainName": "example.com"},
            "{arn}",
        ),
    )


def test_a_validation_waits_for_the_certificate(aws: Any) -> None:
    made = aws.create(CERTIFICATE, {"domainName": "example.org", "validationMethod": "DNS"})
    (record, *_) = made.outputs["domainValidationOptions"]
    assert record["resourceRecordType"] == "CNAME"
    validated = aws.create(VALIDATION, {"certificateArn": made.outputs["arn"]})
    assert validated.outputs["certificateArn"] == made.outputs["arn"]
    assert not aws.diff(validated, {"certificateArn": made.outputs["arn"]}).diffs
    with pytest.raises(grpc.RpcError, match="ResourceNotFoundException"):
        aws.create(VALIDATION, {"certificateArn": f"{made.outputs['arn']}-another"})


@pytest.mark.parametrize(
    ("inputs", "property_"),
    [
        ({"validationMethod": "DNS"}, "domainName"),
        ({"domainName": "example.org"}, "validationMethod"),
        ({"domainName": "example.org", "validationMethod": "POST"}, "validationMethod"),
        (
            {"domainName": "example.org", "validationMethod": "DNS", "privateKey": "x"},
            "privateKey",
        ),
    ],
)
def test_bad_certificates_fail_at_check(aws: Any, inputs: dict[str, Any], property_: str) -> None:
    _, failures = aws.check(CERTIFICATE, inputs)
    assert property_ in [property_ for property_, _ in failures] or property_ in str(failures)
