"""What is allowed in the arguments of `AccountBaseline`, before anything is registered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from secure_components.account_baseline.args import AccountBaselineArgs
from secure_components.arguments import (
    Who,
    among,
    check_arguments,
    check_value,
    fits,
    matches,
    number,
    refuse,
    unique,
)
from secure_components.documents import RETENTIONS
from secure_components.patterns import ACCOUNT, BUCKET
from secure_components.trust import check_trust

COMPONENT: Final = "AccountBaseline"

PARTS: Final = (
    "access_analyzer",
    "config",
    "config_role",
    "default_security_groups",
    "ebs_encryption",
    "flow_logs",
    "guardduty",
    "instance_metadata",
    "password_policy",
    "s3_public_access",
    "security_contact",
    "security_hub",
    "snapshot_public_access",
    "support_role",
)
"""What is made unless it is managed elsewhere."""

STANDARDS: Final[Mapping[str, str]] = {
    "nist-800-53": "nist-800-53/v/5.0.0",
    "nist-800-171": "nist-800-171/v/2.0.0",
    "pci-dss": "pci-dss/v/4.0.1",
    "tagging": "aws-resource-tagging-standard/v/1.0.0",
}
"""Newest versions, from the official provider's page of the type."""

EVERYWHERE: Final = "global"
"""What stands for a region where an account has one of a thing for all regions."""
CONFIG_ROLE: Final = re.compile(
    r"arn:aws[a-z-]*:iam::\d{12}:role/aws-service-role/config\.amazonaws\.com/"
    r"AWSServiceRoleForConfig"
)
_ACCOUNT: Final = (ACCOUNT, "the account's number")
_ANY_NAME: Final = (re.compile(r"[\w.-]{1,256}"), "its name")
_IDS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "access_analyzer": (re.compile(r"[A-Za-z][\w.-]{0,254}"), "the analyzer's name"),
    "config_channel": _ANY_NAME,
    "config_recorder": _ANY_NAME,
    "config_role": (CONFIG_ROLE, "the ARN of AWSServiceRoleForConfig"),
    "guardduty": (re.compile(r"[a-z0-9]{32}"), "the detector's id, of 32 characters"),
    "macie": _ACCOUNT,
    "security_hub": _ACCOUNT,
}
"""What can be adopted: the form of its id, in words too."""
_PART_OF: Final[Mapping[str, str]] = {"config_channel": "config", "config_recorder": "config"}

_NAME: Final = re.compile(r"[A-Za-z][\w.-]{0,63}", re.ASCII)
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-\d")
_LABEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_VPC: Final = re.compile(r"vpc-[0-9a-f]{8,17}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# AWS Account Management, PutAlternateContact.
_PHONE: Final = re.compile(r"[\s0-9()+-]{1,25}")
_CONTACT_NAME: Final = re.compile(r"\S.{0,63}")
_CONTACT_TITLE: Final = re.compile(r"\S.{0,49}")
_SCANS: Final = ("EC2", "ECR", "LAMBDA", "LAMBDA_CODE")
_MOST_EMAILS: Final = 10
"""AWS Budgets, Notification: subscribers."""


def check(name: str, args: AccountBaselineArgs) -> frozenset[str]:
    """Check all arguments, and return the parts that are made."""
    check_arguments(COMPONENT, name, args, AccountBaselineArgs)
    who = (COMPONENT, name)
    if not _NAME.fullmatch(name):
        refuse(
            *who,
            "name",
            "is not allowed; name the resource with a letter and up to 63 letters, digits, '.', "
            "'_' and '-', as names in AWS are made of it",
        )
    regions = args["regions"]
    if not regions:
        refuse(*who, "regions", "is empty; name every region that the account may be used in")
    for index, region in enumerate(regions):
        matches(who, f"regions.{index}", region, _REGION, "a region, as eu-west-1")
    unique(who, "regions", regions)
    elsewhere = args.get("managed_elsewhere", ())
    for index, part in enumerate(elsewhere):
        among(who, f"managed_elsewhere.{index}", part, PARTS)
    made = frozenset(PARTS) - set(elsewhere)
    _check_people(who, args, made)
    _check_vpcs(who, args)
    _check_choices(who, args, made)
    _check_adopted(who, args, made)
    check_value(
        *who,
        "retention_in_days",
        args.get("retention_in_days", RETENTIONS[0]),
        lambda days: days in RETENTIONS,
        f"one of {', '.join(map(str, RETENTIONS))}",
    )
    return made


def _check_people(who: Who, args: AccountBaselineArgs, made: frozenset[str]) -> None:
    if "security_contact" in made and "security_contact" not in args:
        refuse(*who, "security_contact", f"is required and missing{_OR_ELSEWHERE}")
    contact = args.get("security_contact")
    if contact:
        where = "security_contact"
        check_value(*who, f"{where}.email", contact["email"], fits(_EMAIL), "an address")
        check_value(*who, f"{where}.phone", contact["phone"], fits(_PHONE), "a telephone number")
        check_value(
            *who, f"{where}.name", contact["name"], fits(_CONTACT_NAME), "1 to 64 characters"
        )
        check_value(
            *who, f"{where}.title", contact["title"], fits(_CONTACT_TITLE), "1 to 50 characters"
        )
    if "support_role" in made and "support_trust" not in args:
        refuse(*who, "support_trust", f"is required and missing{_OR_ELSEWHERE}")
    if "support_trust" in args:
        check_trust(*who, "support_trust", args["support_trust"])


_OR_ELSEWHERE: Final = "; give it, or name the part in 'managed_elsewhere'"


def _check_vpcs(who: Who, args: AccountBaselineArgs) -> None:
    for label, vpc in args.get("vpcs", {}).items():
        where = f"vpcs.{label}"
        matches(who, where, label, _LABEL, "a name of up to 40 letters, digits and '-'")
        check_value(*who, f"{where}.vpc_id", vpc["vpc_id"], fits(_VPC), "the id of a VPC")
        among(who, f"{where}.region", vpc.get("region"), args["regions"])


def _check_choices(who: Who, args: AccountBaselineArgs, made: frozenset[str]) -> None:
    number(who, "password_length", args.get("password_length"), 14, 128, "characters")
    number(who, "unused_access_after_days", args.get("unused_access_after_days"), 1, 365, "days")
    if "config_access_log_bucket" in args:
        if "config" not in made:
            refuse(*who, "config_access_log_bucket", "is given, but config is managed elsewhere")
        check_value(
            *who,
            "config_access_log_bucket",
            args["config_access_log_bucket"],
            fits(BUCKET),
            "the name of a bucket of the home region and account",
        )
    _check_list(who, "standards", args.get("standards"), tuple(STANDARDS))
    _check_list(who, "inspector", args.get("inspector"), _SCANS)
    for argument, part in (
        ("standards", "security_hub"),
        ("runtime_monitoring", "guardduty"),
        ("aggregate", "config"),
        ("password_length", "password_policy"),
    ):
        if args.get(argument) and part not in made:
            refuse(*who, argument, f"is given, but {part} is managed elsewhere")
    if "LAMBDA_CODE" in args.get("inspector", ()) and "LAMBDA" not in args.get("inspector", ()):
        refuse(*who, "inspector", "has LAMBDA_CODE without LAMBDA, which it needs")
    budget = args.get("budget")
    if budget:
        number(who, "budget.monthly_limit", budget["monthly_limit"], 1, 1_000_000_000, "USD")
        emails = budget["emails"]
        if not 1 <= len(emails) <= _MOST_EMAILS:
            refuse(*who, "budget.emails", f"is not allowed; give 1 to {_MOST_EMAILS} addresses")
        for index, email in enumerate(emails):
            check_value(*who, f"budget.emails.{index}", email, fits(_EMAIL), "an address")


def _check_list(who: Who, argument: str, values: Sequence[str] | None, allowed: Any) -> None:  # noqa: ANN401
    for index, value in enumerate(values or ()):
        among(who, f"{argument}.{index}", value, allowed)
    unique(who, argument, values or ())


def _check_adopted(who: Who, args: AccountBaselineArgs, made: frozenset[str]) -> None:
    for part, ids in args.get("adopt", {}).items():
        among(who, f"adopt.{part}", part, tuple(_IDS))
        if part == "macie" and not args.get("macie"):
            refuse(*who, f"adopt.{part}", "is given, but 'macie' is not")
        if part != "macie" and _PART_OF.get(part, part) not in made:
            refuse(*who, f"adopt.{part}", "is given, but the part is managed elsewhere")
        where = (EVERYWHERE,) if part == "config_role" else tuple(args["regions"])
        form, words = _IDS[part]
        for region, id_ in ids.items():
            among(who, f"adopt.{part}.{region}", region, where)
            matches(who, f"adopt.{part}.{region}", id_, form, words)
