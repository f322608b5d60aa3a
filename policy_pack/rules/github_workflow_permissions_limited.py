from __future__ import annotations

from policy_pack.repositories import FILES
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Findings,
    Resource,
    Severity,
    every,
    finding,
    owasp,
    prowler,
    rule,
    scorecard,
)
from policy_pack.workflows import jobs, workflow


def _workflow(of_all: str = "", of_job: str = "") -> dict[str, str]:
    content = f"on: push\n{of_all}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    {of_job}\n"
    return {"file": ".github/workflows/build.yml", "content": content}


@rule(
    title="Workflows say what their token may do, and give little to all jobs",
    types=FILES,
    severity=Severity.HIGH,
    fix="Begin the workflow with 'permissions: {}' or 'contents: read', and give more to a job.",
    controls=(
        prowler("githubactions_workflow_security_scan"),
        scorecard("Token-Permissions"),
        owasp("A01:2021"),
    ),
    passes=[
        _workflow("permissions: {}"),
        _workflow("permissions: read-all"),
        _workflow("permissions: {contents: read}", "permissions: {contents: write}"),
        _workflow("", "permissions: {contents: read}"),
        {"file": "README.md", "content": UNKNOWN},
        {},
    ],
    fails=[
        _workflow(),
        _workflow("permissions: write-all"),
        _workflow("permissions: {contents: read, packages: write}"),
        _workflow("permissions: {}", "permissions: write-all"),
        {"file": ".github/workflows/build.yml", "content": "'"},
    ],
    undecided=[{"file": ".github/workflows/build.yml", "content": UNKNOWN}],
    omission="The provider refuses a file without path and content.",
)
def check(file: Resource) -> Findings:
    """Leave a step that was taken over nothing to change.

    A job that says nothing has what the repository gives by default, which can be everything.

    Source: GitHub Docs, "Workflow syntax for GitHub Actions", `permissions`; OpenSSF Scorecard,
    "Token-Permissions".
    """
    made = workflow(file)
    if made is None:
        return
    said = _said(made)
    if said is not None and _writes(said):
        yield finding("{name} may write.", name="Every job")

    def judge(named: tuple[str, Block]) -> Findings:
        name, job = named
        own = _said(job)
        if own is None and said is None:
            yield finding("Job {name} does not say what its token may do.", name=name)
        elif own == "write-all":
            yield finding("Job {name} may write everything.", name=name)

    yield from every(jobs(made), judge)


def _said(block: Block) -> object:
    return block.get("permissions") if "permissions" in block.names() else None


def _writes(said: object) -> bool:
    return said == "write-all" or (isinstance(said, dict) and "write" in said.values())
