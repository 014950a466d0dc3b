"""S3.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.cloudformation.kinds.kind import Failed, Kind, Making, as_json, typed


class Bucket(Kind):
    """AWS::S3::Bucket. A bucket with objects cannot be deleted."""

    def create(self, making: Making) -> str:
        name: str = making.properties.get("BucketName") or making.name(63, lower=True)
        s3 = making.client("s3")
        where = {} if making.region == "us-east-1" else {
            "CreateBucketConfiguration": {"LocationConstraint": making.region}
        }  # fmt: skip
        locks = {"ObjectLockEnabledForBucket": True} if _true(making.properties.get("ObjectLockEnabled")) else {}
        if any(one["Name"] == name for one in s3.list_buckets()["Buckets"]):
            raise Failed(f"{name} already exists (Service: S3, Status Code: 409) (HandlerErrorCode: AlreadyExists)")
        s3.create_bucket(Bucket=name, **where, **locks)
        making.physical_id = name
        self._set(making, {})
        return name

    def update(self, making: Making) -> None:
        self._set(making, making.before)

    def _set(self, making: Making, before: dict[str, Any]) -> None:
        s3, name, given = making.client("s3"), making.physical_id, making.properties
        for prop, (put, parameter, shape, take) in _SETTINGS.items():
            if prop in given and given[prop] != before.get(prop):
                value = shape(given[prop]) if shape else given[prop]
                model = s3.meta.service_model.operation_model(_operation(s3, put)).input_shape.members[parameter]
                getattr(s3, put)(Bucket=name, **{parameter: typed(value, model)})
            elif prop in before and prop not in given and take:
                getattr(s3, take)(Bucket=name)
        if "VersioningConfiguration" in before and "VersioningConfiguration" not in given:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
        if making.tags:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": making.tag_list})

    def delete(self, making: Making) -> None:
        making.client("s3").delete_bucket(Bucket=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        name, region = making.physical_id, making.region
        return {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
        }

    def actual(self, making: Making) -> dict[str, Any] | None:
        s3, name, found = making.client("s3"), making.physical_id, dict[str, Any]()
        try:
            s3.head_bucket(Bucket=name)
        except s3.exceptions.ClientError:
            return None
        given = making.properties
        if "VersioningConfiguration" in given:
            found["VersioningConfiguration"] = {"Status": s3.get_bucket_versioning(Bucket=name).get("Status")}
        if "PublicAccessBlockConfiguration" in given:
            try:
                now = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
            except s3.exceptions.ClientError:
                now = {}
            asked = given["PublicAccessBlockConfiguration"]
            found["PublicAccessBlockConfiguration"] = {one: now.get(one, False) for one in asked}
        return found


def _operation(client: Any, method: str) -> str:
    return str(client.meta.method_to_api_mapping[method])


def _true(value: Any) -> bool:
    return str(value).lower() == "true"


def _encryption(given: dict[str, Any]) -> dict[str, Any]:
    rules = []
    for one in given["ServerSideEncryptionConfiguration"]:
        rule = {"ApplyServerSideEncryptionByDefault": one.get("ServerSideEncryptionByDefault", {})}
        if "BucketKeyEnabled" in one:
            rule["BucketKeyEnabled"] = one["BucketKeyEnabled"]
        rules.append(rule)
    return {"Rules": rules}


def _lifecycle(given: dict[str, Any]) -> dict[str, Any]:
    rules = []
    for number, one in enumerate(given["Rules"]):
        rule: dict[str, Any] = {"ID": one.get("Id", f"rule-{number}"), "Status": one["Status"]}
        rule["Filter"] = {"Prefix": one.get("Prefix", "")}
        expiration = {
            target: one[source]
            for source, target in (("ExpirationInDays", "Days"), ("ExpirationDate", "Date"),
                                   ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"))
            if source in one
        }  # fmt: skip
        if expiration:
            rule["Expiration"] = expiration
        steps = one.get("Transitions", []) + ([one["Transition"]] if "Transition" in one else [])
        if steps:
            rule["Transitions"] = [
                {"Days": step["TransitionInDays"], "StorageClass": step["StorageClass"]} for step in steps
            ]
        if "NoncurrentVersionExpiration" in one:
            rule["NoncurrentVersionExpiration"] = one["NoncurrentVersionExpiration"]
        elif "NoncurrentVersionExpirationInDays" in one:
            rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": one["NoncurrentVersionExpirationInDays"]}
        if "AbortIncompleteMultipartUpload" in one:
            rule["AbortIncompleteMultipartUpload"] = one["AbortIncompleteMultipartUpload"]
        rules.append(rule)
    return {"Rules": rules}


def _notifications(given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for source, target, arn in (
        ("LambdaConfigurations", "LambdaFunctionConfigurations", ("Function", "LambdaFunctionArn")),
        ("QueueConfigurations", "QueueConfigurations", ("Queue", "QueueArn")),
        ("TopicConfigurations", "TopicConfigurations", ("Topic", "TopicArn")),
    ):
        rows = []
        for one in given.get(source, []):
            row: dict[str, Any] = {arn[1]: one[arn[0]], "Events": [one["Event"]]}
            rules = one.get("Filter", {}).get("S3Key", {}).get("Rules")
            if rules:
                row["Filter"] = {"Key": {"FilterRules": rules}}
            rows.append(row)
        if rows:
            found[target] = rows
    if _true(given.get("EventBridgeConfiguration", {}).get("EventBridgeEnabled")):
        found["EventBridgeConfiguration"] = {}
    return found


def _website(given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "IndexDocument" in given:
        found["IndexDocument"] = {"Suffix": given["IndexDocument"]}
    if "ErrorDocument" in given:
        found["ErrorDocument"] = {"Key": given["ErrorDocument"]}
    return found | {name: given[name] for name in ("RedirectAllRequestsTo",) if name in given}


def _cors(given: dict[str, Any]) -> dict[str, Any]:
    names = {"MaxAge": "MaxAgeSeconds", "Id": "ID", "ExposedHeaders": "ExposeHeaders"}
    return {"CORSRules": [{names.get(key, key): one for key, one in rule.items()} for rule in given["CorsRules"]]}


# Property: (method that sets it, its parameter, how to write it as the API wants, method that takes it away)
_SETTINGS: Final[dict[str, tuple[str, str, Any, str]]] = {
    "VersioningConfiguration": ("put_bucket_versioning", "VersioningConfiguration", None, ""),
    "BucketEncryption": (
        "put_bucket_encryption", "ServerSideEncryptionConfiguration", _encryption, "delete_bucket_encryption",
    ),
    "PublicAccessBlockConfiguration": (
        "put_public_access_block", "PublicAccessBlockConfiguration", None, "delete_public_access_block",
    ),
    "OwnershipControls": ("put_bucket_ownership_controls", "OwnershipControls", None, ""),
    "LifecycleConfiguration": (
        "put_bucket_lifecycle_configuration", "LifecycleConfiguration", _lifecycle, "delete_bucket_lifecycle",
    ),
    "WebsiteConfiguration": ("put_bucket_website", "WebsiteConfiguration", _website, "delete_bucket_website"),
    "CorsConfiguration": ("put_bucket_cors", "CORSConfiguration", _cors, "delete_bucket_cors"),
    "NotificationConfiguration": (
        "put_bucket_notification_configuration", "NotificationConfiguration", _notifications, "",
    ),
}  # fmt: skip


class BucketPolicy(Kind):
    """AWS::S3::BucketPolicy."""

    def create(self, making: Making) -> str:
        self.update(making)
        return str(making.properties["Bucket"])

    def update(self, making: Making) -> None:
        policy = as_json(making.properties["PolicyDocument"])
        making.client("s3").put_bucket_policy(Bucket=making.properties["Bucket"], Policy=policy)

    def delete(self, making: Making) -> None:
        making.client("s3").delete_bucket_policy(Bucket=making.properties["Bucket"])


KINDS: Final = {"AWS::S3::Bucket": Bucket(), "AWS::S3::BucketPolicy": BucketPolicy()}
