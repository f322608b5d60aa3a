"""SNS: topics, their policies, and subscriptions."""

# ruff: noqa: S106  a type token is no password
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from local.cloud import policies
from local.cloud.aws.facets import tags
from local.cloud.schema import CheckFailure
from local.cloud.table import Api, ApiError, AutoName, Call, Facet, Given, Properties, Resource
from local.cloud.values import is_unknown

_BOOLEANS: Final = frozenset(
    {
        "ConfirmationWasAuthenticated",
        "ContentBasedDeduplication",
        "FifoTopic",
        "PendingConfirmation",
        "RawMessageDelivery",
    }
)
_NUMBERS: Final = re.compile(r"\w+SampleRate|MaximumMessageSize|SignatureVersion")


def _told(answer: Any) -> dict[str, Any]:  # noqa: ANN401  as boto3 gives it
    """Return the attributes of an answer, each of which SNS writes as text, as what they are."""
    told: dict[str, Any] = {}
    for name, text in answer["Attributes"].items():
        if name in _BOOLEANS:
            told[name] = text == "true"
        elif _NUMBERS.fullmatch(name):
            told[name] = int(text)
        else:
            told[name] = text
    return told


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _set(operation: str, where: str, attribute: str, value: object) -> Call:
    parameters = {
        where: "{arn}",
        "AttributeName": attribute,
        "AttributeValue": Given(None if value is None else _text(value)),
    }
    return Call(operation, parameters, only=())


def _invalid(operation: str, message: str) -> ApiError:
    return ApiError(operation, "InvalidParameter", f"Invalid parameter: {message}")


# --- Topics ---

_FEEDBACK: Final = {
    f"{prefix}{outcome}Feedback{what}": f"{kind}{outcome}Feedback{what}"
    for prefix, kind in (
        ("application", "Application"),
        ("firehose", "Firehose"),
        ("http", "HTTP"),
        ("lambda", "Lambda"),
        ("sqs", "SQS"),
    )
    for outcome, what in (
        ("Failure", "RoleArn"),
        ("Success", "RoleArn"),
        ("Success", "SampleRate"),
    )
}
_COMPUTED: Final = (
    "fifoThroughputScope",
    "maximumMessageSize",
    "policy",
    "signatureVersion",
    "tracingConfig",
)
_ATTRIBUTES: Final = {
    **_FEEDBACK,
    **{
        name: f"{name[0].upper()}{name[1:]}"
        for name in (
            "archivePolicy",
            "contentBasedDeduplication",
            "deliveryPolicy",
            "displayName",
            "kmsMasterKeyId",
            *_COMPUTED,
        )
    },
}
"""Each property's attribute, from the API reference of ``SetTopicAttributes``."""


def _attributes(old: Properties, new: Properties) -> list[Call]:
    calls = []
    for name, attribute in _ATTRIBUTES.items():
        was, now = old.get(name), new.get(name)
        if (now or None) == (was or None) or (now is None and name in _COMPUTED):
            continue
        unset = 0 if attribute.endswith("SampleRate") else ""
        value = unset if now is None else now
        calls.append(_set("SetTopicAttributes", "TopicArn", attribute, value))
    return calls


def _first_attributes(known: Properties) -> object:
    # A topic is FIFO from the start or never; all else is set one by one, as the provider does.
    return {"FifoTopic": "true"} if known.get("fifoTopic") else None


_NAME: Final = re.compile(r"[0-9A-Za-z_-]{1,256}")
_FIFO_NAME: Final = re.compile(r"[0-9A-Za-z_-]{1,251}\.fifo")


def _check_topic(topic: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_sns_topic``."""
    fifo, name = topic.get("fifoTopic"), topic.get("name")
    if is_unknown(fifo):
        return
    if isinstance(name, str) and not is_unknown(name):
        if fifo and not _FIFO_NAME.fullmatch(name):
            yield CheckFailure(
                "name",
                "must end in '.fifo' for a FIFO topic, and have only letters, digits, - and _ "
                "before; the local cloud makes no such name, so set one.",
            )
        if not fifo and not _NAME.fullmatch(name):
            yield CheckFailure("name", "must have only letters, digits, - and _.")
    if fifo and topic.get("namePrefix"):
        yield CheckFailure("namePrefix", "makes no name of a FIFO topic here: set name.")
    for needs in ("archivePolicy", "contentBasedDeduplication", "fifoThroughputScope"):
        if topic.get(needs) and not fifo:
            yield CheckFailure(needs, "can only be set for a FIFO topic (fifoTopic).")


def _require_topic(api: Api, topic: Properties) -> None:
    policy = topic.get("policy")
    if policy:
        arn = f"arn:aws:sns:{api.context['region']}:{api.context['account']}:{topic['name']}"
        _require_policy(arn, str(policy))


def _read_topic(answer: Any) -> dict[str, Any]:  # noqa: ANN401  as boto3 gives it
    # A topic that is not FIFO tells nothing of it.
    told = {"ContentBasedDeduplication": False, "FifoTopic": False, **_told(answer)}
    return {**told, "Name": told["TopicArn"].rpartition(":")[2]}


_TOPIC: Final = Resource(
    token="aws:sns/topic:Topic",
    service="sns",
    id="{arn}",
    create=Call("CreateTopic", {"Attributes": _first_attributes}, only=("name", "tags")),
    read=Call(
        "GetTopicAttributes",
        {"TopicArn": "{arn}"},
        only=(),
        result=_read_topic,
        absent=("NotFound",),
    ),
    delete=Call("DeleteTopic", {"TopicArn": "{arn}"}, only=()),
    names={"arn": "TopicArn", **_ATTRIBUTES},
    name=AutoName("name", limit=256, prefix_property="namePrefix"),
    defaults={"contentBasedDeduplication": False, "fifoTopic": False},
    computed=_COMPUTED,
    immutable=("fifoTopic", "name", "namePrefix"),
    local=("fifoTopic", "namePrefix"),
    facets=(
        Facet(tuple(_ATTRIBUTES), choose=_attributes),
        tags(
            Call("TagResource", {"ResourceArn": "{arn}"}),
            Call("UntagResource", {"ResourceArn": "{arn}"}),
            read=Call("ListTagsForResource", {"ResourceArn": "{arn}"}, only=()),
        ),
    ),
    check=_check_topic,
    require=_require_topic,
)


# --- Topic policies ---

_ACTIONS: Final = frozenset(
    f"sns:{name}"
    for name in (
        "addpermission",
        "deletetopic",
        "getdataprotectionpolicy",
        "gettopicattributes",
        "listsubscriptionsbytopic",
        "listtagsforresource",
        "publish",
        "putdataprotectionpolicy",
        "receive",
        "removepermission",
        "settopicattributes",
        "subscribe",
    )
)
"""What a topic policy can allow, besides ``Receive``, which AWS's own default policy has."""


def _require_policy(arn: str, document: str) -> None:
    """Refuse a policy that SNS does not take.

    Source: the developer guide, "Amazon SNS API permissions: Actions and resources reference". That
    it matches no wildcards against the actions is our inference: ``sns:*`` is refused so.
    """
    operation = "SetTopicAttributes"
    try:
        found = policies.statements(document)
    except ValueError:
        raise _invalid(
            operation,
            "Policy Error: it is no JSON policy whose statements have an Effect, a Principal, an "
            "Action and a Resource",
        ) from None
    for each in found:
        actions, resources = (_list(each.get(name, [])) for name in ("Action", "Resource"))
        if any(str(action).lower() not in _ACTIONS for action in actions):
            raise _invalid(
                operation,
                "Policy statement action out of service scope! Only actions on one topic can be "
                "named, and no wildcards",
            )
        if resources != [arn]:
            raise _invalid(operation, "Policy Error: a statement's Resource is not this topic")
    sids = [each["Sid"] for each in found if "Sid" in each]
    if len(sids) != len(set(map(str, sids))):
        raise _invalid(operation, "Policy Error: two statements have the same Sid")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _require_topic_policy(api: Api, policy: Properties) -> None:
    del api
    _require_policy(str(policy["arn"]), str(policy["policy"]))


def _default_policy(known: Properties) -> str:
    """Return the policy of a topic that was given none; there is no topic without one."""
    actions = (
        *("AddPermission", "DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic"),
        *("Publish", "RemovePermission", "SetTopicAttributes", "Subscribe"),
    )
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{name}" for name in actions],
        "Resource": known["arn"],
        "Condition": {"StringEquals": {"AWS:SourceOwner": known["owner"]}},
    }
    whole = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    return json.dumps(whole)


_SET_POLICY: Final = Call("SetTopicAttributes", {"AttributeName": "Policy"})

_TOPIC_POLICY: Final = Resource(
    token="aws:sns/topicPolicy:TopicPolicy",
    service="sns",
    id="{arn}",
    create=_SET_POLICY,
    read=Call(
        "GetTopicAttributes",
        {"TopicArn": "{arn}"},
        only=(),
        result="Attributes",
        absent=("NotFound",),
    ),
    update=_SET_POLICY,
    delete=Call(
        "SetTopicAttributes",
        {"TopicArn": "{arn}", "AttributeName": "Policy", "AttributeValue": _default_policy},
        only=(),
    ),
    names={"arn": "TopicArn", "policy": ("AttributeValue", "Policy")},
    immutable=("arn",),
    require=_require_topic_policy,
)


# --- Subscriptions ---

_ENDPOINTS: Final[Mapping[str, str]] = {
    "application": r"arn:[\w-]+:sns:.+:endpoint/.+",
    "email": r"[^@\s]+@[^@\s]+",
    "email-json": r"[^@\s]+@[^@\s]+",
    "firehose": r"arn:[\w-]+:firehose:.+:deliverystream/.+",
    "http": r"http://.+",
    "https": r"https://.+",
    "lambda": r"arn:[\w-]+:lambda:.+:function:.+",
    "sms": r"[+\d./-]+",
    "sqs": r"arn:[\w-]+:sqs:.+",
}
"""What each protocol's endpoint looks like, from the API reference of ``Subscribe``."""

_SUBSCRIBED: Final = {
    name: f"{name[0].upper()}{name[1:]}"
    for name in (
        "deliveryPolicy",
        "filterPolicy",
        "filterPolicyScope",
        "rawMessageDelivery",
        "redrivePolicy",
        "subscriptionRoleArn",
    )
}
_WHOLE_MESSAGE: Final = "MessageBody"


def _subscribed(known: Properties) -> object:
    asked = {attribute: known.get(name) for name, attribute in _SUBSCRIBED.items()}
    return {name: _text(value) for name, value in asked.items() if value is not None}


def _resubscribed(old: Properties, new: Properties) -> list[Call]:
    changed = {n: new.get(n) for n in _SUBSCRIBED if (new.get(n) or None) != (old.get(n) or None)}
    if new.get("filterPolicyScope") is None:  # computed
        changed.pop("filterPolicyScope", None)
    # A nested filter needs the scope MessageBody before it, a flat one takes the other after it.
    scope_first = changed.get("filterPolicyScope") == _WHOLE_MESSAGE
    order: Sequence[str] = sorted(
        changed, key=lambda name: (name == "filterPolicyScope") is not scope_first
    )
    empty = {"filterPolicy": "{}", "rawMessageDelivery": False, "redrivePolicy": None}
    return [
        _set(
            "SetSubscriptionAttributes",
            "SubscriptionArn",
            _SUBSCRIBED[name],
            empty.get(name, "") if changed[name] is None else changed[name],
        )
        for name in order
    ]


def _check_subscription(subscription: Properties) -> Iterator[CheckFailure]:
    """From the official provider's own validation of ``aws_sns_topic_subscription``."""
    protocol = subscription.get("protocol")
    if isinstance(protocol, str) and not is_unknown(protocol) and protocol not in _ENDPOINTS:
        yield CheckFailure("protocol", f"must be one of {', '.join(_ENDPOINTS)}.")
    for name in ("deliveryPolicy", "filterPolicy", "redrivePolicy"):
        text = subscription.get(name)
        if isinstance(text, str) and not is_unknown(text) and text and not _is_json(text):
            yield CheckFailure(name, "must be valid JSON.")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _require_subscription(api: Api, subscription: Properties) -> None:
    """Refuse what SNS cannot deliver to: source, the API reference of ``Subscribe``."""
    del api
    protocol, endpoint = str(subscription["protocol"]), str(subscription["endpoint"])
    if not re.fullmatch(_ENDPOINTS[protocol], endpoint):
        raise _invalid("Subscribe", f"Endpoint: it is none of the protocol {protocol}")
    if protocol == "firehose" and not subscription.get("subscriptionRoleArn"):
        raise _invalid("Subscribe", "Attributes Reason: firehose needs a subscriptionRoleArn")


_SUBSCRIPTION: Final = Resource(
    token="aws:sns/topicSubscription:TopicSubscription",
    service="sns",
    id="{arn}",
    create=Call(
        "Subscribe",
        {"Attributes": _subscribed, "ReturnSubscriptionArn": True},
        only=("endpoint", "protocol", "topic"),
    ),
    read=Call(
        "GetSubscriptionAttributes",
        {"SubscriptionArn": "{arn}"},
        only=(),
        result=_told,
        absent=("NotFound",),
    ),
    delete=Call("Unsubscribe", {"SubscriptionArn": "{arn}"}, only=()),
    names={
        "arn": "SubscriptionArn",
        "ownerId": "Owner",
        "topic": "TopicArn",
    },
    defaults={
        "confirmationTimeoutInMinutes": 1,
        "endpointAutoConfirms": False,
        "rawMessageDelivery": False,
    },
    computed=("filterPolicyScope",),
    immutable=("endpoint", "protocol", "topic"),
    local=("confirmationTimeoutInMinutes", "endpointAutoConfirms"),
    unsupported={"replayPolicy": "the emulator keeps no archive of messages, so leave it out"},
    facets=(Facet(tuple(_SUBSCRIBED), choose=_resubscribed, created=True),),
    check=_check_subscription,
    require=_require_subscription,
)

RESOURCES: Final = (_TOPIC, _TOPIC_POLICY, _SUBSCRIPTION)
