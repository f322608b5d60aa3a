"""CloudWatch's rules of composite alarms: which alarms they name, and whether they can be read.

Source: the API reference of ``PutCompositeAlarm``, ``AlarmRule``. That a name with a space or a
parenthesis needs its quotes, and how a quote stands in it, is ours. Nothing is evaluated.
"""

from __future__ import annotations

import re
from typing import Final

_MOST_ALARMS: Final = 100
_MOST_ELEMENTS: Final = 500

_ALARM: Final = r'(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"((?:[^"\\]|\\.)+)"|([^\s()"]+))\s*\)'
_TOKEN: Final = re.compile(rf"\s*(?:{_ALARM}|\b(AND|OR|NOT|TRUE|FALSE|true|false)\b|([()]))\s*")
_SIGNS: Final = {"AND": "&", "OR": "&", "NOT": "!"}
_REDUCED: Final = re.compile(r"!x|\(x\)|x&x")


def alarms(rule: str) -> list[str]:
    """Return the names, or ARNs, of the alarms that a rule depends on, each once.

    Raises:
        ValueError: It is no rule; the message says why, and quotes nothing of it.
    """
    if rule != rule.strip():
        raise ValueError("must not begin or end with white space")
    found: list[str] = []
    signs, place = "", 0
    while place < len(rule):
        token = _TOKEN.match(rule, place)
        if not token:
            raise ValueError(
                f"cannot be read at character {place + 1}: alarms are named as in "
                'ALARM("name"), OK("name") or INSUFFICIENT_DATA("name")'
            )
        quoted, bare, word, parenthesis = token.groups()
        if quoted or bare:
            found.append(re.sub(r"\\(.)", r"\1", quoted) if quoted else bare)
        signs += parenthesis or _SIGNS.get(word, "x")
        place = token.end()
    if len(re.sub("[&!]", "", signs)) > _MOST_ELEMENTS:
        raise ValueError(f"must have at most {_MOST_ELEMENTS} alarms, TRUE, FALSE and parentheses")
    reduced = 1
    while reduced:  # from the inside out, what can be joined becomes one
        signs, reduced = _REDUCED.subn("x", signs)
    if signs != "x":
        raise ValueError("must join alarms, TRUE and FALSE by AND, OR, NOT and parentheses")
    named = list(dict.fromkeys(found))
    if len(named) > _MOST_ALARMS:
        raise ValueError(f"must name at most {_MOST_ALARMS} alarms")
    return named
