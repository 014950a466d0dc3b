# %% [markdown]
# Answers to 09-cicd/05-packages-and-tools: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="index-url"
def index_url(domain, repository, minutes):
    seconds = sorted([900, minutes * 60, 43200])[1]
    token = artifacts.get_authorization_token(domain=domain, domainOwner=lab.ACCOUNT_ID, durationSeconds=seconds)
    host = f"{domain}-{lab.ACCOUNT_ID}.d.codeartifact.us-east-1.amazonaws.com"
    return f"https://aws:{token['authorizationToken']}@{host}/pypi/{repository}/simple/"


# %% wrong="index-url" says="For 40 minutes of build the token lasts beyond 40"
def index_url(domain, repository, minutes):
    token = artifacts.get_authorization_token(domain=domain)["authorizationToken"]
    return endpoint(domain, repository).replace("https://", f"https://aws:{token}@") + "simple/"


# %% wrong="index-url" says="ValidationException"
def index_url(domain, repository, minutes):
    token = artifacts.get_authorization_token(domain=domain, durationSeconds=minutes * 60)["authorizationToken"]
    return endpoint(domain, repository).replace("https://", f"https://aws:{token}@") + "simple/"


# %% wrong="index-url" says="It should look like"
def index_url(domain, repository, minutes):
    token = artifacts.get_authorization_token(domain=domain, durationSeconds=max(900, minutes * 60))
    return endpoint(domain, repository).replace("https://", f"https://aws:{token['authorizationToken']}@")


# %% right="index-url"
from urllib.parse import urlsplit


def index_url(domain: str, repository: str, minutes: int) -> str:
    _, minutes, _ = sorted([15, minutes, 720])
    token = artifacts.get_authorization_token(domain=domain, durationSeconds=minutes * 60)
    parts = urlsplit(endpoint(domain, repository))
    return parts._replace(
        netloc=f"aws:{token['authorizationToken']}@{parts.netloc}", path=parts.path + "simple/"
    ).geturl()


# %% wrong="index-url" says="For 5 minutes of build the token lasts beyond 15"
def index_url(domain: str, repository: str, minutes: int) -> str:
    seconds = minutes * 60 if 900 <= minutes * 60 <= 43200 else 0
    token = artifacts.get_authorization_token(domain=domain, durationSeconds=seconds)["authorizationToken"]
    return endpoint(domain, repository).replace("https://", f"https://aws:{token}@") + "simple/"


# %% right="one-door"
def one_door(domain, team, publics):
    upstreams = []
    for public in publics:
        mine = None
        for one in artifacts.list_repositories()["repositories"]:
            if one["domainName"] != domain:
                continue
            rows = artifacts.describe_repository(domain=domain, repository=one["name"])["repository"]
            if public in [row["externalConnectionName"] for row in rows["externalConnections"]]:
                mine = one["name"]
        if mine is None:
            mine = public.split(":")[1]
            artifacts.create_repository(domain=domain, repository=mine)
            artifacts.associate_external_connection(domain=domain, repository=mine, externalConnection=public)
        upstreams.append({"repositoryName": mine})
    artifacts.create_repository(domain=domain, repository=team)
    artifacts.update_repository(domain=domain, repository=team, upstreams=upstreams)


# %% wrong="one-door" says="external connection"
def one_door(domain, team, publics):
    artifacts.create_repository(domain=domain, repository=team)
    for public in publics:
        connect(domain, team, public)


# %% wrong="one-door" says="more than one store"
def one_door(domain, team, publics):
    upstreams = []
    for public in publics:
        name = f"{team}-{public.split(':')[1]}"
        artifacts.create_repository(domain=domain, repository=name)
        connect(domain, name, public)
        upstreams.append({"repositoryName": name})
    artifacts.create_repository(domain=domain, repository=team, upstreams=upstreams)


# %% wrong="one-door" says="What stands behind the team maps"
def one_door(domain, team, publics):
    stores = {}
    for one in artifacts.list_repositories_in_domain(domain=domain)["repositories"]:
        found = artifacts.describe_repository(domain=domain, repository=one["name"])["repository"]
        for row in found["externalConnections"]:
            stores[row["externalConnectionName"]] = one["name"]
    for public in publics:
        if public not in stores:
            stores[public] = public.split(":")[1]
            artifacts.create_repository(domain=domain, repository=stores[public])
            connect(domain, stores[public], public)
    upstreams = [{"repositoryName": stores[public]} for public in reversed(publics)]
    artifacts.create_repository(domain=domain, repository=team, upstreams=upstreams)


# %% right="one-door"
def one_door(domain: str, team: str, publics: list[str]) -> None:
    artifacts.create_repository(domain=domain, repository=team)

    def store_of(public):
        for one in artifacts.list_repositories()["repositories"]:
            if one["domainName"] == domain:
                found = artifacts.describe_repository(domain=domain, repository=one["name"])["repository"]
                if public in [c["externalConnectionName"] for c in found["externalConnections"]]:
                    return one["name"]
        made = artifacts.create_repository(domain=domain, repository=lab.unique_name("store"))["repository"]["name"]
        artifacts.associate_external_connection(domain=domain, repository=made, externalConnection=public)
        return made

    artifacts.update_repository(
        domain=domain, repository=team, upstreams=[{"repositoryName": store_of(p)} for p in publics]
    )


# %% wrong="one-door" says="What stands behind a second team"
def one_door(domain: str, team: str, publics: list[str]) -> None:
    ups, left = [], list(publics)
    for one in artifacts.list_repositories_in_domain(domain=domain)["repositories"]:
        found = artifacts.describe_repository(domain=domain, repository=one["name"])["repository"]
        for outside in found["externalConnections"]:
            if outside["externalConnectionName"] in left:
                left.remove(outside["externalConnectionName"])
                ups.append({"repositoryName": one["name"]})
    for public in left:
        name = public.removeprefix("public:")
        artifacts.create_repository(domain=domain, repository=name)
        connect(domain, name, public)
        ups.append({"repositoryName": name})
    artifacts.create_repository(domain=domain, repository=team, upstreams=ups)


# %% right="who-keeps"
holds_after_install = ["desk", "store"]
serves_after_the_cut = list(("desk",))
filled_by_listing = list()

# %% wrong="who-keeps" says="After the install"
holds_after_install = ["store", "mirror", "team", "desk"]
serves_after_the_cut = ["mirror", "team", "desk"]
filled_by_listing = []

# %% wrong="who-keeps" says="After the cut"
holds_after_install = ["store", "desk"]
serves_after_the_cut = []
filled_by_listing = []

# %% wrong="who-keeps" says="Listing"
holds_after_install = ["store", "desk"]
serves_after_the_cut = ["desk"]
filled_by_listing = ["desk"]

# %% wrong="who-keeps" says="After the install"
holds_after_install = ["store"]
serves_after_the_cut = []
filled_by_listing = []


# %% right="stored"
def stored(domain):
    total = 0
    for repository in artifacts.list_repositories_in_domain(domain=domain)["repositories"]:
        for package in artifacts.list_packages(domain=domain, repository=repository["name"])["packages"]:
            ask = {"domain": domain, "repository": repository["name"], **package}
            ask.pop("originConfiguration", None)
            for version in artifacts.list_package_versions(**ask)["versions"]:
                listed = artifacts.list_package_version_assets(**ask, packageVersion=version["version"])["assets"]
                total += sum(asset["size"] for asset in listed)
    return total, artifacts.describe_domain(domain=domain)["domain"]["assetSizeBytes"]


# %% wrong="stored" says="The bytes in the domain"
def stored(domain):
    names, total = {}, 0
    for repository in artifacts.list_repositories_in_domain(domain=domain)["repositories"]:
        for package in artifacts.list_packages(domain=domain, repository=repository["name"])["packages"]:
            ask = {"domain": domain, "repository": repository["name"], **package}
            for version in artifacts.list_package_versions(**ask)["versions"]:
                for asset in artifacts.list_package_version_assets(**ask, packageVersion=version["version"])["assets"]:
                    total += asset["size"]
                    names[package["package"], version["version"]] = asset["size"]
    return total, sum(names.values())  # 1.0 and 1.2 hold the same file


# %% wrong="stored" says="The bytes if every repository kept its own"
def stored(domain):
    size = artifacts.describe_domain(domain=domain)["domain"]
    return size["assetSizeBytes"] * size["repositoryCount"], size["assetSizeBytes"]


# %% right="stored"
def stored(domain: str) -> tuple[int, int]:
    def sizes():
        for repo in artifacts.list_repositories_in_domain(domain=domain)["repositories"]:
            here = {"domain": domain, "repository": repo["name"]}
            for p in artifacts.get_paginator("list_packages").paginate(**here).search("packages[]"):
                one = {k: p[k] for k in ("format", "namespace", "package") if k in p}
                for v in (
                    artifacts.get_paginator("list_package_versions")
                    .paginate(**here, **one)
                    .search("versions[].version")
                ):
                    yield from (
                        artifacts.get_paginator("list_package_version_assets")
                        .paginate(**here, **one, packageVersion=v)
                        .search("assets[].size")
                    )

    return sum(sizes()), artifacts.describe_domain(domain=domain)["domain"]["assetSizeBytes"]


# %% wrong="stored" says="The bytes if every repository kept its own"
def stored(domain: str) -> tuple[int, int]:
    seen = set()
    for repo in artifacts.list_repositories_in_domain(domain=domain)["repositories"]:
        for package in artifacts.list_packages(domain=domain, repository=repo["name"])["packages"]:
            where = {
                "domain": domain,
                "repository": repo["name"],
                "format": package["format"],
                "package": package["package"],
            }
            if "namespace" in package:
                where["namespace"] = package["namespace"]
            for version in artifacts.list_package_versions(**where)["versions"]:
                for asset in artifacts.list_package_version_assets(**where, packageVersion=version["version"])[
                    "assets"
                ]:
                    seen.add((repo["name"], asset["hashes"]["SHA-256"], asset["size"]))
    return sum(s for _, _, s in seen), artifacts.describe_domain(domain=domain)["domain"]["assetSizeBytes"]


# %% wrong="stored" says="Package not found"
def stored(domain: str) -> tuple[int, int]:
    apart, unique = 0, {}
    for repo in artifacts.list_repositories_in_domain(domain=domain)["repositories"]:
        for package in artifacts.list_packages(domain=domain, repository=repo["name"])["packages"]:
            where = {
                "domain": domain,
                "repository": repo["name"],
                "format": package["format"],
                "package": package["package"],
            }
            for version in artifacts.list_package_versions(**where)["versions"]:
                for asset in artifacts.list_package_version_assets(**where, packageVersion=version["version"])[
                    "assets"
                ]:
                    apart += asset["size"]
                    unique[asset["hashes"]["SHA-256"]] = asset["size"]
    return apart, sum(unique.values())


# %% right="share"
def share(domain, repository, account):
    start = f"arn:aws:codeartifact:us-east-1:{lab.ACCOUNT_ID}"
    may_enter = policy(account, ["codeartifact:GetAuthorizationToken"], f"{start}:domain/{domain}")
    artifacts.put_domain_permissions_policy(domain=domain, policyDocument=may_enter)
    may_read = policy(account, ["codeartifact:Get*", "codeartifact:Read*"], f"{start}:repository/{domain}/{repository}")
    artifacts.put_repository_permissions_policy(domain=domain, repository=repository, policyDocument=may_read)


# %% wrong="share" says="GetAuthorizationToken is refused"
def share(domain, repository, account):
    reads = ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]
    artifacts.put_repository_permissions_policy(
        domain=domain, repository=repository, policyDocument=policy(account, reads)
    )


# %% wrong="share" says="ReadFromRepository is refused"
def share(domain, repository, account):
    artifacts.put_domain_permissions_policy(
        domain=domain, policyDocument=policy(account, ["codeartifact:GetAuthorizationToken"])
    )
    one = f"arn:aws:codeartifact:us-east-1:{lab.ACCOUNT_ID}:package/{domain}/{repository}/pypi//flask"
    both = [
        *json.loads(policy(account, ["codeartifact:GetRepositoryEndpoint"]))["Statement"],
        *json.loads(policy(account, ["codeartifact:ReadFromRepository"], one))["Statement"],
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": both})
    artifacts.put_repository_permissions_policy(domain=domain, repository=repository, policyDocument=document)


# %% wrong="share" says="The guest can publish"
def share(domain, repository, account):
    artifacts.put_domain_permissions_policy(domain=domain, policyDocument=policy(account, ["codeartifact:*"]))
    artifacts.put_repository_permissions_policy(
        domain=domain, repository=repository, policyDocument=policy(account, ["codeartifact:*"])
    )


# %% wrong="share" says="A third account"
def share(domain, repository, account):
    token = policy(account, ["codeartifact:GetAuthorizationToken"])
    reads = policy(account, ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"])
    everybody = f"arn:aws:iam::{account}:root"
    artifacts.put_domain_permissions_policy(domain=domain, policyDocument=token.replace(everybody, "*"))
    artifacts.put_repository_permissions_policy(
        domain=domain, repository=repository, policyDocument=reads.replace(everybody, "*")
    )


# %% wrong="share" says="lets the guest call CreateRepository"
def share(domain: str, repository: str, account: str) -> None:
    artifacts.put_domain_permissions_policy(domain=domain, policyDocument=policy(account, ["codeartifact:*"]))
    artifacts.put_repository_permissions_policy(
        domain=domain,
        repository=repository,
        policyDocument=policy(account, ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]),
    )


# %% wrong="share" says="lets the guest call DeletePackageVersions"
def share(domain: str, repository: str, account: str) -> None:
    artifacts.put_domain_permissions_policy(
        domain=domain, policyDocument=policy(account, ["codeartifact:GetAuthorizationToken"])
    )
    artifacts.put_repository_permissions_policy(
        domain=domain,
        repository=repository,
        policyDocument=policy(
            account,
            [
                "codeartifact:Get*",
                "codeartifact:ReadFromRepository",
                "codeartifact:DeletePackageVersions",
                "codeartifact:DeleteRepository",
            ],
        ),
    )


# %% right="rebuild"
def rebuild_on(domain, repository, target):
    pattern = {
        "source": ["aws.codeartifact"],
        "detail": {
            "domainName": [{"equals-ignore-case": domain}],
            "repositoryName": [repository],
            "operationType": [{"anything-but": "Deleted"}],
            "packageVersionState": ["Published"],
        },
    }
    name = lab.unique_name("on-release")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target}])
    return name


# %% wrong="rebuild" says="An event of another repository came"
def rebuild_on(domain, repository, target):
    name = lab.unique_name("on-release")
    pattern = {"source": ["aws.codeartifact"], "detail": {"domainName": [domain], "packageVersionState": ["Published"]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target}])
    return name


# %% wrong="rebuild" says="An event of another domain came"
def rebuild_on(domain, repository, target):
    name = lab.unique_name("on-release")
    detail = {"repositoryName": [repository], "packageVersionState": ["Published"]}
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.codeartifact"], "detail": detail}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target}])
    return name


# %% wrong="rebuild" says="archived, and it came"
def rebuild_on(domain, repository, target):
    name = lab.unique_name("on-release")
    detail = {"domainName": [domain], "repositoryName": [repository], "operationType": ["Created", "Updated"]}
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.codeartifact"], "detail": detail}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target}])
    return name


# %% wrong="rebuild" says="published again"
def rebuild_on(domain, repository, target):
    name = lab.unique_name("on-release")
    detail = {"domainName": [domain], "repositoryName": [repository], "operationType": ["Created"]}
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.codeartifact"], "detail": detail}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target}])
    return name


# %% right="rebuild"
def rebuild_on(domain: str, repository: str, target: str) -> str:
    name = lab.unique_name("rebuild")
    events.put_rule(
        Name=name,
        EventPattern=json.dumps(
            {
                "source": ["aws.codeartifact"],
                "detail": {
                    "domainName": [domain],
                    "repositoryName": [repository],
                    "packageVersionState": ["Published"],
                },
            }
        ),
    )
    events.put_targets(Rule=name, Targets=[{"Id": "target", "Arn": target}])
    return name


# %% wrong="rebuild" says="One rule is enough"
def rebuild_on(domain: str, repository: str, target: str) -> str:
    names = []
    for kind in ("Created", "Updated"):
        name = lab.unique_name("rebuild")
        events.put_rule(
            Name=name,
            EventPattern=json.dumps(
                {
                    "source": ["aws.codeartifact"],
                    "detail": {
                        "domainName": [domain],
                        "repositoryName": [repository],
                        "operationType": [kind],
                        "packageVersionState": ["Published"],
                    },
                }
            ),
        )
        events.put_targets(Rule=name, Targets=[{"Id": "target", "Arn": target}])
        names.append(name)
    return names[0]


# %% wrong="rebuild" says="Return the name of the rule"
def rebuild_on(domain: str, repository: str, target: str) -> str:
    name = lab.unique_name("rebuild")
    arn = events.put_rule(
        Name=name,
        EventPattern=json.dumps(
            {
                "source": ["aws.codeartifact"],
                "detail": {
                    "domainName": [domain],
                    "repositoryName": [repository],
                    "operationType": ["Created", "Updated"],
                    "packageVersionState": ["Published"],
                },
            }
        ),
    )["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "target", "Arn": target}])
    return arn


# %% right="review"
def review(source):
    found = set()

    class Reader(ast.NodeVisitor):
        loops = 0

        def visit_Constant(self, node):
            if re.search("AKIA[0-9A-Z]{16}", str(node.value)):
                found.add((node.lineno, "key"))

        def visit_ExceptHandler(self, node):
            if not node.type:
                found.add((node.lineno, "except"))
            self.generic_visit(node)

        def visit_For(self, node):
            self.visit(node.iter)
            self.inside(node)

        def visit_While(self, node):
            self.visit(node.test)
            self.inside(node)

        def inside(self, node):
            self.loops += 1
            for one in node.body:
                self.visit(one)
            self.loops -= 1
            for one in node.orelse:
                self.visit(one)

        def visit_With(self, node):
            for item in node.items:
                for part in ast.iter_child_nodes(item.context_expr):
                    self.visit(part)
            for one in node.body:
                self.visit(one)

        def visit_Call(self, node):
            name = ast.unparse(node.func)
            if name == "open":
                found.add((node.lineno, "open"))
            if name in ("boto3.client", "boto3.resource") and self.loops:
                found.add((node.lineno, "client"))
            self.generic_visit(node)

    Reader().visit(ast.parse(source))
    return sorted(found)


# %% wrong="review" says="was said of a harmless line"
def review(source):
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        if re.search("AKIA[0-9A-Z]{16}", line):
            found.append((number, "key"))
        if "open(" in line and "with" not in line:
            found.append((number, "open"))
        if line.strip() == "except:":
            found.append((number, "except"))
        if line.startswith(" ") and "boto3.client" in line:
            found.append((number, "client"))
    return found


# %% wrong="review" says="name each place once"
def review(source):
    tree, found = ast.parse(source), []
    heads = [id(i.context_expr) for n in ast.walk(tree) if isinstance(n, ast.With) for i in n.items]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and re.search("AKIA[0-9A-Z]{16}", str(node.value)):
            found.append((node.lineno, "key"))
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            found.append((node.lineno, "except"))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "open" and id(node) not in heads:
            found.append((node.lineno, "open"))
        if isinstance(node, (ast.For, ast.While)):
            for inner in (one for part in node.body for one in ast.walk(part)):
                if isinstance(inner, ast.Call) and ast.unparse(inner.func) in ("boto3.client", "boto3.resource"):
                    found.append((inner.lineno, "client"))
    return sorted(found)


# %% wrong="review" says="'client' was said of a harmless line"
def review(source):
    tree, found = ast.parse(source), set()
    heads = [id(i.context_expr) for n in ast.walk(tree) if isinstance(n, ast.With) for i in n.items]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and re.search("AKIA[0-9A-Z]{16}", str(node.value)):
            found.add((node.lineno, "key"))
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            found.add((node.lineno, "except"))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "open" and id(node) not in heads:
            found.add((node.lineno, "open"))
        if isinstance(node, (ast.For, ast.While)):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call) and ast.unparse(inner.func) in ("boto3.client", "boto3.resource"):
                    found.add((inner.lineno, "client"))
    return sorted(found)


# %% right="review"
class Reader(ast.NodeVisitor):
    def __init__(self):
        self.found, self.loops = set(), 0

    def visit_Constant(self, node):
        if isinstance(node.value, str) and re.search("AKIA[A-Z0-9]{16}", node.value):
            self.found.add((node.lineno, "key"))

    def visit_ExceptHandler(self, node):
        if node.type is None:
            self.found.add((node.lineno, "except"))
        self.generic_visit(node)

    def visit_For(self, node):
        for part in (node.target, node.iter, *node.orelse):
            self.visit(part)
        self.loops += 1
        for part in node.body:
            self.visit(part)
        self.loops -= 1

    def visit_While(self, node):
        for part in (node.test, *node.orelse):
            self.visit(part)
        self.loops += 1
        for part in node.body:
            self.visit(part)
        self.loops -= 1

    def visit_With(self, node):
        for item in node.items:
            if isinstance(item.context_expr, ast.Call):
                for part in ast.iter_child_nodes(item.context_expr):
                    self.visit(part)
        for part in node.body:
            self.visit(part)

    def visit_Call(self, node):
        name = ast.unparse(node.func)
        if self.loops and name in ("boto3.client", "boto3.resource"):
            self.found.add((node.lineno, "client"))
        if name == "open":
            self.found.add((node.lineno, "open"))
        self.generic_visit(node)


def review(source: str) -> list[tuple[int, str]]:
    reader = Reader()
    reader.visit(ast.parse(source))
    return sorted(reader.found)


# %% wrong="review" says="Rule 'client' missed"
def review(source: str) -> list[tuple[int, str]]:
    tree = ast.parse(source)
    found = set()
    heads = {item.context_expr for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.search(r"AKIA[A-Z0-9]{16}", node.value)
        ):
            found.add((node.lineno, "key"))
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            found.add((node.lineno, "except"))
        if isinstance(node, ast.For):
            for part in node.body:
                for call in ast.walk(part):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == "boto3.client":
                        found.add((call.lineno, "client"))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "open" and node not in heads:
            found.add((node.lineno, "open"))
    return sorted(found)


# %% wrong="review" says="Rule 'key' missed"
def review(source: str) -> list[tuple[int, str]]:
    tree = ast.parse(source)
    found = set()
    heads = {item.context_expr for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("AKIA"):
            found.add((node.lineno, "key"))
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            found.add((node.lineno, "except"))
        if isinstance(node, (ast.For, ast.While)):
            for part in node.body:
                for call in ast.walk(part):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) in ("boto3.client", "boto3.resource"):
                        found.add((call.lineno, "client"))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "open" and node not in heads:
            found.add((node.lineno, "open"))
    return sorted(found)


# %% wrong="review" says="Rule 'open' missed"
def review(source: str) -> list[tuple[int, str]]:
    tree = ast.parse(source)
    found = set()
    heads = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.With) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.search(r"AKIA[A-Z0-9]{16}", node.value)
        ):
            found.add((node.lineno, "key"))
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            found.add((node.lineno, "except"))
        if isinstance(node, (ast.For, ast.While)):
            for part in node.body:
                for call in ast.walk(part):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) in ("boto3.client", "boto3.resource"):
                        found.add((call.lineno, "client"))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "open" and id(node) not in heads:
            found.add((node.lineno, "open"))
    return sorted(found)


# %% right="hottest"
def hottest(stacks, depth):
    times, cut = {}, 0
    for stack in stacks:
        if len(stack) > depth:
            cut += 1
        name = stack[min(depth, len(stack)) - 1]
        times[name] = times.get(name, 0) + 1
    name = max(times, key=times.get)
    return name, times[name] / len(stacks), cut


# %% wrong="hottest" says="With depth 1000, the hottest function"
def hottest(stacks, depth):
    seen = Counter(name for stack in stacks for name in stack[:depth])
    name, times = seen.most_common(1)[0]
    return name, times / len(stacks), sum(len(stack) > depth for stack in stacks)


# %% wrong="hottest" says="With depth 3, the hottest function"
def hottest(stacks, depth):
    seen = Counter(stack[-1] for stack in stacks)
    name, times = seen.most_common(1)[0]
    return name, times / len(stacks), sum(len(stack) > depth for stack in stacks)


# %% wrong="hottest" says="the stacks that were cut"
def hottest(stacks, depth):
    seen = Counter(stack[:depth][-1] for stack in stacks)
    name, times = seen.most_common(1)[0]
    return name, times / len(stacks), sum(len(stack) >= depth for stack in stacks)


# %% wrong="hottest" says="With depth 3, the hottest function"
def hottest(stacks: list[list[str]], depth: int) -> tuple[str, float, int]:
    cut = [stack for stack in stacks if len(stack) <= depth]
    name, times = Counter(one[-1] for one in cut).most_common(1)[0]
    return name, times / len(cut), len(stacks) - len(cut)


# %% wrong="hottest" says="between 0 and 1"
def hottest(stacks: list[list[str]], depth: int) -> tuple[str, float, int]:
    cut = [stack[:depth] for stack in stacks]
    name, times = Counter(one[-1] for one in cut).most_common(1)[0]
    return name, times / len(stacks) * 100, sum(len(stack) > depth for stack in stacks)


# %% right="usable"
def usable(service, day, new):
    state = [one for begin, one in [("", "open"), *LIVES[service]] if day >= begin][-1]
    return {"open": True, "closed": not new, "ended": False}[state]


# %% wrong="usable" says="CodeCommit, a new customer, 2025-11-24"
def usable(service, day, new):
    for begin, state in LIVES[service]:
        if day >= begin:
            return state == "open" or (state == "closed" and not new)
    return True


# %% wrong="usable" says="CodeCommit, a new customer, 2024-07-25"
def usable(service, day, new):
    state = "open"
    for begin, turned in LIVES[service]:
        if begin < day:
            state = turned
    return state == "open" or (state == "closed" and not new)


# %% wrong="usable" says="is not in the table; you say True"
def usable(service, day, new):
    state = "open"
    for begin, turned in LIVES.get(service, []):
        if begin <= day:
            state = turned
    return state == "open" or (state == "closed" and not new)


# %% wrong="usable" says="an old customer"
def usable(service, day, new):
    state = "open"
    for begin, turned in LIVES[service]:
        if begin <= day:
            state = turned
    return state == "open"


# %% wrong="usable" says="CodeCommit, a new customer, 2024-07-25"
def usable(service: str, day: str, new: bool) -> bool:
    turns = LIVES[service]
    state = turns[-1][1] if turns and turns[-1][0] <= day else "open"
    return state == "open" or (state == "closed" and not new)


# %% right="month"
def month(team):
    def bill(used, free, price):
        return max(used - free, 0) * price

    packages = bill(team["gb"], FREE["GB"], PRICE["GB"])
    packages += bill(team["requests"], FREE["requests"], PRICE["10,000 requests"] / 10_000)
    return dict(
        CodeCommit=bill(team["users"], FREE["users"], PRICE["user"]),
        CodePipeline=bill(team["runs"] * team["action_minutes"], FREE["action minutes"], PRICE["action minute"]),
        CodeBuild=bill(team["runs"] * -(-team["build_minutes"] // 1), FREE["build minutes"], PRICE["build minute"]),
        CodeArtifact=packages,
        CodeDeploy=bill(team["own_machines"], 0, PRICE["own machine"]),
    )


# %% wrong="month" says="CodeCommit should be free"
def month(team):
    requests_bill = (team["requests"] - FREE["requests"]) / 10_000 * PRICE["10,000 requests"]
    return {
        "CodeCommit": (team["users"] - FREE["users"]) * PRICE["user"],
        "CodePipeline": (team["runs"] * team["action_minutes"] - FREE["action minutes"]) * PRICE["action minute"],
        "CodeBuild": (team["runs"] * ceil(team["build_minutes"]) - FREE["build minutes"]) * PRICE["build minute"],
        "CodeArtifact": (team["gb"] - FREE["GB"]) * PRICE["GB"] + requests_bill,
        "CodeDeploy": team["own_machines"] * PRICE["own machine"],
    }


# %% wrong="month" says="CodeBuild"
def month(team):
    def beyond(used, free):
        return max(0, used - free)

    return {
        "CodeCommit": beyond(team["users"], FREE["users"]) * PRICE["user"],
        "CodePipeline": beyond(team["runs"] * team["action_minutes"], FREE["action minutes"]) * PRICE["action minute"],
        "CodeBuild": beyond(team["runs"] * team["build_minutes"], FREE["build minutes"]) * PRICE["build minute"],
        "CodeArtifact": beyond(team["gb"], FREE["GB"]) * PRICE["GB"]
        + beyond(team["requests"], FREE["requests"]) / 10_000 * PRICE["10,000 requests"],
        "CodeDeploy": team["own_machines"] * PRICE["own machine"],
    }


# %% wrong="month" says="900,000 requests: CodeArtifact"
def month(team):
    def beyond(used, free):
        return max(0, used - free)

    return {
        "CodeCommit": beyond(team["users"], FREE["users"]) * PRICE["user"],
        "CodePipeline": beyond(team["runs"] * team["action_minutes"], FREE["action minutes"]) * PRICE["action minute"],
        "CodeBuild": beyond(team["runs"] * ceil(team["build_minutes"]), FREE["build minutes"]) * PRICE["build minute"],
        "CodeArtifact": beyond(team["gb"], FREE["GB"]) * PRICE["GB"],
        "CodeDeploy": team["own_machines"] * PRICE["own machine"],
    }


# %% wrong="month" says="CodeDeploy"
def month(team: dict[str, float]) -> dict[str, float]:
    runs = team["runs"]
    return {
        "CodeCommit": max(0, team["users"] - FREE["users"]) * PRICE["user"],
        "CodePipeline": max(0, runs * team["action_minutes"] - FREE["action minutes"]) * PRICE["action minute"],
        "CodeBuild": max(0, runs * ceil(team["build_minutes"]) - FREE["build minutes"]) * PRICE["build minute"],
        "CodeArtifact": max(0, team["gb"] - FREE["GB"]) * PRICE["GB"]
        + max(0, team["requests"] - FREE["requests"]) / 10_000 * PRICE["10,000 requests"],
        "CodeDeploy": runs * team["own_machines"] * PRICE["own machine"],
    }


# %% wrong="month" says="300 runs: CodeBuild"
def month(team: dict[str, float]) -> dict[str, float]:
    runs = team["runs"]
    return {
        "CodeCommit": max(0, team["users"] - FREE["users"]) * PRICE["user"],
        "CodePipeline": max(0, runs * team["action_minutes"] - FREE["action minutes"]) * PRICE["action minute"],
        "CodeBuild": max(0, ceil(runs * team["build_minutes"]) - FREE["build minutes"]) * PRICE["build minute"],
        "CodeArtifact": max(0, team["gb"] - FREE["GB"]) * PRICE["GB"]
        + max(0, team["requests"] - FREE["requests"]) / 10_000 * PRICE["10,000 requests"],
        "CodeDeploy": team["own_machines"] * PRICE["own machine"],
    }
