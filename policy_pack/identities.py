"""How an identity is joined with its policies, for the rules about identities.

An identity is a role, a user, a group or a permission set. It holds what is written into it, what
resources of the stack attach to it, and nothing that is attached elsewhere, which cannot be seen. A
reference is read by its value, as a name or an ARN, and by what it was made of where that is not
known yet.

Source: IAM User Guide, "Policies and permissions in AWS Identity and Access Management"; IAM
Identity Center User Guide, "Custom permissions"; the provider's documentation of each resource.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from policy_pack.aws import IDENTITY_POLICIES, ROLES
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Block, Findings, Resource, Stack, Undecided, every, type_of

USERS: Final = ("aws:iam/user:User",)
GROUPS: Final = ("aws:iam/group:Group",)
PERMISSION_SETS: Final = ("aws:ssoadmin/permissionSet:PermissionSet",)
IDENTITIES: Final = (*ROLES, *USERS, *GROUPS, *PERMISSION_SETS)

POLICIES: Final = ("aws:iam/policy:Policy",)
ROLE_POLICIES: Final = ("aws:iam/rolePolicy:RolePolicy",)
USER_POLICIES: Final = ("aws:iam/userPolicy:UserPolicy",)
GROUP_POLICIES: Final = ("aws:iam/groupPolicy:GroupPolicy",)
PERMISSION_SET_POLICIES: Final = (
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
)
ROLE_ATTACHMENTS: Final = ("aws:iam/rolePolicyAttachment:RolePolicyAttachment",)
USER_ATTACHMENTS: Final = ("aws:iam/userPolicyAttachment:UserPolicyAttachment",)
GROUP_ATTACHMENTS: Final = ("aws:iam/groupPolicyAttachment:GroupPolicyAttachment",)
ATTACHMENTS_TO_MANY: Final = ("aws:iam/policyAttachment:PolicyAttachment",)
ALL_ROLE_ATTACHMENTS: Final = (
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
)
ALL_USER_ATTACHMENTS: Final = (
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
)
ALL_GROUP_ATTACHMENTS: Final = (
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
)
PERMISSION_SET_ATTACHMENTS: Final = (
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
    "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive",
)
CUSTOMER_POLICY_ATTACHMENTS: Final = (
    "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment",
    (
        "aws:ssoadmin/customerManagedPolicyAttachmentsExclusive:"
        "CustomerManagedPolicyAttachmentsExclusive"
    ),
)
BOUNDARY_ATTACHMENTS: Final = (
    "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment",
)

ATTACHING: Final = (
    *ROLE_ATTACHMENTS,
    *ROLES,
    *USER_ATTACHMENTS,
    *GROUP_ATTACHMENTS,
    *ATTACHMENTS_TO_MANY,
    *ALL_ROLE_ATTACHMENTS,
    *ALL_USER_ATTACHMENTS,
    *ALL_GROUP_ATTACHMENTS,
    *PERMISSION_SET_ATTACHMENTS,
)
"""What attaches policies by their ARN; the first is the plainest, for examples."""

_HOLDERS: Final[Mapping[str, Sequence[tuple[str, Sequence[str]]]]] = {
    **dict.fromkeys((*ROLE_POLICIES, *ROLE_ATTACHMENTS), (("role", ROLES),)),
    **dict.fromkeys((*USER_POLICIES, *USER_ATTACHMENTS), (("user", USERS),)),
    **dict.fromkeys((*GROUP_POLICIES, *GROUP_ATTACHMENTS), (("group", GROUPS),)),
    **dict.fromkeys(ALL_ROLE_ATTACHMENTS, (("roleName", ROLES),)),
    **dict.fromkeys(ALL_USER_ATTACHMENTS, (("userName", USERS),)),
    **dict.fromkeys(ALL_GROUP_ATTACHMENTS, (("groupName", GROUPS),)),
    **dict.fromkeys(ATTACHMENTS_TO_MANY, (("roles", ROLES), ("users", USERS), ("groups", GROUPS))),
    **dict.fromkeys(
        (
            *PERMISSION_SET_POLICIES,
            *PERMISSION_SET_ATTACHMENTS,
            *CUSTOMER_POLICY_ATTACHMENTS,
            *BOUNDARY_ATTACHMENTS,
        ),
        (("permissionSetArn", PERMISSION_SETS),),
    ),
}
"""By what property, and of what types, a resource names the identities that it is for."""

_BY_ARN: Final = ("policyArn", "policyArns", "managedPolicyArn", "managedPolicyArns")
_BY_NAME: Final = ("customerManagedPolicyReference", "customerManagedPolicyReferences")


@dataclass(frozen=True)
class Named:
    """What a property names.

    Attributes:
        known: The resources of the stack that it is known to name.
        maybe: Those that it may name: what is not known yet was made of several.
        outside: The names and ARNs that no resource of the stack has.
        unknown: Whether it may also name what nothing is known of.
    """

    known: Sequence[Resource] = ()
    maybe: Sequence[Resource] = ()
    outside: Sequence[str] = ()
    unknown: bool = False


@dataclass(frozen=True)
class Document:
    """A policy document that an identity holds or may hold.

    Attributes:
        block: What holds it; None where a reference is not known yet, so that there is none.
        key: Where it stands there.
        told_by: The resource that tells of it, and the property by which it does.
        certain: Whether the identity is known to hold it.
    """

    block: Block | None
    key: str
    told_by: tuple[Resource, str]
    certain: bool = True

    @property
    def undecided(self) -> Undecided:
        """What is not known yet where it is not certain who holds it."""
        resource, reference = self.told_by
        return Undecided(resource.name, reference)

    def statements(self) -> list[Statement]:
        """Return its statements.

        Raises:
            Undecided: It is not known yet.
            Malformed: It is no JSON object.
        """
        if self.block is None:
            raise self.undecided
        return statements(self.block.json(self.key))


@dataclass(frozen=True)
class Attachment:
    """A resource that gives policies to identities.

    Attributes:
        resource: The resource.
        holders: By property, the identities that it names.
        policies: The managed policies that it names.
    """

    resource: Resource
    holders: Mapping[str, Named]
    policies: Named = field(default_factory=Named)

    @property
    def loose(self) -> str:
        """The property by which it may name an identity that nothing is known of, or empty."""
        return next((key for key, named in self.holders.items() if named.unknown), "")


def documents(resource: Resource) -> Iterator[Document]:
    """Return the policy documents that a resource itself holds.

    Raises:
        Undecided: It is not known which inline policies a role has.
    """
    for property_ in ("policy", "inlinePolicy"):
        if resource.has(property_):
            yield Document(resource, property_, (resource, property_))
    for inline in resource.blocks("inlinePolicies"):
        yield Document(inline, "policy", (resource, "inlinePolicies"))


def every_statement(
    resource: Resource, stack: Stack, judge: Callable[[Statement], Findings]
) -> Findings:
    """Judge each statement that a resource gives to identities. See `every`.

    A managed policy that is only a permissions boundary gives nothing, and is not judged.
    """
    if not index(stack).is_boundary(resource):
        yield from every(documents(resource), lambda document: every(document.statements(), judge))


GRANTING: Final = (*IDENTITY_POLICIES, *ROLES)
"""What holds documents for `every_statement`."""


def index(stack: Stack) -> Index:
    """Return who holds what in a stack, found once."""
    return stack.once(Index)


class Index:
    """Who holds what in a stack."""

    def __init__(self, stack: Stack) -> None:
        self._by_urn: dict[str, Resource] = {}
        self._by_name: dict[tuple[str, str], dict[str, Resource]] = {}
        for resource in stack.of_type(*IDENTITIES, *POLICIES):
            self._by_urn[resource.urn] = resource
            for name in _names_of(resource):
                self._by_name.setdefault((resource.type, name), {})[resource.urn] = resource
        self._policies: dict[str, Named] = {}
        self._attachments: dict[str, Attachment] = {}
        self._given: dict[str, list[tuple[Attachment, str, bool]]] = {}
        self._loose: dict[str, list[tuple[Attachment, str]]] = {}
        for resource in stack.of_type(*_HOLDERS):
            self._add(resource)
        self._attached: set[str] = set()
        self._held: set[str] = set()
        self._attaching_unknown: Resource | None = None
        for resource in stack.of_type(*_HOLDERS, *ROLES):
            if resource.type not in BOUNDARY_ATTACHMENTS:
                named = self.policies(resource)
                self._attached.update(one.urn for one in (*named.known, *named.maybe))
                if named.unknown:
                    self._attaching_unknown = resource
                if any(holder.known for holder in self.holders(resource)):
                    self._held.update(one.urn for one in named.known)
        self._bounding: set[str] = set()
        for resource in stack.of_type(*ROLES, *USERS, *PERMISSION_SETS):
            for boundary in self.boundaries(resource):
                self._bounding.update(one.urn for one in (*boundary.known, *boundary.maybe))

    def documents(self, identity: Resource) -> Iterator[Document]:
        """Return what an identity holds, as far as the stack tells."""
        try:
            yield from documents(identity)
        except Undecided:
            yield Document(None, "", (identity, "inlinePolicies"))
        yield from self._managed(identity, self.policies(identity), certain=True)
        for attachment, by, certain in self._given.get(identity.urn, ()):
            yield from self._documents_of(attachment, by, certain=certain)

    def loose(self, type_: str) -> Iterator[Document]:
        """Return what any identity of a type may hold: it is not known yet who does."""
        for attachment, by in self._loose.get(type_, ()):
            yield from self._documents_of(attachment, by, certain=False)

    def boundaries(self, identity: Resource) -> Iterator[Named]:
        """Return what a permissions boundary of an identity may be; none where it has none."""
        if identity.has("permissionsBoundary"):
            yield self._named(identity, "permissionsBoundary", POLICIES)
        for attachment, _, certain in self._given.get(identity.urn, ()):
            if attachment.resource.type in BOUNDARY_ATTACHMENTS:
                yield self._bounding_of(attachment.resource) if certain else Named(unknown=True)
        for attachment, _ in self._loose.get(identity.type, ()):
            if attachment.resource.type in BOUNDARY_ATTACHMENTS:
                yield Named(unknown=True)

    def holders(self, resource: Resource) -> Iterator[Named]:
        """Return the identities that get what a resource gives; a role gives to itself."""
        if resource.type in IDENTITIES:
            yield Named(known=[resource])
        for attachment in self.attachments(resource):
            yield from attachment.holders.values()

    def attachments(self, resource: Resource) -> Iterator[Attachment]:
        """Return what a resource attaches as one that is for other identities, if it is."""
        if resource.urn in self._attachments:
            yield self._attachments[resource.urn]

    def policies(self, resource: Resource) -> Named:
        """Return the managed policies that a resource attaches."""
        if resource.urn not in self._policies:
            made = [self._named(resource, key, POLICIES) for key in _BY_ARN if resource.has(key)]
            made += [self._referenced(resource, key) for key in _BY_NAME if resource.has(key)]
            self._policies[resource.urn] = Named(
                [one for named in made for one in named.known],
                [one for named in made for one in named.maybe],
                [one for named in made for one in named.outside],
                any(named.unknown for named in made),
            )
        return self._policies[resource.urn]

    def stands_alone(self, policy: Resource) -> bool:
        """Tell whether no identity of the stack is known to hold a policy of the stack."""
        if policy.type in POLICIES:
            return policy.urn not in self._held and not self.is_boundary(policy)
        return not any(named.known for named in self.holders(policy))

    def is_boundary(self, policy: Resource) -> bool:
        """Tell whether a managed policy bounds identities of the stack, and is attached to none.

        Raises:
            Undecided: It bounds, and what may attach it too is not known yet.
        """
        if policy.urn not in self._bounding or policy.urn in self._attached:
            return False
        if self._attaching_unknown is not None:
            raise Undecided(self._attaching_unknown.name, _reference(self._attaching_unknown))
        return True

    def _add(self, resource: Resource) -> None:
        holders = {
            key: self._named(resource, key, types)
            for key, types in _HOLDERS[resource.type]
            if resource.has(key)
        }
        attachment = Attachment(resource, holders, self.policies(resource))
        self._attachments[resource.urn] = attachment
        for key, types in _HOLDERS[resource.type]:
            named = holders.get(key, Named())
            for certain, found in ((True, named.known), (False, named.maybe)):
                for identity in found:
                    self._given.setdefault(identity.urn, []).append((attachment, key, certain))
            if named.unknown:
                self._loose.setdefault(types[0], []).append((attachment, key))

    def _documents_of(
        self, attachment: Attachment, by: str, *, certain: bool
    ) -> Iterator[Document]:
        for document in documents(attachment.resource):
            yield replace(document, certain=certain, told_by=(attachment.resource, by))
        yield from self._managed(attachment.resource, attachment.policies, certain=certain)

    def _managed(self, resource: Resource, named: Named, *, certain: bool) -> Iterator[Document]:
        by = _reference(resource)
        for sure, found in ((certain, named.known), (False, named.maybe)):
            for policy in found:
                yield Document(policy, "policy", (resource, by), sure)
        if named.unknown:
            yield Document(None, "", (resource, by), certain)

    def _bounding_of(self, attachment: Resource) -> Named:
        block = "permissionsBoundary"
        try:
            arn = attachment.raw(block, "managedPolicyArn")
        except Undecided:
            return Named(unknown=True)
        if arn is not None:
            return self._resolved(attachment, block, [arn], POLICIES)
        return self._referenced(attachment, block, "customerManagedPolicyReference")

    def _referenced(self, resource: Resource, *path: str) -> Named:
        """Return the policies of a permission set, which are named by name and path."""
        try:
            references = resource.blocks(*path)
            names = [_full_name("policy", one.raw("name"), one.raw("path")) for one in references]
        except Undecided:
            names = [UNKNOWN]
        return self._resolved(resource, path[0], names, POLICIES)

    def _named(self, resource: Resource, property_: str, types: Sequence[str]) -> Named:
        value = resource.raw(property_)
        values = value if isinstance(value, list) else [value]
        return self._resolved(resource, property_, values, types)

    def _resolved(
        self, resource: Resource, property_: str, values: Sequence[Any], types: Sequence[str]
    ) -> Named:
        sources = {
            urn: self._by_urn[urn]
            for urn in resource.dependencies.get(property_, ())
            if type_of(urn) in types and urn in self._by_urn
        }
        known: dict[str, Resource] = {}
        maybe: dict[str, Resource] = {}
        outside = []
        for value in dict.fromkeys(one for one in values if isinstance(one, str) and one):
            found = {} if managed_by_aws(value) else self._of_name(value, types)
            # Of two resources of one name, in two accounts, the one that it was made of.
            found = {urn: one for urn, one in found.items() if urn in sources} or found
            (known if len(found) == 1 else maybe).update(found)
            outside += [] if found else [value]
        unknown = sum(value is UNKNOWN for value in values)
        left = {urn: one for urn, one in sources.items() if urn not in known}
        if unknown and left:
            (known if len(left) <= unknown else maybe).update(left)
        return Named([*known.values()], [*maybe.values()], outside, unknown > len(left))

    def _of_name(self, value: str, types: Sequence[str]) -> Mapping[str, Resource]:
        """Return the resources that a name or an ARN may be of."""
        # Read by its value first: an ARN of another account may end alike.
        names = [value, *(value.split(":", 5)[5:] if value.startswith("arn:") else [])]
        for name in names:
            for type_ in types:
                if (type_, name) in self._by_name:
                    return self._by_name[type_, name]
        return {}


def _reference(resource: Resource) -> str:
    """Return the property by which a resource names managed policies, or empty."""
    return next((key for key in (*_BY_ARN, *_BY_NAME) if resource.has(key)), "")


KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(ROLES, "role"),
    **dict.fromkeys(USERS, "user"),
    **dict.fromkeys(GROUPS, "group"),
    **dict.fromkeys(POLICIES, "policy"),
}
"""How an ARN of IAM calls a type of resource."""


def own_name(resource: Resource) -> str | None:
    """Return how an ARN ends that names a resource of IAM, as `role/path/name`, if it is known."""
    if resource.type not in KINDS:
        return None
    made = _full_name(KINDS[resource.type], resource.raw("name"), resource.raw("path"))
    return made if isinstance(made, str) else None


def hides_name(resource: Resource) -> bool:
    """Tell whether a resource of IAM has a name or a path that is not known yet."""
    named = (resource.raw("name"), resource.raw("path"))
    return resource.type in KINDS and any(one is UNKNOWN for one in named)


def _full_name(kind: str, name: object, path: object) -> object:
    if name is UNKNOWN or path is UNKNOWN:
        return UNKNOWN
    return f"{kind}{path or '/'}{name}" if isinstance(name, str) and name else None


def _names_of(resource: Resource) -> Iterable[str]:
    own = own_name(resource)
    return {*resource.identities, *([own] if own else [])}


# --- What AWS manages ---


def managed_by_aws(arn: object) -> str | None:
    """Return the name of a policy that AWS manages, if an ARN is of one, without its path.

    Source: IAM User Guide, "Managed policies and inline policies", "AWS managed policies".
    """
    parts = arn.split(":", 5) if isinstance(arn, str) else []
    if len(parts) != _PARTS or parts[4] != "aws" or not parts[5].startswith("policy/"):
        return None
    return parts[5].rpartition("/")[2]


_PARTS: Final = 6


def every_managed_by_aws(
    resource: Resource, stack: Stack, judge: Callable[[str], Findings]
) -> Findings:
    """Judge the name of each policy that AWS manages and a resource attaches. See `every`."""
    named = index(stack).policies(resource)
    yield from every(filter(None, map(managed_by_aws, named.outside)), judge)
    if named.unknown:
        yield Undecided(resource.name, next(key for key in _BY_ARN if resource.has(key)))


def only_for(resource: Resource, stack: Stack, globs: Sequence[str]) -> bool:
    """Tell whether all identities that get what a resource gives are named by one of the globs.

    A role is matched as `/path/name`, a permission set as its name. One that is not in the stack is
    matched by none: its path is not seen.

    Raises:
        Undecided: It is not known whom the resource is for.
    """
    named = [*index(stack).holders(resource)]
    if any(one.outside for one in named):
        return False
    holders = [holder for one in named for holder in (*one.known, *one.maybe)]
    labels = [_label(holder) for holder in holders]
    if not all(any(fnmatchcase(label, glob) for glob in globs) for label in labels):
        return False
    for one in index(stack).attachments(resource):
        if one.loose:
            raise Undecided(resource.name, one.loose)
    return bool(labels)


def _label(identity: Resource) -> str:
    name = identity.get("name", default="")
    if identity.type in PERMISSION_SETS:
        return str(name)
    return f"{identity.get('path', default='/')}{name}"


ADMINISTRATORS: Final = frozenset(
    {
        "AIDevOpsAgentActionsPolicy",
        "AWSManagementConsoleAdministratorAccess",
        "AWSMcpServiceActionsFullAccess",
        "AdministratorAccess",
        "AdministratorAccess-AWSElasticBeanstalk",
        "AdministratorAccess-Amplify",
        "DataScientist",
        "DatabaseAdministrator",
        "IAMFullAccess",
        "NetworkAdministrator",
        "PowerUserAccess",
        "SystemAdministrator",
    }
)
"""AWS's policies through which an identity may do everything, or give itself everything, and the
job functions of administrators.

Source: AWS Managed Policy Reference. Which they are is our inference from their documents.
"""
