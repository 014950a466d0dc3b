"""Finding what a request names, and who makes it."""

from __future__ import annotations

from course.lab.codecommit.store import Repository, kept
from course.lab.service import Call, Refusal


def repository(call: Call, name: str = "") -> Repository:
    """The repository that the request names."""
    name = name or call.given["repositoryName"]
    found = kept(call.place).repositories.get(name)
    if found is None:
        raise Refusal("RepositoryDoesNotExistException", f"{name} does not exist")
    return found


def branch_tip(one: Repository, branch: str) -> str:
    """The commit that a branch points to."""
    heads = one.branches()
    if branch.removeprefix("refs/heads/") not in heads:
        raise Refusal("BranchDoesNotExistException", f"Branch {branch} does not exist")
    return heads[branch.removeprefix("refs/heads/")]


def identity(call: Call) -> str:
    """The ARN of the caller."""
    return str(call.session.client("sts").get_caller_identity()["Arn"])


def who(call: Call) -> str:
    """The author of a commit, in Git's form."""
    name = (
        call.given.get("authorName") or call.given.get("name") or identity(call).rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    )
    return f"{name} <{call.given.get('email', 'unknown@example.com')}>"
