"""References that stand within a property, for rules that join resources by them.

`Stack.referring` joins by a whole property, as `bucket`. An ARN within a block, as
`accessLogs.bucket`, is gathered here instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from policy_pack.rule import Malformed, Resource, Undecided, type_of


@dataclass
class Ends:
    """What some nested references stand for, gathered so that a join is no search of the stack.

    Attributes:
        known: What is known: a type, or nothing for any, and an id, an ARN or a name.
        made_of: By URN, what a reference was made of that is not known, and why it is not.
        unknown: Why references are not known that were made of nothing in the stack.
    """

    known: set[tuple[str, str]] = field(default_factory=set)
    made_of: dict[str, list[tuple[Undecided, Sequence[str]]]] = field(default_factory=dict)
    unknown: list[Undecided] = field(default_factory=list)

    def add(self, read: Callable[[], Iterable[tuple[str, str]]], sources: Sequence[str]) -> None:
        """Add what a reference stands for, and what its property was made of."""
        try:
            self.known.update(read())
        except Undecided as unknown:
            for urn in sources:
                self.made_of.setdefault(urn, []).append((unknown, sources))
            if not sources:
                self.unknown.append(unknown)
        except Malformed:
            return

    def hold(self, target: Resource) -> bool:
        """Tell whether one stands for a resource.

        Raises:
            Undecided: None is known to, but one may.
        """
        if any({("", one), (target.type, one)} & self.known for one in target.identities):
            return True
        undecided = list(self.unknown)
        for unknown, sources in self.made_of.get(target.urn, ()):
            if {urn for urn in sources if type_of(urn) == target.type} == {target.urn}:
                return True
            undecided.append(unknown)
        for one in undecided:
            raise one
        return False
