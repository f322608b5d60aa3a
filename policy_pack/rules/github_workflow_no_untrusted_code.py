from __future__ import annotations

import re

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
from policy_pack.workflows import expressions, jobs, triggers, workflow

_PRIVILEGED = frozenset(("pull_request_target", "workflow_run"))
_HEAD = re.compile(
    r"github\.head_ref|github\.event\.(pull_request\.head|workflow_run\.head)"
    r"|refs/pull/|\bgh pr checkout\b"
)
_TEXT = re.compile(
    r"\bgithub\.(head_ref|event\.[\w.*\[\]]*\.(body|default_branch|email|label|message|name"
    r"|page_name|ref|title))\b"
)


def _workflow(event: str, *step: str) -> dict[str, str]:
    steps = "\n        ".join(step)
    content = f"on: {event}\njobs:\n  build:\n    steps:\n      - {steps}\n"
    return {"file": ".github/workflows/build.yml", "content": content}


_CHECKOUT = "uses: actions/checkout@0123456789abcdef0123456789abcdef01234567"
_OF_HEAD = "with: {ref: '${{ github.event.pull_request.head.sha }}'}"


@rule(
    title="Workflows with rights run nobody else's code",
    types=FILES,
    severity=Severity.CRITICAL,
    fix=(
        "Run on pull_request, which has neither secrets nor a token that writes, and hand what "
        "others wrote to a script as an environment variable."
    ),
    controls=(
        prowler("githubactions_workflow_security_scan"),
        scorecard("Dangerous-Workflow"),
        owasp("A03:2021"),
    ),
    passes=[
        _workflow("pull_request", _CHECKOUT, _OF_HEAD),
        _workflow("pull_request_target", _CHECKOUT),
        _workflow("[issues]", 'run: echo "$TITLE"', "env: {TITLE: '${{ github.event.x.title }}'}"),
        _workflow("push", "run: 'echo ${{ github.event.number }} ${{ github.ref }}'"),
        {"file": "README.md", "content": UNKNOWN},
        {},
    ],
    fails=[
        _workflow("pull_request_target", _CHECKOUT, _OF_HEAD),
        _workflow("{workflow_run: {types: [completed]}}", _CHECKOUT, _OF_HEAD),
        _workflow("[push, pull_request_target]", _CHECKOUT, _OF_HEAD),
        _workflow("pull_request_target", "run: gh pr checkout 7 && make"),
        _workflow("issues", "run: 'echo ${{ github.event.issue.title }}'"),
        _workflow("pull_request", "run: 'git switch ${{ github.head_ref }}'"),
        {"file": ".github/workflows/build.yml", "content": ""},
    ],
    undecided=[{"file": ".github/workflows/build.yml", "content": UNKNOWN}],
    omission="The provider refuses a file without path and content.",
)
def check(file: Resource) -> Findings:
    """Give no stranger's pull request the repository's secrets.

    `pull_request_target` and `workflow_run` run with them, also for a fork: a checkout of the pull
    request there runs its author's code. A title or a name of a branch that is put into a script
    becomes part of it.

    Source: GitHub Docs, "Secure use reference", "Understanding the risk of script injections";
    OpenSSF Scorecard, "Dangerous-Workflow".
    """
    made = workflow(file)
    if made is None:
        return
    privileged = bool(_PRIVILEGED & triggers(made))

    def judge(named: tuple[str, Block]) -> Findings:
        name, job = named
        steps = job.blocks("steps")
        if privileged and any(map(_checks_out_head, steps)):
            yield finding("Job {name} checks out a pull request beside secrets.", name=name)
        scripts = (str(step.get("run", default="")) for step in steps)
        if any(_TEXT.search(one) for script in scripts for one in expressions(script)):
            yield finding("Job {name} puts what others wrote into a script.", name=name)

    yield from every(jobs(made), judge)


def _checks_out_head(step: Block) -> bool:
    texts = [step.get("run", default="")]
    if str(step.get("uses", default="")).startswith("actions/checkout@"):
        texts += [step.get("with", one, default="") for one in ("ref", "repository")]
    return any(_HEAD.search(str(text)) for text in texts)
