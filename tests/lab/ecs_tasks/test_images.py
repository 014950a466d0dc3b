"""Images: layers and their digests, Docker's commands, pushes and pulls, lifecycle policies, scans."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.containers.daemon import DockerError
from tests.lab.ecs_tasks.conftest import REGISTRY

DOCKERFILE = """
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
ENV SHOP=tern
EXPOSE 8080
CMD ["python", "app.py"]
"""
FILES = {"Dockerfile": DOCKERFILE, "requirements.txt": "boto3\n", "app.py": "import os; print(os.environ['SHOP'])"}


@pytest.fixture(autouse=True)
def ecr(account):
    made = boto3.client("ecr")
    made.create_repository(repositoryName="shop")
    return made


def login():
    lab.docker(
        f"aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin {REGISTRY}"
    )


def test_the_same_files_give_the_same_digest():
    one, two = (lab.image(name, FILES) for name in ("a:1", "b:1"))
    assert one.digest == two.digest
    assert lab.image("c:1", {**FILES, "app.py": "print(2)"}).digest != one.digest


def test_a_layer_is_built_again_only_from_the_first_change_on():
    lab.image("a:1", FILES)
    changed = lab.image("a:2", {**FILES, "app.py": "print(2)"})
    assert changed.cached[-3:] == (True, True, False)
    assert lab.image("a:3", {**FILES, "requirements.txt": "flask\n"}).cached[-3:] == (False, False, False)


def test_a_container_runs_on_this_machine():
    lab.docker("build -t shop:1 .", files=FILES)
    assert lab.docker("run shop:1") == "tern"
    assert lab.docker("run -e SHOP=skua shop:1") == "skua"


def test_a_published_port_answers():
    page = "import http.server as h\nh.HTTPServer(('', 80), h.SimpleHTTPRequestHandler).serve_forever()"
    lab.image("page:1", {"app.py": page, "hello.txt": "hello"})
    lab.docker("run -d -p 8080:80 page:1")
    assert lab.http("GET", "http://localhost:8080/hello.txt").body == "hello"


@pytest.mark.parametrize(
    ("dockerfile", "words"),
    [
        ("RUN echo", "no build stage"),
        ("FROM python:3.12-slim\nCOY a b", "unknown instruction: COY"),
        ("FROM python:3.12-slim\nCOPY gone.py .", '"/gone.py": not found'),
        ("FROM nobody/knows:1", "not found"),
        ("FROM python:3.12-slim\nEXPOSE 70000", "invalid containerPort"),
    ],
)
def test_a_dockerfile_is_refused_in_dockers_words(dockerfile, words):
    with pytest.raises(DockerError, match=words):
        lab.docker("build -t a .", files={"Dockerfile": dockerfile})


def test_nothing_is_pushed_without_a_login():
    lab.image(f"{REGISTRY}/shop:1", FILES)
    with pytest.raises(DockerError, match="no basic auth credentials"):
        lab.docker(f"push {REGISTRY}/shop:1")


def test_a_login_ends_after_twelve_hours():
    lab.image(f"{REGISTRY}/shop:1", FILES)
    login()
    lab.clock.advance(hours=11)
    lab.docker(f"push {REGISTRY}/shop:1")
    lab.clock.advance(hours=2)
    with pytest.raises(DockerError, match="expired"):
        lab.docker(f"push {REGISTRY}/shop:1")


def test_layers_that_are_there_are_not_sent_again(ecr):
    login()
    lab.image(f"{REGISTRY}/shop:1", FILES)
    lab.docker(f"push {REGISTRY}/shop:1")
    lab.image(f"{REGISTRY}/shop:2", {**FILES, "app.py": "print(2)"})
    with lab.watching() as made:
        said = lab.docker(f"push {REGISTRY}/shop:2")
    assert said.count("Layer already exists") == 7
    assert len(made.of("CompleteLayerUpload")) == 2  # the changed layer and the configuration


def test_a_push_has_the_rights_of_who_logged_in(ecr):
    user = boto3.client("iam")
    user.create_user(UserName="dana")
    key = user.create_access_key(UserName="dana")["AccessKey"]
    user.put_user_policy(UserName="dana", PolicyName="in", PolicyDocument=json.dumps(
        {"Version": "2012-10-17",
         "Statement": [{"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}]}))  # fmt: skip
    dana = boto3.client("ecr", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    lab.image(f"{REGISTRY}/shop:1", FILES)
    with lab.enforce_iam():
        import base64

        token = dana.get_authorization_token()["authorizationData"][0]["authorizationToken"]
        password = base64.b64decode(token).decode().partition(":")[2]
        lab.docker(f"login --username AWS --password-stdin {REGISTRY}", stdin=password)
        with pytest.raises(
            DockerError, match="user/dana is not authorized to perform: ecr:BatchCheckLayerAvailability"
        ):
            lab.docker(f"push {REGISTRY}/shop:1")


def test_a_tag_that_moves_leaves_the_older_image_without_one(ecr):
    login()
    for text in ("print(1)", "print(2)"):
        made = lab.image(f"{REGISTRY}/shop:latest", {**FILES, "app.py": text})
        lab.docker(f"push {REGISTRY}/shop:latest")
    shown = ecr.describe_images(repositoryName="shop")["imageDetails"]
    assert {one["imageDigest"]: one.get("imageTags") for one in shown}[made.digest] == ["latest"]
    assert sorted(bool(one.get("imageTags")) for one in shown) == [False, True]


def test_an_immutable_tag_stays(ecr):
    ecr.put_image_tag_mutability(repositoryName="shop", imageTagMutability="IMMUTABLE")
    login()
    lab.image(f"{REGISTRY}/shop:1", FILES)
    lab.docker(f"push {REGISTRY}/shop:1")
    lab.docker(f"push {REGISTRY}/shop:1")  # the same image once more is no change
    lab.image(f"{REGISTRY}/shop:1", {**FILES, "app.py": "print(2)"})
    with pytest.raises(DockerError, match="tag is immutable"):
        lab.docker(f"push {REGISTRY}/shop:1")


def test_a_manifest_needs_its_layers(ecr):
    made = lab.image("a:1", FILES)
    with pytest.raises(ClientError, match="LayersNotFoundException"):
        ecr.put_image(repositoryName="shop", imageManifest=made.manifest, imageTag="1")


def test_a_layer_must_be_what_it_says(ecr):
    upload = ecr.initiate_layer_upload(repositoryName="shop")["uploadId"]
    ecr.upload_layer_part(repositoryName="shop", uploadId=upload, partFirstByte=0, partLastByte=2, layerPartBlob=b"abc")
    with pytest.raises(ClientError, match="InvalidLayerException"):
        ecr.complete_layer_upload(repositoryName="shop", uploadId=upload, layerDigests=["sha256:" + "0" * 64])


def test_a_lifecycle_policy_acts_within_a_day_and_can_be_tried_before(ecr):
    for number in range(4):
        lab.image(f"{REGISTRY}/shop:v{number}", {"app.py": f"print({number})"}, push=True)
        lab.clock.advance(minutes=1)
    choice = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 2}
    rule = {"rulePriority": 1, "description": "keep two", "selection": choice, "action": {"type": "expire"}}
    ecr.put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=json.dumps({"rules": [rule]}))
    ecr.start_lifecycle_policy_preview(repositoryName="shop")
    tried = ecr.get_lifecycle_policy_preview(repositoryName="shop")["previewResults"]
    assert sorted(tag for one in tried for tag in one["imageTags"]) == ["v0", "v1"]
    assert len(ecr.list_images(repositoryName="shop")["imageIds"]) == 4
    lab.clock.advance(days=1, minutes=5)
    assert sorted(one["imageTag"] for one in ecr.list_images(repositoryName="shop")["imageIds"]) == ["v2", "v3"]


def _policy(*rules):
    return json.dumps({"rules": [
        {"rulePriority": priority, "selection": {"countType": kind, "countNumber": 3, **choice},
         "action": {"type": "expire"}}
        for priority, kind, choice in rules
    ]})  # fmt: skip


_DRAFTS = {"tagStatus": "untagged"}
_RELEASES = {"tagStatus": "tagged", "tagPrefixList": ["v"]}
_MANY = "imageCountMoreThan"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([(1, _MANY, _DRAFTS), (1, _MANY, _RELEASES)], "a rulePriority of its own"),
        ([(1, _MANY, {"tagStatus": "any"}), (2, _MANY, _RELEASES)], "must have the highest"),
        ([(1, _MANY, {"tagStatus": "tagged"})], "needs a tagPrefixList"),
        ([(1, _MANY, {**_RELEASES, "tagStatus": "untagged"})], "goes without tagPrefixList"),
        ([(1, "sinceMonday", _DRAFTS)], "match exactly one schema"),
    ],
)
def test_a_lifecycle_policy_that_contradicts_itself_is_refused(ecr, rules, words):
    with pytest.raises(ClientError, match=words):
        ecr.put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=_policy(*rules))


def test_a_lifecycle_policy_may_count_from_the_last_pull(ecr):
    text = _policy((1, "sinceImagePulled", {**_DRAFTS, "countUnit": "days"}))
    ecr.put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=text)
    assert ecr.get_lifecycle_policy(repositoryName="shop")["lifecyclePolicyText"] == text


def test_docker_takes_its_longer_commands_and_options_in_any_place(ecr):
    password = "aws --region us-east-1 ecr get-login-password"
    assert "Succeeded" in lab.docker(f"{password} | docker login {REGISTRY} --username AWS --password-stdin")
    lab.docker("docker image build -t shop:1 .", files={**FILES, "Dockerfile": "FROM python:3.12-slim\nCOPY . ."})
    lab.docker(f"docker image tag shop:1 {REGISTRY}/shop:1")
    assert "digest: sha256:" in lab.docker(f"docker image push {REGISTRY}/shop:1")


def test_a_scan_finds_what_the_base_image_brings(ecr):
    ecr.put_image_scanning_configuration(repositoryName="shop", imageScanningConfiguration={"scanOnPush": True})
    for tag, base in (("old", "3.11.4-slim"), ("new", "3.12-slim")):
        text = f"FROM python:{base}\nCOPY . .\n"
        lab.image(f"{REGISTRY}/shop:{tag}", {"app.py": "print(1)"}, dockerfile=text, push=True)

    def found(tag):
        said = ecr.describe_image_scan_findings(repositoryName="shop", imageId={"imageTag": tag})
        return said["imageScanFindings"]["findingSeverityCounts"]

    assert (found("old"), found("new")) == ({"HIGH": 2, "MEDIUM": 1}, {})
