"""What web ACLs log of requests, and where, for the rules about it.

Sources: AWS WAFV2 API Reference, `LoggingConfiguration` and `DataProtection`; AWS WAF Developer
Guide, "Log fields" and "Data protection"; Firewall Manager API Reference,
`SecurityServicePolicyData`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from policy_pack.aws import BUCKETS, DELIVERY_STREAMS, LOG_GROUPS
from policy_pack.endpoints import FIREWALL_POLICIES
from policy_pack.ends import Ends
from policy_pack.rule import Block, Resource, Stack, Undecided, some
from policy_pack.waf import LOGGING_CONFIGURATIONS

LOGGERS: Final = (*LOGGING_CONFIGURATIONS, *FIREWALL_POLICIES)
"""What configures logs: of one web ACL, or of all that a policy makes."""

QUERY_STRING: Final = "QUERY_STRING"
BODY: Final = "BODY"

_HIDES: Final = frozenset({"HASH", "SUBSTITUTION"})
_DESTINATIONS: Final = "logDestinationConfigs"
_DATA: Final = "securityServicePolicyData"


def logging_of(logger: Resource) -> Block | None:
    """Return what one of `LOGGERS` says of logs, or None if it says nothing.

    A policy of Firewall Manager says it in its JSON, by the names of a logging configuration but
    for the filter and the redacted fields.

    Raises:
        Undecided: It is not known yet.
    """
    if logger.type not in FIREWALL_POLICIES:
        return logger
    data = logger.json(_DATA, "managedServiceData")
    return next(iter(data.blocks("loggingConfiguration")), None)


def has_destination(logging: Block) -> bool:
    """Tell whether logs go anywhere, be it known yet where or not."""
    return logging.has(_DESTINATIONS)


def destination(logging: Block) -> object:
    """Return the ARN that logs go to. AWS WAF takes one.

    Raises:
        Undecided: It is not known yet.
    """
    return logging.get(_DESTINATIONS, 0)


# --- What is hidden ---


def redacts(field: Block, part: str) -> bool:
    """Tell whether a redacted field of a logging configuration is a part of requests.

    For Firewall Manager AWS writes `HEADER` and `QUERY_STRING` in the text of its reference, and
    `SingleHeader` in the example.

    Args:
        field: The redacted field.
        part: `QUERY_STRING`, or the name of a header in lower case.
    """
    kind = str(field.get("redactedFieldType", default="")).replace("_", "").lower()
    if part == QUERY_STRING:
        return kind == "querystring" or field.get("queryString") is not None
    names = [field.get("singleHeader", "name")]
    if kind.endswith("header"):
        names.append(field.get("redactedFieldValue"))
    return part in {str(name).lower() for name in names}


def protects(protection: Block, part: str) -> bool:
    """Tell whether an entry of a web ACL's data protection hides a part of requests everywhere.

    One with an exception leaves it in what rules matched, or in what they count by.

    Args:
        protection: The entry.
        part: `QUERY_STRING`, `BODY`, or the name of a header in lower case.
    """
    exceptions = ("excludeRuleMatchDetails", "excludeRateBasedDetails")
    if str(protection.get("action")) not in _HIDES or any(
        protection.get(one, default=False) is not False for one in exceptions
    ):
        return False
    kind = protection.get("field", "fieldType")
    if part in {QUERY_STRING, BODY}:
        return bool(kind == part)
    keys = protection.strings("field", "fieldKeys")
    return kind == "SINGLE_HEADER" and part in map(str.lower, keys)


def protections(web_acl: Resource) -> list[Block]:
    """Return the entries of a web ACL's data protection."""
    return web_acl.blocks("dataProtectionConfig", "dataProtections")


# --- Where logs are kept ---

_ARN: Final = re.compile(r"arn:[^:]*:(?P<service>[a-z0-9]+):[^:]*:[^:]*:(?P<name>.+)")
_NAMES: Final[Mapping[str, tuple[Sequence[str], str]]] = {
    "logs": (LOG_GROUPS, r"log-group:([^:]+)(?::\*)?"),
    "s3": (BUCKETS, r"([^/]+)(?:/.*)?"),
    "firehose": (DELIVERY_STREAMS, r"deliverystream/(.+)"),
}


def named(arn: object) -> tuple[Sequence[str], str] | None:
    """Return the types of what an ARN of a destination names, and its name in AWS."""
    found = _ARN.fullmatch(arn) if isinstance(arn, str) else None
    if found is None or found["service"] not in _NAMES:
        return None
    types, form = _NAMES[found["service"]]
    name = re.fullmatch(form, found["name"])
    return (types, name[1]) if name else None


def kept_in(logger: Resource, stack: Stack) -> Resource | None:
    """Return the resource of the stack that one of `LOGGERS` logs to, if it is there.

    Raises:
        Undecided: It is not known yet, and made of none that it can be, or of several.
    """
    by_name = stack.once(_destinations)
    try:
        return by_name.get(str(_arn_of(logger)))
    except Undecided:
        made_of = {urn for urn in _sources_of(logger) if urn in by_name}
        if len(made_of) != 1:
            raise
        return by_name[made_of.pop()]


def keeps_logs(bucket: Resource, stack: Stack) -> bool:
    """Tell whether a bucket takes the logs of a web ACL, be it through a delivery stream.

    Raises:
        Undecided: It is known to take none, but may.
    """
    return some((stack.once(_logged), stack.once(_delivered)), lambda ends: ends.hold(bucket))


def _logged(stack: Stack) -> Ends:
    ends = Ends()
    for logger in stack.of_type(*LOGGERS):
        ends.add(partial(_stands_for, partial(_arn_of, logger)), _sources_of(logger))
    return ends


def _delivered(stack: Stack) -> Ends:
    """Return where streams deliver that take logs, be it what they cannot deliver elsewhere."""
    ends, logged = Ends(), stack.once(_logged)
    for stream in stack.of_type(*DELIVERY_STREAMS):
        try:
            names = [name for name in stream.names() if name.endswith("Configuration")]
            for name in names if logged.hold(stream) else ():
                for inner in ((), ("s3Configuration",)):
                    read = partial(stream.get, name, *inner, "bucketArn")
                    ends.add(partial(_stands_for, read), stream.dependencies.get(name, ()))
        except Undecided as unknown:
            ends.unknown.append(unknown)
    return ends


def _stands_for(read: Callable[[], object]) -> set[tuple[str, str]]:
    arn = read()
    types, name = named(arn) or ((), "")
    return {("", str(arn)), *((type_, name) for type_ in types)}


def _arn_of(logger: Resource) -> object:
    logging = logging_of(logger)
    return None if logging is None else destination(logging)


def _sources_of(logger: Resource) -> Sequence[str]:
    return logger.dependencies.get(_DATA if logger.type in FIREWALL_POLICIES else _DESTINATIONS, ())


def _destinations(stack: Stack) -> dict[str, Resource]:
    """Return what can be a destination, by URN and by what else it is referred to."""
    made: dict[str, Resource] = {}
    for one in stack.of_type(*LOG_GROUPS, *DELIVERY_STREAMS, *BUCKETS):
        made.update(dict.fromkeys((one.urn, *one.identities), one))
    return made
