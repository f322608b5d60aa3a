from __future__ import annotations

import json
from typing import Any

from policy_pack.aws import IDENTITY_POLICIES, ROLES
from policy_pack.escalations import ways
from policy_pack.identities import (
    IDENTITIES,
    POLICIES,
    ROLE_ATTACHMENTS,
    ROLE_POLICIES,
)
from policy_pack.rule import (
    UNKNOWN,
    Findings,
    Resource,
    Severity,
    Stack,
    finding,
    owasp,
    prowler,
    ref,
    rule,
)

_ROLES = "arn:aws:iam::123456789012:role"


def _document(*actions: str, **changes: object) -> str:
    statement = {"Sid": "Act", "Effect": "Allow", "Action": [*actions], "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | changes]})


def _role(*policies: object, **properties: object) -> dict[str, Any]:
    made = [
        (ROLE_POLICIES[0], {"role": ref("role"), "policy": policy, "name": f"policy-{number}"})
        for number, policy in enumerate(policies)
    ]
    named = {f"policy-{number}": policy for number, policy in enumerate(made)}
    return {"role": (ROLES[0], {"name": "app", **properties}), **named}


def _bounded(boundary: object, *policies: object) -> dict[str, Any]:
    return {
        **_role(*policies, permissionsBoundary=ref("boundary")),
        "boundary": (POLICIES[0], {"policy": boundary}),
    }


_RUNS = ("ec2:Run*", "ec2:Describe*")
_PASS = _document("IAM:passrole")
_CHANGE = ("iam:Put*Policy", "iam:Create?olicyVersion")


@rule(
    title="Identities cannot give themselves more than they have",
    types=(*IDENTITIES, *IDENTITY_POLICIES),
    severity=Severity.CRITICAL,
    fix=(
        "Leave the action out, name the resources that it is for, or add a condition, as on "
        "iam:PermissionsBoundary where identities are managed and on iam:PassedToService where a "
        "role is passed."
    ),
    controls=(
        prowler("iam_inline_policy_allows_privilege_escalation"),
        prowler("iam_policy_allows_privilege_escalation"),
        owasp("A01:2021"),
    ),
    passes=[
        _role(_document("s3:GetObject"), _document(*_RUNS)),
        _role(_PASS, _document("s3:PutObject")),
        _role(_document("iam:PassRole", Resource=f"{_ROLES}/app/*"), _document("lambda:*Function")),
        _role(
            _document(
                "iam:PassRole",
                Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
            ),
            _document(*_RUNS),
        ),
        _role(
            _document(
                "iam:PutRolePolicy",
                Condition={"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::1:policy/b"}},
            )
        ),
        _role(_document(*_CHANGE), _document("iam:*", Effect="Deny")),
        _bounded(_document("s3:*", "ec2:*"), _document(*_CHANGE), _PASS, _document(*_RUNS)),
    ],
    fails=[
        _role(_document(*_CHANGE)),
        _role(_document("iam:*")),
        _role(_PASS, _document(*_RUNS)),
        _role(_document("sts:*", Action=None, NotAction="s3:*")),
        _role(_document("iam:Put*", Resource=f"{_ROLES}/app")),
        _role(
            _document(*_CHANGE),
            _document("iam:*", Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}),
        ),
        _bounded(_document("*"), _document(*_CHANGE)),
        {
            "role": (ROLES[0], {"inlinePolicies": [{"name": "pass", "policy": _PASS}]}),
            "attachment": (ROLE_ATTACHMENTS[0], {"role": ref("role"), "policyArn": ref("run")}),
            "run": (POLICIES[0], {"policy": _document(*_RUNS)}),
        },
        {"policy": (POLICIES[0], {"policy": _document("iam:Attach*Policy")})},
    ],
    undecided=[
        _role(UNKNOWN),
        _role(_PASS, UNKNOWN),
        _role(_document("s3:GetObject"), inlinePolicies=UNKNOWN),
        {**_role(_document(*_CHANGE), permissionsBoundary=UNKNOWN)},
        {
            "role": (ROLES[0], {"inlinePolicies": [{"name": "pass", "policy": _PASS}]}),
            "anywhere": (ROLE_POLICIES[0], {"role": UNKNOWN, "policy": _document(*_RUNS)}),
        },
    ],
    omission="An identity without policies may do nothing.",
)
def check(subject: Resource, stack: Stack) -> Findings:
    """Keep whoever takes over an identity to what was given to it.

    Changing a policy, handing an administrator's role to a new instance, or sending a command to
    one that runs, leads from a few actions to all of them. All policies of an identity are judged
    together, with what they deny without a condition, and with a permissions boundary of the stack.
    An action counts where it is allowed on any resource, on the identity itself, or on a policy
    that it holds; a condition that names resources' tags, the boundary of whom is changed, or the
    service that is handed a role, narrows it. That naming is enough is our inference: Prowler finds
    named resources too. What groups give to their users is judged at the groups, and an
    administrator's policy by `iam-policy-named-actions`: it leaves nothing to gain.

    Source: the lists that `policy_pack/escalations.py` names; AWS IAM User Guide, "Permissions
    boundaries for IAM entities" and "Policy evaluation logic".
    """
    open_, unread = ways(subject, stack)
    by_statement: dict[str, list[str]] = {}
    for way, sid in open_:
        by_statement.setdefault(sid, []).append(str(way))
    for sid, names in by_statement.items():
        yield finding(
            "The policy statement '{name}' lets its holder gain more, by {ways}.",
            name=sid,
            ways=_some(names),
        )
    yield from unread


def _some(names: list[str]) -> str:
    """Return as many names as a message holds."""
    shown = names[:_SHOWN]
    left = len(names) - len(shown)
    return ", ".join([*shown, *([f"{left} more"] if left else [])])


_SHOWN = 2
