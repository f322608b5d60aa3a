"""The pack in a Pulumi organization: published, installed as a stack requires it, and judging."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import flask
import pytest
from packaging.version import Version
from werkzeug.serving import make_server

import policy_pack
from local import findings
from local.engine import Engine
from local.workspace import EXAMPLES, POLICY_PACK, Workspace
from policy_pack import catalog
from policy_pack.configuration import PACK, PACK_SCHEMA, schema
from policy_pack.rule import REPOSITORY, Rule

ORGANIZATION, PROJECT, STACK = "acme", "before", "dev"
PACKS = f"/api/orgs/{ORGANIZATION}/policypacks"
REQUIRED = f"/api/stacks/{ORGANIZATION}/{PROJECT}/{STACK}"
VERSION = policy_pack.__version__


class PulumiCloud:
    """As much of Pulumi Cloud's API as publishing and installing one pack takes.

    Its paths and bodies are those of `pkg/backend/httpstate` and `sdk/go/common/apitype`; it cannot
    prove that the service accepts what it is sent.

    Attributes:
        url: Where it listens.
        described: What was told of the pack.
        tarball: The uploaded pack.
        published: Whether the end of the upload was told.
    """

    def __init__(self) -> None:
        self.described: dict[str, Any] = {}
        self.tarball = b""
        self.published = False
        self._answers: dict[str, Callable[[bytes], dict[str, Any] | flask.Response]] = {
            "GET /api/user": lambda _: {"githubLogin": "someone", "organizations": []},
            "GET /api/capabilities": lambda _: {
                "capabilities": [{"capability": "stack-policy-packs", "version": 1}]
            },
            f"POST {PACKS}": self._describe,
            "PUT /tarball": self._upload,
            f"POST {PACKS}/{PACK}/versions/{VERSION}/complete": self._complete,
            f"GET {REQUIRED}": lambda _: {
                "orgName": ORGANIZATION,
                "projectName": PROJECT,
                "stackName": STACK,
            },
            f"GET {REQUIRED}/policypacks": lambda _: {"requiredPolicies": [self._required()]},
            "GET /tarball": lambda _: flask.Response(self.tarball),
        }
        app = flask.Flask("pulumi-cloud")
        app.before_request(self._answer)
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self) -> dict[str, Any] | flask.Response | tuple[dict[str, Any], int]:
        request = flask.request
        asked = f"{request.method} {request.path}"
        if asked not in self._answers:
            return {"code": 404, "message": f"nothing answers {asked}"}, 404
        body = request.get_data()
        zipped = request.headers.get("Content-Encoding") == "gzip"
        return self._answers[asked](gzip.decompress(body) if zipped else body)

    def _describe(self, body: bytes) -> dict[str, Any]:
        self.described = json.loads(body)
        return {"version": 1, "uploadURI": f"{self.url}/tarball"}

    def _upload(self, body: bytes) -> dict[str, Any]:
        self.tarball = body
        return {}

    def _complete(self, _body: bytes) -> dict[str, Any]:
        self.published = bool(self.tarball)
        return {}

    def _required(self) -> dict[str, Any]:
        told = {key: self.described[key] for key in ("name", "displayName", "versionTag")}
        return told | {"version": 1, "packLocation": f"{self.url}/tarball"}


@pytest.fixture(scope="module")
def pulumi_cloud() -> Iterator[PulumiCloud]:
    cloud = PulumiCloud()
    yield cloud
    cloud.stop()


Pulumi = Callable[..., str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def pulumi(engine: Engine, pulumi_cloud: PulumiCloud, home: Path) -> Pulumi:
    """Run the command line, logged in, in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
    first = [*map(str, engine.search_path), str(Path(sys.prefix) / "bin")]
    environment = kept | {
        "PATH": os.pathsep.join([*first, kept.get("PATH", os.defpath)]),
        "PULUMI_ACCESS_TOKEN": "pul-0",
        "PULUMI_BACKEND_URL": pulumi_cloud.url,
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_HOME": str(home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }

    def run(folder: Path, *arguments: str) -> str:
        ran = subprocess.run(
            [engine.pulumi, *arguments, "--non-interactive", "--color", "never"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout
        return ran.stdout

    return run


@pytest.fixture(scope="module")
def published(pulumi: Pulumi, pulumi_cloud: PulumiCloud) -> PulumiCloud:
    """Pulumi Cloud, with the pack of the checkout published to it."""
    pulumi(POLICY_PACK, "policy", "publish", ORGANIZATION)
    return pulumi_cloud


@pytest.fixture(scope="module")
def required(pulumi: Pulumi, published: PulumiCloud, home: Path) -> Path:
    """The folder that the command line makes of a required pack, its dependencies included."""
    assert published.published
    pulumi(EXAMPLES / PROJECT, "policy", "install", "--stack", f"{ORGANIZATION}/{PROJECT}/{STACK}")
    return home / "policies" / ORGANIZATION / f"pulumi-analyzer-{PACK}-v{VERSION}"


def policies(cloud: PulumiCloud) -> dict[str, Mapping[str, Any]]:
    return {one["name"]: one for one in cloud.described["policies"]}


def settings(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy's own settings; the engine adds the level, which every policy has."""
    return {key: one for key, one in told["properties"].items() if key != "enforcementLevel"}


def cited(frameworks: set[str]) -> list[str]:
    """Return the catalogues that people search by, first those whose ids they search."""
    first = ("CIS AWS 7.0", "AWS FSBP", "CIS GitHub 1.2", "OWASP", "OpenSSF Scorecard")
    named = frameworks - {"Prowler", "CIS AWS 5.0"}
    return [*(one for one in first if one in named), *sorted(named - {*first})]


def test_pack_is_described(published: PulumiCloud) -> None:
    told = {key: value for key, value in published.described.items() if key != "policies"}
    told.pop("metadata", None)  # who published, from which commit
    assert Version(told.pop("versionTag")) == Version(VERSION)
    frameworks = {one.framework for rule in catalog.rules() for one in rule.served()}
    assert told == {
        "name": "secure-components",
        "displayName": "Secure Components",
        "description": policy_pack.__doc__,
        "readme": (POLICY_PACK / "README.md").read_text(),
        "provider": "aws,github",
        "repository": REPOSITORY,
        "runtime": "python",
        "tags": cited(frameworks),
    }


def test_every_rule_is_described_and_nothing_else_but_the_packs_settings(
    published: PulumiCloud,
) -> None:
    assert policies(published).keys() == {rule.id for rule in catalog.rules()} | {PACK}


@pytest.mark.parametrize("rule", catalog.rules(), ids=lambda rule: rule.id)
def test_rule_is_described(published: PulumiCloud, rule: Rule) -> None:
    told = dict(policies(published)[rule.id])
    assert settings(told.pop("configSchema")) == schema(rule)
    framework = told.pop("framework")
    assert framework["name"] == told["tags"][0]
    ids = [one.id for one in rule.served() if one.framework == framework["name"]]
    assert framework["specification"] == ", ".join(ids)
    assert told == {
        "name": rule.id,
        "displayName": rule.title,
        "description": rule.rationale,
        "enforcementLevel": rule.level.value,
        "severity": rule.severity.value,
        "message": rule.fix_with(),
        "remediationSteps": rule.fix_with(),
        "tags": cited({control.framework for control in rule.served()}),
        "url": f"{REPOSITORY}/blob/main/docs/rules.md#{rule.id}",
    }


def test_packs_settings_are_described(published: PulumiCloud) -> None:
    told = policies(published)[PACK]
    assert told["enforcementLevel"] == "advisory"
    assert settings(told["configSchema"]) == PACK_SCHEMA


def test_tarball_holds_the_pack_and_nothing_else(published: PulumiCloud) -> None:
    with tarfile.open(fileobj=io.BytesIO(published.tarball)) as archive:
        names = set(archive.getnames())
    wanted = {
        f"package/{path.relative_to(POLICY_PACK).as_posix()}"
        for path in POLICY_PACK.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == wanted


def test_required_pack_is_installed_with_its_own_dependencies_alone(required: Path) -> None:
    python = required / "../.venv/bin/python"
    seen = "import importlib.util as u; print([n for n in {!r} if u.find_spec(n)])"
    names = ["policy_pack", "secure_components", "local", "pulumi_aws", "pulumi_policy"]
    ran = subprocess.run(
        [python, "-I", "-c", seen.format(names)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "['pulumi_policy']"


def test_required_pack_finds_what_is_declared_but_for_what_is_configured(
    required: Path, open_example: Callable[[str], Workspace]
) -> None:
    shorter = {"cloudwatch-log-retention": {"days": 30}}
    outcome = open_example(PROJECT).preview(policy_pack=required, configuration=shorter)
    assert outcome.code != 0
    declared = findings.declared(EXAMPLES / PROJECT)
    assert findings.found(outcome.findings) == declared - {("cloudwatch-log-retention", "events")}
