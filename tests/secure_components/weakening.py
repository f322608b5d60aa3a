"""Weakens what a component makes, one input at a time, and asks the policy pack what it finds.

Nothing is picked by hand: every child, every input of it, every setting, statement and condition
within is left out once, every switch is turned, every number halved and doubled, and every text
that stands for an action, effect, principal or mode is made the loosest that it can be. What no
rule finds afterwards must be harmless, and each test writes down why.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from policy_pack.catalog import rules
from policy_pack.rule import EnforcementLevel, Resource, Stack

Properties = dict[str, dict[str, Any]]
"""Inputs by resource name."""

Path = tuple[str | int, ...]

_DOCUMENTS: Final = ("policy", "policyDocument", "assumeRolePolicy", "content", "inlinePolicy")
"""Inputs that hold a JSON policy document. `content` of a repository's file is none."""
_LOOSER: Final[Mapping[str, tuple[Any, ...]]] = {
    "Action": ("*",),
    "Effect": ("Allow",),
    "Principal": ("*",),
    "Resource": ("*",),
    "action": ({"allow": {}}, {"count": {}}),
    "addresses": (["0.0.0.0/1", "128.0.0.0/1"],),
    "behavior": ("DROP",),
    "defaultAction": ({"allow": {}},),
    "enforcement": ("evaluate",),
    "fallbackBehavior": ("MATCH", "NO_MATCH"),
    "keyType": ("AWS_OWNED_CMK",),
    "objectOwnership": ("ObjectWriter",),
    "overrideAction": ({"count": {}},),
    "sseAlgorithm": ("AES256",),
    "status": ("Disabled", "Suspended"),
}
"""By the name of an input, the loosest that it can be."""


REFUSED: Final = "the provider or AWS refuses it"
LABEL: Final = "a label, or made by Pulumi where it is left out"
LESS: Final = "allows less, or nobody"
STRICTER: Final = "stricter, or the default"
LONGER: Final = "keeps longer"
COST: Final = "a matter of cost"
_MORE: Final = "denies more"
_BOUND: Final = "the conditions left hold the account or the resource"
_TLS: Final = "AWS's endpoints speak TLS 1.2 at least since 2024 (AWS Security Blog)"

_POLICY: Final = r"[\w-]+\.(policy|policyDocument|assumeRolePolicy)"
_ALLOW: Final = rf"{_POLICY}\.Statement\.(?!Deny)\w+"
_DENY: Final = rf"{_POLICY}\.Statement\.Deny\w+"

EVERYWHERE: Final[Mapping[str, str]] = {
    r".*\.(name|description|alarmDescription|metricName|policyName)": LABEL,
    r".*\.region|[\w-]+-bucket-\w+\.bucket": REFUSED,
    r"[\w-]+-key-alias(\.(name|targetKeyId))?": LABEL,
    r"[\w-]+-key\.deletionWindowInDays(=60)?": STRICTER,
    r"[\w-]+-log-group\.retentionInDays=730": LONGER,
    r"[\w-]+-bucket-ownership": STRICTER,
    r".*\.bucketKeyEnabled(=False)?": COST,
    # Policies.
    rf"{_POLICY}\.Statement\.\w+\.Sid|{_POLICY}\.Version": LABEL,
    rf"{_POLICY}|{_POLICY}\.Statement|[\w-]+-(key|bucket|role(-policy)?)": LESS,
    rf"{_ALLOW}(\.(Effect|Action|Resource|Principal)(\.\w+)?)?": LESS,
    rf"{_ALLOW}\.(Principal|Resource)=\*": _BOUND,
    rf"{_ALLOW}\.Condition\.(StringEquals|ArnLike)(\.((aws|kms):.+|s3:x-amz-acl))?": _BOUND,
    r".*\.AccountAdministers\.Action=\*": "a key's policy is for the key alone",
    r".*\.assumeRolePolicy\..*\.Action=\*": "a trust policy allows assuming alone",
    rf"{_DENY}\.(Effect|Action|Resource|Principal)(\.\d)?": REFUSED,
    rf"{_DENY}\.(Action|Resource)=\*|{_DENY}\.Condition": _MORE,
    r".*\.DenyOldTls(\..*)?": _TLS,
}
"""Why a change that no rule finds is harmless, whatever the component, by a pattern of its id."""


ACCESS_LOGS: Final[Mapping[str, str]] = {
    r"[\w-]+-access-logs(-(ownership|encryption)(\..*)?)?": (
        "S3 encrypts, and takes no ACL, by itself"
    ),
    r"[\w-]+-access-logs-lifecycle\..*|[\w-]+-bucket-logging\.targetPrefix": (
        "who reads files opens none by being recorded shorter, or beside others"
    ),
    r"[\w-]+-access-logs-policy\.policy\.Statement\.DenyOtherWriters(\..*)?": (
        "IAM allows others none by itself"
    ),
}
"""Why, of a bucket that records who reads another one."""


@dataclass(frozen=True)
class Made:
    """What a component registered under mocks.

    Attributes:
        types: Type tokens by resource name.
        properties: Inputs by resource name.
    """

    types: Mapping[str, str]
    properties: Properties


@dataclass(frozen=True)
class Weakening:
    """One change to what was made.

    Attributes:
        id: What was changed, as `audit-key.enableKeyRotation=False`.
        properties: All inputs after it.
    """

    id: str
    properties: Properties


def made_by(recorder: Any) -> Made:
    """Return the custom resources that were registered, buckets with their names."""
    custom = {n: a for n, a in recorder.resources.items() if not _is_component(a.typ)}
    types = {name: args.typ for name, args in custom.items()}
    buckets = [name for name, type_ in types.items() if _is_bucket(type_)]
    named = {name: {"bucket": recorder.bucket(name)} for name in buckets}
    return Made(types, {n: {**named.get(n, {}), **args.inputs} for n, args in custom.items()})


def found(types: Mapping[str, str], properties: Properties) -> set[str]:
    """Return the ids of all rules that do not pass a stack with these resources.

    Of those that are on where nothing is configured.
    """
    stack = Stack(
        [
            Resource(
                types[name],
                name,
                f"urn:pulumi:stack::project::{types[name]}::{name}",
                {"id": f"{name}-id", "arn": f"arn-of-{name}", **values},
            )
            for name, values in properties.items()
        ]
    )
    return {
        rule.id
        for rule in rules()
        if rule.level is not EnforcementLevel.DISABLED
        for resource in stack.of_type(*rule.types)
        if not rule.judge(resource, stack).passed
    }


def weakenings(properties: Properties) -> Iterator[Weakening]:
    """Yield every change of what was made, one at a time."""
    for name, inputs in properties.items():
        yield Weakening(name, {other: v for other, v in properties.items() if other != name})
        plain = {key: _read(key, value) for key, value in inputs.items()}
        for label, changed in _changes(plain):
            written = {key: _write(key, value) for key, value in changed.items()}
            yield Weakening(f"{name}.{label}", {**properties, name: written})


def _changes(value: Any, at: Path = ()) -> Iterator[tuple[str, Any]]:
    """Yield each change of a value, with a label."""
    label = ".".join(map(str, at))
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield f"{label}.{key}".strip("."), {k: v for k, v in value.items() if k != key}
            yield from _within(value, key, each, at)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield f"{label}.{_mark(each, index)}", value[:index] + value[index + 1 :]
            yield from _within(value, index, each, at)
    elif isinstance(value, bool):
        yield f"{label}={not value}", not value
    elif isinstance(value, int | float):
        for other in {value * 2, value // 2} - {value}:
            yield f"{label}={other:g}", other
    for loosest in _LOOSER.get(str(at[-1]), ()) if at else ():
        if value != loosest:
            spelled = loosest if isinstance(loosest, str) else json.dumps(loosest)
            yield f"{label}={spelled}", loosest


def _within(
    holder: Any,
    key: str | int,
    value: Any,
    at: Path,
) -> Iterator[tuple[str, Any]]:
    for label, changed in _changes(value, (*at, _mark(value, key))):
        whole = copy.copy(holder)
        whole[key] = changed
        yield label, whole


def _mark(value: Any, key: str | int) -> str | int:
    """Name an element of a list by what names it, so that its place means nothing."""
    if isinstance(key, int) and isinstance(value, Mapping):
        named = next((value[one] for one in ("Sid", "name", "id", "key") if one in value), None)
        return str(named) if isinstance(named, str) else key
    return key


def _read(key: str, value: Any) -> Any:
    document = key in _DOCUMENTS and isinstance(value, str) and value.startswith("{")
    return json.loads(value) if document else value


def _write(key: str, value: Any) -> Any:
    return json.dumps(value) if key in _DOCUMENTS and isinstance(value, Mapping) else value


def _is_bucket(type_: str) -> bool:
    return type_ == "aws:s3/bucket:Bucket"


def _is_component(type_: str) -> bool:
    return type_.startswith("secure-components:")


def survivors(
    made: Made,
    harmless: Mapping[str, str],
    *,
    everywhere: Mapping[str, str] = EVERYWHERE,
    proven: Callable[[Properties], bool] = lambda _: False,
) -> tuple[list[str], set[str]]:
    """Weaken everything, and compare what nothing finds with what is said to be harmless.

    Args:
        made: What the component made.
        harmless: Why a change is harmless, by a pattern of its id.
        everywhere: Why, of any component.
        proven: Whether the component's own proof finds a change.

    Returns:
        The changes that neither a rule nor the proof finds and no pattern names; the patterns that
        name one.
    """
    patterns = {pattern: re.compile(pattern) for pattern in {**everywhere, **harmless}}
    left: list[str] = []
    used: set[str] = set()
    for weakening in weakenings(made.properties):
        if proven(weakening.properties) or found(made.types, weakening.properties):
            continue
        excuses = {p for p, pattern in patterns.items() if pattern.fullmatch(weakening.id)}
        used |= excuses
        if not excuses:
            left.append(weakening.id)
    return left, used


def set_to(name: str, *path: Any) -> Callable[[Properties], None]:
    """Return a change of a nested input; the last element of the path is the value."""
    *steps, last, value = path

    def weaken(properties: Properties) -> None:
        target: Any = properties[name]
        for step in steps:
            target = target[step]
        target[last] = value

    return weaken


def without(name: str, key: str | None = None) -> Callable[[Properties], None]:
    """Return a change that leaves an input out, or the whole child."""

    def weaken(properties: Properties) -> None:
        if key is None:
            del properties[name]
        else:
            del properties[name][key]

    return weaken
