"""`PullRequestSecurity`: its children, and its workflows under actionlint and zizmor.

Only GitHub shows that it runs them as they are meant, and that each commit is the action's own.
"""

from __future__ import annotations

import itertools
import re
import subprocess
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest
import yaml

from local.engine.cache import VERSION
from secure_components import (
    ArgumentError,
    ProtectedRepository,
    ProtectedRepositoryArgs,
    PullRequestSecurity,
    PullRequestSecurityArgs,
)
from secure_components.protected_repository import plans
from secure_components.pull_request_security import pins, workflows
from tests.secure_components.linters import findings, written
from tests.secure_components.programs import run, value
from tests.secure_components.test_agreement_repository import registered
from tests.secure_components.weakening import found
from tools.render_github import rendered

SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270"
"""What the SDK writes beside a secret value on its way to the engine."""
TOKEN = "planted-hunter2-0123456789"
ROLE = "arn:aws:iam::123456789012:role/plan"
PUBLIC = plans.Owner("free", (), "public")
PRIVATE = plans.Owner("team", (), "private")
LICENSED = plans.Owner("team", ("code_security",), "private")
INFRASTRUCTURE: dict[str, Any] = {
    "stack": "acme/service/production",
    "region": "eu-west-1",
    "plan_role_arn": ROLE,
}
ELSEWHERE: dict[str, Any] = {
    **INFRASTRUCTURE,
    "backend_url": "s3://states?region=eu-west-1",
    "directory": "deploy/aws",
    "install": "make setup",
    "policy_pack": "policies",
    "policy_config": "policy-config.json",
}
EVERYTHING: dict[str, Any] = {
    "languages": list(workflows.LANGUAGES),
    "snyk": {"token": TOKEN, "severity_threshold": "critical", "install": "make\nmake install"},
    "infrastructure": {**INFRASTRUCTURE, "access_token": TOKEN},
    "pins": {"actions/checkout": "a" * 40 + " # v9.0.0"},
}
MATRIX = [
    pytest.param({**languages, **snyk, **infrastructure}, owner, id=f"{index}")
    for index, (languages, snyk, infrastructure, owner) in enumerate(
        itertools.product(
            ({}, {"languages": ["python"]}, {"languages": list(workflows.LANGUAGES)}),
            ({}, {"snyk": {}}, {"snyk": EVERYTHING["snyk"]}),
            ({}, {"infrastructure": INFRASTRUCTURE}, {"infrastructure": ELSEWHERE}),
            (PUBLIC, PRIVATE, LICENSED),
        )
    )
]


def settings(args: dict[str, Any], owner: plans.Owner = PUBLIC) -> workflows.Settings:
    return workflows.Settings(cast("Any", args), owner)


def documents(args: dict[str, Any], owner: plans.Owner = PUBLIC) -> dict[str, Any]:
    """Every workflow, read with `on` as a word."""
    return {
        Path(path).stem: yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  makes texts alone
        for path, text in workflows.files(settings(args, owner)).items()
    }


def jobs(args: dict[str, Any], owner: plans.Owner = PUBLIC) -> dict[str, Any]:
    return {
        f"{file}/{id_}": job
        for file, document in documents(args, owner).items()
        for id_, job in document["jobs"].items()
    }


def make(**args: Any) -> PullRequestSecurity:
    given = cast("PullRequestSecurityArgs", {"repository": "service", **args})
    made: PullRequestSecurity = run(lambda: PullRequestSecurity("ci", given))
    return made


# --- What linters say ---


@pytest.mark.parametrize(("args", "owner"), MATRIX)
def test_no_linter_finds_anything(tmp_path: Path, args: Any, owner: plans.Owner) -> None:
    assert findings(written(tmp_path, workflows.files(settings(args, owner)))) == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        ("codeql", f"actions/checkout@{pins.ACTIONS['actions/checkout']}", "actions/checkout@v6",
         "unpinned-uses"),
        ("codeql", "permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("codeql", "permissions: {}\n", "", "excessive-permissions"),
        ("codeql", "pull_request:", "pull_request_target:", "dangerous-triggers"),
        ("lint", "go vet ./...", "echo ${{ github.event.pull_request.title }}",
         "template-injection"),
        ("lint", "go vet ./...", "echo ${{ github.event.pull_request.title }}",
         "potentially untrusted"),
        ("snyk", "persist-credentials: false", "fetch-depth: 1", "artipacked"),
        ("snyk", " # zizmor: ignore[secrets-outside-env]", " #", "secrets-outside-env"),
        ("snyk", " # zizmor: ignore[adhoc-packages]", " #", "adhoc-packages"),
        ("infrastructure", "concurrency:", "env:", "concurrency-limits"),
        ("infrastructure", "runs-on: ubuntu-24.04", "runs-on: ubuntu-17.04", "is unknown"),
        ("codeql", "matrix.language", "matrix.lang", "is not defined"),
    ],
)  # fmt: skip
def test_a_broken_workflow_is_found(
    tmp_path: Path, file: str, old: str, new: str, finding: str
) -> None:
    made = dict(workflows.files(settings({**EVERYTHING, "pins": {}})))
    path = workflows.path(file)
    assert old in made[path]
    made[path] = made[path].replace(old, new)
    assert finding in findings(written(tmp_path, made))


def test_every_step_is_a_script_that_a_shell_can_read() -> None:
    for args in (EVERYTHING, {**EVERYTHING, "infrastructure": ELSEWHERE}):
        scripts = [
            step["run"] for job in jobs(args).values() for step in job["steps"] if "run" in step
        ]
        assert len(scripts) > 10
        for script in scripts:
            subprocess.run(["bash", "-n"], input=script, text=True, check=True)
            assert "${{" not in script


# --- What each job may do, and for how long ---


def test_actions_and_tools_are_pinned() -> None:
    texts = workflows.files(settings({**EVERYTHING, "pins": {}})).values()
    used = {line.strip(" -") for text in texts for line in text.splitlines() if "uses:" in line}
    pinned = re.compile(r"uses: ([\w-]+/[\w-]+)(/[\w-]+)?@([0-9a-f]{40} # v[\d.]+)")
    parts = [pinned.fullmatch(one) for one in used]
    assert {part[1]: part[3] for part in parts if part} == pins.ACTIONS
    assert None not in parts
    whole = "\n".join(texts)
    for package, (version, digest) in pins.WHEELS.items():
        assert f'echo "{package}=={version} --hash=sha256:{digest}"' in whole
    assert whole.count("pip install") == whole.count("--require-hashes") + 1  # the program's own
    assert all(f"go install {one}\n" in whole for one in pins.GO.values())
    assert set(re.findall(r"go install (\S+)", whole)) == set(pins.GO.values())
    assert f"pulumi-version: {VERSION}\n" in whole


def test_table_is_of_full_commits_read_on_a_day() -> None:
    assert all(pins.PIN.fullmatch(pin) for pin in pins.ACTIONS.values())
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for _, digest in pins.WHEELS.values())
    assert all(re.search(r"@v\d+\.\d+\.\d+$", one) for one in pins.GO.values())
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", pins.READ)


def test_jobs_take_what_they_need_and_end() -> None:
    for document in documents(EVERYTHING).values():
        assert document["permissions"] == {}
        assert "pull_request_target" not in document["on"]
        assert {"pull_request", "merge_group"} <= set(document["on"])
        assert document["concurrency"]["cancel-in-progress"].startswith("${{ github.event_name ==")
    uploads = {"contents": "read", "actions": "read", "security-events": "write"}
    special = {
        "codeql/codeql": uploads,
        "infrastructure/preview": {**uploads, "id-token": "write"},
    }
    for name, job in jobs(EVERYTHING).items():
        assert job["permissions"] == special.get(name, {"contents": "read"})
        assert 0 < int(job["timeout-minutes"]) <= 60
        checkouts = [one for one in job["steps"] if "actions/checkout@" in one.get("uses", "")]
        assert [one["with"]["persist-credentials"] for one in checkouts] == ["false"]


def test_required_checks_are_the_jobs_that_look_at_pull_requests() -> None:
    names: set[str] = set()
    for job in jobs(EVERYTHING).values():
        if job.get("if") == "github.event_name == 'push'":
            continue
        rows = job.get("strategy", {}).get("matrix", {}).get("include", [{}])
        names |= {job["name"].replace("${{ matrix.language }}", row.get("language", ""))
                  for row in rows}  # fmt: skip
    required = [one["name"] for one in workflows.required_checks(settings(EVERYTHING))]
    assert len(required) == len(set(required))
    assert set(required) == names


@pytest.mark.parametrize(
    ("args", "owner", "checks"),
    [
        ({}, PRIVATE, ["gitleaks", "actionlint", "zizmor"]),
        ({}, LICENSED, ["dependency review", "CodeQL (actions)", "gitleaks", "actionlint",
                        "zizmor"]),
        ({"languages": ["python"]}, PUBLIC,
         ["dependency review", "CodeQL (actions)", "CodeQL (python)", "lint (python)", "gitleaks",
          "actionlint", "zizmor"]),
        ({"languages": ["ruby"], "snyk": {}, "infrastructure": INFRASTRUCTURE}, PRIVATE,
         ["gitleaks", "actionlint", "zizmor", "Snyk", "infrastructure"]),
    ],
)  # fmt: skip
def test_plan_and_arguments_decide(args: Any, owner: plans.Owner, checks: list[str]) -> None:
    assert [one["name"] for one in workflows.required_checks(settings(args, owner))] == checks


def test_each_language_is_analyzed_and_built_as_it_must_be() -> None:
    rows = jobs(EVERYTHING)["codeql/codeql"]["strategy"]["matrix"]["include"]
    built = {row["language"] for row in rows if row["build-mode"] == "autobuild"}
    assert built == {"go"}  # CodeQL analyzes Go only as it is built
    assert {row["build-mode"] for row in rows} == {"none", "autobuild"}
    assert {row["language"] for row in rows} == {"actions", *workflows.LANGUAGES}


def test_secrets_are_looked_for_in_all_commits() -> None:
    checkout, _, scan = jobs({})["secret-scanning/gitleaks"]["steps"]
    assert checkout["with"]["fetch-depth"] == "0"
    assert " git --redact " in scan["run"]


def test_snyk_refuses_from_a_severity_on_and_monitors_the_default_branch() -> None:
    made = jobs({"snyk": {"severity_threshold": "low", "install": "make deps"}})
    test, monitor = made["snyk/test"], made["snyk/monitor"]
    assert test["steps"][-1]["run"] == "snyk test --all-projects --severity-threshold=low\n"
    assert test["if"] == "github.event_name != 'push'"
    assert monitor["steps"][-1]["run"] == "snyk monitor --all-projects\n"
    for job in (test, monitor):
        assert [step["run"] for step in job["steps"] if "deps" in step.get("run", "")]
        # What the repository installs does not see the token.
        assert [step for step in job["steps"] if "env" in step] == [job["steps"][-1]]
    assert "threshold=high" in workflows.files(settings({"snyk": {}}))[workflows.path("snyk")]


def test_infrastructure_is_previewed_with_the_pack_and_uploaded_where_it_can_be() -> None:
    text = workflows.files(settings({"infrastructure": ELSEWHERE}))[
        workflows.path("infrastructure")
    ]
    assert ROLE not in text
    assert 'PULUMI_BACKEND_URL: "s3://states?region=eu-west-1"' in text
    assert "secrets." not in text
    preview = jobs({"infrastructure": ELSEWHERE})["infrastructure/preview"]
    runs = [step.get("run", "") for step in preview["steps"]]
    (pack,) = [one for one in runs if "pulumi preview" in one]
    assert '--policy-pack "$PWD/policies"' in pack
    assert " policy-config.json " in pack
    assert preview["steps"][-1]["with"] == {
        "sarif_file": "deploy/aws/policy.sarif",
        "category": "pulumi/acme/service/production",
    }
    without = jobs({"infrastructure": INFRASTRUCTURE}, PRIVATE)["infrastructure/preview"]
    assert without["permissions"] == {"contents": "read", "id-token": "write"}
    assert "upload-sarif" not in str(without)


@pytest.mark.parametrize("config", [None, '{"secure-components": {"reports": {"json": "a"}}}'])
def test_configuration_of_the_pack_is_kept_and_gets_the_report(
    tmp_path: Path, config: str | None
) -> None:
    args = dict(INFRASTRUCTURE)
    if config:
        (tmp_path / "config.json").write_text(config)
        args["policy_config"] = "config.json"
    preview = jobs({"infrastructure": args})["infrastructure/preview"]
    (script,) = [one["run"] for one in preview["steps"] if "jq '" in one.get("run", "")]
    merge = script.partition("pulumi preview")[0]
    environment = {"RUNNER_TEMP": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run(["bash", "-e"], input=merge, text=True, check=True, cwd=tmp_path,
                   env=environment)  # fmt: skip
    reports = yaml.safe_load((tmp_path / "policy.json").read_text())["secure-components"]["reports"]
    assert reports == {"sarif": "policy.sarif"} | ({"json": "a"} if config else {})


# --- Children ---


def test_children_keep_their_names(recorder: Any) -> None:
    make(visibility="public", workflows=EVERYTHING)
    types = {name: args.typ.rpartition(":")[2] for name, args in recorder.resources.items()}
    assert types == {
        "ci": "PullRequestSecurity",
        "ci-codeql": "RepositoryFile",
        "ci-dependency-review": "RepositoryFile",
        "ci-infrastructure": "RepositoryFile",
        "ci-lint": "RepositoryFile",
        "ci-plan-role": "ActionsVariable",
        "ci-pulumi-token": "ActionsSecret",
        "ci-pulumi-token-dependabot": "DependabotSecret",
        "ci-secret-scanning": "RepositoryFile",
        "ci-snyk": "RepositoryFile",
        "ci-snyk-token": "ActionsSecret",
        "ci-snyk-token-dependabot": "DependabotSecret",
        "ci-workflow-lint": "RepositoryFile",
    }
    for role in workflows.WORKFLOWS:
        inputs = recorder.inputs(f"ci-{role}")
        assert inputs["file"] == f".github/workflows/{role}.yml"
        assert inputs["repository"] == "service"
        expected = workflows.WORKFLOWS[role].text(settings(EVERYTHING))
        assert inputs["content"] == expected
        assert inputs["overwriteOnCreate"] is False


def test_tokens_are_secrets_for_dependabot_too(recorder: Any) -> None:
    made = make(workflows=EVERYTHING)
    for role, name in (("snyk", "SNYK_TOKEN"), ("pulumi", "PULUMI_ACCESS_TOKEN")):
        for child in (f"ci-{role}-token", f"ci-{role}-token-dependabot"):
            inputs = recorder.inputs(child)
            assert inputs["secretName"] == name
            assert SECRET_MARK in inputs["value"].values()
            assert inputs["value"]["value"] == TOKEN
            assert "plaintextValue" not in inputs
    assert recorder.inputs("ci-plan-role")["value"] == ROLE
    others = [one.inputs for name, one in recorder.resources.items() if "token" not in name]
    assert "hunter2" not in str([*others, value(made.coverage)])


def test_without_tokens_the_secrets_must_exist(recorder: Any) -> None:
    make(workflows={"snyk": {}, "infrastructure": INFRASTRUCTURE})
    assert not [name for name in recorder.resources if "token" in name]
    assert "ci-snyk" in recorder.resources


@pytest.mark.usefixtures("recorder")
def test_outputs_tell_what_follows() -> None:
    made = make(workflows={"infrastructure": INFRASTRUCTURE})
    assert value(made.required_checks) == ["gitleaks", "actionlint", "zizmor", "infrastructure"]
    assert value(made.allowed_actions) == [
        "aws-actions/configure-aws-credentials@*",
        "pulumi/actions@*",
    ]
    coverage = value(made.coverage)
    assert coverage["CodeQL"].startswith("is not offered on private repositories of the plan team")
    assert coverage["Snyk"] == "offered: not asked for"
    assert coverage["Workflow lint"] == "in force"


def test_files_are_committed_one_by_one_and_left_to_pull_requests(
    registrations: dict[str, Any], recorder: Any
) -> None:
    make()
    assert "ci-secret-scanning" in recorder.resources
    request = registrations["ci-workflow-lint"]
    assert any("ci-secret-scanning" in urn for urn in request.dependencies)
    assert "content" in request.ignoreChanges


# --- With the repository ---


def repository(**args: Any) -> ProtectedRepository:
    given = cast("ProtectedRepositoryArgs", args)
    made: ProtectedRepository = run(lambda: ProtectedRepository("service", given))
    return made


def test_repository_commits_requires_and_allows(
    recorder: Any, registrations: dict[str, Any]
) -> None:
    args = {"languages": ["python"], "infrastructure": INFRASTRUCTURE}
    repository(visibility="public", default_branch="trunk", workflows=args)
    files = [name for name in recorder.resources if name.startswith("service-workflows-")]
    assert len(files) == len(workflows.made(settings(args))) + 1  # and the variable
    branches = registrations["service-branches"]
    for name in files:
        assert any(urn.endswith(f"::{name}") for urn in branches.dependencies)
    first, last = "service-workflows-dependency-review", "service-security-policy"
    assert any(urn.endswith(f"::{last}") for urn in registrations[first].dependencies)
    assert registrations[first].deletedWith.endswith("::service")
    rules = recorder.inputs("service-branches")["rules"]
    checks = rules["requiredStatusChecks"]["requiredChecks"]
    expected = [one["name"] for one in workflows.required_checks(settings(args))]
    assert [one["context"] for one in checks] == ["tests", *expected]
    assert {one["integrationId"] for one in checks} == {15368}
    (codeql,) = rules["requiredCodeScanning"]["requiredCodeScanningTools"]
    assert codeql == {
        "tool": "CodeQL",
        "alertsThreshold": "errors",
        "securityAlertsThreshold": "high_or_higher",
    }
    allowed = recorder.inputs("service-actions")["allowedActionsConfig"]["patternsAlloweds"]
    assert allowed == ["aws-actions/configure-aws-credentials@*", "pulumi/actions@*"]
    assert "branches: [trunk]" in recorder.inputs("service-workflows-codeql")["content"]


def test_repository_requires_no_results_where_codeql_does_not_run(recorder: Any) -> None:
    named = {"required_checks": [{"name": "build"}, {"name": "zizmor"}]}
    made = repository(pull_requests=named, workflows={})
    rules = recorder.inputs("service-branches")["rules"]
    assert "requiredCodeScanning" not in rules
    checks = [one["context"] for one in rules["requiredStatusChecks"]["requiredChecks"]]
    assert checks == ["build", "zizmor", "gitleaks", "actionlint"]
    protection = value(made.protection)
    assert protection[plans.DEPENDENCY_REVIEW.name].startswith("is not offered")


def test_policy_pack_finds_nothing_in_workflows(recorder: Any) -> None:
    everything = {
        "languages": list(workflows.LANGUAGES),
        "snyk": {},
        "infrastructure": INFRASTRUCTURE,
    }

    def judged(**args: Any) -> set[str]:
        given = cast("ProtectedRepositoryArgs", {"visibility": "public", **args})
        return found(*registered(recorder, lambda: ProtectedRepository("service", given).full_name))

    assert judged(workflows=everything) == judged()


# --- Refused ---

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"repository": "acme/service"}, "'repository' is not allowed; give a name without its owner"),
    ({"visibility": "secret"}, "'visibility' is not allowed"),
    ({"default_branch": "refs heads"}, "'default_branch' is not allowed"),
    ({"default_branch": "main]\n  x: [y"}, "'default_branch' is not allowed"),
    ({"workflows": {"language": []}}, "'workflows.language' is unknown; did you mean 'languages'"),
    ({"workflows": {"languages": ["swift"]}}, "'workflows.languages.0' is not allowed; give c-cpp"),
    ({"workflows": {"languages": ["go", "go"]}}, "'workflows.languages' names something twice"),
    ({"workflows": {"pins": {"actions/checkout": "v6"}}}, "give a full commit and its version"),
    ({"workflows": {"pins": {"actions/checkout": "a" * 40}}}, "a full commit and its version"),
    ({"workflows": {"pins": {"a/b": "a" * 40 + " # v1"}}}, "'workflows.pins' is not allowed"),
    ({"workflows": {"snyk": {"token": "hunter2"}}}, "'workflows.snyk.token' is not allowed"),
    ({"workflows": {"snyk": {"severity_threshold": "none"}}}, "give low, medium, high, critical"),
    (
        {"workflows": {"snyk": {"install": "echo ${{ github.head_ref }}"}}},
        "'workflows.snyk.install' is not allowed; give a shell command without ${{ }}",
    ),
    *[
        ({"workflows": {"infrastructure": {**INFRASTRUCTURE, **wrong}}}, message)
        for wrong, message in (
            ({"plan_role_arn": "arn:aws:iam::1:user/x"}, "plan_role_arn' is not allowed; give the"),
            ({"stack": "a b"}, "stack' is not allowed"),
            ({"stack": "$(id)"}, "stack' is not allowed"),
            ({"region": "mars"}, "region' is not allowed; give a region, as eu-west-1"),
            ({"directory": "../x"}, "directory' is not allowed; give a path below"),
            ({"directory": "/etc"}, "directory' is not allowed"),
            ({"policy_pack": "$HOME"}, "policy_pack' is not allowed"),
            ({"policy_config": "a b"}, "policy_config' is not allowed"),
            ({"backend_url": 'x"'}, "backend_url' is not allowed"),
            ({"install": "a\n${{ x }}"}, "install' is not allowed"),
            ({"access_token": "hunter2"}, "access_token' is not allowed"),
            ({"access_token": TOKEN, "backend_url": "s3://x"}, "access_token' is for Pulumi Cloud"),
        )
    ],
]  # fmt: skip


@pytest.mark.parametrize(("args", "message"), REFUSED)
def test_bad_arguments_are_refused_before_anything_is_made(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        make(**args)
    assert str(caught.value).startswith("PullRequestSecurity 'ci': argument ")
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert recorder.resources == {}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"workflows": {"languages": ["cobol"]}}, "'workflows.languages.0' is not allowed"),
        ({"workflows": {}, "in_protected_organization": True}, "'workflows' cannot be committed"),
        (
            {
                "workflows": {},
                "adopt": True,
                "visibility": "private",
                "pull_requests": {"required_checks": [{"name": "build"}]},
            },
            "'workflows' cannot be committed with adopt; add them by a pull request",
        ),
    ],
)
def test_repository_refuses_them_before_anything_is_made(
    recorder: Any, args: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        repository(**args)
    assert message in str(caught.value)
    assert recorder.resources == {}


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize(
    ("wrong", "child"),
    [
        ({"snyk": {"token": pulumi.Output.secret("hunter2")}}, "ci-snyk-token"),
        (
            {
                "infrastructure": {
                    **INFRASTRUCTURE,
                    "plan_role_arn": pulumi.Output.from_input("hunter2"),
                }
            },
            "ci-plan-role",
        ),
    ],
)
def test_an_output_is_checked_when_it_resolves(recorder: Any, wrong: Any, child: str) -> None:
    with pytest.raises(ValueError, match="not allowed; give") as caught:  # the SDK wraps ours
        make(workflows=wrong)
    assert "hunter2" not in str(caught.value)
    assert child not in recorder.resources


# --- Our own repository ---


def test_our_own_workflows_are_made_by_the_same_functions() -> None:
    for path, content in rendered().items():
        assert Path(path).read_text("utf-8") == content, "run: make docs"
    ours = {path.as_posix() for path in Path(".github/workflows").iterdir()}
    assert ours == {path for path in rendered() if "workflows" in path} | {
        ".github/workflows/ci.yml"
    }


def test_our_own_workflows_have_no_finding() -> None:
    assert findings(Path()) == ""


def test_our_own_ci_runs_what_everybody_runs_with_the_same_pins() -> None:
    text = Path(".github/workflows/ci.yml").read_text("utf-8")
    for line in text.splitlines():
        action, _, pin = line.partition("uses: ")[2].partition("@")
        assert not action or pins.ACTIONS[action] == pin
    (job,) = yaml.safe_load(text)["jobs"].values()
    assert job["name"] == "tests"
    assert job["steps"][-1]["run"] == ".ci/run"
    assert f"pulumi-version: {VERSION}\n" in text
