"""What a component's docstring claims to serve, beside what the rules of its children do."""

from __future__ import annotations

import re
from collections.abc import Collection

from policy_pack.catalog import rules
from policy_pack.controls import serves
from policy_pack.rule import EnforcementLevel


def claimed(component: type, framework: str) -> set[str]:
    """Return the ids that a docstring names of a framework, as `AWS FSBP (KMS.4, S3.5)`."""
    found = re.search(rf"{framework}\s+\(([^)]*)\)", component.__doc__ or "")
    assert found, f"{component.__name__} names nothing of {framework}"
    return {one.strip() for one in found[1].split(",")}


def served(types: Collection[str], framework: str) -> set[str]:
    """Return the ids of a framework that the rules of some types serve.

    Of those that are on where nothing is configured.
    """
    return {
        control.id
        for rule in rules()
        if set(rule.types) & set(types) and rule.level is not EnforcementLevel.DISABLED
        for control in serves(rule.controls)
        if control.framework == framework
    }
