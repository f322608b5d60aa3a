"""What the two roles may do, in policies that IAM takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from secure_components.deploy_role.args import DeployRoleArgs
from secure_components.deploy_role.services import (
    SERVICES,
    Scope,
    read_statements,
    write_statements,
)
from secure_components.documents import Statement, Statements, covers
from secure_components.read_only_access.denials import DATA

PATH: Final = "/deploy/"
"""Where the roles and policies of every `DeployRole` stand, which none of them may change."""

LARGEST_POLICY: Final = 6_144
"""Characters of a managed policy, white space not counted (IAM User Guide, "IAM and AWS STS
quotas")."""
LARGEST_TRUST: Final = 2_048
"""Characters of a trust policy, by default (same)."""
MOST_POLICIES: Final = 10
"""Managed policies that a role has, by default (same)."""

ROLE_CHANGES: Final = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
)
"""What is allowed on roles that have the boundary, and on no other."""

ROLE_READS: Final = (
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListPolicyVersions",
    "iam:ListRolePolicies",
)
POLICY_CHANGES: Final = (
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:TagPolicy",
    "iam:UntagPolicy",
)
ROLE_TAGS: Final = ("iam:TagRole", "iam:UntagRole")

_READING: Final = re.compile(r"[a-z0-9-]+:(BatchGet|Describe|Get|List)[A-Za-z0-9]*")

DEFAULT_RUNTIME: Final = (
    "cloudwatch:PutMetricData",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)


@dataclass(frozen=True)
class Ceiling:
    """All that policies and boundary are made of, once every output is known.

    Attributes:
        args: What the caller gave.
        scope: What the pipeline may touch.
        base: Name of the roles, without their purpose.
        boundary_arn: ARN of the boundary, made or given.
        provider_arn: ARN of the identity provider, made or given.
        keys: ARNs of the keys that the program uses.
        state_key: ARN of the key of the state, if there is any.
        analyzed: What an access analysis allows.
    """

    args: DeployRoleArgs
    scope: Scope
    base: str
    boundary_arn: str
    provider_arn: str
    keys: Sequence[str]
    state_key: str
    analyzed: Statements

    @property
    def services(self) -> list[str]:
        """The services, sorted, so that their order means nothing."""
        return sorted(self.args.get("services", ()))

    @property
    def runtime_actions(self) -> Sequence[str]:
        """What roles of the program may do beside, on any resource."""
        return self.args.get("runtime_actions", DEFAULT_RUNTIME)

    @cached_property
    def roles(self) -> list[str]:
        """ARNs of the roles that the program makes."""
        return [self._iam(f"role/{one}") for one in self.scope.patterns]

    @cached_property
    def policies(self) -> list[str]:
        """ARNs of the policies that the program makes."""
        return [self._iam(f"policy/{one}") for one in self.scope.patterns]

    @property
    def foundations(self) -> list[str]:
        """ARNs of what holds the pipeline: these roles, their policies, the boundary, and trust."""
        own = [self._iam(f"{kind}{PATH}*") for kind in ("role", "policy")]
        given = [self.boundary_arn] if "boundary_arn" in self.args else []
        return [*own, *given, self.provider_arn]

    @property
    def shared(self) -> Statements:
        """What both the boundary and `apply` allow: keys and state."""
        return [*self._use_keys(), *self.state(writes=True)]

    def plan(self) -> Iterator[Statement]:
        """Yield what the role that plans may do."""
        reads = [
            *read_statements(self.services, self.scope),
            *self._analyzed_reads(),
            self._read_roles(),
            *([_allow("ReadKeys", ["kms:DescribeKey"], self.keys)] if self.keys else []),
            *self.state(writes=False),
        ]
        yield from reads
        yield from _data_denials(reads)

    def apply(self) -> Iterator[Statement]:
        """Yield what the role that applies may do."""
        yield from read_statements(self.services, self.scope)
        yield from write_statements(self.services, self.scope)
        yield self._read_roles()
        yield from self._make_roles()
        yield from self.analyzed
        yield from self.shared

    def _analyzed_reads(self) -> Iterator[Statement]:
        """Yield what an access analysis names of settings: neither changes nor data."""
        for statement in self.analyzed:
            listed = [statement["Action"]] if isinstance(statement["Action"], str) else None
            reads = [
                action
                for action in listed or statement["Action"]
                if _READING.fullmatch(action)
                and not any(covers(one.actions, action) for one in DATA)
            ]
            if reads:
                yield {**statement, "Action": reads}

    def _read_roles(self) -> Statement:
        return _allow("ReadRoles", ROLE_READS, [*self.roles, *self.policies])

    def _make_roles(self) -> Iterator[Statement]:
        bounded = {"StringEquals": {"iam:PermissionsBoundary": self.boundary_arn}}
        yield {**_allow("ChangeBoundedRoles", ROLE_CHANGES, self.roles), "Condition": bounded}
        yield _allow("TagRoles", ROLE_TAGS, self.roles)
        yield _allow("ChangePolicies", POLICY_CHANGES, self.policies)
        takers = [SERVICES[one].takes_roles for one in self.services]
        if any(takers):
            yield {
                **_allow("PassRoles", ["iam:PassRole"], self.roles),
                "Condition": {
                    "StringEquals": {"iam:PassedToService": sorted(filter(None, takers))}
                },
            }

    def _use_keys(self) -> Iterator[Statement]:
        if self.keys:
            use = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
            yield _allow("UseKeys", use, list(self.keys))
            yield {
                **_allow("LetServicesUseKeys", ["kms:CreateGrant"], list(self.keys)),
                "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            }

    def state(self, *, writes: bool) -> Iterator[Statement]:
        """Yield the access to the state. A preview takes no lock, and writes nothing.

        Source: Pulumi's own backend for buckets, `pkg/backend/diy` in pulumi/pulumi.
        """
        if "state" not in self.args:
            return
        bucket = self.scope.place.bucket_arn(self.args["state"]["bucket"])
        files = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"] if writes else ["s3:GetObject"]
        use = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"] if writes else ["kms:Decrypt"]
        yield _allow("ListState", ["s3:ListBucket"], [bucket])
        yield _allow("State", files, [f"{bucket}/.pulumi/*"])
        yield _allow("StateKey", use, [self.state_key])

    def _iam(self, resource: str) -> str:
        place = self.scope.place
        return f"arn:{place.partition}:iam::{place.account}:{resource}"


def size(statements: Iterable[Statement]) -> int:
    """Count the characters of a policy as IAM does, without white space."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return len(json.dumps(document, separators=(",", ":")))


def packed(statements: Iterable[Statement]) -> list[Statements]:
    """Distribute statements over as few policies as their order allows.

    Raises:
        ValueError: One alone is larger than a policy.
    """
    policies: list[list[Statement]] = []
    for statement in statements:
        if size([statement]) > LARGEST_POLICY:
            raise ValueError(statement["Sid"])
        if policies and size([*policies[-1], statement]) <= LARGEST_POLICY:
            policies[-1].append(statement)
        else:
            policies.append([statement])
    return [tuple(one) for one in policies]


def _data_denials(reads: Iterable[Statement]) -> Iterator[Statement]:
    """Yield what denies data, whatever is attached later, but for what these statements read."""
    listed = list(reads)
    spared = {
        denial: [
            resource
            for statement in listed
            if any(covers(denial.actions, action) for action in statement["Action"])
            for resource in statement["Resource"]
        ]
        for denial in DATA
    }
    everywhere = [denial.actions for denial in DATA if not spared[denial]]
    yield {"Sid": "DenyData", "Effect": "Deny", "Action": everywhere, "Resource": "*"}
    elsewhere = [denial.actions for denial in DATA if spared[denial]]
    if elsewhere:
        kept = dict.fromkeys(resource for denial in DATA for resource in spared[denial])
        yield {
            "Sid": "DenyOtherData",
            "Effect": "Deny",
            "Action": elsewhere,
            "NotResource": list(kept),
        }


def _allow(sid: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
