"""CodeCommit's operations, as boto3 calls them.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.codecommit import git_door as _git_door  # noqa: F401 - opens Git's own way in
from course.lab.codecommit import pulls
from course.lab.codecommit.access import branch_tip, repository, who
from course.lab.codecommit.pushes import happened
from course.lab.codecommit.store import Repository, kept
from course.lab.lambda_runtime.scratch import paused
from course.lab.service import Call, Operation, Refusal, serve

_MODES: Final = {"NORMAL": 0o100644, "EXECUTABLE": 0o100755, "SYMLINK": 0o120000}
_LARGEST: Final = 6 * 1024 * 1024


def _metadata(one: Repository) -> dict[str, Any]:
    one.branches()
    place = one.place
    row = {
        "accountId": place.account, "repositoryId": one.repository_id, "repositoryName": one.name,
        "repositoryDescription": one.description, "lastModifiedDate": one.modified, "creationDate": one.created,
        "cloneUrlHttp": f"https://git-codecommit.{place.region}.amazonaws.com/v1/repos/{one.name}",
        "cloneUrlSsh": f"ssh://git-codecommit.{place.region}.amazonaws.com/v1/repos/{one.name}", "Arn": one.arn,
    }  # fmt: skip
    return row | ({"defaultBranch": one.default} if one.default else {})


def _create(call: Call) -> dict[str, Any]:
    name = call.given["repositoryName"]
    if not re.fullmatch(r"[\w.-]{1,100}", name) or name.endswith(".git"):
        raise Refusal("InvalidRepositoryNameException", "The repository name is not valid.")
    known = kept(call.place).repositories
    if name in known:
        raise Refusal("RepositoryNameExistsException", f"Repository named {name} already exists")
    known[name] = Repository(name, str(mock_random.uuid4()), call.place, call.given.get("repositoryDescription", ""))
    return {"repositoryMetadata": _metadata(known[name])}


def _get(call: Call) -> dict[str, Any]:
    return {"repositoryMetadata": _metadata(repository(call))}


def _list(call: Call) -> dict[str, Any]:
    return {"repositories": [{"repositoryName": one.name, "repositoryId": one.repository_id}
                             for one in kept(call.place).repositories.values()]}  # fmt: skip


def _delete(call: Call) -> dict[str, Any]:
    one = kept(call.place).repositories.pop(call.given["repositoryName"], None)
    return {"repositoryId": one.repository_id} if one else {}


def _default(call: Call) -> None:
    one = repository(call)
    branch_tip(one, call.given["defaultBranchName"])
    one.make_default(call.given["defaultBranchName"])


def _put_file(call: Call) -> dict[str, str]:
    body = call.given["fileContent"]
    change = {"filePath": call.given["filePath"], "fileContent": body, "fileMode": call.given.get("fileMode", "NORMAL")}
    made, files = _change(call, [change], [], "SameFileContentException")
    return {"commitId": made, "blobId": files[call.given["filePath"]][0], "treeId": made}


def _delete_file(call: Call) -> dict[str, str]:
    path = call.given["filePath"]
    one = repository(call)
    before = one.files(branch_tip(one, call.given["branchName"]))
    if path not in before:
        raise Refusal("FileDoesNotExistException", f"The file {path} does not exist")
    made, _ = _change(call, [], [{"filePath": path}])
    return {"commitId": made, "blobId": before[path][0], "treeId": made, "filePath": path}


def _create_commit(call: Call) -> dict[str, Any]:
    made, files = _change(call, call.given.get("putFiles", []), call.given.get("deleteFiles", []))
    added = [{"absolutePath": row["filePath"], "blobId": files[row["filePath"]][0], "fileMode": "NORMAL"}
             for row in call.given.get("putFiles", [])]  # fmt: skip
    return {"commitId": made, "treeId": made, "filesAdded": added}


def _change(
    call: Call, puts: list[Any], deletes: list[Any], unchanged: str = "NoChangeException"
) -> tuple[str, dict[str, tuple[str, int]]]:
    """Commit changes on top of a branch; the parent must be its tip, so that nobody's work is lost."""
    one, branch = repository(call), call.given["branchName"]
    tip = one.branches().get(branch, "")
    parent = call.given.get("parentCommitId", "")
    if tip and not parent:
        raise Refusal("ParentCommitIdRequiredException", "The parent commit ID is required: the branch has commits.")
    if tip and parent != tip:
        raise Refusal("ParentCommitIdOutdatedException",
                      f"The parent commit ID {parent} is outdated: the tip of {branch} is {tip}.")  # fmt: skip
    if not tip and parent:
        parent = parent if parent in one.ancestors(parent) else ""
    before = one.files(tip) if tip else {}
    files = dict(before)
    for row in puts:
        if "sourceFile" in row:
            files[row["filePath"]] = files[row["sourceFile"]["filePath"]]
            continue
        body = row["fileContent"]
        body = body.encode() if isinstance(body, str) else bytes(body)
        if len(body) > _LARGEST:
            raise Refusal("FileContentSizeLimitExceededException", "A file may have 6 MB at most.")
        files[row["filePath"]] = (one.write(body), _MODES[row.get("fileMode", "NORMAL")])
    for row in deletes:
        if row["filePath"] not in files:
            raise Refusal("FileDoesNotExistException", f"The file {row['filePath']} does not exist")
        del files[row["filePath"]]
    if files == before:
        raise Refusal(unchanged, "The commit changes nothing.")
    message = call.given.get("commitMessage", f"Changed {', '.join(row['filePath'] for row in [*puts, *deletes])}")
    made = one.commit(files, [parent] if parent else [], message, who(call))
    one.move(branch, made)
    happened(one, call.session, "referenceUpdated" if tip else "referenceCreated", branch, made, tip)
    return made, files


def _get_file(call: Call) -> dict[str, Any]:
    one = repository(call)
    commit = _commit_id(one, call.given.get("commitSpecifier", ""))
    path = call.given["filePath"].lstrip("/")
    files = one.files(commit)
    if path not in files:
        raise Refusal("FileDoesNotExistException", f"Could not find path {path}")
    body = one.blob(files[path][0])
    return {"commitId": commit, "blobId": files[path][0], "filePath": path, "fileMode": "NORMAL",
            "fileSize": len(body), "fileContent": body}  # fmt: skip


def _get_blob(call: Call) -> dict[str, Any]:
    one, blob = repository(call), call.given["blobId"]
    try:
        return {"content": one.blob(blob)}
    except (KeyError, ValueError, AssertionError):
        raise Refusal("BlobIdDoesNotExistException", f"The blob {blob} does not exist") from None


def _get_folder(call: Call) -> dict[str, Any]:
    one = repository(call)
    commit = _commit_id(one, call.given.get("commitSpecifier", ""))
    folder = call.given["folderPath"].strip("/")
    inside = f"{folder}/" if folder else ""
    found = {path: entry for path, entry in one.files(commit).items() if path.startswith(inside)}
    if not found:
        raise Refusal("FolderDoesNotExistException", f"Could not find path {folder}")
    files = [{"blobId": blob, "absolutePath": path, "relativePath": path.removeprefix(inside), "fileMode": "NORMAL"}
             for path, (blob, _) in found.items() if "/" not in path.removeprefix(inside)]  # fmt: skip
    names = sorted({path.removeprefix(inside).split("/")[0] for path in found if "/" in path.removeprefix(inside)})
    folders = [{"absolutePath": f"{inside}{name}", "relativePath": name} for name in names]
    return {"commitId": commit, "folderPath": folder, "files": files, "subFolders": folders}


def _commit_id(one: Repository, wanted: str) -> str:
    heads = one.branches()
    wanted = wanted.removeprefix("refs/heads/") or one.default
    if wanted in heads:
        return heads[wanted]
    try:
        one.git[wanted.encode()]
    except (KeyError, ValueError, AssertionError):
        raise Refusal("CommitDoesNotExistException", f"The commit {wanted or '(none)'} does not exist") from None
    return wanted


def _get_commit(call: Call) -> dict[str, Any]:
    one = repository(call)
    commit_id = call.given["commitId"]
    commit = one.git[_commit_id(one, commit_id).encode()]
    name, _, mail = commit.author.decode().partition(" <")
    person = {"name": name, "email": mail.rstrip(">"), "date": f"{commit.commit_time} +0000"}
    return {"commit": {
        "commitId": commit_id, "treeId": commit.tree.decode(), "parents": [one.decode() for one in commit.parents],
        "message": commit.message.decode(), "author": person, "committer": person,
    }}  # fmt: skip


def _differences(call: Call) -> dict[str, Any]:
    one = repository(call)
    after = one.files(_commit_id(one, call.given["afterCommitSpecifier"]))
    before_id = call.given.get("beforeCommitSpecifier")
    before = one.files(_commit_id(one, before_id)) if before_id else {}
    rows = []
    for path in sorted({*before, *after}):
        if before.get(path) == after.get(path):
            continue
        row: dict[str, Any] = {"changeType": "M" if path in before and path in after else "A" if path in after else "D"}
        for name, files in (("beforeBlob", before), ("afterBlob", after)):
            if path in files:
                row[name] = {"blobId": files[path][0], "path": path, "mode": "100644"}
        rows.append(row)
    return {"differences": rows}


def _create_branch(call: Call) -> None:
    one, name = repository(call), call.given["branchName"]
    if name in one.branches():
        raise Refusal("BranchNameExistsException", f"Branch {name} already exists")
    commit = _commit_id(one, call.given["commitId"])
    one.move(name, commit)
    happened(one, call.session, "referenceCreated", name, commit)


def _get_branch(call: Call) -> dict[str, Any]:
    one = repository(call)
    name = call.given["branchName"]
    return {"branch": {"branchName": name, "commitId": branch_tip(one, name)}}


def _list_branches(call: Call) -> dict[str, Any]:
    return {"branches": sorted(repository(call).branches())}


def _delete_branch(call: Call) -> dict[str, Any]:
    one, name = repository(call), call.given["branchName"]
    tip = one.branches().get(name)
    if name == one.default:
        raise Refusal("DefaultBranchCannotBeDeletedException", "The default branch cannot be deleted")
    if tip is None:
        return {}
    del one.git.refs[f"refs/heads/{name}".encode()]
    happened(one, call.session, "referenceDeleted", name, tip)
    return {"deletedBranch": {"branchName": name, "commitId": tip}}


def _put_triggers(call: Call) -> dict[str, str]:
    one = repository(call)
    if len(call.given["triggers"]) > 10:
        raise Refusal("MaximumRepositoryTriggersExceededException", "A repository may have 10 triggers at most")
    one.triggers = [dict(row) for row in call.given["triggers"]]
    return {"configurationId": str(mock_random.uuid4())}


def _get_triggers(call: Call) -> dict[str, Any]:
    return {"configurationId": "lab", "triggers": repository(call).triggers}


def _at_home(operation: Operation) -> Operation:
    """The operation, working in the computer's own folders also when a Lambda function calls it."""

    def work(call: Call) -> Mapping[str, Any] | None:
        with paused():
            return operation(call)

    return work


_OPERATIONS: Final[dict[str, Operation]] = {
    "CreateRepository": _create,
    "GetRepository": _get,
    "ListRepositories": _list,
    "DeleteRepository": _delete,
    "UpdateDefaultBranch": _default,
    "PutFile": _put_file,
    "DeleteFile": _delete_file,
    "CreateCommit": _create_commit,
    "GetFile": _get_file,
    "GetBlob": _get_blob,
    "GetFolder": _get_folder,
    "GetCommit": _get_commit,
    "GetDifferences": _differences,
    "CreateBranch": _create_branch,
    "GetBranch": _get_branch,
    "ListBranches": _list_branches,
    "DeleteBranch": _delete_branch,
    "PutRepositoryTriggers": _put_triggers,
    "GetRepositoryTriggers": _get_triggers,
    **pulls.OPERATIONS,
}
serve("codecommit", {name: _at_home(operation) for name, operation in _OPERATIONS.items()})
