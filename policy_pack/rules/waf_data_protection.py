from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policy_pack.endpoints import WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    including,
    owasp,
    rule,
    some,
)
from policy_pack.waf_logs import BODY, QUERY_STRING, protections, protects

_HEADERS = ("authorization", "cookie")


def _entry(type_: object, *keys: object, **changes: object) -> dict[str, Any]:
    field = {"fieldType": type_, "fieldKeys": list(keys)} if keys else {"fieldType": type_}
    return {"action": "SUBSTITUTION", "field": field} | changes


def _acl(*entries: object) -> dict[str, Any]:
    return {"dataProtectionConfig": {"dataProtections": list(entries)}}


_RIGHT = [_entry("SINGLE_HEADER", *_HEADERS), _entry("QUERY_STRING"), _entry("BODY")]


@rule(
    title="What web ACLs show of requests holds no credentials",
    types=WEB_ACLS,
    severity=Severity.LOW,
    fix=(
        "Give the web ACL a data_protection_config that substitutes BODY, QUERY_STRING and the "
        "headers authorization and cookie, and those of your own that identify somebody; or use "
        "secure_components.WebApplicationFirewall."
    ),
    controls=(owasp("A09:2021"),),
    passes=[
        _acl(*_RIGHT),
        _acl(*_RIGHT[1:], *(_entry("SINGLE_HEADER", one.title()) for one in _HEADERS)),
        _acl(*_RIGHT[:2], _entry("BODY", action="HASH", excludeRuleMatchDetails=False)),
        _acl(UNKNOWN, *_RIGHT),
    ],
    fails=[
        {},
        *(_acl(*_RIGHT[:at], *_RIGHT[at + 1 :]) for at in range(3)),
        _acl(*_RIGHT[1:], _entry("SINGLE_HEADER", "authorization")),
        _acl(*_RIGHT[1:], _entry("SINGLE_COOKIE", "Authorization", "Cookie")),
        _acl(*_RIGHT[:2], _entry("BODY", excludeRuleMatchDetails=True)),
        _acl(*_RIGHT[:2], _entry("BODY", excludeRuleMatchDetails="true")),
        _acl(*_RIGHT[:2], _entry("BODY", action=None)),
        _acl(*_RIGHT[1:], _entry("SINGLE_HEADER", "Cookie", excludeRateBasedDetails=True)),
    ],
    undecided=[
        {"dataProtectionConfig": UNKNOWN},
        _acl(*_RIGHT[1:], _entry("SINGLE_HEADER", UNKNOWN)),
        _acl(*_RIGHT[:2], _entry("BODY", excludeRuleMatchDetails=UNKNOWN)),
    ],
    settings={
        "headers": including(_HEADERS, "Headers that no sample may show.", asks={}),
    },
)
def check(web_acl: Resource, *, headers: Sequence[str]) -> Findings:
    """Do not let whoever may look at a firewall become whoever sent a request.

    Redacted fields of a logging configuration are hidden in logs alone. Samples, which whoever may
    read the web ACL gets for three hours, have all headers; Security Lake has what logs have; and
    what a rule against SQL injection or scripts found in a body, a query string or a header stands
    beside the request. Only data protection holds for all of them, if it has no exceptions.

    Source: AWS WAFV2 API Reference, `DataProtection`, `GetSampledRequests`; AWS WAF Developer
    Guide, "Logging", "Log fields", "Data protection exceptions".
    """
    entries = protections(web_acl)

    def judge(part: str) -> Findings:
        if not some(entries, lambda entry: protects(entry, part)):
            yield from _tell(part)

    yield from every((BODY, QUERY_STRING, *map(str.lower, headers)), judge)


def _tell(part: str) -> Findings:
    if part == BODY:
        yield "What rules match in a body is shown."
    elif part == QUERY_STRING:
        yield "What rules match in a query string is shown."
    else:
        yield finding("Samples show the header '{name}'.", name=part)
