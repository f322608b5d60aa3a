"""The fixture `judge_program`, as a team uses it: the library is installed, and nothing else."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.proto.resource_pb2 import ReadResourceResponse

from local.findings import declared
from policy_pack.configuration import ConfigurationError
from policy_pack.program import ProgramError, Verdict
from policy_pack.testing import JudgeProgram

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
KEY = "aws:kms/key:Key"
IDENTITY = "aws:index/getCallerIdentity:getCallerIdentity"
SECRET = "correct-horse-battery"


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Write a project's files: `__main__.py` from the text, others by their names."""

    def write(main: str, **files: str) -> Path:
        texts = {"Pulumi.yaml": "name: shop\nruntime: python\n", "__main__.py": main, **files}
        for name, text in texts.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
        return tmp_path

    return write


def rotating_key() -> None:
    aws.kms.Key("key", enable_key_rotation=True)


def plain_key() -> None:
    aws.kms.Key("key")


def late_key() -> None:
    bucket = aws.s3.Bucket("late")
    aws.kms.Key("key", enable_key_rotation=bucket.arn.apply(bool))


def found(verdict: Verdict) -> set[tuple[str, str]]:
    return {(one.rule.id, one.subject.name) for one in verdict.findings}


def told_of(verdict: Verdict, rule: str) -> dict[str, str]:
    return {one.subject.name: one.status for one in verdict.results if one.rule.id == rule}


# --- What is judged ---


def test_hardened_example_passes_with_nothing_left_open(judge_program: JudgeProgram) -> None:
    verdict = judge_program("examples/quickstart")
    assert not verdict.blocking, verdict
    assert {one.status for one in verdict.results} == {"passed"}
    assert {one.subject.name for one in verdict.passed} >= {"audit", "audit-bucket", "audit-key"}


def test_unprotected_example_is_found_for_exactly_what_it_declares(
    judge_program: JudgeProgram,
) -> None:
    verdict = judge_program("examples/before")
    blocking = {(one.rule.id, one.subject.name) for one in verdict.blocking}
    assert blocking == declared(EXAMPLES / "before")
    assert found(verdict) > blocking  # advisories are no expectation of its
    assert not verdict.undecided
    assert not verdict.broken


def test_urn_is_the_engines(judge_program: JudgeProgram) -> None:
    verdict = judge_program("examples/quickstart", stack="prod")
    (urn,) = {one.subject.urn for one in verdict.passed if one.subject.name == "audit-bucket"}
    type_ = "secure-components:index:AuditTrail$aws:s3/bucket:Bucket"
    assert urn == f"urn:pulumi:prod::quickstart::{type_}::audit-bucket"


def test_unknown_value_is_undecided_and_blocks_only_where_it_is_not_judged_again(
    judge_program: JudgeProgram,
) -> None:
    at_preview = judge_program(late_key)
    (one,) = (one for one in at_preview.undecided if one.subject.name == "key")
    assert one.rule.id == "kms-key-rotation"
    assert one not in at_preview.blocking
    at_up = judge_program(late_key, preview=False)
    assert "kms-key-rotation" in {one.rule.id for one in at_up.blocking}
    assert [one.rule.id for one in at_up.undecided] == ["kms-key-rotation"]


def test_output_that_the_test_tells_is_known(judge_program: JudgeProgram) -> None:
    outputs = {"aws:s3/bucket:Bucket": lambda name: {"arn": f"arn:aws:s3:::{name}"}}
    verdict = judge_program(late_key, preview=False, outputs=outputs)
    assert not verdict.undecided
    assert "kms-key-rotation" in {one.rule.id for one in verdict.passed}


def test_id_is_known_at_up_alone(judge_program: JudgeProgram) -> None:
    seen: list[tuple[bool, str]] = []

    def program() -> None:
        aws.kms.Key("key").id.apply(lambda id_: seen.append((pulumi.runtime.is_dry_run(), id_)))

    judge_program(program)
    assert seen == []
    judge_program(program, preview=False)
    assert seen == [(False, "key-id")]


@pytest.mark.parametrize("preview", [True, False])
def test_reference_is_followed_to_the_one_resource_that_it_names(
    judge_program: JudgeProgram,
    preview: bool,
) -> None:
    def program() -> None:
        data = aws.s3.Bucket("data")
        aws.s3.BucketPublicAccessBlock(
            "block",
            bucket=data.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        aws.s3.Bucket("open")

    verdict = judge_program(program, preview=preview)
    assert told_of(verdict, "s3-public-access-block") == {"data": "passed", "open": "finding"}


def test_id_tells_which_of_two_resources_is_meant(judge_program: JudgeProgram) -> None:
    def program() -> None:
        ids = pulumi.Output.all(aws.s3.Bucket("data").id, aws.s3.Bucket("other").id)
        bucket = ids.apply(lambda both: both[0])
        aws.s3.BucketVersioning(
            "versioning", bucket=bucket, versioning_configuration={"status": "Enabled"}
        )

    at_preview = told_of(judge_program(program), "s3-versioning")
    assert at_preview == {"data": "undecided", "other": "undecided"}
    at_up = told_of(judge_program(program, preview=False), "s3-versioning")
    assert at_up["data"] == "passed"
    assert at_up["other"] != "passed"


def test_only_a_name_that_the_provider_would_choose_itself_is_known(
    judge_program: JudgeProgram,
) -> None:
    seen: list[str] = []

    def program() -> None:
        aws.s3.Bucket("Data").bucket.apply(seen.append)
        aws.s3.Bucket("prefixed", bucket_prefix="data-").bucket.apply(seen.append)
        aws.cloudwatch.LogGroup("events").name.apply(seen.append)
        aws.iam.ServiceLinkedRole("computed", aws_service_name="x.amazonaws.com").name.apply(
            seen.append
        )

    judge_program(program)
    assert sorted(seen) == ["data-1234567", "events-1234567"]


READ_AT_UP = pytest.mark.skipif(
    "unknown" not in ReadResourceResponse.DESCRIPTOR.fields_by_name,
    reason="this SDK takes nothing for unknown at `up`, so that reading is refused",
)


@pytest.mark.parametrize("preview", [True, pytest.param(False, marks=READ_AT_UP)])
def test_resource_that_is_only_read_is_no_pass(
    judge_program: JudgeProgram,
    preview: bool,
) -> None:
    def program() -> None:
        bucket = aws.s3.Bucket.get("old", "old-bucket")
        aws.kms.Key("key", enable_key_rotation=bucket.arn.apply(bool))

    verdict = judge_program(program, preview=preview)
    assert "kms-key-rotation" in {one.rule.id for one in verdict.undecided}
    old = {one.status for one in verdict.results if one.rule.id == "s3-versioning"}
    assert old == {"undecided"}


@pytest.mark.parametrize("preview", [True, pytest.param(False, marks=READ_AT_UP)])
def test_outputs_of_another_stack_are_unknown(
    judge_program: JudgeProgram,
    preview: bool,
) -> None:
    def program() -> None:
        other = pulumi.StackReference("organization/network/prod")
        aws.kms.Key("key", enable_key_rotation=other.require_output("rotate"))

    verdict = judge_program(program, preview=preview)
    assert [one.rule.id for one in verdict.undecided] == ["kms-key-rotation"]


def test_secret_is_in_no_text(judge_program: JudgeProgram) -> None:
    def program(sid: pulumi.Input[str]) -> Callable[[], None]:
        def run() -> None:
            policy = pulumi.Output.from_input(sid).apply(
                lambda text: json.dumps(
                    {
                        "Statement": {
                            "Sid": text,
                            "Effect": "Allow",
                            "Principal": "*",
                            "Action": "s3:GetObject",
                            "Resource": "*",
                        }
                    }
                )
            )
            aws.s3.BucketPolicy("policy", bucket="data", policy=policy)

        return run

    def secret() -> None:
        program(pulumi.Config().require_secret("sid"))()

    shown = judge_program(program(SECRET))
    assert SECRET in str(shown), "the rule names statements, or this test proves nothing"
    hidden = judge_program(secret, config={"sid": SECRET})
    assert found(hidden) == found(shown)
    assert SECRET not in f"{hidden}{hidden!r}{hidden.results!r}"


def test_pack_is_configured_as_for_the_engine(judge_program: JudgeProgram, tmp_path: Path) -> None:
    disabled = {"kms-key-rotation": "disabled"}
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(disabled))
    for configuration in (disabled, file, str(file)):
        assert not judge_program(plain_key, configuration=configuration).findings
    sandbox = {"secure-components": {"profiles": [{"profile": "sandbox", "stack": "dev-*"}]}}
    assert judge_program(plain_key, configuration=sandbox, stack="prod").blocking
    advised = judge_program(plain_key, configuration=sandbox, stack="dev-1")
    assert found(advised) == {("kms-key-rotation", "key")}
    assert not advised.blocking
    assert "The profile is 'sandbox'" in str(advised)
    with pytest.raises(ConfigurationError, match="did you mean 'kms-key-rotation'"):
        judge_program(plain_key, configuration={"kms-key-rotatoin": "mandatory"})


def test_report_names_rule_resource_reason_and_fix(judge_program: JudgeProgram) -> None:
    verdict = judge_program(plain_key)
    counts = f"finding: 1, broken: 0, undecided: 0, exempted: 0, passed: {len(verdict.passed)}"
    assert str(verdict).splitlines() == [
        f"resources: 1; blocking: 1; {counts}",
        "",
        "kms-key-rotation (medium, finding, blocks)",
        f"  key ({KEY})",
        "  The key is never rotated.",
        "  Fix: Set enable_key_rotation=True.",
    ]


# --- How the program runs ---


def test_program_sees_stack_project_and_configuration(judge_program: JudgeProgram) -> None:
    seen: list[object] = []

    def program() -> None:
        seen.append(pulumi.runtime.is_dry_run())
        config = pulumi.Config()
        seen.extend([pulumi.get_stack(), pulumi.get_project(), config.require_int("days")])
        seen.extend([config.require_object("tags"), pulumi.Config("aws").require("region")])
        plain_key()

    config = {"days": 7, "tags": {"a": "b"}, "aws:region": "eu-west-3"}
    judge_program(program, stack="prod", project="shop", config=config)
    assert seen == [True, "prod", "shop", 7, {"a": "b"}, "eu-west-3"]


def test_calls_are_answered(judge_program: JudgeProgram) -> None:
    seen: list[str] = []

    def program() -> None:
        seen.append(aws.get_caller_identity().account_id)
        aws.get_region_output().region.apply(seen.append)
        seen.append(aws.get_availability_zones().names[0])
        seen.append(aws.ssm.get_parameter(name="image").value)
        plain_key()

    told = {
        IDENTITY: {"accountId": "999999999999"},
        "aws:ssm/getParameter:getParameter": lambda args: {"value": f"value of {args['name']}"},
    }
    judge_program(program, calls=told, config={"aws:region": "eu-north-1"})
    assert sorted(seen) == ["999999999999", "eu-north-1", "eu-north-1a", "value of image"]


@pytest.mark.parametrize("caught", [False, True])
def test_call_without_an_answer_is_refused_by_name(
    judge_program: JudgeProgram,
    caught: bool,
) -> None:
    def program() -> None:
        rotating_key()
        try:
            aws.ssm.get_parameter(name="image")
        except Exception:
            if not caught:
                raise

    with pytest.raises(ProgramError, match=r"aws:ssm/getParameter:getParameter.*calls="):
        judge_program(program)


def fails() -> None:
    rotating_key()
    raise ZeroDivisionError


def fails_late() -> None:
    rotating_key()
    pulumi.Output.from_input(1).apply(lambda one: one / 0)


def leaves() -> None:
    rotating_key()
    sys.exit(0)


def logs_an_error() -> None:
    rotating_key()
    pulumi.log.error("no licence")


def registers_nothing() -> None:
    pass


def registers_twice() -> None:
    rotating_key()
    rotating_key()


def registers_a_remote_component() -> None:
    rotating_key()
    pulumi.ComponentResource("awsx:ec2:Vpc", "vpc", {}, remote=True)


def transforms_one() -> None:
    opts = pulumi.ResourceOptions(transforms=[lambda _args: None])
    aws.kms.Key("key", enable_key_rotation=True, opts=opts)


def transforms_all() -> None:
    pulumi.runtime.register_resource_transform(lambda _args: None)
    rotating_key()


@pytest.mark.parametrize(
    ("program", "error", "message"),
    [
        (fails, ZeroDivisionError, None),
        (fails_late, ZeroDivisionError, None),
        (leaves, SystemExit, None),
        (logs_an_error, ProgramError, "no licence"),
        (registers_nothing, ProgramError, "registers no resource"),
        (registers_twice, ProgramError, "'key' is registered twice"),
        (registers_a_remote_component, ProgramError, "awsx:ec2:Vpc 'vpc' is made by a provider's"),
        # An older SDK refuses these two by itself.
        (transforms_one, Exception, "judge it with the engine|Callback server"),
        (transforms_all, Exception, "judge it with the engine|callback server"),
    ],
)
def test_program_that_cannot_be_judged_is_an_error(
    judge_program: JudgeProgram,
    program: Callable[[], None],
    error: type[BaseException],
    message: str | None,
) -> None:
    with pytest.raises(error, match=message):
        judge_program(program)


def test_program_may_be_asynchronous(judge_program: JudgeProgram) -> None:
    async def program() -> None:
        await asyncio.sleep(0)
        plain_key()

    assert found(judge_program(program)) == {("kms-key-rotation", "key")}


@pytest.mark.parametrize(
    ("described", "where", "named"),
    [
        ("name: shop\nruntime: python\n", "", "shop"),
        ("name: shop\nruntime:\n  name: python\nmain: src\n", "src/", "shop"),
        ("name: shop\nruntime: python\nmain: src/app.py\n", "src/", "shop"),
    ],
)
def test_program_is_run_where_its_project_says(
    judge_program: JudgeProgram,
    project: Callable[..., Path],
    described: str,
    where: str,
    named: str,
) -> None:
    text = """
        from pathlib import Path
        import pulumi_aws as aws
        import names
        if __name__ == "__main__":
            aws.kms.Key(names.KEY + Path("suffix.txt").read_text())
    """
    beside = {f"{where}names.py": "KEY = 'key'", f"{where}suffix.txt": "-1"}
    programs = {f"{where}app.py": text, f"{where}__main__.py": text}
    folder = project("", **{**beside, **programs, "Pulumi.yaml": described})
    verdict = judge_program(folder)
    (one,) = verdict.findings
    assert one.subject.urn == f"urn:pulumi:test::{named}::{KEY}::key-1"
    assert found(judge_program(folder / where / "app.py")) == found(verdict)


def test_what_is_no_python_program_is_refused(
    judge_program: JudgeProgram, project: Callable[..., Path]
) -> None:
    folder = project("", **{"Pulumi.yaml": "name: shop\nruntime: nodejs\n"})
    with pytest.raises(ProgramError, match=r"Pulumi\.yaml: its runtime is 'nodejs'"):
        judge_program(folder)
    with pytest.raises(ProgramError, match=r"nowhere/__main__\.py: there is no such program"):
        judge_program(folder / "nowhere")


# --- What it leaves behind ---


def test_each_run_is_fresh(judge_program: JudgeProgram, project: Callable[..., Path]) -> None:
    folder = project("import keys\n", **{"keys.py": "import pulumi_aws as aws\naws.kms.Key('k')\n"})
    expected = {("kms-key-rotation", "k")}
    assert found(judge_program(folder)) == expected
    assert found(judge_program(folder)) == expected, "its module was not imported again"
    assert "keys" not in sys.modules


def test_module_of_the_same_name_is_neither_used_nor_lost(
    judge_program: JudgeProgram, project: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = type(sys)("keys")
    monkeypatch.setitem(sys.modules, "keys", own)
    folder = project("import keys\n", **{"keys.py": "import pulumi_aws as aws\naws.kms.Key('k')\n"})
    assert found(judge_program(folder)) == {("kms-key-rotation", "k")}
    assert sys.modules["keys"] is own


def test_installed_module_is_kept_though_it_stands_in_the_folder(
    judge_program: JudgeProgram, project: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
        import sys
        import pulumi_aws as aws
        sys.path.append("venv")
        import installed
        aws.kms.Key("key")
    """
    folder = project(text, **{"venv/installed.py": ""})
    monkeypatch.setattr(sys, "prefix", str(folder / "venv"))
    judge_program(folder)
    assert sys.modules.pop("installed")


class Recorder(Mocks):
    def __init__(self) -> None:
        self.names: list[str] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.names.append(args.name)
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        raise AssertionError(args.token)


def state() -> list[object]:
    """Return what a program could leave changed in the process."""
    runtime = pulumi.runtime.settings

    def settings() -> list[object]:
        names = ("monitor", "engine", "stack", "project", "rpc_manager", "lock")
        return [getattr(runtime.SETTINGS, name) for name in names]

    with ThreadPoolExecutor() as thread:
        elsewhere = thread.submit(settings).result()
    return [
        Path.cwd(),
        sys.path[:],
        sys.modules["__main__"],
        runtime.ROOT.get(),
        pulumi.runtime.config.CONFIG.get(),
        settings(),
        elsewhere,
    ]


@pytest.mark.parametrize(
    "text", ["import pulumi_aws as a\na.kms.Key('k')\n", "raise ZeroDivisionError\n"]
)
def test_process_is_left_as_it_was(
    judge_program: JudgeProgram, project: Callable[..., Path], text: str
) -> None:
    pulumi.runtime.set_mocks(Recorder(), project="mine", stack="mocked")
    loop = asyncio.get_event_loop()
    before = state()
    folder = project(text)
    if "raise" in text:
        with pytest.raises(ZeroDivisionError):
            judge_program(folder)
    else:
        judge_program(folder)
    assert state() == before
    assert asyncio.get_event_loop() is loop
    assert not loop.is_closed()


def test_pulumis_own_mocks_go_on_beside_it(judge_program: JudgeProgram) -> None:
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder, project="mine", stack="mocked")
    assert found(judge_program(plain_key)) == {("kms-key-rotation", "key")}

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[str]:
        return aws.kms.Key("mocked").urn

    program()
    assert recorder.names == ["mocked"]
    assert pulumi.get_stack() == "mocked"


# --- How it is installed ---


def test_plugin_loads_nothing_of_weight() -> None:
    code = (
        "import sys, policy_pack.testing; print(sorted({'pulumi','grpc','yaml'} & {*sys.modules}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout == "[]\n"


def test_failing_test_shows_the_report(tmp_path: Path) -> None:
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\n")
    tmp_path.joinpath("app.py").write_text("import pulumi_aws as aws\naws.kms.Key('key')\n")
    tmp_path.joinpath("test_app.py").write_text(
        "def test(judge_program):\n    assert not judge_program('app.py').blocking\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout
    assert "kms-key-rotation (medium, finding, blocks)" in ran.stdout
    assert "Fix: Set enable_key_rotation=True." in ran.stdout
