# %% [markdown]
# Answers to 02-compute/07-auto-scaling: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="build-fleet"
def build_fleet(name, template_name, target_arn):
    client = boto3.client("autoscaling")
    found = ec2.describe_launch_templates(LaunchTemplateNames=[template_name])["LaunchTemplates"][0]
    client.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateId": found["LaunchTemplateId"], "Version": "1"},
        MinSize=2,
        MaxSize=4,
        VPCZoneIdentifier=two_zones[1] + "," + two_zones[0],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=120,
        Tags=[{"Key": "app", "Value": "shop", "PropagateAtLaunch": True}],
    )
    client.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[target_arn])


# %% wrong="build-fleet" says="PropagateAtLaunch"
def build_fleet(name, template_name, target_arn):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template_name, "Version": "1"},
        MinSize=2,
        MaxSize=4,
        DesiredCapacity=2,
        VPCZoneIdentifier=",".join(two_zones),
        TargetGroupARNs=[target_arn],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=120,
        Tags=[{"Key": "app", "Value": "shop", "PropagateAtLaunch": False}],
    )


# %% wrong="build-fleet" says="HealthCheckType"
def build_fleet(name, template_name, target_arn):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template_name, "Version": "1"},
        MinSize=2,
        MaxSize=4,
        DesiredCapacity=2,
        VPCZoneIdentifier=",".join(two_zones),
        TargetGroupARNs=[target_arn],
        HealthCheckGracePeriod=120,
        Tags=[{"Key": "app", "Value": "shop", "PropagateAtLaunch": True}],
    )


# %% wrong="build-fleet" says="not in two"
def build_fleet(name, template_name, target_arn):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template_name, "Version": "1"},
        MinSize=2,
        MaxSize=4,
        VPCZoneIdentifier=two_zones[0],
        TargetGroupARNs=[target_arn],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=120,
        Tags=[{"Key": "app", "Value": "shop", "PropagateAtLaunch": True}],
    )


# %% wrong="build-fleet" says="that replaced another"
def build_fleet(name, template_name, target_arn):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template_name, "Version": "1"},
        MinSize=2,
        MaxSize=4,
        VPCZoneIdentifier=",".join(two_zones),
        TargetGroupARNs=[target_arn],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=120,
    )
    ec2.create_tags(Resources=members(name), Tags=[{"Key": "app", "Value": "shop"}])


# %% wrong="build-fleet" says="The subnets of the group"
def build_fleet(name, template_name, target_arn):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template_name, "Version": "1"},
        MinSize=2,
        MaxSize=4,
        VPCZoneIdentifier=",".join(three_zones),
        TargetGroupARNs=[target_arn],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=120,
        Tags=[{"Key": "app", "Value": "shop", "PropagateAtLaunch": True}],
    )


# %% wrong="build-fleet" says="two registered ones again"
def build_fleet(name, template_name, target_arn):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template_name, "Version": "1"},
        MinSize=2,
        MaxSize=4,
        VPCZoneIdentifier=",".join(two_zones),
        HealthCheckType="ELB",
        HealthCheckGracePeriod=120,
        Tags=[{"Key": "app", "Value": "shop", "PropagateAtLaunch": True}],
    )
    elb.register_targets(TargetGroupArn=target_arn, Targets=[{"Id": server} for server in members(name)])


# %% right="safe-size"
def resize(name, wanted):
    group = group_of(name)
    if wanted < group["MinSize"]:
        wanted = group["MinSize"]
    elif wanted > group["MaxSize"]:
        wanted = group["MaxSize"]
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, DesiredCapacity=wanted)
    return wanted


# %% wrong="safe-size" says="above max value"
def resize(name, wanted):
    scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=wanted)
    return wanted


# %% wrong="safe-size" says="servers in the group"
def resize(name, wanted):
    group = group_of(name)
    least, most = min(group["MinSize"], wanted), max(group["MaxSize"], wanted)
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=least, MaxSize=most, DesiredCapacity=wanted)
    return wanted


# %% wrong="safe-size" says="what you return"
def resize(name, wanted):
    group = group_of(name)
    size = max(group["MinSize"], min(group["MaxSize"], wanted))
    scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=size)
    return wanted


# %% wrong="safe-size" says="Bounds 2 to 6"
def resize(name, wanted):
    size = max(1, min(4, wanted))
    scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=size)
    return size


# %% right="survive-a-zone"
def fleet_size(needed, zones):
    if zones == 1:
        return None
    for total in range(needed, 10 * needed + 10):
        spread = [total // zones + (number < total % zones) for number in range(zones)]
        if total - max(spread) >= needed:
            return total


# %% wrong="survive-a-zone" says="are left, too few"
def fleet_size(needed, zones):
    return needed + 1 if zones > 1 else None


# %% wrong="survive-a-zone" says="would do"
def fleet_size(needed, zones):
    return 2 * needed if zones > 1 else None


# %% wrong="survive-a-zone" says="would do"
def fleet_size(needed, zones):
    return ceil(needed / (zones - 1)) * zones if zones > 1 else None


# %% wrong="survive-a-zone" says="3 needed, 3 zones"
def fleet_size(needed, zones):
    return round(needed * zones / (zones - 1)) if zones > 1 else None


# %% right="predict-size"
def predict(servers, calls):
    change = {"attach_instances": 1, "exit_standby": 1, "terminate_instances": 0}
    said, wanted = [], servers
    for call, decrement in calls:
        wanted += change.get(call, -int(bool(decrement)))
        said.append(wanted)
    return said


# %% wrong="predict-size" says="call 1, enter_standby with decrement False"
def predict(servers, calls):
    counts = []
    for call, _ in calls:
        servers += 1 if call in ("attach_instances", "exit_standby") else -1
        counts.append(servers)
    return counts


# %% wrong="predict-size" says="call 3, terminate_instances"
def predict(servers, calls):
    counts = []
    for call, decrement in calls:
        if call in ("attach_instances", "exit_standby"):
            servers += 1
        elif decrement or call == "terminate_instances":
            servers -= 1
        counts.append(servers)
    return counts


# %% wrong="predict-size" says="call 3, exit_standby"
def predict(servers, calls):
    counts = []
    for call, decrement in calls:
        servers += 1 if call == "attach_instances" else -1 if decrement else 0
        counts.append(servers)
    return counts


# %% wrong="predict-size" says="call 1, enter_standby with decrement True"
def predict(servers, calls):
    counts = []
    for call, decrement in calls:
        if call == "attach_instances" or (call == "exit_standby"):
            servers += 1
        elif call == "detach_instances" and decrement:
            servers -= 1
        counts.append(servers)
    return counts


# %% wrong="predict-size" says="give one for each"
def predict(servers, calls):
    return [servers]


# %% right="let-it-boot"
def mend(name, boot):
    client = boto3.client("autoscaling")
    client.update_auto_scaling_group(AutoScalingGroupName=name, HealthCheckType="ELB")
    client.update_auto_scaling_group(AutoScalingGroupName=name, HealthCheckGracePeriod=60 + boot)


# %% wrong="let-it-boot" says="stays for too long"
def mend(name, boot):
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, HealthCheckType="ELB", HealthCheckGracePeriod=3600)


# %% wrong="let-it-boot" says="too short"
def mend(name, boot):
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, HealthCheckType="ELB", HealthCheckGracePeriod=60)


# %% wrong="let-it-boot" says="Who asks the program?"
def mend(name, boot):
    period = boot + 60
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, HealthCheckType="EC2", HealthCheckGracePeriod=period)


# %% wrong="let-it-boot" says="Servers that boot for 90 s"
def mend(name, boot):
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, HealthCheckType="ELB", HealthCheckGracePeriod=180)


# %% wrong="let-it-boot" says="Who asks the program?"
def mend(name, boot):
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, HealthCheckGracePeriod=boot + 60)


# %% right="new-version"
def new_version(template_name, **changes):
    found = ec2.describe_launch_template_versions(LaunchTemplateName=template_name, Versions=["$Latest"])
    data = found["LaunchTemplateVersions"][0]["LaunchTemplateData"] | changes
    made = ec2.create_launch_template_version(LaunchTemplateName=template_name, LaunchTemplateData=data)
    number = made["LaunchTemplateVersion"]["VersionNumber"]
    ec2.modify_launch_template(LaunchTemplateName=template_name, DefaultVersion=str(number))
    return number


# %% wrong="new-version" says="What version 3 holds"
def new_version(template_name, **changes):
    made = ec2.create_launch_template_version(LaunchTemplateName=template_name, LaunchTemplateData=changes)
    number = made["LaunchTemplateVersion"]["VersionNumber"]
    ec2.modify_launch_template(LaunchTemplateName=template_name, DefaultVersion=str(number))
    return number


# %% wrong="new-version" says="What version 3 holds"
def new_version(template_name, **changes):
    made = ec2.create_launch_template_version(
        LaunchTemplateName=template_name, SourceVersion="$Default", LaunchTemplateData=changes
    )
    number = made["LaunchTemplateVersion"]["VersionNumber"]
    ec2.modify_launch_template(LaunchTemplateName=template_name, DefaultVersion=str(number))
    return number


# %% wrong="new-version" says="What version 3 holds"
def new_version(template_name, **changes):
    made = ec2.create_launch_template_version(
        LaunchTemplateName=template_name, SourceVersion="1", LaunchTemplateData=changes
    )
    number = made["LaunchTemplateVersion"]["VersionNumber"]
    ec2.modify_launch_template(LaunchTemplateName=template_name, DefaultVersion=str(number))
    return number


# %% wrong="new-version" says="not the default one"
def new_version(template_name, **changes):
    made = ec2.create_launch_template_version(
        LaunchTemplateName=template_name, SourceVersion="$Latest", LaunchTemplateData=changes
    )
    return made["LaunchTemplateVersion"]["VersionNumber"]


# %% right="roll-out"
def roll_out(name, template_name, version, alarm):
    preferences = dict(
        AutoRollback=True,
        AlarmSpecification={"Alarms": [alarm]},
        InstanceWarmup=60,
        MaxHealthyPercentage=125,
        MinHealthyPercentage=100,
        SkipMatching=True,
    )
    found = ec2.describe_launch_templates(LaunchTemplateNames=[template_name])["LaunchTemplates"][0]
    answer = boto3.client("autoscaling").start_instance_refresh(
        AutoScalingGroupName=name,
        Strategy="Rolling",
        Preferences=preferences,
        DesiredConfiguration={
            "LaunchTemplate": {"LaunchTemplateId": found["LaunchTemplateId"], "Version": f"{version}"}
        },
    )
    return answer["InstanceRefreshId"]


# %% wrong="roll-out" says="The preference MinHealthyPercentage"
def roll_out(name, template_name, version, alarm):
    return scaling.start_instance_refresh(
        AutoScalingGroupName=name,
        DesiredConfiguration={"LaunchTemplate": {"LaunchTemplateName": template_name, "Version": str(version)}},
    )["InstanceRefreshId"]


# %% wrong="roll-out" says="AutoRollback, and AlarmSpecification"
def roll_out(name, template_name, version, alarm):
    return scaling.start_instance_refresh(
        AutoScalingGroupName=name,
        DesiredConfiguration={"LaunchTemplate": {"LaunchTemplateName": template_name, "Version": str(version)}},
        Preferences={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 125, "InstanceWarmup": 60},
    )["InstanceRefreshId"]


# %% wrong="roll-out" says="should be t3.small"
def roll_out(name, template_name, version, alarm):
    return scaling.start_instance_refresh(
        AutoScalingGroupName=name,
        DesiredConfiguration={"LaunchTemplate": {"LaunchTemplateName": template_name, "Version": "$Latest"}},
        Preferences={
            "MinHealthyPercentage": 100,
            "MaxHealthyPercentage": 125,
            "InstanceWarmup": 60,
            "AutoRollback": True,
            "AlarmSpecification": {"Alarms": [alarm]},
        },
    )["InstanceRefreshId"]


# %% wrong="roll-out" says="needs a DesiredConfiguration"
def roll_out(name, template_name, version, alarm):
    scaling.update_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template_name, "Version": str(version)},
    )
    return scaling.start_instance_refresh(
        AutoScalingGroupName=name,
        Preferences={
            "MinHealthyPercentage": 100,
            "MaxHealthyPercentage": 125,
            "InstanceWarmup": 60,
            "AutoRollback": True,
            "AlarmSpecification": {"Alarms": [alarm]},
        },
    )["InstanceRefreshId"]
