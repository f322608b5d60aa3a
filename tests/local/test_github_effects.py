"""The evaluator of effects, against rules written by hand and read from the emulated GitHub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.local.github_client import Client, serving
from tests.local.github_effects import (
    ANYONE,
    ATTEMPTS,
    HONEST,
    WRITER,
    Actor,
    Effects,
    PullRequest,
    Review,
    UnreadableError,
    refusals,
)

SETTINGS = {"archived": False, "security_and_analysis": None}
REVIEW = {
    "dismiss_stale_reviews_on_push": False,
    "require_code_owner_review": False,
    "require_last_push_approval": False,
    "required_approving_review_count": 1,
    "required_review_thread_resolution": False,
}
CHECKS = {
    "required_status_checks": [{"context": "test"}],
    "strict_required_status_checks_policy": False,
}
PROTECTION: dict[str, Any] = {
    "enforce_admins": {"enabled": True},
    "required_signatures": {"enabled": False},
}
REVIEWS = {
    "required_approving_review_count": 1,
    "dismiss_stale_reviews": False,
    "require_code_owner_reviews": False,
    "require_last_push_approval": False,
}
PINNED = "stranger/tool@0123456789abcdef0123456789abcdef01234567"


def rule(kind: str, parameters: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {"type": kind, **({"parameters": {**parameters, **changes}} if parameters else {})}


def ruled(*rules: dict[str, Any], bypass: Any = (), **more: Any) -> Effects:
    return Effects(SETTINGS, [{"rules": rules, "bypass_actors": bypass}], **more)


def classic(**changes: Any) -> Effects:
    return Effects(SETTINGS, protection={**PROTECTION, **changes})


def test_without_anything_every_attempt_succeeds() -> None:
    assert set(map(tuple, refusals(Effects(SETTINGS)).values())) == {()}
    assert Effects(SETTINGS).merge(HONEST) == []


@pytest.mark.parametrize(
    ("rules", "refused"),
    [
        (rule("pull_request", REVIEW), True),
        (rule("update"), True),
        (rule("required_status_checks", CHECKS), True),
        (rule("workflows", {"workflows": []}), True),
        (rule("deletion"), False),
        (rule("non_fast_forward"), False),
        (rule("required_signatures"), False),
    ],
    ids=lambda each: each["type"] if isinstance(each, dict) else "",
)
def test_a_direct_push(rules: dict[str, Any], refused: bool) -> None:
    assert bool(ruled(rules).push()) is refused


def test_an_unsigned_push() -> None:
    assert ruled(rule("required_signatures")).push(signed=False)
    assert classic(required_signatures={"enabled": True}).push(signed=False)
    assert classic().push(signed=False) == []


@pytest.mark.parametrize(
    ("bypass", "by", "pushes", "merges"),
    [
        ([], ANYONE, False, False),
        ([{"actor_type": "RepositoryRole", "actor_id": 5}], ANYONE, True, True),
        ([{"actor_type": "RepositoryRole", "actor_id": 5}], WRITER, False, False),
        ([{"actor_type": "RepositoryRole", "actor_id": 4}], WRITER, True, True),
        (
            [{"actor_type": "RepositoryRole", "actor_id": 4, "bypass_mode": "pull_request"}],
            WRITER,
            False,
            True,
        ),
        (
            [{"actor_type": "OrganizationAdmin", "actor_id": None, "bypass_mode": "exempt"}],
            ANYONE,
            True,
            True,
        ),
        (
            [{"actor_type": "DeployKey", "actor_id": None, "bypass_mode": "always"}],
            ANYONE,
            True,
            True,
        ),
        ([{"actor_type": "Team", "actor_id": 4, "bypass_mode": "always"}], WRITER, False, False),
    ],
)
def test_whom_a_ruleset_lets_pass(bypass: Any, by: Actor, pushes: bool, merges: bool) -> None:
    effects = ruled(rule("pull_request", REVIEW), bypass=bypass)
    assert (effects.push(by) == []) is pushes
    assert (effects.merge(PullRequest(reviews=()), by) == []) is merges


BY_SECOND = Review("second", seen=2)


@pytest.mark.parametrize(
    ("changes", "pull", "refused"),
    [
        ({}, PullRequest(reviews=()), True),
        ({}, PullRequest(reviews=(Review("reviewer"),)), False),
        ({}, PullRequest(reviews=(Review("author"),)), True),
        ({}, PullRequest(reviews=(Review("reviewer"), Review("x", approves=False))), True),
        ({"required_approving_review_count": 0}, PullRequest(reviews=()), False),
        ({"required_approving_review_count": 2}, PullRequest(reviews=(Review("a"),)), True),
        (
            {"required_approving_review_count": 2},
            PullRequest(reviews=(Review("a"), Review("a"))),
            True,
        ),
        ({"required_approving_review_count": 2}, HONEST, False),
        # A push after the approval.
        ({}, PullRequest(pushers=("author", "author"), reviews=(Review("a"),)), False),
        (
            {"dismiss_stale_reviews_on_push": True},
            PullRequest(pushers=("author", "author"), reviews=(Review("a"),)),
            True,
        ),
        (
            {"dismiss_stale_reviews_on_push": True},
            PullRequest(pushers=("author", "author"), reviews=(Review("a", seen=2),)),
            False,
        ),
        # Who pushes last and approves.
        ({}, PullRequest(pushers=("author", "second"), reviews=(BY_SECOND,)), False),
        (
            {"require_last_push_approval": True},
            PullRequest(pushers=("author", "second"), reviews=(BY_SECOND,)),
            True,
        ),
        (
            {"require_last_push_approval": True},
            PullRequest(pushers=("author", "second"), reviews=(BY_SECOND, Review("a", seen=2))),
            False,
        ),
        (
            {"require_last_push_approval": True},
            PullRequest(pushers=("author", "second"), reviews=(BY_SECOND, Review("a", seen=1))),
            True,
        ),
        ({}, PullRequest(unresolved=True), False),
        ({"required_review_thread_resolution": True}, PullRequest(unresolved=True), True),
        ({"allowed_merge_methods": ["squash"]}, PullRequest(method="merge"), True),
        ({"allowed_merge_methods": ["squash"]}, PullRequest(method="squash"), False),
    ],
)
def test_the_reviews_of_a_merge(changes: dict[str, Any], pull: PullRequest, refused: bool) -> None:
    assert bool(ruled(rule("pull_request", REVIEW, **changes)).merge(pull)) is refused


@pytest.mark.parametrize(
    ("has_owners", "owner", "refused"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
def test_code_owners_are_asked_where_there_are_any(
    has_owners: bool, owner: bool, refused: bool
) -> None:
    effects = ruled(
        rule("pull_request", REVIEW, require_code_owner_review=True), has_owners=has_owners
    )
    pull = PullRequest(reviews=(Review("reviewer", owner=owner),))
    assert bool(effects.merge(pull)) is refused


@pytest.mark.parametrize(
    ("rules", "pull", "refused"),
    [
        (rule("required_status_checks", CHECKS), PullRequest(checks="failed"), True),
        (rule("required_status_checks", CHECKS), PullRequest(checks="missing"), True),
        (rule("required_status_checks", CHECKS), PullRequest(behind=True), False),
        (
            rule("required_status_checks", CHECKS, strict_required_status_checks_policy=True),
            PullRequest(behind=True),
            True,
        ),
        (
            rule("required_status_checks", CHECKS, required_status_checks=[]),
            PullRequest(checks="missing"),
            False,
        ),
        (rule("workflows", {"workflows": []}), PullRequest(checks="missing"), True),
        (rule("code_scanning", {"code_scanning_tools": []}), PullRequest(checks="failed"), True),
        (rule("required_linear_history"), PullRequest(method="merge"), True),
        (rule("required_linear_history"), PullRequest(method="rebase"), False),
        (rule("required_signatures"), PullRequest(signed=False), True),
        (rule("update"), HONEST, True),
        (rule("deletion"), HONEST, False),
    ],
)
def test_what_else_a_merge_needs(rules: dict[str, Any], pull: PullRequest, refused: bool) -> None:
    assert bool(ruled(rules).merge(pull)) is refused


@pytest.mark.parametrize(
    ("effects", "forced", "deleted"),
    [
        (ruled(rule("non_fast_forward")), True, False),
        (ruled(rule("deletion")), False, True),
        (ruled(rule("pull_request", REVIEW)), False, False),
        (classic(), True, True),
        (classic(allow_force_pushes={"enabled": True}), False, True),
        (classic(allow_deletions={"enabled": True}), True, False),
        (classic(enforce_admins={"enabled": False}), False, False),
    ],
)
def test_force_pushes_and_deletions(effects: Effects, forced: bool, deleted: bool) -> None:
    assert (bool(effects.force_push()), bool(effects.delete())) == (forced, deleted)


@pytest.mark.parametrize(
    ("effects", "by", "refused"),
    [
        (classic(required_pull_request_reviews=REVIEWS), ANYONE, True),
        (
            classic(required_pull_request_reviews=REVIEWS, enforce_admins={"enabled": False}),
            ANYONE,
            False,
        ),
        (
            classic(required_pull_request_reviews=REVIEWS, enforce_admins={"enabled": False}),
            WRITER,
            True,
        ),
        (
            classic(
                required_pull_request_reviews={
                    **REVIEWS,
                    "bypass_pull_request_allowances": {"users": [{"login": "robot"}]},
                }
            ),
            ANYONE,
            False,
        ),
        (
            classic(required_status_checks={"checks": [{"context": "t"}], "strict": True}),
            ANYONE,
            True,
        ),
        (classic(lock_branch={"enabled": True}), ANYONE, True),
        (classic(restrictions={"users": []}), WRITER, True),
        (classic(restrictions={"users": []}), ANYONE, False),
        (classic(), ANYONE, False),
    ],
)
def test_a_direct_push_to_a_protected_branch(effects: Effects, by: Actor, refused: bool) -> None:
    assert bool(effects.push(by)) is refused


@pytest.mark.parametrize(
    ("changes", "pull", "refused"),
    [
        ({"required_pull_request_reviews": REVIEWS}, PullRequest(reviews=()), True),
        ({"required_pull_request_reviews": REVIEWS}, HONEST, False),
        (
            {"required_pull_request_reviews": {**REVIEWS, "dismiss_stale_reviews": True}},
            PullRequest(pushers=("author", "author")),
            True,
        ),
        (
            {"required_pull_request_reviews": {**REVIEWS, "require_last_push_approval": True}},
            PullRequest(pushers=("author", "second"), reviews=(BY_SECOND,)),
            True,
        ),
        (
            {"required_status_checks": {"checks": [{"context": "t"}], "strict": True}},
            PullRequest(behind=True),
            True,
        ),
        (
            {"required_status_checks": {"checks": [{"context": "t"}], "strict": False}},
            PullRequest(checks="missing"),
            True,
        ),
        (
            {"required_conversation_resolution": {"enabled": True}},
            PullRequest(unresolved=True),
            True,
        ),
        ({"required_signatures": {"enabled": True}}, PullRequest(signed=False), True),
        ({"required_linear_history": {"enabled": True}}, PullRequest(method="merge"), True),
        ({"lock_branch": {"enabled": True}}, HONEST, True),
        ({}, PullRequest(reviews=(), checks="failed", behind=True, signed=False), False),
    ],
)
def test_a_merge_into_a_protected_branch(
    changes: dict[str, Any], pull: PullRequest, refused: bool
) -> None:
    assert bool(classic(**changes).merge(pull)) is refused


@pytest.mark.parametrize(
    ("include", "exclude", "tag", "refused"),
    [
        (["refs/tags/v*"], [], "v1.0.0", True),
        (["refs/tags/v*"], [], "w1", False),
        (["refs/tags/v*"], [], "v1/a", False),
        (["refs/tags/**/*"], [], "v1/a", True),
        (["~ALL"], [], "anything", True),
        (["~ALL"], ["refs/tags/v0*"], "v0.1", False),
    ],
)
def test_tags(include: list[str], exclude: list[str], tag: str, refused: bool) -> None:
    conditions = {"ref_name": {"include": include, "exclude": exclude}}
    rules = [rule("deletion"), rule("update")]
    ruleset = {"rules": rules, "bypass_actors": [], "conditions": conditions}
    effects = Effects(SETTINGS, tag_rulesets=[ruleset])
    assert bool(effects.move_tag(tag)) is bool(effects.delete_tag(tag)) is refused


@pytest.mark.parametrize(
    ("actions", "selection", "uses", "refused"),
    [
        ({"allowed_actions": "all"}, None, "stranger/tool@v1", False),
        ({"allowed_actions": "all", "sha_pinning_required": True}, None, "stranger/tool@v1", True),
        ({"allowed_actions": "all", "sha_pinning_required": True}, None, PINNED, False),
        ({"allowed_actions": "all", "sha_pinning_required": True}, None, PINNED[:-1], True),
        ({"allowed_actions": "local_only"}, None, PINNED, True),
        ({"allowed_actions": "selected"}, ([], True, False), "actions/checkout@v4", False),
        ({"allowed_actions": "selected"}, ([], False, False), "actions/checkout@v4", True),
        ({"allowed_actions": "selected"}, ([], True, False), PINNED, True),
        ({"allowed_actions": "selected"}, (["stranger/*"], False, False), PINNED, False),
        ({"allowed_actions": "selected"}, (["stranger/*", "!stranger/tool@*"], 0, 0), PINNED, True),
        ({"enabled": False}, None, PINNED, True),
        ({"enabled_repositories": "none"}, None, PINNED, True),
    ],
)
def test_actions(actions: dict[str, Any], selection: Any, uses: str, refused: bool) -> None:
    names = ("patterns_allowed", "github_owned_allowed", "verified_allowed")
    chosen = [dict(zip(names, selection, strict=True))] if selection else []
    effects = Effects(SETTINGS, actions=[actions], selections=chosen)
    assert bool(effects.run_action(uses)) is refused


def test_a_verified_creator_may_be_allowed() -> None:
    chosen = {"patterns_allowed": [], "github_owned_allowed": False, "verified_allowed": True}
    effects = Effects(SETTINGS, selections=[chosen])
    assert effects.run_action(PINNED, verified=True) == []
    assert effects.run_action(PINNED)


@pytest.mark.parametrize("level", [0, 1])
def test_a_workflow_does_what_every_level_lets_it(level: int) -> None:
    loose = {
        "default_workflow_permissions": "write",
        "can_approve_pull_request_reviews": True,
    }
    tight = {
        "default_workflow_permissions": "read",
        "can_approve_pull_request_reviews": False,
    }
    effects = Effects(SETTINGS, workflows=[loose, loose])
    assert (effects.approve_by_workflow(), effects.write_by_workflow()) == ([], [])
    levels = [loose, loose]
    levels[level] = tight
    effects = Effects(SETTINGS, workflows=levels)
    assert effects.approve_by_workflow()
    assert effects.write_by_workflow()


@pytest.mark.parametrize(
    ("security", "refused"),
    [
        (None, False),
        ({"secret_scanning_push_protection": {"status": "disabled"}}, False),
        ({"secret_scanning_push_protection": {"status": "enabled"}}, True),
    ],
)
def test_a_secret_that_is_pushed(security: Any, refused: bool) -> None:
    effects = Effects({**SETTINGS, "security_and_analysis": security})
    assert bool(effects.push_secret()) is refused


def test_nothing_changes_in_an_archived_repository() -> None:
    effects = Effects({**SETTINGS, "archived": True})
    for reasons in (effects.push(), effects.merge(HONEST), effects.force_push(), effects.delete()):
        assert reasons == ["the repository is archived"]


# --- Reading ---

STRICT_REVIEW = {
    "dismiss_stale_reviews_on_push": True,
    "require_code_owner_review": True,
    "require_last_push_approval": True,
    "required_approving_review_count": 1,
    "required_review_thread_resolution": True,
}
STRICT_CHECKS = {**CHECKS, "strict_required_status_checks_policy": True}
WEB = "/repos/example/web"


def protect(client: Client) -> None:
    """Give the repository ``web`` all that the attempts ask for."""
    on_main = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    rules = [
        rule("deletion"),
        rule("non_fast_forward"),
        rule("pull_request", STRICT_REVIEW),
        rule("required_status_checks", STRICT_CHECKS),
    ]
    on_tags = {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}}
    tags = [rule("deletion"), {"type": "update"}]
    security = {
        name: {"status": "enabled"}
        for name in ("secret_scanning", "secret_scanning_push_protection")
    }
    actions = f"{WEB}/actions/permissions"
    for method, path, body in (
        ("PUT", f"{WEB}/contents/.github/CODEOWNERS", {"message": "m", "content": "Kg=="}),
        (
            "POST",
            f"{WEB}/rulesets",
            {"name": "main", "enforcement": "active", "conditions": on_main, "rules": rules},
        ),
        (
            "POST",
            f"{WEB}/rulesets",
            {
                "name": "tags",
                "target": "tag",
                "enforcement": "active",
                "conditions": on_tags,
                "rules": tags,
            },
        ),
        ("PATCH", WEB, {"security_and_analysis": security}),
        (
            "PUT",
            actions,
            {"enabled": True, "allowed_actions": "selected", "sha_pinning_required": True},
        ),
        ("PUT", f"{actions}/selected-actions", {"github_owned_allowed": True}),
        (
            "PUT",
            f"{actions}/workflow",
            {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
        ),
    ):
        status, answer = client(method, path, body)
        assert status < 300, answer


def test_a_repository_is_read_from_the_api() -> None:
    with serving() as client:
        client.make(auto_init=True)
        bare = Effects.read(client, "example/web")
        assert [name for name, reasons in refusals(bare).items() if reasons] == []
        protect(client)
        effects = Effects.read(client, "example/web")
        assert [name for name, reasons in refusals(effects).items() if not reasons] == []
        assert effects.merge(HONEST) == []
        assert effects.run_action(f"actions/checkout@{'a' * 40}") == []


@pytest.mark.parametrize(
    ("change", "succeeding"),
    [
        ({"enforcement": "disabled"}, "a force push"),
        (
            {"bypass_actors": [{"actor_type": "OrganizationAdmin", "bypass_mode": "always"}]},
            "a merge without approval",
        ),
        (
            {"conditions": {"ref_name": {"include": ["refs/heads/x"], "exclude": []}}},
            "a force push",
        ),
        (
            {"rules": [rule("pull_request", STRICT_REVIEW, required_approving_review_count=0)]},
            "a deletion of the branch",
        ),
    ],
)
def test_what_is_weakened_in_github_shows(change: dict[str, Any], succeeding: str) -> None:
    with serving() as client:
        client.make(auto_init=True)
        protect(client)
        (number, *_) = [each["id"] for each in client("GET", f"{WEB}/rulesets")[1]]
        assert client("PUT", f"{WEB}/rulesets/{number}", change)[0] == 200
        assert refusals(Effects.read(client, "example/web"))[succeeding] == []


def test_a_ruleset_for_tags_that_is_off_refuses_nothing() -> None:
    with serving() as client:
        client.make(auto_init=True)
        protect(client)
        (number,) = [each["id"] for each in client("GET", f"{WEB}/rulesets?targets=tag")[1]]
        off = {"enforcement": "disabled"}
        assert client("PUT", f"{WEB}/rulesets/{number}", off)[0] == 200
        told = refusals(Effects.read(client, "example/web"))
        assert told["a tag of a release that moves"] == []
        assert told["a force push"]


def test_a_ruleset_and_a_policy_of_the_organization_count() -> None:
    with serving() as client:
        client.make(auto_init=True)
        conditions = {
            "ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []},
            "repository_name": {"include": ["~ALL"], "exclude": []},
        }
        ruleset = {
            "name": "all",
            "enforcement": "active",
            "conditions": conditions,
            "rules": [rule("non_fast_forward")],
        }
        assert client("POST", "/orgs/example/rulesets", ruleset)[0] == 201
        policy = {"enabled_repositories": "all", "sha_pinning_required": True}
        assert client("PUT", "/orgs/example/actions/permissions", policy)[0] == 204
        told = refusals(Effects.read(client, "example/web"))
        assert told["a force push"]
        assert told["an action that is not pinned"]
        assert not told["a deletion of the branch"]


def test_classic_protection_is_read_too() -> None:
    with serving() as client:
        client.make(auto_init=True)
        body = {
            "required_status_checks": None,
            "enforce_admins": True,
            "required_pull_request_reviews": {"required_approving_review_count": 1},
            "restrictions": None,
        }
        assert client("PUT", f"{WEB}/branches/main/protection", body)[0] == 200
        told = refusals(Effects.read(client, "example/web"))
        refused = {name for name, reasons in told.items() if reasons}
        assert {
            "a direct push to the default branch",
            "a merge without approval",
            "a merge that its author alone approved",
            "a force push",
            "a deletion of the branch",
        } <= refused
        assert "a merge that its last pusher approved" not in refused


def test_a_plan_without_rules_refuses_nothing_by_rule() -> None:
    with serving(plan="free") as client:
        client.make(auto_init=True, private=True)
        told = refusals(Effects.read(client, "example/web"))
        assert set(map(tuple, told.values())) == {()}


@pytest.mark.parametrize("status", [401, 404, 500])
def test_what_cannot_be_read_is_no_judgement(status: int) -> None:
    with pytest.raises(UnreadableError, match=f"GET /repos/example/web answered {status}"):
        Effects.read(lambda *_: (status, {}), "example/web")


def test_a_part_that_cannot_be_read_is_no_judgement() -> None:
    with serving() as client:
        client.make(auto_init=True)

        def ask(method: str, path: str) -> tuple[int, Any]:
            broken = path.endswith("/actions/permissions/workflow")
            return (503, None) if broken else client(method, path)

        with pytest.raises(UnreadableError, match="answered 503"):
            Effects.read(ask, "example/web")


def test_every_attempt_has_a_name_of_its_own() -> None:
    assert len(ATTEMPTS) == len(refusals(Effects(SETTINGS)))
