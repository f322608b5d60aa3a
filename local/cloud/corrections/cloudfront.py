"""CloudFront, where moto answers what AWS never would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from local.cloud.corrections.registry import Corrected, corrects

_MODELS: Final = "moto.cloudfront.models"
_BACKEND: Final = "CloudFrontBackend"
_WEB_ACL: Final = re.compile(r"arn:aws:wafv2:us-east-1:(\d+):global/webacl/[^/]+/[^/]+")
_NO_LOGS: Final = {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}
_OWN_CERTIFICATE: Final = {
    "CloudFrontDefaultCertificate": True,
    "SSLSupportMethod": "vip",
    "MinimumProtocolVersion": "TLSv1",
    "CertificateSource": "cloudfront",
}
_DAY, _YEAR = 86400, 31536000
"""How long a behavior without a cache policy caches by default and at most, in seconds."""


@corrects(_MODELS, "DistributionConfig.__init__")
def _configure(_moto: Corrected, distribution: Any, config: dict[str, Any]) -> None:  # noqa: ANN401  moto's own
    """A configuration is told as it was put, with the defaults that the API reference gives."""
    told: dict[str, Any] = {
        "Aliases": {"Quantity": 0},
        "CacheBehaviors": {"Quantity": 0},
        "CustomErrorResponses": {"Quantity": 0},
        "DefaultRootObject": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "OriginGroups": {"Quantity": 0},
        "PriceClass": "PriceClass_All",
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "Staging": False,
        "WebACLId": "",
        **config,
    }
    told["Logging"] = {**_NO_LOGS, **(config.get("Logging") or {})}
    certificate = config.get("ViewerCertificate") or {"CloudFrontDefaultCertificate": True}
    own = certificate.get("CloudFrontDefaultCertificate")
    source = "acm" if certificate.get("ACMCertificateArn") else "iam"
    told["ViewerCertificate"] = (
        _OWN_CERTIFICATE
        if own
        else {"CloudFrontDefaultCertificate": False, **certificate, "CertificateSource": source}
    )
    for behavior in _behaviors(told):
        behavior.setdefault("SmoothStreaming", False)
        behavior.setdefault("Compress", False)
        if "ForwardedValues" in behavior:
            behavior.setdefault("MinTTL", 0)
            behavior.setdefault("DefaultTTL", _DAY)
            behavior.setdefault("MaxTTL", _YEAR)
    for origin in _items(told, "Origins"):
        origin.setdefault("ConnectionAttempts", 3)
        origin.setdefault("ConnectionTimeout", 10)
        origin.setdefault("OriginPath", "")
        origin.setdefault("CustomHeaders", {"Quantity": 0})
        origin.setdefault("OriginShield", {"Enabled": False})
    _refuse_targets(told)
    _refuse_viewers(told)
    vars(distribution).update(told)
    distribution.caller_reference = config["CallerReference"]


def _refuse_targets(config: Mapping[str, Any]) -> None:
    """From the API reference's errors of ``CreateDistribution``."""
    from moto.cloudfront.exceptions import (  # noqa: PLC0415  after its environment is set
        DomainNameNotAnS3Bucket,
        OriginDoesNotExist,
    )

    origins = {each["Id"] for each in _items(config, "Origins")}
    groups = _items(config, "OriginGroups")
    members = {each["OriginId"] for group in groups for each in _items(group, "Members")}
    targets = {each["TargetOriginId"] for each in _behaviors(config)}
    if not members <= origins or not targets <= origins | {each["Id"] for each in groups}:
        raise OriginDoesNotExist
    for each in _items(config, "Origins"):
        if "S3OriginConfig" in each and not each["DomainName"].endswith(".amazonaws.com"):
            raise DomainNameNotAnS3Bucket
    for each in _behaviors(config):
        if bool(each.get("CachePolicyId")) == ("ForwardedValues" in each):
            raise _refused(
                "InvalidArgument",
                "A cache behavior needs either a cache policy or ForwardedValues.",
            )


def _refuse_viewers(config: Mapping[str, Any]) -> None:
    """From the API references of ``ViewerCertificate``, ``GeoRestriction`` and the errors."""
    certificate = config["ViewerCertificate"]
    own = certificate["CloudFrontDefaultCertificate"]
    acm = certificate.get("ACMCertificateArn")
    if _items(config, "Aliases") and own:
        raise _refused(
            "InvalidViewerCertificate",
            "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach "
            "a trusted certificate that validates your authorization to use the domain name.",
        )
    if not own and not (acm or certificate.get("IAMCertificateId")):
        raise _refused("InvalidViewerCertificate", "There is no certificate for viewers.")
    if acm and acm.split(":")[3:4] != ["us-east-1"]:
        raise _refused(
            "InvalidViewerCertificate",
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, "
            "or doesn't include a valid certificate chain.",
        )
    if not own and not certificate.get("SSLSupportMethod"):
        raise _refused("InvalidArgument", "A certificate of your own needs an SSLSupportMethod.")
    geo = config["Restrictions"]["GeoRestriction"]
    if (geo["RestrictionType"] == "none") == bool(geo.get("Items")):
        raise _refused(
            "InvalidGeoRestrictionParameter",
            "The specified geo restriction parameter is not valid: whitelist and blacklist have "
            "locations, none has not.",
        )


@corrects(_MODELS, f"{_BACKEND}.create_distribution_with_tags")
def _create_distribution(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    distribution_config: dict[str, Any],
    tags: list[dict[str, str]],
) -> Any:  # noqa: ANN401
    """A distribution refers to what exists."""
    _refuse_references(backend, distribution_config, None)
    return moto(backend, distribution_config, tags)


@corrects(_MODELS, f"{_BACKEND}.update_distribution")
def _update_distribution(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    dist_config: dict[str, Any],
    _id: str,
    if_match: str,
) -> Any:  # noqa: ANN401
    """An update is of the newest version, keeps the caller's reference and makes a version."""
    from moto.cloudfront.models import random_id  # noqa: PLC0415

    distribution, _ = backend.get_distribution(_id)
    _require_match(if_match, distribution.etag)
    if dist_config.get("CallerReference") != distribution.distribution_config.caller_reference:
        raise _refused("IllegalUpdate", "The update contains modifications that are not allowed.")
    _refuse_references(backend, dist_config, distribution)
    answer = moto(backend, dist_config, _id, if_match)
    distribution.etag = random_id()
    return distribution, answer[1], distribution.etag


@corrects(_MODELS, f"{_BACKEND}.delete_distribution")
def _delete_distribution(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    distribution_id: str,
    if_match: str,
) -> None:
    """Only a disabled distribution can be deleted."""
    distribution, etag = backend.get_distribution(distribution_id)
    _require_match(if_match, etag)
    if distribution.distribution_config.Enabled:
        raise _refused(
            "DistributionNotDisabled", "The distribution you are trying to delete is not disabled."
        )
    moto(backend, distribution_id, if_match)


def _refuse_references(backend: Any, config: Mapping[str, Any], old: Any) -> None:  # noqa: ANN401
    """From the API reference's errors of ``CreateDistribution`` and ``UpdateDistribution``."""
    for each in _items(config, "Origins"):
        control = each.get("OriginAccessControlId")
        if control and control not in backend.origin_access_controls:
            raise _refused(
                "InvalidOriginAccessControl",
                "The origin access control is not valid: there is none of that id.",
            )
    aliases = set((config.get("Aliases") or {}).get("Items") or [])
    for each in backend.distributions.values():
        if each is not old and aliases & set(_items(vars(each.distribution_config), "Aliases")):
            raise _refused(
                "CNAMEAlreadyExists",
                "One or more of the CNAMEs you provided are already associated with a different "
                "resource.",
            )
    acl = config.get("WebACLId")
    if acl and not _is_web_acl(acl):
        raise _refused(
            "InvalidWebACLId",
            "A web ACL ID specified is not valid: it must be the ARN of an AWS WAF web ACL that "
            "exists, of scope CLOUDFRONT, in us-east-1.",
        )


def _is_web_acl(arn: str) -> bool:
    from moto.wafv2.models import wafv2_backends  # noqa: PLC0415

    match = _WEB_ACL.fullmatch(arn)
    return match is not None and any(
        arn in each.wacls for each in wafv2_backends[match[1]].values()
    )


@corrects(_MODELS, f"{_BACKEND}.create_origin_access_control")
def _create_control(moto: Corrected, backend: Any, config_dict: dict[str, str]) -> Any:  # noqa: ANN401
    """A control's name is its own."""
    _refuse_name(backend, config_dict["Name"], None)
    return moto(backend, config_dict)


@corrects(_MODELS, f"{_BACKEND}.update_origin_access_control")
def _update_control(
    moto: Corrected,
    backend: Any,  # noqa: ANN401
    control_id: str,
    config: dict[str, str],
) -> Any:  # noqa: ANN401
    """An update makes a new version."""
    from moto.cloudfront.models import random_id  # noqa: PLC0415

    _refuse_name(backend, config["Name"], control_id)
    control = moto(backend, control_id, config)
    control.etag = random_id()
    return control


@corrects(_MODELS, f"{_BACKEND}.delete_origin_access_control")
def _delete_control(moto: Corrected, backend: Any, control_id: str) -> None:  # noqa: ANN401
    """A control that an origin uses stays, and a missing one is an error."""
    backend.get_origin_access_control(control_id)
    for each in backend.distributions.values():
        origins = _items(vars(each.distribution_config), "Origins")
        if any(origin.get("OriginAccessControlId") == control_id for origin in origins):
            raise _refused(
                "OriginAccessControlInUse",
                "Cannot delete the origin access control because it's in use by one or more "
                "distributions.",
            )
    moto(backend, control_id)


def _refuse_name(backend: Any, name: str, own: str | None) -> None:  # noqa: ANN401
    if any(n.name == name and n.id != own for n in backend.origin_access_controls.values()):
        raise _refused(
            "OriginAccessControlAlreadyExists",
            "An origin access control with the specified parameters already exists.",
        )


def _require_match(asked: str | None, etag: str) -> None:
    if not asked:
        raise _refused(
            "InvalidIfMatchVersion",
            "The If-Match version is missing or not valid for the distribution.",
        )
    if asked != etag:
        raise _refused(
            "PreconditionFailed",
            "The precondition in one or more of the request fields evaluated to false.",
        )


def _behaviors(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [config["DefaultCacheBehavior"], *_items(config, "CacheBehaviors")]


def _items(config: Mapping[str, Any], name: str) -> list[Any]:
    return list((config.get(name) or {}).get("Items") or [])


def _refused(code: str, message: str) -> Exception:
    from moto.cloudfront.exceptions import CloudFrontException  # noqa: PLC0415

    return CloudFrontException(code, message)
