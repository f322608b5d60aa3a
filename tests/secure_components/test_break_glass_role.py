"""`BreakGlassRole` by its children's inputs.

In process, with mocks: where CloudTrail and EventBridge bring events, and that AWS takes the
policies, is not shown here.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, cast

import pulumi
import pulumi_aws as aws
import pytest

from secure_components import ArgumentError, BreakGlassRole, BreakGlassRoleArgs
from tests.secure_components import break_glass_ways as ways
from tests.secure_components.identity_policies import ADMINISTRATOR, Request, allowed, denied
from tests.secure_components.policy_linters import findings
from tests.secure_components.programs import run, value
from tests.secure_components.weakening import Made, made_by

TRUST: dict[str, Any] = {"principals": {"account_ids": [ways.ACCOUNT]}}
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
TOPIC = "arn:aws:sns:us-east-1:123456789012:security"
EVERYTHING: dict[str, Any] = {
    "open_until": ways.UNTIL,
    "regions": list(ways.REGIONS),
    "log_group_name": "/aws/cloudtrail/audit",
}


def make(**args: Any) -> BreakGlassRole:
    given = {"trust": TRUST, **args}
    made: BreakGlassRole = run(lambda: BreakGlassRole("glass", cast("BreakGlassRoleArgs", given)))
    return made


def made(recorder: Any, **args: Any) -> Made:
    make(**args)
    return made_by(recorder)


def soon(**offset: float) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(**offset)).isoformat()


def test_children_keep_their_names(recorder: Any) -> None:
    make()
    small = {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()}
    assert small == {
        "glass": "Role",
        "glass-administrator": "RolePolicyAttachment",
        "glass-denies": "Policy",
        "glass-denies-attachment": "RolePolicyAttachment",
        "glass-key": "Key",
        "glass-key-alias": "Alias",
        "glass-topic": "Topic",
        "glass-topic-policy": "TopicPolicy",
        "glass-assumed": "EventRule",
        "glass-assumed-target": "EventTarget",
        "glass-switched": "EventRule",
        "glass-switched-target": "EventTarget",
    }
    recorder.resources.clear()
    make(**EVERYTHING)
    large = {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()}
    assert large == {
        **small,
        "glass-assumed-us-east-1": "EventRule",
        "glass-assumed-us-east-1-target": "EventTarget",
        "glass-switched-us-east-1": "EventRule",
        "glass-switched-us-east-1-target": "EventTarget",
        "glass-forward-role": "Role",
        "glass-forward-role-policy": "RolePolicy",
        "glass-metric-filter": "LogMetricFilter",
        "glass-alarm": "MetricAlarm",
    }


def test_nobody_can_assume_it_until_it_is_opened(recorder: Any) -> None:
    component = make()
    properties = made_by(recorder).properties
    person = {**ways.PERSON, "aws:RequestedRegion": "us-east-1"}
    assert not ways.lets(properties, {**person, "aws:CurrentTime": soon()})
    # Nor may a session that was opened before do anything.
    statements = recorder.statements("glass-denies")
    now = Request("ec2:RunInstances", context={"aws:CurrentTime": soon()})
    assert denied(now, {"Statement": [*statements.values()]})
    assert value(component.open_until) == "1970-01-01T00:00:00Z"


def test_people_with_recent_mfa_can_assume_it_while_it_is_open(recorder: Any) -> None:
    properties = made(recorder, **EVERYTHING).properties
    assert ways.lets(properties, ways.PERSON)
    for how, context in ways.STRANGERS.items():
        assert not ways.lets(properties, context), how


def test_window_is_told_in_utc(recorder: Any) -> None:
    assert value(make(open_until="2026-11-25T19:00:00+01:00").open_until) == ways.UNTIL
    trust = recorder.statements("glass", "assumeRolePolicy")["Principals"]
    assert trust["Condition"]["DateLessThan"] == {"aws:CurrentTime": ways.UNTIL}


def test_window_may_be_open_for_a_day(recorder: Any) -> None:
    make(open_until=soon(hours=23))
    assert "glass" in recorder.resources


def test_role_is_an_administrators_for_an_hour(recorder: Any) -> None:
    make()
    role = recorder.inputs("glass")
    assert role["path"] == "/break-glass/"
    assert role["maxSessionDuration"] == 3600
    attached = recorder.inputs("glass-administrator")["policyArn"]
    assert attached == "arn:aws:iam::aws:policy/AdministratorAccess"
    assert recorder.inputs("glass-denies-attachment")["policyArn"] == "arn-of-glass-denies"


def test_denies_are_attached_first(registrations: dict[str, Any], recorder: Any) -> None:
    make()
    assert recorder.resources
    before = registrations["glass-administrator"].dependencies
    assert any(one.endswith("::glass-denies-attachment") for one in before)


def test_administrator_may_all_but_what_is_denied(recorder: Any) -> None:
    properties = made(recorder, **EVERYTHING).properties
    denies = {"Statement": [*recorder.statements("glass-denies").values()]}
    for name, way in ways.DENIED.items():
        assert not allowed(way, [ADMINISTRATOR, denies]), name
    for action in ("ec2:TerminateInstances", "iam:AttachRolePolicy", "kms:PutKeyPolicy"):
        other = "arn:aws:iam::123456789012:role/app"
        request = Request(action, other, {"aws:CurrentTime": ways.BEFORE})
        assert allowed(request, [ADMINISTRATOR, denies]), action
    assert ways.opened(properties, made_by(recorder).types) == set()


@pytest.mark.parametrize("region", ways.REGIONS)
@pytest.mark.parametrize("use", ways.USES)
def test_each_use_is_told_once_and_watched(recorder: Any, use: str, region: str) -> None:
    glass = made(recorder, **EVERYTHING)
    event = ways.event(use, region)
    assert len(list(ways.told(glass.properties, glass.types, event, region))) == 1
    assert ways.watched(glass.properties, event)
    other = ways.event(use, region, mine=False)
    assert not list(ways.told(glass.properties, glass.types, other, region))
    assert not ways.watched(glass.properties, other)


def test_topic_is_for_these_rules_and_the_accounts_alarms_alone(recorder: Any) -> None:
    make()
    policy = recorder.statements("glass-topic-policy")
    assert policy["RulesPublish"] == {
        "Sid": "RulesPublish",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": "arn:aws:sns:us-east-1:123456789012:project-stack-glass",
        "Condition": {
            "ArnEquals": {
                "aws:SourceArn": [
                    f"arn:aws:events:us-east-1:123456789012:rule/project-stack-glass-{kind}"
                    for kind in ("assumed", "switched")
                ]
            }
        },
    }
    assert policy["DenyPlainHttp"]["Effect"] == "Deny"
    assert recorder.inputs("glass-topic")["kmsMasterKeyId"] == "arn-of-glass-key"
    assert recorder.inputs("glass-key")["enableKeyRotation"] is True


@pytest.mark.parametrize("name", ["glass-key", "glass-topic", "glass-assumed", "glass-switched"])
def test_all_that_tells_is_where_the_console_is(recorder: Any, name: str) -> None:
    make()
    assert recorder.inputs(name)["region"] == "us-east-1"


def test_given_topic_is_used_and_kept(recorder: Any) -> None:
    component = make(topic_arn=TOPIC)
    assert {"glass-topic", "glass-topic-policy", "glass-key"}.isdisjoint(recorder.resources)
    assert recorder.inputs("glass-assumed-target")["arn"] == TOPIC
    assert value(component.topic_arn) == TOPIC
    kept = recorder.statements("glass-denies")["DenySilence"]["Resource"]
    assert {TOPIC, f"{TOPIC}:*"} <= set(kept)


def test_given_key_is_used(recorder: Any) -> None:
    make(kms_key_arn=pulumi.Output.from_input(KEY))
    assert {"glass-key", "glass-key-alias"}.isdisjoint(recorder.resources)
    assert recorder.inputs("glass-topic")["kmsMasterKeyId"] == KEY


def test_every_door_of_people_is_narrowed(recorder: Any) -> None:
    make(
        trust={
            "identity_center": {"permission_sets": ["Emergency"]},
            "saml": {"provider_arn": "arn:aws:iam::123456789012:saml-provider/idp"},
            "principals": {
                "arns": ["arn:aws:iam::123456789012:user/jane"],
                "mfa_max_age_in_seconds": 300,
            },
        },
        open_until=ways.UNTIL,
    )
    statements = recorder.statements("glass", "assumeRolePolicy")
    assert set(statements) == {"IdentityCenter", "Saml", "Principals"}
    for statement in statements.values():
        assert statement["Condition"]["DateLessThan"] == {"aws:CurrentTime": ways.UNTIL}
        assert statement["Condition"]["StringEquals"]["aws:RequestedRegion"] == ["us-east-1"]
    assert "saml:aud" in statements["Saml"]["Condition"]["StringEquals"]
    age = statements["Principals"]["Condition"]["NumericLessThan"]
    assert age == {"aws:MultiFactorAuthAge": "300"}


@pytest.mark.usefixtures("recorder")
def test_option_provider_is_passed_to_children(registrations: dict[str, Any]) -> None:
    def program() -> None:
        provider = aws.Provider("elsewhere", region="eu-north-1")
        opts = pulumi.ResourceOptions(provider=provider)
        args = {"trust": TRUST, **EVERYTHING}
        BreakGlassRole("glass", cast("BreakGlassRoleArgs", args), opts)

    run(program)
    children = [one for name, one in registrations.items() if name.startswith("glass")]
    assert len(children) == 20
    assert all(one.custom and "::elsewhere::" in one.provider for one in children)


def test_policies_are_small_and_linters_find_nothing_else(recorder: Any) -> None:
    make(**EVERYTHING)
    compact = {
        name: len(json.dumps(json.loads(args.inputs[key]), separators=(",", ":")))
        for name, args in recorder.resources.items()
        for key in ("policy", "assumeRolePolicy")
        if key in args.inputs
    }
    assert compact["glass-denies"] < 6_144 - 3_000
    assert compact["glass"] < 2_048 - 1_000
    for name in ("glass", "glass-forward-role"):
        assert findings(recorder.inputs(name)["assumeRolePolicy"]) == []
    for name in ("glass-forward-role-policy", "glass-topic-policy"):
        assert findings(recorder.inputs(name)["policy"]) == []
    # parliament does not know the key; the Service Authorization Reference does.
    said = findings(recorder.inputs("glass-denies")["policy"])
    assert all("Unknown condition kms:ResourceAliases" in one for one in said)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"open_untill": ways.UNTIL}, "'open_untill' is unknown; did you mean 'open_until'"),
        ({"trust": {}}, "'trust' trusts nobody"),
        ({"open_until": "tomorrow"}, "'open_until' is not allowed; give a time"),
        ({"open_until": "2026-11-25T18:00:00"}, "'open_until' is not allowed; give a time"),
        ({"open_until": "2999-01-01T00:00:00Z"}, "'open_until' is too late; give 24 hours"),
        ({"regions": []}, "'regions' is empty"),
        ({"regions": ["*"]}, "'regions.0' is not allowed"),
        ({"regions": ["us-east-1", "us-east-1"]}, "'regions' names something twice"),
        ({"topic_arn": "security"}, "'topic_arn' is not allowed"),
        ({"kms_key_arn": "alias/x"}, "'kms_key_arn' is not allowed"),
        ({"topic_arn": TOPIC, "kms_key_arn": KEY}, "'kms_key_arn' is for the topic that is made"),
        ({"log_group_name": "arn:aws:logs:::x"}, "'log_group_name' is not allowed"),
        (
            {"trust": {"principals": {**TRUST["principals"], "mfa_max_age_in_seconds": 3601}}},
            "'trust.principals.mfa_max_age_in_seconds' is not recent",
        ),
    ],
)
def test_bad_argument_is_refused_before_anything_is_registered(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        make(**args)
    assert not recorder.resources


def test_name_that_makes_too_long_a_role_is_refused(recorder: Any) -> None:
    with pytest.raises(ArgumentError, match="'name' is too long"):
        BreakGlassRole("g" * 60, cast("BreakGlassRoleArgs", {"trust": TRUST}))
    assert not recorder.resources
