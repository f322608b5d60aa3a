"""`AccountBaseline` and the policy pack, which do not know each other, agree: see `test_agreement`.

With every part and every choice, in two regions.
"""

from __future__ import annotations

from typing import Any, Final, cast

import pytest

from secure_components import AccountBaseline, AccountBaselineArgs
from tests.secure_components.claims import claimed, served
from tests.secure_components.programs import run
from tests.secure_components.weakening import (
    ACCESS_LOGS,
    COST,
    LABEL,
    LESS,
    LONGER,
    REFUSED,
    STRICTER,
    Made,
    found,
    made_by,
    survivors,
)

ARGS: Final = {
    "regions": ["eu-west-1", "us-east-1"],
    "security_contact": {
        "name": "Security team",
        "title": "Incident response",
        "email": "security@example.com",
        "phone": "+31 20 555 0100",
    },
    "support_trust": {"identity_center": {"permission_sets": ["Operations"]}},
    "vpcs": {"main": {"vpc_id": "vpc-0123456789abcdef0"}},
    "runtime_monitoring": True,
    "standards": ["pci-dss"],
    "unused_access_after_days": 90,
    "aggregate": True,
    "macie": True,
    "inspector": ["EC2", "ECR", "LAMBDA"],
    "budget": {"monthly_limit": 500, "emails": ["finance@example.com"]},
}

_UNSEEN: Final = "the account has none then, which no stack can see of another"
_ON: Final = "AWS switches it on with the detector, or the status is refused"
_AGENT: Final = "watches less than was paid for: nobody else knows that it was wanted"
_OWN: Final = "what a team asks beyond what everybody needs: nobody else knows that it was wanted"
_TOLD: Final = "a person is told, or is not: no door opens, and no rule can tell a good address"
_REGION: Final = r"(eu-west-1|us-east-1)"

HARMLESS: Final[dict[str, str]] = {
    # What an account or a region has once.
    r"baseline-(s3-public-access|password-policy|security-contact)": _UNSEEN,
    rf"baseline-(ebs-encryption|snapshot-public-access|instance-metadata)-{_REGION}": _UNSEEN,
    rf"baseline-(guardduty|access-analyzer|security-hub|macie)-{_REGION}": _UNSEEN,
    r"baseline-config-recorder-us-east-1": _UNSEEN,
    rf"baseline-ebs-encryption-{_REGION}\.enabled": STRICTER,
    r"baseline-password-policy\.(minimumPasswordLength=28|passwordReusePrevention=48)": STRICTER,
    r"baseline-password-policy\.maxPasswordAge=45": STRICTER,
    r"baseline-password-policy\.allowUsersToChangePassword(=False)?": "an administrator changes it",
    # People.
    r"baseline-security-contact\.\w+": REFUSED,
    r"baseline-budget(\..*)?": _TOLD,
    r"baseline-support-role-policy\.policyArn": REFUSED,
    r".*\.IdentityCenter\.Principal\.AWS\.0": LESS,
    # Networks.
    r"baseline-default-security-group-main": "the group is as AWS made it: its own stack's affair",
    r"baseline-default-security-group-main\.(ingress|egress)": "the provider leaves no rule either",
    r"baseline-default-security-group-main\.vpcId": "the default network's group is closed then",
    r"baseline-flow-logs-eu-west-1-log-group": REFUSED,
    r"baseline-flow-log-main": "the network is of another stack",
    r"baseline-flow-log-main\.(vpcId|iamRoleArn|logDestination|logDestinationType)": REFUSED,
    # AWS Config.
    r"baseline-config-role\.awsServiceName": REFUSED,
    rf"baseline-config-recorder-{_REGION}\.roleArn": REFUSED,
    rf"baseline-config-recorder-{_REGION}\.recordingGroup\.allSupported": STRICTER,
    r"baseline-config-recorder-us-east-1\.recordingGroup(\.include\w+(=True)?)?": COST,
    rf"baseline-config-channel-{_REGION}": "AWS starts no recorder without a channel",
    rf"baseline-config-channel-{_REGION}\.s3BucketName": REFUSED,
    rf"baseline-config-channel-{_REGION}\.s3KmsKeyArn": "the bucket encrypts with the same key",
    rf"baseline-config-channel-{_REGION}\.snapshotDelivery.*": "changes are delivered all the same",
    r"baseline-config-bucket-encryption(\..*)?": "the channel names its key for every file",
    r"baseline-config-bucket-lifecycle(\..*(?<!expiration\.days=182))?": LONGER,
    r"baseline-config-bucket-lifecycle\..*expiration\.days=182": "Config itself keeps seven years",
    r"baseline-config-aggregator(\..*)?": "a view, which records nothing",
    # Detection.
    rf"baseline-guardduty-{_REGION}\.enable": STRICTER,
    rf"baseline-guardduty-{_REGION}\.findingPublishingFrequency": "findings are told later",
    rf"baseline-guardduty-(?!runtime)[a-z0-9-]+-{_REGION}(\.(detectorId|status))?": _ON,
    rf"baseline-guardduty-runtime-monitoring-{_REGION}(\..*)?": _AGENT,
    rf"baseline-security-hub-{_REGION}\.controlFindingGenerator": "one finding becomes several",
    rf"baseline-security-hub-{_REGION}\.autoEnableControls(=False)?": (
        "the controls that there are stay"
    ),
    rf"baseline-security-hub-{_REGION}\.enableDefaultStandards(=True)?": "checks more",
    rf"baseline-security-hub-[a-z-]+-{_REGION}(\.standardsArn)?": (
        "another standard is left: which one a team follows is its own affair"
    ),
    rf"baseline-(access-analyzer-{_REGION}|unused-access)\.analyzerName": LABEL,
    rf"baseline-access-analyzer-{_REGION}\.type": STRICTER,
    r"baseline-unused-access(\..*)?": _OWN,
    rf"baseline-macie-{_REGION}\.(findingPublishingFrequency|status)": STRICTER,
    rf"baseline-inspector-{_REGION}(\..*)?": _OWN,
    **ACCESS_LOGS,
}


@pytest.fixture
def baseline(recorder: Any) -> Made:
    run(lambda: AccountBaseline("baseline", cast("AccountBaselineArgs", ARGS)))
    return made_by(recorder)


def test_component_as_it_is_has_no_finding(baseline: Made) -> None:
    assert found(baseline.types, baseline.properties) == set()


def test_every_weakening_is_found_or_harmless(baseline: Made) -> None:
    left, used = survivors(baseline, HARMLESS)
    assert left == []
    assert not HARMLESS.keys() - used, "an excuse that excuses nothing any more"


@pytest.mark.parametrize("framework", ["CIS AWS 7.0", "AWS FSBP"])
def test_docstring_names_what_the_rules_of_its_children_serve(
    baseline: Made, framework: str
) -> None:
    assert claimed(AccountBaseline, framework) == served(baseline.types.values(), framework)
