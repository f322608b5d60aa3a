"""What each workflow says, and which status checks follow.

The functions are pure: the same text is committed by the component, and can be written by hand into
a repository that exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent, indent
from typing import Final

from secure_components.protected_repository import plans
from secure_components.protected_repository.args import RequiredCheckArgs
from secure_components.pull_request_security import pins
from secure_components.pull_request_security.args import InfrastructureArgs, WorkflowsArgs

LANGUAGES: Final = {
    "c-cpp": "none",
    "csharp": "none",
    "go": "autobuild",
    "java-kotlin": "none",
    "javascript-typescript": "none",
    "python": "none",
    "ruby": "none",
    "rust": "none",
}
"""How CodeQL builds, by language. Swift is missing: it needs a runner with macOS."""

_RUNNER: Final = "ubuntu-24.04"
_READS: Final = "contents: read # the code\n"
_UPLOADS: Final = (
    "actions: read # the run that results belong to\nsecurity-events: write # results\n"
)


@dataclass(frozen=True)
class Settings:
    """What workflows are made from.

    Attributes:
        args: Which workflows are wanted.
        owner: What GitHub offers.
        branch: The default branch.
    """

    args: WorkflowsArgs
    owner: plans.Owner
    branch: str = "main"

    def uses(self, action: str, part: str = "") -> str:
        """Return the reference to an action, or to a part of it, by commit."""
        pin = self.args.get("pins", {}).get(action) or pins.ACTIONS[action]
        return f"uses: {action}{part}@{pin}"


@dataclass(frozen=True)
class Workflow:
    """One file of workflows.

    Attributes:
        name: What people see, in the list of workflows too.
        why: What it does, in one sentence.
        jobs: Renders its jobs.
        checks: Names the status checks of pull requests that they report.
        wanted: Tells whether it has anything to do.
        feature: What GitHub must offer.
        actions: What it uses of others than GitHub.
        events: What starts it beside a pull request.
    """

    name: str
    why: str
    jobs: Callable[[Settings], str]
    checks: Callable[[Settings], Sequence[str]]
    wanted: Callable[[Settings], bool] = lambda _: True
    feature: plans.Feature | None = None
    actions: Sequence[str] = ()
    events: Sequence[str] = ("push", "schedule")

    def lacking(self, settings: Settings) -> str:
        """Return why GitHub does not offer it; empty if it does."""
        return self.feature.lacking(settings.owner) if self.feature else ""

    def made(self, settings: Settings) -> bool:
        """Tell whether a repository has it."""
        return self.wanted(settings) and not self.lacking(settings)

    def text(self, settings: Settings) -> str:
        """Return the file."""
        push = f"  push:\n    branches: [{settings.branch}]\n" if "push" in self.events else ""
        weekly = '  schedule:\n    - cron: "17 4 * * 1" # what became known since\n'
        return (
            f"# {self.why}\n"
            "# Made by secure_components.PullRequestSecurity, and changed by pull request since.\n"
            f"# Commits and versions were read on {pins.READ}; Dependabot proposes newer commits.\n"
            f"name: {self.name}\n\n"
            "on:\n"
            "  pull_request:\n"
            "  merge_group:\n"
            f"{push}{weekly if 'schedule' in self.events else ''}\n"
            "permissions: {}\n\n"
            "concurrency:\n"
            "  group: ${{ github.workflow }}-${{ github.ref }}\n"
            "  cancel-in-progress: ${{ github.event_name == 'pull_request' }}\n\n"
            "jobs:\n"
            f"{indent(self.jobs(settings), '  ')}"
        )


def files(settings: Settings) -> Mapping[str, str]:
    """Return what a repository gets: content by path."""
    return {path(role): one.text(settings) for role, one in made(settings).items()}


def made(settings: Settings) -> Mapping[str, Workflow]:
    """Return the workflows that a repository has, by role."""
    return {role: one for role, one in WORKFLOWS.items() if one.made(settings)}


def path(role: str) -> str:
    """Return where a workflow is."""
    return f".github/workflows/{role}.yml"


def required_checks(settings: Settings) -> Sequence[RequiredCheckArgs]:
    """Return the checks that a pull request must pass, as `ProtectedRepository` takes them."""
    return [{"name": name} for one in made(settings).values() for name in one.checks(settings)]


def allowed_actions(settings: Settings) -> Sequence[str]:
    """Return what must be allowed beside GitHub's own actions, as `ProtectedRepository` does."""
    return [f"{action}@*" for one in made(settings).values() for action in one.actions]


def coverage(settings: Settings) -> Mapping[str, str]:
    """Say of each workflow whether it is there, and why not."""
    return {
        one.name: one.lacking(settings)
        or ("in force" if one.wanted(settings) else "offered: not asked for")
        for one in WORKFLOWS.values()
    }


# --- Parts of a workflow ---


def _job(
    id_: str, name: str, *steps: str, may: str = _READS, minutes: int = 10, options: str = ""
) -> str:
    return (
        f"{id_}:\n"
        f"  name: {name}\n"
        f"{indent(options, '  ')}"
        f"  runs-on: {_RUNNER}\n"
        f"  timeout-minutes: {minutes}\n"
        "  permissions:\n"
        f"{indent(may, '    ')}"
        "  steps:\n"
        f"{indent(''.join(steps), '    ')}"
    )


def _checkout(settings: Settings, *, history: bool = False) -> str:
    return (
        f"- {settings.uses('actions/checkout')}\n"
        "  with:\n"
        "    persist-credentials: false\n"
        f"{'    fetch-depth: 0 # all commits' + chr(10) if history else ''}"
    )


def _run(name: str, script: str, further: str = "") -> str:
    return f"- name: {name}\n{indent(further, '  ')}  run: |\n{indent(dedent(script), '    ')}"


def _wheel(package: str) -> str:
    """Install a program of PyPI by its hash."""
    version, digest = pins.WHEELS[package]
    return _run(
        f"Install {package}",
        f"""\
        cd "$RUNNER_TEMP"
        echo "{package}=={version} --hash=sha256:{digest}" > {package}.txt
        python3 -m venv {package}
        {package}/bin/pip install --quiet --require-hashes -r {package}.txt
        """,
    )


def _go(program: str) -> str:
    """Install a Go program, whose content Go checks."""
    return _run(f"Install {program}", f"go install {pins.GO[program]}\n")


def _secret(name: str) -> str:
    """Hand over a secret, without an environment: that would ask for an approval each time."""
    why = "zizmor: ignore[secrets-outside-env] every pull request needs it, unapproved"
    return f"  {name}: ${{{{ secrets.{name} }}}} # {why}\n"


# --- The workflows ---


def _dependency_review(settings: Settings) -> str:
    return _job(
        "dependency-review",
        "dependency review",
        _checkout(settings),
        f"- {settings.uses('actions/dependency-review-action')}\n",
    )


def _scanned(settings: Settings) -> Sequence[str]:
    return ["actions", *sorted(set(settings.args.get("languages", ())))]


def _codeql(settings: Settings) -> str:
    matrix = "".join(
        f"      - language: {language}\n        build-mode: {LANGUAGES.get(language, 'none')}\n"
        for language in _scanned(settings)
    )
    return _job(
        "codeql",
        "CodeQL (${{ matrix.language }})",
        _checkout(settings),
        f"- {settings.uses('github/codeql-action', '/init')}\n"
        "  with:\n"
        "    languages: ${{ matrix.language }}\n"
        "    build-mode: ${{ matrix.build-mode }}\n"
        "    queries: security-extended\n",
        f"- {settings.uses('github/codeql-action', '/analyze')}\n"
        "  with:\n"
        "    category: /language:${{ matrix.language }}\n",
        may=_READS + _UPLOADS,
        minutes=60,
        options=f"strategy:\n  fail-fast: false\n  matrix:\n    include:\n{matrix}",
    )


_LINTERS: Final[Mapping[str, Sequence[str]]] = {
    "go": [
        _go("staticcheck"),
        _run("Lint", 'go vet ./...\n"$(go env GOPATH)/bin/staticcheck" ./...\n'),
    ],
    "javascript-typescript": [
        _run("Install what the repository locks", "npm ci --ignore-scripts\n"),
        _run("Lint", "npx --no-install eslint .\n"),
    ],
    "python": [
        _wheel("ruff"),
        _run("Lint", '"$RUNNER_TEMP/ruff/bin/ruff" check --output-format github .\n'),
    ],
}
"""Steps by language."""


def _linted(settings: Settings) -> Sequence[str]:
    return [one for one in _LINTERS if one in settings.args.get("languages", ())]


def _lint(settings: Settings) -> str:
    return "\n".join(
        _job(language, f"lint ({language})", _checkout(settings), *_LINTERS[language])
        for language in _linted(settings)
    )


def _secrets(settings: Settings) -> str:
    scan = '"$(go env GOPATH)/bin/gitleaks" git --redact --verbose --no-banner .\n'
    return _job(
        "gitleaks",
        "gitleaks",
        _checkout(settings, history=True),
        _go("gitleaks"),
        _run("Scan all commits", scan),
        minutes=20,
    )


def _workflow_lint(settings: Settings) -> str:
    online = (
        "env:\n  GH_TOKEN: ${{ github.token }} # asks whether each commit is the action's own\n"
    )
    return "\n".join(
        [
            _job(
                "actionlint",
                "actionlint",
                _checkout(settings),
                _go("actionlint"),
                _run("Check", '"$(go env GOPATH)/bin/actionlint" -color\n'),
            ),
            _job(
                "zizmor",
                "zizmor",
                _checkout(settings),
                _wheel("zizmor"),
                _run("Check", '"$RUNNER_TEMP/zizmor/bin/zizmor" .\n', online),
            ),
        ]
    )


def _snyk(settings: Settings) -> str:
    args = settings.args["snyk"]
    threshold = args.get("severity_threshold", "high")
    login = f"env:\n{_secret('SNYK_TOKEN')}"
    exact = "zizmor: ignore[adhoc-packages] exact, and npm never changes a version"
    first = [
        _checkout(settings),
        *([_run("Install dependencies", f"{args['install']}\n")] if "install" in args else []),
        f"- name: Install Snyk\n  run: npm install --global {pins.SNYK} # {exact}\n",
    ]
    test = f"snyk test --all-projects --severity-threshold={threshold}\n"
    return "\n".join(
        [
            _job(
                "test",
                "Snyk",
                *first,
                _run("Test", test, login),
                minutes=20,
                options="if: github.event_name != 'push'\n",
            ),
            _job(
                "monitor",
                "Snyk monitor",
                *first,
                _run("Tell Snyk what is used", "snyk monitor --all-projects\n", login),
                minutes=20,
                options="if: github.event_name == 'push'\n",
            ),
        ]
    )


_INSTALL: Final = "python3 -m venv venv\nvenv/bin/pip install --quiet -r requirements.txt"
_PACK: Final = "venv/bin/secure-components-policy-pack"


def _infrastructure(settings: Settings) -> str:
    args = settings.args["infrastructure"]
    folder = args.get("directory", ".")
    there = f"working-directory: {folder}\n"
    uploads = not plans.CODE_SCANNING.lacking(settings.owner)
    return _job(
        "preview",
        "infrastructure",
        _checkout(settings),
        _run("Install the program and the pack", args.get("install", _INSTALL) + "\n", there),
        f"- {settings.uses('pulumi/actions')}\n  with:\n    pulumi-version: {pins.PULUMI}\n",
        f"- {settings.uses('aws-actions/configure-aws-credentials')}\n"
        "  with:\n"
        "    role-to-assume: ${{ vars.AWS_PLAN_ROLE_ARN }}\n"
        f"    aws-region: {args['region']}\n",
        _preview(args, there),
        _upload(settings, folder) if uploads else "",
        may=_READS + "id-token: write # to assume a role that only reads\n" + uploads * _UPLOADS,
        minutes=30,
    )


def _preview(args: InfrastructureArgs, there: str) -> str:
    state = (
        f'  PULUMI_BACKEND_URL: "{args["backend_url"]}"\n'
        if "backend_url" in args
        else _secret("PULUMI_ACCESS_TOKEN")
    )
    source = args.get("policy_config", "--null-input")
    return _run(
        "Preview with the policy pack",
        f"""\
        jq '."secure-components".reports.sarif = "policy.sarif"' {source} \\
          > "$RUNNER_TEMP/policy.json"
        pulumi preview --non-interactive --stack {args["stack"]} \\
          --policy-pack "$PWD/{args.get("policy_pack", _PACK)}" \\
          --policy-pack-config "$RUNNER_TEMP/policy.json"
        """,
        f"{there}env:\n{state}",
    )


def _upload(settings: Settings, folder: str) -> str:
    """Upload what was found; never the report of a run that broke off, which closes alerts."""
    whole = "jq --exit-status '.runs[0].invocations[0].executionSuccessful' policy.sarif\n"
    after = f"id: report\nif: ${{{{ !cancelled() }}}}\nworking-directory: {folder}\n"
    return (
        _run("See whether the report is whole", whole, after)
        + f"- {settings.uses('github/codeql-action', '/upload-sarif')}\n"
        "  if: ${{ !cancelled() && steps.report.outcome == 'success' }}\n"
        "  with:\n"
        f"    sarif_file: {folder}/policy.sarif\n"
        f"    category: pulumi/{settings.args['infrastructure']['stack']}\n"
    )


WORKFLOWS: Final[Mapping[str, Workflow]] = {
    "dependency-review": Workflow(
        "Dependency review",
        "Refuses dependencies with known vulnerabilities.",
        _dependency_review,
        lambda _: ["dependency review"],
        feature=plans.DEPENDENCY_REVIEW,
        events=(),
    ),
    "codeql": Workflow(
        "CodeQL",
        "Analyzes code, and the workflows themselves, for vulnerabilities.",
        _codeql,
        lambda settings: [f"CodeQL ({language})" for language in _scanned(settings)],
        feature=plans.CODE_SCANNING,
    ),
    "lint": Workflow(
        "Lint",
        "Finds mistakes in code.",
        _lint,
        lambda settings: [f"lint ({language})" for language in _linted(settings)],
        wanted=lambda settings: bool(_linted(settings)),
        events=("push",),
    ),
    "secret-scanning": Workflow(
        "Secret scanning",
        "Finds secrets in every commit, not in the latest state alone.",
        _secrets,
        lambda _: ["gitleaks"],
    ),
    "workflow-lint": Workflow(
        "Workflow lint",
        "Finds mistakes and vulnerabilities in workflows.",
        _workflow_lint,
        lambda _: ["actionlint", "zizmor"],
    ),
    "snyk": Workflow(
        "Snyk",
        "Refuses dependencies with known vulnerabilities, and tells Snyk what is in use.",
        _snyk,
        lambda _: ["Snyk"],
        wanted=lambda settings: "snyk" in settings.args,
        events=("push",),
    ),
    "infrastructure": Workflow(
        "Infrastructure",
        "Previews infrastructure, and judges it by the policy pack.",
        _infrastructure,
        lambda _: ["infrastructure"],
        wanted=lambda settings: "infrastructure" in settings.args,
        actions=("aws-actions/configure-aws-credentials", "pulumi/actions"),
    ),
}
"""By role, which is the file's name too."""
