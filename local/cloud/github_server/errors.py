"""Refusals, in GitHub's form."""

from __future__ import annotations

from typing import Any, Final, NoReturn

Json = dict[str, Any]

_DOCS: Final = "https://docs.github.com/rest"


class ApiError(Exception):
    """A request that GitHub refuses: a status and what the body says besides."""

    def __init__(self, status: int, message: str, **body: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "documentation_url": _DOCS, "status": str(status), **body}


class MovedError(Exception):
    """A repository that has a new name: the request is to go to another address."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def refuse(resource: str, name: str, code: str, message: str) -> NoReturn:
    """Refuse a field of a resource with 422, in the form in which GitHub tells which."""
    error = {"resource": resource, "field": name, "code": code, "message": message}
    raise ApiError(422, "Validation Failed", errors=[error])


def not_found() -> NoReturn:
    """Answer 404, as GitHub does for what is not there or not to be seen."""
    raise ApiError(404, "Not Found")


def archived() -> NoReturn:
    """Answer 403, as GitHub does to whatever would change an archived repository."""
    raise ApiError(403, "Repository was archived so is read-only.")
