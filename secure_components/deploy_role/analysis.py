"""A policy that IAM Access Analyzer generated from what a program did, read and checked.

What it names is taken as it stands; what would grow by itself, escalate, or never work behind the
boundary is refused, by statement and action.

Source: IAM User Guide, "IAM Access Analyzer policy generation": generated policies name their
actions, and hold placeholders, as `${BucketName}`, that their owner fills in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from secure_components.arguments import Who, refuse
from secure_components.audit_protection import BLINDING, LEAVING
from secure_components.deploy_role.boundary import IDENTITIES
from secure_components.documents import Statement, covers

ARGUMENT: Final = "access_analysis"

ACTION: Final = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
"""An action by its full name."""
_PLACEHOLDER: Final = re.compile(r"\$\{(?!aws:)")
_ROLE_READ: Final = re.compile(r"iam:(Get|List)(InstanceProfile|Polic|Role|AttachedRole)\w*")
_REFUSED: Final = (*BLINDING, *IDENTITIES, *LEAVING)


def analyzed(who: Who, given: str, names: Sequence[str]) -> list[Statement]:
    """Return the statements of an access analysis, as JSON or in a file, with ids of their own.

    Raises:
        ArgumentError: There is no such file, it is no policy, or it allows what it must not.
    """
    found = _statements(who, given)
    checked: list[Statement] = []
    for index, statement in enumerate(found):
        label = str(statement.get("Sid") or f"number {index + 1}")
        for problem in _problems(statement, names):
            refuse(*who, ARGUMENT, f"has a statement, {label}, that {problem}")
        checked.append({**statement, "Sid": f"Analyzed{index}"})
    return checked


def _statements(who: Who, given: str) -> list[Mapping[str, Any]]:
    text = given
    if not given.lstrip().startswith("{"):
        try:
            text = Path(given).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            refuse(*who, ARGUMENT, f"names no file that can be read: {type(error).__name__}")
    try:
        found = json.loads(text)["Statement"]
    except (ValueError, LookupError, TypeError):
        refuse(*who, ARGUMENT, "is no JSON policy with statements")
    listed = [found] if isinstance(found, Mapping) else found
    if (
        not isinstance(listed, list)
        or not listed
        or not all(isinstance(one, Mapping) for one in listed)
    ):
        refuse(*who, ARGUMENT, "is no JSON policy with statements")
    return listed


def _problems(statement: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    unknown = statement.keys() - {"Sid", "Effect", "Action", "Resource", "Condition"}
    if unknown:
        yield f"has {', '.join(sorted(map(str, unknown)))}; name actions and resources instead"
    if statement.get("Effect") != "Allow":
        yield "does not allow; a deny belongs into a policy of its own"
    actions, resources = _texts(statement.get("Action")), _texts(statement.get("Resource"))
    if not actions or not resources:
        yield "names no actions or no resources"
    if any(_PLACEHOLDER.search(one) for one in resources):
        yield "has a placeholder, ${...}, in a resource; put the name there"
    for action in actions:
        problem = _action_problem(action, resources, statement.get("Condition"), names)
        if problem:
            yield problem


def _action_problem(
    action: str, resources: Sequence[str], condition: object, names: Sequence[str]
) -> str | None:
    if not ACTION.fullmatch(action):
        return "does not name each action in full, without wildcards"
    if any(covers(one, action) for one in _REFUSED):
        return f"allows {action}, which the boundary denies"
    service = action.lower().partition(":")[0]
    if action.lower() == "iam:passrole":
        within = all(
            any(one.partition(":role/")[2].startswith(name) for name in names) for one in resources
        )
        if not within or not _passes_to_services(condition):
            return (
                f"allows {action} for more than roles that begin with `names`, or without "
                "a condition StringEquals on iam:PassedToService"
            )
    elif service == "iam" and not _ROLE_READ.fullmatch(action):
        return f"allows {action}; drop it: roles within the boundary may be made without it"
    elif service == "sts" and any("*" in one or "?" in one for one in resources):
        return f"allows {action} on resources with wildcards; name the roles"
    return None


def _passes_to_services(condition: object) -> bool:
    equals = condition.get("StringEquals") if isinstance(condition, Mapping) else None
    tests = {str(key).lower(): value for key, value in (equals or {}).items()}
    return bool(_texts(tests.get("iam:passedtoservice")))


def _texts(value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, str)]
