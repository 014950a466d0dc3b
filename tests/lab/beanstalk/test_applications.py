"""Applications and versions: the quota, the lifecycle policy, what is in use stays."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.beanstalk.market import APPLICATION, PROFILE, SINGLE, client, launch, profile, upload, version

ROLE = "arn:aws:iam::123456789012:role/market-service"


@pytest.fixture(autouse=True)
def account():
    lab.start()
    client("elasticbeanstalk").create_application(ApplicationName=APPLICATION)
    yield
    lab.stop()


def labels() -> list[str]:
    found = client("elasticbeanstalk").describe_application_versions(ApplicationName=APPLICATION)["ApplicationVersions"]
    return sorted(one["VersionLabel"] for one in found)


def keep(**rules: dict[str, object]) -> None:
    client("elasticbeanstalk").update_application_resource_lifecycle(
        ApplicationName=APPLICATION, ResourceLifecycleConfig={"ServiceRole": ROLE, "VersionLifecycleConfig": rules}
    )


def bundles() -> int:
    bucket = client("elasticbeanstalk").create_storage_location()["S3Bucket"]
    return len([one for one in client("s3").list_objects_v2(Bucket=bucket).get("Contents", []) if "zip" in one["Key"]])


def test_a_version_is_unprocessed_until_somebody_asks_for_it():
    assert version("v1")["Status"] == "UNPROCESSED"
    assert version("v2", Process=True)["Status"] == "PROCESSED"


def test_a_bundle_that_is_not_there_is_refused():
    with pytest.raises(ClientError, match="Unable to download from S3 location"):
        client("elasticbeanstalk").create_application_version(
            ApplicationName=APPLICATION, VersionLabel="v1", SourceBundle={"S3Bucket": "nobodys", "S3Key": "a.zip"}
        )


def test_the_thousand_and_first_version_is_refused():
    source = upload("v")
    eb = client("elasticbeanstalk")
    for number in range(1000):
        eb.create_application_version(ApplicationName=APPLICATION, VersionLabel=f"v{number}", SourceBundle=source)
    with pytest.raises(ClientError, match="TooManyApplicationVersions"):
        eb.create_application_version(ApplicationName=APPLICATION, VersionLabel="one-more", SourceBundle=source)


def test_a_count_rule_removes_the_oldest_and_may_keep_the_bundles():
    keep(MaxCountRule={"Enabled": True, "MaxCount": 2, "DeleteSourceFromS3": False})
    for label in ("v1", "v2", "v3", "v4"):
        version(label)
        lab.clock.advance(minutes=1)
    assert labels() == ["v3", "v4"]
    assert bundles() == 4


def test_an_age_rule_removes_what_is_too_old_with_its_bundle():
    version("v1")
    keep(MaxAgeRule={"Enabled": True, "MaxAgeInDays": 30, "DeleteSourceFromS3": True})
    lab.clock.advance(days=31)
    version("v2")
    assert labels() == ["v2"]
    assert bundles() == 1


def test_a_version_in_use_stays():
    profile()
    version("v1")
    launch("market-test", PROFILE, SINGLE)
    keep(MaxCountRule={"Enabled": True, "MaxCount": 1})
    version("v2")
    version("v3")
    assert labels() == ["v1", "v3"]
    with pytest.raises(ClientError, match="deployed to a running environment"):
        client("elasticbeanstalk").delete_application_version(ApplicationName=APPLICATION, VersionLabel="v1")


def test_only_one_rule_may_be_on_and_it_needs_a_role():
    with pytest.raises(ClientError, match="Only one"):
        keep(MaxCountRule={"Enabled": True, "MaxCount": 1}, MaxAgeRule={"Enabled": True, "MaxAgeInDays": 1})
    with pytest.raises(ClientError, match="ServiceRole is required"):
        client("elasticbeanstalk").update_application_resource_lifecycle(
            ApplicationName=APPLICATION,
            ResourceLifecycleConfig={"VersionLifecycleConfig": {"MaxCountRule": {"Enabled": True, "MaxCount": 1}}},
        )


def test_platforms_are_found_by_their_branch():
    found = client("elasticbeanstalk").list_platform_versions(
        Filters=[{"Type": "PlatformName", "Operator": "contains", "Values": ["Python 3.13"]}]
    )["PlatformSummaryList"]
    assert [one["PlatformBranchLifecycleState"] for one in found] == ["Supported"]


def test_a_retired_platform_starts_nothing():
    stacks = client("elasticbeanstalk").list_available_solution_stacks()["SolutionStacks"]
    old = next(one for one in stacks if "2018.03" in one)
    with pytest.raises(ClientError, match="No Solution Stack named"):
        client("elasticbeanstalk").create_environment(
            ApplicationName=APPLICATION, EnvironmentName="market-test", SolutionStackName=old
        )


def test_an_application_in_use_is_deleted_only_by_force():
    profile()
    version("v1")
    launch("market-test", PROFILE, SINGLE)
    with pytest.raises(ClientError, match="Unable to delete application"):
        client("elasticbeanstalk").delete_application(ApplicationName=APPLICATION)
    client("elasticbeanstalk").delete_application(ApplicationName=APPLICATION, TerminateEnvByForce=True)
    lab.clock.advance(minutes=10)
    assert client("elasticbeanstalk").describe_applications()["Applications"] == []
    assert client("ec2").describe_addresses()["Addresses"] == []
