"""Send a table's calls to AWS through boto3, and read the answers as Pulumi properties."""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
import json
import os
import threading
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
import jmespath  # type: ignore[import-untyped]
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from local.cloud import constraints
from local.cloud.annotations import holds
from local.cloud.provider import ConfigError
from local.cloud.table import ApiError, Call, Properties, Resource, fields, fill, fill_text

_CLIENT_CONFIG: Final = Config(
    # An emulated operation that is missing answers 500, and a retry only hides that.
    retries={"mode": "standard", "total_max_attempts": 1},
    s3={"addressing_style": "path"},
    connect_timeout=5,
    read_timeout=60,
)

_KEYS_AND_VALUES: Final = (
    ("Key", "Value"),
    ("Name", "Value"),
    ("TagKey", "TagValue"),
    ("key", "value"),
)
# Where services do not call them Tags.
_TAGS: Final = ("Tags", "TagSet", "TagsList", "TagList", "tags")


def client(service: str, region: str, endpoint: str, **credentials: str) -> Any:  # noqa: ANN401
    """Return a boto3 client that sends nothing which the service's model refuses.

    Args:
        service: boto3's name of the service.
        region: The region.
        endpoint: The URL that serves every service.
        **credentials: ``aws_access_key_id`` and ``aws_secret_access_key``, where the environment
            does not have them.
    """
    made = _boto3_session().client(  # type: ignore[call-overload]
        service, region_name=region, endpoint_url=endpoint, config=_CLIENT_CONFIG, **credentials
    )
    made.meta.events.register_first("provide-client-params", _refuse_violations)
    keep_to_host(made, endpoint)
    return made


def keep_to_host(made: Any, endpoint: str) -> None:  # noqa: ANN401  a boto3 client
    """Let a client ask one host, where AWS has one for each account: a header tells it too."""
    host = urlsplit(endpoint).netloc

    def change(request: Any, **_: object) -> None:  # noqa: ANN401  botocore's own
        request.url = urlsplit(request.url)._replace(netloc=host).geturl()

    made.meta.events.register("before-sign.s3-control", change)


@functools.cache
def _boto3_session() -> boto3.session.Session:
    """Return the one session: each loads the services' models anew, which takes long."""
    return boto3.session.Session()


def _refuse_violations(params: Properties, model: OperationModel, **_: object) -> None:
    found = constraints.violations(model.service_model.service_name, model.name, params)
    if found:
        raise ApiError(model.name, "ValidationException", "; ".join(found))


class AwsSession:
    """The AWS provider, configured.

    Args:
        config: The provider's configuration; ``region``, ``defaultTags`` and, of ``assumeRoles``,
            each ``roleArn`` are read from it.

    Raises:
        ConfigError: There is no region, or no endpoint on this machine.
    """

    def __init__(self, config: Properties) -> None:
        environment = os.environ
        region = config.get("region") or environment.get("AWS_REGION")
        if not region:
            raise ConfigError(
                "no region: set aws:region in the stack's configuration, or AWS_REGION"
            )
        self._region = str(region)
        self._endpoint = environment.get("AWS_ENDPOINT_URL", "")
        if not _is_here(self._endpoint):
            raise ConfigError(
                "AWS_ENDPOINT_URL names no address of this machine, and the stand-in provider "
                "never talks to real AWS: start it through the local cloud, or use the official "
                "provider"
            )
        default = config.get("defaultTags")
        tags = default.get("tags") if isinstance(default, Mapping) else None
        self._tags: Properties = tags if isinstance(tags, Mapping) else {}
        roles = config.get("assumeRoles")
        self._roles = [one.get("roleArn") for one in roles] if isinstance(roles, list) else []
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def api(self, properties: Properties) -> AwsApi:
        """Return what sends calls in the resource's own region, or the provider's."""
        return AwsApi(self, str(properties.get("region") or self._region))

    def prepare(self, resource: Resource, inputs: Properties) -> dict[str, object]:
        """Add the provider's default tags, as the official provider does at Check."""
        own = inputs.get("tags", {})
        if not self._tags or "tags" not in resource.schema.inputs or not isinstance(own, Mapping):
            return dict(inputs)
        return {**inputs, "tags": {**self._tags, **own}}

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401
        """Return the one client of a service in a region."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = client(
                    service, region, self._endpoint, **self._credentials
                )
            return self._clients[service, region]

    @functools.cached_property
    def _credentials(self) -> Mapping[str, str]:
        """Those of the last of the roles that are assumed, each by the one before."""
        credentials: dict[str, str] = {}
        for role in self._roles:
            sts = client("sts", self._region, self._endpoint, **credentials)
            try:
                assumed = sts.assume_role(RoleArn=role, RoleSessionName="pulumi")["Credentials"]
            except (BotoCoreError, ClientError, ApiError) as error:
                raise ConfigError("a role of assumeRoles cannot be assumed") from error
            credentials = {
                "aws_access_key_id": assumed["AccessKeyId"],
                "aws_secret_access_key": assumed["SecretAccessKey"],
                "aws_session_token": assumed["SessionToken"],
            }
        return credentials

    def of(self, account: str) -> AwsSession:
        """Return what sends calls in another account, as the services themselves do."""
        if account == self.account:
            return self
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        return AwsSession({"region": self._region, "assumeRoles": [{"roleArn": role}]})

    @functools.cached_property
    def account(self) -> str:
        """The account's id."""
        return str(self.client("sts", self._region).get_caller_identity()["Account"])


class AwsApi:
    """Sends calls in one region.

    Args:
        session: Where clients come from.
        region: The region.
    """

    def __init__(self, session: AwsSession, region: str) -> None:
        self._session = session
        self.region = region

    @property
    def context(self) -> Mapping[str, str]:
        """The region and the account, for templates."""
        return {"region": self.region, "account": self._session.account}

    def elsewhere(self, region: str) -> AwsApi:
        """Return what sends calls in another region."""
        return AwsApi(self._session, region)

    def owning(self, arn: str) -> AwsApi:
        """Return what sends calls in the account of a resource."""
        account = arn.split(":")[4] if arn.startswith("arn:") else self._session.account
        return AwsApi(self._session.of(account), self.region)

    def client(self, service: str) -> Any:  # noqa: ANN401
        """Return a boto3 client, for what no table can say."""
        return self._session.client(service, self.region)

    def request(
        self,
        call: Call,
        properties: Properties,
        resource: Resource,
        known: Properties | None = None,
    ) -> dict[str, object] | None:
        """Send a call.

        Raises:
            ApiError: AWS, or its model, refused it.
        """
        service = self.client(resource.service)
        model = service.meta.service_model.operation_model(call.operation)
        known = {**self.context, **(properties if known is None else known)}
        parameters = _encode_call(model, call, properties, resource.names)
        for name, value in call.parameters.items():
            filled = fill(value, known)
            if filled is not None:
                parameters[name] = filled
        if call.fetch:
            fetched = self._ask(call.fetch, resource.service, known)
            if call.optional and not fetched:
                return {}
            parameters |= fetched or {}
        answer = self._answer(call, resource.service, parameters, known)
        if answer is None:
            return None
        if call.into:
            answer = {call.into: answer}
        if not isinstance(answer, Mapping):
            return {}
        return _decode_answer(answer, resource)

    def _ask(self, call: Call, service: str, known: Properties) -> Any:  # noqa: ANN401
        parameters = {name: fill(value, known) for name, value in call.parameters.items()}
        return self._answer(call, service, parameters, known)

    def _answer(self, call: Call, service: str, parameters: Properties, known: Properties) -> Any:  # noqa: ANN401
        answer = self.send(service, call.operation, parameters, absent=call.absent)
        if answer is None:
            return None
        answer.pop("ResponseMetadata", None)
        if callable(call.result):
            return call.result(answer)
        return jmespath.search(fill_text(call.result, known), answer) if call.result else answer

    def send(
        self,
        service: str,
        operation: str,
        parameters: Properties,
        absent: Any = (),  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Send one operation as boto3 takes it; ``None`` for an error code that means absent.

        Raises:
            ApiError: AWS, or its model, refused it.
        """
        sender = self.client(service)
        method = xform_name(operation)
        try:
            if sender.can_paginate(method):
                return sender.get_paginator(method).paginate(**parameters).build_full_result()
            return getattr(sender, method)(**parameters)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "Unknown")
            if code in absent:
                return None
            message = error.response.get("Error", {}).get("Message", "no message")
            raise ApiError(operation, code, message) from None
        except BotoCoreError as error:
            raise ApiError(
                operation, type(error).__name__, "the request could not be sent"
            ) from error


def _is_here(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- Properties to parameters ---


def _encode_call(
    model: OperationModel, call: Call, properties: Properties, names: Mapping[str, Any]
) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if model.input_shape is None:
        return parameters
    holder: Any = model.input_shape
    for step in call.inside.split(".") if call.inside else ():
        holder = holder.members[step]
    for name, value in properties.items():
        if value is None or (call.only is not None and name not in call.only):
            continue
        if name == "tags" and not value:  # some services refuse an empty list
            continue
        where, target = model.input_shape, parameters
        member = _member(where.members, name, names)
        if call.inside and (member is None or member == call.inside.split(".")[0]):
            where, member = holder, _member(holder.members, name, names)
            for step in call.inside.split(".") if member else ():
                target = target.setdefault(step, {})
        # What the call itself says of a parameter, no property says.
        if member is not None and (target is not parameters or member not in call.parameters):
            target[member] = encode(where.members[member], value, names)
    return parameters


def encode(shape: Shape, value: Any, names: Mapping[str, Any]) -> Any:  # noqa: ANN401, C901, PLR0911  one kind of shape a step
    """Turn a property's value into what a shape of botocore's model takes.

    A map becomes the list of keys and values that tags are; a single block becomes the list that
    AWS wants; an object becomes JSON text where text is wanted.

    Raises:
        LookupError: A nested property has no member in the shape, so the table needs a name.
    """
    if isinstance(shape, StructureShape):
        if isinstance(value, list):
            inner = next(n for n, s in shape.members.items() if isinstance(s, ListShape))
            listed = {inner: encode(shape.members[inner], value, names)}
            counts = {"Enabled": bool(value), "Quantity": len(value)}  # as CloudFront wants
            told = {n: count for n, count in counts.items() if n in shape.required_members}
            return listed | told
        members = {}
        for name, each in value.items():
            if each is None:
                continue
            member = _member(shape.members, name, names)
            if member is None:
                raise LookupError(f"{shape.name} has no member for property {name!r}")
            members[member] = encode(shape.members[member], each, names)
        return members
    if isinstance(shape, ListShape):
        if not isinstance(value, Mapping):
            items = value if isinstance(value, list) else [value]
            return [encode(shape.member, each, names) for each in items]
        keyed = _key_and_value(getattr(shape.member, "members", {}))
        if keyed:
            return [{keyed[0]: name, keyed[1]: each} for name, each in value.items()]
        return [encode(shape.member, value, names)]
    if isinstance(shape, MapShape):
        return {name: encode(shape.value, each, names) for name, each in value.items()}
    if shape.type_name in ("integer", "long") and isinstance(value, str) and value.isdecimal():
        return int(value)
    if shape.type_name in ("double", "float") and isinstance(value, int):
        return float(value)
    if shape.type_name == "string" and isinstance(value, Mapping):
        return json.dumps(value)
    return value


def _member(members: Mapping[str, Any], name: str, names: Mapping[str, Any]) -> str | None:
    """Find the member that a property is: by the table, else by its name in any case or number."""
    if name in names:
        aliases = names[name]
        aliases = [aliases] if isinstance(aliases, str) else aliases
        return next((alias for alias in aliases if alias in members), None)
    if name == "tags":
        return next((each for each in _TAGS if each in members), None)
    folded = {member.lower(): member for member in members}
    wanted = name.lower()
    singular = f"{wanted[:-3]}y" if wanted.endswith("ies") else wanted.removesuffix("s")
    return next((folded[each] for each in (wanted, singular, f"{wanted}s") if each in folded), None)


def _key_and_value(members: Any) -> tuple[str, str] | None:  # noqa: ANN401  a mapping or its keys
    for key, value in _KEYS_AND_VALUES:
        if set(members) == {key, value}:
            return key, value
    return None


# --- Answers to properties ---


def _decode_answer(answer: Mapping[str, Any], resource: Resource) -> dict[str, object]:
    schema = resource.schema
    told: dict[str, object] = {}
    for name in {*schema.outputs, *fields(resource.id)}:
        member = _member(answer, name, resource.names)
        if member is not None and answer[member] is not None:
            annotation = schema.inputs[name].type if name in schema.inputs else None
            told[name] = decode(answer[member], annotation, resource.names)
    return told


def decode(value: Any, annotation: object, names: Mapping[str, Any]) -> Any:  # noqa: ANN401, PLR0911  one kind a line
    """Turn a part of an answer into the value that a property's annotation holds."""
    shape = holds(annotation) if annotation is not None else None
    kind = shape.kind if shape else "scalar"
    if kind == "object" and isinstance(value, list):
        return decode(value[0], annotation, names) if value else None
    if shape and kind == "object":
        members = {name: _member(value, name, names) for name in shape.members}
        return {
            name: decode(value[member], shape.members[name], names)
            for name, member in members.items()
            if member is not None and value[member] is not None
        }
    if shape and kind == "list":
        items = value
        if isinstance(value, Mapping):
            items = next((each for each in value.values() if isinstance(each, list)), [])
        return [decode(each, shape.item, names) for each in items]
    if kind == "map" and isinstance(value, list):
        keyed = [(each, _key_and_value(each)) for each in value]
        pairs = {each[pair[0]]: each[pair[1]] for each, pair in keyed if pair}
        return {key: each for key, each in pairs.items() if not key.startswith("aws:")}
    if kind == "map":
        return dict(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Mapping) and annotation is not None:  # boto3 has parsed a policy already
        return json.dumps(value)
    return value
