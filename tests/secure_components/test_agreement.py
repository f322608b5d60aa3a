"""Components and policy pack, which do not know each other, agree.

Every component as it is made has no finding; each of its inputs, weakened one at a time
(`weakening`), is found by a rule, or `HARMLESS` says why it need not.
"""

from __future__ import annotations

from typing import Any, Final

import pulumi
import pytest

from secure_components import AuditTrail
from tests.secure_components.claims import claimed, served
from tests.secure_components.log_files import harmless
from tests.secure_components.weakening import REFUSED, STRICTER, Made, found, made_by, survivors

HARMLESS: Final[dict[str, str]] = {
    **harmless("audit-bucket"),
    r"audit": "the account has no trail then, which no stack can see of another",
    r"audit\.s3BucketName|audit-log-group": REFUSED,
    r"audit\.(includeGlobalServiceEvents|enableLogging)": STRICTER,
    r"audit\.insightSelectors\.\d(\.insightType)?": "CloudTrail looks for the other kind",
    r"audit-topic|audit-alarm-[\w-]+\.(evaluationPeriods|period)": REFUSED,
    r"audit-alarm-[\w-]+\.(threshold=2|period=\d+|treatMissingData)": "it goes off all the same",
    r"audit-query-[\w-]+(\..*)?": "a saved query guards nothing",
}


@pytest.fixture
def audit_trail(recorder: Any) -> Made:
    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[str]:
        return AuditTrail("audit").trail_arn

    program()
    return made_by(recorder)


def test_component_as_it_is_has_no_finding(audit_trail: Made) -> None:
    assert found(audit_trail.types, audit_trail.properties) == set()


def test_every_weakening_is_found_or_harmless(audit_trail: Made) -> None:
    left, used = survivors(audit_trail, HARMLESS)
    assert left == []
    assert not HARMLESS.keys() - used, "an excuse that excuses nothing any more"


@pytest.mark.parametrize("framework", ["CIS AWS 7.0", "AWS FSBP"])
def test_docstring_names_what_the_rules_of_its_children_serve(
    audit_trail: Made, framework: str
) -> None:
    assert claimed(AuditTrail, framework) == served(audit_trail.types.values(), framework)
