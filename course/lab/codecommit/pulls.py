"""Pull requests: proposed, approved, commented, merged.

https://docs.aws.amazon.com/codecommit/latest/userguide/pull-requests.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.codecommit.access import branch_tip, identity, repository, who
from course.lab.codecommit.pushes import happened, pull_request
from course.lab.codecommit.store import PullRequest, Repository, kept
from course.lab.service import Call, Refusal


def _create(call: Call) -> dict[str, Any]:
    target = call.given["targets"][0]
    one = repository(call, target["repositoryName"])
    source = target["sourceReference"].removeprefix("refs/heads/")
    goal = target.get("destinationReference", one.default).removeprefix("refs/heads/")
    tip, there = branch_tip(one, source), branch_tip(one, goal)
    if source == goal:
        raise Refusal("SourceAndDestinationAreSameException", "The source and the destination are the same branch")
    known = kept(call.place)
    known.pulls += 1
    number = str(known.pulls)
    made = PullRequest(
        number, call.given["title"], call.given.get("description", ""), identity(call), source, goal,
        one.merge_base(tip, there),
    )  # fmt: skip
    one.pulls[number] = made
    pull_request(one, number, "pullRequestCreated", "Open")
    return {"pullRequest": _shown(one, made)}


def _find(call: Call) -> tuple[Repository, PullRequest]:
    number = call.given["pullRequestId"]
    for one in kept(call.place).repositories.values():
        if number in one.pulls:
            return one, one.pulls[number]
    raise Refusal("PullRequestDoesNotExistException", f"{number} does not exist")


def _shown(one: Repository, pull: PullRequest) -> dict[str, Any]:
    heads = one.branches()
    merged: dict[str, Any] = {"isMerged": bool(pull.merge_commit)}
    if pull.merge_commit:
        merged |= {"mergedBy": pull.merged_by, "mergeCommitId": pull.merge_commit}
    return {
        "pullRequestId": pull.number, "title": pull.title, "description": pull.description,
        "lastActivityDate": pull.active, "creationDate": pull.created, "pullRequestStatus": pull.status,
        "authorArn": pull.author, "revisionId": heads.get(pull.source, ""),
        "pullRequestTargets": [{
            "repositoryName": one.name, "sourceReference": f"refs/heads/{pull.source}",
            "destinationReference": f"refs/heads/{pull.target}", "sourceCommit": heads.get(pull.source, ""),
            "destinationCommit": heads.get(pull.target, ""), "mergeBase": pull.base, "mergeMetadata": merged,
        }],
    }  # fmt: skip


def _get(call: Call) -> dict[str, Any]:
    return {"pullRequest": _shown(*_find(call))}


def _list(call: Call) -> dict[str, Any]:
    wanted = call.given.get("pullRequestStatus")
    found = [pull.number for pull in repository(call).pulls.values() if not wanted or pull.status == wanted]
    return {"pullRequestIds": found}


def _approve(call: Call) -> None:
    one, pull = _find(call)
    who_approves = identity(call)
    if who_approves == pull.author:
        raise Refusal("PullRequestCannotBeApprovedByAuthorException", "The author cannot approve a pull request")
    pull.approvals[who_approves] = call.given["approvalState"]
    pull_request(one, pull.number, "pullRequestApprovalStateChanged", "Open")


def _approvals(call: Call) -> dict[str, Any]:
    _, pull = _find(call)
    return {"approvals": [{"userArn": arn, "approvalState": state} for arn, state in pull.approvals.items()]}


def _comment(call: Call) -> dict[str, Any]:
    _, pull = _find(call)
    made = {"commentId": str(mock_random.uuid4()), "content": call.given["content"], "authorArn": identity(call),
            "creationDate": clock.now(), "lastModifiedDate": clock.now(), "deleted": False}  # fmt: skip
    pull.comments.append(made)
    return {"pullRequestId": pull.number, "repositoryName": call.given["repositoryName"], "comment": made}


def _conflicts(one: Repository, pull: PullRequest) -> list[str]:
    base = one.files(pull.base) if pull.base else {}
    mine, theirs = (one.files(branch_tip(one, name)) for name in (pull.source, pull.target))
    return sorted(path for path in {*mine, *theirs}
                  if mine.get(path) != theirs.get(path)
                  and mine.get(path) != base.get(path) and theirs.get(path) != base.get(path))  # fmt: skip


def _merge_conflicts(call: Call) -> dict[str, Any]:
    one = repository(call)
    source, goal = call.given["sourceCommitSpecifier"], call.given["destinationCommitSpecifier"]
    base = one.merge_base(branch_tip(one, source), branch_tip(one, goal))
    pull = PullRequest("", "", "", "", source.removeprefix("refs/heads/"), goal.removeprefix("refs/heads/"), base)
    found = _conflicts(one, pull)
    metadata = [{"filePath": path, "contentConflict": True, "numberOfConflicts": 1} for path in found]
    return {"mergeable": not found, "destinationCommitId": branch_tip(one, goal),
            "sourceCommitId": branch_tip(one, source), "baseCommitId": base,
            "conflictMetadataList": metadata}  # fmt: skip


def _merge(call: Call, way: str) -> dict[str, Any]:
    one, pull = _find(call)
    if pull.status != "OPEN":
        raise Refusal("PullRequestAlreadyClosedException", f"The pull request {pull.number} is closed")
    tip, goal = branch_tip(one, pull.source), branch_tip(one, pull.target)
    if call.given.get("sourceCommitId", tip) != tip:
        raise Refusal("TipOfSourceReferenceIsDifferentException", "The tip of the source branch has moved on")
    if way == "fast-forward":
        if goal not in one.ancestors(tip):
            raise Refusal("ManualMergeRequiredException", "The destination has commits that the source lacks")
        made = tip
    else:
        conflicts = _conflicts(one, pull)
        if conflicts:
            raise Refusal("ManualMergeRequiredException", f"Both branches changed {', '.join(conflicts)}")
        base, mine = one.files(pull.base) if pull.base else {}, one.files(tip)
        files = one.files(goal)
        for path in {*base, *mine}:
            if mine.get(path) != base.get(path):
                files.pop(path, None)
                files |= {path: mine[path]} if path in mine else {}
        message = call.given.get("commitMessage", f"Merge {pull.source} into {pull.target}")
        made = one.commit(dict(sorted(files.items())), [goal] if way == "squash" else [goal, tip], message, who(call))
    one.move(pull.target, made)
    pull.status, pull.merge_commit, pull.merged_by, pull.active = "CLOSED", made, identity(call), clock.now()
    happened(one, call.session, "referenceUpdated", pull.target, made, goal)
    pull_request(one, pull.number, "pullRequestMergeStatusUpdated", "Closed")
    return {"pullRequest": _shown(one, pull)}


def _close(call: Call) -> dict[str, Any]:
    one, pull = _find(call)
    pull.status = call.given["pullRequestStatus"]
    pull_request(one, pull.number, "pullRequestStatusChanged", pull.status.capitalize())
    return {"pullRequest": _shown(one, pull)}


OPERATIONS: Final = {
    "CreatePullRequest": _create,
    "GetPullRequest": _get,
    "ListPullRequests": _list,
    "UpdatePullRequestApprovalState": _approve,
    "GetPullRequestApprovalStates": _approvals,
    "PostCommentForPullRequest": _comment,
    "UpdatePullRequestStatus": _close,
    "GetMergeConflicts": _merge_conflicts,
    "MergePullRequestByFastForward": lambda call: _merge(call, "fast-forward"),
    "MergePullRequestBySquash": lambda call: _merge(call, "squash"),
    "MergePullRequestByThreeWay": lambda call: _merge(call, "three-way"),
}
