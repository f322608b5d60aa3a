"""What the filters of `AuditTrail` count, by events as a trail writes them.

That CloudWatch Logs evaluates patterns so is by its guide (`test_filter_patterns.py`), not by
CloudWatch Logs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.session import get_session

from secure_components.audit_trail.monitoring import MONITORS, NAMES, monitors
from secure_components.audit_trail.queries import OUTSIDE, QUERIES
from tests.secure_components.cloudtrail_events import (
    IDENTITY_CENTER_SIGN_IN,
    ORDINARY,
    ROOT,
    SAML_SIGN_IN,
    USER,
    Event,
    call,
    denied,
    role,
    sign_in,
)
from tests.secure_components.filter_patterns import matches

PATTERNS: Final = {one.name: one.pattern for one in MONITORS}
SOURCES: Final = {
    "iam-policy-changes": "iam",
    "cloudtrail-changes": "cloudtrail",
    "key-disabled-or-deleted": "kms",
    "bucket-policy-changes": "s3",
    "config-changes": "config",
    "security-group-changes": "ec2",
    "network-acl-changes": "ec2",
    "network-gateway-changes": "ec2",
    "route-table-changes": "ec2",
    "vpc-changes": "ec2",
    "organization-changes": "organizations",
}
"""Whose calls a filter counts, where it counts calls by their names."""


def names_in(pattern: str) -> list[str]:
    return re.findall(r"eventName ?= ?\"?(\w+)", pattern)


BY_NAME: Final = [
    (monitor, source, name)
    for monitor, source in SOURCES.items()
    for name in names_in(PATTERNS[monitor])
]
OTHERS: Final[dict[str, tuple[Event, set[str]]]] = {
    "denied by EC2": (
        denied("ec2", "RunInstances", "Client.UnauthorizedOperation"),
        {"unauthorized-api-calls"},
    ),
    "denied by S3": (denied("s3", "GetBucketAcl", "AccessDenied"), {"unauthorized-api-calls"}),
    "denied by most": (
        denied("dynamodb", "ListTables", "AccessDeniedException"),
        {"unauthorized-api-calls"},
    ),
    "a user's sign-in without MFA": (sign_in(USER, mfa=False), {"sign-in-without-mfa"}),
    "the root user's call": (call("s3", "CreateBucket", ROOT), {"root-use"}),
    "the root user's sign-in with MFA": (sign_in(ROOT, mfa=True), {"root-use"}),
    "the root user's sign-in without MFA": (sign_in(ROOT, mfa=False), {"root-use"}),
    "a failed sign-in": (sign_in(USER, mfa=False, success=False), {"failed-sign-ins"}),
    # By the benchmark's text, which looks at one property at a time:
    "the root user's failed sign-in": (
        sign_in(ROOT, mfa=False, success=False),
        {"failed-sign-ins", "root-use"},
    ),
    "a change by the root user": (
        call("cloudtrail", "StopLogging", ROOT),
        {"cloudtrail-changes", "root-use"},
    ),
    "a change that was denied": (
        denied("kms", "ScheduleKeyDeletion", "AccessDenied"),
        {"key-disabled-or-deleted", "unauthorized-api-calls"},
    ),
}


def counted(event: Event, patterns: dict[str, str] = PATTERNS) -> set[str]:
    return {name for name, pattern in patterns.items() if matches(pattern, event)}


@pytest.mark.parametrize(("monitor", "source", "name"), BY_NAME)
def test_each_call_is_counted_by_its_filter_alone(monitor: str, source: str, name: str) -> None:
    assert counted(call(source, name)) == {monitor}


@pytest.mark.parametrize("case", OTHERS)
def test_other_events_are_counted_by(case: str) -> None:
    event, expected = OTHERS[case]
    assert counted(event) == expected


def test_every_filter_counts_some_event_alone() -> None:
    alone = {monitor for monitor, _, _ in BY_NAME}
    alone |= {next(iter(by)) for _, by in OTHERS.values() if len(by) == 1}
    assert alone == set(NAMES)


@pytest.mark.parametrize("case", ORDINARY)
def test_what_happens_all_day_is_counted_by_none(case: str) -> None:
    assert counted(ORDINARY[case]) == set()


@pytest.mark.parametrize("event", [SAML_SIGN_IN, IDENTITY_CENTER_SIGN_IN], ids=["SAML", "SSO"])
def test_sign_ins_through_an_identity_provider_count_where_everybody_does(event: Event) -> None:
    everybody = {one.name: one.pattern for one in monitors({"sign_in_without_mfa": "everybody"})}
    assert counted(event) == set()
    assert counted(event, everybody) == {"sign-in-without-mfa"}
    assert counted(sign_in(USER, mfa=False), everybody) == {"sign-in-without-mfa"}
    assert counted(sign_in(role(), mfa=True), everybody) == set()


def test_a_copy_of_the_first_pattern_that_goes_about_counts_everything() -> None:
    broken = PATTERNS["unauthorized-api-calls"].removesuffix("}") + (
        '|| ($.sourceIPAddress!="delivery.logs.amazonaws.com") || ($.eventName!="HeadBucket")}'
    )
    assert all(matches(broken, event) for event in ORDINARY.values())


# --- Texts ---


def test_the_guide_lists_every_alarm_and_query() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "audit-trail.md").read_text("utf-8")
    for one in MONITORS:
        meaning = one.meaning.removesuffix(".")
        assert f"| `{one.name}` | {meaning} | {one.cis['7.0']} | {one.cis['5.0']} |" in guide
    for query in (*QUERIES, OUTSIDE):
        assert f"| `{query}` |" in guide


def test_there_are_the_fifteen_of_the_benchmark() -> None:
    assert [one.cis for one in MONITORS] == [
        {"7.0": f"5.{number}", "5.0": f"4.{number}"} for number in range(1, 16)
    ]
    assert len(set(NAMES)) == len(MONITORS)
    assert {(one.threshold, one.period) for one in MONITORS} == {(1, 300)}


def test_texts_are_word_for_word_those_of_security_hub() -> None:
    assert PATTERNS["route-table-changes"] == (
        "{($.eventSource=ec2.amazonaws.com) && (($.eventName=CreateRoute) || "
        "($.eventName=CreateRouteTable) || ($.eventName=ReplaceRoute) || "
        "($.eventName=ReplaceRouteTableAssociation) || ($.eventName=DeleteRouteTable) || "
        "($.eventName=DeleteRoute) || ($.eventName=DisassociateRouteTable))}"
    )
    assert PATTERNS["cloudtrail-changes"] == (
        "{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || "
        "($.eventName=StartLogging) || ($.eventName=StopLogging)}"
    )
    assert PATTERNS["root-use"] == (
        '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS '
        '&& $.eventType !="AwsServiceEvent"}'
    )


@pytest.mark.parametrize("monitor", SOURCES)
def test_names_are_those_of_the_services_operations(monitor: str) -> None:
    names = names_in(PATTERNS[monitor])
    assert names
    assert not set(names) - set(get_session().get_service_model(SOURCES[monitor]).operation_names)


def test_patterns_are_as_long_as_cloudwatch_logs_takes_them() -> None:
    put: Any = get_session().get_service_model("logs").operation_model("PutMetricFilter")
    limit = put.input_shape.members["filterPattern"]
    assert max(map(len, PATTERNS.values())) <= limit.metadata["max"]


PROWLER: Final[dict[str, Sequence[str]]] = {
    "unauthorized-api-calls": (
        "errorCode = *UnauthorizedOperation",
        "errorCode = AccessDenied*",
    ),
    "sign-in-without-mfa": ("eventName = ConsoleLogin", "additionalEventData.MFAUsed != Yes"),
    "root-use": (
        "userIdentity.type = Root",
        "userIdentity.invokedBy NOT EXISTS",
        "eventType != AwsServiceEvent",
    ),
    "iam-policy-changes": (
        *(f"eventName = Delete{one}Policy" for one in ("Group", "Role", "User")),
        *(f"eventName = Put{one}Policy" for one in ("Group", "Role", "User")),
        *(f"eventName = {one}Policy" for one in ("Create", "Delete")),
        *(f"eventName = {one}PolicyVersion" for one in ("Create", "Delete")),
        *(
            f"eventName = {one}{of}Policy"
            for of in ("Role", "User", "Group")
            for one in ("Attach", "Detach")
        ),
    ),
    "cloudtrail-changes": (
        *(f"eventName = {one}Trail" for one in ("Create", "Update", "Delete")),
        *(f"eventName = {one}Logging" for one in ("Start", "Stop")),
    ),
    "failed-sign-ins": ("eventName = ConsoleLogin", "errorMessage = Failed authentication"),
    "key-disabled-or-deleted": (
        "eventSource = kms.amazonaws.com",
        "eventName = DisableKey",
        "eventName = ScheduleKeyDeletion",
    ),
    "bucket-policy-changes": (
        "eventSource = s3.amazonaws.com",
        *(
            f"eventName = PutBucket{one}"
            for one in ("Acl", "Policy", "Cors", "Lifecycle", "Replication")
        ),
        *(
            f"eventName = DeleteBucket{one}"
            for one in ("Policy", "Cors", "Lifecycle", "Replication")
        ),
    ),
    "config-changes": (
        "eventSource = config.amazonaws.com",
        "eventName = StopConfigurationRecorder",
        "eventName = DeleteDeliveryChannel",
        "eventName = PutDeliveryChannel",
        "eventName = PutConfigurationRecorder",
    ),
    "security-group-changes": (
        *(
            f"eventName = {one}SecurityGroup{way}"
            for one in ("Authorize", "Revoke")
            for way in ("Ingress", "Egress")
        ),
        *(f"eventName = {one}SecurityGroup" for one in ("Create", "Delete")),
    ),
    "network-acl-changes": (
        *(f"eventName = {one}NetworkAcl" for one in ("Create",)),
        *(f"eventName = {one}NetworkAclEntry" for one in ("Create",)),
        *(f"eventName = {one}NetworkAcl" for one in ("Delete",)),
        *(f"eventName = {one}NetworkAclEntry" for one in ("Delete", "Replace")),
        "eventName = ReplaceNetworkAclAssociation",
    ),
    "network-gateway-changes": (
        *(f"eventName = {one}CustomerGateway" for one in ("Create", "Delete")),
        *(f"eventName = {one}InternetGateway" for one in ("Attach", "Create", "Delete", "Detach")),
    ),
    "route-table-changes": (
        "eventSource = ec2.amazonaws.com",
        "eventName = CreateRoute",
        "eventName = CreateRouteTable",
        "eventName = ReplaceRoute",
        "eventName = ReplaceRouteTableAssociation",
        "eventName = DeleteRouteTable",
        "eventName = DeleteRoute",
        "eventName = DisassociateRouteTable",
    ),
    "vpc-changes": (
        *(f"eventName = {one}Vpc" for one in ("Create", "Delete")),
        "eventName = ModifyVpcAttribute",
        *(
            f"eventName = {one}VpcPeeringConnection"
            for one in ("Accept", "Create", "Delete", "Reject")
        ),
        *(f"eventName = {one}ClassicLinkVpc" for one in ("Attach", "Detach")),
        *(f"eventName = {one}VpcClassicLink" for one in ("Disable", "Enable")),
    ),
    "organization-changes": (
        "eventSource = organizations.amazonaws.com",
        "eventName = AcceptHandshake",
        "eventName = AttachPolicy",
        "eventName = CancelHandshake",
        *(
            f"eventName = Create{one}"
            for one in ("Account", "Organization", "OrganizationalUnit", "Policy")
        ),
        "eventName = DeclineHandshake",
        *(f"eventName = Delete{one}" for one in ("Organization", "OrganizationalUnit", "Policy")),
        *(f"eventName = Enable{one}" for one in ("AllFeatures", "PolicyType")),
        "eventName = InviteAccountToOrganization",
        "eventName = LeaveOrganization",
        "eventName = DetachPolicy",
        "eventName = DisablePolicyType",
        "eventName = MoveAccount",
        "eventName = RemoveAccountFromOrganization",
        *(f"eventName = Update{one}" for one in ("OrganizationalUnit", "Policy")),
    ),
}
"""What Prowler's checks look for in a pattern, in the order in which its earlier versions do."""


@pytest.mark.parametrize("monitor", NAMES)
def test_prowler_knows_the_pattern(monitor: str) -> None:
    wanted = []
    for one in PROWLER[monitor]:
        field, operator, value = one.split(" ", 2)
        spelled = rf"\s*{operator}\s*.?{re.escape(value)}"
        wanted.append(rf"\$\.{re.escape(field)}{' NOT EXISTS' if operator == 'NOT' else spelled}")
    assert re.search(".+".join(wanted), PATTERNS[monitor])


@pytest.mark.parametrize("args", [{}, {"sign_in_without_mfa": "everybody"}], ids=str)
def test_prowler_knows_both_patterns_of_sign_ins(args: Any) -> None:
    pattern = next(one.pattern for one in monitors(args) if one.name == "sign-in-without-mfa")
    assert re.search(r"eventName\s*=\s*.?ConsoleLogin.+MFAUsed\s*!=\s*.?Yes", pattern)
