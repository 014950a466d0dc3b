# %% [markdown]
# Answers to 07-containers/01-images: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="fits"
def fits(host, app, system):
    machines = 0
    while (machines + 1) * (app + system) <= host:
        machines += 1
    containers = 0
    while system + (containers + 1) * app <= host:
        containers += 1
    return machines, containers


# %% wrong="fits" says="16 GiB, apps of 512 MiB"
def fits(host, app, system):
    return host // (app + system), host // app


# %% wrong="fits" says="A host smaller than its system"
def fits(host, app, system):
    return host // (app + system), (host - system) // app


# %% wrong="fits" says="apps of 300 MiB"
def fits(host, app, system):
    return round(host / (app + system)), max(0, round((host - system) / app))


# %% right="mend-dockerfile"
dockerfile = """
FROM python:3.12-slim
ENV HARBOUR=Whitby
COPY requirements.txt /app/
RUN pip install -r /app/requirements.txt
COPY tides.py /app/
WORKDIR /app
ENTRYPOINT ["python"]
CMD ["tides.py"]
"""

# %% wrong="mend-dockerfile" says="Install the libraries before you copy the code"
dockerfile = """
FROM python:3.12-slim
WORKDIR /app
ENV HARBOUR=Whitby
COPY . .
RUN pip install -r requirements.txt
CMD ["python", "tides.py"]
"""

# %% wrong="mend-dockerfile" says="The password is still in the image"
dockerfile = """
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
ENV HARBOUR=Whitby
ENV TIDE_API_PASSWORD=herring-4711
CMD ["python", "tides.py"]
"""

# %% wrong="mend-dockerfile" says="does not begin with python:3.12-slim"
dockerfile = """
FROM python:latest
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
ENV HARBOUR=Whitby
CMD ["python", "tides.py"]
"""

# %% wrong="mend-dockerfile" says="CMD says what a container starts"
dockerfile = """
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
ENV HARBOUR=Whitby
"""

# %% wrong="mend-dockerfile" says="No layer installs the libraries"
dockerfile = """
FROM python:3.12-slim
WORKDIR /app
ENV HARBOUR=Whitby
COPY . .
CMD ["python", "tides.py"]
"""

# %% wrong="mend-dockerfile" says="nothing sets HARBOUR"
dockerfile = """
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
CMD ["python", "tides.py"]
"""

# %% wrong="mend-dockerfile" says="The password is still in the image"
dockerfile = """
FROM python:3.12-slim
WORKDIR /app
ENV HARBOUR=Whitby
ENV TIDE_API_PASSWORD=herring-4711
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY tides.py .
ENV TIDE_API_PASSWORD=
CMD ["python", "tides.py"]
"""


# %% right="read-reference"
def read_name(name):
    import re

    digest = None
    if "@" in name:
        name, digest = name.split("@")
    parts = name.split("/")
    registry = parts.pop(0) if len(parts) > 1 and "." in parts[0] else "docker.io"
    path = "/".join(parts)
    tag = None
    if ":" in path:
        path, tag = path.rsplit(":", 1)
    if tag is None and digest is None:
        tag = "latest"
    if registry == "docker.io" and "/" not in path:
        path = "library/" + path
    kind = "ecr-public" if registry == "public.ecr.aws" else "hub"
    kind = "ecr-private" if re.match(r"\d{12}\.dkr\.ecr", registry) else kind
    return dict(registry=registry, repository=path, tag=tag, digest=digest, kind=kind)


# %% wrong="read-reference" says="nginx: repository"
def read_name(name):
    registry, _, path = name.rpartition("/")
    path, _, tag = path.partition(":")
    found = {"registry": registry or "docker.io", "repository": path, "tag": tag or "latest"}
    return {**found, "digest": None, "kind": "hub"}


# %% wrong="read-reference" says="tides@sha256:9f2c: tag"
def read_name(name):
    bare, _, digest = name.partition("@")
    first, slash, rest = bare.partition("/")
    registry, path = (first, rest) if slash and "." in first else ("docker.io", bare)
    repository, _, tag = path.partition(":")
    if registry == "docker.io" and "/" not in repository:
        repository = "library/" + repository
    kind = "ecr-public" if registry == "public.ecr.aws" else "ecr-private" if "ecr" in registry else "hub"
    found = {"registry": registry, "repository": repository, "tag": tag or "latest"}
    return {**found, "digest": digest or None, "kind": kind}


# %% wrong="read-reference" says="tides:8@sha256:9f2c: tag"
def read_name(name):
    bare, _, digest = name.partition("@")
    first, slash, rest = bare.partition("/")
    registry, path = (first, rest) if slash and "." in first else ("docker.io", bare)
    repository, _, tag = path.partition(":")
    if registry == "docker.io" and "/" not in repository:
        repository = "library/" + repository
    kind = "ecr-public" if registry == "public.ecr.aws" else "ecr-private" if ".dkr.ecr." in registry else "hub"
    found = {"registry": registry, "repository": repository, "tag": None if digest else tag or "latest"}
    return {**found, "digest": digest or None, "kind": kind}


# %% wrong="read-reference" says="docker.io/nginx@sha256:9f2c: repository"
def read_name(name):
    bare, _, digest = name.partition("@")
    first, slash, rest = bare.partition("/")
    registry, path = (first, rest) if slash and "." in first else ("docker.io", bare)
    repository, _, tag = path.partition(":")
    if "/" not in name:
        repository = "library/" + repository
    kind = "ecr-public" if registry == "public.ecr.aws" else "ecr-private" if ".dkr.ecr." in registry else "hub"
    found = {"registry": registry, "repository": repository, "tag": tag or (None if digest else "latest")}
    return {**found, "digest": digest or None, "kind": kind}


# %% wrong="read-reference" says="python:3.12-slim: registry"
def read_name(name):
    bare, _, digest = name.partition("@")
    first, _, rest = bare.partition("/")
    registry, path = (first, rest) if "." in first else ("docker.io", bare)
    repository, _, tag = path.partition(":")
    if registry == "docker.io" and "/" not in repository:
        repository = "library/" + repository
    kind = "ecr-public" if registry == "public.ecr.aws" else "ecr-private" if ".dkr.ecr." in registry else "hub"
    found = {"registry": registry, "repository": repository, "tag": tag or (None if digest else "latest")}
    return {**found, "digest": digest or None, "kind": kind}


# %% right="ship-it"
def ship(name, version, account, region):
    registry = account + ".dkr.ecr." + region + ".amazonaws.com"
    password = f"aws ecr get-login-password --region={region}"
    return [
        f"docker build --tag {name}:{version} .",
        f"{password} | docker login -u AWS --password-stdin https://{registry}",
        f"docker tag {name}:{version} {registry}/{name}:{version}",
        f"docker push {registry}/{name}:{version}",
    ]


# %% right="ship-it"
def ship(name, version, account, region):
    registry = f"{account}.dkr.ecr.{region}.amazonaws.com"
    password = f"aws --region {region} ecr get-login-password"
    return [
        f"docker image build . -t {name}:{version}",
        f"{password} | docker login {registry} --username AWS --password-stdin",
        f"docker image tag {name}:{version} {registry}/{name}:{version}",
        f"docker image push {registry}/{name}:{version}",
    ]


# %% wrong="ship-it" says="is no shell"
def ship(name, version, account, region):
    host = f"{account}.dkr.ecr.{region}.amazonaws.com"
    return [
        f"docker build -t {name}:{version} .",
        f"docker login --username AWS --password $(aws ecr get-login-password --region {region}) {host}",
        f"docker tag {name}:{version} {host}/{name}:{version}",
        f"docker push {host}/{name}:{version}",
    ]


# %% wrong="ship-it" says="get-login"
def ship(name, version, account, region):
    host = f"{account}.dkr.ecr.{region}.amazonaws.com"
    return [
        f"docker build -t {name}:{version} .",
        f"aws ecr get-login --no-include-email --region {region} | docker login --username AWS --password-stdin {host}",
        f"docker tag {name}:{version} {host}/{name}:{version}",
        f"docker push {host}/{name}:{version}",
    ]


# %% wrong="ship-it" says="unknown flag: --password-sttdin"
def ship(name, version, account, region):
    host = f"{account}.dkr.ecr.{region}.amazonaws.com"
    return [
        f"docker build -t {name}:{version} .",
        f"aws ecr get-login-password --region {region} | docker login --username AWS --password-sttdin {host}",
        f"docker tag {name}:{version} {host}/{name}:{version}",
        f"docker push {host}/{name}:{version}",
    ]


# %% wrong="ship-it" says="400 Bad Request"
def ship(name, version, account, region):
    host = f"{account}.dkr.ecr.{region}.amazonaws.com"
    return [
        f"docker build -t {name}:{version} .",
        f"aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin {host}",
        f"docker tag {name}:{version} {host}/{name}:{version}",
        f"docker push {host}/{name}:{version}",
    ]


# %% wrong="ship-it" says="holds the tags ['latest']"
def ship(name, version, account, region):
    host = f"{account}.dkr.ecr.{region}.amazonaws.com"
    return [
        f"docker build -t {name}:{version} .",
        f"aws ecr get-login-password --region {region} | docker login --username AWS --password-stdin {host}",
        f"docker tag {name}:{version} {host}/{name}",
        f"docker push {host}/{name}",
    ]


# %% right="pull-only"
def pull_policy(repository_arn):
    pull = ["BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"]
    statements = [{"Sid": "Login", "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": ["*"]}]
    for name in pull:
        statements.append({"Effect": "Allow", "Action": f"ecr:{name}", "Resource": [repository_arn]})
    return {"Version": "2012-10-17", "Statement": statements}


# %% right="pull-only"
def pull_policy(repository_arn):
    token = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    read = ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:DescribeImages"]
    return {
        "Version": "2012-10-17",
        "Statement": [token, {"Effect": "Allow", "Action": read, "Resource": repository_arn}],
    }


# %% wrong="pull-only" says="The login fails"
def pull_policy(repository_arn):
    actions = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": repository_arn}
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="pull-only" says="Images of another repository"
def pull_policy(repository_arn):
    actions = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}


# %% wrong="pull-only" says="also lets one push"
def pull_policy(repository_arn):
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
    push = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Action": pull + push, "Resource": repository_arn},
        ],
    }


# %% right="pull-only"
def pull_policy(repository_arn):
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Action": pull, "Resource": repository_arn},
            {"Effect": "Deny", "Action": "ecr:Put*", "Resource": "*"},
        ],
    }


# %% wrong="pull-only" says="a new tag for an old image"
def pull_policy(repository_arn):
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:PutImage"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Action": pull, "Resource": repository_arn},
        ],
    }


# %% wrong="pull-only" says="Images of another repository"
def pull_policy(repository_arn):
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Action": pull, "Resource": repository_arn + "*"},
        ],
    }


# %% wrong="pull-only" says="No server needs BatchDelete"
def pull_policy(repository_arn):
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Action": [*pull, "ecr:BatchDeleteImage"], "Resource": repository_arn},
        ],
    }


# %% wrong="pull-only" says="Statement must be a list"
def pull_policy(repository_arn):
    pull = ["ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": pull, "Resource": repository_arn}}


# %% right="release"
def release(repository, version):
    target = f"{REGISTRY}/{repository}:{version}"
    lab.docker(["docker", "tag", f"tides-release:{version}", target])
    said = lab.docker(["docker", "push", target])
    ecr.put_image_tag_mutability(repositoryName=repository, imageTagMutability="IMMUTABLE")
    return f"{REGISTRY}/{repository}@{said.split('digest: ')[1].strip()}"


# %% wrong="release" says="Make the tags immutable"
def release(repository, version):
    target = f"{REGISTRY}/{repository}:{version}"
    lab.docker(f"tag tides-release:{version} {target}")
    lab.docker(f"push {target}")
    shown = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": version}])
    return f"{REGISTRY}/{repository}@{shown['imageDetails'][0]['imageDigest']}"


# %% wrong="release" says="The name must begin with"
def release(repository, version):
    ecr.put_image_tag_mutability(repositoryName=repository, imageTagMutability="IMMUTABLE")
    target = f"{REGISTRY}/{repository}:{version}"
    lab.docker(f"tag tides-release:{version} {target}")
    lab.docker(f"push {target}")
    return target


# %% wrong="release" says="The digest in the name"
def release(repository, version):
    ecr.put_image_tag_mutability(repositoryName=repository, imageTagMutability="IMMUTABLE")
    target = f"{REGISTRY}/{repository}:{version}"
    lab.docker(f"tag tides-release:{version} {target}")
    lab.docker(f"push {target}")
    shown = ecr.describe_images(repositoryName=repository)
    return f"{REGISTRY}/{repository}@{shown['imageDetails'][0]['imageDigest']}"


# %% right="keep-house"
def house_rules():
    return """{"rules": [
      {"rulePriority": 10, "description": "releases",
       "selection": {"tagStatus": "tagged", "tagPatternList": ["v*"], "countType": "imageCountMoreThan",
                     "countNumber": 5},
       "action": {"type": "expire"}},
      {"rulePriority": 20, "description": "no old drafts",
       "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14},
       "action": {"type": "expire"}}]}"""


# %% wrong="keep-house" says="stable is gone"
def house_rules():
    drafts = {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14}
    releases = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 5}
    return json.dumps({"rules": [
        {"rulePriority": 1, "selection": releases, "action": {"type": "expire"}},
        {"rulePriority": 2, "selection": drafts, "action": {"type": "expire"}},
    ]})  # fmt: skip


# %% wrong="keep-house" says="it may stay for 14"
def house_rules():
    drafts = {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1}
    drafts = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1}
    releases = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 5}
    return json.dumps({"rules": [
        {"rulePriority": 1, "selection": releases, "action": {"type": "expire"}},
        {"rulePriority": 2, "selection": drafts, "action": {"type": "expire"}},
    ]})  # fmt: skip


# %% wrong="keep-house" says="still there a day after"
def house_rules():
    releases = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 5}
    return json.dumps({"rules": [{"rulePriority": 1, "selection": releases, "action": {"type": "expire"}}]})


# %% wrong="keep-house" says="gone before 14 days are over"
def house_rules():
    drafts = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7}
    releases = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 5}
    return json.dumps({"rules": [
        {"rulePriority": 1, "selection": releases, "action": {"type": "expire"}},
        {"rulePriority": 2, "selection": drafts, "action": {"type": "expire"}},
    ]})  # fmt: skip


# %% wrong="keep-house" says="still there a day after"
def house_rules():
    drafts = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 15}
    releases = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 5}
    return json.dumps({"rules": [
        {"rulePriority": 1, "selection": releases, "action": {"type": "expire"}},
        {"rulePriority": 2, "selection": drafts, "action": {"type": "expire"}},
    ]})  # fmt: skip


# %% wrong="keep-house" says="still there a day after"
def house_rules():
    drafts = {"tagStatus": "untagged", "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 14}
    releases = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 5}
    return json.dumps({"rules": [
        {"rulePriority": 1, "selection": releases, "action": {"type": "expire"}},
        {"rulePriority": 2, "selection": drafts, "action": {"type": "expire"}},
    ]})  # fmt: skip


# %% wrong="keep-house" says="a rulePriority of its own"
def house_rules():
    drafts = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14}
    releases = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 5}
    return json.dumps({"rules": [
        {"rulePriority": 1, "selection": releases, "action": {"type": "expire"}},
        {"rulePriority": 1, "selection": drafts, "action": {"type": "expire"}},
    ]})  # fmt: skip


# %% right="choose-platform"
def choose(needs):
    if "kubernetes" in needs:
        return "EKS"
    if "own servers" in needs:
        return "ECS Anywhere"
    if "special kernel" in needs:
        return "ECS on EC2"
    if "gpu" in needs:
        return "ECS Managed Instances"
    return "Lambda" if "event handler" in needs and "hours" not in needs else "ECS on Fargate"


# %% wrong="choose-platform" says="works for hours"
def choose(needs):
    order = [("kubernetes", "EKS"), ("own servers", "ECS Anywhere"), ("special kernel", "ECS on EC2"),
             ("gpu", "ECS Managed Instances"), ("event handler", "Lambda")]  # fmt: skip
    return next((platform for need, platform in order if need in needs), "ECS on Fargate")


# %% wrong="choose-platform" says="Kubernetes manifests and GPUs"
def choose(needs):
    if "gpu" in needs:
        return "ECS Managed Instances"
    if "kubernetes" in needs:
        return "EKS"
    return "ECS on Fargate"


# %% wrong="choose-platform" says="Own servers with a special kernel"
def choose(needs):
    order = [("kubernetes", "EKS"), ("special kernel", "ECS on EC2"), ("own servers", "ECS Anywhere"),
             ("gpu", "ECS Managed Instances")]  # fmt: skip
    found = next((platform for need, platform in order if need in needs), "")
    return found or ("Lambda" if "event handler" in needs and "hours" not in needs else "ECS on Fargate")
