"""What a change of a branch sets off: triggers of the repository, and events.

https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-notify.html
https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
"""

from __future__ import annotations

import json
from typing import Any

from course.lab.caller import Session
from course.lab.clock import clock
from course.lab.codecommit.store import Repository


def happened(repository: Repository, session: Session, event: str, branch: str, commit: str, before: str = "") -> None:
    """A branch was made (referenceCreated), moved (referenceUpdated) or deleted (referenceDeleted)."""
    from course.lab.events_router import put

    place = repository.place
    detail: dict[str, Any] = {
        "event": event, "repositoryName": repository.name, "repositoryId": repository.repository_id,
        "referenceType": "branch", "referenceName": branch, "referenceFullName": f"refs/heads/{branch}",
        "commitId": commit,
    }  # fmt: skip
    if before:
        detail["oldCommitId"] = before
    put(place.account, place.region, "default", source="aws.codecommit",
        detail_type="CodeCommit Repository State Change", detail=detail, resources=[repository.arn])  # fmt: skip
    names = {"referenceCreated": "createReference", "referenceUpdated": "updateReference",
             "referenceDeleted": "deleteReference"}  # fmt: skip
    for trigger in repository.triggers:
        fits = {"all", names[event]} & set(trigger["events"])
        if fits and (not trigger.get("branches") or branch in trigger["branches"]):
            _fire(repository, session, trigger, names[event], branch, commit)


def pull_request(repository: Repository, number: str, event: str, status: str) -> None:
    """A pull request changed."""
    from course.lab.events_router import put

    place = repository.place
    detail = {"event": event, "pullRequestId": number, "pullRequestStatus": status,
              "repositoryNames": [repository.name]}  # fmt: skip
    put(place.account, place.region, "default", source="aws.codecommit",
        detail_type="CodeCommit Pull Request State Change", detail=detail, resources=[repository.arn])  # fmt: skip


def _fire(
    repository: Repository, session: Session, trigger: dict[str, Any], event: str, branch: str, commit: str
) -> None:
    marks = {"createReference": {"created": True}, "deleteReference": {"deleted": True}}
    record = {
        "awsRegion": repository.place.region,
        "codecommit": {"references": [{"commit": commit, "ref": f"refs/heads/{branch}",
                                       **marks.get(event, {})}]},
        "customData": trigger.get("customData"),
        "eventName": "ReferenceChanges",
        "eventSource": "aws:codecommit",
        "eventSourceARN": repository.arn,
        "eventTime": clock.now().isoformat(),
        "eventTriggerName": trigger["name"],
        "eventVersion": "1.0",
    }  # fmt: skip
    body, goal = json.dumps({"Records": [record]}), trigger["destinationArn"]
    if ":sns:" in goal:
        session.client("sns").publish(TopicArn=goal, Message=body, Subject="UPDATE: AWS CodeCommit")
    else:
        session.client("lambda").invoke(FunctionName=goal, InvocationType="Event", Payload=body.encode())
