"""CloudFront."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import functools
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import botocore.session

from local.cloud.aws_api import AwsApi, encode
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Given, Properties, Resource
from local.cloud.values import has_unknown

_BEHAVIORS: Final = ("defaultCacheBehavior", "orderedCacheBehaviors")
_METHODS: Final = (
    {"GET", "HEAD"},
    {"GET", "HEAD", "OPTIONS"},
    {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"},
)
_NAMES: Final[Mapping[str, str | tuple[str, ...]]] = {
    "lambdaArn": "LambdaFunctionARN",
    "locations": "Items",
    "loggingConfig": "Logging",
    "name": ("HeaderName", "Name"),
    "orderedCacheBehaviors": "CacheBehaviors",
    "originId": ("Id", "OriginId"),
    "value": "HeaderValue",
}


# --- Distributions, to the API and back ---


def _make(known: Properties) -> object:
    reference = f"terraform-{secrets.token_hex(13)}"
    own = known.get("tags") if isinstance(known.get("tags"), Mapping) else {}
    items = [{"Key": key, "Value": value} for key, value in cast("Properties", own).items()]
    config = _config({**known, "callerReference": reference})
    return {"DistributionConfig": config, "Tags": {"Items": items}}


def _change(old: Properties, new: Properties) -> list[Call]:
    config = Given(_config({**new, "callerReference": old["callerReference"]}))
    parameters = {"Id": "{id}", "DistributionConfig": config}
    return [Call("UpdateDistribution", parameters, only=(), fetch=_VERSION)]


_VERSION: Final = Call("GetDistributionConfig", {"Id": "{id}"}, result="{IfMatch: ETag}")
"""A distribution is changed only by who knows its newest version."""


def _config(known: Properties) -> object:
    """Return a distribution's properties as the API nests and counts them."""
    given = {name: value for name, value in known.items() if name in _CONFIGURED}
    config = {"comment": "", **given, "callerReference": known["callerReference"]}
    for name in _BEHAVIORS:
        if given.get(name):
            config[name] = _each(_behavior, given[name])
    config["origins"] = _each(_origin, given["origins"])
    config["restrictions"] = _each(_restrictions, given["restrictions"])
    if given.get("customErrorResponses"):
        config["customErrorResponses"] = _each(_error, given["customErrorResponses"])
    if given.get("loggingConfig"):
        config["loggingConfig"] = {
            "includeCookies": False,
            "prefix": "",
            **cast("Properties", given["loggingConfig"]),
            "enabled": True,
        }
    return encode(_shape(), config, _NAMES)


@functools.cache
def _shape() -> Any:  # noqa: ANN401  botocore's
    return (
        botocore.session.get_session()
        .get_service_model("cloudfront")
        .shape_for("DistributionConfig")
    )


def _each(change: Any, value: Any) -> Any:  # noqa: ANN401  one block, or a list of them
    return [change(each) for each in value] if isinstance(value, list) else change(value)


def _behavior(behavior: dict[str, Any]) -> dict[str, Any]:
    """CloudFront keeps the cached methods inside the allowed ones, and wants to be told "none"."""
    # A cache policy has lifetimes of its own.
    ttls = () if behavior.get("forwardedValues") else ("defaultTtl", "maxTtl", "minTtl")
    others = {n: v for n, v in behavior.items() if n not in ("cachedMethods", *ttls)}
    return {
        **others,
        "allowedMethods": {
            "quantity": len(behavior["allowedMethods"]),
            "items": behavior["allowedMethods"],
            "cachedMethods": behavior["cachedMethods"],
        },
        **{name: behavior.get(name) or [] for name in ("trustedSigners", "trustedKeyGroups")},
    }


def _origin(origin: dict[str, Any]) -> dict[str, Any]:
    """An origin is of some kind; a bucket behind an access control is one of nobody's identity."""
    kinds = ("customOriginConfig", "s3OriginConfig", "vpcOriginConfig")
    if any(origin.get(kind) for kind in kinds):
        return origin
    return {**origin, "s3OriginConfig": {"originAccessIdentity": ""}}


def _restrictions(restrictions: dict[str, Any]) -> dict[str, Any]:
    geo = restrictions["geoRestriction"]
    locations = geo.get("locations") or []
    return {"geoRestriction": {**geo, "locations": locations, "quantity": len(locations)}}


def _error(error: dict[str, Any]) -> dict[str, Any]:
    """A code is text in the API, and one that is not set is left out with its page."""
    code = error.get("responseCode")
    return {**error, "responseCode": str(code) if code else None}


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what a distribution says of itself as the official provider nests it."""
    distribution = answer["Distribution"]
    config = {n: v for n, v in distribution["DistributionConfig"].items() if v != ""}
    for each in [config["DefaultCacheBehavior"], *_items(config, "CacheBehaviors")]:
        _flatten_behavior(each)
    for each in config["Origins"]["Items"]:
        _drop_unless(each, "S3OriginConfig", "OriginAccessIdentity")
        _drop_unless(each, "OriginShield", "Enabled")
    for each in _items(config, "CustomErrorResponses"):
        if each.get("ResponseCode"):
            each["ResponseCode"] = int(each["ResponseCode"])
        _drop_unless(each, "ResponseCode")
    _drop_unless(config, "Logging", "Enabled")
    certificate = config["ViewerCertificate"]
    if certificate.get("CloudFrontDefaultCertificate"):
        certificate.pop("SSLSupportMethod", None)
    return {
        **config,
        "Id": distribution["Id"],
        "Arn": distribution["ARN"],
        "DomainName": distribution["DomainName"],
        "Etag": answer["ETag"],
        "HostedZoneId": _ZONE,
        "InProgressValidationBatches": distribution["InProgressInvalidationBatches"],
        "LastModifiedTime": distribution["LastModifiedTime"],
        "LoggingV1Enabled": "Logging" in config,
        "Status": distribution["Status"],
        "TrustedKeyGroups": [{"enabled": False, "items": []}],
        "TrustedSigners": [{"enabled": False, "items": []}],
    }


def _flatten_behavior(behavior: dict[str, Any]) -> None:
    behavior["CachedMethods"] = behavior["AllowedMethods"]["CachedMethods"]
    for name in ("TrustedSigners", "TrustedKeyGroups"):
        _drop_unless(behavior, name, "Items")


def _drop_unless(holder: dict[str, Any], name: str, member: str = "") -> None:
    value = holder.get(name)
    if not value or (member and not value.get(member)):
        holder.pop(name, None)


def _items(config: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return (config.get(name) or {}).get("Items") or []


_ZONE: Final = "Z2FDTNDATAQYW2"
"""The hosted zone of every distribution; source: the Route 53 API reference, "AliasTarget"."""


# --- What CloudFront refuses ---


def _check_distribution(distribution: Properties) -> Iterator[CheckFailure]:
    """From the API references of ``AllowedMethods`` and ``CachedMethods``."""
    for name in _BEHAVIORS:
        value = distribution.get(name)
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, Mapping) or has_unknown(each):
                continue
            allowed, cached = set(each["allowedMethods"]), set(each["cachedMethods"])
            if allowed not in _METHODS:
                yield CheckFailure(
                    f"{name}.allowedMethods",
                    "must be GET and HEAD, or these and OPTIONS, or all seven methods.",
                )
            if cached not in _METHODS[:2] or not cached <= allowed:
                yield CheckFailure(
                    f"{name}.cachedMethods",
                    "must be GET and HEAD, or these and OPTIONS, and allowed.",
                )


def _require_distribution(api: Api, distribution: Properties) -> None:
    """Refuse a bucket that CloudFront may not write its logs to.

    Source: the CloudFront developer guide, "Configure standard logging (legacy)": the bucket must
    have ACLs enabled, which buckets have not unless their ownership controls say so.
    """
    logging = distribution.get("loggingConfig")
    bucket = str(logging.get("bucket") or "") if isinstance(logging, Mapping) else ""
    if not bucket:
        return
    aws, name = cast("AwsApi", api), bucket.partition(".s3.")[0]
    if (
        not bucket.endswith(".amazonaws.com")
        or name == bucket
        or aws.send("s3", "HeadBucket", {"Bucket": name}, absent=("404", "NoSuchBucket")) is None
    ):
        raise _refused(
            "InvalidArgument",
            "the parameter Logging Bucket does not refer to a valid S3 bucket: it must be the "
            "bucketDomainName of a bucket that exists",
        )
    found = aws.send(
        "s3",
        "GetBucketOwnershipControls",
        {"Bucket": name},
        absent=("OwnershipControlsNotFoundError",),
    )
    rules = found["OwnershipControls"]["Rules"] if found else []
    if not any(each["ObjectOwnership"] != "BucketOwnerEnforced" for each in rules):
        raise _refused(
            "InvalidArgument",
            "the S3 bucket that you specified for CloudFront logs does not enable ACL access: "
            "deploy an aws.s3.BucketOwnershipControls with BucketOwnerPreferred before the "
            "distribution (depends_on)",
        )


def _refused(code: str, message: str) -> ApiError:
    return ApiError("CreateDistribution or UpdateDistribution", code, message)


def _disable(api: Api, distribution: Properties) -> None:
    """Only a distribution that is disabled can be deleted."""
    aws, where = cast("AwsApi", api), {"Id": distribution["id"]}
    found = aws.send("cloudfront", "GetDistributionConfig", where)
    config = {**found["DistributionConfig"], "Enabled": False}
    parameters = {**where, "DistributionConfig": config, "IfMatch": found["ETag"]}
    aws.send("cloudfront", "UpdateDistribution", parameters)


# --- The types ---


def _retag(old: Properties, new: Properties) -> list[Call]:
    before, after = (cast("dict[str, str]", each.get("tags") or {}) for each in (old, new))
    gone = sorted(before.keys() - after.keys())
    kept = [{"Key": name, "Value": value} for name, value in after.items()]
    calls = (
        ("UntagResource", "TagKeys", gone),
        ("TagResource", "Tags", kept),
    )
    return [
        Call(operation, {"Resource": "{arn}", parameter: {"Items": Given(items)}}, only=())
        for operation, parameter, items in calls
        if items
    ]


_DEFAULTS_OF_BEHAVIORS: Final = {
    f"{name}.{path}": value
    for name in _BEHAVIORS
    for path, value in (
        ("compress", False),
        ("lambdaFunctionAssociations.includeBody", False),
        ("minTtl", 0),
    )
}
_SETS_OF_BEHAVIORS: Final = tuple(
    f"{name}.{path}"
    for name in _BEHAVIORS
    for path in (
        "allowedMethods",
        "cachedMethods",
        "forwardedValues.cookies.whitelistedNames",
        "forwardedValues.headers",
        "functionAssociations",
        "lambdaFunctionAssociations",
    )
)
_CONFIGURED: Final = (
    "aliases",
    "anycastIpListId",
    "cacheTagConfig",
    "comment",
    "connectionFunctionAssociation",
    "continuousDeploymentPolicyId",
    "customErrorResponses",
    "defaultCacheBehavior",
    "defaultRootObject",
    "enabled",
    "httpVersion",
    "isIpv6Enabled",
    "loggingConfig",
    "orderedCacheBehaviors",
    "originGroups",
    "origins",
    "priceClass",
    "restrictions",
    "staging",
    "viewerCertificate",
    "viewerMtlsConfig",
    "webAclId",
)

_DISTRIBUTION: Final = Resource(
    token="aws:cloudfront/distribution:Distribution",
    service="cloudfront",
    id="{id}",
    create=Call(
        "CreateDistributionWithTags",
        {"DistributionConfigWithTags": _make},
        only=(),
        inside="DistributionConfigWithTags.DistributionConfig",
        result=_told,
    ),
    read=Call(
        "GetDistribution", {"Id": "{id}"}, only=(), result=_told, absent=("NoSuchDistribution",)
    ),
    delete=Call(
        "DeleteDistribution",
        {"Id": "{id}"},
        only=(),
        fetch=_VERSION,
    ),
    names=_NAMES,
    defaults={
        "customErrorResponses.errorCachingMinTtl": 0,
        "httpVersion": "http2",
        "isIpv6Enabled": False,
        "loggingConfig.includeCookies": False,
        "origins.connectionAttempts": 3,
        "origins.connectionTimeout": 10,
        "origins.customOriginConfig.originKeepaliveTimeout": 5,
        "origins.customOriginConfig.originReadTimeout": 30,
        "origins.vpcOriginConfig.originKeepaliveTimeout": 5,
        "origins.vpcOriginConfig.originReadTimeout": 30,
        "priceClass": "PriceClass_All",
        "retainOnDelete": False,
        "staging": False,
        "viewerCertificate.minimumProtocolVersion": "TLSv1",
        "waitForDeployment": True,
        **_DEFAULTS_OF_BEHAVIORS,
    },
    computed=(
        "continuousDeploymentPolicyId",
        *(f"{name}.{ttl}" for name in _BEHAVIORS for ttl in ("defaultTtl", "maxTtl")),
        *(f"{name}.grpcConfig" for name in _BEHAVIORS),
        "origins.responseCompletionTimeout",
        "restrictions.geoRestriction.locations",
    ),
    immutable=("staging",),
    sets=(
        "aliases",
        "customErrorResponses",
        "originGroups",
        "originGroups.failoverCriteria.statusCodes",
        "origins",
        "origins.customHeaders",
        "origins.customOriginConfig.originSslProtocols",
        "restrictions.geoRestriction.locations",
        *_SETS_OF_BEHAVIORS,
    ),
    local=("retainOnDelete", "waitForDeployment"),
    unsupported={"retainOnDelete": "use the resource option retain_on_delete"},
    facets=(
        Facet(
            _CONFIGURED,
            choose=_change,
            created=True,
        ),
        Facet(
            ("tags",),
            choose=_retag,
            read=Call("ListTagsForResource", {"Resource": "{arn}"}, result="Tags.{tags: Items}"),
            created=True,
        ),
    ),
    check=_check_distribution,
    require=_require_distribution,
    before_delete=_disable,
)

_CONTROL: Final = "OriginAccessControlConfig"
_ORIGIN_ACCESS_CONTROL: Final = Resource(
    token="aws:cloudfront/originAccessControl:OriginAccessControl",
    service="cloudfront",
    id="{id}",
    create=Call(
        "CreateOriginAccessControl",
        inside=_CONTROL,
        result="merge(OriginAccessControl.OriginAccessControlConfig, {Id: OriginAccessControl.Id})",
    ),
    read=Call(
        "GetOriginAccessControl",
        {"Id": "{id}"},
        only=(),
        result="merge(OriginAccessControl.OriginAccessControlConfig, {Etag: ETag})",
        absent=("NoSuchOriginAccessControl",),
    ),
    update=Call(
        "UpdateOriginAccessControl",
        {"Id": "{id}"},
        inside=_CONTROL,
        fetch=Call("GetOriginAccessControl", {"Id": "{id}"}, result="{IfMatch: ETag}"),
    ),
    delete=Call(
        "DeleteOriginAccessControl",
        {"Id": "{id}"},
        only=(),
        fetch=Call("GetOriginAccessControl", {"Id": "{id}"}, result="{IfMatch: ETag}"),
    ),
    name=AutoName("name", limit=64),
    defaults={"description": "Managed by Pulumi"},
    immutable=("name",),
    derived={"arn": "arn:aws:cloudfront::{account}:origin-access-control/{id}"},
)

RESOURCES: Final = (_DISTRIBUTION, _ORIGIN_ACCESS_CONTROL)
