"""Progress that reads well in a terminal and in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def step(console: Console, text: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done while the block runs: a spinner; without a terminal, a line.

    Yields:
        What to call to say how far it is.
    """
    with console.status(text) as status:

        def tell(line: str) -> None:
            status.update(line)
            if not console.is_terminal:
                console.print(line, highlight=False)

        if not console.is_terminal:
            console.print(text, highlight=False)
        yield tell
