"""What the parts of a baseline are made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pulumi

from secure_components.account_baseline.args import AccountBaselineArgs
from secure_components.documents import RETENTIONS
from secure_components.place import Place, place_of


@dataclass(frozen=True)
class Making:
    """What every part is made with.

    Attributes:
        name: The component's resource name.
        args: Its arguments, checked.
        parent: The component.
        made: The parts that are made.
    """

    name: str
    args: AccountBaselineArgs
    parent: pulumi.Resource
    made: frozenset[str]

    @property
    def regions(self) -> Sequence[str]:
        """All regions, the home region first."""
        return self.args["regions"]

    @property
    def home(self) -> str:
        """The region of what an account has once."""
        return self.regions[0]

    @cached_property
    def here(self) -> pulumi.Output[Place]:
        """The account in its home region."""
        return place_of(self.parent, self.home)

    def place(self, region: str) -> pulumi.Output[Place]:
        """Return the account in a region, as ARNs are made of it."""
        return self.here.apply(lambda at: replace(at, region=region))

    @property
    def account(self) -> pulumi.Output[str]:
        """The account's number."""
        return self.here.apply(lambda at: at.account)

    @property
    def retention(self) -> pulumi.Input[int]:
        """Days that records are kept."""
        return self.args.get("retention_in_days", RETENTIONS[0])

    def opts(self, adopted: str | None = None, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """Return a child's options: what it adopts, and after what it is made."""
        return pulumi.ResourceOptions(parent=self.parent, import_=adopted, depends_on=list(after))

    def adopted(self, part: str, region: str) -> str | None:
        """Return the id of what is there already."""
        return self.args.get("adopt", {}).get(part, {}).get(region)
