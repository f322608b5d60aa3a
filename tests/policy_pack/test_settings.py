"""Which values of a setting are as strict as a control asks."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.controls import Control
from policy_pack.settings import Setting, among, at_least, at_most, including

ASKS = Control("CIS", "1")


@pytest.mark.parametrize(
    ("setting", "value", "satisfied"),
    [
        (at_least(365, "Days.", asks={ASKS: 90}), 90, True),
        (at_least(365, "Days.", asks={ASKS: 90}), 89, False),
        (at_most(100, "Requests.", asks={ASKS: 2000}), 2000, True),
        (at_most(100, "Requests.", asks={ASKS: 2000}), 2001, False),
        (among(["a"], "Regions.", asks={ASKS: ["a", "b"]}), ["b"], True),
        (among(["a"], "Regions.", asks={ASKS: ["a", "b"]}), ["a", "c"], False),
        (including(["a", "b"], "Groups.", asks={ASKS: ["a"]}), ["a", "c"], True),
        (including(["a", "b"], "Groups.", asks={ASKS: ["a"]}), ["b"], False),
        (at_least(365, "Days.", asks={}), 1, True),
    ],
)
def test_setting_satisfies_a_control(setting: Setting, value: Any, satisfied: bool) -> None:
    assert setting.satisfies(ASKS, value) is satisfied
