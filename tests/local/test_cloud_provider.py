"""The provider protocol's points, on a table of two types over a cloud in memory.

What depends on AWS is tested with AWS; here stands what holds for any table.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from local.cloud import Cloud, CloudError
from local.cloud.aws_api import AwsSession
from local.cloud.policies import allows
from local.cloud.provider import ConfigError, Provider, _documents_as_text
from local.cloud.servers import _Server
from local.cloud.table import ApiError, AutoName, Call, Facet, Resource, fill, parse, same
from local.cloud.values import UNKNOWN, Secret, has_unknown, marshal, plain, unmarshal

# A queue has a name, a policy document, tags and plain numbers: enough for every protocol point.
QUEUE = "aws:sqs/queue:Queue"
TABLE = Resource(
    token=QUEUE,
    id="{name}",
    create=Call("create"),
    read=Call("read"),
    update=Call("update"),
    delete=Call("delete"),
    name=AutoName("name", limit=20, prefix_property="namePrefix"),
    defaults={"delaySeconds": 0, "maxMessageSize": 1000},
    computed=("policy",),
    immutable=("fifoQueue", "name"),
    local=("namePrefix",),
    unsupported={"redrivePolicy": "use something else"},
    facets=(Facet(("tags",), put=Call("tag"), remove=Call("untag"), read=Call("tags")),),
    derived={"url": "https://queues/{name}"},
)


class Memory:
    """A cloud in memory; ``failing`` names the operations that it refuses."""

    def __init__(self) -> None:
        self.context = {"region": "here-1"}
        self.queues: dict[str, dict[str, Any]] = {}
        self.failing: dict[str, str] = {}
        self.calls: list[str] = []

    def api(self, properties: Mapping[str, Any]) -> Memory:
        del properties
        return self

    def prepare(self, resource: Resource, inputs: Mapping[str, Any]) -> dict[str, Any]:
        del resource
        return dict(inputs)

    def request(self, call: Call, properties: Any, resource: Any, known: Any = None) -> Any:
        del resource
        self.calls.append(call.operation)
        name = {**properties, **(known or {})}["name"]
        if call.operation in self.failing:
            raise ApiError(call.operation, "Refused", self.failing[call.operation])
        queue = self.queues.get(name)
        match call.operation:
            case "create":
                self.queues[name] = {n: v for n, v in properties.items() if n != "tags"}
                self.queues[name]["policy"] = properties.get("policy", "{}")
                return {"arn": f"arn:{name}"}
            case "read":
                return queue and {
                    "arn": f"arn:{name}",
                    **{n: v for n, v in queue.items() if n != "tags"},
                }
            case "update":
                queue.update(properties)
            case "delete":
                del self.queues[name]
            case "tag":
                queue["tags"] = properties["tags"]
            case "untag":
                queue.pop("tags", None)
            case "tags":
                return {"tags": queue.get("tags", {})}
        return {}


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def provider(connect: Callable[..., Any], memory: Memory) -> Any:
    return connect(Provider("aws", "7.0.0", {QUEUE: TABLE}, {}, lambda _: memory))


# --- Check ---


def test_a_type_that_is_not_in_the_table_is_refused_with_the_way_out(provider: Any) -> None:
    _, failures = provider.check("aws:sqs/queuePolicy:QueuePolicy", {})
    (failure,) = failures
    assert failure[0] == ""
    assert "aws:sqs/queuePolicy:QueuePolicy" in failure[1]
    assert "CONTRIBUTING.md" in failure[1]
    assert QUEUE in failure[1], "the nearest that there is"


def test_check_fills_in_what_the_official_provider_does(provider: Any) -> None:
    inputs = provider.checked(QUEUE, {"delaySeconds": 5, "tags": None})
    assert inputs["delaySeconds"] == 5
    assert inputs["maxMessageSize"] == 1000
    assert inputs["__defaults"] == ["maxMessageSize", "name"]
    assert "tags" not in inputs


def test_names_come_from_the_seed_and_stay(provider: Any) -> None:
    first = provider.checked(QUEUE, {})
    assert first["name"] == provider.checked(QUEUE, {})["name"]
    assert first["name"].startswith("it-")
    assert len(first["name"]) == len("it-") + 7
    other, _ = provider.check(QUEUE, {}, randomSeed=b"another")
    assert other["name"] != first["name"]
    kept, _ = provider.check(QUEUE, {}, first, randomSeed=b"another")
    assert kept["name"] == first["name"]
    own = provider.checked(QUEUE, {"name": "own"})
    back, _ = provider.check(QUEUE, {}, own)
    assert back["name"] != "own", "a name that the program gave is not ours to keep"


def test_a_long_name_is_cut_before_its_suffix(provider: Any) -> None:
    inputs, _ = provider.check(QUEUE, {}, name="x" * 60)
    assert len(inputs["name"]) == 20
    assert inputs["name"][12] == "-"


def test_the_engines_own_naming_is_followed(provider: Any) -> None:
    options = provider_pb2.CheckRequest.AutonamingOptions
    enforced = options(proposed_name="exactly", mode=options.ENFORCE)
    assert provider.check(QUEUE, {}, autonaming=enforced)[0]["name"] == "exactly"
    disabled = options(mode=options.DISABLE)
    assert "name" not in provider.check(QUEUE, {}, autonaming=disabled)[0]


def test_a_prefix_leaves_the_name_to_the_cloud(provider: Any) -> None:
    assert provider.plan(QUEUE, {"namePrefix": "a-"})["name"] == UNKNOWN
    made = provider.create(QUEUE, {"namePrefix": "a-"})
    assert made.outputs["name"].startswith("a-")
    assert not provider.diff(made, {"namePrefix": "a-"}).diffs


def test_what_the_emulator_lacks_is_refused_not_dropped(provider: Any) -> None:
    _, failures = provider.check(QUEUE, {"redrivePolicy": "x"})
    assert failures == [("redrivePolicy", "is not in the local cloud: use something else.")]


def test_a_document_given_as_an_object_becomes_text() -> None:
    policy = "aws:s3/bucketPolicy:BucketPolicy"
    resource = Resource(token=policy, id="{bucket}", create=Call("c"), read=Call("r"))
    given = {"bucket": "b", "policy": {"Version": "2012-10-17", "Statement": []}}
    assert (
        _documents_as_text(resource, given)["policy"]
        == '{"Version": "2012-10-17", "Statement": []}'
    )
    given = {"bucket": "b", "policy": {"Statement": [{"Resource": UNKNOWN}]}}
    assert _documents_as_text(resource, given)["policy"] == UNKNOWN
    given = {"bucket": "b", "policy": {"Statement": Secret([])}}
    assert isinstance(_documents_as_text(resource, given)["policy"], Secret)


# --- Preview ---


def test_a_preview_is_honest_and_changes_nothing(provider: Any, memory: Memory) -> None:
    plan = provider.plan(QUEUE, {"delaySeconds": 5, "kmsMasterKeyId": UNKNOWN})
    assert plan["delaySeconds"] == 5
    assert plan["kmsMasterKeyId"] == UNKNOWN
    assert plan["arn"] == plan["policy"] == plan["url"] == UNKNOWN
    assert "fifoQueue" not in plan, "what the program leaves out and no cloud chooses is none"
    assert memory.calls == []


def test_an_update_keeps_known_what_it_cannot_change(provider: Any, memory: Memory) -> None:
    made = provider.create(QUEUE, {"name": "q", "tags": {"a": "1"}})
    calls = list(memory.calls)
    plan = provider.update(made, {"name": "q", "delaySeconds": UNKNOWN}, preview=True).outputs
    assert plan["arn"] == "arn:q"
    assert plan["url"] == "https://queues/q"
    assert plan["delaySeconds"] == UNKNOWN
    assert "tags" not in plan
    assert memory.calls == calls


# --- Diff ---


def kinds(diff: provider_pb2.DiffResponse) -> dict[str, str]:
    return {
        path: provider_pb2.PropertyDiff.Kind.Name(each.kind)
        for path, each in diff.detailedDiff.items()
    }


def test_a_difference_says_where_and_how(provider: Any) -> None:
    made = provider.create(
        QUEUE, {"name": "q", "tags": {"a": "1", "b.c": "2"}, "kmsMasterKeyId": "k"}
    )
    diff = provider.diff(made, {"name": "q", "tags": {"a": "3", "d": "4"}, "delaySeconds": 9})
    assert kinds(diff) == {
        "delaySeconds": "UPDATE",
        "kmsMasterKeyId": "DELETE",
        "tags.a": "UPDATE",
        'tags["b.c"]': "DELETE",
        "tags.d": "ADD",
    }
    assert sorted(diff.diffs) == ["delaySeconds", "kmsMasterKeyId", "tags"]
    assert not diff.replaces
    assert "arn" in diff.stables


def test_an_unknown_value_is_a_change_and_replaces_where_it_must(provider: Any) -> None:
    made = provider.create(QUEUE, {"name": "q"})
    assert kinds(provider.diff(made, {"name": "q", "kmsMasterKeyId": UNKNOWN})) == {
        "kmsMasterKeyId": "ADD"
    }
    assert provider.diff(made, {"name": UNKNOWN}).replaces == ["name"]


def test_only_a_fixed_name_forces_deletion_first(provider: Any) -> None:
    own = provider.create(QUEUE, {"name": "q"})
    assert provider.diff(own, {"name": "q", "fifoQueue": True}).deleteBeforeReplace
    assert not provider.diff(own, {"name": "r", "fifoQueue": True}).deleteBeforeReplace
    auto = provider.create(QUEUE, {})
    diff = provider.diff(auto, {"fifoQueue": True})
    assert diff.replaces == ["fifoQueue"]
    assert not diff.deleteBeforeReplace


def test_ignored_changes_are_none(provider: Any) -> None:
    made = provider.create(QUEUE, {"name": "q"})
    diff = provider.diff(made, {"name": "q", "delaySeconds": 9}, ignoreChanges=["delaySeconds"])
    assert diff.changes == diff.DIFF_NONE


@pytest.mark.parametrize(
    ("old", "new", "equal"),
    [
        (None, "", True),
        (None, [], True),
        (None, {}, True),
        (None, False, True),
        (0, False, True),
        (1, True, False),
        (None, "x", False),
        ('{"Statement": [{"Action": "a"}]}', '{"Statement": {"Action": ["a"]}}', True),
        ('{"Statement": {"Action": ["a", "b"]}}', '{"Statement": {"Action": ["b", "a"]}}', True),
        ('{"Statement": {"Action": "a"}}', '{"Statement": {"Action": "b"}}', False),
        ('{"steps": [1, 2]}', '{"steps": [2, 1]}', False),
        ('{ "steps": 1}', '{"steps":1}', True),
        (["a", "b"], ["b", "a"], False),
        (Secret("a"), "a", True),
        ({"a": None}, {}, True),
        ("x", UNKNOWN, False),
        ({"a": "x"}, {"a": UNKNOWN}, False),
        (UNKNOWN, UNKNOWN, False),
    ],
)
def test_sameness_is_of_meaning(old: Any, new: Any, *, equal: bool) -> None:
    assert same(old, new, "kmsMasterKeyId", TABLE) is equal


def test_sets_have_no_order_but_numbers() -> None:
    sets = Resource(token=QUEUE, id="", create=Call(""), read=Call(""), sets=("rules", "rules.of"))
    assert same([{"of": [1, 2]}, {"of": []}], [{}, {"of": [2, 1]}], "rules", sets)
    assert not same(["a", "a", "b"], ["a", "b", "b"], "rules", sets)


# --- Secrets ---


def test_secrets_stay_secret_and_out_of_messages(provider: Any, memory: Memory) -> None:
    made = provider.create(QUEUE, {"name": "q", "kmsMasterKeyId": Secret("hunter2")})
    assert made.outputs["kmsMasterKeyId"] == Secret("hunter2")
    assert made.outputs["arn"] == "arn:q"
    assert provider.read(made).outputs["kmsMasterKeyId"] == Secret("hunter2")
    assert provider.update(
        made, {"name": "q", "delaySeconds": 1, "kmsMasterKeyId": Secret("hunter3")}
    ).outputs["kmsMasterKeyId"] == Secret("hunter3")
    memory.failing["create"] = "the key hunter2 is bad"
    with pytest.raises(grpc.RpcError) as caught:
        provider.create(QUEUE, {"name": "p", "kmsMasterKeyId": Secret("hunter2")})
    assert (
        caught.value.details() == f'{QUEUE} "it": create failed: Refused: the key [secret] is bad'
    )
    assert "hunter2" not in repr(Secret("hunter2"))


# --- Partial states ---


def test_a_half_made_resource_is_not_lost_and_is_finished_later(
    provider: Any, memory: Memory
) -> None:

    wanted = {"name": "q", "delaySeconds": 3, "tags": {"a": Secret("1")}}
    memory.failing["tag"] = "no tags today"
    with pytest.raises(provider.PartlyMade, match="tag failed: Refused: no tags today") as caught:
        provider.create(QUEUE, wanted)
    made = caught.value.made
    assert made.id == "q"
    assert made.outputs["delaySeconds"] == 3
    assert not plain(made.outputs["tags"])
    memory.failing.clear()
    assert provider.update(made, wanted).outputs["tags"] == Secret({"a": "1"})
    assert memory.calls.count("create") == 1


def test_a_failed_first_call_leaves_nothing(provider: Any, memory: Memory) -> None:
    made = provider.create(QUEUE, {"name": "q"})
    memory.failing["update"] = "not now"
    with pytest.raises(grpc.RpcError, match="update failed"):
        provider.update(made, {"name": "q", "delaySeconds": 3})


def test_a_half_made_update_tells_what_holds(provider: Any, memory: Memory) -> None:

    made = provider.create(QUEUE, {"name": "q"})
    memory.failing["tag"] = "no tags today"
    with pytest.raises(provider.PartlyMade) as caught:
        provider.update(made, {"name": "q", "delaySeconds": 3, "tags": {"a": "1"}})
    assert caught.value.made.outputs["delaySeconds"] == 3
    assert not caught.value.made.outputs["tags"]


def test_a_fault_of_our_own_tells_its_place_and_no_value(provider: Any, memory: Memory) -> None:
    memory.request = lambda *_: {}["hunter2"]  # type: ignore[method-assign]
    with pytest.raises(grpc.RpcError) as caught:
        provider.create(QUEUE, {"name": "q"})
    details = caught.value.details()
    assert "a fault of the local cloud itself, KeyError at test_cloud_provider.py:" in details
    assert "hunter2" not in details


# --- Read ---


def test_a_refresh_tells_drift_and_an_import_all(provider: Any, memory: Memory) -> None:
    made = provider.create(QUEUE, {"name": "q", "tags": {"a": "1"}})
    memory.queues["q"]["delaySeconds"] = 77
    memory.queues["q"]["tags"] = {"a": "1", "b": "2"}
    drifted = provider.read(made)
    assert drifted.outputs["delaySeconds"] == drifted.inputs["delaySeconds"] == 77
    assert drifted.inputs["tags"] == {"a": "1", "b": "2"}
    imported = provider.imported(QUEUE, "q")
    assert imported.inputs == {
        "name": "q",
        "delaySeconds": 77,
        "maxMessageSize": 1000,
        "policy": "{}",
        "tags": {"a": "1", "b": "2"},
        "__defaults": [],
    }
    del memory.queues["q"]
    assert provider.read(made) is None
    provider.delete(made)
    assert memory.calls.count("delete") == 0


# --- The plugin ---


def test_the_handshake_and_what_is_refused(provider: Any) -> None:
    answer = provider.stub.Handshake(provider_pb2.ProviderHandshakeRequest())
    assert answer.accept_secrets
    assert provider.stub.GetPluginInfo(empty_pb2.Empty()).version == "7.0.0"
    for method, request in (
        (provider.stub.Parameterize, provider_pb2.ParameterizeRequest()),
        (provider.stub.GetSchema, provider_pb2.GetSchemaRequest()),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            method(request)
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_configuration_that_cannot_work_is_told(connect: Callable[..., Any]) -> None:
    def refuse(_: Any) -> Any:
        raise ConfigError("no region: set one")

    with pytest.raises(grpc.RpcError, match="aws: no region: set one"):
        connect(Provider("aws", "7.0.0", {}, {}, refuse))


def test_a_changed_configuration_replaces_nothing(provider: Any) -> None:
    old, new = marshal({"region": "a"}), marshal({"region": "b"})
    answer = provider.stub.DiffConfig(provider_pb2.DiffRequest(olds=old, old_inputs=old, news=new))
    assert (answer.changes, list(answer.diffs), list(answer.replaces)) == (2, ["region"], [])
    assert (
        provider.stub.DiffConfig(
            provider_pb2.DiffRequest(olds=old, old_inputs=old, news=old)
        ).changes
        == 1
    )


def test_nothing_begins_after_cancel(provider: Any, memory: Memory) -> None:
    provider.stub.Cancel(empty_pb2.Empty())
    with pytest.raises(grpc.RpcError) as caught:
        provider.create(QUEUE, {"name": "q"})
    assert caught.value.code() == grpc.StatusCode.CANCELLED
    assert memory.calls == []


@pytest.fixture
def installed(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "none"))
    assert cloud.install_plugins(tmp_path)["aws"] == "stand-in"
    (plugin,) = tmp_path.glob("plugins/resource-aws-v7*/pulumi-resource-aws")
    return plugin


def test_the_installed_plugin_serves_until_sigterm(cloud: Cloud, installed: Path) -> None:
    environment = {**os.environ, **cloud.environment}
    with subprocess.Popen(
        [installed, "127.0.0.1:1"], stdout=subprocess.PIPE, env=environment
    ) as plugin:
        assert plugin.stdout is not None
        port = int(plugin.stdout.readline())
        stub = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}"))
        assert stub.GetPluginInfo(empty_pb2.Empty()).version.startswith("7.")
        plugin.send_signal(signal.SIGTERM)
        assert plugin.wait(timeout=20) == 0


def test_the_plugin_ends_with_the_engine(cloud: Cloud, installed: Path) -> None:
    """An engine that is killed cannot tell its plugins; they must see it themselves."""
    script = (
        "import subprocess, sys, time\n"
        f"plugin = subprocess.Popen([{str(installed)!r}], stdout=subprocess.PIPE)\n"
        "plugin.stdout.readline()\n"
        "print(plugin.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    environment = {**os.environ, **cloud.environment}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment
    ) as engine:
        assert engine.stdout is not None
        pid = int(engine.stdout.readline())
        engine.kill()
        assert _ends(pid)


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)  # a failing test leaves no process behind either
    return False


def test_an_official_plugin_goes_before_the_stand_in(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: Path
) -> None:
    own = tmp_path / "own" / "plugins" / installed.parent.name
    own.mkdir(parents=True)
    (own / installed.name).write_text("official")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "own"))
    assert (
        cloud.install_plugins(tmp_path)["aws"]
        == f"official {installed.parent.name.rpartition('-')[2]}"
    )
    assert installed.read_text() == "official"
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "none"))
    assert cloud.install_plugins(tmp_path)["aws"] == "stand-in"
    assert (own / installed.name).read_text() == "official", "the user's own is never written to"


def test_a_stand_in_in_the_users_folder_is_no_official_plugin(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: Path
) -> None:
    del installed
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    assert cloud.install_plugins(tmp_path / "next")["aws"] == "stand-in"


def test_a_folder_that_cannot_be_written_is_one_message(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "plugins").write_text("in the way")
    with pytest.raises(CloudError, match="PULUMI_HOME"):
        cloud.install_plugins(tmp_path)


# --- The servers ---


def test_a_taken_port_is_one_message(cloud: Cloud) -> None:
    port = cloud.aws_endpoint.rpartition(":")[2]
    ran = subprocess.run(
        [sys.executable, "-m", "local.cloud.aws_server", "--port", port],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1
    assert ran.stderr.strip().splitlines()[-1] == (
        f"Port {port} is taken on 127.0.0.1: choose another, or 0 for any free one."
    )
    assert "Traceback" not in ran.stderr


def test_the_servers_end_with_whoever_started_them() -> None:
    script = (
        "import time\nfrom local.cloud import Cloud\ncloud = Cloud.start()\n"
        "print(*(each._process.pid for each in cloud._servers), flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        pids = [int(each) for each in owner.stdout.readline().split()]
        assert len(pids) == 2
        owner.kill()
        assert [_ends(pid) for pid in pids] == [True, True]


def test_a_server_that_cannot_start_is_one_message() -> None:
    server = _Server("local.cloud.absent", {})
    with pytest.raises(
        CloudError, match=r"local\.cloud\.absent ended before it was ready: .*absent"
    ):
        server.wait()
    server.stop()


def test_the_stand_in_never_talks_to_real_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for endpoint in ("", "https://kms.us-east-1.amazonaws.com", "http://127.0.0.1.example.com"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(ConfigError, match="never talks to real AWS"):
            AwsSession({"region": "us-east-1"})
    monkeypatch.delenv("AWS_REGION", raising=False)
    with pytest.raises(ConfigError, match="aws:region"):
        AwsSession({})


# --- Values, templates, policies ---


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        1.5,
        "text",
        UNKNOWN,
        Secret("s"),
        Secret({"a": [Secret(1)]}),
        [1, {"a": UNKNOWN}],
    ],
)
def test_values_survive_the_wire(value: Any) -> None:
    assert unmarshal(marshal({"it": value})) == {"it": value}


def test_unknowns_and_secrets_are_seen_at_any_depth() -> None:
    assert has_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert plain({"a": [Secret({"b": Secret(1)})]}) == {"a": [{"b": 1}]}


def test_templates_fill_and_parse() -> None:
    assert fill({"a": ["{x}", "{x}-{y}"]}, {"x": 1, "y": "z"}) == {"a": [1, "1-z"]}
    assert parse("{role}:{name}", "a:b") == {"role": "a", "name": "b"}
    assert parse("{role}:{name}", "nothing") == {}
    with pytest.raises(LookupError, match="'x'"):
        fill("{x}", {})


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({}, True),
        ({"Action": ["s3:Get*", "S3:PUT*"]}, True),
        ({"Action": "s3:Get*"}, False),
        ({"Resource": "arn:aws:s3:::b/other/*"}, False),
        ({"Principal": {"Service": ["x", "svc"]}}, True),
        ({"Principal": {"AWS": "*"}}, False),
        ({"Principal": "*"}, True),
        ({"Effect": "Deny"}, False),
        ({"NotAction": "s3:Get*"}, False),
        ({"Condition": {"StringEquals": {"aws:sourceaccount": "1"}}}, True),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "2"}}}, False),
        ({"Condition": {"StringEquals": {"aws:SourceOrgID": "o"}}}, False),
        ({"Condition": {"StringEqualsIfExists": {"aws:SourceOrgID": "o"}}}, True),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:*:trail/*"}}}, True),
        ({"Condition": {"StringNotEquals": {"aws:SourceAccount": "1"}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": True}}}, True),
        ({"Condition": {"Null": {"aws:SourceArn": "true"}}}, False),
        ({"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}}, False),
        ({"Condition": {"NumericLessThan": {"s3:TlsVersion": 1.4}}}, True),
        ({"Condition": {"NumericNotEquals": {"s3:TlsVersion": 1.3}}}, False),
        ({"Condition": {"NumericLessThan": {"s3:TlsVersion": "new"}}}, False),
        ({"Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01"}}}, False),
    ],
)
def test_a_policy_is_read_as_aws_reads_it(statement: Mapping[str, Any], *, allowed: bool) -> None:
    base = {
        "Effect": "Allow",
        "Principal": {"Service": "svc"},
        "Action": "s3:PutObject",
        "Resource": "*",
    }
    asked = {
        "principal": ("Service", "svc"),
        "context": {
            "aws:SourceAccount": "1",
            "aws:SourceArn": "arn:x:trail/y",
            "aws:SecureTransport": "true",
            "s3:TlsVersion": "1.3",
        },
    }
    document = json.dumps({"Statement": {**base, **statement}})
    assert allows(document, "s3:PutObject", "arn:aws:s3:::b/k", **asked) is allowed
    denied = json.dumps({"Statement": [base, {**base, **statement, "Effect": "Deny"}]})
    if allowed or "NotAction" in statement or "DateLessThan" in str(statement):
        assert not allows(denied, "s3:PutObject", "arn:aws:s3:::b/k", **asked)
