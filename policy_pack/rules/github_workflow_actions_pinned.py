from __future__ import annotations

import re
from collections.abc import Iterator

from policy_pack.repositories import FILES
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    cis_github,
    every,
    finding,
    owasp,
    prowler,
    rule,
    scorecard,
)
from policy_pack.workflows import jobs, workflow

_PINNED = re.compile(r"\./.*|.*@[0-9a-f]{40}|docker://.*@sha256:[0-9a-f]{64}")
_SHA = "0123456789abcdef0123456789abcdef01234567"


def _using(action: str) -> dict[str, str]:
    content = f"on: push\njobs:\n  build:\n    steps:\n      - uses: {action}\n"
    return {"file": ".github/workflows/build.yml", "content": content}


def _calling(workflow_: str) -> dict[str, str]:
    content = f"on: push\njobs:\n  build:\n    uses: {workflow_}\n"
    return {"file": ".github/workflows/build.yml", "content": content}


@rule(
    title="Workflows name each action by the SHA of a commit",
    types=FILES,
    severity=Severity.HIGH,
    fix="Name each action by its full commit, with the version in a comment.",
    controls=(
        prowler("githubactions_workflow_security_scan"),
        cis_github("3.1.7"),
        scorecard("Pinned-Dependencies"),
        owasp("A08:2021"),
    ),
    passes=[
        _using(f"actions/checkout@{_SHA} # v5.0.0"),
        _using("./.github/actions/build"),
        _calling(f"octo-org/workflows/.github/workflows/build.yml@{_SHA}"),
        {"file": "README.md", "content": UNKNOWN},
        {},
    ],
    fails=[
        _using("actions/checkout@v5"),
        _using("actions/checkout@main"),
        _using(f"actions/checkout@{_SHA[:12]}"),
        _using("docker://alpine:3"),
        _calling("octo-org/workflows/.github/workflows/build.yml@v1"),
        {"file": ".github/workflows/build.yaml", "content": "- no workflow"},
    ],
    undecided=[{"file": ".github/workflows/build.yml", "content": UNKNOWN}],
    omission="The provider refuses a file without path and content.",
)
def check(file: Resource) -> Findings:
    """Run tomorrow the code that was looked at today.

    A tag or a branch of an action is moved by whoever takes over its repository, and every workflow
    that uses it then runs what it points to, with its token and secrets.

    Source: GitHub Docs, "Secure use reference", "Using third-party actions".
    """
    made = workflow(file)
    if made is not None:
        yield from every(jobs(made), _judge)


def _judge(named: tuple[str, Block]) -> Findings:
    name, job = named
    if not all(map(_PINNED.fullmatch, _used(job))):
        yield finding("Job {name} uses an action by something else than a commit.", name=name)


def _used(job: Block) -> Iterator[str]:
    for one in (job, *job.blocks("steps")):
        if one.has("uses"):
            yield str(one.get("uses"))
