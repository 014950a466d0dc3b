"""S3 over plain HTTP: presigned URLs, browser uploads, CORS, web sites; by `requests` and by `lab.http`."""

import json

import boto3
import pytest
import requests
from botocore.config import Config

from course import lab
from tests.lab.s3.conftest import put

HOST = "https://pictures.s3.amazonaws.com"


@pytest.fixture(params=["s3", "s3v4"], ids=["HMAC-SHA1", "Signature Version 4"])
def signer(request, s3):
    put(s3, "cat.jpg")
    return boto3.client("s3", config=Config(signature_version=request.param))


def url(client, method="get_object", key="cat.jpg", seconds=60, **more):
    return client.generate_presigned_url(method, Params={"Bucket": "pictures", "Key": key, **more}, ExpiresIn=seconds)


def test_a_presigned_url_opens_one_object(signer):
    assert requests.get(url(signer)).content == b"x"
    assert lab.http("GET", url(signer)).content == b"x"
    assert requests.get(f"{HOST}/cat.jpg").status_code == 403


def test_it_ends_on_the_clock_of_the_lab(signer):
    given = url(signer, seconds=60)
    lab.clock.advance(seconds=59)
    assert requests.get(given).ok
    lab.clock.advance(seconds=2)
    assert (requests.get(given).status_code, "Request has expired" in requests.get(given).text) == (403, True)


@pytest.mark.parametrize(
    "change", [lambda u: u.replace("cat.jpg", "dog.jpg"), lambda u: u.replace("Expires=", "Expires=9")]
)
def test_a_changed_url_is_worth_nothing(signer, change):
    answer = requests.get(change(url(signer)))
    assert answer.status_code in (400, 403)
    assert "<Error>" in answer.text


def test_a_url_for_reading_writes_nothing(signer):
    assert requests.put(url(signer), data=b"mine").status_code == 403


def test_a_url_uploads_what_was_signed(signer, s3):
    given = url(signer, "put_object", "new ü.txt", ContentType="text/plain")
    assert requests.put(given, data=b"hello", headers={"Content-Type": "text/html"}).status_code == 403
    assert requests.put(given, data=b"hello", headers={"Content-Type": "text/plain"}).ok
    assert s3.get_object(Bucket="pictures", Key="new ü.txt")["Body"].read() == b"hello"


def test_who_signs_must_be_allowed_and_stays_so(s3):
    put(s3, "cat.jpg")
    iam = boto3.client("iam")
    iam.create_user(UserName="dana")
    key = iam.create_access_key(UserName="dana")["AccessKey"]
    dana = boto3.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    given = url(dana)
    assert requests.get(given).status_code == 403
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pictures/*"}
    iam.put_user_policy(UserName="dana", PolicyName="read", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [allow]}))  # fmt: skip
    assert requests.get(given).ok
    iam.update_access_key(UserName="dana", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert requests.get(given).status_code == 403


def test_a_week_is_the_most(s3):
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    assert "less than a week" in requests.get(url(client, seconds=700_000)).text


def form(client, size_range=(1, 5), **fields):
    conditions = [["content-length-range", *size_range], *[{name: value} for name, value in fields.items()]]
    return client.generate_presigned_post(
        "pictures", "up/${filename}", Fields=fields, Conditions=conditions, ExpiresIn=60
    )


def send(given, body=b"123", **fields):
    return requests.post(given["url"], data={**given["fields"], **fields}, files={"file": ("cat.txt", body)})


def test_a_browser_uploads_by_a_form(signer, s3):
    assert send(form(signer)).status_code == 204
    assert s3.get_object(Bucket="pictures", Key="up/cat.txt")["Body"].read() == b"123"


@pytest.mark.parametrize(
    ("body", "fields", "words"),
    [
        (b"123456", {}, "EntityTooLarge"),
        (b"", {}, "EntityTooSmall"),
        (b"123", {"key": "elsewhere.txt"}, "Policy Condition failed"),
        (b"123", {"acl": "public-read"}, "Extra input fields: acl"),
    ],
)
def test_a_form_takes_what_its_policy_allows(signer, s3, body, fields, words):
    assert words in send(form(signer), body, **fields).text
    assert s3.list_objects_v2(Bucket="pictures")["KeyCount"] == 1


def test_a_form_ends_too(signer):
    given = form(signer)
    lab.clock.advance(seconds=61)
    assert "Policy expired" in send(given).text


def test_a_forged_policy_is_refused(signer):
    given = form(signer)
    given["fields"]["policy"] = form(signer, (1, 10**9))["fields"]["policy"]
    assert "SignatureDoesNotMatch" in send(given).text


def publish(s3):
    s3.delete_public_access_block(Bucket="pictures")
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pictures/*"}
    policy = {"Version": "2012-10-17", "Statement": [everybody]}
    s3.put_bucket_policy(Bucket="pictures", Policy=json.dumps(policy))


def test_a_public_object_needs_the_policy_and_no_block(s3):
    put(s3, "cat.jpg")
    assert requests.get(f"{HOST}/cat.jpg").status_code == 403
    publish(s3)
    assert requests.get(f"{HOST}/cat.jpg").ok
    assert requests.get(f"{HOST}/dog.jpg").status_code in (403, 404)
    assert requests.delete(f"{HOST}/cat.jpg").status_code == 403


def cors(s3, **more):
    rule = {"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET"], **more}
    s3.put_bucket_cors(Bucket="pictures", CORSConfiguration={"CORSRules": [rule]})


@pytest.mark.parametrize(
    ("origin", "method", "status"),
    [
        ("https://shop.example.com", "GET", 200),
        ("https://evil.example.org", "GET", 403),
        ("https://shop.example.com", "PUT", 403),
    ],
)
def test_a_browser_asks_before_it_reads(s3, origin, method, status):
    cors(s3)
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    assert lab.http("OPTIONS", f"{HOST}/cat.jpg", headers=asked).status == status


def test_answers_name_the_origin(s3):
    cors(s3, ExposeHeaders=["ETag"])
    put(s3, "cat.jpg")
    answer = requests.get(url(s3), headers={"Origin": "https://shop.example.com"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example.com"
    assert answer.headers["Access-Control-Expose-Headers"] == "ETag"


SITE = "http://pictures.s3-website-us-east-1.amazonaws.com"


def site(s3, **more):
    publish(s3)
    s3.put_object(Bucket="pictures", Key="index.html", Body=b"welcome")
    s3.put_object(Bucket="pictures", Key="docs/index.html", Body=b"docs")
    s3.put_object(Bucket="pictures", Key="sorry.html", Body=b"sorry")
    s3.put_bucket_website(Bucket="pictures", WebsiteConfiguration={
        "IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "sorry.html"}, **more})  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status", "body"), [("/", 200, "welcome"), ("/docs/", 200, "docs"), ("/none", 403, "sorry")]
)
def test_a_site_has_index_and_error_pages(s3, path, status, body):
    site(s3)
    answer = lab.http("GET", SITE + path)
    assert (answer.body, answer.status in (status, 404)) == (body, True)


def test_a_folder_without_its_slash_is_sent_to_its_page(s3):
    site(s3)
    answer = lab.http("GET", f"{SITE}/docs")
    assert (answer.status, answer.headers["Location"]) == (302, "/docs/")


def test_a_site_redirects_by_rule(s3):
    rule = {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}
    site(s3, RoutingRules=[rule])
    answer = lab.http("GET", f"{SITE}/old/page.html")
    assert (answer.status, answer.headers["Location"].endswith("/new/page.html")) == (301, True)


def test_a_private_site_shows_nothing(s3):
    put(s3, "index.html")
    s3.put_bucket_website(Bucket="pictures", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    assert lab.http("GET", SITE).status == 403
