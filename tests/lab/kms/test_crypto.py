"""Keys of KMS at work: naming them, what fits into a call, what comes back."""

import hashlib

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key
from moto.kms.models import Key

from course import lab
from course.lab.wire import Unsupported

RSA = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}


@pytest.fixture
def kms():
    lab.start()
    yield boto3.client("kms")
    lab.stop()


def key(kms, spec="SYMMETRIC_DEFAULT", usage="ENCRYPT_DECRYPT"):
    return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response["Error"]


def test_a_key_is_named_by_id_arn_alias_or_the_arn_of_an_alias(kms):
    made = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/box", TargetKeyId=made["KeyId"])
    alias_arn = made["Arn"].rpartition(":")[0] + ":alias/box"
    for name in (made["KeyId"], made["Arn"], "alias/box", alias_arn):
        sealed = kms.encrypt(KeyId=name, Plaintext=b"x")
        assert sealed["KeyId"] == made["Arn"]
        assert kms.decrypt(KeyId=name, CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"] == b"x"


@pytest.mark.parametrize("name", ["alias/none", "12345678-1234-1234-1234-123456789012"])
def test_a_key_that_is_not_there_is_named_in_the_refusal(kms, name):
    said = refusal(kms.encrypt, KeyId=name, Plaintext=b"x")
    assert said["Code"] == "NotFoundException" and name in said["Message"]


def test_an_arn_of_another_region_is_not_looked_up_here(kms):
    abroad = boto3.client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]
    assert refusal(kms.encrypt, KeyId=abroad, Plaintext=b"x")["Code"] == "NotFoundException"


def test_a_ciphertext_of_another_region_is_out_of_reach(kms):
    abroad = boto3.client("kms", region_name="eu-west-1")
    sealed = abroad.encrypt(KeyId=key(abroad), Plaintext=b"x")["CiphertextBlob"]
    assert refusal(kms.decrypt, CiphertextBlob=sealed)["Code"] == "AccessDeniedException"


def test_text_is_taken_as_boto3_takes_it(kms):
    box = key(kms)
    for plain in ("hello", b"hello", bytearray(b"hello")):
        sealed = kms.encrypt(KeyId=box, Plaintext=plain)["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"hello"


@pytest.mark.parametrize(("size", "code"), [(1, ""), (4096, ""), (4097, "ValidationException")])
def test_a_symmetric_key_takes_4096_bytes(kms, size, code):
    box = key(kms)
    try:
        kms.encrypt(KeyId=box, Plaintext=bytes(size))
        found = ""
    except ClientError as error:
        found = error.response["Error"]["Code"]
    assert found == code


def test_nothing_cannot_be_encrypted(kms):
    assert refusal(kms.encrypt, KeyId=key(kms), Plaintext=b"")["Code"] == "ValidationException"


def test_a_ciphertext_of_more_than_6144_bytes_is_refused(kms):
    assert refusal(kms.decrypt, CiphertextBlob=bytes(6145))["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("spec", "algorithm", "most"),
    [("RSA_2048", "RSAES_OAEP_SHA_1", 214), ("RSA_3072", "RSAES_OAEP_SHA_256", 318)],
)
def test_what_an_rsa_key_takes_depends_on_its_size_and_the_hash(kms, spec, algorithm, most):
    given = {"KeyId": key(kms, spec), "EncryptionAlgorithm": algorithm}
    sealed = kms.encrypt(Plaintext=bytes(most), **given)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed, **given)["Plaintext"] == bytes(most)
    assert str(most) in refusal(kms.encrypt, Plaintext=bytes(most + 1), **given)["Message"]


def test_an_rsa_ciphertext_does_not_name_its_key(kms):
    sealed = kms.encrypt(KeyId=key(kms, "RSA_2048"), Plaintext=b"x", **RSA)["CiphertextBlob"]
    assert refusal(kms.decrypt, CiphertextBlob=sealed, **RSA)["Code"] == "ValidationException"


def test_a_flipped_bit_in_an_rsa_ciphertext_is_noticed(kms):
    mailbox = key(kms, "RSA_2048")
    sealed = kms.encrypt(KeyId=mailbox, Plaintext=b"x", **RSA)["CiphertextBlob"]
    damaged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    said = refusal(kms.decrypt, KeyId=mailbox, CiphertextBlob=damaged, **RSA)
    assert said["Code"] == "InvalidCiphertextException"


def test_a_reencryption_may_lead_from_an_rsa_key_to_a_symmetric_one(kms):
    mailbox, box = key(kms, "RSA_2048"), key(kms)
    sealed = kms.encrypt(KeyId=mailbox, Plaintext=b"x", **RSA)["CiphertextBlob"]
    moved = kms.re_encrypt(
        CiphertextBlob=sealed,
        SourceKeyId=mailbox,
        SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
        DestinationKeyId=box,
        DestinationEncryptionContext={"a": "b"},
    )
    assert moved["SourceKeyId"].endswith(mailbox) and moved["KeyId"].endswith(box)
    opened = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == b"x"


def test_a_data_key_without_plaintext_opens_later(kms):
    made = kms.generate_data_key_without_plaintext(KeyId=key(kms), NumberOfBytes=1024)
    assert "Plaintext" not in made
    assert len(kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"]) == 1024


@pytest.mark.parametrize("given", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}])
def test_a_data_key_has_a_spec_or_a_length(kms, given):
    assert refusal(kms.generate_data_key, KeyId=key(kms), **given)["Code"] == "ValidationException"


@pytest.mark.parametrize("spec", ["ECC_NIST_P384", "ECC_SECG_P256K1", "RSA_2048", "ECC_NIST_EDWARDS25519"])
def test_a_data_key_pair_is_a_real_pair(kms, spec):
    made = kms.generate_data_key_pair(KeyId=key(kms), KeyPairSpec=spec)
    private = load_der_private_key(made["PrivateKeyPlaintext"], None)
    assert private.public_key() == load_der_public_key(made["PublicKey"])


def test_a_data_key_pair_without_plaintext_keeps_the_private_half_wrapped(kms):
    made = kms.generate_data_key_pair_without_plaintext(KeyId=key(kms), KeyPairSpec="ECC_NIST_P256")
    assert "PrivateKeyPlaintext" not in made and "PrivateKeyCiphertextBlob" in made


@pytest.mark.parametrize("given", [{}, {"NumberOfBytes": 1025}])
def test_random_bytes_come_in_1_to_1024(kms, given):
    assert refusal(kms.generate_random, **given)["Code"] == "ValidationException"
    assert len(kms.generate_random(NumberOfBytes=1024)["Plaintext"]) == 1024


@pytest.mark.parametrize(
    ("spec", "algorithm"),
    [
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512"),
        ("RSA_2048", "RSASSA_PSS_SHA_384"),
        ("ECC_NIST_P521", "ECDSA_SHA_512"),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
        ("ML_DSA_65", "ML_DSA_SHAKE_256"),
    ],
)
def test_every_signature_is_checked(kms, spec, algorithm):
    given = {"KeyId": key(kms, spec, "SIGN_VERIFY"), "SigningAlgorithm": algorithm}
    signature = kms.sign(Message=b"x", **given)["Signature"]
    assert kms.verify(Message=b"x", Signature=signature, **given)["SignatureValid"] is True
    said = refusal(kms.verify, Message=b"y", Signature=signature, **given)
    assert said["Code"] == "KMSInvalidSignatureException"


def test_a_digest_and_its_message_have_signatures_that_fit_each_other(kms):
    given = {"KeyId": key(kms, "RSA_2048", "SIGN_VERIFY"), "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    digest = hashlib.sha256(b"x").digest()
    signature = kms.sign(Message=digest, MessageType="DIGEST", **given)["Signature"]
    assert kms.verify(Message=b"x", Signature=signature, **given)["SignatureValid"] is True


def test_ml_dsa_takes_a_mu_of_64_bytes_and_no_digest(kms):
    given = {"KeyId": key(kms, "ML_DSA_44", "SIGN_VERIFY"), "SigningAlgorithm": "ML_DSA_SHAKE_256"}
    assert len(kms.sign(Message=bytes(64), MessageType="EXTERNAL_MU", **given)["Signature"]) == 2420
    for kind, size in (("EXTERNAL_MU", 63), ("DIGEST", 32)):
        assert refusal(kms.sign, Message=bytes(size), MessageType=kind, **given)["Code"] == "ValidationException"


def test_a_mac_is_checked_and_names_the_arn_of_its_key(kms):
    given = {"KeyId": key(kms, "HMAC_512", "GENERATE_VERIFY_MAC"), "MacAlgorithm": "HMAC_SHA_512"}
    made = kms.generate_mac(Message=b"x", **given)
    assert made["KeyId"].startswith("arn:") and len(made["Mac"]) == 64
    assert kms.verify_mac(Message=b"x", Mac=made["Mac"], **given)["MacValid"] is True
    assert refusal(kms.verify_mac, Message=b"y", Mac=made["Mac"], **given)["Code"] == "KMSInvalidMacException"


def test_a_peer_of_another_curve_agrees_on_nothing(kms):
    ours, theirs = key(kms, "ECC_NIST_P256", "KEY_AGREEMENT"), key(kms, "ECC_NIST_P384", "KEY_AGREEMENT")
    public = kms.get_public_key(KeyId=theirs)["PublicKey"]
    said = refusal(kms.derive_shared_secret, KeyId=ours, KeyAgreementAlgorithm="ECDH", PublicKey=public)
    assert said["Code"] == "ValidationException" and "same curve" in said["Message"]


def test_a_box_of_the_wrong_length_is_no_ciphertext(kms):
    given = {"KeyId": key(kms, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE"), "EncapsulationAlgorithm": "ML_KEM"}
    said = refusal(kms.decapsulate, SharedSecretCiphertextBlob=bytes(10), **given)
    assert said["Code"] == "InvalidCiphertextException"


@pytest.mark.parametrize("spec", ["ML_KEM_512", "SM2"])
def test_specs_that_the_lab_cannot_make_are_refused_in_words(kms, spec):
    usage = "ENCAPSULATE_DECAPSULATE" if spec.startswith("ML") else "SIGN_VERIFY"
    with pytest.raises(Unsupported, match="On AWS"):
        kms.create_key(KeySpec=spec, KeyUsage=usage)


def test_a_dry_run_still_refuses_what_is_wrong(kms):
    said = refusal(kms.encrypt, KeyId=key(kms, "RSA_2048"), Plaintext=b"x", DryRun=True)
    assert said["Code"] == "InvalidKeyUsageException"


def test_a_key_made_without_a_usage_is_one_to_encrypt(kms):
    told = kms.create_key()["KeyMetadata"]
    assert told["KeyUsage"] == "ENCRYPT_DECRYPT" and told["EncryptionAlgorithms"] == ["SYMMETRIC_DEFAULT"]


def test_moto_describes_keys_as_it_came_when_the_lab_is_closed(kms):
    key(kms)
    ours = Key.to_dict
    lab.stop()
    assert Key.to_dict is not ours and Key.to_dict.__module__ == "moto.kms.models"
    lab.start()
