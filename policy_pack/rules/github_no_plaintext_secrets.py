from __future__ import annotations

import re
from collections.abc import Iterator

from policy_pack.repositories import FILES, VARIABLES
from policy_pack.rule import UNKNOWN, Resource, Severity, cis_github, owasp, rule

_CREDENTIAL = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\b(?:gh[oprsu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
)
"""Ids of AWS access keys, tokens of GitHub and Slack, and private keys, by how each begins.

Source: AWS IAM User Guide, "IAM identifiers"; GitHub Docs, "About authentication to GitHub"; Slack
API documentation, "Token types"; RFC 7468.
"""


@rule(
    title="No secret is written where readers see it",
    types=(*FILES, *VARIABLES),
    severity=Severity.CRITICAL,
    fix="Put it into an ActionsSecret, or fetch it at run time, and replace the one that was seen.",
    controls=(cis_github("1.5.1"), cis_github("2.3.8"), owasp("A07:2021")),
    passes=[{"content": "# Service\n"}, {"value": "eu-west-1"}, {}],
    fails=[
        {"content": "key = '-----BEGIN RSA PRIVATE KEY-----'"},
        {"value": f"ghp_{'0' * 36}"},
        {"value": f"AKIA{'A' * 16}"},
    ],
    undecided=[{"content": UNKNOWN}, {"value": UNKNOWN}],
    omission="The provider refuses a file without content and a variable without value.",
)
def check(resource: Resource) -> Iterator[str]:
    """Commit no secret, and take no variable for one: whoever reads the repository has it.

    Found is what the program marks as a secret, and what looks like a well-known credential. It
    stays in the history after it is removed.
    """
    for name in ("content", "value"):
        text = str(resource.get(name, default=""))
        if any(one and one in text for one in resource.secrets) or _CREDENTIAL.search(text):
            yield "It holds what is a secret, or looks like one."
