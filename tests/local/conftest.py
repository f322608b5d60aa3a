"""The local cloud's servers, and a driver that asks a provider what the engine would ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from local.cloud import Cloud
from local.cloud.aws import AWS
from local.cloud.provider import Provider, Servicer
from local.cloud.values import UNKNOWN, marshal, unmarshal

SEED = b"one seed for every name"


@dataclass
class Made:
    """A resource as the engine's state holds it."""

    token: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    @property
    def state(self) -> dict[str, Any]:
        """What the engine keeps: the id is an output too; nothing before an import."""
        return {**self.outputs, "id": self.id} if self.outputs else {}


class PartlyMadeError(Exception):
    """What the engine reads from a status with an ``ErrorResourceInitFailed`` in it."""

    def __init__(self, message: str, made: Made) -> None:
        super().__init__(message)
        self.made = made


class Driver:
    """Asks a provider over gRPC, in the order in which the engine does.

    Args:
        stub: The provider.
    """

    PartlyMade = PartlyMadeError

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.stub = stub

    def check(
        self,
        token: str,
        news: Mapping[str, Any],
        olds: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Return the checked inputs and the failures, each by property and reason."""
        answer = self.stub.Check(
            provider_pb2.CheckRequest(
                urn=_urn(token),
                type=token,
                news=marshal(news),
                olds=marshal(olds or {}),
                **{"name": "it", "randomSeed": SEED, **more},
            )
        )
        # The engine shows the value of a property that is named apart, so none may be.
        assert not any(each.property for each in answer.failures)
        told = [re.match(r"(?:property '(.+?)' )?(.*)", each.reason) for each in answer.failures]
        return unmarshal(answer.inputs), [(each[1] or "", each[2]) for each in told if each]

    def checked(
        self, token: str, news: Mapping[str, Any], olds: Any = None, **more: Any
    ) -> dict[str, Any]:
        """Return the checked inputs; a failure fails the test."""
        inputs, failures = self.check(token, news, olds, **more)
        assert not failures
        return inputs

    def plan(self, token: str, news: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a preview says of a creation."""
        answer = self.stub.Create(
            provider_pb2.CreateRequest(
                urn=_urn(token),
                type=token,
                name="it",
                preview=True,
                properties=marshal(self.checked(token, news)),
            )
        )
        assert answer.id == ""
        return _told(UNKNOWN, answer.properties)

    def create(self, token: str, news: Mapping[str, Any], name: str = "it") -> Made:
        """Create, by this Pulumi name."""
        inputs = self.checked(token, news, name=name)
        request = provider_pb2.CreateRequest(
            urn=_urn(token), type=token, name=name, properties=marshal(inputs)
        )
        with _partly(token):
            answer = self.stub.Create(request)
        return Made(token, answer.id, inputs, _told(answer.id, answer.properties))

    def diff(self, made: Made, news: Mapping[str, Any], **more: Any) -> provider_pb2.DiffResponse:
        """Return the difference to new inputs, which are checked first."""
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                urn=_urn(made.token),
                type=made.token,
                name="it",
                id=made.id,
                olds=marshal(made.state),
                old_inputs=marshal(made.inputs),
                news=marshal(self.checked(made.token, news, made.inputs)),
                **more,
            )
        )

    def update(self, made: Made, news: Mapping[str, Any], *, preview: bool = False) -> Made:
        """Update."""
        inputs = self.checked(made.token, news, made.inputs)
        request = provider_pb2.UpdateRequest(
            urn=_urn(made.token),
            type=made.token,
            name="it",
            id=made.id,
            preview=preview,
            olds=marshal(made.state),
            old_inputs=marshal(made.inputs),
            news=marshal(inputs),
        )
        with _partly(made.token):
            answer = self.stub.Update(request)
        outputs = unmarshal(answer.properties)
        outputs.pop("id")  # another where a name is the id; the engine keeps the one that it has
        return Made(made.token, made.id, inputs, outputs)

    def read(self, made: Made) -> Made | None:
        """Refresh."""
        answer = self.stub.Read(
            provider_pb2.ReadRequest(
                urn=_urn(made.token),
                type=made.token,
                name="it",
                id=made.id,
                properties=marshal(made.state),
                inputs=marshal(made.inputs),
            )
        )
        if not answer.id:
            return None
        outputs = _told(answer.id, answer.properties)
        return Made(made.token, answer.id, unmarshal(answer.inputs), outputs)

    def imported(self, token: str, identity: str) -> Made | None:
        """Read by nothing but the id."""
        return self.read(Made(token, identity, {}, {}))

    def delete(self, made: Made) -> None:
        """Delete."""
        self.stub.Delete(
            provider_pb2.DeleteRequest(
                urn=_urn(made.token),
                type=made.token,
                name="it",
                id=made.id,
                properties=marshal(made.state),
                old_inputs=marshal(made.inputs),
            )
        )

    def invoke(self, token: str, args: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Call a function; return its results and the failures' reasons."""
        answer = self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=marshal(args)))
        return unmarshal(getattr(answer, "return")), [each.reason for each in answer.failures]


class _partly:  # noqa: N801  reads as a statement
    def __init__(self, token: str) -> None:
        self.token = token

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if not isinstance(error, grpc.RpcError):
            return
        metadata: Any = error.trailing_metadata()  # grpc-stubs has no pairs for it
        for key, value in metadata or ():
            if key == "grpc-status-details-bin":
                status = status_pb2.Status.FromString(value)
                detail = provider_pb2.ErrorResourceInitFailed()
                assert status.details[0].Unpack(detail)
                outputs, inputs = _told(detail.id, detail.properties), unmarshal(detail.inputs)
                raise PartlyMadeError(
                    detail.reasons[0], Made(self.token, detail.id, inputs, outputs)
                ) from error


def _told(identity: object, properties: Any) -> dict[str, Any]:
    """Return the outputs that a provider tells, among which is the id, but for that."""
    outputs = unmarshal(properties)
    assert outputs.pop("id") == identity
    return outputs


def _urn(token: str) -> str:
    return f"urn:pulumi:test::project::{token}::it"


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    with Cloud.start() as running:
        yield running


@pytest.fixture
def connect(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Driver]]:
    """Serve a provider over gRPC, configured for the emulated cloud."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    with futures.ThreadPoolExecutor(max_workers=4) as pool:
        servers = []

        def serve(provider: Provider, config: Mapping[str, Any] | None = None) -> Driver:
            server = grpc.server(pool)
            servers.append(server)
            provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider), server)
            port = server.add_insecure_port("127.0.0.1:0")
            server.start()
            stub = provider_pb2_grpc.ResourceProviderStub(
                grpc.insecure_channel(f"127.0.0.1:{port}")
            )
            stub.Configure(
                provider_pb2.ConfigureRequest(args=marshal(config or {}), acceptSecrets=True)
            )
            return Driver(stub)

        yield serve
        for server in servers:
            server.stop(None).wait()


@pytest.fixture
def aws(cloud: Cloud, connect: Callable[..., Driver]) -> Driver:
    """Connect to an empty AWS."""
    cloud.reset()
    return connect(AWS)


@pytest.fixture
def web_acl(cloud: Cloud) -> Callable[[str], str]:
    """Make a web ACL of a scope and return its ARN."""

    def make(scope: str) -> str:
        visibility = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
        acl = cloud.client("wafv2").create_web_acl(
            Name=f"acl-{scope}",
            Scope=scope,
            DefaultAction={"Allow": {}},
            VisibilityConfig={**visibility, "MetricName": "acl"},
        )
        return str(acl["Summary"]["ARN"])

    return make
