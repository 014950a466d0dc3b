# ---
# jupyter:
#   course:
#     exam:
#     - '3.1'
#     - '3.3'
#     minutes: 50
#     practises:
#       choose-platform:
#       - ecs.platform-choice
#       fits:
#       - docker.containers-vs-vms
#       keep-house:
#       - ecr.scan-lifecycle-and-cost
#       mend-dockerfile:
#       - docker.why-containers
#       - docker.images-layers-repositories
#       pull-only:
#       - ecr.private-registry
#       read-reference:
#       - docker.images-layers-repositories
#       release:
#       - ecr.push-pull-and-tags
#       ship-it:
#       - docker.local-setup
#       - ecr.login
#       - ecr.push-pull-and-tags
#     services:
#     - ecr
#     - iam
#     title: Pack a program into an image
#     topics:
#     - docker.why-containers
#     - docker.containers-vs-vms
#     - docker.images-layers-repositories
#     - docker.local-setup
#     - ecr.private-registry
#     - ecr.login
#     - ecr.push-pull-and-tags
#     - ecr.scan-lifecycle-and-cost
#     - ecs.platform-choice
#     - copilot.retired-cli
# ---

# %% [markdown]
# # Pack a program into an image
#
# Sedge is a magazine about the coast. Its web site shows a tide table, made by a small Python program. It ran well on
# Ida's laptop and failed on the server: another Python, a missing library, a forgotten setting. After this lesson you
# can pack a program with all it needs into an **image**, keep the image in **Amazon ECR**, and say where on AWS it may
# run.

# %% setup="start"
import base64
import json

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("07-containers/01-images")
lab.start()
ecr = boto3.client("ecr")

# %% [markdown]
# ## A program and everything it needs
#
# A **container** is a running program that brings its language, libraries and settings along and sees nothing of the
# machine but the kernel. So it behaves the same on a laptop, on a server and in a test. It starts in seconds and goes
# without leaving anything behind. Teams use containers for small services, for moving old programs into the cloud, and
# for tests and batch jobs.
#
# An **image** is the package that a container starts from. A text file, the **Dockerfile**, says how to make it.

# %% setup="files"
DOCKERFILE = """
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
ENV HARBOUR=Whitby
EXPOSE 8080
CMD ["python", "tides.py"]
"""
PROGRAM = """
import os
print("High water in", os.environ["HARBOUR"], "at 06:12 and 18:40")
"""
FILES = {"Dockerfile": DOCKERFILE, "requirements.txt": "boto3==1.44.5\n", "tides.py": PROGRAM}

# %% [markdown]
# `FROM` names an image to begin with. `COPY` and `RUN` change files. `ENV`, `EXPOSE` and `CMD` say how a container
# starts: variables, the port that it listens on, the command. With Docker installed you would type the commands below
# in a terminal. Here `lab.docker` runs them.

# %%
print(lab.docker("build -t tides:1 .", files=FILES))

# %%
print(lab.docker("run tides:1"))
print(lab.docker("run -e HARBOUR=Cromer tides:1"))

# %% [markdown]
# The same image, two containers, two settings: what differs between places comes from outside, with `-e`.
#
# > **Lab and AWS.** Docker is installed from docker.com (Docker Desktop on a Mac or on Windows). The lab has no Docker:
# > it builds true layers with true digests and runs Python programs inside this notebook. `RUN` installs nothing,
# > and base images are stand-ins of about a thousandth of their true size.
#
# ## Containers and virtual machines
#
# A **virtual machine** carries an operating system of its own, with a kernel: strong walls, but more memory and a slow
# start. Containers share the kernel of their host. Take apps of 512 MiB on a host of 16 GiB.

# %%
host, app = 16 * 1024, 512
systems = [128, 256, 512, 1024, 1536]
machines = [host // (app + system) for system in systems]
containers = [(host - system) // app for system in systems]
charts.curves(
    {"virtual machines": machines, "containers": containers},
    x=systems,
    x_label="memory of one operating system, in MiB",
    y_label="apps on the host",
    headline=f"With 1 GiB for each system {machines[3]} apps fit as machines, {containers[3]} as containers",
    source="computed in this cell: a host of 16 GiB, apps of 512 MiB",
)

# %% [markdown]
# ### Your turn: how many fit?
#
# Write `fits(host, app, system)`, all in MiB: `host` is the memory of the machine, `app` what one app needs, `system`
# what one operating system needs. Return two whole numbers: how many apps fit as virtual machines (each with a system
# of its own), and how many as containers (one system for all).
#
# <details><summary>Hint</summary>
#
# `//` divides and drops the rest. For containers take the one system off first. A host that is too small for its
# system holds nothing: never return a negative number.
# </details>


# %% exercise="fits"
def fits(host: int, app: int, system: int) -> tuple[int, int]:
    """Return (apps as virtual machines, apps as containers)."""
    ### BEGIN SOLUTION
    as_machines = host // (app + system)
    as_containers = max(0, host - system) // app
    return as_machines, as_containers
    ### END SOLUTION


# %% check="fits" points=1
with check("fits", needs="fits", right="The system is paid for once, not once for each app.") as expect:
    expect.equal(fits(16_384, 512, 512), (16, 31), "16 GiB, apps of 512 MiB, a system of 512 MiB")
    expect.equal(fits(4_096, 256, 1_024), (3, 12), "4 GiB, apps of 256 MiB, a system of 1 GiB")
    expect.equal(fits(256, 64, 512), (0, 0), "A host smaller than its system holds nothing")
    expect.equal(fits(7_000, 300, 500), (8, 21), "7,000 MiB, apps of 300 MiB, a system of 500 MiB")
    ### BEGIN HIDDEN TESTS
    expect.equal(fits(8_192, 300, 700), (8, 24), "8 GiB, apps of 300 MiB, a system of 700 MiB")
    expect.equal(fits(100, 10, 400), (0, 0), "A host of 100 MiB with a system of 400 MiB")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Layers
#
# Each `COPY` and each `RUN` adds a **layer**: an archive of the files that it changed. A layer is known by its
# **digest**, the SHA-256 hash of its bytes. Two images with the same layer share it, on disk and on the way to a
# registry. Build again with one changed line of Python and look which layers were made anew.

# %%
first = lab.image("tides:1", FILES)
second = lab.image("tides:2", {**FILES, "tides.py": PROGRAM + "print('All times UTC')\n"})
for layer, cached in zip(second.layers, second.cached, strict=True):
    print(layer.digest[:19], f"{layer.size:>7,} bytes", "kept" if cached else "NEW ", layer.made_by)

# %% [markdown]
# Docker goes through the lines from the top. From the first line whose input changed, everything below is built
# again. So what rarely changes (libraries) belongs above what often changes (your code). That is why the Dockerfile
# copies `requirements.txt` alone, before the rest.
#
# ### Your turn: mend a Dockerfile
#
# The trainee's Dockerfile builds, and has four faults. Mend it:
#
# - the base image is pinned to `python:3.12-slim` instead of `latest`, which moves;
# - no password is in the image: whoever can pull it can read it;
# - a change of `tides.py` makes a single new layer;
# - a container starts `python tides.py` without being told to.
#
# <details><summary>Hint</summary>
#
# Delete the line with the secret; the running container gets it from outside. Copy `requirements.txt` and install
# before `COPY . .`. The last line is `CMD` with a JSON list.
# </details>

# %% exercise="mend-dockerfile" repair=true
dockerfile = """
FROM python:latest
WORKDIR /app
ENV HARBOUR=Whitby
ENV TIDE_API_PASSWORD=herring-4711
COPY . .
RUN pip install -r requirements.txt
"""
### BEGIN SOLUTION
dockerfile = """
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
ENV HARBOUR=Whitby
CMD ["python", "tides.py"]
"""
### END SOLUTION

# %% check="mend-dockerfile" points=2
with check("mend-dockerfile", needs="dockerfile", right="Quick to build, and safe to share.") as expect:

    def mended(new_line: str) -> None:
        files = {**FILES, "Dockerfile": dockerfile}
        before = lab.image(lab.unique_name("tides"), files)
        base = lab.image(lab.unique_name("base"), {"Dockerfile": "FROM python:3.12-slim"})
        digests = [one.digest for one in base.layers]
        pinned = [one.digest for one in before.layers][: len(digests)] == digests
        expect(pinned, "The image does not begin with python:3.12-slim. Look at the line FROM.")
        steps = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
        secret = any("herring-4711" in line for line in steps) or any(
            b"herring-4711" in content for content in before.files().values()
        )
        expect(not secret, "The password is still in the image: anybody who pulls it can read it.")
        installs = [one for one in before.layers if one.made_by.startswith("RUN") and "install" in one.made_by]
        expect(installs, "No layer installs the libraries any more. Keep that line, in the right place.")
        after = lab.image(lab.unique_name("tides"), {**files, "tides.py": PROGRAM + new_line})
        new = [one.digest for one in after.layers if one.digest not in {x.digest for x in before.layers}]
        expect(
            len(new) == 1,
            f"A change of tides.py made {len(new)} new layers. Install the libraries before you copy the code.",
        )
        name = lab.unique_name("run")
        lab.image(name, {**files, "tides.py": PROGRAM + new_line})
        said = lab.docker(f"run {name}")
        expect("KeyError" not in said, "The program stops: nothing sets HARBOUR any more. Keep the line ENV HARBOUR.")
        expect("Whitby" in said, f"`docker run` printed {said!r}. CMD says what a container starts: python tides.py")

    mended("print('All times UTC')\n")
    ### BEGIN HIDDEN TESTS
    mended("print('Spring tide')\n")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Names of images
#
# `registry/repository:tag` names an image. Without a registry **Docker Hub** is meant, without a tag `latest`.
#
# | name | where it is |
# |---|---|
# | `nginx` | Docker Hub: `docker.io/library/nginx:latest` |
# | `public.ecr.aws/docker/library/python:3.12` | **Amazon ECR Public**, open to all since December 2020 |
# | `123456789012.dkr.ecr.eu-west-1.amazonaws.com/sedge/tides:7` | a **private** registry: one per account and Region |
# | `.../sedge/tides@sha256:9f2c...` | the same by **digest**: never another image |
#
# A tag is a label that somebody may stick on another image tomorrow. A digest is computed from the content.

# %%
print(lab.docker("pull nginx"))

# %% [markdown]
# ### Your turn: read a name
#
# Write `read_name(name)`. It returns a dictionary with `registry`, `repository`, `tag`, `digest` and `kind`:
#
# - the first part up to a `/` is the registry if it has a dot in it; otherwise the registry is `docker.io`;
# - an image of Docker Hub without a `/` is in `library/`;
# - `tag` is `latest` if neither tag nor digest is given, and `None` with a digest alone;
# - `digest` is `None` or `sha256:...`; `kind` is `hub`, `ecr-public` or `ecr-private`.
#
# <details><summary>Hint</summary>
#
# Cut off the digest with `name.partition("@")`, then the registry with `partition("/")`, then the tag with
# `partition(":")`. Private registries contain `.dkr.ecr.`.
# </details>


# %% exercise="read-reference"
def read_name(name: str) -> dict[str, str | None]:
    """Take the name of an image apart."""
    ### BEGIN SOLUTION
    bare, _, digest = name.partition("@")
    first, slash, rest = bare.partition("/")
    if slash and "." in first:
        registry, path = first, rest
    else:
        registry, path = "docker.io", bare
    repository, _, tag = path.partition(":")
    if registry == "docker.io" and "/" not in repository:
        repository = f"library/{repository}"
    kind = "hub"
    if registry == "public.ecr.aws":
        kind = "ecr-public"
    elif ".dkr.ecr." in registry:
        kind = "ecr-private"
    return {
        "registry": registry,
        "repository": repository,
        "tag": tag or (None if digest else "latest"),
        "digest": digest or None,
        "kind": kind,
    }
    ### END SOLUTION


# %% check="read-reference" points=2
with check("read-reference", needs="read_name", right="Now you see which registry a name really asks.") as expect:

    def reads(name: str, registry: str, repository: str, tag: str | None, digest: str | None, kind: str) -> None:
        wanted = {"registry": registry, "repository": repository, "tag": tag, "digest": digest, "kind": kind}
        found = read_name(name)
        expect(isinstance(found, dict), f"read_name({name!r}) must return a dictionary, not {found!r}.")
        for key, value in wanted.items():
            expect(key in found, f"The dictionary for {name} has no key {key!r}.")
            expect.equal(found[key], value, f"{name}: {key}")

    home = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    reads("nginx", "docker.io", "library/nginx", "latest", None, "hub")
    reads("sedge/tides:7", "docker.io", "sedge/tides", "7", None, "hub")
    reads("public.ecr.aws/nginx/nginx:1.29", "public.ecr.aws", "nginx/nginx", "1.29", None, "ecr-public")
    reads(f"{home}/sedge/tides:7", home, "sedge/tides", "7", None, "ecr-private")
    reads(f"{home}/tides@sha256:9f2c", home, "tides", None, "sha256:9f2c", "ecr-private")
    reads(f"{home}/tides:8@sha256:9f2c", home, "tides", "8", "sha256:9f2c", "ecr-private")
    reads("python:3.12-slim", "docker.io", "library/python", "3.12-slim", None, "hub")
    reads("sedge/public.notes:7.1", "docker.io", "sedge/public.notes", "7.1", None, "hub")
    reads("docker.io/nginx@sha256:9f2c", "docker.io", "library/nginx", None, "sha256:9f2c", "hub")
    ### BEGIN HIDDEN TESTS
    reads("ubuntu:24.04", "docker.io", "library/ubuntu", "24.04", None, "hub")
    reads(f"{home}/tides:7@sha256:ab", home, "tides", "7", "sha256:ab", "ecr-private")
    reads("public.ecr.aws/docker/library/python", "public.ecr.aws", "docker/library/python", "latest", None,
          "ecr-public")  # fmt: skip
    ### END HIDDEN TESTS

# %% [markdown]
# ## A private registry
#
# **Amazon ECR** (Elastic Container Registry) keeps images under IAM: rights to push and pull are policies, so a denied
# pull is a policy problem. Images are grouped in **repositories**. Log in first. The password is a token that
# `GetAuthorizationToken` hands out; it is good for 12 hours.

# %% setup="registry"
account = boto3.client("sts").get_caller_identity()["Account"]
REGISTRY = f"{account}.dkr.ecr.us-east-1.amazonaws.com"


def new_repository(**more) -> str:
    """Make a repository and return its name."""
    name = lab.unique_name("tides")
    ecr.create_repository(repositoryName=name, **more)
    return name


def tags_in(repository: str) -> list[str]:
    """All tags of a repository, sorted."""
    shown = ecr.describe_images(repositoryName=repository)["imageDetails"]
    return sorted(tag for image in shown for tag in image.get("imageTags", []))


# %%
token = ecr.get_authorization_token()["authorizationData"][0]
user, _, password = base64.b64decode(token["authorizationToken"]).decode().partition(":")
hours = (token["expiresAt"] - lab.clock.now()).total_seconds() / 3600
print("user", user, "| password", password[:12] + "...", f"| good for {hours:.0f} hours")
print("registry", token["proxyEndpoint"])

# %% [markdown]
# Docker wants the token on its standard input, so that it is in no list of processes and no shell history:
#
# ```
# aws ecr get-login-password --region REGION | docker login --username AWS --password-stdin REGISTRY
# ```
#
# The user is always `AWS`. `REGISTRY` is `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, with the 12 digits of the account.
#
# > **Then and now.** Older courses show `$(aws ecr get-login --no-include-email)`. Version 2 of the CLI has no
# > `get-login`; exams may still show both.

# %%
shop = new_repository()
try:
    lab.docker(f"tag tides:1 {REGISTRY}/{shop}:1")
    lab.docker(f"push {REGISTRY}/{shop}:1")
except RuntimeError as error:
    print(error)
pipe = "aws ecr get-login-password --region us-east-1"
print(lab.docker(f"{pipe} | docker login --username AWS --password-stdin {REGISTRY}"))
print(lab.docker(f"push {REGISTRY}/{shop}:1"))

# %% [markdown]
# Now push the second version and count what goes over the line. Behind `docker push` are calls of ECR's API: it asks
# which layers are there (`BatchCheckLayerAvailability`), sends the others in parts, and puts the manifest, the list
# of the layers' digests (`PutImage`).

# %%
sent, kept = {}, {}
both = new_repository()
for number, image in (("1", first), ("2", second)):
    lab.docker(f"tag tides:{number} {REGISTRY}/{both}:{number}")
    said = lab.docker(f"push {REGISTRY}/{both}:{number}")
    there = {line.split(":")[0] for line in said.splitlines() if "already exists" in line}
    sizes = {layer.digest[7:19]: layer.size for layer in image.layers}
    kept[f"push {number}"] = sum(size for name, size in sizes.items() if name in there)
    sent[f"push {number}"] = sum(size for name, size in sizes.items() if name not in there)
charts.stack(
    {name: {"sent": sent[name], "already there": kept[name]} for name in sent},
    headline=f"The second push sent {sent['push 2']} bytes of {second.size:,}",
    unit="bytes",
    source="measured in the lab, whose base images are a thousandth of their true size",
)

# %% [markdown]
# ### Your turn: ship it
#
# Write `ship(name, version, account, region)`. It returns a list of four command lines that take the program in the
# current folder to ECR, in this order:
#
# 1. build the folder as `name:version`;
# 2. log in to the private registry of this account and Region;
# 3. give the image its full name in that registry, same repository name and tag;
# 4. push it.
#
# <details><summary>Hint</summary>
#
# The registry is `f"{account}.dkr.ecr.{region}.amazonaws.com"`. A build needs `-t` and, at the end, the folder: a
# dot. The login is one line with a `|` in it. `docker tag SOURCE TARGET`.
# </details>


# %% exercise="ship-it"
def ship(name: str, version: str, account: str, region: str) -> list[str]:
    """Return the four commands: build, log in, tag, push."""
    ### BEGIN SOLUTION
    host = f"{account}.dkr.ecr.{region}.amazonaws.com"
    source, target = f"{name}:{version}", f"{host}/{name}:{version}"
    log_in = f"docker login --username AWS --password-stdin {host}"
    return [
        f"docker build -t {source} .",
        f"aws ecr get-login-password --region {region} | {log_in}",
        f"docker tag {source} {target}",
        f"docker push {target}",
    ]
    ### END SOLUTION


# %% check="ship-it" points=2
with check("ship-it", needs="ship", right="Build, log in, tag, push: the same four lines in every pipeline.") as expect:

    def ships(version: str, region: str) -> None:
        there = boto3.client("ecr", region_name=region)
        name = lab.unique_name("ship")
        there.create_repository(repositoryName=name)
        host = f"{account}.dkr.ecr.{region}.amazonaws.com"
        lab.docker(f"logout {host}")
        lines = ship(name, version, account, region)
        expect(
            isinstance(lines, list) and len(lines) == 4 and all(isinstance(one, str) for one in lines),
            "Return a list of four lines of text: build, log in, tag, push.",
        )
        done = []
        for line in lines:
            try:
                done.append(lab.docker(line, files=FILES))
            except (RuntimeError, ClientError) as error:
                expect(False, f"This line fails: {line}   Docker says: {error}")
        expect("Login Succeeded" in done[1], "The second line must log in to the registry.")
        shown = there.describe_images(repositoryName=name)["imageDetails"]
        found = [tag for one in shown for tag in one.get("imageTags", [])]
        expect(found == [version], f"The repository holds the tags {found or 'none'}, not only {version!r}.")
        words = f"Build it under the short name {name}:{version}, too; the list of local images lacks it."
        expect(f"\n{name}:{version} " in lab.docker("images"), words)

    ships("1.4", "us-east-1")
    ships("2", "eu-west-1")
    ### BEGIN HIDDEN TESTS
    ships("2026-11-22", "ap-southeast-2")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who may pull
#
# AWS's guide grants four rights to whoever pulls. `ecr:GetAuthorizationToken` is asked of the whole registry, so its
# resource is `*`. The other three go with a repository: `ecr:BatchCheckLayerAvailability`,
# `ecr:GetDownloadUrlForLayer` and `ecr:BatchGetImage`. If `docker pull` fails, look at IAM first.
#
# ### Your turn: pull, and nothing else
#
# The servers of Sedge pull images and never push. Write `pull_policy(repository_arn)`. It returns a policy, as a
# dictionary, with which somebody can log in and pull from this one repository: not push to it, not pull from others,
# no wildcard in an action.
#
# <details><summary>Hint</summary>
#
# Two statements: one for the token with `"Resource": "*"`, one for the three other actions with the ARN.
# </details>


# %% setup="machine"
def log_in_as(policy: dict) -> None:
    """Make a user with this policy and log Docker in with the user's keys."""
    iam, name = boto3.client("iam"), lab.unique_name("machine")
    iam.create_user(UserName=name)
    text = policy if isinstance(policy, str) else json.dumps(policy)
    iam.put_user_policy(UserName=name, PolicyName="pull", PolicyDocument=text)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = boto3.client(
        "ecr",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    data = own.get_authorization_token()["authorizationData"][0]
    password = base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]
    lab.docker(f"login --username AWS --password-stdin {REGISTRY}", stdin=password)


# %% exercise="pull-only"
def pull_policy(repository_arn: str) -> dict:
    """A policy to log in and to pull from one repository."""
    ### BEGIN SOLUTION
    layers = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": [*layers, "ecr:BatchGetImage"],
                "Resource": repository_arn,
            },
        ],
    }
    ### END SOLUTION


# %% check="pull-only" points=2
with check("pull-only", needs="pull_policy", right="A stolen key of a server cannot replace your images.") as expect:

    def pulls(text: str) -> None:
        mine = new_repository()
        other = f"{mine}-drafts"
        for name in (mine, other):
            lab.image(f"{REGISTRY}/{name}:1", {"tides.py": text}, push=True)
        arn = ecr.describe_repositories(repositoryNames=[mine])["repositories"][0]["repositoryArn"]
        policy = pull_policy(arn)
        expect(isinstance(policy, dict), "Return the policy as a dictionary.")
        statements = policy.get("Statement", [])
        expect(isinstance(statements, list), "Statement must be a list: the token has another resource than the rest.")
        actions = json.dumps([one.get("Action") for one in statements if one.get("Effect") == "Allow"])
        expect("*" not in actions, "Name each action; no wildcard.")
        with lab.enforce_iam():
            try:
                log_in_as(policy)
            except ClientError as error:
                expect(False, f"The login fails. {error}")
            try:
                lab.docker(f"pull {REGISTRY}/{mine}:1")
            except RuntimeError as error:
                expect(False, f"The pull fails. {error}")

            def may(command: str) -> bool:
                try:
                    lab.docker(command)
                except RuntimeError:
                    return False
                return True

            expect(not may(f"pull {REGISTRY}/{other}:1"), "Images of another repository can be pulled, too.")
            lab.image(f"{REGISTRY}/{mine}:2", {"tides.py": text + "\nprint(2)"})
            expect(not may(f"push {REGISTRY}/{mine}:2"), "This policy also lets one push.")
            lab.docker(f"tag {REGISTRY}/{mine}:1 {REGISTRY}/{mine}:3")
            expect(not may(f"push {REGISTRY}/{mine}:3"), "This policy also lets one push: a new tag for an old image.")
        words = ("Put", "Create", "Delete", "BatchDelete", "Initiate", "Upload", "Complete", "Tag", "Untag", "Set")
        changes = [word for word in words if f":{word}" in actions]
        expect(not changes, f"No server needs {', '.join(changes)}...: leave out what changes the repository.")

    pulls("print('Whitby')")
    ### BEGIN HIDDEN TESTS
    pulls("print('Cromer')")
    ### END HIDDEN TESTS

# %% [markdown]
# A **repository policy** opens a repository to another account. Both sides must then allow: the repository's policy,
# and the caller's own.
#
# ## Tags move, digests do not
#
# Push a new image under a used tag, and the tag moves. The older image stays, without a tag. Somebody who deployed
# `latest` yesterday gets something else today.

# %%
demo = new_repository()
for word in ("first", "second"):
    made = lab.image(f"{REGISTRY}/{demo}:latest", {"tides.py": f"print('{word}')"}, push=True)
    print(word, "pushed as latest:", made.digest[:19])
for image in ecr.describe_images(repositoryName=demo)["imageDetails"]:
    print(image["imageDigest"][:19], image.get("imageTags", "no tag"))

# %% [markdown]
# With `imageTagMutability` set to `IMMUTABLE` ECR refuses to move a tag. Deploy by such a tag or by digest, and you
# know what runs.
#
# ### Your turn: release
#
# Write `release(repository, version)`. The image stands on this machine as `tides-release:VERSION`, Docker is logged
# in, and the repository exists with an older image and tags that may move. The function
#
# - makes the tags of the repository immutable,
# - pushes the image under the tag `version`,
# - returns its full name by digest: `REGISTRY/repository@sha256:...`.
#
# <details><summary>Hint</summary>
#
# `ecr.put_image_tag_mutability(...)`; `lab.docker("tag ...")` and `lab.docker("push ...")`. The digest is in
# `describe_images(repositoryName=..., imageIds=[{"imageTag": version}])`.
# </details>


# %% setup="release-login"
def log_in() -> None:
    """Log Docker in with the lab's own credentials."""
    command = "aws ecr get-login-password --region us-east-1"
    lab.docker(f"{command} | docker login --username AWS --password-stdin {REGISTRY}")


# %% exercise="release"
def release(repository: str, version: str) -> str:
    """Push a release that nobody can replace; return its name by digest."""
    ### BEGIN SOLUTION
    ecr.put_image_tag_mutability(repositoryName=repository, imageTagMutability="IMMUTABLE")
    target = f"{REGISTRY}/{repository}:{version}"
    lab.docker(f"tag tides-release:{version} {target}")
    lab.docker(f"push {target}")
    shown = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": version}])
    return f"{REGISTRY}/{repository}@{shown['imageDetails'][0]['imageDigest']}"
    ### END SOLUTION


# %% check="release" points=2
with check(
    "release", needs="release", right="Whoever deploys this name gets these bytes, today and in a year."
) as expect:

    def releases(version: str, text: str) -> None:
        log_in()
        repository = new_repository()
        lab.image(f"{REGISTRY}/{repository}:0.9", {"tides.py": "print('older')"}, push=True)
        built = lab.image(f"tides-release:{version}", {"tides.py": text})
        name = release(repository, version)
        expect(isinstance(name, str), "Return the name as text.")
        expect(version in tags_in(repository), f"The repository has no image with the tag {version}.")
        start = f"{REGISTRY}/{repository}@sha256:"
        expect(name.startswith(start), f"The name must begin with {start}. It is {name}")
        expect.equal(name.partition("@")[2], built.digest, "The digest in the name")
        lab.image(f"{REGISTRY}/{repository}:{version}", {"tides.py": "print('forged')"})
        try:
            lab.docker(f"push {REGISTRY}/{repository}:{version}")
            refused = False
        except RuntimeError:
            refused = True
        expect(refused, f"Another image could be pushed as {version}. Make the tags immutable.")

    releases("1.0", "print('one')")
    ### BEGIN HIDDEN TESTS
    releases("2.7", "print('two')")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Weak spots
#
# An image brings packages of its base, with their known vulnerabilities. ECR's **basic scan** compares them with a
# public list, on push or on demand (once in 24 hours for an image); **enhanced scanning**, by Amazon Inspector, also
# looks at libraries of Python and others, and looks again when the list grows.

# %%
scanned = new_repository(imageScanningConfiguration={"scanOnPush": True})
for tag, base in (("july-2023", "python:3.11.4-slim"), ("today", "python:3.12-slim")):
    text = f"FROM {base}\nCOPY . .\n"
    lab.image(f"{REGISTRY}/{scanned}:{tag}", {"tides.py": PROGRAM}, dockerfile=text, push=True)
    found = ecr.describe_image_scan_findings(repositoryName=scanned, imageId={"imageTag": tag})
    print(tag, found["imageScanFindings"]["findingSeverityCounts"] or "nothing found")
    for one in found["imageScanFindings"]["findings"]:
        print("   ", one["severity"], one["name"], one["attributes"][0]["value"])

# %% [markdown]
# The program is the same; the older base brings the holes. Most of this is mended by building again on a new base.
#
# > **Lab and AWS.** The lab knows three vulnerabilities, all true ones of Debian 12, and AWS many thousands. So in
# > AWS a scan of a fresh image, too, may find something.
#
# ## Old images
#
# Every push stays until somebody deletes it. Storage costs little, but for ever.

# %%
price = facts.price("ecr", "storage-gb-month")
pushes, new_gb, kept_images = 60, 0.12, 30
bills = {}
for month in (6, 12, 18, 24):
    without = float(price) * month * pushes * new_gb
    bills[f"month {month}"] = {
        "no policy": without,
        "30 newest kept": min(without, float(price) * kept_images * new_gb),
    }
times = bills["month 24"]["no policy"] / bills["month 24"]["30 newest kept"]
charts.compare(
    bills,
    unit="USD in the month",
    subtitle="60 pushes a month, 120 MB of new layers in each",
    headline=f"After two years the bill without a policy is {times:.0f} times as large",
    source=[price],
)

# %% [markdown]
# A **lifecycle policy** deletes by age or by number. ECR acts within 24 hours. A rule:
#
# ```json
# {"rulePriority": 1, "description": "no old drafts",
#  "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed",
#                "countUnit": "days", "countNumber": 30},
#  "action": {"type": "expire"}}
# ```
#
# `tagStatus` is `untagged`, `tagged` (with `tagPrefixList` or `tagPatternList`) or `any`. `countType` is
# `sinceImagePushed`, `sinceImagePulled` (both in days) or `imageCountMoreThan`. Each rule has its own
# priority: lower numbers go first, `any` last; an image belongs to the first rule whose tags it has.
#
# > **Bill.** Pulls within a Region are free; to the internet they cost as other traffic. An archive class (November
# > 2025) is cheaper only beyond 150 TB, and bills at least 90 days.
#
# ### Your turn: keep house
#
# Write `house_rules()`. It returns such a policy as text (JSON):
#
# - images without a tag go when they are older than 14 days;
# - of the releases, whose tags begin with `v`, the 5 newest stay;
# - all other tags (`stable`) stay for ever.
#
# <details><summary>Hint</summary>
#
# Two rules in `{"rules": [...]}`. The second has `"tagStatus": "tagged"`, `"tagPrefixList": ["v"]`,
# `"countType": "imageCountMoreThan"` and no unit. `json.dumps` makes the text.
# </details>


# %% exercise="keep-house"
def house_rules() -> str:
    """The text of a lifecycle policy."""
    ### BEGIN SOLUTION
    untagged = {"tagStatus": "untagged", "countType": "sinceImagePushed"}
    releases = {"tagStatus": "tagged", "tagPrefixList": ["v"]}
    rules = [
        {
            "rulePriority": 1,
            "selection": {**untagged, "countUnit": "days", "countNumber": 14},
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "selection": {**releases, "countType": "imageCountMoreThan", "countNumber": 5},
            "action": {"type": "expire"},
        },
    ]
    return json.dumps({"rules": rules})
    ### END SOLUTION


# %% check="keep-house" points=2
with check(
    "keep-house", needs="house_rules", right="The repository stays small without anybody thinking of it."
) as expect:

    def keeps(count: int) -> None:
        repository = new_repository()
        target = f"{REGISTRY}/{repository}"

        def drafts() -> list[dict]:
            shown = ecr.describe_images(repositoryName=repository)["imageDetails"]
            return [one for one in shown if not one.get("imageTags")]

        for text in ("draft", "stable"):  # the draft loses its tag
            lab.image(f"{target}:stable", {"tides.py": f"print('{text} {count}')"}, push=True)
        for number in range(1, count + 1):
            lab.clock.advance(minutes=1)
            lab.image(f"{target}:v{number}", {"tides.py": f"print({number})"}, push=True)
        text = house_rules()
        expect(isinstance(text, str), "Return text: json.dumps makes it from the dictionary.")
        try:
            ecr.put_lifecycle_policy(repositoryName=repository, lifecyclePolicyText=text)
        except ClientError as error:
            expect(False, f"ECR refuses the policy: {error.response['Error']['Message']}")
        lab.clock.advance(days=3)
        newest = [f"v{number}" for number in range(max(1, count - 4), count + 1)]
        left = [tag for tag in tags_in(repository) if tag.startswith("v")]
        expect(left == sorted(newest), f"Of {count} releases these are left after three days: {', '.join(left)}.")
        expect(len(drafts()) == 1, "The image without a tag is gone after three days; it may stay for 14.")
        ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": drafts()[0]["imageDigest"]}])  # a pull
        lab.clock.advance(days=10, hours=20)
        expect(len(drafts()) == 1, "The image without a tag is gone before 14 days are over.")
        lab.clock.advance(days=1)
        expect(not drafts(), "The image without a tag is still there a day after its 14 days.")
        expect("stable" in tags_in(repository), "The image with the tag stable is gone; it should stay for ever.")

    keeps(7)
    ### BEGIN HIDDEN TESTS
    keeps(4)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Where it runs
#
# An **orchestrator** decides which container runs where, and replaces what fails. **Amazon ECS** is AWS's own;
# **Amazon EKS** is managed Kubernetes, open source and found everywhere. Under both, somebody must provide machines:
#
# | capacity | you care for | take it for |
# |---|---|---|
# | **Fargate** | nothing but CPU and memory of each task | most things |
# | **EC2** | instances | special kernels, full control |
# | **ECS Managed Instances** (September 2025) | the choice of hardware; AWS runs it | GPUs without patching |
# | **EXTERNAL** (ECS Anywhere) | your own servers | machines in your building |
#
# Fargate is no third orchestrator: ECS and EKS both use it. **ECS Express Mode** makes a public web service with
# balancer, scaling and TLS out of one image. A program that handles an event in a few minutes may be a Lambda
# function instead; a container image for Lambda must speak Lambda's runtime API.

# %%
charts.flow(
    [
        ("Dockerfile", "image", "docker build"),
        ("image", "ECR", "docker push"),
        ("ECR", "ECS", "pull"),
        ("ECR", "EKS", "pull"),
        ("ECS", "Fargate", ""),
        ("ECS", "EC2", ""),
        ("EKS", "Fargate", ""),
        ("EKS", "EC2", ""),
    ],
    highlight=["ECR"],
    headline="Two orchestrators pull from one registry and share the same kinds of capacity",
    source="AWS documentation, November 2026",
)

# %% [markdown]
# > **Then and now.** Older notes list three platforms, ECS, Fargate and EKS, and call the EC2 flavour "ECS classic".
# > **AWS Copilot**, a command line that made clusters, services and pipelines from the words *application*,
# > *environment*, *service* and *job*, reached its end of support on 12 June 2026. **App Runner** is closed to new
# > customers since 30 April 2026. Take Express Mode, CDK or CloudFormation.
#
# ### Your turn: choose
#
# Write `choose(needs)`. `needs` is a set of words. Return the first line that applies:
#
# 1. `"kubernetes"` in it → `"EKS"`
# 2. `"own servers"` → `"ECS Anywhere"`
# 3. `"special kernel"` → `"ECS on EC2"`
# 4. `"gpu"` → `"ECS Managed Instances"`
# 5. `"event handler"` and not `"hours"` (it would run longer than Lambda's 15 minutes) → `"Lambda"`
# 6. anything else → `"ECS on Fargate"`
#
# <details><summary>Hint</summary>
#
# A chain of `if word in needs: return ...`, in this order. Rule 5 needs `and "hours" not in needs`.
# </details>


# %% exercise="choose-platform"
def choose(needs: set[str]) -> str:
    """Return where a container should run."""
    ### BEGIN SOLUTION
    first = {
        "kubernetes": "EKS",
        "own servers": "ECS Anywhere",
        "special kernel": "ECS on EC2",
        "gpu": "ECS Managed Instances",
    }
    for need, platform in first.items():
        if need in needs:
            return platform
    if "event handler" in needs and "hours" not in needs:
        return "Lambda"
    return "ECS on Fargate"
    ### END SOLUTION


# %% check="choose-platform" points=1
with check("choose-platform", needs="choose", right="Begin with Fargate, and leave it only for a reason.") as expect:
    expect.equal(choose(set()), "ECS on Fargate", "No special needs")
    expect.equal(choose({"kubernetes", "gpu"}), "EKS", "Kubernetes manifests and GPUs: the first line that applies")
    expect.equal(choose({"own servers", "kubernetes"}), "EKS", "Kubernetes on servers in the own building")
    expect.equal(choose({"own servers"}), "ECS Anywhere", "Servers in the own building")
    expect.equal(choose({"own servers", "special kernel"}), "ECS Anywhere", "Own servers with a special kernel")
    expect.equal(choose({"special kernel", "gpu"}), "ECS on EC2", "A special kernel and GPUs")
    expect.equal(choose({"gpu"}), "ECS Managed Instances", "GPUs")
    expect.equal(choose({"gpu", "event handler"}), "ECS Managed Instances", "An event handler that needs a GPU")
    expect.equal(choose({"event handler"}), "Lambda", "A short event handler")
    expect.equal(choose({"event handler", "photos"}), "Lambda", "A short event handler for photos")
    expect.equal(choose({"event handler", "hours"}), "ECS on Fargate", "An event handler that works for hours")
    ### BEGIN HIDDEN TESTS
    expect.equal(choose({"gpu", "hours", "event handler"}), "ECS Managed Instances", "A long event handler with GPUs")
    expect.equal(choose({"hours"}), "ECS on Fargate", "A job of some hours")
    expect.equal(choose({"event handler", "kubernetes"}), "EKS", "An event handler in Kubernetes")
    ### END HIDDEN TESTS

# %% [markdown]
# ## To remember
#
# - A container is a program with its libraries and settings; it shares the host's kernel, a virtual machine does not.
# - An image is a stack of layers, each known by the digest of its bytes; equal layers are stored and sent once.
# - Put what rarely changes high in the Dockerfile, and secrets nowhere in it.
# - ECR is a private registry under IAM, one per account and Region. A login lasts 12 hours; its user is `AWS`.
# - To pull is to be granted `ecr:GetAuthorizationToken` on `*` and three actions on the repository.
# - Tags move unless the repository is immutable; digests never move.
# - Scan on push, and let a lifecycle policy delete what nobody needs.
# - ECS or EKS decide what runs where; Fargate and EC2 are the machines below.

# %% [markdown] question="moved-tag"
# ### Question 1
#
# Two tasks were started from `tides:latest`, one on Monday and one on Friday. They behave differently, though nobody
# changed the task definition. What prevents this?
#
# - [ ] **A** Scanning images on push.
#   > A scan reports vulnerabilities. It does not tie a tag to an image.
# - [x] **B** Naming the image by its digest.
#   > A digest is computed from the content, so both tasks would run the same bytes.
# - [ ] **C** A lifecycle policy that keeps one image.
#   > It would delete Monday's image, and a restart of that task would bring Friday's.
# - [ ] **D** A repository policy that denies pulls of untagged images.
#   > Both pulls went by the tag; it had moved in between.

# %% answer="moved-tag"
answer = "B"

# %% check="moved-tag" points=1
question("moved-tag", answer)

# %% [markdown] question="denied-pull"
# ### Question 2
#
# A developer can log in to ECR, and `docker pull` of one repository answers "not authorized to perform:
# ecr:BatchGetImage". Where do you look?
#
# - [ ] **A** At the token: it is older than 12 hours.
#   > Then Docker would say that the authorization token has expired.
# - [ ] **B** At the security group of the registry.
#   > ECR has none. An IAM denial comes from a policy.
# - [x] **C** At the developer's IAM policy, and the repository policy if the repository is in another account.
#   > The login needs GetAuthorizationToken alone. The pull needs three more actions on the repository.
# - [ ] **D** At the tag mutability of the repository.
#   > It rules pushes. Pulls work in any setting.

# %% answer="denied-pull"
answer = "C"

# %% check="denied-pull" points=1
question("denied-pull", answer)

# %% [markdown] question="slow-builds"
# ### Question 3
#
# Every build of an image takes six minutes, five of them for `pip install`, although only the program's own code
# changes. What helps most?
#
# - [x] **A** Copy the list of libraries and install them before the code is copied.
#   > Then the layer with the libraries stays in the cache until the list itself changes.
# - [ ] **B** Join all lines into one RUN.
#   > One layer that depends on everything is built anew on every change.
# - [ ] **C** Use a base image with the tag `latest`.
#   > A base that moves throws the cache away more often, not less.
# - [ ] **D** Push to ECR after each line.
#   > A push sends finished layers. It makes no build quicker.

# %% answer="slow-builds"
answer = "A"

# %% check="slow-builds" points=1
question("slow-builds", answer)

# %% [markdown] question="copilot-heir"
# ### Question 4
#
# A team deployed its web services with AWS Copilot and wants one command, from an image to a public HTTPS address with
# scaling, without servers. What do they take at the end of 2026?
#
# - [ ] **A** Copilot, as before.
#   > Its support ended in June 2026: no fixes, also none for security.
# - [ ] **B** App Runner.
#   > It takes no new customers since 30 April 2026.
# - [x] **C** ECS Express Mode.
#   > One call makes a service on Fargate with load balancer, certificate and scaling.
# - [ ] **D** EKS with nodes of their own.
#   > It works, and brings clusters, nodes and Kubernetes to care for.

# %% answer="copilot-heir"
answer = "C"

# %% check="copilot-heir" points=1
question("copilot-heir", answer)

# %%
progress()
