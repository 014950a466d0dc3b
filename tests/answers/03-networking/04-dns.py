# %% [markdown]
# Answers to 03-networking/04-dns: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="go-live"
def go_live(domain, records):
    answer = route53.create_hosted_zone(Name=domain + ".", CallerReference=f"{lab.unique_name('x')}-{domain}")
    zone_id = answer["HostedZone"]["Id"].removeprefix("/hostedzone/")
    changes = [{"Action": "CREATE", "ResourceRecordSet": one} for one in records]
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
    lab.delegate(domain, route53.get_hosted_zone(Id=zone_id)["DelegationSet"]["NameServers"])
    return zone_id


# %% wrong="go-live" says="The registrar was told nothing"
def go_live(domain, records):
    made = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("z"))
    put(made["HostedZone"]["Id"], *records)
    return made["HostedZone"]["Id"]


# %% wrong="go-live" says="all four name servers"
def go_live(domain, records):
    made = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("z"))
    put(made["HostedZone"]["Id"], *records)
    lab.delegate(domain, made["DelegationSet"]["NameServers"][:1])
    return made["HostedZone"]["Id"]


# %% wrong="go-live" says="One batch takes them all"
def go_live(domain, records):
    made = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("z"))
    for one in records:
        put(made["HostedZone"]["Id"], one)
    lab.delegate(domain, made["DelegationSet"]["NameServers"])
    return made["HostedZone"]["Id"]


# %% wrong="go-live" says="Return the id of a new zone"
def go_live(domain, records):
    [old] = [one for one in route53.list_hosted_zones()["HostedZones"] if one["Name"] == domain + "."]
    put(old["Id"], *records)
    lab.delegate(domain, route53.get_hosted_zone(Id=old["Id"])["DelegationSet"]["NameServers"])
    return old["Id"]


# %% wrong="go-live" says="Delegate last"
def go_live(domain, records):
    made = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("z"))
    lab.delegate(domain, made["DelegationSet"]["NameServers"])
    put(made["HostedZone"]["Id"], *records)
    return made["HostedZone"]["Id"]


# %% wrong="go-live" says="HostedZoneAlreadyExists"
def go_live(domain, records):
    made = route53.create_hosted_zone(Name=domain, CallerReference=domain)
    put(made["HostedZone"]["Id"], *records)
    lab.delegate(domain, made["DelegationSet"]["NameServers"])
    return made["HostedZone"]["Id"]


# %% right="mail-records"
def mail_records(domain, server, key):
    import textwrap

    pieces = textwrap.wrap("v=DKIM1; p=" + key, 200, break_long_words=True, drop_whitespace=False)
    value = " ".join('"' + piece + '"' for piece in pieces)
    return [
        {"Name": domain, "Type": "MX", "TTL": 3600, "ResourceRecords": [{"Value": "10 " + server + "."}]},
        {"Name": domain, "Type": "TXT", "TTL": 3600, "ResourceRecords": [{"Value": '"v=spf1 mx -all"'}]},
        {"Name": "s1._domainkey." + domain, "Type": "TXT", "TTL": 3600, "ResourceRecords": [{"Value": value}]},
    ]


# %% wrong="mail-records" says="quotation marks"
def mail_records(domain, server, key):
    return [
        record(domain, "MX", f"10 {server}", ttl=3600),
        record(domain, "TXT", "v=spf1 mx -all", ttl=3600),
        record(f"s1._domainkey.{domain}", "TXT", f'"v=DKIM1; p={key}"', ttl=3600),
    ]


# %% wrong="mail-records" says="CharacterStringTooLong"
def mail_records(domain, server, key):
    return [
        record(domain, "MX", f"10 {server}", ttl=3600),
        record(domain, "TXT", '"v=spf1 mx -all"', ttl=3600),
        record(f"s1._domainkey.{domain}", "TXT", f'"v=DKIM1; p={key}"', ttl=3600),
    ]


# %% wrong="mail-records" says="put all strings into one value"
def mail_records(domain, server, key):
    text = f"v=DKIM1; p={key}"
    parts = [f'"{text[at : at + 255]}"' for at in range(0, len(text), 255)]
    return [
        record(domain, "MX", f"10 {server}", ttl=3600),
        record(domain, "TXT", '"v=spf1 mx -all"', ttl=3600),
        record(f"s1._domainkey.{domain}", "TXT", *parts, ttl=3600),
    ]


# %% right="mail-records"
def mail_records(domain, server, key):
    strings = ["v=DKIM1; p=", *(key[at : at + 255] for at in range(0, len(key), 255))]
    return [
        record(domain + ".", "MX", f"10 {server}.", ttl=3600),
        record(domain + ".", "TXT", '"v=spf1 mx -all"', ttl=3600),
        record(f"s1._domainkey.{domain}.", "TXT", " ".join(f'"{one}"' for one in strings), ttl=3600),
    ]


# %% right="inside-name"
def inside_name(domain, vpc_id, name, address):
    for attribute in ("EnableDnsHostnames", "EnableDnsSupport"):
        ec2.modify_vpc_attribute(VpcId=vpc_id, **{attribute: {"Value": True}})
    zone_id = boto3.client("route53").create_hosted_zone(
        Name=domain, CallerReference=lab.unique_name("p"), VPC={"VPCId": vpc_id, "VPCRegion": "us-east-1"}
    )["HostedZone"]["Id"]
    put(zone_id, record(name, "A", address, ttl=60), action="CREATE")
    return zone_id


# %% wrong="inside-name" says="does not see private zones"
def inside_name(domain, vpc_id, name, address):
    made = route53.create_hosted_zone(
        Name=domain, CallerReference=lab.unique_name("p"), VPC={"VPCId": vpc_id, "VPCRegion": "us-east-1"}
    )
    put(made["HostedZone"]["Id"], record(name, "A", address, ttl=60))
    return made["HostedZone"]["Id"]


# %% wrong="inside-name" says="is public"
def inside_name(domain, vpc_id, name, address):
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    made = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("p"))
    put(made["HostedZone"]["Id"], record(name, "A", address, ttl=60))
    return made["HostedZone"]["Id"]


# %% wrong="inside-name" says="The TTL of the private record"
def inside_name(domain, vpc_id, name, address):
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    made = route53.create_hosted_zone(
        Name=domain, CallerReference=lab.unique_name("p"), VPC={"VPCId": vpc_id, "VPCRegion": "us-east-1"}
    )
    put(made["HostedZone"]["Id"], record(name, "A", address))
    return made["HostedZone"]["Id"]


# %% wrong="inside-name" says="switch enableDnsSupport on"
def inside_name(domain, vpc_id, name, address):
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    made = route53.create_hosted_zone(
        Name=domain, CallerReference=lab.unique_name("p"), VPC={"VPCId": vpc_id, "VPCRegion": "us-east-1"}
    )
    put(made["HostedZone"]["Id"], record(name, "A", address, ttl=60))
    return made["HostedZone"]["Id"]


# %% wrong="inside-name" says="One call switched both attributes on"
def inside_name(domain, vpc_id, name, address):
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})
    made = route53.create_hosted_zone(
        Name=domain, CallerReference=lab.unique_name("p"), VPC={"VPCId": vpc_id, "VPCRegion": "us-east-1"}
    )
    put(made["HostedZone"]["Id"], record(name, "A", address, ttl=60))
    return made["HostedZone"]["Id"]


# %% wrong="inside-name" says="The name of the private zone"
def inside_name(domain, vpc_id, name, address):
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    made = route53.create_hosted_zone(
        Name=name, CallerReference=lab.unique_name("p"), VPC={"VPCId": vpc_id, "VPCRegion": "us-east-1"}
    )
    put(made["HostedZone"]["Id"], record(name, "A", address, ttl=60))
    return made["HostedZone"]["Id"]


# %% right="stale-answers"
def stale_answers(asks, ttl, changed):
    fetched = []
    for moment in asks:
        if not fetched or moment - fetched[-1] >= ttl:
            fetched.append(moment)
    return [moment for moment in asks if moment > changed and max(at for at in fetched if at <= moment) < changed]


# %% wrong="stale-answers" says="The question of second 350"
def stale_answers(asks, ttl, changed):
    return [moment for moment in asks if changed < moment < asks[0] + ttl]


# %% wrong="stale-answers" says="your prediction is"
def stale_answers(asks, ttl, changed):
    return [moment for moment in asks if changed < moment < changed + ttl]


# %% wrong="stale-answers" says="your prediction is []"
def stale_answers(asks, ttl, changed):
    return []


# %% wrong="stale-answers" says="The answer of second 0"
def stale_answers(asks, ttl, changed):
    before = [moment for moment in asks if moment <= changed]
    return [moment for moment in asks if before and changed < moment < before[-1] + ttl]


# %% wrong="stale-answers" says="The question of second 350"
def stale_answers(asks, ttl, changed):
    if asks[0] > changed:
        return []
    over = asks[0] + ttl
    while over <= changed:  # as if somebody asked at the very second at which the time is over
        over += ttl
    return [moment for moment in asks if changed < moment < over]


# %% wrong="stale-answers" says="The answer of second 0"
def stale_answers(asks, ttl, changed):
    over, is_old, found = -1, False, []
    for moment in asks:
        if moment > over:  # at the second `over` the time is over already
            over, is_old = moment + ttl, moment < changed
        if is_old and moment > changed:
            found.append(moment)
    return found


# %% right="move-house"
def move(zone_id, name, address, wait):
    sets = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    [now] = [one for one in sets if one["Name"] == name + "." and one["Type"] == "A"]
    old = now["ResourceRecords"][0]["Value"]
    put(zone_id, record(name, "A", old, ttl=30))
    wait(now["TTL"] + 1)
    put(zone_id, record(name, "A", address, ttl=now["TTL"]))


# %% wrong="move-house" says="Lower the TTL of the old address first"
def move(zone_id, name, address, wait):
    found = route53.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
    )["ResourceRecordSets"][0]
    wait(found["TTL"])
    put(zone_id, record(name, "A", address, ttl=60))
    wait(60)
    put(zone_id, record(name, "A", address, ttl=found["TTL"]))


# %% wrong="move-house" says="wait that long before you switch"
def move(zone_id, name, address, wait):
    found = route53.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
    )["ResourceRecordSets"][0]
    put(zone_id, {**found, "TTL": 60})
    wait(60)
    put(zone_id, record(name, "A", address, ttl=60))
    wait(60)
    put(zone_id, record(name, "A", address, ttl=found["TTL"]))


# %% wrong="move-house" says="The TTL of the record after the move"
def move(zone_id, name, address, wait):
    found = route53.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
    )["ResourceRecordSets"][0]
    put(zone_id, {**found, "TTL": 60})
    wait(found["TTL"])
    put(zone_id, record(name, "A", address, ttl=60))


# %% wrong="move-house" says="two minutes are enough"
def move(zone_id, name, address, wait):
    found = route53.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
    )["ResourceRecordSets"][0]
    put(zone_id, {**found, "TTL": 60})
    wait(2 * found["TTL"])
    put(zone_id, record(name, "A", address, ttl=found["TTL"]))


# %% wrong="move-house" says="two minutes are enough"
def move(zone_id, name, address, wait):
    found = route53.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
    )["ResourceRecordSets"][0]
    put(zone_id, {**found, "TTL": 60})
    wait(86_400)  # right for the lesson's one day, and for no other TTL
    put(zone_id, record(name, "A", address, ttl=found["TTL"]))


# %% right="alias-target"
import re


def alias_target(host):
    form = (
        r".+\.elb\.amazonaws\.com|.+\.elb\.[a-z0-9-]+\.amazonaws\.com|.+\.cloudfront\.net"
        r"|.+\.execute-api\.[a-z0-9-]+\.amazonaws\.com|s3-website[.-][a-z0-9-]+\.amazonaws\.com"
        r"|.+\.[a-z0-9-]+\.elasticbeanstalk\.com|.+\.vpce\.amazonaws\.com|.+\.awsglobalaccelerator\.com"
    )
    return re.fullmatch(form, host.lower().removesuffix(".")) is not None


# %% wrong="alias-target" says="an instance"
def alias_target(host):
    return (
        host.lower()
        .rstrip(".")
        .endswith((".amazonaws.com", ".cloudfront.net", ".elasticbeanstalk.com", ".awsglobalaccelerator.com"))
    )


# %% wrong="alias-target" says="only begins like a load balancer"
def alias_target(host):
    from fnmatch import fnmatch

    forms = ("*.elb.amazonaws.com*", "*.elb.*.amazonaws.com*", "*.cloudfront.net", "*.execute-api.*", "s3-website*")
    more = ("*.elasticbeanstalk.com", "*.vpce.amazonaws.com", "*.awsglobalaccelerator.com")
    return any(fnmatch(host.lower().rstrip("."), form) for form in forms + more)


# %% wrong="alias-target" says="with its final dot"
def alias_target(host):
    from fnmatch import fnmatch

    forms = ("*.elb.amazonaws.com", "*.elb.*.amazonaws.com", "*.cloudfront.net", "*.execute-api.*.amazonaws.com")
    more = ("s3-website[-.]*", "*.elasticbeanstalk.com", "*.vpce.amazonaws.com", "*.awsglobalaccelerator.com")
    return any(fnmatch(host.lower(), form) for form in forms + more)


# %% wrong="alias-target" says="the alias names the service only"
def alias_target(host):
    host = host.lower().rstrip(".")
    if host.endswith((".cloudfront.net", ".elasticbeanstalk.com", ".awsglobalaccelerator.com")):
        return True
    parts = (".elb.", ".execute-api.", "s3-website", ".vpce.")
    return host.endswith(".amazonaws.com") and any(part in host for part in parts)


# %% right="point-at"
def point_at(zone_id, name, target):
    target = target.rstrip(".").lower()
    balancers = elb.describe_load_balancers()["LoadBalancers"]
    for one in balancers:
        if target in (one["DNSName"].lower(), "dualstack." + one["DNSName"].lower()):
            alias = {
                "HostedZoneId": one["CanonicalHostedZoneId"],
                "DNSName": "dualstack." + one["DNSName"],
                "EvaluateTargetHealth": True,
            }
            put(zone_id, {"Name": name + ".", "Type": "A", "AliasTarget": alias})
            return "alias"
    if target.endswith(".cloudfront.net"):
        alias = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": target, "EvaluateTargetHealth": False}
        put(zone_id, {"Name": name + ".", "Type": "A", "AliasTarget": alias})
        return "alias"
    try:
        put(zone_id, record(name, "CNAME", target))
    except ClientError as error:
        raise ValueError(str(error)) from error
    return "CNAME"


# %% wrong="point-at" says="not permitted at apex"
def point_at(zone_id, name, target):
    put(zone_id, record(name, "CNAME", target))
    return "CNAME"


# %% wrong="point-at" says="can follow its health"
def point_at(zone_id, name, target):
    for one in elb.describe_load_balancers()["LoadBalancers"]:
        if one["DNSName"] == target:
            told = {"HostedZoneId": one["CanonicalHostedZoneId"], "DNSName": target, "EvaluateTargetHealth": False}
            put(zone_id, {"Name": name, "Type": "A", "AliasTarget": told})
            return "alias"
    put(zone_id, record(name, "CNAME", target))
    return "CNAME"


# %% wrong="point-at" says="raise ValueError"
def point_at(zone_id, name, target):
    zones = {one["DNSName"]: one["CanonicalHostedZoneId"] for one in elb.describe_load_balancers()["LoadBalancers"]}
    if target in zones or target.endswith(".cloudfront.net"):
        told = {
            "HostedZoneId": zones.get(target, "Z2FDTNDATAQYW2"),
            "DNSName": target,
            "EvaluateTargetHealth": target in zones,
        }
        put(zone_id, {"Name": name, "Type": "A", "AliasTarget": told})
        return "alias"
    put(zone_id, record(name, "CNAME", target))
    return "CNAME"


# %% wrong="point-at" says="Tried to create an alias that targets theirs"
def point_at(zone_id, name, target):
    told = None
    if ".elb." in target:
        [home] = {one["CanonicalHostedZoneId"] for one in elb.describe_load_balancers()["LoadBalancers"]}
        told = {"HostedZoneId": home, "DNSName": target, "EvaluateTargetHealth": True}
    elif target.endswith(".cloudfront.net"):
        told = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": target, "EvaluateTargetHealth": False}
    if told:
        put(zone_id, {"Name": name, "Type": "A", "AliasTarget": told})
        return "alias"
    if name + "." == route53.get_hosted_zone(Id=zone_id)["HostedZone"]["Name"]:
        raise ValueError(f"{name} is the zone's apex: no CNAME may stand there")
    put(zone_id, record(name, "CNAME", target))
    return "CNAME"


# %% wrong="point-at" says="cannot be true"
def point_at(zone_id, name, target):
    zones = {one["DNSName"]: one["CanonicalHostedZoneId"] for one in elb.describe_load_balancers()["LoadBalancers"]}
    zones["d111111abcdef8.cloudfront.net"] = "Z2FDTNDATAQYW2"
    if target in zones:
        told = {"HostedZoneId": zones[target], "DNSName": target, "EvaluateTargetHealth": True}
        put(zone_id, {"Name": name, "Type": "A", "AliasTarget": told})
        return "alias"
    put(zone_id, record(name, "CNAME", target))
    return "CNAME"


# %% right="dns-bill"
def dns_bill(zones, ttls, resolvers, alias):
    asked = resolvers * sum(2_592_000 / one for one in ttls)
    return facts.cost("route 53", "hosted-zone", zones).usd + facts.cost("route 53", "standard-queries", asked).usd


# %% wrong="dns-bill" says="5 at the lower one"
def dns_bill(zones, ttls, resolvers, alias):
    asked = resolvers * sum(2_592_000 / one for one in ttls)
    return zones * 0.5 + min(asked, 1e9) / 1e6 * 0.4 + max(0, asked - 1e9) / 1e6 * 0.2


# %% wrong="dns-bill" says="free questions for an alias"
def dns_bill(zones, ttls, resolvers, alias):
    asked = resolvers * sum(2_592_000 / one for one in ttls) + alias
    bill = 0.5 * min(zones, 25) + 0.1 * max(0, zones - 25)
    return bill + min(asked, 1e9) / 1e6 * 0.4 + max(0, asked - 1e9) / 1e6 * 0.2


# %% wrong="dns-bill" says="above one billion half the price"
def dns_bill(zones, ttls, resolvers, alias):
    asked = resolvers * sum(2_592_000 / one for one in ttls)
    return 0.5 * min(zones, 25) + 0.1 * max(0, zones - 25) + asked / 1e6 * 0.4
