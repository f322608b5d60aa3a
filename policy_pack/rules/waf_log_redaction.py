from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from policy_pack.endpoints import FIREWALL_POLICIES, WEB_ACLS
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    Stack,
    every,
    finding,
    including,
    owasp,
    ref,
    rule,
    some,
)
from policy_pack.waf import LOGGING_CONFIGURATIONS, web_acls_of
from policy_pack.waf_logs import (
    LOGGERS,
    QUERY_STRING,
    logging_of,
    protections,
    protects,
    redacts,
)

_ACL, _LOGS, _POLICY = WEB_ACLS[0], LOGGING_CONFIGURATIONS[0], FIREWALL_POLICIES[0]
_HEADERS = ("authorization", "cookie")
_QUERY: dict[str, Any] = {"queryString": {}}


def _header(name: object) -> dict[str, Any]:
    return {"singleHeader": {"name": name}}


def _logs(*fields: object, **changes: object) -> tuple[str, Any]:
    return _LOGS, {"resourceArn": ref("acl"), "redactedFields": list(fields)} | changes


def _acl(type_: object, *keys: object, **changes: object) -> tuple[str, Any]:
    field = {"fieldType": type_, "fieldKeys": list(keys)}
    entry = {"action": "SUBSTITUTION", "field": field} | changes
    return _ACL, {"dataProtectionConfig": {"dataProtections": [entry]}}


def _policy(*fields: tuple[object, object]) -> dict[str, tuple[str, Any]]:
    redacted = [{"redactedFieldType": type_, "redactedFieldValue": one} for type_, one in fields]
    document = json.dumps({"loggingConfiguration": {"redactedFields": redacted}})
    data = {"type": "WAFV2", "managedServiceData": document}
    return {"policy": (_POLICY, {"securityServicePolicyData": data})}


_RIGHT = [_header("authorization"), _header("cookie"), _QUERY]


@rule(
    title="AWS WAF's logs hold no credentials",
    types=LOGGERS,
    severity=Severity.MEDIUM,
    fix=(
        "Give the logging configuration redacted_fields with the query string and the headers "
        "authorization and cookie, and those of your own that identify somebody; or use "
        "secure_components.WebApplicationFirewall."
    ),
    controls=(owasp("A09:2021"),),
    passes=[
        {"logs": _logs(*_RIGHT), "acl": (_ACL, {})},
        {"logs": _logs(_header("Authorization"), _header("COOKIE"), _QUERY), "acl": (_ACL, {})},
        {"logs": _logs(*_RIGHT, UNKNOWN), "acl": (_ACL, {})},
        {"logs": _logs(*_RIGHT, resourceArn=UNKNOWN), "acl": (_ACL, {})},
        {"logs": _logs(*_RIGHT[:2]), "acl": _acl("QUERY_STRING")},
        {"logs": _logs(_QUERY), "acl": _acl("SINGLE_HEADER", "Cookie", "Authorization")},
        {"logs": _logs(*_RIGHT[:2]), "acl": _acl("QUERY_STRING", action="HASH")},
        _policy(("HEADER", "authorization"), ("HEADER", "Cookie"), ("QUERY_STRING", None)),
        _policy(("SingleHeader", "authorization"), ("HEADER", "cookie"), ("QueryString", None)),
        {"policy": (_POLICY, {"securityServicePolicyData": {"type": "SHIELD_ADVANCED"}})},
    ],
    fails=[
        {"logs": (_LOGS, {}), "acl": (_ACL, {})},
        *({"logs": _logs(*_RIGHT[:at], *_RIGHT[at + 1 :]), "acl": (_ACL, {})} for at in range(3)),
        {"logs": _logs(*_RIGHT[:2]), "acl": (_ACL, {}), "other": _acl("QUERY_STRING")},
        {"logs": _logs(_QUERY), "acl": _acl("SINGLE_COOKIE", "Authorization", "Cookie")},
        {"logs": _logs(*_RIGHT[:2]), "acl": _acl("QUERY_STRING", excludeRuleMatchDetails=True)},
        {"logs": _logs(*_RIGHT[:2]), "acl": _acl("QUERY_STRING", excludeRateBasedDetails=True)},
        {"logs": _logs(*_RIGHT[:2], resourceArn="arn:aws:wafv2:x"), "acl": _acl("QUERY_STRING")},
        _policy(("HEADER", "authorization"), ("URI", "Cookie"), ("QUERY_STRING", None)),
    ],
    undecided=[
        {"logs": _logs(_header(UNKNOWN), _header("cookie"), _QUERY), "acl": (_ACL, {})},
        {"logs": _logs(redactedFields=UNKNOWN), "acl": (_ACL, {})},
        {"logs": _logs(*_RIGHT[:2], resourceArn=UNKNOWN), "acl": (_ACL, {})},
        {"logs": _logs(*_RIGHT[:2]), "acl": (_ACL, {"dataProtectionConfig": UNKNOWN})},
        {"policy": (_POLICY, {"securityServicePolicyData": UNKNOWN})},
    ],
    settings={
        "headers": including(_HEADERS, "Headers that no log may show.", asks={}),
    },
)
def check(logger: Resource, stack: Stack, *, headers: Sequence[str]) -> Findings:
    """Do not let whoever reads logs become whoever sent a request.

    A log has all headers and the query string. It has no body, but for what a rule against SQL
    injection or scripts found in one: see `waf-data-protection`. Data protection of the web ACL
    hides from its logs as well, where it has no exceptions; that of a web ACL in another stack
    cannot be seen, and Firewall Manager has none.

    Source: AWS WAF Developer Guide, "Log fields", "Data protection"; Firewall Manager API
    Reference, `SecurityServicePolicyData`.
    """
    logging = logging_of(logger)
    if logging is not None:
        parts = [QUERY_STRING, *map(str.lower, headers)]
        yield from every(parts, lambda part: _judge(part, logger, logging, stack))


def _judge(part: str, logger: Resource, logging: Block, stack: Stack) -> Findings:
    by: Iterable[Callable[[], bool]] = (
        lambda: some(logging.blocks("redactedFields"), lambda one: redacts(one, part)),
        lambda: some(_logged(logger, stack), lambda acl: _protected(acl, part)),
    )
    if some(by, lambda hidden: hidden()):
        return
    if part == QUERY_STRING:
        yield "Logs show query strings."
    else:
        yield finding("Logs show the header '{name}'.", name=part)


def _logged(logger: Resource, stack: Stack) -> Iterator[Resource]:
    if logger.type in LOGGING_CONFIGURATIONS:
        yield from web_acls_of(logger, "resourceArn", stack)


def _protected(web_acl: Resource, part: str) -> bool:
    return some(protections(web_acl), lambda one: protects(one, part))
