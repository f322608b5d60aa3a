"""`OrganizationGuardrails` by its children's inputs, and by what their documents deny.

In process, with mocks: that AWS takes the documents is not shown here, nor that its evaluation is
as `organization_policies` has it, which follows the documentation.
"""

from __future__ import annotations

import fnmatch
import json
import re
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest
from policy_sentry.querying.all import get_all_actions

from secure_components import (
    ArgumentError,
    OrganizationGuardrails,
    OrganizationGuardrailsArgs,
)
from secure_components.organization_guardrails.guards import (
    BY_ID,
    GUARDS,
    KINDS,
    RCP,
    SCP,
    Settings,
    actions_of,
    table,
)
from secure_components.organization_guardrails.packing import LIMIT, LONGEST_ID, pack, text
from tests.secure_components.guardrail_calls import ARGS, ATTEMPTS, MEMBER, WORK, denied_by
from tests.secure_components.organization_policies import MANAGEMENT, ORGANIZATION, SERVICES, Call
from tests.secure_components.policy_linters import findings
from tests.secure_components.programs import run, value

REASON = "tried in the sandbox first"


def make(**args: Any) -> OrganizationGuardrails:
    given = cast("OrganizationGuardrailsArgs", {**ARGS, **args})
    made: OrganizationGuardrails = run(lambda: OrganizationGuardrails("guards", given))
    return made


def documents(recorder: Any) -> dict[str, str]:
    """Return the type of policy by each document that was registered."""
    inputs = [one.inputs for one in recorder.resources.values() if one.typ.endswith(":Policy")]
    return {one["content"]: one["type"] for one in inputs}


def made_with(recorder: Any, **args: Any) -> dict[str, str]:
    recorder.resources.clear()
    make(**args)
    return documents(recorder)


def without(guard_id: str) -> dict[str, Any]:
    """Return the arguments that leave a guard out, and its exceptions with it."""
    exceptions = {key: roles for key, roles in ARGS["exceptions"].items() if key != guard_id}
    return {"left_out": {guard_id: REASON}, "exceptions": exceptions}


# --- Children ---


def test_children_keep_their_names(recorder: Any) -> None:
    make(targets={"sandbox": "ou-ab12-11111111", "audit": MEMBER})
    assert {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()} == {
        "guards": "OrganizationGuardrails",
        "guards-scp-1": "Policy",
        "guards-scp-1-sandbox": "PolicyAttachment",
        "guards-scp-1-audit": "PolicyAttachment",
        "guards-scp-2": "Policy",
        "guards-scp-2-sandbox": "PolicyAttachment",
        "guards-scp-2-audit": "PolicyAttachment",
        "guards-rcp-1": "Policy",
        "guards-rcp-1-sandbox": "PolicyAttachment",
        "guards-rcp-1-audit": "PolicyAttachment",
    }


def test_every_document_is_attached_to_every_target(recorder: Any) -> None:
    made = make(targets={"sandbox": "ou-ab12-11111111", "root": "r-ab12"})
    attached = {
        (one.inputs["policyId"], one.inputs["targetId"])
        for one in recorder.resources.values()
        if one.typ.endswith(":PolicyAttachment")
    }
    policies = ["guards-scp-1-id", "guards-scp-2-id", "guards-rcp-1-id"]
    assert attached == {(p, t) for p in policies for t in ("ou-ab12-11111111", "r-ab12")}
    assert value(made.service_control_policy_ids) == policies[:2]
    assert value(made.resource_control_policy_ids) == policies[2:]


def test_description_names_the_guards_of_a_document(recorder: Any) -> None:
    make()
    for child in ("guards-scp-1", "guards-scp-2", "guards-rcp-1"):
        inputs = recorder.inputs(child)
        named = inputs["description"].removeprefix("Guardrails: ").split(", ")
        sids = {sid.rstrip("0123456789") for sid in recorder.statements(child, "content")}
        # The digit of `ImdsV2` is its own.
        assert {BY_ID[guard_id].sid.rstrip("0123456789") for guard_id in named} == sids
        assert len(inputs["description"]) <= 512  # AWS, CreatePolicy


def test_policies_are_named_after_project_and_stack(recorder: Any) -> None:
    make()
    assert recorder.inputs("guards-rcp-1")["name"] == "project-stack-guards-rcp-1"


def test_name_that_is_too_long_is_refused(recorder: Any) -> None:
    given = cast("OrganizationGuardrailsArgs", ARGS)
    with pytest.raises(ArgumentError, match="'name' is too long: AWS takes 128 characters"):
        OrganizationGuardrails("g" * 109, given)
    assert not recorder.resources
    run(lambda: OrganizationGuardrails("g" * 108, given))


def test_ids_that_are_known_later_are_taken(recorder: Any) -> None:
    before = made_with(recorder)
    later = pulumi.Output.from_input
    targets = {"sandbox": later("ou-ab12-11111111")}
    assert made_with(recorder, organization_id=later(ORGANIZATION), targets=targets) == before
    assert recorder.inputs("guards-scp-1-sandbox")["targetId"] == "ou-ab12-11111111"


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize(
    ("args", "wrong", "children"),
    [
        ({"organization_id": "acme"}, "organization_id", set()),
        ({"targets": {"sandbox": "sandbox"}}, r"targets\.sandbox", {"Policy"}),
    ],
)
def test_id_that_is_known_later_is_checked(
    recorder: Any, args: dict[str, Any], wrong: str, children: set[str]
) -> None:
    def later(one: Any) -> Any:
        return {k: later(v) for k, v in one.items()} if isinstance(one, dict) else known(one)

    known = pulumi.Output.from_input
    with pytest.raises(ValueError, match=f"'{wrong}' is not allowed"):
        make(**later(args))
    made = {one.typ.rpartition(":")[2] for one in recorder.resources.values() if one.custom}
    assert made == children
    run(lambda: None)  # what failed beside it is told, and not in the middle of a later test


# --- What is denied, and what is not ---


def test_every_guard_is_attempted() -> None:
    assert ATTEMPTS.keys() == BY_ID.keys()
    assert len(BY_ID) == len(GUARDS)


@pytest.mark.parametrize("guard_id", BY_ID)
def test_guard_alone_denies_what_it_is_for(recorder: Any, guard_id: str) -> None:
    sids = {one["Sid"] for one in BY_ID[guard_id].statements(Settings(ORGANIZATION, ["eu-west-1"]))}
    on = made_with(recorder)
    for call in ATTEMPTS[guard_id]:
        denied = denied_by(on, call)
        assert denied, f"{call.action} by {call.principal or 'nobody'} is allowed"
        assert denied <= sids, f"{call.action} is denied by {denied - sids} too"
    off = made_with(recorder, **without(guard_id))
    assert not [call.action for call in ATTEMPTS[guard_id] if denied_by(off, call)]


def test_work_goes_on(recorder: Any) -> None:
    on = made_with(recorder)
    stopped = {(call.action, *denied_by(on, call)) for call in WORK if denied_by(on, call)}
    assert stopped == set()


def test_without_exceptions_nobody_is_excepted(recorder: Any) -> None:
    none = made_with(recorder, exceptions={})
    assert not [text for text in none if "ArnNotLike" in text]
    for guard_id, roles in ARGS["exceptions"].items():
        attempt = ATTEMPTS[guard_id][0]
        for role in roles:
            excepted = Call(
                attempt.action,
                role.replace("*", MEMBER),
                attempt.resource,
                context=attempt.context,
            )
            assert denied_by(none, excepted)
            assert not denied_by(made_with(recorder), excepted)


@pytest.mark.parametrize(
    "guard_id", [guard.id for guard in GUARDS if guard.excepting], ids=lambda guard_id: guard_id
)
def test_exception_is_for_its_guard_alone(recorder: Any, guard_id: str) -> None:
    role = "arn:aws:iam::*:role/emergency/other"
    principal = role.replace("*", MEMBER)
    more = [*ARGS["exceptions"].get(guard_id, ()), role]
    one = made_with(recorder, exceptions={**ARGS["exceptions"], guard_id: more})
    for other, calls in ATTEMPTS.items():
        for call in calls:
            # Those that are the root user, an exception, or no principal of ours stay as they are.
            if call.principal.endswith(":role/admin"):
                by_role = Call(call.action, principal, call.resource, context=call.context)
                assert bool(denied_by(one, by_role)) is (other != guard_id), call.action


def test_role_with_an_exception_is_protected_without_being_named(recorder: Any) -> None:
    on = made_with(recorder, protected_roles=[])
    for call in ATTEMPTS["protected-roles"]:
        if "/secure/" not in call.resource:
            assert denied_by(on, call)


def test_management_account_is_not_bound(recorder: Any) -> None:
    on = made_with(recorder)
    for call in (call for guard in GUARDS if guard.kind == SCP for call in ATTEMPTS[guard.id]):
        principal = call.principal.replace(MEMBER, MANAGEMENT)
        theirs = Call(call.action, principal, call.resource, MANAGEMENT, call.context)
        assert not denied_by(on, theirs)


def test_no_workflow_of_github_is_trusted_by_default(recorder: Any) -> None:
    none = made_with(recorder, github_organizations=[])
    for call in (*ATTEMPTS["github-workflows"], *WORK):
        trusted = any("githubusercontent" in key for key in call.context)
        assert bool(denied_by(none, call)) is trusted


def test_nobody_outside_is_trusted_by_default(recorder: Any) -> None:
    none = made_with(recorder, trusted_accounts=[])
    vendors = [call for call in WORK if "333333333333" in (call.account, *call.context.values())]
    assert vendors
    assert all(denied_by(none, call) for call in vendors)


# --- Documents ---


def test_every_action_is_one_of_aws(recorder: Any) -> None:
    known = [action.lower() for action in get_all_actions()]
    named = {
        action
        for document in made_with(recorder)
        for statement in json.loads(document)["Statement"]
        for action in actions_of(statement)
    }
    assert len(named) > 150
    unknown = {action for action in named if not fnmatch.filter(known, action.lower())}
    assert unknown == set()


def test_called_actions_are_of_aws() -> None:
    known = {action.lower() for action in get_all_actions()}
    called = {call.action for calls in (*ATTEMPTS.values(), WORK) for call in calls}
    assert {action for action in called if action.lower() not in known} == set()


def test_resource_control_policies_name_services_that_have_them(recorder: Any) -> None:
    for document, kind in made_with(recorder).items():
        for statement in json.loads(document)["Statement"]:
            services = {action.partition(":")[0] for action in actions_of(statement)}
            if kind == RCP:
                assert services <= SERVICES
                assert statement["Principal"] == "*"
            else:
                assert "Principal" not in statement


_GAPS = (
    # parliament's data is older than these keys, knows no key of a provider of the web, and takes
    # the actions that have no such key for a mistake.
    r"UNKNOWN_CONDITION_FOR_ACTION: Unknown condition "
    r"(aws:(AssumedRoot|SecureTransport|Source(OrgID|Account)|Principal\w+)|s3:TlsVersion"
    r"|token\.actions\.githubusercontent\.com:sub) for action .*"
    # Its numbers are whole.
    r"|MISMATCHED_TYPE: Type mismatch: s3:TlsVersion requires a value of type Numeric .*"
)


def test_linters_find_nothing(recorder: Any) -> None:
    for document in made_with(recorder):
        assert [one for one in findings(document) if not re.fullmatch(_GAPS, one)] == []


def test_statements_keep_their_names(recorder: Any) -> None:
    made = [json.loads(document)["Statement"] for document in made_with(recorder)]
    sids = [one["Sid"] for statements in made for one in statements]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)


def test_documents_are_as_few_as_can_be_and_keep_a_margin(recorder: Any) -> None:
    for kind in KINDS:
        sizes = sorted(len(one) for one, of in made_with(recorder).items() if of == kind)
        # Two of service control policies, beside AWS's own of five in all; one of the others.
        assert len(sizes) == -(-sum(sizes) // LIMIT)
        assert sizes[-1] <= LIMIT
        room = LIMIT * (2 if kind == SCP else 1) - sum(sizes)
        assert room > (1500 if kind == SCP else 3000), "less than ten more patterns have room"


def test_document_has_no_space_too_many(recorder: Any) -> None:
    for document in made_with(recorder):
        assert document == json.dumps(json.loads(document), separators=(",", ":"))


def test_longest_id_of_an_organization_has_room(recorder: Any) -> None:
    for document in made_with(recorder, organization_id=LONGEST_ID):
        assert len(document) <= LIMIT


def test_documents_are_packed_for_the_longest_id_since_it_may_be_known_later(recorder: Any) -> None:
    def size(organization_id: str, accounts: list[str]) -> int:
        made = Settings(organization_id, trusted_accounts=accounts, github_organizations=["acme"])
        return len(text([guard for guard in GUARDS if guard.kind == RCP], made))

    accounts: list[str] = []
    while size(LONGEST_ID, accounts) <= LIMIT:
        accounts.append(f"{len(accounts):012}")
    assert size(ORGANIZATION, accounts) <= LIMIT
    made = made_with(recorder, trusted_accounts=accounts, github_organizations=["acme"])
    assert sum(kind == RCP for kind in made.values()) == 2


def test_packing_leaves_nothing_out_and_fills_each_document_in_turn() -> None:
    settings = Settings(ORGANIZATION, protected_roles=["r" * 2000], regions=["eu-west-1"])
    guards = [guard for guard in GUARDS if guard.kind == SCP]
    packed = pack(guards, settings)
    assert sorted(guard.id for one in packed for guard in one) == sorted(g.id for g in guards)
    for index, later in enumerate(packed):
        for guard in later:
            assert all(len(text([*one, guard], settings)) > LIMIT for one in packed[:index])


def test_what_is_too_large_is_refused_with_sizes_before_anything_is_registered(
    recorder: Any,
) -> None:
    many = [f"arn:aws:iam::*:role/secure/{number:0100}" for number in range(40)]
    with pytest.raises(ArgumentError) as refused:
        make(protected_roles=many)
    assert not recorder.resources
    assert "'left_out' leaves SCPs of 3 documents; AWS takes 4 of 5,120" in str(refused.value)
    sizes = dict(part.rsplit(" ", 1) for part in str(refused.value).split("Sizes: ")[1].split(", "))
    assert list(sizes) == [guard.id for guard in GUARDS if guard.kind == SCP]
    assert int(sizes["protected-roles"].replace(",", "")) > LIMIT


def test_too_many_documents_are_refused(recorder: Any) -> None:
    many = [f"arn:aws:iam::*:role/secure/{number:0100}" for number in range(30)]
    guards = ("audit-trail", "config", "guardduty", "security-hub")
    with pytest.raises(ArgumentError, match="leaves SCPs of 5 documents"):
        make(exceptions=dict.fromkeys(guards, many), left_out={"protected-roles": REASON})
    assert not recorder.resources


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"region": ["eu-west-1"]}, "'region' is unknown; did you mean 'regions'"),
        ({"organization_id": "acme"}, "'organization_id' is not allowed; give the organization's"),
        ({"targets": {}}, "'targets' is empty"),
        ({"targets": {"sandbox": "sandbox"}}, r"'targets\.sandbox' is not allowed; give the id"),
        ({"targets": {"Sand box": MEMBER}}, r"'targets\.Sand box' is not allowed; give a name"),
        ({"regions": ["europe"]}, r"'regions\.0' is not allowed; give a region"),
        ({"regions": ["eu-west-1", "eu-west-1"]}, "'regions' names something twice"),
        ({"regions": []}, "'regions' is required by the guard 'regions'"),
        ({"permissions_boundaries": []}, "'permissions_boundaries' is required by the guard"),
        ({"protected_roles": [], "exceptions": {}}, "'protected_roles' is required by the guard"),
        ({"protected_roles": ["arn:aws:iam::*:role/*"]}, r"'protected_roles\.0' is not allowed"),
        ({"permissions_boundaries": ["*"]}, r"'permissions_boundaries\.0' is not allowed"),
        ({"github_organizations": ["*"]}, r"'github_organizations\.0' is not allowed"),
        ({"github_organizations": ["acme/app"]}, r"'github_organizations\.0' is not allowed"),
        ({"trusted_accounts": ["*"]}, r"'trusted_accounts\.0' is not allowed; give twelve"),
        ({"exceptions": {"kms": []}}, r"'exceptions\.kms' is not allowed; give regions"),
        ({"exceptions": {"root-user": []}}, r"'exceptions\.root-user' is not allowed"),
        ({"exceptions": {"tls-only": []}}, r"'exceptions\.tls-only' is not allowed"),
        (
            {"exceptions": {"kms-keys": ["arn:aws:iam::*:role/*"]}},
            r"'exceptions\.kms-keys\.0' is not allowed",
        ),
        (
            {"exceptions": {"kms-keys": ["arn:aws:iam::*:user/admin"]}},
            r"'exceptions\.kms-keys\.0' is not allowed",
        ),
        ({"left_out": {"kms": REASON}}, r"'left_out\.kms' is not allowed"),
        ({"left_out": {"kms-keys": " "}}, r"'left_out\.kms-keys' is not allowed; give the reason"),
        ({"left_out": {"kms-keys": REASON}}, r"'exceptions\.kms-keys' is not allowed"),
    ],
)
def test_bad_argument_is_refused_before_anything_is_registered(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(**args)
    assert not recorder.resources


def test_all_left_out_makes_nothing(recorder: Any) -> None:
    made = make(left_out=dict.fromkeys(BY_ID, REASON), exceptions={})
    assert list(recorder.resources) == ["guards"]
    assert value(made.service_control_policy_ids) == []


# --- The guide ---


def test_guide_shows_every_guard() -> None:
    guide = Path("docs/guardrails.md").read_text("utf-8")
    assert "\n".join(table()) in guide
