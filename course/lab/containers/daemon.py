"""The local Docker: the images on this machine, its logins, its containers. It goes when the account is emptied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from moto.core.models import DEFAULT_ACCOUNT_ID

from course.lab.caller import Session
from course.lab.containers import bases, registry
from course.lab.containers.build import Build, Cache
from course.lab.containers.image import Image
from course.lab.containers.reference import Reference, read
from course.lab.containers.registry import Transfer
from course.lab.place import Place


class DockerError(RuntimeError):
    """What Docker refuses, in its own words."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the words alone."""
        return [str(self)]


@dataclass
class Daemon:
    """What Docker keeps on one machine."""

    images: dict[str, Image] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)
    """Passwords by registry."""
    cache: Cache = field(default_factory=Cache)
    containers: list[Any] = field(default_factory=list)

    def find(self, name: Reference) -> Image | None:
        """An image of this machine, or a public one."""
        return self.images.get(name.local) or bases.find(name)

    def build(self, name: str, dockerfile: str, files: Mapping[str, bytes], arguments: Mapping[str, str] | None = None
              ) -> tuple[Image, list[str]]:  # fmt: skip
        """Build an image and give it a name; the lines that Docker prints beside it."""
        made = Build(files, self.find, self.cache, arguments)
        image = made.run(dockerfile)
        if name:
            self.images[read(name).local] = image
        return image, made.log

    def tag(self, source: str, target: str) -> None:
        """Give an image one more name."""
        found = self.find(read(source))
        if found is None:
            raise DockerError(f"Error response from daemon: No such image: {read(source).local}")
        self.images[read(target).local] = found

    def session(self, name: Reference) -> Session:
        """In whose name this machine talks to a registry of ECR."""
        from course.lab.ecr import tokens

        token = tokens.behind(self.logins.get(name.registry, ""))
        if token is None:
            raise DockerError(f"no basic auth credentials: nobody has logged in to {name.registry} on this machine")
        if token.has_expired:
            raise DockerError("denied: Your authorization token has expired. Reauthenticate and try again.")
        return Session(Place(token.session.place.account, name.region), token.session.key, token.session.secret,
                       token.session.token)  # fmt: skip

    def push(self, reference: str) -> Transfer:
        """Push an image to the registry that its name says."""
        name = read(reference)
        image = self.images.get(name.local)
        if image is None:
            raise DockerError(f"An image does not exist locally with the tag: {name.local.rpartition(':')[0]}")
        if not name.is_ecr:
            raise DockerError(f"denied: requested access to the resource is denied (push to {name.registry})")
        try:
            return registry.push(self.session(name).client("ecr"), image, name)
        except ClientError as error:
            raise DockerError(in_words(error)) from None

    def pull(self, reference: str) -> Transfer:
        """Pull an image; layers that this machine has are not sent again."""
        name = read(reference)
        if not name.is_ecr:
            found = bases.find(name)
            if found is None:
                raise DockerError(f"Error response from daemon: manifest for {name.local} not found")
            self.images[name.local] = found
            return Transfer(found.digest, [layer.digest for layer in found.layers], [], found.size)
        known = {layer.digest: layer.content for image in self.images.values() for layer in image.layers}
        try:
            image, done = registry.pull(self.session(name).client("ecr"), name, known)
        except registry.NotThere as error:
            raise DockerError(f"Error response from daemon: {error}") from None
        except ClientError as error:
            raise DockerError(in_words(error)) from None
        self.images[name.local] = image
        return done


def in_words(error: ClientError) -> str:
    """A refusal of ECR as Docker prints it."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    before = {"RepositoryNotFoundException": "name unknown", "ImageTagAlreadyExistsException": "tag invalid"}
    return f"{before.get(code, 'denied')}: {message}"


def daemon() -> Daemon:
    """The Docker of this notebook."""
    return Place(DEFAULT_ACCOUNT_ID, "us-east-1").kept("ecr", "lab_docker", Daemon)
