"""Distributions through their lives, on the emulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local.cloud import Cloud
from tests.local.lives import Life, live, refusal

ACCOUNT = "123456789012"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
ORIGIN_ACCESS_CONTROL = "aws:cloudfront/originAccessControl:OriginAccessControl"

BEHAVIOR = {
    "allowedMethods": ["HEAD", "GET"],
    "cachedMethods": ["GET", "HEAD"],
    "targetOriginId": "site",
    "viewerProtocolPolicy": "redirect-to-https",
    "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
}
SITE = {"originId": "site", "domainName": "site.s3.us-east-1.amazonaws.com"}
SIMPLE: dict[str, Any] = {
    "enabled": True,
    "origins": [SITE],
    "defaultCacheBehavior": BEHAVIOR,
    "restrictions": {"geoRestriction": {"restrictionType": "none"}},
    "viewerCertificate": {"cloudfrontDefaultCertificate": True},
}
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1"


@pytest.fixture
def logs(aws: Any, cloud: Cloud) -> str:
    """Make a bucket that CloudFront may log to."""
    del aws  # which empties the cloud
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_ownership_controls(
        Bucket="logs",
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
    )
    return "logs.s3.amazonaws.com"


def test_a_distribution_lives(aws: Any, logs: str, web_acl: Callable[[str], str]) -> None:
    acl = web_acl("CLOUDFRONT")
    control = aws.create(
        ORIGIN_ACCESS_CONTROL,
        {
            "originAccessControlOriginType": "s3",
            "signingBehavior": "always",
            "signingProtocol": "sigv4",
        },
    )
    api = {
        "originId": "api",
        "domainName": "api.example.com",
        "originPath": "/v1",
        "customHeaders": [{"name": "x-b", "value": "2"}, {"name": "x-a", "value": "1"}],
        "customOriginConfig": {
            "httpPort": 80,
            "httpsPort": 443,
            "originProtocolPolicy": "https-only",
            "originSslProtocols": ["TLSv1.2"],
        },
        "originShield": {"enabled": True, "originShieldRegion": "us-east-1"},
    }
    live(
        aws,
        Life(
            DISTRIBUTION,
            {
                **SIMPLE,
                "aliases": ["b.example.com", "a.example.com"],
                "comment": "the site",
                "customErrorResponses": [
                    {"errorCode": 404, "responseCode": 200, "responsePagePath": "/index.html"},
                    {"errorCode": 500, "errorCachingMinTtl": 5},
                ],
                "defaultRootObject": "index.html",
                "loggingConfig": {"bucket": logs, "prefix": "site/"},
                "orderedCacheBehaviors": [
                    {
                        **{n: v for n, v in BEHAVIOR.items() if n != "cachePolicyId"},
                        "allowedMethods": [
                            *("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"),
                        ],
                        "pathPattern": "/api/*",
                        "targetOriginId": "api",
                        "forwardedValues": {
                            "queryString": True,
                            "headers": ["Origin", "Accept"],
                            "cookies": {"forward": "whitelist", "whitelistedNames": ["a"]},
                        },
                        "functionAssociations": [
                            {
                                "eventType": "viewer-request",
                                "functionArn": f"arn:aws:cloudfront::{ACCOUNT}:function/f",
                            }
                        ],
                        "lambdaFunctionAssociations": [
                            {
                                "eventType": "origin-request",
                                "lambdaArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f:1",
                            }
                        ],
                    }
                ],
                "originGroups": [
                    {
                        "originId": "both",
                        "failoverCriteria": {"statusCodes": [500, 403]},
                        "members": [{"originId": "site"}, {"originId": "api"}],
                    }
                ],
                "origins": [api, {**SITE, "originAccessControlId": control.id}],
                "restrictions": {
                    "geoRestriction": {"restrictionType": "whitelist", "locations": ["DE", "AT"]}
                },
                "viewerCertificate": {
                    "acmCertificateArn": CERTIFICATE,
                    "minimumProtocolVersion": "TLSv1.2_2021",
                    "sslSupportMethod": "sni-only",
                },
                "webAclId": acl,
                "tags": {"a": "1", "b": "2"},
            },
            {**SIMPLE, "priceClass": "PriceClass_100", "isIpv6Enabled": True, "tags": {"a": "3"}},
            {**SIMPLE, "staging": True},
            "{id}",
            {"webAclId": acl, "loggingV1Enabled": True, "tagsAll": {"a": "1", "b": "2"}},
        ),
    )
    aws.delete(control)
    assert aws.read(control) is None


def test_what_a_distribution_is_made_with_is_told(
    aws: Any, cloud: Cloud, logs: str, web_acl: Callable[[str], str]
) -> None:
    wanted = {
        **SIMPLE,
        "webAclId": web_acl("CLOUDFRONT"),
        "loggingConfig": {"bucket": logs},
        "defaultCacheBehavior": {**BEHAVIOR, "compress": True, "trustedKeyGroups": ["group"]},
    }
    made = aws.create(DISTRIBUTION, wanted).outputs
    assert made["arn"].startswith(f"arn:aws:cloudfront::{ACCOUNT}:distribution/")
    assert made["domainName"].endswith(".cloudfront.net")
    told = {name: made["defaultCacheBehavior"][name] for name in wanted["defaultCacheBehavior"]}
    assert told == wanted["defaultCacheBehavior"]
    assert made["loggingConfig"] == {"bucket": logs, "includeCookies": False, "prefix": ""}
    assert made["viewerCertificate"]["cloudfrontDefaultCertificate"] is True
    config = cloud.client("cloudfront").get_distribution_config(Id=made["arn"].split("/")[1])
    assert config["DistributionConfig"]["WebACLId"] == wanted["webAclId"]


def test_an_origin_access_control_lives(aws: Any) -> None:
    made = {
        "name": "site",
        "originAccessControlOriginType": "s3",
        "signingBehavior": "always",
        "signingProtocol": "sigv4",
    }
    live(
        aws,
        Life(
            ORIGIN_ACCESS_CONTROL,
            made,
            {**made, "signingBehavior": "no-override", "description": "the site's"},
            {**made, "name": "other"},
            "{id}",
            {"description": "Managed by Pulumi"},
        ),
    )


def test_an_origin_access_control_in_use_stays(aws: Any) -> None:
    inputs = {
        "name": "site",
        "originAccessControlOriginType": "s3",
        "signingBehavior": "always",
        "signingProtocol": "sigv4",
    }
    control = aws.create(ORIGIN_ACCESS_CONTROL, inputs)
    assert "OriginAccessControlAlreadyExists" in refusal(aws.create, ORIGIN_ACCESS_CONTROL, inputs)
    site = {**SITE, "originAccessControlId": control.id}
    made = aws.create(DISTRIBUTION, {**SIMPLE, "origins": [site]})
    assert made.outputs["origins"][0]["originAccessControlId"] == control.id
    assert "OriginAccessControlInUse" in refusal(aws.delete, control)
    aws.update(made, SIMPLE)
    aws.delete(control)
    assert aws.read(control) is None


def behaving(**changed: Any) -> dict[str, Any]:
    behavior = {n: v for n, v in {**BEHAVIOR, **changed}.items() if v is not None}
    return {"defaultCacheBehavior": behavior}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (behaving(targetOriginId="else"), "NoSuchOrigin"),
        (behaving(cachePolicyId=None), "InvalidArgument"),
        (behaving(viewerProtocolPolicy="http"), "ValidationException"),
        ({"aliases": ["a.example.com"]}, "InvalidViewerCertificate"),
        ({"viewerCertificate": {}}, "InvalidViewerCertificate"),
        (
            {
                "viewerCertificate": {
                    "acmCertificateArn": CERTIFICATE.replace("us-east-1", "eu-west-1"),
                    "sslSupportMethod": "sni-only",
                }
            },
            "InvalidViewerCertificate",
        ),
        ({"viewerCertificate": {"acmCertificateArn": CERTIFICATE}}, "SSLSupportMethod"),
        (
            {"restrictions": {"geoRestriction": {"restrictionType": "whitelist"}}},
            "InvalidGeoRestrictionParameter",
        ),
        ({"loggingConfig": {"bucket": "absent.s3.amazonaws.com"}}, "a valid S3 bucket"),
        ({"loggingConfig": {"bucket": "plain"}}, "a valid S3 bucket"),
        ({"loggingConfig": {"bucket": "plain.s3.amazonaws.com"}}, "does not enable ACL access"),
        ({"origins": [{**SITE, "originAccessControlId": "E1"}]}, "InvalidOriginAccessControl"),
        ({"origins": [{**SITE, "domainName": "example.com"}]}, "InvalidArgument"),
        ({"webAclId": "473e64fd-f30b-4765-81a0-62ad96dd167a"}, "InvalidWebACLId"),
        (
            {"webAclId": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/absent/1"},
            "InvalidWebACLId",
        ),
    ],
)
def test_a_distribution_that_cloudfront_refuses_is_refused(
    aws: Any, cloud: Cloud, changed: dict[str, Any], why: str
) -> None:
    cloud.client("s3").create_bucket(Bucket="plain")
    assert why in refusal(aws.create, DISTRIBUTION, {**SIMPLE, **changed})
    assert "Items" not in cloud.client("cloudfront").list_distributions()["DistributionList"]


def test_a_regional_web_acl_cannot_stand_in_front_of_a_distribution(
    aws: Any, web_acl: Callable[[str], str]
) -> None:
    made = aws.create(DISTRIBUTION, SIMPLE)
    regional = {**SIMPLE, "webAclId": web_acl("REGIONAL")}
    assert "InvalidWebACLId" in refusal(aws.create, DISTRIBUTION, regional)
    assert "InvalidWebACLId" in refusal(aws.update, made, regional)
    assert not aws.diff(aws.read(made), SIMPLE).diffs


def test_an_alias_is_of_one_distribution(aws: Any) -> None:
    certificate = {"acmCertificateArn": CERTIFICATE, "sslSupportMethod": "sni-only"}
    aliased = {**SIMPLE, "aliases": ["a.example.com"], "viewerCertificate": certificate}
    made = aws.create(DISTRIBUTION, aliased)
    assert "CNAMEAlreadyExists" in refusal(aws.create, DISTRIBUTION, aliased)
    aws.update(made, {**aliased, "comment": "its own alias is no conflict"})


def test_a_distribution_is_changed_only_in_its_newest_version(aws: Any, cloud: Cloud) -> None:
    made = aws.create(DISTRIBUTION, SIMPLE)
    client = cloud.client("cloudfront")
    config = client.get_distribution_config(Id=made.id)["DistributionConfig"]
    for call, more in (
        (client.update_distribution, {"DistributionConfig": config}),
        (client.delete_distribution, {}),
    ):
        with pytest.raises(client.exceptions.PreconditionFailed):
            call(Id=made.id, IfMatch="old", **more)
        with pytest.raises(client.exceptions.InvalidIfMatchVersion):
            call(Id=made.id, **more)
    with pytest.raises(client.exceptions.DistributionNotDisabled):
        client.delete_distribution(Id=made.id, IfMatch=made.outputs["etag"])
    changed = {**config, "CallerReference": "another"}
    with pytest.raises(client.exceptions.IllegalUpdate):
        client.update_distribution(
            Id=made.id, IfMatch=made.outputs["etag"], DistributionConfig=changed
        )
    updated = aws.update(made, {**SIMPLE, "comment": "new"})
    assert updated.outputs["etag"] != made.outputs["etag"]
    assert updated.outputs["callerReference"] == made.outputs["callerReference"]


@pytest.mark.parametrize(
    ("changed", "failing"),
    [
        (behaving(allowedMethods=["GET", "HEAD", "PUT"]), "defaultCacheBehavior.allowedMethods"),
        (behaving(cachedMethods=["GET", "PUT"]), "defaultCacheBehavior.cachedMethods"),
        (
            {"orderedCacheBehaviors": [{**BEHAVIOR, "pathPattern": "/a", "cachedMethods": []}]},
            "orderedCacheBehaviors.cachedMethods",
        ),
        ({"retainOnDelete": True}, "retainOnDelete"),
    ],
)
def test_bad_distributions_fail_at_check(aws: Any, changed: Any, failing: str) -> None:
    _, failures = aws.check(DISTRIBUTION, {**SIMPLE, **changed})
    assert [name for name, _ in failures] == [failing]
