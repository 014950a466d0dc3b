"""EC2 instances: behaviours of AWS that the lab shows and bare moto does not, each with its source.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_GUIDE = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide"
_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference"

CLOSED: list[Behaviour] = []
behaviour = collect(CLOSED)


def ec2(region: str = "us-east-1") -> Any:
    return boto3.client("ec2", region_name=region)


def linux(processor: str = "x86_64") -> str:
    name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{processor}"
    found: str = boto3.client("ssm", region_name="us-east-1").get_parameter(Name=name)["Parameter"]["Value"]
    return found


def settings(**more: Any) -> dict[str, Any]:
    return {"ImageId": linux(), "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1} | more


def launched(**more: Any) -> str:
    started: str = ec2().run_instances(**settings(**more))["Instances"][0]["InstanceId"]
    return started


def seen(instance: str) -> dict[str, Any]:
    found: dict[str, Any] = ec2().describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return found


def code_of_launch(**more: Any) -> str:
    return code_of(ec2().run_instances, **settings(**more))


# Launching -------------------------------------------------------------------------------------------------


@behaviour(f"{_API}/errors-overview.html")
def an_image_has_to_exist(world: World) -> bool:
    return code_of_launch(ImageId="ami-0123456789abcdef0") == "InvalidAMIID.NotFound"


@behaviour(f"{_API}/errors-overview.html")
def a_key_pair_has_to_exist(world: World) -> bool:
    return code_of_launch(KeyName="nobody") == "InvalidKeyPair.NotFound"


@behaviour(f"{_GUIDE}/ComponentsAMIs.html")
def processors_have_to_understand_the_image(world: World) -> bool:
    codes = [code_of_launch(InstanceType="t4g.micro", ImageId=linux(one)) for one in ("x86_64", "arm64")]
    return codes == ["InvalidParameterValue", ""]


@behaviour(f"{_GUIDE}/user-data.html")
def user_data_has_16_kilobytes(world: World) -> bool:
    return [code_of_launch(UserData="x" * size) for size in (16_384, 16_385)] == ["", "InvalidParameterValue"]


@behaviour("https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html")
def without_groups_it_is_the_default_group(world: World) -> bool:
    return [one["GroupName"] for one in seen(launched())["SecurityGroups"]] == ["default"]


@behaviour("https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html")
def without_a_subnet_the_address_is_of_the_default_network(world: World) -> bool:
    return bool(seen(launched())["PrivateIpAddress"].startswith("172.31."))


@behaviour(f"{_GUIDE}/configuring-IMDS-new-instances.html")
def amazon_linux_2023_wants_tokens(world: World) -> bool:
    found = seen(launched())["MetadataOptions"]
    own = seen(launched(MetadataOptions={"HttpTokens": "optional"}))["MetadataOptions"]
    return (found["HttpTokens"], found["HttpPutResponseHopLimit"], own["HttpTokens"]) == ("required", 2, "optional")


# States ----------------------------------------------------------------------------------------------------


@behaviour(f"{_API}/API_RebootInstances.html")
def a_stopped_instance_does_not_reboot(world: World) -> bool:
    one = launched()
    ec2().stop_instances(InstanceIds=[one])
    refusal = code_of(ec2().reboot_instances, InstanceIds=[one])
    return (refusal, seen(one)["State"]["Name"]) == ("IncorrectInstanceState", "stopped")


@behaviour(f"{_GUIDE}/ec2-instance-lifecycle.html")
def a_terminated_instance_does_not_stop(world: World) -> bool:
    one = launched()
    ec2().terminate_instances(InstanceIds=[one])
    refusal = code_of(ec2().stop_instances, InstanceIds=[one])
    return (refusal, seen(one)["State"]["Name"]) == ("IncorrectInstanceState", "terminated")


@behaviour(f"{_API}/API_StartInstances.html")
def starting_a_running_instance_changes_nothing(world: World) -> bool:
    one = launched()
    before = seen(one)["PublicIpAddress"]
    answer = ec2().start_instances(InstanceIds=[one])["StartingInstances"][0]
    return (answer["PreviousState"]["Name"], seen(one)["PublicIpAddress"]) == ("running", before)


@behaviour(f"{_GUIDE}/resize-limitations.html")
def a_change_of_type_keeps_the_architecture(world: World) -> bool:
    one = launched()
    ec2().stop_instances(InstanceIds=[one])
    wish = {"InstanceId": one, "InstanceType": {"Value": "t4g.small"}}
    return code_of(ec2().modify_instance_attribute, **wish) == "InvalidParameterValue"


@behaviour(f"{_GUIDE}/hibernating-prerequisites.html")
def hibernation_is_chosen_at_launch(world: World) -> bool:
    wish = {"InstanceIds": [launched()], "Hibernate": True}
    return code_of(ec2().stop_instances, **wish) == "UnsupportedHibernationConfiguration"


# Tags and addresses ----------------------------------------------------------------------------------------


@behaviour(f"{_GUIDE}/Using_Tags.html#tag-restrictions")
def aws_keeps_a_prefix_of_tags(world: World) -> bool:
    tag = {"Key": "AWS:team", "Value": "print"}
    made = [{"ResourceType": "instance", "Tags": [tag]}]
    later = code_of(ec2().create_tags, Resources=[launched()], Tags=[tag])
    return [later, code_of_launch(TagSpecifications=made)] == ["InvalidParameterValue"] * 2


@behaviour(f"{_GUIDE}/Using_Tags.html#tag-restrictions")
def keys_and_values_have_a_longest(world: World) -> bool:
    one, codes = launched(), []
    for key, value in (("k" * 128, "v" * 256), ("k" * 129, ""), ("k", "v" * 257)):
        codes.append(code_of(ec2().create_tags, Resources=[one], Tags=[{"Key": key, "Value": value}]))
    return codes == ["", "InvalidParameterValue", "InvalidParameterValue"]


@behaviour(f"{_GUIDE}/elastic-ip-addresses-eip.html")
def five_elastic_addresses_a_region(world: World) -> bool:
    codes = [code_of(ec2().allocate_address, Domain="vpc") for _ in range(6)]
    elsewhere = code_of(ec2("eu-west-1").allocate_address, Domain="vpc")
    return (codes, elsewhere) == ([""] * 5 + ["AddressLimitExceeded"], "")


@behaviour(f"{_API}/API_ReleaseAddress.html")
def an_address_in_use_is_not_released(world: World) -> bool:
    made, one = ec2().allocate_address(Domain="vpc"), launched()
    joined = ec2().associate_address(InstanceId=one, AllocationId=made["AllocationId"])
    first = code_of(ec2().release_address, AllocationId=made["AllocationId"])
    ec2().disassociate_address(AssociationId=joined["AssociationId"])
    return [first, code_of(ec2().release_address, AllocationId=made["AllocationId"])] == ["InvalidIPAddress.InUse", ""]


@behaviour(f"{_API}/API_AssociateAddress.html")
def an_address_is_in_one_place(world: World) -> bool:
    made, old, new = ec2().allocate_address(Domain="vpc"), launched(), launched()
    for one in (old, new):
        ec2().associate_address(InstanceId=one, AllocationId=made["AllocationId"], AllowReassociation=True)
    return bool(seen(new)["PublicIpAddress"] == made["PublicIp"] != seen(old)["PublicIpAddress"])


@behaviour(f"{_GUIDE}/elastic-ip-addresses-eip.html")
def elastic_addresses_are_public(world: World) -> bool:
    return not ec2().allocate_address(Domain="vpc")["PublicIp"].startswith("127.")


@behaviour(f"{_API}/API_TerminateInstances.html")
def a_terminated_instance_leaves_its_address(world: World) -> bool:
    made, one = ec2().allocate_address(Domain="vpc"), launched()
    ec2().associate_address(InstanceId=one, AllocationId=made["AllocationId"])
    ec2().terminate_instances(InstanceIds=[one])
    found = ec2().describe_addresses(AllocationIds=[made["AllocationId"]])["Addresses"][0]
    return not found.get("AssociationId") and not found.get("InstanceId")


# Images and credits ----------------------------------------------------------------------------------------


@behaviour(f"{_API}/errors-overview.html")
def names_of_images_are_unique(world: World) -> bool:
    one = launched()
    return [code_of(ec2().create_image, InstanceId=one, Name="golden") for _ in range(2)] == [
        "", "InvalidAMIName.Duplicate",
    ]  # fmt: skip


@behaviour(f"{_GUIDE}/deregister-ami.html")
def a_deregistered_image_starts_nothing(world: World) -> bool:
    image = ec2().create_image(InstanceId=launched(), Name="golden")["ImageId"]
    ec2().deregister_image(ImageId=image)
    return code_of_launch(ImageId=image) == "InvalidAMIID.Unavailable"


@behaviour(f"{_GUIDE}/CopyingAMIs.html")
def a_copy_may_be_encrypted_and_stays_so(world: World) -> bool:
    plain = ec2().create_image(InstanceId=launched(), Name="golden")["ImageId"]
    away = ec2("eu-west-1").copy_image(Name="sealed", SourceImageId=plain, SourceRegion="us-east-1", Encrypted=True)
    back = ec2().copy_image(Name="back", SourceImageId=away["ImageId"], SourceRegion="eu-west-1")["ImageId"]
    found = ec2().describe_images(ImageIds=[back])["Images"][0]["BlockDeviceMappings"][0]["Ebs"]
    snapshot = ec2().describe_snapshots(SnapshotIds=[found["SnapshotId"]])["Snapshots"][0]
    return bool(found.get("Encrypted") and snapshot["Encrypted"])


@behaviour(f"{_GUIDE}/AMIEncryption.html")
def a_disk_is_encrypted_like_its_image(world: World) -> bool:
    plain = ec2().create_image(InstanceId=launched(), Name="golden")["ImageId"]
    made = ec2().copy_image(Name="sealed", SourceImageId=plain, SourceRegion="us-east-1", Encrypted=True)
    one = launched(ImageId=made["ImageId"])
    own = [{"Name": "attachment.instance-id", "Values": [one]}]
    return [disk["Encrypted"] for disk in ec2().describe_volumes(Filters=own)["Volumes"]] == [True]


@behaviour(f"{_GUIDE}/configuring-IMDS-new-instances.html")
def an_own_image_keeps_the_wish_for_tokens(world: World) -> bool:
    own = ec2().create_image(InstanceId=launched(), Name="golden")["ImageId"]
    return bool(seen(launched(ImageId=own))["MetadataOptions"]["HttpTokens"] == "required")


@behaviour(f"{_GUIDE}/burstable-performance-instances-unlimited-mode-concepts.html")
def t3_begins_unlimited_and_t2_standard(world: World) -> bool:
    names = [launched(), launched(InstanceType="t2.micro"), launched(CreditSpecification={"CpuCredits": "standard"})]
    modes = {
        one["InstanceId"]: one["CpuCredits"]
        for one in ec2().describe_instance_credit_specifications(InstanceIds=names)["InstanceCreditSpecifications"]
    }
    return [modes[name] for name in names] == ["unlimited", "standard", "standard"]


@behaviour(f"{_API}/API_ModifyInstanceCreditSpecification.html")
def the_mode_can_be_changed_while_it_runs(world: World) -> bool:
    one = launched()
    wish = [{"InstanceId": one, "CpuCredits": "standard"}]
    ec2().modify_instance_credit_specification(InstanceCreditSpecifications=wish)
    found = ec2().describe_instance_credit_specifications(InstanceIds=[one])["InstanceCreditSpecifications"]
    return bool(found[0]["CpuCredits"] == "standard")


_NAMES = [one.shows.__name__ for one in CLOSED]


@pytest.mark.parametrize("one", CLOSED, ids=_NAMES)
def test_the_lab_shows_it(one: Behaviour, in_the_lab: World) -> None:
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=_NAMES)
def test_bare_moto_does_not(one: Behaviour, in_bare_moto: World) -> None:
    assert not one.is_seen(in_bare_moto), f"moto shows it now: delete our code ({one.source})"
