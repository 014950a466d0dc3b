"""What keys of KMS do with data: behaviours of AWS that the lab shows and bare moto does not."""

from __future__ import annotations

import hashlib
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key
from cryptography.hazmat.primitives.serialization import load_der_public_key as public_key

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_API = "https://docs.aws.amazon.com/kms/latest/APIReference"
_GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide"
_SPECS = f"{_GUIDE}/symm-asymm-choose-key-spec.html"

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED, _API)


def client(region: str = "us-east-1") -> Any:
    made: Any = boto3.client
    return made("kms", region_name=region)


def key(spec: str = "SYMMETRIC_DEFAULT", usage: str = "ENCRYPT_DECRYPT") -> str:
    return str(client().create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"])


@behaviour(_SPECS)
def what_a_stranger_encrypted_with_the_public_key_opens_inside(world: World) -> bool:
    kms, mailbox = client(), key("RSA_2048")
    theirs = public_key(kms.get_public_key(KeyId=mailbox)["PublicKey"])
    assert isinstance(theirs, RSAPublicKey)
    letter = theirs.encrypt(b"hello", padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    opened = kms.decrypt(KeyId=mailbox, CiphertextBlob=letter, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
    return bool(opened["Plaintext"] == b"hello")


@behaviour(_SPECS)
def rsa_2048_takes_190_bytes(world: World) -> bool:
    kms, given = client(), {"KeyId": key("RSA_2048"), "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    fits = code_of(kms.encrypt, Plaintext=bytes(190), **given) == ""
    return fits and code_of(kms.encrypt, Plaintext=bytes(191), **given) == "ValidationException"


@behaviour("API_Encrypt.html")
def a_key_to_sign_does_not_encrypt(world: World) -> bool:
    signer = key("RSA_2048", "SIGN_VERIFY")
    given = {"KeyId": signer, "Plaintext": b"x", "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    return code_of(client().encrypt, **given) == "InvalidKeyUsageException"


@behaviour("API_Encrypt.html")
def an_algorithm_must_fit_the_key(world: World) -> bool:
    return code_of(client().encrypt, KeyId=key("RSA_2048"), Plaintext=b"x") == "InvalidKeyUsageException"


@behaviour("API_GenerateDataKey.html")
def a_pair_wraps_no_data_keys(world: World) -> bool:
    given = {"KeyId": key("RSA_2048"), "KeySpec": "AES_256"}
    return code_of(client().generate_data_key, **given) == "InvalidKeyUsageException"


@behaviour("API_Decrypt.html")
def a_named_key_must_be_the_one_inside(world: World) -> bool:
    kms = client()
    blob = kms.encrypt(KeyId=key(), Plaintext=b"x")["CiphertextBlob"]
    return code_of(kms.decrypt, KeyId=key(), CiphertextBlob=blob) == "IncorrectKeyException"


@behaviour("API_ReEncrypt.html")
def the_source_key_of_a_reencryption_must_be_the_one_inside(world: World) -> bool:
    kms, given = client(), {"SourceKeyId": key(), "DestinationKeyId": key()}
    blob = kms.encrypt(KeyId=key(), Plaintext=b"x")["CiphertextBlob"]
    return code_of(kms.re_encrypt, CiphertextBlob=blob, **given) == "IncorrectKeyException"


@behaviour("API_Decrypt.html")
def what_is_no_ciphertext_is_called_so(world: World) -> bool:
    return code_of(client().decrypt, CiphertextBlob=b"\x01" * 100) == "InvalidCiphertextException"


@behaviour(f"{_GUIDE}/encrypt_context.html")
def contexts_are_pairs_and_not_a_string(world: World) -> bool:
    kms = client()
    blob = kms.encrypt(KeyId=key(), Plaintext=b"x", EncryptionContext={"a": "bc"})["CiphertextBlob"]
    return code_of(kms.decrypt, CiphertextBlob=blob, EncryptionContext={"ab": "c"}) == "InvalidCiphertextException"


@behaviour(f"{_GUIDE}/encrypt_context.html")
def rsa_keys_take_no_context(world: World) -> bool:
    given = {"KeyId": key("RSA_2048"), "EncryptionAlgorithm": "RSAES_OAEP_SHA_256", "EncryptionContext": {"a": "b"}}
    return code_of(client().encrypt, Plaintext=b"x", **given) == "ValidationException"


@behaviour("API_Sign.html")
def a_digest_is_signed_as_its_message_would_be(world: World) -> bool:
    kms, signer = client(), key("ECC_NIST_P256", "SIGN_VERIFY")
    digest = hashlib.sha256(b"long text").digest()
    made = kms.sign(KeyId=signer, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")
    theirs = public_key(kms.get_public_key(KeyId=signer)["PublicKey"])
    assert isinstance(theirs, EllipticCurvePublicKey)
    theirs.verify(made["Signature"], b"long text", ec.ECDSA(hashes.SHA256()))
    return True


@behaviour("API_Sign.html")
def a_digest_has_the_length_of_its_hash(world: World) -> bool:
    given = {"KeyId": key("ECC_NIST_P256", "SIGN_VERIFY"), "SigningAlgorithm": "ECDSA_SHA_256"}
    return code_of(client().sign, Message=bytes(31), MessageType="DIGEST", **given) == "ValidationException"


@behaviour("API_Sign.html")
def a_key_to_encrypt_does_not_sign(world: World) -> bool:
    given = {"Message": b"x", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    return code_of(client().sign, KeyId=key("RSA_2048"), **given) == "InvalidKeyUsageException"


@behaviour(_SPECS)
def pss_salts_are_as_long_as_the_digest(world: World) -> bool:
    kms, signer = client(), key("RSA_2048", "SIGN_VERIFY")
    made = kms.sign(KeyId=signer, Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256")
    theirs = public_key(kms.get_public_key(KeyId=signer)["PublicKey"])
    assert isinstance(theirs, RSAPublicKey)
    theirs.verify(made["Signature"], b"x", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    return True


@behaviour("API_Verify.html")
def a_wrong_signature_is_an_error(world: World) -> bool:
    kms, given = client(), {"KeyId": key("ECC_NIST_P256", "SIGN_VERIFY"), "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(Message=b"x", **given)["Signature"]
    return code_of(kms.verify, Message=b"y", Signature=signature, **given) == "KMSInvalidSignatureException"


@behaviour("API_GenerateMac.html")
def an_hmac_key_knows_one_algorithm(world: World) -> bool:
    given = {"KeyId": key("HMAC_256", "GENERATE_VERIFY_MAC"), "Message": b"x", "MacAlgorithm": "HMAC_SHA_512"}
    return code_of(client().generate_mac, **given) == "InvalidKeyUsageException"


@behaviour("API_GetPublicKey.html")
def a_symmetric_key_has_no_public_half(world: World) -> bool:
    return code_of(client().get_public_key, KeyId=key()) == "UnsupportedOperationException"


@behaviour("API_GetPublicKey.html")
def a_public_key_comes_with_its_spec_and_arn(world: World) -> bool:
    told = client().get_public_key(KeyId=key("RSA_2048"))
    return bool(told["KeySpec"] == "RSA_2048" and told["KeyId"].startswith("arn:"))


@behaviour("API_GenerateDataKeyPair.html")
def a_data_key_pair_fits_together(world: World) -> bool:
    kms = client()
    made = kms.generate_data_key_pair(KeyId=key(), KeyPairSpec="ECC_NIST_P256")
    private = load_der_private_key(kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"], None)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return bool(public == made["PublicKey"])


@behaviour("API_DeriveSharedSecret.html")
def two_pairs_agree_on_a_secret(world: World) -> bool:
    kms, ours, theirs = client(), key("ECC_NIST_P256", "KEY_AGREEMENT"), key("ECC_NIST_P256", "KEY_AGREEMENT")
    publics = {one: kms.get_public_key(KeyId=one)["PublicKey"] for one in (ours, theirs)}
    secrets = {
        kms.derive_shared_secret(KeyId=one, KeyAgreementAlgorithm="ECDH", PublicKey=publics[other])["SharedSecret"]
        for one, other in ((ours, theirs), (theirs, ours))
    }
    return len(secrets) == 1


@behaviour("API_Encapsulate.html")
def a_secret_in_a_box_of_ml_kem_comes_out_again(world: World) -> bool:
    kms, given = (
        client(),
        {"KeyId": key("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"), "EncapsulationAlgorithm": "ML_KEM"},
    )
    made = kms.encapsulate(**given)
    opened = kms.decapsulate(SharedSecretCiphertextBlob=made["SharedSecretCiphertextBlob"], **given)
    return bool(opened["SharedSecret"] == made["SharedSecret"])


@behaviour("API_CreateKey.html")
def ml_dsa_keys_sign(world: World) -> bool:
    kms, given = client(), {"KeyId": key("ML_DSA_44", "SIGN_VERIFY"), "SigningAlgorithm": "ML_DSA_SHAKE_256"}
    signature = kms.sign(Message=b"x", **given)["Signature"]
    return bool(kms.verify(Message=b"x", Signature=signature, **given)["SignatureValid"])


@behaviour("API_CreateKey.html")
def elliptic_curves_do_not_encrypt(world: World) -> bool:
    given = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "ENCRYPT_DECRYPT"}
    return code_of(client().create_key, **given) == "ValidationException"


@behaviour("API_CreateKey.html")
def a_pair_needs_a_usage(world: World) -> bool:
    return code_of(client().create_key, KeySpec="RSA_2048") == "ValidationException"


@behaviour("API_DescribeKey.html")
def a_key_tells_its_algorithms_under_one_name(world: World) -> bool:
    agree = client().describe_key(KeyId=key("ECC_NIST_P256", "KEY_AGREEMENT"))["KeyMetadata"]
    return agree.get("KeyAgreementAlgorithms") == ["ECDH"] and "SigningAlgorithms" not in agree


@behaviour(f"{_GUIDE}/testing-permissions.html")
def a_dry_run_gives_nothing(world: World) -> bool:
    return code_of(client().encrypt, KeyId=key(), Plaintext=b"x", DryRun=True) == "DryRunOperationException"


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
