"""The two roles of a task: the execution role, with which AWS prepares it, and the task role of the programs inside.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from course.lab.caller import Session, session_of_role
from course.lab.clock import clock
from course.lab.place import Place
from course.lab.role_session import role_session
from course.lab.service import Refusal

SERVICE: Final = "ecs-tasks.amazonaws.com"
_LASTS: Final = dt.timedelta(hours=6)


def chosen(task: Any, definition: Any, which: str) -> str:
    """The ARN of the task role (`task`) or the execution role (`execution`): the override's, else the definition's."""
    override = (task.overrides or {}).get(f"{which}RoleArn") if task is not None else None
    return str(override or getattr(definition, f"{which}_role_arn", None) or "")


def check_trust(arn: str) -> None:
    """Refuse a role that tasks may not take."""
    from course.lab.iam.callers import find_role
    from course.lab.iam.services import service_may_assume

    if arn and (find_role(arn) is None or not service_may_assume(SERVICE, arn).allowed):
        raise Refusal(
            "ClientException",
            f"ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the role "
            "being passed has the proper trust relationship and permissions and that your IAM user has permissions to "
            "pass this role.",
        )


def session(place: Place, arn: str, task_id: str) -> Session:
    """The keys with which AWS acts for the task; its session bears the id of the task."""
    return session_of_role(place, arn, task_id)


def nobody(place: Place) -> Session:
    """AWS itself where no execution role is given, as for tasks on EC2 whose instance role is not looked at."""
    import boto3

    keys: Any = boto3.Session().get_credentials()
    return Session(place, str(keys.access_key), str(keys.secret_key), str(keys.token or ""))


class Endpoint:
    """What answers inside the task at 169.254.170.2."""

    def __init__(self, place: Place, task_role: str, task_id: str, describe: Any) -> None:
        self._place, self._role, self._id, self._describe = place, task_role, task_id, describe
        self._given: tuple[Any, dt.datetime] | None = None

    @property
    def variables(self) -> dict[str, str]:
        """The variables that lead a program here; the one for credentials only where the task has a role."""
        found = {"ECS_CONTAINER_METADATA_URI_V4": f"http://169.254.170.2/v4/{self._id}"}
        if self._role:
            found["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = f"/v2/credentials/{self._id}"
        return found

    def answer(self, path: str) -> Mapping[str, Any] | None:
        """Credentials or metadata."""
        if path == f"/v2/credentials/{self._id}" and self._role:
            return self._credentials()
        if path.startswith(f"/v4/{self._id}"):
            found: Mapping[str, Any] | None = self._describe(path.removeprefix(f"/v4/{self._id}").strip("/"))
            return found
        return None

    def _credentials(self) -> Mapping[str, Any]:
        if self._given is None or self._given[1] <= clock.now():
            made = role_session(self._place.account, self._place.region, self._role, self._id)
            self._given = (made, clock.now() + _LASTS)
        made, until = self._given
        return {
            "RoleArn": self._role, "AccessKeyId": made.access_key_id, "SecretAccessKey": made.secret_access_key,
            "Token": made.session_token, "Expiration": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        }  # fmt: skip
