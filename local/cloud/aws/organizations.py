"""Organizations: service and resource control policies, and what they are attached to."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, cast

from local.cloud import policies
from local.cloud.aws.facets import tags
from local.cloud.aws_api import AwsApi
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, Call, Properties, Resource
from local.cloud.values import is_unknown

# --- Policies ---

_SERVICE: Final = "SERVICE_CONTROL_POLICY"
_RESOURCE: Final = "RESOURCE_CONTROL_POLICY"
_SIZE: Final = 5_120
"""In characters, white space among them: user guide, "Quotas and service limits"."""
_VERSION: Final = "2012-10-17"


def _check_policy(policy: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_organizations_policy``."""
    kind, content = policy.get("type"), policy.get("content")
    if not is_unknown(kind) and kind not in (_SERVICE, _RESOURCE):
        yield CheckFailure(
            "type", f"must be {_SERVICE} or {_RESOURCE}: the local cloud has no other."
        )
    if not policy.get("name"):
        yield CheckFailure("name", "must be set: the local cloud makes none.")
    if not is_unknown(content) and not _is_json(str(content)):
        yield CheckFailure("content", "must be valid JSON.")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _require_policy(api: Api, policy: Properties) -> None:
    """Refuse what is no control policy.

    Source: the user guide, "SCP syntax" (no principals) and "RCP syntax" (denies alone, to every
    principal, of named actions).
    """
    del api
    content = str(policy["content"])
    if len(content) > _SIZE:
        raise ApiError(
            "CreatePolicy",
            "ConstraintViolationException",
            f"POLICY_CONTENT_LIMIT_EXCEEDED: the policy has more than {_SIZE} characters",
        )
    of_resources = policy["type"] == _RESOURCE
    musts = ("Action", "Resource", *(("Principal",) if of_resources else ()))
    try:
        found = policies.statements(content, musts, () if of_resources else ("Principal",))
    except ValueError:
        raise _malformed(
            "a statement must have an Effect, an Action, a Resource, and a Principal in a "
            "resource control policy alone"
        ) from None
    if json.loads(content).get("Version") != _VERSION:
        raise _malformed(f"the Version must be {_VERSION}")
    if of_resources:
        _require_denies(found)


def _require_denies(found: list[Mapping[str, object]]) -> None:
    for each in found:
        if each["Effect"] != "Deny":
            raise _malformed("a resource control policy can only deny")
        if each.get("Principal") != "*":
            raise _malformed("the Principal of a resource control policy must be *")
        if "NotAction" in each:
            raise _malformed("a resource control policy has no NotAction")


def _malformed(why: str) -> ApiError:
    return ApiError(
        "CreatePolicy",
        "MalformedPolicyDocumentException",
        f"The provided policy document does not meet the requirements of its type: {why}",
    )


_WHICH: Final = {"PolicyId": "{id}"}
_WHOSE: Final = {"ResourceId": "{id}"}

_POLICY: Final = Resource(
    token="aws:organizations/policy:Policy",
    service="organizations",
    id="{id}",
    # The provider sends an empty description for none.
    create=Call(
        "CreatePolicy",
        {"Description": lambda known: known.get("description") or ""},
        result="Policy.PolicySummary",
    ),
    read=Call(
        "DescribePolicy",
        _WHICH,
        only=(),
        result="merge(Policy.PolicySummary, {Content: Policy.Content})",
        absent=("PolicyNotFoundException", "AWSOrganizationsNotInUseException"),
    ),
    update=Call("UpdatePolicy", _WHICH),
    delete=Call("DeletePolicy", _WHICH, only=()),
    defaults={"type": _SERVICE},
    immutable=("type",),
    clear=("description",),
    local=("skipDestroy",),
    facets=(
        tags(
            Call("TagResource", _WHOSE),
            Call("UntagResource", _WHOSE),
            read=Call("ListTagsForResource", _WHOSE, only=()),
        ),
    ),
    check=_check_policy,
    require=_require_policy,
)


# --- Attachments ---

_ATTACHED_AT_MOST: Final = 5
"""Of one type, AWS's own among them: user guide, "Quotas and service limits"."""


def _require_attachment(api: Api, attachment: Properties) -> None:
    """Refuse a policy that its target cannot have."""
    aws = cast("AwsApi", api)
    which = {"PolicyId": attachment["policyId"]}
    kind = aws.send("organizations", "DescribePolicy", which)["Policy"]["PolicySummary"]["Type"]
    enabled = [
        each["Type"]
        for root in aws.send("organizations", "ListRoots", {})["Roots"]
        for each in root["PolicyTypes"]
    ]
    if kind not in enabled:
        raise _refused(
            "PolicyTypeNotEnabledException", f"{kind} is not enabled for the organization's root"
        )
    target = {"TargetId": attachment["targetId"], "Filter": kind}
    there = aws.send("organizations", "ListPoliciesForTarget", target)["Policies"]
    if any(each["Id"] == attachment["policyId"] for each in there):
        raise _refused(
            "DuplicatePolicyAttachmentException", "the policy is attached to the target already"
        )
    if len(there) >= _ATTACHED_AT_MOST:
        raise _refused(
            "ConstraintViolationException",
            f"MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED: the target has {_ATTACHED_AT_MOST} "
            "policies of this type already",
        )


def _refused(code: str, message: str) -> ApiError:
    return ApiError("AttachPolicy", code, message)


_ATTACHMENT: Final = Resource(
    token="aws:organizations/policyAttachment:PolicyAttachment",
    service="organizations",
    id="{targetId}:{policyId}",
    create=Call("AttachPolicy"),
    read=Call(
        "ListTargetsForPolicy",
        {"PolicyId": "{policyId}"},
        only=(),
        result="Targets[?TargetId=='{targetId}'] | [0]",
        absent=("PolicyNotFoundException", "AWSOrganizationsNotInUseException"),
    ),
    delete=Call("DetachPolicy"),
    immutable=("policyId", "targetId"),
    local=("skipDestroy",),
    require=_require_attachment,
)

RESOURCES: Final = (_POLICY, _ATTACHMENT)
