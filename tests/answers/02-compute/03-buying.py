# %% [markdown]
# Answers to 02-compute/03-buying: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="billed-run"
def run_cost(seconds, hourly):
    whole = int(seconds) + (seconds > int(seconds))
    return hourly / 3600 * (60 if whole < 60 else whole)


# %% wrong="billed-run" says="there is a minimum"
def run_cost(seconds, hourly):
    return ceil(seconds) / 3600 * hourly


# %% wrong="billed-run" says="the begun second counts"
def run_cost(seconds, hourly):
    return max(60, seconds) / 3600 * hourly


# %% wrong="billed-run" says="A run of 600 s"
def run_cost(seconds, hourly):
    return ceil(seconds / 3600) * hourly


# %% wrong="billed-run" says="exactly 60 s"
def run_cost(seconds, hourly):
    return max(60, int(seconds) + 1) * hourly / 3600


# %% right="estimate"
def estimate(order):
    rate = facts.price("ec2", "on-demand-linux-" + "-".join(order["type"].split(".")))
    bill = dict(
        machines=rate * order["hours"] * order["count"],
        disks=disk * order["gb_disk"] * order["count"],
        addresses=address * order["hours"] * order["ips"],
        balancers=balancer * order["hours"] * order["balancers"],
    )
    bill["data out"] = out * (order["gb_out"] - min(100, order["gb_out"]))
    bill["total"] = sum(bill.values())
    return bill


# %% wrong="estimate" says="data out"
def estimate(order):
    rate = facts.price("ec2", "on-demand-linux-" + order["type"].replace(".", "-"))
    bill = {
        "machines": order["hours"] * rate * order["count"],
        "disks": disk * order["count"] * order["gb_disk"],
        "addresses": order["hours"] * order["ips"] * address,
        "balancers": order["hours"] * order["balancers"] * balancer,
        "data out": order["gb_out"] * out,
    }
    return {**bill, "total": sum(bill.values())}


# %% wrong="estimate" says="disks"
def estimate(order):
    rate = facts.price("ec2", "on-demand-linux-" + order["type"].replace(".", "-"))
    bill = {
        "machines": order["hours"] * rate * order["count"],
        "disks": disk * order["gb_disk"] * order["hours"] / 730,
        "addresses": order["hours"] * order["ips"] * address,
        "balancers": order["hours"] * order["balancers"] * balancer,
        "data out": max(0, order["gb_out"] - 100) * out,
    }
    return {**bill, "total": sum(bill.values())}


# %% wrong="estimate" says="lacks ['total']"
def estimate(order):
    rate = facts.price("ec2", "on-demand-linux-" + order["type"].replace(".", "-"))
    return {
        "machines": order["hours"] * rate * order["count"],
        "disks": disk * order["count"] * order["gb_disk"],
        "addresses": order["hours"] * order["ips"] * address,
        "balancers": order["hours"] * order["balancers"] * balancer,
        "data out": max(0, order["gb_out"] - 100) * out,
    }


# %% wrong="estimate" says="3 x t3.micro"
def estimate(order):
    rate = facts.price("ec2", "on-demand-linux-" + order["type"].replace(".", "-"))
    parts = {
        "machines": order["count"] * order["hours"] * rate,
        "disks": order["count"] * order["gb_disk"] * disk,
        "addresses": order["count"] * order["hours"] * address,
        "balancers": order["hours"] * balancer,
        "data out": max(0, order["gb_out"] - 100) * out,
    }
    return parts | {"total": sum(parts.values())}


# %% right="cheapest-way"
def cheapest(hours, prices):
    best, least = "", float("inf")
    for name, each in prices.items():
        cost = each * hours if name == "On-Demand" else each * 730
        if cost < least:
            best, least = name, cost
    return best, least


# %% wrong="cheapest-way" says="200 hours a month"
def cheapest(hours, prices):
    name = min(prices, key=prices.get)
    return name, prices[name] * hours


# %% wrong="cheapest-way" says="200 hours a month"
def cheapest(hours, prices):
    costs = {name: each * 730 for name, each in prices.items()}
    name = min(costs, key=costs.get)
    return name, costs[name]


# %% wrong="cheapest-way" says="Return two things"
def cheapest(hours, prices):
    costs = {name: each * (hours if name == "On-Demand" else 730) for name, each in prices.items()}
    return min(costs, key=costs.get)


# %% wrong="cheapest-way" says="600 hours a month"
def cheapest(hours, prices):
    costs = {name: each * (hours if name == "On-Demand" else 730) for name, each in prices.items()}
    name = min(costs, key=costs.get)
    return name, prices[name] * hours


# %% wrong="cheapest-way" says="400 hours a month"
def cheapest(hours, prices):
    name = "On-Demand" if hours < 365 else min(prices, key=prices.get)
    return name, prices[name] * (hours if name == "On-Demand" else 730)


# %% right="best-commitment"
def best_commitment(usage, discount):
    best, least = 0.0, float("inf")
    for cents in range(0, int(max(usage) * 100) + 2):
        promised = cents / 100
        total = 0.0
        for hour in usage:
            at_a_discount = min(hour, promised / (1 - discount))
            total += promised + hour - at_a_discount
        if round(total, 3) < round(least, 3):
            best, least = promised, total
    return best


# %% wrong="best-commitment" says="1.40 pays for them"
def best_commitment(usage, discount):
    costs = []
    for cents in range(ceil(max(usage) * 100) + 1):
        promised = cents / 100
        costs.append((round(sum(promised * (1 - discount) + max(0, hour - promised) for hour in usage), 3), promised))
    return min(costs)[1]


# %% wrong="best-commitment" says="The summer day"
def best_commitment(usage, discount):
    return round(max(usage) * (1 - discount), 2)


# %% wrong="best-commitment" says="Ten hours of 3.00"
def best_commitment(usage, discount):
    return round(min(usage) * (1 - discount), 2)


# %% wrong="best-commitment" says="1.40 costs as much"
def best_commitment(usage, discount):
    return round(max(set(usage), key=usage.count) * (1 - discount), 2)


# %% right="work-until-notice"
def draw_maps(todo, draw, save):
    left, done = list(todo), []
    try:
        while left and lab.read_metadata("meta-data/spot/instance-action") is None:
            draw(left[0])
            done.append(left.pop(0))
    finally:
        save(done)
    return left


# %% wrong="work-until-notice" says="save was called when the instance was gone"
def draw_maps(todo, draw, save):
    for name in todo:
        draw(name)
    save(list(todo))
    return []


# %% wrong="work-until-notice" says="save was called"
def draw_maps(todo, draw, save):
    done = []
    for name in todo:
        if lab.read_metadata("meta-data/spot/instance-action"):
            return todo[len(done) :]
        draw(name)
        done.append(name)
    save(done)
    return []


# %% wrong="work-until-notice" says="the maps still to do"
def draw_maps(todo, draw, save):
    done = []
    for name in todo:
        if lab.read_metadata("meta-data/spot/instance-action"):
            break
        draw(name)
        done.append(name)
    save(done)
    return done


# %% wrong="work-until-notice" says="save was called when the instance was gone"
def draw_maps(todo, draw, save):
    if lab.read_metadata("meta-data/spot/instance-action"):
        save([])
        return todo
    done = []
    for name in todo:
        draw(name)
        done.append(name)
    save(done)
    return todo[len(done) :]


# %% wrong="work-until-notice" says="before the first"
def draw_maps(todo, draw, save):
    done = []
    for name in todo:
        draw(name)
        done.append(name)
        if lab.read_metadata("meta-data/spot/instance-action"):
            break
    save(done)
    return todo[len(done) :]


# %% right="hear-the-notice"
def hear(queue_arn):
    name = lab.unique_name("warnings")
    kind = "EC2 Spot Instance Interruption Warning"
    boto3.client("events").put_rule(Name=name, EventPattern=f'{{"detail-type": ["{kind}"]}}', State="ENABLED")
    boto3.client("events").put_targets(Rule=name, Targets=[{"Arn": queue_arn, "Id": "1"}])
    return name


# %% wrong="hear-the-notice" says="no target"
def hear(queue_arn):
    rule = lab.unique_name("spot-notices")
    pattern = {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    return rule


# %% wrong="hear-the-notice" says="0 warnings came"
def hear(queue_arn):
    rule = lab.unique_name("spot-notices")
    pattern = {"source": ["aws.spot"], "detail-type": ["Spot Interruption"]}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": queue_arn}])
    return rule


# %% wrong="hear-the-notice" says="should not"
def hear(queue_arn):
    rule = lab.unique_name("spot-notices")
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["aws.ec2"]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": queue_arn}])
    return rule


# %% right="mixed-fleet"
def mixed_fleet(name, template, size):
    newest = {"LaunchTemplateName": template, "Version": "$Latest"}
    types = [{"InstanceType": kind} for kind in ("m6i.large", "m5.large")]
    shares = {"OnDemandBaseCapacity": 2, "OnDemandPercentageAboveBaseCapacity": 25}
    strategy = {"SpotAllocationStrategy": "price-capacity-optimized"}
    boto3.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        MixedInstancesPolicy={
            "LaunchTemplate": {"LaunchTemplateSpecification": newest, "Overrides": types},
            "InstancesDistribution": shares | strategy,
        },
        MinSize=0,
        MaxSize=size * 2,
        DesiredCapacity=size,
        VPCZoneIdentifier=fleet_subnets[1] + "," + fleet_subnets[0],
    )


# %% wrong="mixed-fleet" says="no MixedInstancesPolicy"
def mixed_fleet(name, template, size):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template, "Version": "$Latest"},
        MinSize=0,
        MaxSize=2 * size,
        DesiredCapacity=size,
        VPCZoneIdentifier=",".join(fleet_subnets),
    )


# %% wrong="mixed-fleet" says="a quarter of the rest"
def mixed_fleet(name, template, size):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=2 * size,
        DesiredCapacity=size,
        VPCZoneIdentifier=",".join(fleet_subnets),
        MixedInstancesPolicy={
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {"LaunchTemplateName": template, "Version": "$Latest"},
                "Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "m6i.large"}],
            },
            "InstancesDistribution": {
                "OnDemandBaseCapacity": 2,
                "OnDemandPercentageAboveBaseCapacity": 75,
                "SpotAllocationStrategy": "price-capacity-optimized",
            },
        },
    )


# %% wrong="mixed-fleet" says="older version"
def mixed_fleet(name, template, size):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=2 * size,
        DesiredCapacity=size,
        VPCZoneIdentifier=",".join(fleet_subnets),
        MixedInstancesPolicy={
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {"LaunchTemplateName": template},
                "Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "m6i.large"}],
            },
            "InstancesDistribution": {
                "OnDemandBaseCapacity": 2,
                "OnDemandPercentageAboveBaseCapacity": 25,
                "SpotAllocationStrategy": "price-capacity-optimized",
            },
        },
    )


# %% wrong="mixed-fleet" says="Of 5 machines 4 are On-Demand"
def mixed_fleet(name, template, size):
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        DesiredCapacity=size,
        MaxSize=2 * size,
        VPCZoneIdentifier=",".join(fleet_subnets),
        MixedInstancesPolicy={
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {"LaunchTemplateName": template, "Version": "$Latest"},
                "Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "m6i.large"}],
            },
            "InstancesDistribution": {
                "OnDemandBaseCapacity": 4,
                "OnDemandPercentageAboveBaseCapacity": 0,
                "SpotAllocationStrategy": "price-capacity-optimized",
            },
        },
    )


# %% right="own-hosts"
def host_pays(instances, vcpus, per_vcpu, host):
    hosts = -(-instances * vcpus // host["vcpus"])
    shared = instances * host["instance"] * 730 + instances * vcpus * per_vcpu
    return shared, hosts * host["price"] * 730 + hosts * host["cores"] * host["per_core"]


# %% wrong="own-hosts" says="37 instances"
def host_pays(instances, vcpus, per_vcpu, host):
    shared = instances * (host["instance"] * 730 + vcpus * per_vcpu)
    return shared, host["price"] * 730 + host["cores"] * host["per_core"]


# %% wrong="own-hosts" says="on hosts"
def host_pays(instances, vcpus, per_vcpu, host):
    shared = instances * (host["instance"] * 730 + vcpus * per_vcpu)
    hosts = ceil(instances * vcpus / host["vcpus"])
    return shared, hosts * host["price"] * 730 + instances * vcpus * host["per_core"]


# %% wrong="own-hosts" says="on hosts"
def host_pays(instances, vcpus, per_vcpu, host):
    shared = instances * (host["instance"] * 730 + vcpus * per_vcpu)
    hosts = instances * vcpus / host["vcpus"]
    return shared, hosts * (host["price"] * 730 + host["cores"] * host["per_core"])


# %% wrong="own-hosts" says="18 instances"
def host_pays(instances, vcpus, per_vcpu, host):
    shared = instances * (host["instance"] * 730 + vcpus * per_vcpu)
    hosts = instances * vcpus // host["vcpus"] + 1
    return shared, hosts * (host["price"] * 730 + host["cores"] * host["per_core"])


# %% right="choose-option"
def choose(work):
    price = "spot" if work["may_stop"] else "on-demand"
    if work["months"] >= 12 and not work["may_stop"]:
        price = "convertible" if work["may_change"] else "standard"
    return "dedicated-host" if work["per_socket"] else "dedicated-instance" if work["alone"] else price


# %% wrong="choose-option" says="A licence by socket"
def choose(work):
    if work["months"] >= 12:
        return "convertible" if work["may_change"] else "standard"
    if work["per_socket"]:
        return "dedicated-host"
    if work["alone"]:
        return "dedicated-instance"
    return "spot" if work["may_stop"] else "on-demand"


# %% wrong="choose-option" says="perhaps on other machines later"
def choose(work):
    if work["per_socket"]:
        return "dedicated-host"
    if work["alone"]:
        return "dedicated-instance"
    if work["may_stop"]:
        return "spot"
    return "standard" if work["months"] >= 12 else "on-demand"


# %% wrong="choose-option" says="Three years of work that may stop"
def choose(work):
    if work["per_socket"]:
        return "dedicated-host"
    if work["alone"]:
        return "dedicated-instance"
    if work["months"] >= 12:
        return "convertible" if work["may_change"] else "standard"
    return "spot" if work["may_stop"] else "on-demand"


# %% wrong="choose-option" says="Nine months"
def choose(work):
    if work["per_socket"]:
        return "dedicated-host"
    if work["alone"]:
        return "dedicated-instance"
    if work["may_stop"]:
        return "spot"
    if work["may_change"]:
        return "convertible"
    return "standard" if work["months"] >= 12 else "on-demand"


# %% wrong="choose-option" says="and no shared hardware"
def choose(work):
    if work["alone"]:
        return "dedicated-instance"
    if work["per_socket"]:
        return "dedicated-host"
    if work["may_stop"]:
        return "spot"
    if work["months"] < 12:
        return "on-demand"
    return "convertible" if work["may_change"] else "standard"
