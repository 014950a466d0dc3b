"""What answers at a repository's endpoint for Python packages: the index that pip reads, and twine's upload.

>>> requests.get(endpoint + "simple/requests/", auth=("aws", token))
https://docs.aws.amazon.com/codeartifact/latest/ug/python-configure.html
https://packaging.python.org/en/latest/specifications/simple-repository-api/

Only what a client fetches here is looked for upstream, as on AWS; API calls see what a repository holds.
"""

from __future__ import annotations

import base64
import re
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.clock import clock
from course.lab.codeartifact import packages, searching
from course.lab.codeartifact.finding import allow
from course.lab.codeartifact.store import Domain, Repository, find_domain
from course.lab.service import Refusal

_HOST: Final = re.compile(
    r"(?P<domain>[a-z0-9-]+)-(?P<account>\d{12})\.d\.codeartifact\.(?P<region>[a-z0-9-]+)\.amazonaws\.com"
)


def answer(sent: Sent) -> Answer | None:
    """The answer of a repository; None if the host is not CodeArtifact's."""
    found = _HOST.fullmatch(sent.host.lower())
    return None if found is None else _answer(sent, find_domain(found["domain"], found["account"], found["region"]))


def _answer(sent: Sent, home: Domain | None) -> Answer:
    if home is None:
        return _said(404, "no such domain")
    account = _guest(home, sent.headers.get("Authorization", ""))
    if not account:
        return _said(401, "the token is missing, wrong or expired")
    form, _, rest = sent.path.strip("/").partition("/")
    name, _, path = rest.partition("/")
    if form != "pypi" or name not in home.repositories:
        return _said(404, f"no repository {name} of the format {form} answers here")
    one = home.repositories[name]
    if account != home.place.account:
        wanted = "PublishPackageVersion" if sent.method == "POST" else "ReadFromRepository"
        try:
            allow(account, one.policy, f"codeartifact:{wanted}", home.arn("repository", f"/{one.name}"))
        except Refusal as refusal:
            return _said(403, refusal.message)
    if sent.method == "POST":
        return _upload(home, one, sent)
    parts = path.split("/")
    if parts[0] != "simple" or len(parts) not in (2, 4):
        return _said(404, "ask for simple/NAME/")
    return _index(home, one, parts[1]) if len(parts) == 2 else _file(home, one, *parts[1:])


def _guest(home: Domain, sent: str) -> str:
    """The account whose token was sent; "" if none that counts was."""
    try:
        user, _, token = base64.b64decode(sent.removeprefix("Basic ")).decode().partition(":")
    except ValueError:
        return ""
    end, account = home.tokens.get(token, (clock.now(), ""))
    return account if user == "aws" and clock.now() < end else ""


def _index(home: Domain, one: Repository, package: str) -> Answer:
    rows = []
    for number in searching.offered(home, one, ("pypi", "", package)):
        file = f"{package}-{number}-py3-none-any.whl"
        rows.append(f'<a href="{number}/{file}">{file}</a>')
    if not rows:
        return _said(404, f"no package {package}")
    return Answer(200, Headers({"Content-Type": "text/html"}), "\n".join(rows).encode())


def _file(home: Domain, one: Repository, package: str, number: str, file: str) -> Answer:
    found = searching.fetch(home, one, ("pypi", "", package), number)
    if found is None or file not in found.assets:
        return _said(404, f"no file {file}")
    content = home.contents[found.assets[file]]
    return Answer(200, Headers({"Content-Type": "application/octet-stream"}), content)


def _upload(home: Domain, one: Repository, sent: Sent) -> Answer:
    """https://docs.pypi.org/api/upload/"""
    kind = sent.headers.get("Content-Type", "")
    form: Message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + sent.body)
    given: dict[str, Any] = {}
    for part in form.walk():
        name = part.get_param("name", header="content-disposition")
        if name:
            given[str(name)] = part.get_payload(decode=True)
            if part.get_filename():
                given["filename"] = part.get_filename()
    try:
        package, number = given["name"].decode(), given["version"].decode()
        packages.publish(home, one, ("pypi", "", package), number, given["filename"], given["content"])
    except KeyError as missing:
        return _said(400, f"the upload lacks {missing}")
    except Refusal as refusal:
        return _said(refusal.status, refusal.message)
    return _said(200, "")


def _said(status: int, words: str) -> Answer:
    return Answer(status, Headers({"Content-Type": "text/plain"}), words.encode())
