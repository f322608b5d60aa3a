"""The policies that a role would have, read from what a component registers under mocks."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, Final

from moto.iam.aws_managed_policies import aws_managed_policies_data
from pulumi.runtime.mocks import MockResourceArgs

_AWS: Final = "arn:aws:iam::aws:policy/"
_POLICY: Final = "aws:iam/policy:Policy"
_INLINE: Final = "aws:iam/rolePolicy:RolePolicy"
_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

Document = Mapping[str, Any]


def documents_of(resources: Mapping[str, MockResourceArgs], role: str) -> list[Document]:
    """Return the documents of all policies that a role has.

    Args:
        resources: What was registered, by Pulumi name.
        role: The role's name in AWS, as its attachments name it.
    """
    found = []
    for each in resources.values():
        if each.inputs.get("role") != role:
            continue
        if each.typ == _ATTACHMENT:
            found.append(document_of(resources, each.inputs["policyArn"]))
        if each.typ == _INLINE:
            found.append(json.loads(each.inputs["policy"]))
    assert found, f"nothing is attached to {role}"
    return found


def document_of(resources: Mapping[str, MockResourceArgs], arn: str) -> Document:
    """Return a policy's document: one that was registered, or AWS's own."""
    if arn.startswith(_AWS):
        return aws_managed(arn.removeprefix(_AWS))
    (name,) = (name for name in resources if arn == f"arn-of-{name}")
    assert resources[name].typ == _POLICY
    document: Document = json.loads(resources[name].inputs["policy"])
    return document


def aws_managed(path: str) -> Document:
    """Return the document of one of AWS's policies, as ``job-function/ViewOnlyAccess``."""
    folder, _, name = f"/{path}".rpartition("/")
    policy = aws_policies()[name]
    assert policy["Path"] == f"{folder}/"
    document: Document = policy["Document"]
    return document


@functools.cache
def aws_policies() -> Mapping[str, Any]:
    """Return all of AWS's managed policies by name, as moto bundles them."""
    policies: Mapping[str, Any] = json.loads(aws_managed_policies_data)
    return policies
