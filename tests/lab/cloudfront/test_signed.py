import datetime as dt
import json

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from course import lab
from course.lab.cloudfront import viewer_in
from tests.lab.cloudfront.edge_site import behaviour, get, listed, word


class Signer:
    def __init__(self, site, name="one"):
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        pem = self.private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
        config = {"CallerReference": name, "Name": name, "EncodedKey": pem}
        self.id = site.cloudfront.create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"]
        self.signer = CloudFrontSigner(self.id, self.sign)

    def sign(self, message):
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA1())

    def url(self, address, **how):
        return self.signer.generate_presigned_url(address, **how)

    def custom(self, address, **more):
        return self.signer.build_policy(address, in_an_hour(), **more)


def in_an_hour():
    return lab.clock.now() + dt.timedelta(hours=1)


@pytest.fixture
def signer(site):
    return Signer(site)


@pytest.fixture
def film(site, signer):
    group = site.cloudfront.create_key_group(KeyGroupConfig={"Name": "g", "Items": [signer.id]})["KeyGroup"]["Id"]
    return site.distribution(DefaultCacheBehavior=behaviour(TrustedKeyGroups={"Enabled": True} | listed(group)))


def address(made, path="/film.mp4"):
    return f"https://{made['DomainName']}{path}"


def ask(url, **more):
    return lab.http("GET", url, **more)


def test_a_canned_policy_opens_one_file_until_it_expires(site, signer, film):
    url = signer.url(address(film), date_less_than=in_an_hour())
    assert "MissingKey" in get(film, "/film.mp4").body
    assert ask(url).status == 200 and ask(url.replace("film", "other")).status == 403
    assert word(ask(signer.url(address(film), date_less_than=in_an_hour()))) == "Hit"
    assert site.asked[0].query == ""
    lab.clock.advance(hours=1, seconds=1)
    assert "AccessDenied" in ask(url).body


def test_a_custom_policy_knows_wildcards_addresses_and_a_beginning(site, signer, film):
    begin = lab.clock.now() + dt.timedelta(minutes=10)
    policy = signer.custom(address(film, "/film/*"), date_greater_than=begin, ip_address="100.64.0.0/10")
    url = signer.url(address(film, "/film/1.ts"), policy=policy)
    german = {"source_ip": viewer_in("DE")}
    assert ask(url, **german).status == 403
    lab.clock.advance(minutes=11)
    assert (ask(url, **german).status, ask(url).status) == (200, 403)


def test_cookies_open_many_files(site, signer, film):
    policy = signer.custom(address(film, "/film/*"))
    text = signer.url(address(film, "/x"), policy=policy).partition("?")[2]
    pairs = [part.partition("=") for part in text.split("&")]
    cookie = "; ".join(f"CloudFront-{name}={value}" for name, _, value in pairs)
    codes = [get(film, path, headers={"Cookie": cookie}).status for path in ("/film/1.ts", "/film/2.ts", "/other")]
    assert codes == [200, 200, 403]


def test_only_keys_of_the_group_count(site, signer, film):
    stranger = Signer(site, "two")
    assert "InvalidKey" in ask(stranger.url(address(film), date_less_than=in_an_hour())).body
    stranger.signer.key_id = signer.id
    assert "AccessDenied" in ask(stranger.url(address(film), date_less_than=in_an_hour())).body


def test_a_policy_cannot_be_exchanged(site, signer, film):
    import base64

    url = signer.url(address(film), policy=signer.custom(address(film)))
    other = json.dumps({"Statement": [{"Resource": "*", "Condition": {"DateLessThan": {"AWS:EpochTime": 9e9}}}]})
    written = base64.b64encode(other.encode()).decode().replace("+", "-").replace("=", "_").replace("/", "~")
    before = url.partition("Policy=")[2].partition("&")[0]
    assert ask(url).status == 200 and ask(url.replace(before, written)).status == 403


def test_keys_are_rotated_within_the_group(site, signer, film):
    new = Signer(site, "two")
    cloudfront = site.cloudfront
    found = cloudfront.list_key_groups()["KeyGroupList"]["Items"][0]["KeyGroup"]
    etag = cloudfront.get_key_group(Id=found["Id"])["ETag"]
    config = {"Name": "g", "Items": [signer.id, new.id]}
    cloudfront.update_key_group(Id=found["Id"], IfMatch=etag, KeyGroupConfig=config)
    for one in (signer, new):
        assert ask(one.url(address(film), date_less_than=in_an_hour())).status == 200
    shown = cloudfront.get_distribution(Id=film["Id"])["Distribution"]["ActiveTrustedKeyGroups"]
    assert shown["Items"][0]["KeyPairIds"]["Items"] == [signer.id, new.id]


@pytest.mark.parametrize("size", [1024, 4096])
def test_a_public_key_has_2048_bits(site, size):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    key = rsa.generate_private_key(public_exponent=65537, key_size=size).public_key()
    pem = key.public_bytes(serialization.Encoding.PEM, form).decode()
    config = {"CallerReference": "x", "Name": "x", "EncodedKey": pem}
    with pytest.raises(site.cloudfront.exceptions.InvalidArgument):
        site.cloudfront.create_public_key(PublicKeyConfig=config)
