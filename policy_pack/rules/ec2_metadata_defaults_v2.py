from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import METADATA_DEFAULTS
from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="A region's new EC2 instances give metadata to sessions alone (IMDSv2)",
    types=METADATA_DEFAULTS,
    severity=Severity.MEDIUM,
    fix='Set http_tokens="required", or use secure_components.AccountBaseline.',
    controls=(prowler("ec2_instance_account_imdsv2_enabled"), owasp("A10:2021")),
    passes=[{"httpTokens": "required"}],
    fails=[{"httpTokens": "optional"}, {"httpTokens": "no-preference"}, {}],
    undecided=[{"httpTokens": UNKNOWN}],
    remedies={METADATA_DEFAULTS: {"httpTokens": "required"}},
)
def check(defaults: Resource) -> Iterator[str]:
    """Cover the instances that nobody wrote a word about, such as those of the console.

    An instance that asks for the older form by itself still gets it.

    Source: EC2 User Guide, "Configure instance metadata options for new instances".
    """
    if defaults.get("httpTokens") != "required":
        yield "New instances of the region give metadata without a session."
