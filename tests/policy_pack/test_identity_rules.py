"""What the rules about identities do that examples cannot show: joins, wildcards, denies, bounds.

What AWS itself does with the policies is not proven here; its own policies are read in the end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from time import perf_counter
from typing import Any, Final

import pulumi
import pulumi_aws as aws
import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data
from policy_sentry.querying.actions import get_action_data

from policy_pack.aws import ROLES
from policy_pack.catalog import rules
from policy_pack.escalations import BY_AWS, ESCALATIONS, Allowed, Escalation
from policy_pack.iam import Actions, Statement, is_any_resource, statements
from policy_pack.identities import (
    ADMINISTRATORS,
    ALL_ROLE_ATTACHMENTS,
    ATTACHMENTS_TO_MANY,
    BOUNDARY_ATTACHMENTS,
    CUSTOMER_POLICY_ATTACHMENTS,
    GROUP_ATTACHMENTS,
    GROUPS,
    PERMISSION_SET_ATTACHMENTS,
    PERMISSION_SET_POLICIES,
    PERMISSION_SETS,
    POLICIES,
    ROLE_ATTACHMENTS,
    ROLE_POLICIES,
    USER_POLICIES,
    USERS,
    managed_by_aws,
)
from policy_pack.rule import UNKNOWN, Block, Resource, Stack
from policy_pack.testing import JudgeProgram

RULES: Final = {rule.id: rule for rule in rules()}
ESCALATION: Final = "iam-no-privilege-escalation"
ACTIONS: Final = "iam-policy-named-actions"
ADMINISTRATOR: Final = "iam-no-administrator-policies"
AWS: Final = "arn:aws:iam::aws:policy"
OWN: Final = "arn:aws:iam::123456789012"


def made(
    type_: str,
    name: str,
    sources: Mapping[str, Sequence[Resource]] | None = None,
    /,
    **properties: Any,
) -> Resource:
    """Make a resource whose properties are made of others, as the engine tells a whole stack."""
    urns = {key: [one.urn for one in made_of] for key, made_of in (sources or {}).items()}
    urn = f"urn:pulumi:dev::project::a:b:Component${type_}::{name}"
    return Resource(type_, name, urn, properties, urns)


def document(*allowed: str, deny: Sequence[str] = (), **changes: Any) -> str:
    """Return a policy that allows actions on everything, and one Deny that changes are made to."""
    made_of: list[dict[str, Any]] = []
    if allowed:
        allow = {"Sid": "Allow", "Effect": "Allow", "Action": [*allowed], "Resource": "*"}
        made_of.append({**allow, **({} if deny else changes)})
    if deny:
        made_of.append({"Effect": "Deny", "Action": [*deny], "Resource": "*", **changes})
    return json.dumps({"Statement": made_of})


def role(name: str = "app", **properties: Any) -> Resource:
    return made(ROLES[0], name, name=name, **properties)


def policy(text: Any, label: str = "managed", **properties: Any) -> Resource:
    return made(POLICIES[0], label, **{"name": label, "policy": text, "arn": UNKNOWN, **properties})


def inline(of: Resource, text: Any, name: str = "inline") -> Resource:
    return made(ROLE_POLICIES[0], name, {"role": [of]}, role=UNKNOWN, policy=text)


def attach(of: Resource, arn: Any, *sources: Resource, name: str = "attachment") -> Resource:
    return made(
        ROLE_ATTACHMENTS[0],
        name,
        {"role": [of], "policyArn": sources},
        role=of.raw("name"),
        policyArn=arn,
    )


def told(rule: str, judged: Resource, *others: Resource, **settings: Any) -> str:
    """Return a rule's verdict of the first resource, in a word."""
    verdict = RULES[rule].judge(judged, Stack([judged, *others]), settings)
    assert not verdict.failure, verdict
    if verdict.findings:
        return "found and undecided" if verdict.undecided else "found"
    return "undecided" if verdict.undecided else "passed"


def reasons(rule: str, judged: Resource, *others: Resource) -> list[str]:
    verdict = RULES[rule].judge(judged, Stack([judged, *others]))
    return [one.reason for one in verdict.findings]


def missing(rule: str, judged: Resource, *others: Resource) -> list[tuple[str, str]]:
    verdict = RULES[rule].judge(judged, Stack([judged, *others]))
    return [(one.resource, one.property) for one in verdict.undecided]


PASS: Final = document("iam:PassRole")
RUN: Final = document("ec2:RunInstances")
CHANGE: Final = document("iam:CreatePolicyVersion")


# --- Joins: one role, two policies, of which neither is enough ---


@pytest.mark.parametrize(
    ("arn", "made_of"),
    [
        (UNKNOWN, True),
        (f"{OWN}:policy/managed", False),
        (f"{OWN}:policy/managed", True),
        ("arn:aws-us-gov:iam::123456789012:policy/managed", False),
    ],
    ids=["by reference", "by ARN of its name", "by both", "in another partition"],
)
def test_policy_is_joined_by_what_names_it(arn: object, made_of: bool) -> None:
    run = policy(RUN)
    app = role()
    sources = [run] if made_of else []
    attached = attach(app, arn, *sources)
    assert told(ESCALATION, app, inline(app, PASS), attached, run) == "found"
    assert told(ESCALATION, app, inline(app, PASS), attached) == (
        "undecided" if arn is UNKNOWN else "passed"
    )
    assert told(ESCALATION, run, app, attached) == "passed", "it is judged at the role"


@pytest.mark.parametrize(
    "arn",
    [f"{OWN}:policy/path/managed", f"{OWN}:policy/managed2", f"{AWS}/managed", "managed-policy"],
)
def test_policy_of_another_name_is_not_joined(arn: str) -> None:
    app = role()
    assert told(ESCALATION, app, inline(app, PASS), attach(app, arn), policy(RUN)) == "passed"


def test_policy_with_a_path_is_joined_by_its_ARN() -> None:  # noqa: N802  as AWS writes it
    app, run = role(), policy(RUN, path="/team/")
    attached = attach(app, f"{OWN}:policy/team/managed")
    assert told(ESCALATION, app, inline(app, PASS), attached, run) == "found"


def test_of_two_policies_of_one_name_that_counts_of_which_the_value_was_made() -> None:
    app, run, read = role(), policy(RUN, "run"), policy(document("s3:GetObject"), "read")
    twins = [policy(one.raw("policy"), one.name, name="twin") for one in (run, read)]
    attached = attach(app, f"{OWN}:policy/twin", twins[1])
    assert told(ESCALATION, app, inline(app, PASS), attached, *twins) == "passed"
    attached = attach(app, f"{OWN}:policy/twin", twins[0])
    assert told(ESCALATION, app, inline(app, PASS), attached, *twins) == "found"
    attached = attach(app, f"{OWN}:policy/twin")
    assert missing(ESCALATION, app, inline(app, PASS), attached, *twins) == [
        ("attachment", "policyArn")
    ]


def test_reference_that_was_made_of_two_policies_is_undecided_where_it_matters() -> None:
    app, run, read = role(), policy(RUN, "run"), policy(document("s3:GetObject"), "read")
    attached = attach(app, UNKNOWN, run, read)
    assert missing(ESCALATION, app, inline(app, PASS), attached, run, read) == [
        ("attachment", "policyArn")
    ]
    assert told(ESCALATION, app, attached, run, read) == "passed"


def test_policy_whose_role_is_not_known_is_judged_by_itself_and_at_every_role() -> None:
    app, other = role(), role("other")
    loose = made(ROLE_POLICIES[0], "loose", role=UNKNOWN, policy=RUN)
    assert missing(ESCALATION, app, other, inline(app, PASS), loose) == [("loose", "role")]
    assert told(ESCALATION, other, app, inline(app, PASS), loose) == "passed"
    assert told(ESCALATION, loose, app, other) == "passed"
    unread = made(ROLE_POLICIES[0], "unread", role=UNKNOWN, policy=UNKNOWN)
    assert missing(ESCALATION, app, unread) == [("unread", "role")]
    alone = made(ROLE_POLICIES[0], "alone", role=UNKNOWN, policy=CHANGE)
    assert told(ESCALATION, alone, app) == "found"
    assert missing(ESCALATION, app, alone) == [("alone", "role")]


def test_policy_that_is_attached_elsewhere_is_judged_by_itself() -> None:
    change, app, other = policy(CHANGE), role(), role("other")
    attached = {"policyArn": UNKNOWN, "role": "far"}
    elsewhere = made(ROLE_ATTACHMENTS[0], "elsewhere", {"policyArn": [change]}, **attached)
    assert told(ESCALATION, change, elsewhere, app) == "found"
    assert told(ESCALATION, change, elsewhere, attach(app, UNKNOWN, change), app) == "passed"
    either = made(
        ROLE_ATTACHMENTS[0],
        "either",
        {"policyArn": [change], "role": [app, other]},
        policyArn=UNKNOWN,
        role=UNKNOWN,
    )
    assert told(ESCALATION, change, either, app, other) == "found"
    assert told(ESCALATION, app, change, either, other) == "undecided"
    written = made(
        ROLE_POLICIES[0], "of either", {"role": [app, other]}, role=UNKNOWN, policy=CHANGE
    )
    assert told(ESCALATION, written, app, other) == "found"
    written = made(ROLE_POLICIES[0], "written", role="far", policy=CHANGE)
    assert told(ESCALATION, written, app) == "found"
    assert told(ESCALATION, inline(app, CHANGE), app) == "passed"


def test_what_may_be_held_denies_nothing() -> None:
    app = role()
    deny = document("s3:GetObject", deny=["*"])
    loose = made(ROLE_POLICIES[0], "loose", role=UNKNOWN, policy=deny)
    assert told(ESCALATION, app, inline(app, CHANGE), loose) == "found"
    assert told(ESCALATION, app, inline(app, CHANGE), inline(app, deny, "deny")) == "passed"


def test_document_that_is_not_known_leaves_what_is_found() -> None:
    app = role()
    unknown = inline(app, UNKNOWN, "unknown")
    assert told(ESCALATION, app, inline(app, CHANGE), unknown) == "found and undecided"
    assert told(ESCALATION, app, unknown) == "undecided"
    assert told(ESCALATION, app, inline(app, "no JSON")) == "found"


@pytest.mark.parametrize("way", ["in the role", "all at once", "to many"])
def test_every_way_to_hold_a_policy_is_seen(way: str) -> None:
    arns = [f"{AWS}/SecurityAudit", f"{OWN}:policy/managed"]
    inlined = [{"name": "pass", "policy": PASS}]
    app = role(inlinePolicies=inlined, managedPolicyArns=arns if way == "in the role" else None)
    for text, verdict in ((RUN, "found"), (document("s3:Get*"), "passed")):
        held = policy(text)
        by_arn = {"policyArns": [held]}
        all_, many = ALL_ROLE_ATTACHMENTS[0], ATTACHMENTS_TO_MANY[0]
        attached = {
            "in the role": [],
            "all at once": [
                made(all_, "all", by_arn, roleName="app", policyArns=[arns[0], UNKNOWN])
            ],
            "to many": [made(many, "many", roles=["x", "app"], policyArn=arns[1])],
        }
        assert told(ESCALATION, app, held, *attached[way]) == verdict


def test_users_and_groups_are_judged_like_roles() -> None:
    user, group = made(USERS[0], "user", name="user"), made(GROUPS[0], "group", name="group")
    written = made(USER_POLICIES[0], "written", user="user", policy=CHANGE)
    attached = made(
        GROUP_ATTACHMENTS[0],
        "attached",
        {"group": [group]},
        group=UNKNOWN,
        policyArn=f"{OWN}:policy/managed",
    )
    held = [written, attached, policy(CHANGE)]
    assert told(ESCALATION, user, group, *held) == "found"
    assert told(ESCALATION, group, user, *held) == "found"
    assert told(ESCALATION, made(GROUPS[0], "other", name="other"), group, *held) == "passed"


def test_permission_set_is_joined_with_its_policies() -> None:
    people = made(PERMISSION_SETS[0], "people", name="People", arn=UNKNOWN)
    written = made(
        PERMISSION_SET_POLICIES[0],
        "written",
        {"permissionSetArn": [people]},
        permissionSetArn=UNKNOWN,
        inlinePolicy=PASS,
    )
    named = made(
        CUSTOMER_POLICY_ATTACHMENTS[0],
        "named",
        {"permissionSetArn": [people]},
        permissionSetArn=UNKNOWN,
        customerManagedPolicyReference={"name": "managed"},
    )
    assert told(ESCALATION, people, written, named, policy(RUN)) == "found"
    assert told(ESCALATION, people, written, named, policy(RUN, path="/team/")) == "passed"
    reading = policy(document("s3:*"))
    bounding = {
        "customerManagedPolicyReference": {"name": "managed", "path": "/"},
        "managedPolicyArn": None,
    }
    bound = made(
        BOUNDARY_ATTACHMENTS[0],
        "bound",
        {"permissionSetArn": [people]},
        permissionSetArn=UNKNOWN,
        permissionsBoundary=bounding,
    )
    alone = made(
        PERMISSION_SET_POLICIES[0], "alone", permissionSetArn="arn:other", inlinePolicy=CHANGE
    )
    change = made(
        PERMISSION_SET_POLICIES[0],
        "change",
        {"permissionSetArn": [people]},
        permissionSetArn=UNKNOWN,
        inlinePolicy=CHANGE,
    )
    assert told(ESCALATION, people, change) == "found"
    assert told(ESCALATION, people, change, bound, reading) == "passed"
    assert told(ESCALATION, alone, people) == "found", "a set elsewhere"


TRUST: Final = document("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})


def program(*, bounded: bool) -> None:
    """Give roles what opens a way, and refer to them in each way that programs do."""
    bound = aws.iam.Policy("bound", policy=document("s3:Get*"))
    run = aws.iam.Policy("run", name="run", policy=RUN)
    account = aws.get_caller_identity_output().account_id
    bounds: dict[str, Any] = {"permissions_boundary": bound.arn} if bounded else {}
    for name in ("by-output", "by-resource", "by-text"):
        app = aws.iam.Role(name, name=name, assume_role_policy=TRUST, **bounds)
        refers = {"by-output": app.name, "by-resource": app.id, "by-text": name}
        aws.iam.RolePolicy(f"{name}-pass", role=refers[name], policy=PASS)
        by_text = pulumi.Output.concat("arn:aws:iam::", account, ":policy/", "run")
        arns = {"by-output": run.arn, "by-resource": run.id, "by-text": by_text}
        aws.iam.RolePolicyAttachment(f"{name}-run", role=refers[name], policy_arn=arns[name])
    aws.iam.Role(
        "in-itself",
        assume_role_policy=TRUST,
        managed_policy_arns=[run.arn, f"{AWS}/job-function/ViewOnlyAccess"],
        inline_policies=[{"name": "pass", "policy": PASS}],
        **bounds,
    )


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("bounded", [True, False], ids=["bounded", "free"])
def test_program_is_joined_as_the_SDK_sends_it(  # noqa: N802
    judge_program: JudgeProgram, *, bounded: bool, preview: bool
) -> None:
    outputs = {} if preview else {POLICIES[0]: lambda name: {"arn": f"{OWN}:policy/{name}"}}
    verdict = judge_program(lambda: program(bounded=bounded), outputs=outputs, preview=preview)
    found = {one.subject.name for one in verdict.findings if one.rule.id == ESCALATION}
    assert found == (set() if bounded else {"by-output", "by-resource", "by-text", "in-itself"})
    assert not [one for one in verdict.undecided if one.rule.id == ESCALATION]
    assert not verdict.broken


def test_boundary_of_a_permission_set_that_is_not_known_leaves_it_undecided() -> None:
    sets = [made(PERMISSION_SETS[0], name, name=name, arn=UNKNOWN) for name in ("one", "two")]
    change = made(
        PERMISSION_SET_POLICIES[0],
        "change",
        {"permissionSetArn": sets[:1]},
        permissionSetArn=UNKNOWN,
        inlinePolicy=CHANGE,
    )
    bound = policy(document("s3:*"))
    bounding = {"managedPolicyArn": f"{OWN}:policy/managed"}
    for sources, verdict in ((sets[:1], "passed"), (sets, "undecided"), ([], "undecided")):
        of_sets = made(
            BOUNDARY_ATTACHMENTS[0],
            "bound",
            {"permissionSetArn": sources},
            permissionSetArn=UNKNOWN,
            permissionsBoundary=bounding,
        )
        assert told(ESCALATION, *sets, change, bound, of_sets) == verdict
    assert told(ESCALATION, *sets, change, bound) == "found"


# --- What an action reaches ---


@pytest.mark.parametrize(
    ("allowed", "verdict"),
    [
        (["iam:createpolicyversion"], "found"),
        (["IAM:CREATEPOLICYVERSION"], "found"),
        (["iam:*Policy*"], "found"),
        (["iam:Create*"], "found"),
        (["iam:CreatePolicyVersio?"], "found"),
        (["iam:Get*", "iam:List*"], "passed"),
        (["iam:CreatePolicy"], "passed"),
        (["*"], "passed"),  # an administrator's, which has nothing to gain: another rule's
        (["lambda:UpdateFunctionCode"], "found"),
        (["ec2:ModifyInstanceAttribute", "ec2:StartInstances"], "passed"),
        (["ec2:ModifyInstanceAttribute", "ec2:St*Instances"], "found"),
    ],
)
def test_actions_are_matched_as_IAM_does(allowed: list[str], verdict: str) -> None:  # noqa: N802
    app = role()
    assert told(ESCALATION, app, inline(app, document(*allowed))) == verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"Resource": f"{OWN}:role/app/*"}, "passed"),
        ({"Resource": f"{OWN}:role/*"}, "found"),
        ({"Resource": f"{OWN}:role*"}, "found"),
        ({"Resource": "arn:aws:iam::*"}, "found"),
        ({"Resource": [f"{OWN}:role/app/*", "*"]}, "found"),
        ({"Resource": None, "NotResource": f"{OWN}:role/app/*"}, "found"),
        ({"Action": None, "NotAction": "s3:*"}, "found"),
        ({"Action": None, "NotAction": ["iam:*", "s3:*"]}, "found"),  # of other services
        ({"Condition": {"StringEquals": {"iam:PermissionsBoundary": f"{OWN}:policy/b"}}}, "passed"),
        ({"Condition": {"StringNotEquals": {"iam:PermissionsBoundary": "x"}}}, "found"),
        ({"Condition": {"StringEquals": {"aws:ResourceTag/team": "data"}}}, "passed"),
        ({"Condition": {"StringEquals": {"aws:PrincipalTag/team": "data"}}}, "found"),
        ({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, "found"),
        ({"Condition": {"StringEquals": {"iam:PermissionsBoundary": UNKNOWN}}}, "undecided"),
        ({"Resource": UNKNOWN}, "undecided"),
        ({"Effect": UNKNOWN}, "undecided"),
    ],
    ids=str,
)
def test_statement_is_narrowed_by_what_names_what_it_reaches(
    changes: Mapping[str, Any], verdict: str
) -> None:
    app = role()
    statement = {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*", **changes}
    assert told(ESCALATION, app, inline(app, {"Statement": [statement]})) == verdict


@pytest.mark.parametrize(
    ("resource", "verdict"),
    [
        (f"{OWN}:role/team/app", "found"),
        (f"{OWN}:role/team/*", "found"),
        (f"{OWN}:role/team/app-2", "passed"),
        (f"{OWN}:role/app", "passed"),
        (f"{OWN}:role/team/${{aws:PrincipalTag/role}}", "found"),
    ],
)
def test_role_that_may_change_itself_is_found(resource: str, verdict: str) -> None:
    app = role(path="/team/")
    text = document("iam:AttachRolePolicy", Resource=resource)
    assert told(ESCALATION, app, inline(app, text)) == verdict


@pytest.mark.parametrize("hidden", ["name", "path"])
@pytest.mark.parametrize(
    ("resource", "verdict"),
    [(f"{OWN}:role/other", "undecided"), (f"{OWN}:policy/other", "passed")],
)
def test_role_whose_name_is_not_known_may_be_one_that_is_named(
    hidden: str, resource: str, verdict: str
) -> None:
    app = made(ROLES[0], "app", **{"name": "app", hidden: UNKNOWN})
    held = made(
        ROLE_POLICIES[0],
        "held",
        {"role": [app]},
        role=UNKNOWN,
        policy=document("iam:PutRolePolicy", Resource=resource),
    )
    assert told(ESCALATION, app, held) == verdict
    if verdict == "undecided":
        assert missing(ESCALATION, app, held) == [("app", "name")]
        denied = inline(app, document(deny=["iam:*"]), "denied")
        assert told(ESCALATION, app, held, denied) == "passed"


def test_role_that_may_change_a_policy_that_it_holds_is_found() -> None:
    app = role()
    own = policy(document("iam:CreatePolicyVersion", Resource=f"{OWN}:policy/managed"))
    assert told(ESCALATION, app, own, attach(app, UNKNOWN, own)) == "found"
    assert told(ESCALATION, app, inline(app, own.raw("policy"))) == "passed"


@pytest.mark.parametrize(
    ("service", "use", "verdict"),
    [
        ("ec2.amazonaws.com", "ec2:RunInstances", "found"),
        ("lambda.amazonaws.com", "ec2:RunInstances", "passed"),
        ("*", "ec2:RunInstances", "found"),
        ("**", "ec2:RunInstances", "found"),
        ("ec2*", "ec2:RunInstances", "found"),
        ("ecs-tasks.amazonaws.com", "batch:*", "found"),
        ("batch.amazonaws.com", "batch:*", "found"),
    ],
)
def test_role_is_passed_to_the_service_that_uses_it(service: str, use: str, verdict: str) -> None:
    app = role()
    passes = document("iam:PassRole", Condition={"StringLike": {"iam:PassedToService": [service]}})
    assert told(ESCALATION, app, inline(app, passes), inline(app, document(use), "use")) == verdict


# --- Denies and bounds ---


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "passed"),
        ({"deny": ["*"]}, "passed"),
        ({"deny": ["iam:put*"]}, "passed"),
        ({"deny": ["iam:Attach*"]}, "found"),
        ({"Action": None, "NotAction": "s3:*"}, "passed"),
        ({"Action": None, "NotAction": "iam:*"}, "found"),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, "found"),
        ({"Condition": {"StringNotEquals": {"iam:PermissionsBoundary": "b"}}}, "passed"),
        ({"Condition": {"StringNotEquals": {"aws:ResourceTag/team": "data"}}}, "passed"),
        ({"Condition": {"StringNotLike": {"iam:PermissionsBoundary": "?*"}}}, "found"),
        ({"Condition": {"StringNotEqualsIfExists": {"iam:PermissionsBoundary": "b"}}}, "found"),
        (
            {
                "Condition": {
                    "StringNotEquals": {"iam:PermissionsBoundary": "b"},
                    "Bool": {"aws:SecureTransport": "false"},
                }
            },
            "found",
        ),
        ({"Resource": f"{OWN}:role/app/*"}, "found"),
        ({"Resource": None, "NotResource": f"{OWN}:role/app/*"}, "passed"),
        ({"Resource": None, "NotResource": "*"}, "found"),
    ],
    ids=str,
)
@pytest.mark.parametrize("first", [True, False], ids=["deny first", "deny last"])
def test_deny_counts_where_it_covers(
    changes: Mapping[str, Any], verdict: str, *, first: bool
) -> None:
    app = role()
    allow, deny = document("iam:PutRolePolicy"), document(**{"deny": ["iam:*"], **changes})
    held = [inline(app, deny, "a"), inline(app, allow, "b")]
    assert told(ESCALATION, app, *(held if first else reversed(held))) == verdict


def test_deny_that_spares_what_is_tagged_narrows_every_action() -> None:
    app, tagged = role(), {"StringNotEquals": {"aws:ResourceTag/team": "data"}}
    for action in ("iam:CreatePolicyVersion", "lambda:UpdateFunctionCode"):
        deny = document(deny=[action], Condition=tagged)
        held = inline(app, document(action), "a")
        assert told(ESCALATION, app, held, inline(app, deny, "b")) == "passed"
        assert told(ESCALATION, app, held) == "found"


@pytest.mark.parametrize(
    ("boundary", "verdict"),
    [
        (document("s3:*", "ec2:*"), "passed"),
        (document("*"), "found"),
        (document("*", deny=["iam:*"]), "passed"),
        (document("iam:*"), "found"),
        (document("iam:*", Resource=f"{OWN}:role/app/*"), "passed"),
        (document("*", deny=["iam:*"], Condition={"Bool": {"aws:x": "true"}}), "found"),
        (UNKNOWN, "undecided"),
        ({"Statement": [{"Effect": "Allow", "Action": UNKNOWN, "Resource": "*"}]}, "undecided"),
        ("no JSON", "found"),
    ],
    ids=str,
)
def test_boundary_of_the_stack_bounds(boundary: object, verdict: str) -> None:
    bound = policy(boundary, "bound")
    app = made(
        ROLES[0], "app", {"permissionsBoundary": [bound]}, name="app", permissionsBoundary=UNKNOWN
    )
    assert told(ESCALATION, app, bound, inline(app, CHANGE)) == verdict
    if verdict != "passed":
        assert told(ESCALATION, app, bound, inline(app, document("s3:Get*"))) == "passed"


@pytest.mark.parametrize(
    ("boundary", "verdict"),
    [
        (f"{OWN}:policy/elsewhere", "found"),
        (f"{AWS}/AdministratorAccess", "found"),
        (UNKNOWN, "undecided"),
    ],
)
def test_boundary_that_is_not_in_the_stack_bounds_nothing(boundary: object, verdict: str) -> None:
    app = role(permissionsBoundary=boundary)
    assert told(ESCALATION, app, inline(app, CHANGE)) == verdict


def test_boundary_bounds_what_a_role_may_do_to_itself() -> None:
    bound = policy(document("iam:PutRolePolicy", deny=["iam:*"], Resource=f"{OWN}:role/app"), "b")
    app = role(permissionsBoundary=f"{OWN}:policy/b")
    itself = inline(app, document("iam:PutRolePolicy", Resource=f"{OWN}:role/app"))
    assert told(ESCALATION, app, itself) == "found"
    assert told(ESCALATION, app, itself, bound) == "passed"


def test_boundary_bounds_the_use_of_what_is_passed() -> None:
    app = role(permissionsBoundary=f"{OWN}:policy/b")
    held = [inline(app, PASS), inline(app, RUN, "run")]
    assert told(ESCALATION, app, *held, policy(document("iam:PassRole", "ec2:*"), "b")) == "found"
    assert told(ESCALATION, app, *held, policy(document("iam:PassRole", "s3:*"), "b")) == "passed"
    denied = document("iam:PassRole", "ec2:*", deny=["ec2:RunInstances"])
    assert told(ESCALATION, app, *held, policy(denied, "b")) == "passed"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"Resource": f"{OWN}:role/app"}, "passed"),
        ({"Resource": f"{OWN}:role/other"}, "found"),
        ({"Resource": None, "NotResource": f"{OWN}:role/other"}, "passed"),
        ({"deny": ["iam:Attach*"], "Resource": f"{OWN}:role/app"}, "found"),
    ],
    ids=str,
)
def test_role_that_is_denied_to_change_itself_passes(
    changes: Mapping[str, Any], verdict: str
) -> None:
    app = role()
    allow = document("iam:PutRolePolicy", Resource=f"{OWN}:role/a*")
    deny = document(**{"deny": ["iam:*"], **changes})
    assert told(ESCALATION, app, inline(app, allow, "a"), inline(app, deny, "b")) == verdict


def test_policy_that_only_bounds_gives_nothing() -> None:
    bound = policy(document("*"), "bound")
    app = role(permissionsBoundary=f"{OWN}:policy/bound")
    assert told(ACTIONS, bound) == "found"
    assert told(ACTIONS, bound, app) == "passed"
    assert told(ACTIONS, bound, app, attach(role("x"), f"{OWN}:policy/bound")) == "found"
    people = made(PERMISSION_SETS[0], "people", name="People", arn="arn:people")
    bounding = {"customerManagedPolicyReference": {"name": "bound"}}
    by_name = made(
        BOUNDARY_ATTACHMENTS[0], "b", permissionSetArn="arn:people", permissionsBoundary=bounding
    )
    assert told(ACTIONS, bound, people, by_name) == "passed"


# --- What is told ---


def test_finding_names_the_statement_and_the_ways() -> None:
    app = role()
    text = {
        "Statement": [
            {"Sid": "Deploy", "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": "*"},
            {"Sid": "Run", "Effect": "Allow", "Action": "ec2:*", "Resource": "x"},
            {"Sid": "Manage", "Effect": "Allow", "Action": "iam:Put*Policy", "Resource": "*"},
        ]
    }
    manage, deploy = reasons(ESCALATION, app, inline(app, json.dumps(text)))
    assert manage == (
        "The policy statement 'Manage' lets its holder gain more, by iam:PutGroupPolicy, "
        "iam:PutRolePolicy, 1 more."
    )
    assert deploy == (
        "The policy statement 'Deploy' lets its holder gain more, by iam:PassRole with "
        "ec2:RunInstances, iam:PassRole with ec2:RequestSpotInstances."
    )


# --- What AWS manages ---


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"{AWS}/ReadOnlyAccess", "ReadOnlyAccess"),
        (f"{AWS}/job-function/ViewOnlyAccess", "ViewOnlyAccess"),
        ("arn:aws-cn:iam::aws:policy/ReadOnlyAccess", "ReadOnlyAccess"),
        (f"{OWN}:policy/ReadOnlyAccess", None),
        ("ReadOnlyAccess", None),
        (UNKNOWN, None),
        ([], None),
    ],
)
def test_ARN_of_what_AWS_manages(arn: object, name: str | None) -> None:  # noqa: N802
    assert managed_by_aws(arn) == name


@pytest.mark.parametrize(
    ("properties", "verdict"),
    [
        ({"path": "/break-glass/"}, "passed"),
        ({"path": "/break-glass/team/"}, "passed"),
        ({"path": "/break-glass-2/"}, "found"),
        ({}, "found"),
        ({"path": UNKNOWN}, "undecided"),
    ],
    ids=str,
)
def test_administrators_are_for_emergencies(properties: Mapping[str, Any], verdict: str) -> None:
    app = role(**properties)
    attached = attach(app, f"{AWS}/AdministratorAccess")
    assert told(ADMINISTRATOR, attached, app) == verdict
    held = role(managedPolicyArns=[f"{AWS}/AdministratorAccess"], **properties)
    assert told(ADMINISTRATOR, held) == verdict


def test_emergency_is_of_all_that_an_attachment_is_for() -> None:
    glass, app = role("glass", path="/break-glass/"), role("app")

    def to(*names: object) -> Resource:
        arn = f"{AWS}/AdministratorAccess"
        return made(ATTACHMENTS_TO_MANY[0], "many", roles=[*names], policyArn=arn)

    assert told(ADMINISTRATOR, to("glass"), glass, app) == "passed"
    assert told(ADMINISTRATOR, to("glass", "app"), glass, app) == "found"
    assert told(ADMINISTRATOR, to("glass", "elsewhere"), glass, app) == "found"
    assert told(ADMINISTRATOR, to("glass", UNKNOWN), glass, app) == "undecided"
    assert told(ADMINISTRATOR, to("app", UNKNOWN), glass, app) == "found"


def test_permission_set_for_emergencies_is_a_setting() -> None:
    people = made(PERMISSION_SETS[0], "people", name="BreakGlass", arn="arn:people")
    attached = made(
        PERMISSION_SET_ATTACHMENTS[0],
        "attachment",
        permissionSetArn="arn:people",
        managedPolicyArn=f"{AWS}/AdministratorAccess",
    )
    assert told(ADMINISTRATOR, attached, people) == "found"
    assert told(ADMINISTRATOR, attached, people, break_glass=["BreakGlass"]) == "passed"
    assert told(ADMINISTRATOR, attached, people, break_glass=["/BreakGlass"]) == "found"


def test_ARN_that_was_made_of_a_policy_of_the_stack_is_none_of_AWS() -> None:  # noqa: N802
    own, app = policy(document("s3:GetObject")), role()
    assert told(ADMINISTRATOR, attach(app, UNKNOWN, own), own, app) == "passed"
    assert told(ADMINISTRATOR, attach(app, UNKNOWN), own, app) == "undecided"


def test_policy_of_AWS_that_a_program_looks_up_is_one_of_AWS() -> None:  # noqa: N802
    arn, app = f"{AWS}/AdministratorAccess", role()
    read = made(POLICIES[0], "read", id=arn, arn=arn, name="AdministratorAccess")
    assert told(ADMINISTRATOR, attach(app, arn, read), read, app) == "found"


@cache
def managed() -> Mapping[str, list[Statement]]:
    """Return AWS's own policies, as moto has them, but those that no identity can be given."""
    data = json.loads(aws_managed_policies_data)
    return {
        name: statements(Block(one["Document"], name))
        for name, one in data.items()
        if not one["Path"].startswith(("/service-role/", "/aws-service-role/"))
    }


def administrates(held: Sequence[Statement]) -> bool:
    """Tell whether policies allow everything, or an identity to give itself everything."""
    allowed = Allowed()
    for statement in held:
        allowed.add(statement)
    alone = {str(way) for way, _ in allowed.escalations()}
    return any(
        one.allows and (one.everything or one.raw.has("NotAction")) for one in held
    ) or not alone.isdisjoint({"iam:AttachRolePolicy", "iam:PutRolePolicy"})


def test_policies_of_AWS_that_administrate_are_known() -> None:  # noqa: N802
    assert len(managed()) > 500
    found = {name for name, held in managed().items() if administrates(held)}
    job_functions = {"DataScientist", "DatabaseAdministrator", "NetworkAdministrator"}
    assert found <= ADMINISTRATORS
    assert ADMINISTRATORS - found == job_functions | {
        "AWSManagementConsoleAdministratorAccess",
        "AdministratorAccess-AWSElasticBeanstalk",
        "SystemAdministrator",
    }
    assert set(managed()) >= ADMINISTRATORS


def test_policies_of_AWS_that_lead_to_more_are_known() -> None:  # noqa: N802
    leading = set()
    for name, held in managed().items():
        allowed = Allowed()
        for statement in held:
            allowed.add(statement)
        assert not allowed.unread
        leading |= {name} if allowed.escalations() else set()
    assert leading - ADMINISTRATORS == BY_AWS


# --- The list of ways ---


def test_ways_are_of_actions_that_there_are() -> None:
    for way in ESCALATIONS:
        for action in (way.action, *way.others):
            service, _, name = action.partition(":")
            rows = get_action_data(service, name)
            assert rows, action
            if action == way.action:
                arns = {row["resource_arn_format"] for row in rows[service]}
                assert arns - {"*"}, f"{action} cannot be allowed on a resource by its name"


def test_no_way_holds_another() -> None:
    """What only uses another's role counts wherever it is allowed, so that first actions differ."""
    for one in ESCALATIONS:
        for other in ESCALATIONS:
            if one is not other and (one.action, one.services) == (other.action, other.services):
                assert not {*one.others} >= {*other.others}, one


@pytest.mark.parametrize("way", ESCALATIONS, ids=str)
def test_each_way_needs_all_of_its_actions(way: Escalation) -> None:
    app = role()
    needed = [way.action, *way.others]
    held = [inline(app, document(one), one) for one in needed]
    assert told(ESCALATION, app, *held) == "found"
    alone = {one.action for one in ESCALATIONS if not one.others}
    for missing_one in needed:
        left = [one for one in held if one.name != missing_one]
        enough = "passed" if alone.isdisjoint(one.name for one in left) else "found"
        assert told(ESCALATION, app, *left) == enough, f"{way} without {missing_one}"


# --- The reader ---


def test_actions_are_found_as_one_by_one() -> None:
    names = [action for way in ESCALATIONS for action in (way.action, *way.others)]
    known = Actions(names)
    for pattern in (
        "*",
        "iam:*",
        "IAM:put*",
        "*:*Policy",
        "iam:PassRole",
        "iam:PassRole2",
        "[i]am:*",
        "i?m:*",
        "",
    ):
        for key in ("Action", "NotAction"):
            statement = Statement(Block({key: [pattern, "s3:*"]}, "x"))
            expected = {name for name in names if statement.matches_action(name)}
            assert statement.covered(known) == expected, (key, pattern)


@pytest.mark.parametrize(
    ("resource", "any_"),
    [
        ("*", True),
        ("arn:*", True),
        ("arn:aws:iam::*", True),
        ("arn*", True),
        ("logs/*", False),
        ("arn:aws:iam::123456789012:role/*", True),
        ("arn:aws:iam::123456789012:role*", True),
        ("arn:aws:iam::123456789012:rol?/*", True),
        ("arn:aws:iam::123456789012:role/app/*", False),
        ("arn:aws:iam::*:role/app", False),
        ("arn:aws:kms:*:123456789012:key/*", True),
        ("arn:aws:kms:*:123456789012:key/1", False),
        ("arn:aws:kms:*:123456789012:key/?", False),
        ("arn:aws:kms:*:123456789012:key/?*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::*/*", True),
        ("arn:aws:s3:::logs/*", False),
        ("arn:aws:s3:::*/logs", False),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:*:*", True),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:events:*", False),
        ("arn:aws:sns:eu-west-1:123456789012:*", True),
        ("arn:aws:sns:eu-west-1:123456789012:alarms", False),
        ("", False),
    ],
)
def test_resource_of_any_kind(resource: str, any_: bool) -> None:
    assert is_any_resource(resource) is any_


@pytest.mark.parametrize(
    ("raw", "whole", "everything"),
    [
        ({"Action": "*"}, True, True),
        ({"Action": ["s3:Get*", "*:*"]}, True, True),
        ({"Action": "**"}, True, True),
        ({"Action": "s3:*"}, True, False),
        ({"Action": "s3:?*"}, True, False),
        ({"Action": "s3:Get*"}, False, False),
        ({"Action": "s3:GetObject"}, False, False),
        ({"NotAction": "s3:*"}, True, False),
    ],
)
def test_statement_of_everything(raw: Mapping[str, Any], whole: bool, everything: bool) -> None:
    statement = Statement(Block(dict(raw), "x"))
    assert statement.whole_service is whole
    assert statement.everything is everything


# --- Time ---


def test_many_roles_and_policies_are_joined_in_time() -> None:
    shared = [policy(PASS, f"shared-{number}") for number in range(300)]
    apps = [role(f"app-{number}") for number in range(300)]
    attached = [
        attach(app, UNKNOWN, shared[index], name=f"attachment-{index}")
        for index, app in enumerate(apps)
    ]
    loose = [
        made(ROLE_POLICIES[0], f"loose-{number}", role=UNKNOWN, policy=RUN) for number in range(300)
    ]
    stack = Stack([*shared, *apps, *attached, *loose])
    started = perf_counter()
    verdicts = [
        RULES[rule].judge(one, stack)
        for rule in (ESCALATION, ACTIONS, ADMINISTRATOR)
        for one in stack.resources
        if one.type in RULES[rule].types
    ]
    assert perf_counter() - started < 5
    assert sum(bool(one.undecided) for one in verdicts) == len(apps)
    assert not any(one.findings or one.failure for one in verdicts)
