"""The event of a package version that was made, changed or deleted.

https://docs.aws.amazon.com/codeartifact/latest/ug/service-event-format-example.html
"""

from __future__ import annotations

from moto.moto_api._internal import mock_random

from course.lab.codeartifact.store import Domain, Name, Repository, Version


def announce(domain: Domain, repository: Repository, name: Name, version: Version, kind: str) -> None:
    """Tell EventBridge; `kind` is Created, Updated or Deleted."""
    from course.lab.events_router import put

    detail = {
        "domainName": domain.name, "domainOwner": domain.place.account, "repositoryName": repository.name,
        "repositoryAdministrator": domain.place.account, "packageFormat": name[0],
        "packageNamespace": name[1] or None, "packageName": name[2], "packageVersion": version.number,
        "packageVersionState": "Deleted" if kind == "Deleted" else version.status,
        "packageVersionRevision": version.revision, "operationType": kind,
        "eventDeduplicationId": mock_random.get_random_hex(32),
    }  # fmt: skip
    place = domain.place
    put(place.account, place.region, "default", source="aws.codeartifact",
        detail_type="CodeArtifact Package Version State Change", detail=detail,
        resources=[domain.arn("repository", f"/{repository.name}")])  # fmt: skip
