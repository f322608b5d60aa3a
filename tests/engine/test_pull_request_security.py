"""Security workflows over real HTTP: committed before the branch is protected, then left alone."""

from __future__ import annotations

import base64
from collections.abc import Callable

from local.cloud import Cloud
from local.workspace import Workspace
from tests.engine.github_api import get

PROGRAM = """\
    import pulumi

    import secure_components as secure

    repository = secure.ProtectedRepository(
        "service",
        {
            "visibility": "public",
            "workflows": {
                "languages": ["python"],
                "snyk": {"token": pulumi.Output.secret("planted-hunter2-0123456789")},
            },
        },
    )
    pulumi.export("repository", repository.full_name)
"""


def test_workflows_are_committed_required_and_left_alone(
    open_program: Callable[[str], Workspace], cloud: Cloud
) -> None:
    workspace = open_program(PROGRAM)
    made = workspace.up()
    assert made.code == 0, made.output
    assert "hunter2" not in made.output
    full_name = workspace.outputs()["repository"]

    file = get(cloud, f"/repos/{full_name}/contents/.github/workflows/snyk.yml")
    assert "SNYK_TOKEN" in base64.b64decode(file["content"]).decode()
    listed = get(cloud, f"/repos/{full_name}/rulesets")
    (branches,) = [one["id"] for one in listed if one["target"] == "branch"]
    rules = {
        rule["type"]: rule.get("parameters", {})
        for rule in get(cloud, f"/repos/{full_name}/rulesets/{branches}")["rules"]
    }
    checks = {one["context"] for one in rules["required_status_checks"]["required_status_checks"]}
    assert {"tests", "gitleaks", "zizmor", "CodeQL (python)", "Snyk"} <= checks
    (codeql,) = rules["code_scanning"]["code_scanning_tools"]
    assert codeql["security_alerts_threshold"] == "high_or_higher"

    again = workspace.up()
    assert set(again.changes) == {"same"}, again.output
    destroyed = workspace.destroy()
    assert destroyed.code == 0, destroyed.output
    assert get(cloud, f"/repos/{full_name}")["archived"]
