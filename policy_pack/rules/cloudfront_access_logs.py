from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.aws import LOG_DELIVERIES, LOG_DELIVERY_SOURCES
from policy_pack.endpoints import DISTRIBUTIONS
from policy_pack.rule import UNKNOWN, Resource, Severity, Stack, owasp, prowler, ref, rule, some

_One = tuple[str, dict[str, Any]]
_SITE: dict[str, _One] = {"site": (DISTRIBUTIONS[0], {})}


def _source(kind: object = "ACCESS_LOGS", of: object = ref("site")) -> _One:
    return LOG_DELIVERY_SOURCES[0], {"name": "site", "logType": kind, "resourceArn": of}


def _delivery(source: object = ref("source")) -> _One:
    return LOG_DELIVERIES[0], {"deliverySourceName": source}


def _legacy(**logging: object) -> dict[str, Any]:
    return {"site": (DISTRIBUTIONS[0], {"loggingConfig": logging})}


def _in_real_time(arn: object) -> dict[str, Any]:
    behavior = {"realtimeLogConfigArn": arn}
    return {"site": (DISTRIBUTIONS[0], {"defaultCacheBehavior": behavior})}


@rule(
    title="CloudFront distributions keep access logs",
    types=DISTRIBUTIONS,
    severity=Severity.MEDIUM,
    fix=(
        "Add a LogDeliverySource of the distribution's ARN with log_type='ACCESS_LOGS', a "
        "LogDeliveryDestination and a LogDelivery that joins them, all in us-east-1."
    ),
    controls=(prowler("cloudfront_distributions_logging_enabled"), owasp("A09:2021")),
    passes=[
        {**_SITE, "source": _source(), "delivery": _delivery()},
        {"site": (DISTRIBUTIONS[1], {}), "source": _source(), "delivery": _delivery("site")},
        _legacy(bucket="logs-1234567.s3.amazonaws.com"),
        _legacy(bucket=UNKNOWN),
        _in_real_time("arn:aws:cloudfront::123456789012:realtime-log-config/site"),
    ],
    fails=[
        _SITE,
        _legacy(includeCookies=True),
        {**_SITE, "source": _source()},
        {**_SITE, "source": _source("CONNECTION_LOGS"), "delivery": _delivery()},
        {**_SITE, "source": _source(), "delivery": _delivery("another-site")},
        {
            **_SITE,
            "source": _source(of="arn:aws:cloudfront::123456789012:distribution/E1"),
            "delivery": _delivery(),
        },
    ],
    undecided=[
        {**_SITE, "source": _source(of=UNKNOWN), "delivery": _delivery()},
        {**_SITE, "source": _source(UNKNOWN), "delivery": _delivery()},
        {**_SITE, "source": _source(), "delivery": _delivery(UNKNOWN)},
        {"site": (DISTRIBUTIONS[0], {"loggingConfig": UNKNOWN})},
    ],
)
def check(distribution: Resource, stack: Stack) -> Iterator[str]:
    """Keep who asked for what, so that an attack can be followed afterwards.

    Either of the standard logs will do, and so do logs in real time, as for Prowler. The older
    standard logs are written by ACL, which `s3-acls-disabled` rules out; AWS Config's check, and so
    Security Hub's CloudFront.5, sees no others.

    Sources: CloudFront Developer Guide, "Standard logging"; CloudWatch Logs API Reference,
    `PutDeliverySource`; AWS Config Developer Guide, "cloudfront-accesslogs-enabled".
    """
    ways = (_is_logged_by_itself, _is_logged_by_delivery)
    if not some(ways, lambda holds: holds(distribution, stack)):
        yield "The distribution keeps no access log."


def _is_logged_by_itself(distribution: Resource, _stack: Stack) -> bool:
    return distribution.has("loggingConfig", "bucket") or distribution.has(
        "defaultCacheBehavior", "realtimeLogConfigArn"
    )


def _is_logged_by_delivery(distribution: Resource, stack: Stack) -> bool:
    sources = stack.referring(LOG_DELIVERY_SOURCES, "resourceArn", distribution)
    return some(
        sources,
        lambda source: (
            source.get("logType") == "ACCESS_LOGS"
            and bool(stack.referring(LOG_DELIVERIES, "deliverySourceName", source))
        ),
    )
