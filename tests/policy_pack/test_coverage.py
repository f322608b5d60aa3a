"""Every check of Prowler's groups is judged by a rule, or it is said why none judges it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import pytest

import secure_components
from policy_pack.catalog import rules
from policy_pack.controls import checks, prowler
from policy_pack.coverage import GROUPS, REASONS, Reason, groups, judges, render
from secure_components import AccountBaselineArgs, AuditTrailArgs

EXCUSED: Final = Counter(check for reason in REASONS for check in reason.checks)


@pytest.mark.parametrize("check", groups())
def test_check_is_judged_or_excused_once(check: str) -> None:
    named = [rule.id for rule in judges().get(check, ())]
    assert bool(named) + EXCUSED[check] == 1, (
        f"{named or 'no rule'} judges it and {EXCUSED[check]} reasons say why none does: write a "
        "rule, or a reason in policy_pack/coverage.py; a reason leaves it when a rule comes"
    )


@pytest.mark.parametrize("check", EXCUSED)
def test_reason_is_of_a_check_in_a_group(check: str) -> None:
    assert check in groups()


def test_rules_judge_what_they_name() -> None:
    for check in groups():
        named = [rule for rule in rules() if prowler(check) in rule.controls]
        assert list(judges().get(check, ())) == named


@pytest.mark.parametrize(
    ("check", "wanted"),
    [
        ("iam_support_role_created", {"IAM", "CIS Level 1", "CIS Level 2", "GDPR"}),
        ("cloudtrail_log_file_validation_enabled", {"Logging", "CIS Level 2", "GDPR", "HIPAA"}),
        ("securityhub_enabled", {"Monitoring", "CIS Level 2"}),
        ("ec2_instance_imdsv2_enabled", {"Networking", "CIS Level 1", "CIS Level 2"}),
        ("iam_user_two_active_access_key", {"IAM"}),
        ("ec2_ebs_volume_encryption", {"Networking"}),
        ("s3_bucket_no_mfa_delete", {"CIS Level 2"}),
        ("awslambda_function_inside_vpc", {"Trust Boundaries"}),
    ],
)
def test_groups_follow_from_the_catalogues(check: str, wanted: set[str]) -> None:
    assert set(groups()[check]) >= wanted
    assert set(groups()[check]) - wanted <= {"Forensics", "GDPR", "HIPAA", "Trust Boundaries"}


def test_no_group_is_empty_and_most_checks_are_in_none() -> None:
    assert {group for found in groups().values() for group in found} == GROUPS.keys()
    assert len(groups()) < len(checks()) / 2


def test_page_counts_what_it_lists() -> None:
    head, *sections = re.split(r"\n##+ ", render())
    listed = {name: _members(text) for name, text in (one.split("\n", 1) for one in sections)}
    titles = [reason.title for reason in REASONS]
    for group in GROUPS:
        row = re.search(rf"^\| {group} \|(.*)\|$", head, re.MULTILINE)
        assert row is not None
        total, *numbers = map(int, row[1].split("|"))
        assert numbers == [listed[name][group] for name in ("Judged", *titles)]
        assert total == sum(numbers) > 0


def _members(section: str) -> Counter[str]:
    """Count the checks of each group that a section of the page lists."""
    counted: Counter[str] = Counter()
    for check, named in re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", section, re.MULTILINE):
        found = set(named.split(", "))
        found |= {"CIS Level 2"} if "CIS Level 1" in found else set()
        assert found == set(groups()[check])
        counted.update(found)
    return counted


def test_page_links_rules_and_marks_advice() -> None:
    page = render()
    assert "| [kms-key-rotation](rules.md#kms-key-rotation) |" in page
    assert "| ([ec2-instance-profile](rules.md#ec2-instance-profile)) |" in page


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.title)
def test_what_a_reason_names_exists(reason: Reason) -> None:
    arguments = {*AccountBaselineArgs.__annotations__, *AuditTrailArgs.__annotations__}
    known = {*secure_components.__all__, *arguments, *(rule.id for rule in rules()), "root-use"}
    told = [reason.meaning, *reason.checks.values()]
    assert {name for text in told for name in re.findall(r"`([^`]+)`", text)} <= known
