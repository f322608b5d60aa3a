"""AWS API calls by the hundred: every operation of a service, with the least that it asks for.

Who may make a call is evaluated before what it asks for is looked at, so that nothing needs to be
there but a bucket: an answer that something is not found is an answer.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import botocore.session
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from tests.local.iam_evaluator import Credentials, Evaluator

_DEEPEST: Final = 6
"""Structures may hold themselves."""
_LONGEST: Final = 128
_THREADS: Final = 8
BUCKET: Final = "there-already"
_THERE: Final = {"Bucket": BUCKET}
"""By parameter, what must be there: see ``Evaluator.bucket``."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call to make."""

    service: str
    operation: str

    def __str__(self) -> str:
        """Return it as botocore names it."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call.

    Attributes:
        kind: ``denied``; ``answered``, be it with an error; ``unknown``, where the emulator has no
            such operation; or ``broken``, where no answer came.
        told: The action that was denied, or the code of the error.
    """

    kind: str
    told: str = ""


def calls(services: Iterable[str]) -> Iterator[Call]:
    """Yield every operation of services, but for streams, which end when they are told to."""
    session = botocore.session.get_session()
    for service in services:
        model = session.get_service_model(service)
        for operation in model.operation_names:
            shape = model.operation_model(operation)
            if not shape.has_event_stream_input and not shape.has_event_stream_output:
                yield Call(service, operation)


def attempt(evaluator: Evaluator, who: Credentials, call: Call, **parameters: Any) -> Outcome:
    """Make a call; parameters besides the least ones may be given."""
    client = evaluator.client(call.service, who)
    shape = client.meta.service_model.operation_model(call.operation).input_shape
    least = _least(shape) if shape else {}
    try:
        getattr(client, xform_name(call.operation))(**{**least, **parameters})
    except ClientError as error:
        return _of(error)
    except BotoCoreError as error:
        return Outcome("broken", type(error).__name__)
    return Outcome("answered")


def attempt_all(
    evaluator: Evaluator, who: Credentials, asked: Sequence[Call]
) -> dict[Call, Outcome]:
    """Make calls, several at a time."""
    for service in {each.service for each in asked}:
        evaluator.client(service, who)  # boto3 makes clients in one thread at a time
    with ThreadPoolExecutor(_THREADS) as pool:
        came = pool.map(lambda each: attempt(evaluator, who, each), asked)
        return dict(zip(asked, came, strict=True))


_DENIED: Final = re.compile(r"is not authorized to perform: ([\w-]+:\w+)")
_UNKNOWN: Final = re.compile(
    r"Unknown( \w+)? (action|operation)|No route|Unsupported (method|operation)"
    r"|.*not (yet )?(implemented|supported)",
    re.IGNORECASE | re.DOTALL,
)
_UNKNOWN_CODES: Final = ("InvalidAction", "UnknownOperationException")


def _of(error: ClientError) -> Outcome:
    code = str(error.response["Error"].get("Code"))
    message = error.response["Error"].get("Message") or ""
    denied = _DENIED.search(message)
    if denied:
        return Outcome("denied", denied[1])
    unknown = code in _UNKNOWN_CODES or _UNKNOWN.match(message)
    return Outcome("unknown" if unknown else "answered", code)


def _value(name: str, shape: Shape, depth: int) -> Any:
    return _THERE.get(name) or _least(shape, depth + 1)


def _least(shape: Shape, depth: int = 0) -> Any:  # noqa: PLR0911  one kind of shape a step
    match shape:
        case StructureShape():
            names = list(shape.required_members)
            if not names and shape.is_tagged_union:
                names = list(shape.members)[:1]
            deep = depth > _DEEPEST
            return {} if deep else {n: _value(n, shape.members[n], depth) for n in names}
        case ListShape():
            return [_least(shape.member, depth + 1)]
        case MapShape():
            return {}
        case StringShape() if shape.enum:
            return shape.enum[0]
    least = int(shape.metadata.get("min") or 1)
    match shape.type_name:
        case "string":
            return "x" * min(least, _LONGEST)
        case "integer" | "long" | "float" | "double":
            return least
        case "boolean":
            return True
        case "timestamp":
            return dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        case _:
            return b"x"
