# ---
# jupyter:
#   course:
#     exam:
#     - '3.1'
#     - '3.2'
#     - '4.3'
#     minutes: 60
#     practises:
#       hottest:
#       - codeguru.profiler
#       - codeguru.profiler-agent-settings
#       index-url:
#       - codeartifact.artifact-management
#       month:
#       - cicd.end-to-end-cost
#       one-door:
#       - codeartifact.upstreams-external
#       rebuild:
#       - codeartifact.events
#       review:
#       - codeguru.reviewer
#       share:
#       - codeartifact.resource-policy
#       stored:
#       - codeartifact.domains
#       usable:
#       - cicd.service-status
#       who-keeps:
#       - codeartifact.retention
#     services:
#     - codeartifact
#     - events
#     - codeguru-reviewer
#     title: Packages, reviewers and retired tools
#     topics:
#     - codeartifact.artifact-management
#     - codeartifact.upstreams-external
#     - codeartifact.retention
#     - codeartifact.domains
#     - codeartifact.resource-policy
#     - codeartifact.events
#     - codeguru.reviewer
#     - codeguru.profiler
#     - codeguru.profiler-agent-settings
#     - cicd.service-status
#     - codestar.projects
#     - cloud9.ide
#     - opsworks.chef
#     - cicd.end-to-end-cost
# ---

# %% [markdown]
# # Packages, reviewers and retired tools
#
# Fathom's tide tables stand on other people's code: one morning `pip install` failed, because a package had vanished
# from the internet. After this lesson you can keep packages in **CodeArtifact** so that this cannot happen, let
# machines read your code, tell which of AWS's developer tools still live, and say what a delivery chain costs.

# %% setup="start"
import ast
import hashlib
import json
import re
import threading
from collections import Counter
from fnmatch import fnmatchcase
from itertools import pairwise
from math import ceil
from typing import Any

import boto3
import requests
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("09-cicd/05-packages-and-tools")
lab.start()
artifacts = boto3.client("codeartifact")
events = boto3.client("events")
sqs = boto3.client("sqs")

# %% [markdown]
# ## One place for packages
#
# **CodeArtifact** keeps packages: those that you make and those that you fetch. It speaks with `pip`, `twine`, `npm`,
# `yarn`, Maven, Gradle, NuGet, Swift, Ruby and Cargo, and takes files of any kind as *generic* packages.
#
# - A **repository** holds packages. It serves all formats, each at its own endpoint.
# - A **domain** holds repositories, usually all of an organisation.
# - A repository may have an **external connection** to one public repository, such as PyPI.
# - Or it has up to ten **upstream** repositories, and asks them in order for what it lacks.


# %% setup="domain"
def new_domain(*repositories: str) -> str:
    """A domain with these repositories, each the upstream of the next; returns its name."""
    name = lab.unique_name("fathom")
    artifacts.create_domain(domain=name)
    upstreams: list[dict] = []
    for one in repositories:
        artifacts.create_repository(domain=name, repository=one, upstreams=upstreams)
        upstreams = [{"repositoryName": one}]
    return name


def connect(domain: str, repository: str, public: str) -> None:
    """Connect a repository with a public one, such as public:pypi."""
    artifacts.associate_external_connection(
        domain=domain,
        repository=repository,
        externalConnection=public,
    )


def endpoint(domain: str, repository: str) -> str:
    """The address at which pip finds the repository."""
    return artifacts.get_repository_endpoint(
        domain=domain,
        repository=repository,
        format="pypi",
    )["repositoryEndpoint"]


def pip_download(domain: str, repository: str, package: str, version: str) -> int:
    """Fetch a wheel as pip does; returns the HTTP status."""
    token = artifacts.get_authorization_token(domain=domain)["authorizationToken"]
    file = f"{package}-{version}-py3-none-any.whl"
    url = f"{endpoint(domain, repository)}simple/{package}/{version}/{file}"
    return requests.get(url, auth=("aws", token), timeout=5).status_code


def held(domain: str, repository: str) -> list[str]:
    """The packages that a repository holds itself."""
    found = artifacts.list_packages(domain=domain, repository=repository)["packages"]
    return [one["package"] for one in found]


# %%
fathom = new_domain("pypi-store", "team")
connect(fathom, "pypi-store", "public:pypi")
print("endpoint:", endpoint(fathom, "team"))
print("the team holds", held(fathom, "team"))
print("pip's download:", pip_download(fathom, "team", "requests", "2.32.5"))
print("the team holds", held(fathom, "team"))

# %% [markdown]
# The team's repository asked its upstream, which asked PyPI. The command `aws codeartifact login --tool pip` writes the
# endpoint and a token into pip's settings; `--tool twine` and `--tool npm` do so for those.
#
# > **Lab and AWS.** In the lab a few small packages stand for the public repositories, and `requests` takes pip's part.
#
# ### Your turn: an address for pip
#
# A build needs pip's address with a token in it: `https://aws:TOKEN@HOST/pypi/REPOSITORY/simple/`. Write
# `index_url(domain, repository, minutes)`. The token should live as many minutes as the build may take; CodeArtifact
# gives at least 15 minutes and at most 12 hours, so take the nearest that it gives.
#
# <details><summary>Hint</summary>
#
# `get_authorization_token` takes `durationSeconds`, from 900 to 43,200. (0 would mean: as long as the role's session.)
# `endpoint` above gives the address; put `aws:TOKEN@` behind `https://` and `simple/` at its end.
# </details>


# %% exercise="index-url"
def index_url(domain: str, repository: str, minutes: int) -> str:
    """pip's address of a repository, with a token that lasts so long."""
    ### BEGIN SOLUTION
    seconds = min(max(minutes * 60, 900), 43_200)
    token = artifacts.get_authorization_token(domain=domain, durationSeconds=seconds)
    secret = token["authorizationToken"]
    host = endpoint(domain, repository).removeprefix("https://")
    return f"https://aws:{secret}@{host}simple/"
    ### END SOLUTION


# %% check="index-url" points=2
with check(
    "index-url",
    needs="index_url",
    right="A token for one build: whoever finds it in a log tomorrow finds nothing.",
) as expect:

    def lasts(minutes: int, wanted: int) -> None:
        home = new_domain("store", "desk")
        connect(home, "store", "public:pypi")
        with lab.watching(most=50) as made:
            url = index_url(home, "desk", minutes)
        form = r"https://aws:[^@/]+@[\w.-]+\.amazonaws\.com/pypi/desk/simple/"
        expect(
            isinstance(url, str) and re.fullmatch(form, url),
            f"It should look like https://aws:TOKEN@HOST/pypi/desk/simple/; got {url!r}.",
        )
        expect(made.of("GetAuthorizationToken") != [], "Ask for a token of the domain.")
        answer = requests.get(f"{url}flask/", timeout=5)
        expect(
            answer.status_code == 200,
            f"pip asks there for flask and gets {answer.status_code}: {answer.text}",
        )
        lab.clock.advance(minutes=wanted - 1)
        early = requests.get(f"{url}flask/", timeout=5).status_code == 200
        expect(early, f"For {minutes} minutes of build the token should last {wanted}.")
        lab.clock.advance(minutes=2)
        late = requests.get(f"{url}flask/", timeout=5).status_code == 401
        expect(late, f"For {minutes} minutes of build the token lasts beyond {wanted}.")

    lasts(40, 40)
    lasts(5, 15)
    lasts(3000, 720)
    ### BEGIN HIDDEN TESTS
    lasts(120, 120)
    lasts(14, 15)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One door, many rooms
#
# A repository has at most **one** external connection, and no upstreams beside it. So one makes a repository for each
# public source, and puts them upstream of the repositories in which teams work. The team sees one address.

# %%
charts.flow(
    [
        ("pip, npm", "team", "one address"),
        ("team", "pypi-store", "1st"),
        ("team", "npm-store", "2nd"),
        ("pypi-store", "PyPI"),
        ("npm-store", "npmjs"),
    ],
    groups={"domain fathom": ["team", "pypi-store", "npm-store"]},
    kinds={"team": "storage", "pypi-store": "storage", "npm-store": "storage"},
    direction="right",
    headline="A repository asks its upstreams in order; each store has one way outside",
    source="the example of this lesson",
)

# %% [markdown]
# ### Your turn: one door
#
# Write `one_door(domain, team, publics)`. `publics` is a list such as `["public:pypi", "public:npmjs"]`. Afterwards the
# repository `team` sees all of them, in this order, through one store for each. If a store for a public repository is
# there already, of any name, take it instead of making a second one.
#
# <details><summary>Hint</summary>
#
# `list_repositories_in_domain` gives the names, `describe_repository` the `externalConnections` of each. A store's name
# may be the public name without `public:`. The team's `upstreams` are a list of `{"repositoryName": ...}`.
# </details>


# %% exercise="one-door"
def one_door(domain: str, team: str, publics: list[str]) -> None:
    """Make a repository that sees these public ones, each through one store."""
    ### BEGIN SOLUTION
    stores = {}
    pages = artifacts.get_paginator("list_repositories_in_domain").paginate(domain=domain)
    for one in (row for page in pages for row in page["repositories"]):
        found = artifacts.describe_repository(domain=domain, repository=one["name"])
        for connection in found["repository"]["externalConnections"]:
            stores[connection["externalConnectionName"]] = one["name"]
    for public in publics:
        if public not in stores:
            stores[public] = public.removeprefix("public:") + "-store"
            artifacts.create_repository(domain=domain, repository=stores[public])
            connect(domain, stores[public], public)
    upstreams = [{"repositoryName": stores[public]} for public in publics]
    artifacts.create_repository(domain=domain, repository=team, upstreams=upstreams)
    ### END SOLUTION


# %% check="one-door" points=2
with check(
    "one-door",
    needs="one_door",
    right="Developers keep one address; you decide what stands behind it.",
) as expect:

    def all_of(domain: str) -> dict[str, dict]:
        names = artifacts.list_repositories_in_domain(domain=domain)["repositories"]
        ask = artifacts.describe_repository
        found = [ask(domain=domain, repository=one["name"]) for one in names]
        return {one["repository"]["name"]: one["repository"] for one in found}

    def leads_to(domain: str, team: str) -> list[str]:
        """The public repositories behind a team's, in the order in which they are asked."""
        found = all_of(domain)
        expect(team in found, f"There is no repository {team}.")
        behind = []
        for upstream in found[team]["upstreams"]:
            outside = found[upstream["repositoryName"]]["externalConnections"]
            behind += [one["externalConnectionName"] for one in outside]
        return behind

    def opens(first: list[str], second: list[str]) -> None:
        domain = new_domain("old-store")
        connect(domain, "old-store", first[0])
        one_door(domain, "maps", first)
        expect.equal(leads_to(domain, "maps"), first, "What stands behind the team maps")
        one_door(domain, "web", second)
        expect.equal(leads_to(domain, "web"), second, "What stands behind a second team, web")
        stores = [
            one["externalConnections"][0]["externalConnectionName"]
            for one in all_of(domain).values()
            if one["externalConnections"]
        ]
        twice = [name for name, times in Counter(stores).items() if times > 1]
        expect(not twice, f"{twice} has more than one store. Look before you make one.")
        if "public:pypi" in second:
            status = pip_download(domain, "web", "flask", "3.1.2")
            expect(status == 200, f"pip asks the team web for flask and gets {status}.")

    opens(["public:pypi", "public:npmjs"], ["public:maven-central", "public:pypi"])
    ### BEGIN HIDDEN TESTS
    opens(["public:npmjs"], ["public:nuget-org", "public:npmjs", "public:pypi"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## What stays
#
# Who protects you from packages that vanish? Say it first, then let the lab show it. The chain is
#
# `desk` → `team` → `mirror` → `store` → PyPI
#
# and each arrow points to an upstream; `store` has the external connection. A developer installs `flask` through
# `desk`.
#
# ### Your turn: who keeps it?
#
# 1. Which of the four repositories hold `flask` afterwards?
# 2. Somebody deletes `flask` in `store` and cuts its connection. From which repositories can `flask` still be
#    downloaded? Look at each in turn, from `store` to `desk`.
# 3. Before all this, a tool only listed the versions of `flask` that `desk` offers. Which repositories did that fill?
#
# <details><summary>Hint</summary>
#
# Two repositories keep what passes: the one that was asked, and the one that fetched it from outside. A download can
# be served from what a repository holds, or from what its upstreams can reach; upstreams never look downstream.
# </details>

# %% exercise="who-keeps" repair=true
holds_after_install = [...]  # of "store", "mirror", "team", "desk"
serves_after_the_cut = [...]
filled_by_listing = [...]
### BEGIN SOLUTION
holds_after_install = ["store", "desk"]
serves_after_the_cut = ["desk"]
filled_by_listing = []
### END SOLUTION

# %% check="who-keeps" points=2
with check(
    "who-keeps",
    needs=["holds_after_install", "serves_after_the_cut", "filled_by_listing"],
    right="Who asked keeps it for ever, whatever happens upstream. Between, nothing piles up.",
) as expect:
    told = [holds_after_install, serves_after_the_cut, filled_by_listing]
    expect(all(isinstance(one, list) for one in told), "Write three lists of names.")
    expect.not_tried(any(... in one for one in told))

    def happens(package: str, version: str) -> None:
        names = ["store", "mirror", "team", "desk"]
        home = new_domain(*names)
        connect(home, "store", "public:pypi")
        token = artifacts.get_authorization_token(domain=home)["authorizationToken"]
        listing = f"{endpoint(home, 'desk')}simple/{package}/"
        offered = requests.get(listing, auth=("aws", token), timeout=5)
        expect(offered.status_code == 200, f"The lab's desk does not offer {package}.")
        listed = [name for name in names if package in held(home, name)]
        expect(
            Counter(filled_by_listing) == Counter(listed),
            f"Listing: you said {filled_by_listing}; in the lab {listed} hold something.",
        )
        pip_download(home, "desk", package, version)
        found = [name for name in names if package in held(home, name)]
        expect(
            Counter(holds_after_install) == Counter(found),
            f"After the install: you said {holds_after_install}; in the lab {found} hold it.",
        )
        artifacts.delete_package_versions(
            domain=home,
            repository="store",
            format="pypi",
            package=package,
            versions=[version],
        )
        artifacts.disassociate_external_connection(
            domain=home,
            repository="store",
            externalConnection="public:pypi",
        )
        serve = [name for name in names if pip_download(home, name, package, version) == 200]
        expect(
            Counter(serves_after_the_cut) == Counter(serve),
            f"After the cut: you said {serves_after_the_cut}; in the lab {serve} serve it.",
        )

    happens("flask", "3.1.2")
    ### BEGIN HIDDEN TESTS
    happens("numpy", "2.3.4")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What a domain saves
#
# Repositories of a domain share their **assets**, the files: equal content is stored and billed once, however many
# repositories hold it. A copy between them only writes a note. One KMS key encrypts the whole domain, and one policy
# can rule it.


# %% setup="publish"
def publish(
    domain: str,
    repository: str,
    version: str,
    body: bytes,
    package: str = "charts",
) -> str:
    """Publish a generic package with one file; returns the revision."""
    return artifacts.publish_package_version(
        domain=domain,
        repository=repository,
        format="generic",
        namespace="maps",
        package=package,
        packageVersion=version,
        assetName=f"{package}.bin",
        assetContent=body,
        assetSHA256=hashlib.sha256(body).hexdigest(),
    )["versionRevision"]


def copy(domain: str, source: str, goal: str, version: str, package: str = "charts") -> None:
    """Copy a version into another repository of the domain."""
    artifacts.copy_package_versions(
        domain=domain,
        sourceRepository=source,
        destinationRepository=goal,
        format="generic",
        namespace="maps",
        package=package,
        versions=[version],
    )


# %%
shared = new_domain("build", "test", "prod")
publish(shared, "build", "1.0", b"coast line " * 100_000)
for goal in ("test", "prod"):
    copy(shared, "build", goal, "1.0")
size = artifacts.describe_domain(domain=shared)["domain"]["assetSizeBytes"]
print(f"three repositories hold 1.1 MB each, the domain stores {size / 1e6:.1f} MB")
try:
    publish(shared, "build", "1.0", b"another coast line")
except ClientError as error:
    print(error.response["Error"]["Code"], "- a version that was published never changes")

# %%
price = facts.price("codeartifact", "storage")
teams = list(range(1, 21))
gigabytes = 40  # the packages of each team, three quarters of which all teams use
charts.curves(
    {
        "each team on its own": (teams, [n * gigabytes * price for n in teams]),
        "one domain": (teams, [(0.75 + 0.25 * n) * gigabytes * price for n in teams]),
    },
    x_label="teams",
    y_unit="USD per month",
    headline="Twenty teams in one domain pay for less than six",
    subtitle="40 GB a team, three quarters of it used by all",
    source=price,
)

# %% [markdown]
# ### Your turn: what is stored?
#
# Write `stored(domain)`. It looks at all versions of all packages in all repositories of the domain, and returns two
# sums of bytes: what they would take if each repository kept its own copy of every file, and what they take in the
# domain, where equal content counts once.
#
# <details><summary>Hint</summary>
#
# Four lists, one in the other: `list_repositories_in_domain`, `list_packages`, `list_package_versions`,
# `list_package_version_assets`. An asset has a `size` and `hashes`. Hand on `format`, `package` and `namespace`; a
# Python package has no namespace. `describe_domain` knows the second sum already.
# </details>


# %% exercise="stored"
def stored(domain: str) -> tuple[int, int]:
    """Return (bytes if every repository kept its own, bytes in the domain)."""
    ### BEGIN SOLUTION
    apart, contents = 0, {}
    for repository in artifacts.list_repositories_in_domain(domain=domain)["repositories"]:
        where = {"domain": domain, "repository": repository["name"]}
        for package in artifacts.list_packages(**where)["packages"]:
            what = {"format": package["format"], "package": package["package"]}
            if package.get("namespace"):
                what["namespace"] = package["namespace"]
            for one in artifacts.list_package_versions(**where, **what)["versions"]:
                listed = artifacts.list_package_version_assets(
                    **where,
                    **what,
                    packageVersion=one["version"],
                )
                for asset in listed["assets"]:
                    apart += asset["size"]
                    contents[asset["hashes"]["SHA-256"]] = asset["size"]
    return apart, sum(contents.values())
    ### END SOLUTION


# %% check="stored" points=2
with check(
    "stored",
    needs="stored",
    right="The more teams share, the less a copy costs: nothing at all.",
) as expect:

    def sums(bodies: list[bytes], copies: int) -> None:
        names = [f"r{number}" for number in range(copies + 1)]
        home = new_domain("store", *names)
        connect(home, "store", "public:pypi")
        for number, body in enumerate(bodies):
            publish(home, "r0", f"1.{number}", body)
            for goal in names[1:]:
                copy(home, "r0", goal, f"1.{number}")
        pip_download(home, names[-1], "flask", "3.1.2")
        wheel = len("flask 3.1.2 as public:pypi has it\n") * 40
        apart = sum(len(body) for body in bodies) * len(names) + 2 * wheel
        together = artifacts.describe_domain(domain=home)["domain"]["assetSizeBytes"]
        got = stored(home)
        expect(isinstance(got, tuple) and len(got) == 2, f"Return two numbers; got {got!r}.")
        expect.equal(got[0], apart, "The bytes if every repository kept its own")
        expect.equal(got[1], together, "The bytes in the domain")

    sums([b"a" * 1000, b"b" * 500, b"a" * 1000], 2)
    ### BEGIN HIDDEN TESTS
    sums([b"harbour" * 99], 1)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Guests and their rights
#
# Another account needs two resource policies of yours:
#
# - the **domain's** lets it have a token: `codeartifact:GetAuthorizationToken`;
# - the **repository's** lets it read: `codeartifact:GetRepositoryEndpoint` and `codeartifact:ReadFromRepository`.
#
# Reading is all or nothing: `ReadFromRepository` works on a repository, never on a single package. (Publishing can be
# limited to a package, and *package groups* say where versions may come from.)
#
# > **On AWS** the guest's own identity policy must allow all this too, and `sts:GetServiceBearerToken`.
#
# ### Your turn: mend the sharing
#
# `share(domain, repository, account)` should let another account install from one repository, and do nothing else.
# It does not work yet. Mend it.
#
# <details><summary>Hint</summary>
#
# What is the resource of `ReadFromRepository`? Which call comes first when a guest runs pip, and which policy is about
# it? The ARN of a repository: `arn:aws:codeartifact:REGION:ACCOUNT:repository/DOMAIN/REPOSITORY`; `"*"` in a
# repository's policy means this repository.
# </details>


# %% setup="guest"
def policy(account: str, actions: list[str], resource: str = "*") -> str:
    """A resource policy for another account, as JSON."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": actions,
        "Resource": resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def open_account(name: str) -> tuple[str, Any]:
    """Open another account; return its number and a CodeArtifact client in it."""
    organizations = boto3.client("organizations")
    try:
        organizations.describe_organization()
    except ClientError:
        organizations.create_organization(FeatureSet="ALL")
    mail = f"{lab.unique_name(name)}@example.com"
    opened = organizations.create_account(AccountName=name, Email=mail)["CreateAccountStatus"]
    role = f"arn:aws:iam::{opened['AccountId']}:role/OrganizationAccountAccessRole"
    sts = boto3.client("sts")
    lent = sts.assume_role(RoleArn=role, RoleSessionName="guest")["Credentials"]
    there = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
    return opened["AccountId"], there.client("codeartifact")


# %% exercise="share" repair=true
def share(domain: str, repository: str, account: str) -> None:
    """Let another account install from one repository."""
    start = f"arn:aws:codeartifact:us-east-1:{lab.ACCOUNT_ID}"
    packages = f"{start}:package/{domain}/{repository}/*"
    artifacts.put_repository_permissions_policy(
        domain=domain,
        repository=repository,
        policyDocument=policy(account, ["codeartifact:ReadFromRepository"], packages),
    )


### BEGIN SOLUTION
def share(domain: str, repository: str, account: str) -> None:
    """Let another account install from one repository."""
    artifacts.put_domain_permissions_policy(
        domain=domain,
        policyDocument=policy(account, ["codeartifact:GetAuthorizationToken"]),
    )
    reads = ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]
    artifacts.put_repository_permissions_policy(
        domain=domain,
        repository=repository,
        policyDocument=policy(account, reads),
    )


### END SOLUTION


# %% check="share" points=2
with check(
    "share",
    needs="share",
    right="Two policies: one opens the gate, one opens a single door.",
) as expect:

    def outcome(call: Any, **given: Any) -> str:
        try:
            call(**given)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "allowed"

    def grants(document: str, action: str) -> bool:
        """Whether a policy allows an action of CodeArtifact to somebody."""
        statements = json.loads(document)["Statement"]
        for one in statements if isinstance(statements, list) else [statements]:
            actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
            named = any(fnmatchcase(f"codeartifact:{action}", pattern) for pattern in actions)
            if one["Effect"] == "Allow" and named:
                return True
        return False

    def installs(guest: Any, domain: str, repository: str, package: str) -> str:
        """'installed', or the step at which a guest's pip is refused."""
        home = {"domain": domain, "domainOwner": lab.ACCOUNT_ID}
        try:
            token = guest.get_authorization_token(**home)["authorizationToken"]
        except ClientError:
            return "GetAuthorizationToken is refused"
        where = {**home, "repository": repository, "format": "pypi"}
        try:
            url = guest.get_repository_endpoint(**where)["repositoryEndpoint"]
        except ClientError:
            return "GetRepositoryEndpoint is refused"
        got = requests.get(f"{url}simple/{package}/", auth=("aws", token), timeout=5)
        return "installed" if got.status_code == 200 else "ReadFromRepository is refused"

    def shares(package: str) -> None:
        domain = new_domain("store", "open", "secret")
        connect(domain, "store", "public:pypi")
        number, guest = open_account("coast-guard")
        _, stranger = open_account("stranger")
        share(domain, "open", number)
        got = installs(guest, domain, "open", package)
        expect(got == "installed", f"The guest cannot install: {got}.")
        other = installs(guest, domain, "secret", package)
        expect(other != "installed", "The guest can install from another repository too.")
        expect(
            installs(stranger, domain, "open", package) != "installed",
            "A third account can install from the repository.",
        )
        put = {
            "domain": domain,
            "domainOwner": lab.ACCOUNT_ID,
            "repository": "open",
            "format": "generic",
            "namespace": "x",
            "package": "x",
            "packageVersion": "1",
            "assetName": "x",
            "assetContent": b"x",
            "assetSHA256": hashlib.sha256(b"x").hexdigest(),
        }
        expect(
            outcome(guest.publish_package_version, **put) != "allowed",
            "The guest can publish into your repository. Reading is enough.",
        )
        of_domain = artifacts.get_domain_permissions_policy(domain=domain)["policy"]["document"]
        of_repository = artifacts.get_repository_permissions_policy(
            domain=domain,
            repository="open",
        )["policy"]["document"]
        for action, document, where in (
            ("CreateRepository", of_domain, "domain"),
            ("DeleteDomain", of_domain, "domain"),
            ("DeletePackageVersions", of_repository, "repository"),
            ("PutRepositoryPermissionsPolicy", of_repository, "repository"),
        ):
            expect(
                not grants(document, action),
                f"The {where}'s policy lets the guest call {action}. Name only what pip needs.",
            )

    shares("flask")
    ### BEGIN HIDDEN TESTS
    shares("numpy")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A new version starts the rest
#
# Whenever a package version is made, changed or deleted, EventBridge gets an event. So a new release of a library can
# start the pipelines of all that use it.


# %% setup="ear"
def queue_for_rules(name: str) -> tuple[str, str]:
    """A queue whose policy lets EventBridge send; returns its URL and ARN."""
    let_in = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    url = sqs.create_queue(
        QueueName=lab.unique_name(name),
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [let_in]})},
    )["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, found["Attributes"]["QueueArn"]


# %%
url, arn = queue_for_rules("seen")
events.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.codeartifact"]}))
events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
publish(shared, "build", "1.1", b"a new coast line")
lab.settle()
event = json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])
events.remove_targets(Rule="all", Ids=["queue"])
events.delete_rule(Name="all")
print(event["detail-type"])
for key in ("domainName", "repositoryName", "packageName", "packageVersion"):
    print(f"  {key}: {event['detail'][key]}")
for key in ("operationType", "packageVersionState"):
    print(f"  {key}: {event['detail'][key]}")

# %% [markdown]
# ### Your turn: rebuild on a release
#
# Write `rebuild_on(domain, repository, target)`. Make a rule that sends an event to the ARN `target` when a version in
# this repository of this domain becomes available: it was created or updated, and its state is `Published`. Deleted and
# archived versions, other repositories and other domains of the same owner stay out. Return the rule's name.
#
# <details><summary>Hint</summary>
#
# The pattern lists allowed values for each key: `{"source": [...], "detail": {"operationType": [...], ...}}`. Make the
# rule's name with `lab.unique_name("rebuild")`.
# </details>


# %% exercise="rebuild"
def rebuild_on(domain: str, repository: str, target: str) -> str:
    """Send published versions of a repository to a target; return the rule's name."""
    ### BEGIN SOLUTION
    name = lab.unique_name("rebuild")
    pattern = {
        "source": ["aws.codeartifact"],
        "detail-type": ["CodeArtifact Package Version State Change"],
        "detail": {
            "domainName": [domain],
            "repositoryName": [repository],
            "operationType": ["Created", "Updated"],
            "packageVersionState": ["Published"],
        },
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "pipeline", "Arn": target}])
    return name
    ### END SOLUTION


# %% check="rebuild" points=2
with check(
    "rebuild",
    needs="rebuild_on",
    right="Nobody has to remember who uses the library: its release tells them.",
) as expect:

    def fires(package: str) -> None:
        ours, theirs = new_domain("release", "drafts"), new_domain("release")
        url, arn = queue_for_rules("check-rebuild")
        rule = rebuild_on(ours, "release", arn)

        def arrived() -> list[str]:
            lab.settle()
            got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for one in got:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
            return [json.loads(one["Body"])["detail"]["packageName"] for one in got]

        where = {
            "domain": ours,
            "repository": "release",
            "format": "generic",
            "namespace": "maps",
            "package": package,
            "versions": ["1.0"],
        }
        publish(ours, "release", "1.0", b"1", package)
        expect(
            arrived() == [package],
            "A version was published in the repository, and no event came.",
        )
        publish(ours, "drafts", "1.0", b"1", package)
        expect(arrived() == [], "An event of another repository came.")
        publish(theirs, "release", "1.0", b"1", package)
        expect(arrived() == [], "An event of another domain came.")
        artifacts.update_package_versions_status(**where, targetStatus="Archived")
        expect(arrived() == [], "A version was archived, and it came as if it were available.")
        artifacts.update_package_versions_status(**where, targetStatus="Published")
        expect(
            arrived() == [package],
            "A version was published again (Updated), and no event came.",
        )
        artifacts.delete_package_versions(**where)
        expect(arrived() == [], "A version was deleted, and it came as if it were available.")
        rules = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
        expect(len(rules) == 1, f"One rule is enough; {len(rules)} send to the target.")
        expect(rule in rules, f"Return the name of the rule; got {rule!r}.")
        events.remove_targets(
            Rule=rule,
            Ids=[one["Id"] for one in events.list_targets_by_rule(Rule=rule)["Targets"]],
        )
        events.delete_rule(Name=rule)

    fires("charts")
    ### BEGIN HIDDEN TESTS
    fires("buoys")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A machine that reads your code
#
# **CodeGuru** has two parts. **Reviewer** reads Java and Python, in pull requests or whole repositories, and points at
# security holes, leaks of resources, races and wrong uses of AWS's SDKs. **Profiler** looks at a program while it runs.
#
# The lab has no CodeGuru. botocore's `Stubber` answers in its place: it accepts only calls and answers that fit AWS's
# description of the API.

# %%
reviewer = boto3.client("codeguru-reviewer")
start = f"arn:aws:codeguru-reviewer:us-east-1:{lab.ACCOUNT_ID}"
review_arn = f"{start}:association:a1:code-review:r1"
finding = {
    "FilePath": "tides/store.py",
    "RecommendationId": "made-up-for-this-lesson",
    "StartLine": 12,
    "EndLine": 12,
    "Severity": "High",
    "RecommendationCategory": "AWSBestPractices",
    "Description": "Make the client once, outside of the loop.",
}
with Stubber(reviewer) as stub:
    stub.add_response(
        "list_recommendations",
        {"RecommendationSummaries": [finding]},
        {"CodeReviewArn": review_arn},
    )
    answer = reviewer.list_recommendations(CodeReviewArn=review_arn)
for one in answer["RecommendationSummaries"]:
    print(f"{one['FilePath']}:{one['StartLine']} {one['Severity']}: {one['Description']}")

# %% [markdown]
# > **Then and now.** Since 7 November 2025 Reviewer takes no new repositories; CodeGuru *Security* ended on 20 November
# > 2025. Amazon Inspector scans code for holes, Amazon Q Developer reviews it, and linters are free.
#
# Such a tool does not run the code: it reads its syntax tree. Python has that on board.

# %%
print(ast.dump(ast.parse("for x in y:\n    open(x)"), indent=2)[:260])

# %% [markdown]
# ### Your turn: a small reviewer
#
# Write `review(source)`. It reads a Python program without running it, and returns a sorted list of `(line, rule)`:
#
# | rule | finds |
# |---|---|
# | `"key"` | a text that holds an access key id: `AKIA` and 16 capital letters or digits |
# | `"except"` | an `except:` without the name of an error |
# | `"client"` | a call of `boto3.client` or `boto3.resource` in the body of a `for` or `while` loop |
# | `"open"` | a call of `open(...)` that is not the head of a `with` |
#
# Each place is named once.
#
# <details><summary>Hint</summary>
#
# `ast.walk(tree)` yields every node: `ast.Constant` with a `.value`, `ast.ExceptHandler` with a `.type`, `ast.With`
# with `.items` and their `.context_expr`, `ast.Call` with a `.func`; `ast.unparse(call.func)` gives its name as text.
# Walk the body of each loop for the clients; a set removes doubles.
# </details>


# %% exercise="review"
def review(source: str) -> list[tuple[int, str]]:
    """Read a program and return the findings as (line, rule)."""
    ### BEGIN SOLUTION
    tree = ast.parse(source)
    found = set()
    heads = {
        id(item.context_expr)
        for node in ast.walk(tree)
        if isinstance(node, (ast.With, ast.AsyncWith))
        for item in node.items
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.search(r"AKIA[0-9A-Z]{16}", node.value):
                found.add((node.lineno, "key"))
        elif isinstance(node, ast.ExceptHandler) and node.type is None:
            found.add((node.lineno, "except"))
        elif isinstance(node, ast.Call):
            if ast.unparse(node.func) == "open" and id(node) not in heads:
                found.add((node.lineno, "open"))
        elif isinstance(node, (ast.For, ast.While)):
            inside = [one for part in node.body for one in ast.walk(part)]
            for call in [one for one in inside if isinstance(one, ast.Call)]:
                if ast.unparse(call.func) in ("boto3.client", "boto3.resource"):
                    found.add((call.lineno, "client"))
    return sorted(found)
    ### END SOLUTION


# %% check="review" points=3
with check(
    "review",
    needs="review",
    right="A linter in `build` says this before a colleague has to.",
) as expect:
    fake = "AKIA" + "B2" * 8

    def finds(source: str, wanted: list[tuple[int, str]]) -> None:
        got = review(source)
        expect(
            isinstance(got, list) and all(isinstance(one, tuple) for one in got),
            f"Return a list of pairs such as [(3, 'open')]; got {got!r}.",
        )
        lines = source.splitlines()
        for line, rule in wanted:
            expect((line, rule) in got, f"Rule {rule!r} missed {lines[line - 1].strip()!r}.")
        for one in got:
            shown = lines[one[0] - 1].strip()
            expect(one in wanted, f"{one[1]!r} was said of a harmless line: {shown!r}.")
        expect(got == wanted, "Sort the findings, and name each place once.")

    finds(
        f"""import boto3
KEY = "{fake}"
s3 = boto3.client("s3")
for name in ["a", "b"]:
    while True:
        boto3.client("sqs").list_queues()
        break
try:
    text = open("tides.csv").read()
except OSError:
    text = ""
except:
    raise
with open("out.txt", "w") as out:
    out.write(text)
""",
        [(2, "key"), (6, "client"), (9, "open"), (12, "except")],
    )
    finds("for q in boto3.client('sqs').list_queues():\n    q.x()\n", [])  # the head runs once
    finds("# boto3.client in a comment, and AKIA alone\nx = 'open(1)'\n", [])
    finds("with gzip.open('a') as a, open('b') as b:\n    f = open('c')\n", [(2, "open")])
    finds(
        f"while x:\n    s3 = boto3.resource('s3')\ny = 'id={fake};'\nz = 'AKIA alone'\n",
        [(2, "client"), (3, "key")],
    )
    ### BEGIN HIDDEN TESTS
    finds(f"while x:\n    boto3.resource('s3')\ny = f('{fake}')\n", [(2, "client"), (3, "key")])
    finds("try:\n    a()\nexcept (OSError, KeyError):\n    pass\nb = open\n", [])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Where the time goes
#
# A **profiler** asks, many times, what a program is doing just now. CodeGuru Profiler's agent asks once a second and
# reports every five minutes; from the samples it draws a *flame graph*, tells which code costs most, and warns when
# that changes. On Lambda a switch adds it as a layer. It is still offered, for the JVM's languages and Python.
#
# The idea fits in a few lines. A second thread looks, every few milliseconds, at what the first is doing. (Python's own
# stack tells the agent; here the functions note themselves.)


# %%
at_work = ["tables"]  # the stack: the outermost function first


def slow_moon(rounds: int) -> int:
    at_work.append("slow_moon")
    done = sum(n * n % 7 for n in range(rounds))
    at_work.pop()
    return done


def quick_sun(rounds: int) -> int:
    at_work.append("quick_sun")
    done = sum(range(rounds))
    at_work.pop()
    return done


def tables() -> None:
    for _ in range(12):
        slow_moon(200_000)
        quick_sun(200_000)


worker = threading.Thread(target=tables)
worker.start()
samples: list[list[str]] = []
while worker.is_alive():
    samples.append(list(at_work))
    worker.join(0.002)
inside = Counter(one[-1] for one in samples)
parts = {name: inside[name] / len(samples) * 100 for name in ("slow_moon", "quick_sun", "tables")}
charts.bars(
    parts,
    unit="percent",
    label="share of the samples",
    highlight=["slow_moon"],
    headline="A few samples are enough to see which function to mend first",
    subtitle="Two functions, called equally often",
    source="sampled in this cell",
)

# %% [markdown]
# Five settings rule the agent:
#
# | setting | what it says, and the Python agent's default |
# |---|---|
# | `SamplingIntervalInMilliseconds` | time between two samples: 1,000 |
# | `ReportingIntervalInMilliseconds` | time between two reports: 300,000 |
# | `MinimumTimeForReportingInMilliseconds` | no report comes sooner after another |
# | `MaxStackDepth` | frames of a stack that are kept: 1,000 |
# | `MemoryUsageLimitPercent` | how much of the memory the profiler may use |
#
# So a report rests on 300 samples of each thread. A Lambda function that runs for three seconds gives three; only many
# calls together make a picture.
#
# ### Your turn: the hottest function
#
# A recorded stack is a list of names, the outermost first; the last one was at work. Write `hottest(stacks, depth)`:
# cut each stack to its `depth` outermost frames, as `MaxStackDepth` does, and return three things: the function that
# was at work most often, its share of all samples, and how many stacks were cut.
#
# <details><summary>Hint</summary>
#
# `Counter(...).most_common(1)`. In a cut stack the last frame that is left seems to be at work.
# </details>


# %% exercise="hottest"
def hottest(stacks: list[list[str]], depth: int) -> tuple[str, float, int]:
    """Return (function most often at work, its share of the samples, stacks that were cut)."""
    ### BEGIN SOLUTION
    at_work = Counter(stack[:depth][-1] for stack in stacks)
    name, times = at_work.most_common(1)[0]
    return name, times / len(stacks), sum(len(stack) > depth for stack in stacks)
    ### END SOLUTION


# %% check="hottest" points=2
with check(
    "hottest",
    needs="hottest",
    right="With too small a depth the blame falls on the caller.",
) as expect:
    recorded = [["main", "render", "moon", "sine"]] * 55 + [["main", "render", "moon"]] * 15
    recorded += [["main", "load", "read"]] * 25 + [["main"]] * 5

    def judges(stacks: list[list[str]], depth: int, wanted: tuple[str, float, int]) -> None:
        kept = [list(stack) for stack in stacks]
        got = hottest(stacks, depth)
        expect(
            isinstance(got, tuple) and len(got) == 3,
            f"Return a name, a share and a number, such as ('f', 0.5, 0); got {got!r}.",
        )
        expect.equal(got[0], wanted[0], f"With depth {depth}, the hottest function")
        expect.close(got[1], wanted[1], f"With depth {depth}, its share (between 0 and 1)")
        expect.equal(got[2], wanted[2], f"With depth {depth}, the stacks that were cut")
        expect(stacks == kept, "Leave the recorded stacks as they are.")

    judges(recorded, 1000, ("sine", 0.55, 0))
    judges(recorded, 3, ("moon", 0.70, 55))
    judges(recorded, 2, ("render", 0.70, 95))
    ### BEGIN HIDDEN TESTS
    judges([["a", "b"], ["a", "c", "d"], ["a", "c"]], 2, ("c", 2 / 3, 1))
    judges([["a", "b"]] * 3 + [["a"]], 1, ("a", 1.0, 3))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Alive, closed, ended
#
# Old notes, and exam questions, still name tools that you can no longer begin to use.
#
# - **CodeStar** set up a whole project at once: repository, build, deployment, pipeline, dashboard. It ended. Its
#   *connections* to GitHub, GitLab and Bitbucket live on as **CodeConnections**, its notification rules as well.
# - **Cloud9** was an editor, debugger and terminal in the browser. Closed; use CloudShell or the toolkits for IDEs.
# - **OpsWorks** ran Chef and Puppet; in a question, "Chef recipes" pointed to it. Ended; use Systems Manager.
# - **CodeCatalyst**, CodeStar's successor, takes no new customers either.


# %% setup="lives"
def day(service: str, name: str) -> str:
    """A date of the facts, as 2025-11-24."""
    digits = str(int(facts.limit(service, name)))
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


# From each day on: "open" to all, "closed" to new customers, or "ended".
# Before the first day: open. The table begins with 2024.
LIVES = {
    "CodeBuild": [],
    "CodeArtifact": [],
    "CodeCommit": [
        (day("codecommit", "closed-to-new-customers"), "closed"),
        (day("codecommit", "open-again-to-new-customers"), "open"),
    ],
    "Cloud9": [(day("cloud9", "closed-to-new-customers"), "closed")],
    "CodeCatalyst": [(day("codecatalyst", "closed-to-new-customers"), "closed")],
    "CodeGuru Reviewer": [
        (day("codeguru reviewer", "no-new-repository-associations-since"), "closed"),
    ],
    "CodeGuru Security": [(day("codeguru security", "end-of-support"), "ended")],
    "CodeStar": [(day("codestar", "end-of-support"), "ended")],
    "OpsWorks": [  # closed some time before 2024
        ("2024-01-01", "closed"),
        (day("opsworks", "stacks-end-of-life"), "ended"),
    ],
}

# %%
bars = []
for service, turns in LIVES.items():
    edges = [("2024-01-01", "open"), *turns, ("2026-11-21", "ended")]
    for (begin, state), (end, _) in pairwise(edges):
        if state != "ended" and begin != end:
            bars.append((service, begin, end, state, state))
charts.gantt(
    bars,
    kinds={"open": "good", "closed": "wait"},
    headline="Seven of nine developer tools closed or ended within 18 months; one came back",
    subtitle="open to all, or closed to new customers; a row that stops has ended",
    source=facts.limit("codestar", "end-of-support"),
)

# %%
clients = boto3.session.Session().get_available_services()
for name in ("codebuild", "codeartifact", "codeconnections", "codestar", "opsworks"):
    print(f"{name:16}", "boto3 has a client" if name in clients else "gone from boto3")

# %% [markdown]
# ### Your turn: may we build on it?
#
# Write `usable(service, day, new)` with the table `LIVES`. May somebody use the service on that day, such as
# `"2025-01-31"`? `new` says whether it is a new customer. A turn counts from its day on. For a service that the
# table does not know, raise a `KeyError`: better no answer than a wrong one.
#
# <details><summary>Hint</summary>
#
# Dates written as year-month-day can be compared as texts. Go through the turns and remember the last state that
# began on or before the day.
# </details>


# %% exercise="usable"
def usable(service: str, day: str, new: bool) -> bool:
    """May a customer use the service on this day?"""
    ### BEGIN SOLUTION
    state = "open"
    for begin, turned in LIVES[service]:
        if begin <= day:
            state = turned
    return state == "open" or (state == "closed" and not new)
    ### END SOLUTION


# %% check="usable" points=1
with check(
    "usable",
    needs="usable",
    right="Look at the service's life-cycle page before you build on it.",
) as expect:

    def answers(service: str, when: str, new: bool, wanted: bool) -> None:
        who = "a new customer" if new else "an old customer"
        expect.equal(usable(service, when, new), wanted, f"{service}, {who}, {when}")

    answers("CodeCommit", "2024-07-24", True, True)
    answers("CodeCommit", "2024-07-25", True, False)
    answers("CodeCommit", "2025-01-31", False, True)
    answers("CodeCommit", "2025-11-24", True, True)
    answers("CodeStar", "2024-12-01", False, False)
    answers("Cloud9", "2026-11-21", False, True)
    answers("CodeBuild", "2026-11-21", True, True)
    try:
        said = usable("CodeCrystal", "2026-11-21", True)
    except KeyError:
        said = None
    expect(said is None, f"CodeCrystal is not in the table; you say {said}. Raise KeyError.")
    ### BEGIN HIDDEN TESTS
    answers("OpsWorks", "2024-05-26", False, False)
    answers("OpsWorks", "2024-05-25", False, True)
    answers("OpsWorks", "2024-05-25", True, False)
    answers("CodeCatalyst", "2026-01-01", True, False)
    answers("CodeGuru Security", "2025-11-19", False, True)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Cloud9's bill** was that of its EC2 instance, which stopped after 30 minutes without use by default. Such an
# > auto-stop is worth having on every machine that only people use:

# %%
hour = facts.price("ec2", "on-demand-linux-t3-micro")
uses = [(9.0, 11.5), (13.0, 13.5), (15.0, 17.0)]  # when somebody types, in hours of the day
hours = {"never": 24.0}
for minutes in (30, 240):
    on = 0.0
    for number, (begin, end) in enumerate(uses):
        following = uses[number + 1][0] if number + 1 < len(uses) else 24.0
        on += min(end + minutes / 60, following) - begin
    hours[f"{minutes} minutes"] = on
for stop, on in hours.items():
    days = 30 if stop == "never" else 22  # what never stops runs at weekends too
    print(f"stops after {stop:12} {on:4.1f} h a day, {on * days * hour:5.2f} USD a month")

# %% [markdown]
# ## What the chain costs
#
# Most of a delivery chain is billed by use. CodePipeline has two types: **V1** costs 1 USD a month for each active
# pipeline after the first, **V2** 0.002 USD for each minute that an action runs, after 100 free minutes.

# %%
v1 = facts.price("codepipeline", "v1-active-pipeline")
v2 = facts.price("codepipeline", "v2-action-execution-minute")
free = facts.limit("codepipeline", "v2-free-action-minutes")
charts.curves(
    {
        "V1, one more": lambda minutes: float(v1),
        "V2": lambda minutes: max(0, minutes - free) * v2,
    },
    x=(0, 1200),
    breakeven=True,
    x_label="minutes of actions in a month",
    y_unit="USD per month",
    headline="A pipeline that works less than 600 minutes a month is cheaper as V2",
    subtitle="V1's first pipeline is free, and so are V2's first 100 minutes",
    source=[v1, v2, free],
)

# %% [markdown]
# ### Your turn: the month's bill
#
# Write `month(team)`. `team` is a dictionary like `SMALL` below. Return a dictionary with five keys, each in USD:
#
# - `CodeCommit`: 1 USD for each user after the first 5;
# - `CodePipeline`: type V2; each run takes `action_minutes`;
# - `CodeBuild`: the smallest machine; each run builds for `build_minutes`, rounded up; 100 minutes are free;
# - `CodeArtifact`: gigabytes after the first 2, and requests after the first 100,000;
# - `CodeDeploy`: nothing for EC2, Lambda and ECS; 0.02 USD for each update of a machine of your own.
#
# The prices and free amounts are in `PRICE` and `FREE`.
#
# <details><summary>Hint</summary>
#
# `max(0, used - free) * price`, again and again. The price of requests is for 10,000.
# </details>

# %% setup="prices"
PRICE = {
    "user": facts.price("codecommit", "active-user-beyond-the-first-5"),
    "action minute": facts.price("codepipeline", "v2-action-execution-minute"),
    "build minute": facts.price("codebuild", "general1-small-linux"),
    "GB": facts.price("codeartifact", "storage"),
    "10,000 requests": facts.price("codeartifact", "requests"),
    "own machine": facts.price("codedeploy", "on-premises-instance-update"),
}
FREE = {
    "users": facts.limit("codecommit", "free-active-users"),
    "action minutes": facts.limit("codepipeline", "v2-free-action-minutes"),
    "build minutes": facts.limit("codebuild", "free-minutes-on-ec2-compute"),
    "GB": facts.limit("codeartifact", "free-storage"),
    "requests": facts.limit("codeartifact", "free-requests"),
}
SMALL = {
    "users": 4,
    "runs": 20,
    "action_minutes": 5,
    "build_minutes": 4.5,
    "gb": 1,
    "requests": 50_000,
    "own_machines": 0,
}


# %% exercise="month"
def month(team: dict[str, float]) -> dict[str, float]:
    """The month's bill of a delivery chain, by service, in USD."""

    ### BEGIN SOLUTION
    def beyond(used: float, free: float) -> float:
        return max(0.0, used - free)

    built = team["runs"] * ceil(team["build_minutes"])
    acted = team["runs"] * team["action_minutes"]
    asked = beyond(team["requests"], FREE["requests"]) / 10_000
    kept = beyond(team["gb"], FREE["GB"])
    return {
        "CodeCommit": beyond(team["users"], FREE["users"]) * PRICE["user"],
        "CodePipeline": beyond(acted, FREE["action minutes"]) * PRICE["action minute"],
        "CodeBuild": beyond(built, FREE["build minutes"]) * PRICE["build minute"],
        "CodeArtifact": kept * PRICE["GB"] + asked * PRICE["10,000 requests"],
        "CodeDeploy": team["own_machines"] * PRICE["own machine"],
    }
    ### END SOLUTION


# %% check="month" points=2
with check(
    "month",
    needs="month",
    right="With few builds you pay for people and packages, with many for machines.",
) as expect:
    lines = ["CodeCommit", "CodePipeline", "CodeBuild", "CodeArtifact", "CodeDeploy"]

    def bills(what: str, wanted: list[float], **changed: float) -> None:
        got = month(SMALL | changed)
        expect(
            isinstance(got, dict) and set(got) == set(lines),
            f"Return a dictionary with the keys {lines}; got {got!r}.",
        )
        for line, usd in zip(lines, wanted, strict=True):
            if usd == 0:
                expect(abs(got[line]) < 1e-9, f"{what}: {line} should be free, not {got[line]}.")
            else:
                expect.close(got[line], usd, f"{what}: {line}")

    bills("A small team", [0, 0, 0, 0, 0])
    bills("12 users, 300 runs", [7, 2.8, 7, 0, 0], users=12, runs=300)
    bills("42 GB", [0, 0, 0, 2, 0], gb=42)
    bills("900,000 requests", [0, 0, 0, 4, 0], requests=900_000)
    bills("50 machines of one's own", [0, 0, 0, 0, 1], own_machines=50)
    ### BEGIN HIDDEN TESTS
    bills("long builds", [0, 1.8, 10.5, 0, 0], runs=100, action_minutes=10, build_minutes=21.2)
    bills("all of it", [1, 0, 0, 3.9, 0.2], users=6, gb=32, requests=580_000, own_machines=10)
    ### END HIDDEN TESTS

# %%
bill_of: dict[str, dict[str, float]] = {}
for daily in (1, 10, 100):
    runs = daily * 22
    bill_of[f"{daily} a day"] = {
        "CodeBuild": max(0, runs * 6 - 100) * PRICE["build minute"],
        "CodePipeline": max(0, runs * 8 - 100) * PRICE["action minute"],
        "CodeCommit, 12 users": 7 * PRICE["user"],
        "CodeArtifact, 40 GB": 38 * PRICE["GB"],
    }
charts.stack(
    bill_of,
    unit="USD per month",
    label="builds",
    headline="From ten builds a day on, machines cost more than people and packages",
    subtitle="builds of 6 minutes, 8 minutes of actions a run, 22 working days",
    source=[PRICE["build minute"], PRICE["action minute"], PRICE["user"], PRICE["GB"]],
)

# %% [markdown]
# > **Bill.** This lesson's packages would fit into CodeArtifact's free 2 GB. Domains and rules cost nothing by
# > themselves; a queue that nobody needs is deleted all the same.

# %%
for name in ("team", "pypi-store"):
    artifacts.delete_repository(domain=fathom, repository=name)
artifacts.delete_domain(domain=fathom)
sqs.delete_queue(QueueUrl=url)
print("the first domain is gone")

# %% [markdown]
# ## To remember
#
# - CodeArtifact keeps your packages and those you fetch; a token lasts 15 minutes to 12 hours.
# - A repository has one external connection **or** up to ten upstreams, asked in order.
# - Who asked keeps a version for ever, and so does the store that fetched it; those between keep nothing.
# - In a domain equal files are stored once, under one key; a published version never changes.
# - A guest needs a token by the domain's policy and `ReadFromRepository` by the repository's: all of it or nothing.
# - Events tell of each version that is created, updated or deleted.
# - CodeStar, OpsWorks and CodeGuru Security ended; Cloud9, CodeCatalyst and Reviewer closed; CodeCommit is open.
# - A profiler samples; its depth and interval decide what it can see.

# %% [markdown] question="vanished"
# ### Question 1
#
# A build fetches packages from PyPI through `store`, an upstream of the repository `team`. The company fears that a
# version which it uses may be deleted from PyPI, or from `store` by mistake. What must it do?
#
# - [x] **A** Nothing more: `team` keeps each version that was once fetched through it.
#   > The repository that was asked keeps the version, whatever happens upstream afterwards.
# - [ ] **B** Copy `store` into a bucket every night.
#   > That stores what `team` holds already, and pip cannot install from it.
# - [ ] **C** Add a second external connection to `team`.
#   > A repository has one external connection at most, and none beside upstreams.
# - [ ] **D** Lengthen the life of the tokens.
#   > A token opens the door; it does not decide what is inside.

# %% answer="vanished"
answer = "A"

# %% check="vanished" points=1
question("vanished", answer)

# %% [markdown] question="one-package"
# ### Question 2
#
# A partner with its own account should install your package `charts`, and see no other of your 40 packages in the
# repository `team`. What do you do?
#
# - [ ] **A** Allow `ReadFromRepository` on the ARN of the package.
#   > The action works on repositories only; a package's ARN has no effect here.
# - [ ] **B** Give the partner the key of an IAM user.
#   > A key that travels cannot be called back, and it would read all of `team` just so.
# - [x] **C** Copy `charts` into a repository of its own and let the partner read that.
#   > Reading is all or nothing in a repository. In a domain the copy takes no room.
# - [ ] **D** Delete the domain's policy.
#   > Then the partner gets no token at all.

# %% answer="one-package"
answer = "C"

# %% check="one-package" points=1
question("one-package", answer)

# %% [markdown] question="old-question"
# ### Question 3
#
# An old practice exam asks: "A company runs Chef recipes and wants a managed service; it also wants a project dashboard
# for its pipelines." It expects *OpsWorks* and *CodeStar*. What holds for a new project in November 2026?
#
# - [ ] **A** Both can still be used by new customers.
#   > Both ended in 2024.
# - [x] **B** Neither exists: take Systems Manager for the machines, CodePipeline for the pipelines.
#   > Systems Manager runs documents, also with Chef or Ansible, on your machines. CodeConnections is what is left of
#   > CodeStar.
# - [ ] **C** OpsWorks ended; CodeStar is open again, like CodeCommit.
#   > Only CodeCommit came back, in November 2025.
# - [ ] **D** Use CodeCatalyst and Cloud9 instead.
#   > Both are closed to new customers.

# %% answer="old-question"
answer = "B"

# %% check="old-question" points=1
question("old-question", answer)

# %%
progress()
