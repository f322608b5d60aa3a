"""Whom a trust policy lets in, by its statements. That STS holds to them, no test here can show."""

from __future__ import annotations

import json
from typing import Any, cast

import pulumi
import pytest

from secure_components.arguments import ArgumentError, check_arguments
from secure_components.place import Place
from secure_components.trust import TrustArgs, check_trust, trust_document, trust_statements
from tests.secure_components.policy_linters import findings
from tests.secure_components.programs import value

ACCOUNT = "123456789012"
HERE = Place("aws", "amazonaws.com", "eu-west-1", ACCOUNT)
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/corporate"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/login.example.com/eng"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
UNIT = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"

CENTER = {"identity_center": {"permission_sets": ["View"]}}
BY_SAML = {"saml": {"provider_arn": SAML}}
BY_OIDC = {"oidc": {"provider_arn": OIDC, "audiences": ["aws"], "subjects": ["jane"]}}
NAMED = {"principals": {"account_ids": [ACCOUNT]}}


def checked(trust: Any) -> None:
    check_arguments("Role", "role", trust, TrustArgs)
    check_trust("Role", "role", "trust", trust)


def statements(trust: Any, place: Place = HERE) -> dict[str, Any]:
    checked(trust)
    return {one["Sid"]: one for one in trust_statements(place, trust, SAML, OIDC)}


def test_permission_sets_are_recognised_by_the_roles_that_aws_made() -> None:
    one = statements(CENTER)["IdentityCenter"]
    assert (one["Principal"], one["Action"]) == ({"AWS": [ROOT]}, ["sts:AssumeRole"])
    reserved = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com"
    assert one["Condition"] == {
        "ArnLike": {
            "aws:PrincipalArn": [
                f"{reserved}/AWSReservedSSO_View_????????????????",
                f"{reserved}/*/AWSReservedSSO_View_????????????????",
            ]
        }
    }


def test_permission_sets_of_other_accounts_hold_each_in_its_own() -> None:
    trust = {"identity_center": {"permission_sets": ["View"], "account_ids": ["999999999999"]}}
    one = statements(trust)["IdentityCenter"]
    assert one["Principal"] == {"AWS": ["arn:aws:iam::999999999999:root"]}
    assert ACCOUNT not in json.dumps(one)


@pytest.mark.parametrize(
    ("partition", "audience"),
    [
        ("aws", "https://signin.aws.amazon.com/saml"),
        ("aws-cn", "https://signin.amazonaws.cn/saml"),
        ("aws-us-gov", "https://signin.amazonaws-us-gov.com/saml"),
        ("aws-iso", "unknown"),
    ],
)
def test_saml_is_held_to_the_sign_in_endpoint(partition: str, audience: str) -> None:
    one = statements(BY_SAML, Place(partition, "", "", ACCOUNT))["Saml"]
    assert (one["Principal"], one["Action"]) == ({"Federated": SAML}, ["sts:AssumeRoleWithSAML"])
    assert one["Condition"] == {"StringEquals": {"saml:aud": [audience]}}


def test_oidc_is_held_to_audience_and_subject() -> None:
    one = statements(BY_OIDC)["Oidc"]
    assert one["Principal"] == {"Federated": OIDC}
    assert one["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert one["Condition"] == {
        "StringEquals": {
            "login.example.com/eng:aud": ["aws"],
            "login.example.com/eng:sub": ["jane"],
        }
    }


def test_principals_are_held_to_mfa_of_late() -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/jane"
    one = statements({"principals": {"arns": [user], "external_id": "a-1"}})["Principals"]
    assert (one["Principal"], one["Action"]) == ({"AWS": [user]}, ["sts:AssumeRole"])
    assert one["Condition"] == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
        "StringEquals": {"sts:ExternalId": "a-1"},
    }
    shorter = statements({"principals": {"arns": [user], "mfa_max_age_in_seconds": 900}})
    age = shorter["Principals"]["Condition"]["NumericLessThan"]
    assert age == {"aws:MultiFactorAuthAge": "900"}


ALL = {**CENTER, **BY_SAML, **BY_OIDC, **NAMED}


def test_what_holds_for_all_holds_at_every_door() -> None:
    held = {
        "source_ips": ["198.51.100.0/24", "2001:db8::/48"],
        "source_identity": ["eng-*"],
        "session_tags": ["team"],
    }
    made = statements({**ALL, **held})
    allowed = [one for one in made.values() if one["Effect"] == "Allow"]
    assert len(allowed) == 4
    for one in allowed:
        assert one["Condition"]["IpAddress"] == {"aws:SourceIp": held["source_ips"]}
        assert one["Condition"]["StringLike"] == {"sts:SourceIdentity": ["eng-*"]}
        assert one["Action"][1:] == ["sts:SetSourceIdentity", "sts:TagSession"]
        denied = made[f"Deny{one['Sid']}OtherTags"]
        assert (denied["Principal"], denied["Action"]) == (one["Principal"], "sts:TagSession")
        assert denied["Condition"] == {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["team"]}}


def test_tags_and_source_identity_are_not_allowed_unasked() -> None:
    assert all(
        len(one["Action"]) == 1 and one["Effect"] == "Allow" for one in statements(ALL).values()
    )


def test_organization_holds_beside_the_other_conditions() -> None:
    held = {"organization_id": "o-a1b2c3d4e5", "organization_paths": [UNIT]}
    for one in statements({**CENTER, **NAMED, **held}).values():
        assert one["Condition"]["StringEquals"]["aws:PrincipalOrgID"] == "o-a1b2c3d4e5"
        assert one["Condition"]["ForAnyValue:StringLike"] == {"aws:PrincipalOrgPaths": [UNIT]}
    assert "Bool" in statements({**NAMED, **held})["Principals"]["Condition"]


@pytest.mark.parametrize("trust", [CENTER, BY_SAML, BY_OIDC, NAMED, ALL])
def test_linters_find_nothing_in_it(trust: Any) -> None:
    held = cast("TrustArgs", {**trust, "source_ips": ["198.51.100.0/24"]})
    made = trust_statements(HERE, held, SAML, OIDC)
    # parliament knows the issuer's keys of no OIDC provider.
    unknown = "UNKNOWN_CONDITION_FOR_ACTION: Unknown condition login.example.com/eng:"
    policy = {"Version": "2012-10-17", "Statement": made}
    assert [one for one in findings(policy, ACCOUNT) if not one.startswith(unknown)] == []


def center(**given: Any) -> dict[str, Any]:
    return {"identity_center": {"permission_sets": ["View"], **given}}


def principals(**given: Any) -> dict[str, Any]:
    return {"principals": {"account_ids": [ACCOUNT], **given}}


@pytest.mark.parametrize(
    ("trust", "message"),
    [
        ({}, "'trust' trusts nobody; give one of identity_center, saml, oidc, principals"),
        ({"source_ips": ["198.51.100.0/24"]}, "'trust' trusts nobody"),
        (center(permission_sets=[]), r"'trust.identity_center.permission_sets' is empty"),
        (center(permission_sets=["*"]), r"permission_sets' is not allowed; give names"),
        (center(permission_sets=["A", "A"]), r"permission_sets' names something twice"),
        (center(account_ids=["123"]), r"account_ids' is not allowed; give account ids of 12"),
        ({"saml": {"provider_arn": OIDC}}, r"saml.provider_arn' is not allowed; give the ARN of a"),
        ({"saml": {"provider_arn": SAML, "audiences": ["*"]}}, r"saml.audiences' is not allowed"),
        ({"oidc": {**BY_OIDC["oidc"], "provider_arn": SAML}}, r"oidc.provider_arn' is not allowed"),
        ({"oidc": {**BY_OIDC["oidc"], "subjects": ["jane*"]}}, r"oidc.subjects' is not allowed"),
        ({"oidc": {**BY_OIDC["oidc"], "audiences": []}}, r"oidc.audiences' is empty"),
        ({"principals": {}}, r"'trust.principals' names nobody; give account_ids or arns"),
        (principals(account_ids=["*"]), r"principals.account_ids' is not allowed"),
        (principals(arns=[f"arn:aws:iam::{ACCOUNT}:role/*"]), r"principals.arns' is not allowed"),
        (principals(arns=[ROOT]), r"principals.arns' is not allowed; give ARNs of users or roles"),
        (principals(mfa_max_age_in_seconds=299), "is not allowed; give 300 to 43,200 seconds"),
        (principals(mfa_max_age_in_seconds=43_201), "mfa_max_age_in_seconds' is not allowed"),
        (principals(external_id="a"), r"external_id' is not allowed; give 2 to 1,224"),
        ({**NAMED, "source_ips": ["0.0.0.0/0"]}, r"'trust.source_ips' is too wide"),
        ({**NAMED, "source_ips": ["::/0"]}, r"'trust.source_ips' is too wide"),
        ({**NAMED, "source_ips": ["10.1.0.0/16"]}, r"'trust.source_ips' is private"),
        ({**NAMED, "source_ips": ["fd00::/48"]}, r"'trust.source_ips' is private"),
        ({**NAMED, "source_ips": ["198.51.100.1/24"]}, r"source_ips' is not allowed; give ranges"),
        ({**NAMED, "source_ips": []}, r"source_ips' is empty"),
        ({**NAMED, "organization_id": "o-*"}, r"organization_id' is not allowed"),
        (
            {**NAMED, "organization_paths": ["o-a1b2c3d4e5/*"]},
            r"organization_paths' is not allowed",
        ),
        ({**BY_SAML, "organization_id": "o-a1b2c3d4e5"}, r"organization_id' does not go with saml"),
        ({**BY_OIDC, "organization_paths": [UNIT]}, r"organization_paths' does not go with saml"),
        ({**NAMED, "session_tags": ["*"]}, r"session_tags' is not allowed"),
        ({**NAMED, "source_identity": ["*"]}, r"source_identity' is not allowed"),
        ({**NAMED, "sourceip": []}, r"'sourceip' is unknown; did you mean 'source_ips'"),
        ({"saml": {}}, r"'saml.provider_arn' is required and missing"),
    ],
)
def test_bad_trust_is_refused(trust: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        checked(trust)


def test_a_provider_that_is_made_in_the_same_stack_is_read_when_it_resolves(recorder: Any) -> None:
    trust = cast("TrustArgs", {"saml": {"provider_arn": pulumi.Output.from_input(SAML)}})
    checked(trust)
    made = value(trust_document("Role", "role", "trust", pulumi.Output.from_input(HERE), trust))
    assert json.loads(made)["Statement"][0]["Principal"] == {"Federated": SAML}
    assert recorder.resources == {}


def test_a_policy_that_iam_would_not_take_is_refused(recorder: Any) -> None:
    many = [f"arn:aws:iam::{ACCOUNT}:user/{number:03}-{'x' * 40}" for number in range(25)]
    trust = cast("TrustArgs", {"principals": {"arns": many}})
    checked(trust)
    with pytest.raises(ArgumentError, match="'trust' makes a policy over IAM's 2,048 characters"):
        value(trust_document("Role", "role", "trust", pulumi.Output.from_input(HERE), trust))
    assert recorder.resources == {}
