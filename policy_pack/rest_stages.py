"""How the settings of a REST API's methods are joined with its stage, for the rules about it."""

from __future__ import annotations

from policy_pack.aws import METHOD_SETTINGS
from policy_pack.endpoints import REST_APIS
from policy_pack.rule import UNKNOWN, Resource, Stack, Undecided, type_of

_STAGE, _API = "stageName", "restApi"
_UNKNOWN = ""


def method_settings(stage: Resource, stack: Stack) -> list[Resource]:
    """Return the method settings of a stage.

    Raises:
        Undecided: None are known to be its, but some may.
    """
    by_stage = stack.once(_by_stage)
    name = stage.raw(_STAGE)
    # One that is not known yet may be any.
    keys = (stage.urn, name, _UNKNOWN) if isinstance(name, str) else (*by_stage,)
    found, undecided = [], None
    for settings in {one.urn: one for key in keys for one in by_stage.get(key, ())}.values():
        try:
            if _are_of(settings, stage):
                found.append(settings)
        except Undecided as unknown:
            undecided = unknown
    if not found and undecided is not None:
        raise undecided
    return found


def _by_stage(stack: Stack) -> dict[str, list[Resource]]:
    """Return all method settings by what they may name their stage by."""
    made: dict[str, list[Resource]] = {}
    for settings in stack.of_type(*METHOD_SETTINGS):
        name = settings.raw(_STAGE)
        sources = settings.dependencies.get(_STAGE, ())
        for key in (name if isinstance(name, str) else _UNKNOWN, *sources):
            made.setdefault(key, []).append(settings)
    return made


def _are_of(settings: Resource, stage: Resource) -> bool:
    made_of = settings.dependencies.get(_STAGE, ())
    if [urn for urn in made_of if type_of(urn) == stage.type] == [stage.urn]:
        return True
    return settings.get(_STAGE) == stage.get(_STAGE) and _are_of_one_api(settings, stage)


def _are_of_one_api(settings: Resource, stage: Resource) -> bool:
    one, other = settings.raw(_API), stage.raw(_API)
    if one is not UNKNOWN and other is not UNKNOWN:
        return bool(one == other)
    made_of, of_stage = (set(each.dependencies.get(_API, ())) for each in (settings, stage))
    if stage.urn in made_of or any(type_of(urn) in REST_APIS for urn in made_of & of_stage):
        return True
    if not made_of or not of_stage:
        raise Undecided(settings.name, _API)
    return False
