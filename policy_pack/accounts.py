"""Which accounts a stack is in, and which others a rule's settings trust."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from policy_pack.aws import KEY_POLICIES, KEYS
from policy_pack.iam import Statement, statements
from policy_pack.rule import UNKNOWN, Malformed, Resource, Setting, Stack, Undecided, among

PROVIDERS: Final = "pulumi:providers:aws"

SETTINGS: Final[Mapping[str, Setting]] = {
    "trusted_accounts": among(
        [],
        "Ids of accounts that are trusted beside the stack's own, as those of the same company.",
        asks={},
    ),
    "trusted_organizations": among(
        ["*"],
        "Ids of the organizations that are trusted where a condition names one; `*` is any.",
        asks={},
    ),
}
"""What a rule that asks for `Trusted` lets be configured."""


def account_of(principal: str) -> str:
    """Return the account of a principal, which is an id or an ARN; else the principal itself."""
    parts = principal.split(":")
    return parts[_ACCOUNT] if len(parts) > _ACCOUNT and parts[0] == "arn" else principal


_ACCOUNT: Final = 4
_ID: Final = re.compile(r"[0-9]{12}")


@dataclass(frozen=True)
class Trusted:
    """The accounts and organizations that a policy may let in.

    Attributes:
        stack: The stack, whose own accounts are trusted.
        accounts: Further accounts.
        organizations: Organizations, or `*` for any that is named.
    """

    stack: Stack
    accounts: Collection[str]
    organizations: Collection[str]

    def holds(self, principal: str) -> bool:
        """Tell whether a principal's account is the stack's own, or trusted.

        Raises:
            Undecided: It is not among those that are known, and the stack's own account may become
                known: the ARN of a resource is not known yet.
        """
        account = account_of(principal)
        own = self.stack.once(_own)
        if account in self.accounts or account in own.accounts:
            return True
        if own.missing is not None and not own.accounts and _ID.fullmatch(account):
            raise own.missing
        return False

    def every(self, principals: Iterable[str]) -> bool:
        """Tell whether all principals are trusted. One that is not decides, whatever is unknown."""
        undecided: Undecided | None = None
        for principal in principals:
            try:
                if not self.holds(principal):
                    return False
            except Undecided as unknown:
                undecided = unknown
        if undecided is not None:
            raise undecided
        return True

    def organization(self, name: str) -> bool:
        """Tell whether an organization, or a path in one, is trusted: `o-example/r-abcd/*`."""
        id_ = name.partition("/")[0]
        named = not set(id_) & set("*?")
        return named and ("*" in self.organizations or id_ in self.organizations)

    def lets_in_only_trusted(self, statement: Statement) -> bool:
        """Tell whether a statement that allows lets trusted accounts in alone.

        Either a condition ties it to trusted ones, or all principals that it names are. A service
        is no account: whom it acts for is another matter.
        """
        named = [*statement.identities, *statement.raw.strings("Principal", "CanonicalUser")]
        undecided: Undecided | None = None
        try:
            if not statement.everyone and self.every(named):
                return True
        except Undecided as unknown:
            undecided = unknown
        if statement.ties(self.organization, *_ORGANIZATIONS):
            return True
        if statement.ties(self.holds, *_ACCOUNTS):
            return True
        if undecided is not None:
            raise undecided
        return False


_ORGANIZATIONS: Final = (
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
)
_ACCOUNTS: Final = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:SourceAccount",
    "aws:SourceOwner",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
)


@dataclass(frozen=True)
class _Own:
    accounts: frozenset[str]
    missing: Undecided | None


def _own(stack: Stack) -> _Own:
    """Return the accounts that the stack's resources are in, as far as they tell.

    An ARN tells its account; a provider, those that it is allowed to work in; and where neither
    does, as at a first preview, a key's policy that names a single one.
    """
    accounts: set[str] = set()
    missing: Undecided | None = None
    for resource in stack.resources:
        if resource.type == PROVIDERS:
            # The engine has a provider's settings as JSON text.
            accounts.update(_ID.findall(json.dumps(resource.raw("allowedAccountIds"), default=str)))
        if not resource.type.startswith("aws:"):
            continue
        arn = resource.raw("arn")
        if arn is UNKNOWN:
            missing = missing or Undecided(resource.name, "arn")
        elif isinstance(arn, str) and _ID.fullmatch(account_of(arn)):
            accounts.add(account_of(arn))
    if not accounts:
        for key in stack.of_type(*KEYS, *KEY_POLICIES):
            accounts.update(_sole_account(key))
    return _Own(frozenset(accounts), missing)


def _sole_account(key: Resource) -> Iterator[str]:
    """Yield the one account that a key's policy names: it must be the key's own.

    KMS refuses a policy by which the caller could not change it again, and lets no other account
    do so. Source: AWS KMS API Reference, `CreateKey`, `Policy`.
    """
    try:
        allowing = [one for one in statements(key.json("policy")) if one.allows]
        named = {account_of(principal) for one in allowing for principal in one.identities}
        skipped = key.get("bypassPolicyLockoutSafetyCheck", default=False)
        if len(named) == 1 and not skipped and not any(one.everyone for one in allowing):
            yield from (account for account in named if _ID.fullmatch(account))
    except (Undecided, Malformed):
        return
