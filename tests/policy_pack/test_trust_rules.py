"""Whom roles and resources let in: what the examples of those rules cannot show."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from jsonschema import Draft7Validator

from policy_pack.accounts import PROVIDERS, SETTINGS, account_of
from policy_pack.aws import BUCKET_POLICIES, BUCKETS, KEYS, ROLES, TOPICS
from policy_pack.catalog import rules
from policy_pack.configuration import Configuration, ConfigurationError, Given
from policy_pack.resource_policies import (
    _ELSEWHERE,
    _PRINCIPALS,
    FUNCTION_PERMISSIONS,
    LAYER_PERMISSIONS,
    PERMISSIONS,
    POLICIES,
    QUEUES,
)
from policy_pack.rule import UNKNOWN, Resource, Stack, Verdict
from tests.policy_pack.strategies import Sent, diagnostics, level, serve

RULES: Final = {rule.id: rule for rule in rules()}
OWN, OTHER = "123456789012", "999999999999"
OWN_ROOT, OTHER_ROOT = (f"arn:aws:iam::{account}:root" for account in (OWN, OTHER))
GITHUB: Final = "token.actions.githubusercontent.com"
MFA: Final = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def made(type_: str, name: str, **properties: Any) -> Resource:
    return Resource(type_, name, f"urn:pulumi:dev::project::{type_}::{name}", properties)


def statement(**changes: Any) -> dict[str, Any]:
    return {"Sid": "S", "Effect": "Allow", "Principal": {"AWS": OTHER_ROOT}, **changes}


def role(*statements: Mapping[str, Any]) -> Resource:
    wanted = [{"Action": "sts:AssumeRole", **one} for one in statements]
    return made(ROLES[0], "role", assumeRolePolicy={"Statement": wanted})


def bucket(*statements: Mapping[str, Any]) -> Resource:
    return made(BUCKET_POLICIES[0], "policy", policy={"Statement": [*statements]})


TOPIC: Final = made(TOPICS[0], "topic", arn=f"arn:aws:sns:eu-west-1:{OWN}:topic")
NEW: Final = made(TOPICS[0], "new", arn=UNKNOWN)


def judge(rule: str, judged: Resource, *others: Resource, **settings: Any) -> Verdict:
    verdict = RULES[rule].judge(judged, Stack([judged, *others]), settings)
    assert not verdict.failure, verdict
    return verdict


def told(rule: str, judged: Resource, *others: Resource, **settings: Any) -> str:
    """Return a rule's verdict of the first resource, in a word."""
    verdict = judge(rule, judged, *others, **settings)
    words = [
        word
        for word, there in (("found", verdict.findings), ("undecided", verdict.undecided))
        if there
    ]
    return " and ".join(words) or "passed"


# --- Which account is another ---


ASK_TRUSTED: Final = ("iam-trust-external-id", "resource-policy-named-accounts")


def sharing(rule: str, *principals: str) -> Resource:
    one = statement(Principal={"AWS": [*principals]})
    return role(one) if rule == "iam-trust-external-id" else bucket(one)


@pytest.mark.parametrize("rule", ASK_TRUSTED)
@pytest.mark.parametrize(
    ("others", "principal", "verdict"),
    [
        ((TOPIC,), OWN_ROOT, "passed"),
        ((TOPIC,), OTHER_ROOT, "found"),
        ((TOPIC, NEW), OTHER_ROOT, "found"),
        ((NEW,), OWN_ROOT, "undecided"),
        ((NEW,), "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1", "found"),
        ((NEW,), "AIDACKCEVSQ6C2EXAMPLE", "found"),
        ((), OWN_ROOT, "found"),
        ((made(BUCKETS[0], "bucket", arn="arn:aws:s3:::bucket"),), OWN_ROOT, "found"),
        ((made("github:index/repository:Repository", "r", arn=UNKNOWN),), OWN_ROOT, "found"),
        ((made(PROVIDERS, "aws", allowedAccountIds=f'["{OWN}"]'),), OWN_ROOT, "passed"),
        ((made(PROVIDERS, "aws", allowedAccountIds=[OWN]),), OTHER, "found"),
        ((made(PROVIDERS, "aws", allowedAccountIds=UNKNOWN), NEW), OWN, "undecided"),
        ((made(PROVIDERS, "aws", accessKey=OWN),), OWN, "found"),
    ],
)
def test_own_account_is_what_the_stack_tells(
    rule: str, others: tuple[Resource, ...], principal: str, verdict: str
) -> None:
    assert told(rule, sharing(rule, principal), *others) == verdict


def key(*statements: Mapping[str, Any], **more: Any) -> Resource:
    return made(KEYS[0], "key", policy={"Statement": [*statements]}, **more)


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (key(statement(Principal={"AWS": OWN_ROOT})), "passed"),
        (key(statement(Principal={"AWS": [OWN, f"arn:aws:iam::{OWN}:role/a"]})), "passed"),
        (key(statement(Principal={"AWS": [OWN, OTHER]})), "found"),
        (key(statement(Principal={"AWS": OWN}), statement(Principal="*")), "found"),
        (key(statement(Principal={"AWS": OWN}, Effect="Deny")), "found"),
        (
            key(statement(Principal={"AWS": OWN}), bypassPolicyLockoutSafetyCheck=True),
            "found",
        ),
        (key(statement(Principal=UNKNOWN), statement(Principal={"AWS": OWN})), "found"),
        (made(KEYS[0], "key", policy=UNKNOWN), "found"),
        (made(KEYS[0], "key", policy="no document"), "found"),
    ],
)
def test_key_policy_tells_the_account_that_it_names_alone(one: Resource, verdict: str) -> None:
    assert told("resource-policy-named-accounts", sharing("", OWN_ROOT), one) == verdict


def test_key_policy_tells_nothing_where_an_arn_does() -> None:
    one = key(statement(Principal={"AWS": OTHER_ROOT}))
    assert told("resource-policy-named-accounts", one) == "passed"
    assert told("resource-policy-named-accounts", one, TOPIC) == "found"


@pytest.mark.parametrize("rule", ASK_TRUSTED)
def test_what_is_trusted_is_a_setting(rule: str) -> None:
    shared = sharing(rule, OTHER_ROOT, OWN_ROOT)
    assert told(rule, shared, TOPIC) == "found"
    assert told(rule, shared, TOPIC, trusted_accounts=[OTHER]) == "passed"
    assert told(rule, shared, TOPIC, trusted_accounts=["111111111111"]) == "found"
    assert told(rule, shared, NEW, trusted_accounts=[OTHER, OWN]) == "passed"


@pytest.mark.parametrize("rule", ASK_TRUSTED)
@pytest.mark.parametrize(
    ("organization", "trusted", "verdict"),
    [
        ("o-ours", ["*"], "passed"),
        ("o-ours", ["o-ours"], "passed"),
        ("o-theirs", ["o-ours"], "found"),
        ("o-*", ["*"], "found"),
        (["o-ours", "*"], ["*"], "found"),
    ],
)
def test_organization_is_named_and_may_have_to_be_ours(
    rule: str, organization: object, trusted: list[str], verdict: str
) -> None:
    condition = {"StringLike": {"aws:PrincipalOrgID": organization}}
    one = statement(Condition=condition)
    judged = role(one) if rule == "iam-trust-external-id" else bucket(one)
    assert told(rule, judged, TOPIC, trusted_organizations=trusted) == verdict


@pytest.mark.parametrize(
    ("values", "trusted", "verdict"),
    [
        ("o-ours/r-abcd/ou-1/*", ["o-ours"], "passed"),
        ("o-theirs/r-abcd/*", ["o-ours"], "found"),
        ("*/r-abcd/*", ["*"], "found"),
    ],
)
def test_path_of_an_organization_is_of_that_organization(
    values: str, trusted: list[str], verdict: str
) -> None:
    condition = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": values}}
    judged = bucket(statement(Condition=condition))
    assert (
        told("resource-policy-named-accounts", judged, TOPIC, trusted_organizations=trusted)
        == verdict
    )


def test_untrusted_principal_is_found_whatever_is_unknown_beside_it() -> None:
    judged = bucket(statement(Principal={"AWS": [OWN, "AIDACKCEVSQ6C2EXAMPLE"]}))
    assert told("resource-policy-named-accounts", judged, NEW) == "found"


def test_known_condition_decides_where_the_own_account_is_not_known() -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-ours"}}
    judged = bucket(statement(Condition=condition))
    assert told("resource-policy-named-accounts", judged, NEW) == "passed"


def test_unknown_statement_hides_no_other() -> None:
    judged = bucket(statement(Principal=UNKNOWN), statement())
    verdict = told("resource-policy-named-accounts", judged, TOPIC)
    assert verdict == "found and undecided"


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"trusted_accounts": []}, False),
        ({"trusted_accounts": [OTHER]}, False),
        ({"trusted_organizations": ["o-ours"]}, False),
        ({"trusted_organizations": []}, True),
        ({"trusted_accounts": OTHER}, True),
    ],
)
@pytest.mark.parametrize("rule", ASK_TRUSTED)
def test_settings_can_be_configured(rule: str, given: dict[str, Any], refused: bool) -> None:
    made_of = {rule: Given(values=given)}
    if refused:
        with pytest.raises(ConfigurationError, match=rule):
            Configuration(rules(), given=made_of)
    else:
        held = Configuration(rules(), given=made_of).settings(RULES[rule])
        assert held == {name: given.get(name, one.default) for name, one in SETTINGS.items()}


@pytest.mark.parametrize("name", SETTINGS)
def test_default_is_of_the_setting_s_own_schema(name: str) -> None:
    """The engine holds against it what it fills in."""
    setting = SETTINGS[name]
    Draft7Validator(dict(setting.schema)).validate(setting.default)


@pytest.mark.parametrize(
    ("principal", "account"),
    [
        (OWN, OWN),
        (OWN_ROOT, OWN),
        (f"arn:aws-cn:sts::{OWN}:assumed-role/a/b", OWN),
        ("arn:aws:iam::*:root", "*"),
        ("arn:aws:s3:::bucket", ""),
        ("arn", "arn"),
        ("", ""),
    ],
)
def test_account_of_a_principal(principal: str, account: str) -> None:
    assert account_of(principal) == account


def test_engine_tells_providers_and_arns() -> None:
    """As the engine sends it: an unknown ARN is undecided, a provider's accounts are JSON text."""
    rule = "resource-policy-named-accounts"
    shared = Sent(BUCKET_POLICIES[0], "policy", {"policy": {"Statement": statement()}})
    new = Sent(TOPICS[0], "new", {"arn": UNKNOWN})
    provider = Sent(PROVIDERS, "aws", {"allowedAccountIds": f'["{OTHER}"]'})
    judged = serve([RULES[rule]])
    assert [level(one) for one in diagnostics(judged, [shared])] == ["mandatory"]
    (undecided,) = diagnostics(serve([RULES[rule]]), [shared, new])
    assert undecided.message.startswith("Undecided: 'arn' of 'new' is not known yet.")
    assert not diagnostics(serve([RULES[rule]]), [shared, new, provider])


# --- Where each type holds its policy ---


def inputs_of(type_: str) -> set[str]:
    """Return the inputs that the provider's SDK lets a resource have."""
    module, name = type_.split(":")[1].partition("/")[0], type_.rpartition(":")[2]
    package = importlib.import_module(f"pulumi_aws.{module}{'_' * (module == 'lambda')}")
    names = inspect.signature(getattr(package, name)._internal_init).parameters  # noqa: SLF001  the inputs
    return {re.sub(r"_(\w)", lambda found: found[1].upper(), one) for one in names}


@pytest.mark.parametrize("type_", dict.fromkeys(POLICIES))
def test_policy_is_an_input_of_its_type(type_: str) -> None:
    assert _ELSEWHERE.get(type_, "policy") in inputs_of(type_)


@pytest.mark.parametrize("type_", PERMISSIONS)
def test_principal_is_an_input_of_its_type(type_: str) -> None:
    assert _PRINCIPALS[type_] in inputs_of(type_)


def test_no_type_is_listed_twice() -> None:
    assert len({*POLICIES, *PERMISSIONS}) == len(POLICIES) + len(PERMISSIONS)
    assert _ELSEWHERE.keys() <= {*POLICIES}


@pytest.mark.parametrize("type_", dict.fromkeys(POLICIES))
def test_every_policy_is_judged_for_other_accounts_and_for_everyone(type_: str) -> None:
    """No type falls between the rules: each tells another account, and everyone."""
    place = _ELSEWHERE.get(type_, "policy")
    shared = made(type_, "one", **{place: json.dumps({"Statement": statement()})})
    assert told("resource-policy-named-accounts", shared, TOPIC) == "found"
    public = statement(Principal="*", Action="*", Resource="*")
    opened = made(type_, "one", **{place: json.dumps({"Statement": public})})
    stack = Stack([opened])
    finding = {
        rule.id
        for rule in rules()
        if type_ in rule.types and "named" not in rule.id and rule.judge(opened, stack).findings
    }
    assert finding, "no rule finds it public"


@pytest.mark.parametrize("principal", ["*", OTHER, OTHER_ROOT])
@pytest.mark.parametrize("type_", PERMISSIONS)
def test_every_permission_is_judged(type_: str, principal: str) -> None:
    shared = made(type_, "one", **{_PRINCIPALS[type_]: principal})
    assert told("resource-policy-named-accounts", shared, TOPIC) == "found"
    own = made(type_, "one", **{_PRINCIPALS[type_]: OWN_ROOT})
    assert told("resource-policy-named-accounts", own, TOPIC) == "passed"
    unknown = made(type_, "one", **{_PRINCIPALS[type_]: UNKNOWN})
    assert told("resource-policy-named-accounts", unknown, TOPIC) == "undecided"


@pytest.mark.parametrize(
    ("type_", "organization"),
    [(FUNCTION_PERMISSIONS[0], "principalOrgId"), (LAYER_PERMISSIONS[0], "organizationId")],
)
def test_organization_of_a_permission_bounds_everyone(type_: str, organization: str) -> None:
    for rule in ("lambda-not-public", "resource-policy-named-accounts"):
        assert told(rule, made(type_, "one", principal="*"), TOPIC) == "found"
        bound = made(type_, "one", principal="*", **{organization: "o-ours"})
        assert told(rule, bound, TOPIC) == "passed"
        later = made(type_, "one", principal="*", **{organization: UNKNOWN})
        assert told(rule, later, TOPIC) == "undecided"


def test_permission_of_a_service_needs_no_account() -> None:
    allowed = made(
        FUNCTION_PERMISSIONS[0], "one", principal="events.amazonaws.com", sourceArn=UNKNOWN
    )
    assert told("resource-policy-named-accounts", allowed, NEW) == "passed"


def test_network_is_no_account() -> None:
    policy = statement(Principal="*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})
    queue = made(QUEUES[0], "queue", policy={"Statement": policy})
    assert told("sqs-not-public", queue) == "passed"
    assert told("resource-policy-named-accounts", queue, TOPIC) == "passed"


# --- Roles ---


@pytest.mark.parametrize(
    ("principal", "verdict"),
    [
        (OWN_ROOT, "found"),
        (OWN, "found"),
        (f"arn:aws-us-gov:iam::{OWN}:user/path/ann", "found"),
        ([f"arn:aws:iam::{OWN}:role/ci", OWN], "found"),
        (f"arn:aws:iam::{OWN}:role/ci", "passed"),
        (f"arn:aws:iam::{OWN}:role/user/root", "passed"),
        (f"arn:aws:sts::{OWN}:assumed-role/ci/session", "passed"),
        (f"arn:aws:iam::{OWN}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_1", "passed"),
    ],
)
def test_people_are_told_from_machines(principal: object, verdict: str) -> None:
    judged = role(statement(Principal={"AWS": principal}))
    assert told("iam-trust-mfa", judged) == verdict
    assert told("iam-trust-mfa-recent", judged) == verdict


@pytest.mark.parametrize(
    ("action", "verdict"),
    [
        ("sts:AssumeRole", "found"),
        ("STS:assumerole", "found"),
        ("sts:A*Role", "found"),
        (["sts:TagSession", "*"], "found"),
        ("sts:AssumeRoleWithSAML", "passed"),
        ("sts:TagSession", "passed"),
    ],
)
def test_actions_are_read_as_iam_does(action: object, verdict: str) -> None:
    assert told("iam-trust-mfa", role(statement(Action=action))) == verdict


def test_all_but_some_actions_are_the_others() -> None:
    judged = made(
        ROLES[0],
        "role",
        assumeRolePolicy={"Statement": statement(NotAction="sts:TagSession")},
    )
    assert told("iam-trust-mfa", judged) == "found"


def test_condition_that_is_not_known_leaves_mfa_undecided() -> None:
    judged = role(statement(Condition={"Bool": {"aws:MultiFactorAuthPresent": UNKNOWN}}))
    assert told("iam-trust-mfa", judged) == "undecided"


def test_denial_that_is_not_known_leaves_mfa_undecided() -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": UNKNOWN}
    assert told("iam-trust-mfa", role(statement(), denial)) == "undecided"


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"AWS": OWN}},
        {"Action": "sts:TagSession"},
        {"Effect": "Allow"},
        {
            "Condition": {
                "BoolIfExists": {"aws:MultiFactorAuthPresent": "false"},
                "IpAddress": {"aws:SourceIp": "192.0.2.0/24"},
            }
        },
    ],
)
def test_denial_that_leaves_some_in_is_no_mfa(changes: dict[str, Any]) -> None:
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sts:*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    }
    assert told("iam-trust-mfa", role(statement(), denial)) == "passed"
    assert told("iam-trust-mfa", role(statement(), {**denial, **changes})) == "found"


@pytest.mark.parametrize(
    ("condition", "seconds", "verdict"),
    [
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": 7200}}, 3600, "found"),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": 7200}}, 7200, "passed"),
        ({"NumericLessThan": {"aws:multifactorauthage": "1e3"}}, 3600, "passed"),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "-1"}}, 3600, "found"),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "nan"}}, 3600, "found"),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": []}}, 3600, "found"),
        (
            {
                "NumericLessThan": {"aws:MultiFactorAuthAge": 7200},
                "NumericLessThanEquals": {"aws:MultiFactorAuthAge": 60},
            },
            3600,
            "passed",
        ),
    ],
)
def test_age_of_mfa_is_the_strictest_of_all_and_the_loosest_of_one(
    condition: dict[str, Any], seconds: int, verdict: str
) -> None:
    judged = role(statement(Condition={**MFA, **condition}))
    assert told("iam-trust-mfa-recent", judged, seconds=seconds) == verdict


@pytest.mark.parametrize(
    ("subject", "bound"),
    [
        ("repo:octo-org/octo-repo:ref:refs/heads/main", True),
        ("repo:octo-org@1/octo-repo@2:pull_request", True),
        ("repo:octo-org/octo-repo", True),
        ("repository_owner:octo-org:repository_id:7", True),
        ("repo:octo-org/octo-repo?:ref:refs/heads/main", False),
        ("repo:octo-org@*/octo-repo@*:ref:refs/heads/main", False),
        ("repo:/octo-repo:ref:refs/heads/main", False),
        ("repo:octo-org/:ref:refs/heads/main", False),
        ("repository_id:*", False),
        ("environment:production", False),
        ("job_workflow_ref:octo-org/octo-repo/.github/workflows/a.yml@refs/heads/main", False),
        ("norepo:octo-org/octo-repo:ref:refs/heads/main", False),
    ],
)
def test_subject_of_github_names_one_repository(subject: str, bound: bool) -> None:
    condition = {"StringLike": {f"{GITHUB}:sub": subject, f"{GITHUB}:aud": "sts.amazonaws.com"}}
    judged = role(
        statement(
            Principal={"Federated": f"arn:aws:iam::{OWN}:oidc-provider/{GITHUB}"},
            Action="sts:AssumeRoleWithWebIdentity",
            Condition=condition,
        )
    )
    verdict = told("iam-trust-web-identity-bound", judged)
    assert verdict == ("passed" if bound else "found")


@pytest.mark.parametrize("claim", ["repository", "repository_id"])
def test_repository_may_stand_in_a_claim_of_its_own(claim: str) -> None:
    provider = f"{GITHUB}/octo-enterprise"
    named = {
        f"{provider}:aud": "sts.amazonaws.com",
        f"{provider}:sub": "*",
        f"{provider}:{claim}": "7",
    }
    one = statement(
        Principal={"Federated": f"arn:aws:iam::{OWN}:oidc-provider/{provider}"},
        Action="sts:AssumeRoleWithWebIdentity",
        Condition={"StringLike": named},
    )
    assert told("iam-trust-web-identity-bound", role(one)) == "passed"
    del named[f"{provider}:{claim}"]
    assert told("iam-trust-web-identity-bound", role(one)) == "found"


def test_conditions_of_one_provider_bind_no_other() -> None:
    condition = {"StringEquals": {f"{GITHUB}:sub": "repo:a/b:c", f"{GITHUB}:aud": "d"}}
    other = f"arn:aws:iam::{OWN}:oidc-provider/gitlab.com"
    one = statement(
        Principal={"Federated": [f"arn:aws:iam::{OWN}:oidc-provider/{GITHUB}", other]},
        Action="sts:AssumeRoleWithWebIdentity",
        Condition=condition,
    )
    assert told("iam-trust-web-identity-bound", role(one)) == "found"


def test_trust_anchor_is_told_once() -> None:
    one = statement(Principal={"Service": "rolesanywhere.amazonaws.com"})
    verdict = judge("iam-trust-source-bound", role(one))
    assert len(verdict.findings) == 1


def test_finding_names_its_statement() -> None:
    verdict = judge("iam-trust-mfa", role(statement(), statement(Sid="Second")))
    assert [one.name for one in verdict.findings] == ["S", "Second"]
