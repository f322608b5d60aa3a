"""`DeployRole` by its children's inputs.

In process, with mocks. That what it allows is neither too much nor too little is shown by an
evaluator of policies here and in `test_agreement_deploy_role.py`; what AWS itself would say, and
which tokens GitHub issues, is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi_aws as aws
import pytest
from policy_sentry.querying.all import get_all_actions

from secure_components import ArgumentError, DeployRole, DeployRoleArgs
from secure_components.deploy_role.permissions import (
    LARGEST_POLICY,
    LARGEST_TRUST,
    POLICY_CHANGES,
    ROLE_CHANGES,
    ROLE_READS,
    ROLE_TAGS,
    size,
)
from secure_components.deploy_role.services import SERVICES
from secure_components.pull_request_security import pins
from tests.secure_components import deploy_escapes as escapes
from tests.secure_components.identity_policies import ADMINISTRATOR, Request, allowed, denied
from tests.secure_components.linters import findings as workflows_findings
from tests.secure_components.policy_linters import findings
from tests.secure_components.programs import run, value
from tests.secure_components.weakening import Made, made_by

MINIMAL: dict[str, Any] = {
    "repository": {"name": "acme/orders", "id": 456789, "owner_id": 123456},
    "names": ["orders-"],
    "services": ["lambda"],
}
OIDC = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
GIVEN = "arn:aws:iam::123456789012:policy/team-boundary"


def make(**args: Any) -> DeployRole:
    given = {**MINIMAL, **args}
    chosen = {key: one for key, one in given.items() if one is not None}
    made: DeployRole = run(lambda: DeployRole("deploy", cast("DeployRoleArgs", chosen)))
    return made


def made(recorder: Any, **args: Any) -> Made:
    make(**{**escapes.ARGS, **args})
    return made_by(recorder)


def conditions(recorder: Any, name: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the conditions of a trust policy's statements, without the issuer."""
    prefix = f"{escapes.ISSUER}:"
    return {
        sid: {
            operator: {key.removeprefix(prefix): one for key, one in tests.items()}
            for operator, tests in statement["Condition"].items()
        }
        for sid, statement in recorder.statements(name, "assumeRolePolicy").items()
    }


def test_children_keep_their_names(recorder: Any) -> None:
    make()
    assert {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()} == {
        "deploy": "Role",
        "deploy-plan": "Role",
        "deploy-provider": "OpenIdConnectProvider",
        "deploy-boundary": "Policy",
        "deploy-plan-1": "Policy",
        "deploy-plan-1-attachment": "RolePolicyAttachment",
        "deploy-apply-1": "Policy",
        "deploy-apply-1-attachment": "RolePolicyAttachment",
    }


def test_outputs(recorder: Any) -> None:
    component = make()
    assert value(component.plan_role_arn) == "arn-of-deploy-plan"
    assert value(component.apply_role_arn) == "arn-of-deploy"
    assert value(component.boundary_arn) == "arn-of-deploy-boundary"
    assert value(component.provider_arn) == "arn-of-deploy-provider"
    assert recorder.inputs("deploy-provider") == {
        "url": "https://token.actions.githubusercontent.com",
        "clientIdLists": ["sts.amazonaws.com"],
    }


def test_both_roles_are_bounded_and_last_an_hour(recorder: Any) -> None:
    make()
    for name, suffix in (("deploy", "apply"), ("deploy-plan", "plan")):
        role = recorder.inputs(name)
        assert role["name"] == f"project-stack-deploy-{suffix}"
        assert role["path"] == "/deploy/"
        assert role["permissionsBoundary"] == "arn-of-deploy-boundary"
        assert role["maxSessionDuration"] == 3600
        attachment = recorder.inputs(f"deploy-{suffix}-1-attachment")
        assert attachment["policyArn"] == f"arn-of-deploy-{suffix}-1"


def test_longer_sessions_must_be_asked_for(recorder: Any) -> None:
    make(longest_session_hours=4)
    assert recorder.inputs("deploy")["maxSessionDuration"] == 14_400


@pytest.mark.usefixtures("recorder")
def test_option_provider_is_passed_to_children(registrations: dict[str, Any]) -> None:
    def program() -> None:
        provider = aws.Provider("elsewhere", region="eu-north-1")
        opts = pulumi.ResourceOptions(provider=provider)
        DeployRole("deploy", cast("DeployRoleArgs", MINIMAL), opts)

    pulumi.runtime.set_mocks(
        __import__("tests.secure_components.conftest", fromlist=["x"]).Recorder()
    )
    run(program)
    for name, request in registrations.items():
        if name.startswith("deploy-") or (name == "deploy" and request.custom):
            assert "elsewhere" in request.provider, name


# --- Trust ---


@pytest.mark.parametrize("name", escapes.TOKENS)
def test_token_may_assume(recorder: Any, name: str) -> None:
    claims, roles = escapes.TOKENS[name]
    assert escapes.assumed(made(recorder).properties, claims) == roles


def test_apply_trusts_an_environment_on_the_default_branch(recorder: Any) -> None:
    make()
    assert conditions(recorder, "deploy") == {
        "ApplyOnBranches": {
            "StringEquals": {
                "aud": "sts.amazonaws.com",
                "sub": [
                    "repo:acme@123456/orders@456789:environment:production",
                    "repo:acme/orders:environment:production",
                ],
                "repository_id": "456789",
                "ref": ["refs/heads/main"],
            }
        }
    }
    (statement,) = recorder.statements("deploy", "assumeRolePolicy").values()
    assert statement["Principal"] == {"Federated": OIDC}
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"


def test_apply_by_a_protected_branch_alone(recorder: Any) -> None:
    make(apply_from={"branches": ["main", "release/1"]})
    (condition,) = conditions(recorder, "deploy").values()
    assert "ref" not in condition["StringEquals"]
    assert condition["StringEquals"]["sub"] == [
        "repo:acme@123456/orders@456789:ref:refs/heads/main",
        "repo:acme/orders:ref:refs/heads/main",
        "repo:acme@123456/orders@456789:ref:refs/heads/release/1",
        "repo:acme/orders:ref:refs/heads/release/1",
    ]


def test_only_tags_and_the_merge_queue_need_wildcards(recorder: Any) -> None:
    make(apply_from={"tags": ["v*"]})
    tags = conditions(recorder, "deploy")
    assert tags["ApplyOnTags"]["StringLike"] == {
        "sub": [
            "repo:acme@123456/orders@456789:ref:refs/tags/v*",
            "repo:acme/orders:ref:refs/tags/v*",
        ]
    }
    assert tags["ApplyOnTags"]["StringEquals"] == {
        "aud": "sts.amazonaws.com",
        "repository_id": "456789",
    }
    recorder.resources.clear()
    make(apply_from={"environment": "live", "tags": ["v*"]}, merge_queue=None)
    assert conditions(recorder, "deploy")["ApplyOnTags"]["StringLike"] == {"ref": ["refs/tags/v*"]}
    recorder.resources.clear()
    make(merge_queue=True)
    queue = conditions(recorder, "deploy-plan")["PlanInMergeQueue"]
    assert queue["StringLike"]["sub"][0] == (
        "repo:acme@123456/orders@456789:ref:refs/heads/gh-readonly-queue/main/*"
    )


def test_environment_is_spelled_as_in_a_subject(recorder: Any) -> None:
    make(apply_from={"environment": "live:eu"})
    (condition,) = conditions(recorder, "deploy").values()
    assert condition["StringEquals"]["sub"][1] == "repo:acme/orders:environment:live%3Aeu"


def test_reusable_workflows_may_be_the_only_ones(recorder: Any) -> None:
    plan = "acme/pipelines/.github/workflows/plan.yml@refs/heads/main"
    apply = f"acme/pipelines/.github/workflows/apply.yaml@{'a' * 40}"
    make(workflows={"plan": plan, "apply": apply})
    for name, workflow in (("deploy", apply), ("deploy-plan", plan)):
        (condition,) = conditions(recorder, name).values()
        assert condition["StringEquals"]["job_workflow_ref"] == workflow


def test_no_set_operator_and_no_wildcard_in_owner_or_repository(recorder: Any) -> None:
    make(apply_from={"environment": "live", "branches": ["main"], "tags": ["v*"]}, merge_queue=True)
    for name in ("deploy", "deploy-plan"):
        text = recorder.inputs(name)["assumeRolePolicy"]
        assert "ForAllValues" not in text
        assert "IfExists" not in text
        for condition in conditions(recorder, name).values():
            for tests in condition.values():
                for subject in tests.get("sub", []):
                    assert "*" not in subject.partition(":")[2].partition(":")[0]


# --- Permissions ---


def test_boundary_holds_whatever_is_attached(recorder: Any) -> None:
    properties = made(recorder).properties
    boundary = escapes.boundary(properties)
    for name, way in escapes.ESCAPES.items():
        assert denied(way, boundary), name
        assert not allowed(way, [ADMINISTRATOR], boundary)
    for way in escapes.BEYOND:
        assert not allowed(way, [ADMINISTRATOR], boundary), way


def test_of_iam_the_boundary_leaves_bounded_roles_of_these_names_alone(recorder: Any) -> None:
    boundary = escapes.boundary(made(recorder).properties)
    mine = {*ROLE_CHANGES, *ROLE_READS, *ROLE_TAGS, *POLICY_CHANGES, "iam:PassRole"}
    iam = "arn:aws:iam::123456789012"
    resources = [
        "*",
        escapes.ROLE,
        f"{iam}:policy/orders-a",
        f"{iam}:role/other",
        f"{iam}:policy/other",
        f"{iam}:role/deploy/project-stack-deploy-plan",
        f"{iam}:role/deploy/another-pipeline",
        escapes.BOUNDARY,
        escapes.PROVIDER,
        f"{iam}:user/orders-a",
        f"{iam}:group/orders-a",
        f"{iam}:instance-profile/orders-a",
        f"{iam}:root",
    ]
    left = {
        (action, resource)
        for action in get_all_actions()
        if action.startswith("iam:")
        for resource in resources
        if allowed(Request(action, resource, escapes.BOUNDED), [ADMINISTRATOR], boundary)
    }
    assert {resource for _, resource in left} == {escapes.ROLE, f"{iam}:policy/orders-a"}
    assert {action for action, _ in left} == mine


def test_pipeline_can_do_what_it_is_for(recorder: Any) -> None:
    properties = made(recorder, services=sorted(SERVICES)).properties
    boundary = escapes.boundary(properties)
    for role in ("apply", "plan"):
        policies = escapes.policies(properties, role)
        for document in policies:
            for request in escapes.covered(document):
                assert allowed(request, policies, boundary), f"{role}: {request}"


def test_plan_changes_nothing_and_reads_no_data(recorder: Any) -> None:
    policies = escapes.policies(made(recorder, services=sorted(SERVICES)).properties, "plan")
    allows = {
        action
        for one in policies
        for statement in one["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    assert all(action.split(":")[1].startswith(_READING) for action in allows - {"kms:Decrypt"})
    account = "eu-west-1:123456789012"
    for data in (
        Request("dynamodb:GetItem", f"arn:aws:dynamodb:{account}:table/orders-a"),
        Request(
            "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{account}:secret:orders-a"
        ),
        Request("sqs:ReceiveMessage", f"arn:aws:sqs:{account}:orders-a"),
        Request("logs:GetLogEvents", f"arn:aws:logs:{account}:log-group:orders-a:log-stream:a"),
        Request("s3:GetObject", "arn:aws:s3:::orders-a/a"),
        Request("ecr:GetDownloadUrlForLayer", f"arn:aws:ecr:{account}:repository/orders-a"),
    ):
        assert not allowed(data, policies), data
        # Nor with whatever is attached to it later.
        assert not allowed(data, [*policies, ADMINISTRATOR]), data


_READING = ("Describe", "GET", "Get", "List", "Validate")


def test_roles_are_made_with_the_boundary_alone(recorder: Any) -> None:
    make()
    statement = recorder.statements("deploy-apply-1")["ChangeBoundedRoles"]
    assert statement["Condition"] == {
        "StringEquals": {"iam:PermissionsBoundary": escapes.BOUNDARY},
    }
    assert statement["Resource"] == ["arn:aws:iam::123456789012:role/orders-*"]
    passes = recorder.statements("deploy-apply-1")["PassRoles"]
    assert passes["Resource"] == ["arn:aws:iam::123456789012:role/orders-*"]
    assert passes["Condition"] == {
        "StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}
    }


def test_services_without_roles_pass_none(recorder: Any) -> None:
    make(services=["sqs"])
    assert "PassRoles" not in recorder.statements("deploy-apply-1")


def test_given_provider_and_boundary_are_used(recorder: Any) -> None:
    component = make(provider_arn=OIDC, boundary_arn=GIVEN)
    assert {"deploy-provider", "deploy-boundary"}.isdisjoint(recorder.resources)
    assert recorder.inputs("deploy")["permissionsBoundary"] == GIVEN
    assert recorder.inputs("deploy-plan")["permissionsBoundary"] == GIVEN
    assert value(component.boundary_arn) == GIVEN
    statements = recorder.statements("deploy-apply-1")
    document = {"Statement": list(statements.values())}
    assert statements["ChangeBoundedRoles"]["Condition"]["StringEquals"] == {
        "iam:PermissionsBoundary": GIVEN
    }
    # What the made boundary denies, the role itself does.
    assert denied(Request("iam:CreatePolicyVersion", GIVEN), document)
    for name, way in escapes.ESCAPES.items():
        if way.resource != escapes.BOUNDARY:
            assert denied(way, document), name


def test_outputs_may_be_given(recorder: Any) -> None:
    later = pulumi.Output.from_input
    repository = {"name": "acme/orders", "id": later(456789), "owner_id": later(123456)}
    make(
        repository=repository,
        provider_arn=later(OIDC),
        boundary_arn=later(GIVEN),
        keys=[later(escapes.KEY)],
        state={"bucket": "acme-state", "kms_key_arn": later(escapes.STATE_KEY)},
    )
    (condition,) = conditions(recorder, "deploy").values()
    assert condition["StringEquals"]["repository_id"] == "456789"
    assert recorder.statements("deploy-plan-1")["StateKey"] == {
        "Sid": "StateKey",
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": [escapes.STATE_KEY],
    }


def test_state_is_read_by_plan_and_locked_by_apply(recorder: Any) -> None:
    make(state=escapes.ARGS["state"])
    plan, apply = (recorder.statements(f"deploy-{role}-1") for role in ("plan", "apply"))
    assert plan["State"]["Action"] == ["s3:GetObject"]
    assert apply["State"]["Action"] == ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    for statements in (plan, apply):
        assert statements["State"]["Resource"] == ["arn:aws:s3:::acme-state/.pulumi/*"]
        assert statements["ListState"]["Resource"] == ["arn:aws:s3:::acme-state"]


# --- Size and linters ---


def test_policies_fit_with_a_margin(recorder: Any) -> None:
    """Everything at once fits; the margins are for longer names, and told here when they shrink."""
    everything = {
        **escapes.ARGS,
        "services": sorted(SERVICES),
        "merge_queue": True,
        "apply_from": {"environment": "production", "branches": ["main"], "tags": ["v*"]},
    }
    make(**everything)
    margins: dict[str, int] = {}
    for name, args in recorder.resources.items():
        for key, most in (("policy", LARGEST_POLICY), ("assumeRolePolicy", LARGEST_TRUST)):
            if key in args.inputs:
                margins[name] = most - size(json.loads(args.inputs[key])["Statement"])
    assert min(margins.values()) >= 0
    assert margins["deploy-boundary"] > 350
    assert margins["deploy"] > 700
    assert margins["deploy-plan"] > 700


def test_policies_are_as_many_as_are_needed(recorder: Any) -> None:
    make(**{**escapes.ARGS, "services": sorted(SERVICES)})
    listed = [name for name in recorder.resources if name.startswith("deploy-apply-")]
    policies = [name for name in listed if not name.endswith("-attachment")]
    assert len(listed) == 2 * len(policies) > 2
    found = [sid for name in policies for sid in recorder.statements(name)]
    assert len(found) == len(set(found))
    assert {"ChangeBoundedRoles", "StateKey", "ChangeStates"} <= set(found)


_SAID_OF_APPLY = {
    # It manages permissions: that is what it is for, by names, and within a boundary.
    "PERMISSIONS_MANAGEMENT_ACTIONS",
    "PRIVILEGE_ESCALATION",
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
}


def test_linters_find_nothing_in_what_plans(recorder: Any) -> None:
    for document in escapes.policies(made(recorder, services=sorted(SERVICES)).properties, "plan"):
        assert findings(document) == []


def test_linters_say_of_what_applies_that_it_manages_permissions_alone(recorder: Any) -> None:
    said = [
        finding
        for document in escapes.policies(
            made(recorder, services=sorted(SERVICES)).properties, "apply"
        )
        for finding in findings(document)
        # The Service Authorization Reference has the key for these; parliament is older.
        if "Unknown condition iam:PermissionsBoundary" not in finding
    ]
    assert {finding.partition(":")[0] for finding in said} == _SAID_OF_APPLY


def test_linters_say_of_trust_that_they_do_not_know_its_keys_alone(recorder: Any) -> None:
    make()
    for name in ("deploy", "deploy-plan"):
        for finding in findings(recorder.inputs(name)["assumeRolePolicy"]):
            assert f"Unknown condition {escapes.ISSUER}:" in finding


# --- Arguments ---

_TOO_MANY = [f"team-{number:02}-" for number in range(80)]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"service": ["s3"]}, "'service' is unknown; did you mean 'services'"),
        ({"repository": None}, "'repository' is required"),
        ({"names": None}, "'names' is required"),
        ({"services": None}, "'services' is required where there is no access_analysis"),
        ({"services": []}, "'services' is required"),
        ({"services": ["ec2"]}, "'services.0' is not allowed; give apigateway, cloudwatch"),
        ({"services": ["s3", "s3"]}, "'services' names something twice"),
        ({"names": []}, "'names' is empty"),
        ({"names": ["*"]}, "'names.0' is not allowed; give 3 to 32"),
        ({"names": ["orders"]}, "'names.0' is not allowed"),
        ({"names": ["o-"]}, "'names.0' is not allowed"),
        ({"names": ["orders-", "orders-eu-"]}, "'names' has 'orders-eu-', which 'orders-' holds"),
        ({"names": _TOO_MANY}, "'boundary_arn' is needed: the boundary would have over 6,144"),
        ({"names": _TOO_MANY, "boundary_arn": GIVEN}, "make the statement .* too large"),
        ({"repository": {"name": "acme", "id": 1, "owner_id": 1}}, "'repository.name' is not"),
        ({"repository": {"name": "acme/*", "id": 1, "owner_id": 1}}, "'repository.name' is not"),
        ({"repository": {"name": "*/orders", "id": 1, "owner_id": 1}}, "'repository.name' is not"),
        ({"repository": {"name": "a/b", "id": 0, "owner_id": 1}}, "'repository.id' is not allowed"),
        ({"repository": {"name": "a/b", "id": 1, "owner_id": -1}}, "'repository.owner_id' is not"),
        ({"repository": {"name": "a/b", "owner_id": 1}}, "'repository.id' is required"),
        ({"apply_from": {"environment": "*"}}, "'apply_from.environment' is not allowed"),
        ({"apply_from": {"environment": "a${b}"}}, "'apply_from.environment' is not allowed"),
        ({"apply_from": {"branches": ["*"]}}, "'apply_from.branches.0' is not allowed"),
        ({"apply_from": {"branches": ["release/*"]}}, "'apply_from.branches.0' is not allowed"),
        ({"apply_from": {"branches": ["refs/heads/main"]}}, "'apply_from.branches.0' is not"),
        ({"apply_from": {"branches": []}}, "'apply_from.branches' is empty"),
        ({"apply_from": {"branches": ["a", "a"]}}, "'apply_from.branches' names something twice"),
        ({"apply_from": {"tags": ["*"]}}, "'apply_from.tags.0' is not allowed"),
        ({"apply_from": {"tags": ["v*"]}, "merge_queue": True}, "'merge_queue' is of branches"),
        (
            {"apply_from": {"branches": [f"release/{one}" for one in range(30)]}},
            "'apply_from' makes a trust policy of over 2,048 characters",
        ),
        ({"workflows": {"plan": "plan.yml"}}, "'workflows.plan' is not allowed"),
        (
            {"workflows": {"apply": "a/b/.github/workflows/c.yml@*"}},
            "'workflows.apply' is not allowed",
        ),
        (
            {"workflows": {"apply": "a/b/.github/workflows/c.yml@main"}},
            "'workflows.apply' is not allowed",
        ),
        ({"runtime_actions": ["dynamodb:*"]}, "'runtime_actions.0' is not allowed"),
        ({"runtime_actions": ["sts:AssumeRole"]}, "'runtime_actions.0' opens other roles"),
        ({"runtime_actions": ["kms:Decrypt"]}, "'runtime_actions.0' opens other roles, keys"),
        ({"regions": []}, "'regions' is empty"),
        ({"regions": ["*"]}, "'regions.0' is not allowed"),
        ({"keys": ["alias/orders"]}, "'keys.0' is not allowed; give the ARN of a key"),
        (
            {"state": {"bucket": "acme-state", "kms_key_arn": "*"}},
            "'state.kms_key_arn' is not allowed",
        ),
        ({"state": {"bucket": "*", "kms_key_arn": escapes.KEY}}, "'state.bucket' is not allowed"),
        (
            {"state": {"bucket": "orders-state", "kms_key_arn": escapes.KEY}},
            "'state.bucket' begins with one of `names`",
        ),
        ({"provider_arn": OIDC.replace("token.", "evil.")}, "'provider_arn' is not allowed"),
        (
            {"boundary_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            "'boundary_arn' is not allowed",
        ),
        ({"longest_session_hours": 5}, "'longest_session_hours' is not allowed; give 1 to 4"),
    ],
)
def test_bad_argument_is_refused_before_anything_is_registered(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(**args)
    assert not recorder.resources


@pytest.mark.parametrize(
    "bad",
    [
        lambda later: {"keys": [later("alias/x")]},
        lambda later: {"boundary_arn": later("arn:aws:iam::aws:policy/AdministratorAccess")},
        lambda later: {"repository": {"name": "a/b", "id": later(0), "owner_id": 1}},
    ],
    ids=["key", "boundary", "repository"],
)
@pytest.mark.usefixtures("_settled", "recorder")
def test_bad_output_is_refused_when_it_resolves(bad: Callable[[Any], dict[str, Any]]) -> None:
    with pytest.raises(ArgumentError, match="is not allowed"):
        make(**bad(pulumi.Output.from_input))


def test_name_that_makes_too_long_a_role_is_refused(recorder: Any) -> None:
    with pytest.raises(ArgumentError, match="'name' is too long"):
        DeployRole("d" * 60, cast("DeployRoleArgs", MINIMAL))
    assert not recorder.resources


# --- The guide ---

GUIDE = Path(__file__).parents[2] / "docs" / "pipelines.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


@pytest.fixture
def own_transformations() -> Iterator[None]:
    """What a program transforms holds for its whole stack, which is that of all tests here."""
    stack: Any = pulumi.runtime.settings.get_root_resource()
    yield
    stack._transformations = []  # noqa: SLF001  there is no other way back


@pytest.mark.usefixtures("own_transformations")
def test_guide_makes_the_roles_and_bounds_every_role(recorder: Any) -> None:
    roles, program = (one for one in blocks("python") if one.startswith("import"))
    worker = "import pulumi_aws as aws\naws.iam.Role('worker', assume_role_policy='{}')"
    pulumi.runtime.set_config("project:boundary", escapes.BOUNDARY)
    run(lambda: exec(roles, {}))  # noqa: S102  it is ours
    assert recorder.inputs("orders")["path"] == "/deploy/"
    run(lambda: exec(f"{program}\n{worker}", {}))  # noqa: S102  same
    assert recorder.inputs("worker")["permissionsBoundary"] == escapes.BOUNDARY


def test_guide_tells_every_service(recorder: Any) -> None:
    del recorder
    told = re.findall(r"^\| `(\w+)` \|", GUIDE.read_text(), re.MULTILINE)
    assert told == sorted(SERVICES)


def test_guides_workflow_has_no_finding(tmp_path: Path) -> None:
    (workflow,) = (one for one in blocks("yaml") if one.startswith("name: Deploy"))
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "deploy.yml").write_text(workflow)
    assert workflows_findings(tmp_path) == ""
    used = dict(re.findall(r"uses: ([\w/-]+)@(.+)", workflow))
    assert used == {action: pins.ACTIONS[action] for action in used}
