"""Repositories: Git's own objects in a folder of this machine, and what CodeCommit keeps beside them.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_RepositoryMetadata.html
"""

from __future__ import annotations

import datetime as dt
import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo

from course.lab.clock import clock
from course.lab.place import Place

ZERO: Final = "0" * 40


@dataclass
class PullRequest:
    """A wish to merge one branch into another."""

    number: str
    title: str
    description: str
    author: str
    source: str
    target: str
    base: str
    status: str = "OPEN"
    created: dt.datetime = field(default_factory=clock.now)
    active: dt.datetime = field(default_factory=clock.now)
    approvals: dict[str, str] = field(default_factory=dict)
    merged_by: str = ""
    merge_commit: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Repository:
    """A repository."""

    name: str
    repository_id: str
    place: Place
    description: str = ""
    default: str = ""
    created: dt.datetime = field(default_factory=clock.now)
    modified: dt.datetime = field(default_factory=clock.now)
    triggers: list[dict[str, Any]] = field(default_factory=list)
    pulls: dict[str, PullRequest] = field(default_factory=dict)
    folder: tempfile.TemporaryDirectory[str] = field(default_factory=lambda: tempfile.TemporaryDirectory("-git"))

    def __post_init__(self) -> None:
        self._git: Any = Repo.init_bare(self.folder.name)
        weakref.finalize(self, self._git.close)

    @property
    def git(self) -> Any:
        """The repository as Git sees it. `git clone` of `path` works too, where Git is installed."""
        return self._git

    @property
    def path(self) -> Path:
        return Path(self.folder.name)

    @property
    def arn(self) -> str:
        return f"arn:aws:codecommit:{self.place.region}:{self.place.account}:{self.name}"

    def branches(self) -> dict[str, str]:
        """The commit at the tip of each branch; the first branch ever made becomes the default one."""
        heads = {name.decode(): tip.decode() for name, tip in self.git.refs.as_dict(b"refs/heads").items()}
        if heads and self.default not in heads:
            self.make_default("main" if "main" in heads else next(iter(sorted(heads))))
        return heads

    def make_default(self, branch: str) -> None:
        """What a clone checks out."""
        self.default = branch
        self.git.refs.set_symbolic_ref(b"HEAD", f"refs/heads/{branch}".encode())

    def files(self, commit: str) -> dict[str, tuple[str, int]]:
        """All files of a commit: {path: (blob id, mode)}."""
        git = self.git
        found: dict[str, tuple[str, int]] = {}
        waiting = [("", git[git[commit.encode()].tree])]
        while waiting:
            prefix, tree = waiting.pop()
            for entry in tree.items():
                path = f"{prefix}{entry.path.decode()}"
                if entry.mode & 0o040000 == 0o040000:
                    waiting.append((f"{path}/", git[entry.sha]))
                else:
                    found[path] = (entry.sha.decode(), entry.mode)
        return dict(sorted(found.items()))

    def blob(self, blob_id: str) -> bytes:
        content: bytes = self.git[blob_id.encode()].data
        return content

    def write(self, body: bytes) -> str:
        """Keep a file's content; its id."""
        blob = Blob.from_string(body)
        self.git.object_store.add_object(blob)
        return str(blob.id.decode())

    def commit(self, files: dict[str, tuple[str, int]], parents: list[str], message: str, who: str) -> str:
        """Make a commit of these files; its id."""
        git = self.git
        made: Any = Commit()
        made.tree = _tree(git, files)
        made.parents = [parent.encode() for parent in parents]
        made.author = made.committer = who.encode()
        made.author_time = made.commit_time = int(clock.now().timestamp())
        made.author_timezone = made.commit_timezone = 0
        made.message = message.encode()
        git.object_store.add_object(made)
        return str(made.id.decode())

    def move(self, branch: str, commit: str) -> None:
        """Let a branch point to a commit."""
        self.git.refs[f"refs/heads/{branch}".encode()] = commit.encode()
        self.modified = clock.now()
        self.branches()

    def ancestors(self, commit: str) -> list[str]:
        """The commit and all before it, the newest first."""
        return [entry.commit.id.decode() for entry in self.git.get_walker(include=[commit.encode()])]

    def merge_base(self, one: str, other: str) -> str:
        """The newest commit that both come from."""
        before = set(self.ancestors(one))
        return next((commit for commit in self.ancestors(other) if commit in before), "")


def _tree(git: Any, files: dict[str, tuple[str, int]]) -> bytes:
    folders: dict[str, dict[str, tuple[str, int]]] = {}
    tree: Any = Tree()
    for path, entry in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = entry
        else:
            tree.add(name.encode(), entry[1], entry[0].encode())
    for name, inside in folders.items():
        tree.add(name.encode(), 0o040000, _tree(git, inside))
    git.object_store.add_object(tree)
    found: bytes = tree.id
    return found


@dataclass
class Kept:
    """All repositories of an account in a Region; pull requests are numbered across them."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    pulls: int = 0


def kept(place: Place) -> Kept:
    """What this account keeps in this Region."""
    return place.kept("codecommit", "lab_codecommit", Kept)


def pull_target(account: str, region: str, number: str) -> str:
    """The branch that a pull request wants to be merged into; "" if there is no such pull request."""
    known = kept(Place(account, region)).repositories.values()
    return next((one.pulls[number].target for one in known if number in one.pulls), "")


def checkout(place: Place, name: str, version: str, folder: Path) -> str:
    """Write the files of a branch or commit into a folder; the commit's id. Raises KeyError if there is none."""
    repository = kept(place).repositories[name]
    heads = repository.branches()
    branch = version.removeprefix("refs/heads/") or repository.default
    commit = heads.get(branch, branch)
    for path, (blob, mode) in repository.files(commit).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(repository.blob(blob))
        if mode & 0o111:
            target.chmod(0o755)
    return commit
