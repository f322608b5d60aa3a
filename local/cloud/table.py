"""What a table of resource types is written in, and what carries an entry out.

A ``Resource`` says which calls create, read, update and delete it; a ``Facet`` is a part of it
that has calls of its own, such as its tags. Neither knows how a call is sent: that is an ``Api``,
one for AWS and one for GitHub. Properties have Pulumi's names everywhere here; paths to nested
ones are dotted and leave list indices out (``eventSelectors.readWriteType``).
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from local.cloud.schema import CheckFailure, ResourceSchema, resource_schema
from local.cloud.values import UNKNOWN, has_unknown, plain, plain_map

Properties = Mapping[str, object]

DEFAULTS_KEY: Final = "__defaults"
"""Where the official providers list the inputs that they filled in; no property of anything."""


_EVERYWHERE: Final = ("region",)
"""Inputs that any type may have: the cloud chooses them once, when the program does not."""


class ApiError(Exception):
    """A call that the cloud refused.

    Args:
        operation: The call's name.
        code: The cloud's error code.
        message: The cloud's own words, which must not quote a secret.
    """

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation} failed: {code}: {message}")
        self.operation = operation
        self.code = code
        self.message = message


class PartialError(Exception):
    """A resource that exists, but not as asked, because a later call failed.

    Args:
        state: What exists.
        cause: What failed.
    """

    def __init__(self, state: State, cause: ApiError) -> None:
        super().__init__(str(cause))
        self.state = state
        self.cause = cause


@dataclass(frozen=True, slots=True)
class State:
    """A resource that exists.

    Args:
        id: Its id, as the official provider forms it.
        outputs: Its properties.
    """

    id: str
    outputs: dict[str, object]


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter that is sent as it is, for it may hold what looks like a template."""

    value: object


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the cloud.

    Args:
        operation: The operation's name, in the words of the ``Api`` that sends it.
        parameters: What is sent besides properties; ``"{name}"`` stands for a property, and a
            function is called with the properties (``None`` from it is not sent).
        only: The properties sent; ``None`` sends each that the operation has a parameter for.
        inside: Dotted path of the parameter that holds the properties; empty: they stand on top.
        result: JMESPath of the answer's part that describes the resource; empty: all of it. It
            may hold ``{name}`` for a property. When it finds nothing, the resource is absent.
            A function of the answer, where no JMESPath can say it.
        into: The property whose value that part is; empty: it holds the properties themselves.
        absent: Error codes that mean that the resource, or the facet, is not there.
        fetch: Asked first; what its ``result`` gives is sent along, such as a lock token.
        optional: Whether nothing is sent where ``fetch`` finds nothing.
    """

    operation: str
    parameters: Properties = field(default_factory=dict)
    only: Sequence[str] | None = None
    inside: str = ""
    result: str | Callable[[Any], object] = ""
    into: str = ""
    absent: Sequence[str] = ()
    fetch: Call | None = None
    optional: bool = False


class Api(Protocol):
    """What sends calls."""

    @property
    def context(self) -> Mapping[str, str]:
        """What templates may name besides properties, such as ``region``."""

    def request(
        self,
        call: Call,
        properties: Properties,
        resource: Resource,
        known: Properties | None = None,
    ) -> dict[str, object] | None:
        """Send a call with properties; return what the answer says of them, in Pulumi's names.

        ``known`` is what templates may name, where that is more than what is sent.

        Returns:
            The properties that the answer tells; ``None`` when it means "not there".

        Raises:
            ApiError: The cloud, or a check before it, refused the call.
        """


@dataclass(frozen=True, slots=True)
class Facet:
    """Properties that have calls of their own.

    Args:
        properties: Which; none: what is done once, right after the creation, whatever is set.
        put: Sent when one of them is set or changed.
        remove: Sent when none of them is set any more.
        read: Asked for them, or what asks, where that takes several calls; ``None``: the
            resource's own read tells.
        choose: Instead of ``put`` and ``remove``: the calls that lead from old to new properties.
        created: Whether the create call sets them already.
    """

    properties: Sequence[str]
    put: Call | None = None
    remove: Call | None = None
    read: Call | Callable[[Api, Properties], Properties] | None = None
    choose: Callable[[Properties, Properties], Sequence[Call]] | None = None
    created: bool = False

    def calls(self, old: Properties, new: Properties) -> Sequence[Call]:
        """Return the calls that lead from old to new properties."""
        if self.choose:
            return self.choose(old, new)
        call = self.put if any(not is_empty(new.get(name)) for name in self.properties) else None
        call = call or self.remove
        return [call] if call else []


@dataclass(frozen=True, slots=True)
class AutoName:
    """How the official provider names a resource whose program does not: ``name-0a1b2c3``.

    Args:
        property: The input that holds the name.
        limit: The longest name that the cloud takes, in characters.
        prefix: What every name starts with.
        lower: Whether names are lower case.
        prefix_property: The input that asks for a name of the cloud's making with that prefix.
    """

    property: str
    limit: int
    prefix: str = ""
    lower: bool = False
    prefix_property: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource type, declared.

    Args:
        token: Its Pulumi token.
        service: The service that its calls go to.
        id: Template of its id over its properties, such as ``"{role}:{name}"``, or over one within
            another, ``"{reference.name}"``; a field that is no property of the type is one that
            the answers tell, such as ``"{id}"``.
        imports: Template of the id that an import asks for, where that is not ``id``.
        create: Makes it.
        read: Reads it; ``Call.absent`` and an empty result say that it is gone.
        update: Changes it in place.
        delete: Removes it; ``None``: forgetting it is all there is.
        names: Parameter names of properties, where they are not the property's own name in
            another case or number. Several: whichever the operation has.
        name: How it is named when the program does not; ``None``: the program must.
        defaults: Inputs, by path, that the official provider fills in at Check.
        computed: Inputs, by path, that the cloud chooses when the program does not.
        immutable: Inputs that cannot be changed in place.
        replaced: Of old and new inputs, those whose change cannot be made in place, where that
            depends on their values.
        sets: Lists, by path, whose order means nothing.
        empty: For properties where it is not ``false``, ``""`` or none: the value that means
            the same as not set.
        normal: For properties, by path, that may be written in several ways: what brings a value,
            a whole list where it is one, into one form.
        present: Inputs within which an object says something by being there, however empty it is:
            ``{"block": {}}``.
        instead: Inputs that another may stand for, by its name: where the program writes that one,
            it is kept as it is and the input is not told.
        clear: Strings that are sent as ``""`` when they are no longer set.
        local: Inputs that the cloud never hears of or never tells; kept as the program gave them.
        unsupported: Inputs that the local cloud lacks, each with what to use instead.
        derived: Outputs made from others, as templates.
        facets: Parts with calls of their own, in the order in which they are set.
        check: More failures of known inputs, from the official provider's own validation.
        require: What the cloud demands before it is created or updated; raises ``ApiError``.
        before_delete: What must happen before it is deleted.
    """

    token: str
    service: str = ""
    id: str
    imports: str = ""
    create: Call
    read: Call
    update: Call | None = None
    delete: Call | None = None
    names: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    name: AutoName | None = None
    defaults: Properties = field(default_factory=dict)
    computed: Sequence[str] = ()
    immutable: Sequence[str] = ()
    replaced: Callable[[Properties, Properties], Collection[str]] | None = None
    sets: Sequence[str] = ()
    empty: Properties = field(default_factory=dict)
    normal: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)
    present: Sequence[str] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    clear: Sequence[str] = ()
    local: Sequence[str] = ()
    unsupported: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    facets: Sequence[Facet] = ()
    check: Callable[[Properties], Iterator[CheckFailure]] | None = None
    require: Callable[[Api, Properties], None] | None = None
    before_delete: Callable[[Api, Properties], None] | None = None

    @property
    def schema(self) -> ResourceSchema:
        """What the SDK says of the type."""
        return resource_schema(self.token)

    @property
    def key(self) -> tuple[str, ...]:
        """The inputs that no two of these resources may share."""
        in_id = tuple(fields(self.id))
        # An id with a part that the cloud gives is never shared.
        in_id = in_id if all(name in self.schema.inputs for name in in_id) else ()
        return in_id or ((self.name.property,) if self.name else ())

    def create_with(self, api: Api, inputs: Properties) -> State:
        """Create it.

        Raises:
            ApiError: Nothing was created.
            PartialError: It was created, and a later call failed.
        """
        asked = self._named(inputs)
        if self.require:
            self.require(api, asked)
        later = {n for facet in self.facets if not facet.created for n in facet.properties}
        first = {name: value for name, value in asked.items() if name not in later}
        told = api.request(self.create, first, self) or {}
        outputs = self.schema.outputs
        known = {n: v for n, v in {**first, **told}.items() if n in outputs and v is not None}
        made = State(fill_text(self.id, {**api.context, **first, **told}), known)
        # An input that the program did not set is told by the read alone.
        after = {n: v for n, v in told.items() if n not in self.schema.inputs} | asked
        try:
            self._set_facets(api, {**told, **asked}, [f for f in self.facets if not f.created])
            return self._read_back(api, made.id, after)
        except ApiError as error:
            raise PartialError(self._read_partial(api, made, after), error) from error

    def read_with(self, api: Api, identity: str, known: Properties) -> State | None:
        """Read it by its id; ``known`` gives what the cloud does not tell.

        Returns:
            What exists; ``None`` when it is gone.
        """
        named = {} if known else parse(self.imports, identity)
        # What is known is certain; an id may be read in several ways.
        named = named or {n: known.get(n, v) for n, v in parse(self.id, identity).items()}
        asked = {**api.context, **known, **named}
        told = api.request(self.read, asked, self)
        if told is None:
            return None
        told = self._as_written({**named, **told}, known)
        for facet in self.facets:
            for name in facet.properties if facet.read else ():
                told.pop(name, None)
            if facet.read:
                answer = self._ask(api, facet.read, {**asked, **told})
                told |= {n: v for n, v in answer.items() if n in facet.properties}
        outputs = {n: known[n] for n in self.local if known.get(n) is not None}
        outputs |= {n: v for n, v in told.items() if n in self.schema.outputs and v is not None}
        for name, template in self.derived.items():
            outputs[name] = fill_text(template, {**api.context, **told, **outputs})
        if "region" in self.schema.outputs:
            outputs["region"] = api.context["region"]
        if "tagsAll" in self.schema.outputs:
            outputs["tagsAll"] = outputs.get("tags", {})
        unset = self.schema.inputs.keys() - known.keys()
        for name in unset & outputs.keys():
            # What nobody asked for and means nothing; a "false" that AWS tells is worth telling.
            if (
                not isinstance(outputs[name], bool)
                and not self.is_computed(name)
                and same(outputs[name], None, name, self)
            ):
                del outputs[name]
        return State(fill_text(self.id, {**asked, **told}), outputs)

    def update_with(self, api: Api, identity: str, olds: Properties, news: Properties) -> State:
        """Bring it from old outputs to new inputs.

        Raises:
            ApiError: Nothing was changed.
            PartialError: Some of it was changed, and a later call failed.
        """
        asked = {**parse(self.id, identity), **self._named(news, olds)}
        if self.require:
            self.require(api, asked)
        changed = {n for n in self.schema.inputs if not same(olds.get(n), asked.get(n), n, self)}
        of_facets = {name for facet in self.facets for name in facet.properties}
        known = {n: v for n, v in olds.items() if n not in self.schema.inputs} | asked
        begun = False
        try:
            if self.update and changed - of_facets - set(self.local):
                # An update may reset what it is not told, so what the cloud chose is told again.
                kept = {n: olds[n] for n in self.computed if olds.get(n) is not None}
                sent = {n: v for n, v in {**kept, **asked}.items() if n not in of_facets}
                cleared = {n: "" for n in self.clear if n in changed and is_empty(asked.get(n))}
                api.request(self.update, {**sent, **cleared}, self)
                begun = True
            for facet in self.facets:
                if changed & set(facet.properties):
                    for call in facet.calls(olds, asked):
                        self._send_facet(api, facet, call, {**olds, **asked}, asked)
                        begun = True
            return self._read_back(api, identity, known)
        except ApiError as error:
            if not begun:
                raise
            made = State(identity, dict(olds))
            raise PartialError(self._read_partial(api, made, known), error) from error

    def delete_with(self, api: Api, identity: str, known: Properties) -> None:
        """Delete it; one that is gone already counts as deleted."""
        asked = {**api.context, **parse(self.id, identity), **known}
        if (
            known.get("skipDestroy")
            or self.delete is None
            or self.read_with(api, identity, known) is None
        ):
            return
        if self.before_delete:
            self.before_delete(api, asked)
        gone = (*self.read.absent, *self.delete.absent)
        try:
            api.request(self.delete, asked, self)
        except ApiError as error:
            if error.code not in gone:
                raise

    def plan(self, context: Mapping[str, str], olds: Properties, news: Properties) -> Properties:
        """Foretell the outputs of an update from ``olds``, or of a creation where there are none.

        What the cloud will choose is unknown, honestly; what it chose before stays.
        """
        schema = self.schema
        kept = {n: v for n, v in olds.items() if n not in schema.inputs or self.is_computed(n)}
        # The official provider foretells as unknown, at creation, what it will fill in itself.
        filled = frozenset() if olds else schema.always
        planned: dict[str, object] = {
            n: UNKNOWN
            for n in schema.outputs
            if n not in schema.inputs or n in filled or self.is_computed(n)
        }
        planned |= kept
        planned |= news
        if "region" in schema.outputs:
            planned["region"] = news.get("region", context["region"])
        if "tagsAll" in schema.outputs:
            planned["tagsAll"] = news.get("tags", {})
        return planned

    def is_computed(self, name: str) -> bool:
        """Tell whether the cloud chooses the input when the program does not."""
        by_cloud = (*self.computed, *_EVERYWHERE)
        return name in by_cloud or (self.name is not None and name == self.name.property)

    def is_immutable(self, name: str) -> bool:
        """Tell whether another value of the input takes another resource."""
        return name in self.immutable or name in _EVERYWHERE

    def replaced_by(
        self, names: Sequence[str], olds: Properties, news: Properties
    ) -> Sequence[str]:
        """Return which of the changed inputs cannot be changed in place."""
        by_value = self.replaced(plain_map(olds), plain_map(news)) if self.replaced else ()
        return [name for name in names if self.is_immutable(name) or name in by_value]

    def _ask(
        self, api: Api, read: Call | Callable[[Api, Properties], Properties], known: Properties
    ) -> Properties:
        return (
            (api.request(read, known, self) or {}) if isinstance(read, Call) else read(api, known)
        )

    def _named(self, inputs: Properties, olds: Properties | None = None) -> dict[str, object]:
        """Return the inputs, named as the program asked through a prefix, if it did."""
        named = {n: plain(v) for n, v in inputs.items() if n != DEFAULTS_KEY and v is not None}
        if self.name and self.name.property not in named:
            old = (olds or {}).get(self.name.property)
            stem = str(named.get(self.name.prefix_property, self.name.prefix))
            named[self.name.property] = old or (stem + secrets.token_hex(13))[: self.name.limit]
        return named

    def _as_written(self, told: Properties, known: Properties) -> dict[str, object]:
        """Return what was told, with what the program wrote in an input's place in its place."""
        written = {n: other for n, other in self.instead.items() if known.get(other) is not None}
        kept = {other: known[other] for other in written.values()}
        return {n: v for n, v in told.items() if n not in written} | kept

    def _set_facets(self, api: Api, asked: Properties, facets: Sequence[Facet]) -> None:
        for facet in facets:
            of_it = facet.properties
            if not of_it or any(not same(None, asked.get(n), n, self) for n in of_it):
                for call in facet.calls({}, asked):
                    self._send_facet(api, facet, call, asked, asked)

    def _send_facet(
        self, api: Api, facet: Facet, call: Call, known: Properties, asked: Properties
    ) -> None:
        only = facet.properties if call.only is None else call.only
        api.request(call, {n: asked[n] for n in only if n in asked}, self, known)

    def _read_back(self, api: Api, identity: str, known: Properties) -> State:
        found = self.read_with(api, identity, known)
        if found is None:
            raise ApiError(self.read.operation, "NotFound", "it is not there right after the call")
        return found

    def _read_partial(self, api: Api, made: State, known: Properties) -> State:
        # Nobody tells whether these were set, so the next update sets them.
        unsure = {n for f in self.facets if not f.created for n in f.properties if n in self.local}
        try:
            certain = {n: v for n, v in known.items() if n not in unsure}
            return self._read_back(api, made.id, certain)
        except ApiError:
            return made


# --- Templates ---

_FIELD: Final = re.compile(r"\{(\w+(?:\.\w+)*)\}")


def fields(template: str) -> list[str]:
    """Return the names that a template has fields for."""
    return _FIELD.findall(template)


def fill_text(template: str, properties: Properties) -> str:
    """Fill a template's ``{name}`` fields.

    Raises:
        LookupError: A property that it names is not there.
    """
    return _FIELD.sub(lambda match: str(_property(match[1], properties)), template)


def fill(value: object, properties: Properties) -> object:
    """Fill the templates in a value, at any depth; a template that is one field keeps its type."""
    match value:
        case str():
            whole = _FIELD.fullmatch(value)
            return _property(whole[1], properties) if whole else fill_text(value, properties)
        case Mapping():
            return {name: fill(each, properties) for name, each in value.items()}
        case list() | tuple():
            return [fill(each, properties) for each in value]
        case Given():
            return value.value
        case _:
            return value(properties) if callable(value) else value


def parse(template: str, text: str) -> dict[str, object]:
    """Read back from a text what filled a template; empty when it does not fit."""
    # The first fields are the shortest: a name at the end may hold what separates them.
    pattern = "(.+?)".join(re.escape(part) for part in _FIELD.split(template)[::2])
    match = re.fullmatch(pattern, text)
    read: dict[str, Any] = {}
    for name, value in zip(fields(template), match.groups(), strict=True) if match else ():
        holder, (*outer, last) = read, name.split(".")
        for step in outer:
            holder = holder.setdefault(step, {})
        holder[last] = value
    return read


def _property(name: str, properties: Properties) -> object:
    value: object = properties
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if value is None:
        raise LookupError(f"the table names property {name!r}, which is not set")
    return value


# --- Comparing ---


def is_empty(value: object) -> bool:
    """Tell whether a value means the same as none: ``null``, ``false``, ``0``, or nothing in it."""
    if isinstance(value, Mapping):
        return all(is_empty(each) for name, each in value.items() if name != DEFAULTS_KEY)
    return not value


def says_nothing(value: object, path: str, resource: Resource) -> bool:
    """Tell whether a value of the property at a path means the same as none."""
    if isinstance(value, Mapping) and path.partition(".")[0] in resource.present:
        return False
    return is_empty(value)


def same(old: object, new: object, path: str, resource: Resource) -> bool:
    """Tell whether going from an old to a new value of the property at a path changes nothing.

    Policy documents are compared by meaning, sets without order. Not set is the same as empty,
    and as whatever the cloud chose where it may choose. An unknown value always is a change.
    """
    if has_unknown(new):
        return False
    old, new = plain(old), plain(new)
    if new is None and resource.is_computed(path):
        return True
    neutral = resource.empty.get(path)
    old, new = (neutral if value is None or value == [] else value for value in (old, new))
    if says_nothing(old, path, resource) and says_nothing(new, path, resource):
        return True
    return _same_inside(old, new, path, resource)


def _same_inside(old: object, new: object, path: str, resource: Resource) -> bool:
    normal = resource.normal.get(path)
    if normal and type(old) is type(new):
        old, new = normal(old), normal(new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = (old.keys() | new.keys()) - {DEFAULTS_KEY}
        return all(same(old.get(n), new.get(n), f"{path}.{n}", resource) for n in names)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and _same_items(old, new, path, resource)
    if isinstance(old, str) and isinstance(new, str):
        return old == new or _same_document(old, new)
    return old == new and isinstance(old, bool) == isinstance(new, bool)


def _same_items(
    old: Sequence[object], new: Sequence[object], path: str, resource: Resource
) -> bool:
    if path not in resource.sets:
        return all(same(o, n, path, resource) for o, n in zip(old, new, strict=True))
    left = list(old)
    for each in new:
        match = next((i for i, o in enumerate(left) if same(o, each, path, resource)), None)
        if match is None:
            return False
        del left[match]
    return True


def _same_document(old: str, new: str) -> bool:
    if not (old.lstrip().startswith("{") and new.lstrip().startswith("{")):
        return False
    try:
        documents = json.loads(old), json.loads(new)
    except ValueError:
        return False
    if all("Statement" in each for each in documents):
        return _canonical(documents[0]) == _canonical(documents[1])
    return bool(documents[0] == documents[1])


def _canonical(document: object) -> object:
    """Bring a policy into one form: lists are sets, and one value is the same as a list of it."""
    match document:
        case Mapping():
            return {name: _canonical(value) for name, value in document.items()}
        case list() if len(document) == 1:
            return _canonical(document[0])
        case list():
            return sorted((_canonical(each) for each in document), key=_sort_key)
        case _:
            return document


def _sort_key(value: object) -> str:
    return json.dumps(value, sort_keys=True)
