# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '3.1'
#     - '4.3'
#     minutes: 55
#     practises:
#       alias-target:
#       - route53.alias-targets
#       dns-bill:
#       - route53.pricing
#       - route53.ttl-tradeoff
#       go-live:
#       - route53.purpose
#       - route53.registrars
#       - route53.hosted-zones
#       inside-name:
#       - route53.hosted-zones
#       mail-records:
#       - route53.record-types
#       move-house:
#       - route53.ttl-cache
#       - route53.ttl-tradeoff
#       point-at:
#       - route53.cname-alias
#       - route53.alias-targets
#       stale-answers:
#       - route53.ttl-cache
#     services:
#     - route53
#     - ec2
#     - elbv2
#     title: 'Route 53: names'
#     topics:
#     - route53.purpose
#     - route53.registrars
#     - route53.record-types
#     - route53.hosted-zones
#     - route53.simple
#     - route53.ttl-cache
#     - route53.ttl-tradeoff
#     - route53.cname-alias
#     - route53.alias-targets
#     - route53.pricing
# ---

# %% [markdown]
# # Route 53: names
#
# Nobody types 192.0.2.10 to order a print. People type a name, and the **Domain Name System** (DNS) finds the
# address. After this lesson you can keep the names of Lumen, a small photo shop, in **Amazon Route 53**: publish
# them, give programs inside a network names of their own, move the shop to another address without losing a
# customer, and say what it all costs.

# %% setup="start"
import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("03-networking/04-dns")
lab.start()
route53 = boto3.client("route53")
ec2 = boto3.client("ec2")
elb = boto3.client("elbv2")


def record(name: str, kind: str, *values: str, ttl: int = 300) -> dict:
    """A record set as Route 53 takes it."""
    found = [{"Value": value} for value in values]
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": found}


def put(zone_id: str, *records: dict, action: str = "UPSERT") -> None:
    """Make changes in one batch: all of them or, if one is refused, none."""
    changes = [{"Action": action, "ResourceRecordSet": one} for one in records]
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


# %% [markdown]
# ## From a name to an address
#
# Three parties are involved in every look-up.
#
# - A **resolver** looks names up for many people and remembers the answers. Your internet provider runs one.
# - A **registrar** sells domains, and tells the world which **name servers** know a domain's names.
# - The name servers answer. In Route 53 what they know stands in a **hosted zone**: a list of **records**.
#
# Route 53 plays the last two parts for the internet: it sells domains and runs name servers. It also watches servers
# with **health checks** (next lesson). It is a global service; a zone has no Region.

# %%
charts.flow(
    [
        ("browser", "provider's resolver", "1. which address?"),
        ("provider's resolver", "registry", "2. who knows it?"),
        ("provider's resolver", "Route 53", "3. which address?"),
        ("browser", "web server", "4. GET /"),
    ],
    kinds={"Route 53": "network", "web server": "compute", "provider's resolver": "network"},
    headline="Route 53 answers one question; the request itself never passes through it",
    source="the steps of one look-up whose answer no cache holds",
)

# %% [markdown]
# We make a zone. Its **caller reference** is a text of your choice that must be new: if your call is repeated by
# accident, Route 53 refuses the second zone.

# %%
made = route53.create_hosted_zone(
    Name="lumen.example",
    CallerReference=lab.unique_name("lumen"),
)
zone = made["HostedZone"]["Id"]
for one in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]:
    first = one["ResourceRecords"][0]["Value"]
    print(f"{one['Name']} {one['Type']:4} TTL {one['TTL']:>6}  {first[:44]}")
print("name servers:", *made["DelegationSet"]["NameServers"], sep="\n  ")

# %% [markdown]
# Two records are there from the start. **NS** names the zone's four name servers. **SOA** holds the zone's settings;
# we come back to it. The four names differ from zone to zone, even between two zones of the same name.
#
# `lab.resolve` looks a name up as a resolver without a memory would. `steps` tells how the answer was found.

# %%
put(zone, record("lumen.example", "A", "192.0.2.10"))
put(zone, record("www.lumen.example", "CNAME", "lumen.example"))
answer = lab.resolve("www.lumen.example")
print(answer)
print(*answer.steps, sep="\n")

# %% [markdown]
# An **A** record holds an IPv4 address, a **CNAME** says: look under this other name instead. The resolver then asked
# a second question.
#
# > **Lab and AWS.** Names that end in `.example` are reserved for books and never sold. The lab plays registry,
# > registrar and resolver; `lab.delegate(domain, name_servers)` is what you would type at your registrar. As long as
# > nobody did, the lab takes the oldest zone of that name. On AWS a change reaches all name servers within 60
# > seconds; in the lab at once.
#
# A domain may be bought at Route 53 (a new account may hold 20) or elsewhere; the registrar and the name servers need
# not be the same company. What counts is the delegation. Here it names servers that do not have our zone:

# %%
lab.delegate("lumen.example", ["ns1.old-host.example"])
print(lab.resolve("lumen.example"))
lab.delegate("lumen.example", made["DelegationSet"]["NameServers"])
print(lab.resolve("lumen.example"))

# %% [markdown]
# ### Your turn: go live
#
# Lumen leaves its old DNS provider. Write `go_live(domain, records)`:
#
# - make a new public hosted zone for `domain`, even if zones of that name exist already;
# - put all `records` (record sets, as `record(...)` makes them) into it with **one** call;
# - only then tell the registrar all four name servers: `lab.delegate(domain, servers)`. If Route 53 refuses the
#   records, the registrar must hear nothing;
# - return the zone's id.
#
# <details><summary>Hint</summary>
#
# `create_hosted_zone` returns the servers in `["DelegationSet"]["NameServers"]`. `put(zone, *records)` sends one
# batch. `lab.unique_name("zone")` is new each time.
# </details>


# %% exercise="go-live"
def go_live(domain: str, records: list[dict]) -> str:
    """Publish a domain's records in a new zone and return the zone's id."""
    ### BEGIN SOLUTION
    created = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("live"))
    new_zone = created["HostedZone"]["Id"]
    put(new_zone, *records)
    lab.delegate(domain, created["DelegationSet"]["NameServers"])
    return new_zone
    ### END SOLUTION


# %% check="go-live" points=2
with check(
    "go-live", needs="go_live", right="Records first, delegation last: nobody ever gets a wrong 'no'."
) as expect:
    from course.lab.dns.zones import registered

    def goes_live(domain: str, names: dict[str, str]) -> None:
        old = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("old"))["HostedZone"]["Id"]
        put(old, record(domain, "A", "198.51.100.66"))
        with lab.watching() as made:
            returned = go_live(domain, [record(name, "A", address) for name, address in names.items()])
        expect(
            isinstance(returned, str) and returned.rpartition("/")[2] != old.rpartition("/")[2],
            "Return the id of a new zone; create_hosted_zone gives it in ['HostedZone']['Id'].",
        )
        expect(returned.rpartition("/")[2] in {
            one["Id"].rpartition("/")[2] for one in route53.list_hosted_zones()["HostedZones"]
        }, f"There is no hosted zone with the id you returned, {returned!r}.")  # fmt: skip
        told = registered(domain + ".")
        expect(told is not None, "The registrar was told nothing: call lab.delegate(domain, servers).")
        has = set(route53.get_hosted_zone(Id=returned)["DelegationSet"]["NameServers"])
        expect(
            {one.rstrip(".") for one in told[1]} == has,
            f"The registrar names {', '.join(told[1])}. Tell it all four name servers of the new zone.",
        )
        for name, address in names.items():
            expect.equal(lab.resolve(name).value, address, f"The address that {name} resolves to")
        expect(
            len(made.of("ChangeResourceRecordSets")) == 1,
            f"The records took {len(made.of('ChangeResourceRecordSets'))} calls. One batch takes them all, or none.",
        )

    def stays_away(domain: str) -> None:
        try:
            go_live(domain, [record(domain, "A", "192.0.2.300")])
        except ClientError:
            pass  # 300 is no part of an address: Route 53 takes none of the records
        expect(
            registered(domain + ".") is None,
            "Route 53 refused the records, and yet the registrar sends everybody to the empty zone. Delegate last.",
        )

    domain = lab.unique_name("lumen") + ".example"
    goes_live(domain, {domain: "192.0.2.10", f"www.{domain}": "192.0.2.11", f"api.{domain}": "192.0.2.12"})
    goes_live(domain, {domain: "192.0.2.13"})  # the next move of the same domain
    stays_away(lab.unique_name("typo") + ".example")
    ### BEGIN HIDDEN TESTS
    other = lab.unique_name("prints") + ".example"
    goes_live(other, {f"shop.{other}": "192.0.2.20"})
    goes_live(other + ".org", {f"a.{other}.org": "192.0.2.21", f"b.{other}.org": "192.0.2.22"})
    ### END HIDDEN TESTS

# %% [markdown]
# ## Types of record
#
# | type | its value | for |
# |---|---|---|
# | A, AAAA | an IPv4, an IPv6 address | web servers |
# | CNAME | another name | names that follow another name |
# | NS, SOA | name servers, settings | the zone itself, and handing a subdomain to another zone |
# | MX | a priority and a mail server | where mail for the domain goes |
# | TXT | texts in quotation marks | proofs of ownership, rules for mail |
# | CAA | who may issue certificates | a lock against strangers' certificates |
# | SRV, NAPTR, PTR, DS | | services with ports, telephony, names of addresses, DNSSEC |
# | HTTPS, SVCB, SSHFP, TLSA | | hints for browsers, keys |
#
# > **Then and now.** HTTPS, SVCB, SSHFP and TLSA came in October 2024. A type SPF still exists and is not used any
# > more: such rules are TXT records.
#
# Route 53 reads what you write, and refuses the whole batch if one value does not fit its type.

# %%
good = record("mail.lumen.example", "A", "192.0.2.25")
for bad in (
    record("a.lumen.example", "A", "999.0.2.1"),
    record("b.lumen.example", "TXT", "no quotation marks"),
    record("c.lumen.example", "MX", "mail.lumen.example"),
    record("other.example", "A", "192.0.2.1"),
):
    try:
        put(zone, good, bad)
    except ClientError as error:
        print(error.response["Error"]["Message"][:118])
print("mail.lumen.example is", lab.resolve("mail.lumen.example").code)

# %% [markdown]
# A TXT value is one or several strings, each in quotation marks and at most 255 characters long. Whoever reads it
# joins them: `"abc" "def"` means `abcdef`. Long keys have to be cut.
#
# ### Your turn: mail for Lumen
#
# Write `mail_records(domain, server, key)`. It returns three record sets with a TTL of 3,600 seconds:
#
# - MX of the domain: priority 10, then `server`;
# - TXT of the domain, which says that only the MX servers send its mail: `v=spf1 mx -all`;
# - TXT of `s1._domainkey.` and the domain: `v=DKIM1; p=` and then the key, which may be longer than 255 characters.
#
# <details><summary>Hint</summary>
#
# Cut the whole text, not only the key: `[text[n:n + 255] for n in range(0, len(text), 255)]`. All pieces go into
# **one** value, each in its own quotation marks, with a space between them. Several values would be several texts.
# </details>


# %% exercise="mail-records"
def mail_records(domain: str, server: str, key: str) -> list[dict]:
    """The record sets with which others trust a domain's mail."""
    ### BEGIN SOLUTION
    text = f"v=DKIM1; p={key}"
    parts = [text[at : at + 255] for at in range(0, len(text), 255)]
    quoted = " ".join(f'"{part}"' for part in parts)
    return [
        record(domain, "MX", f"10 {server}", ttl=3600),
        record(domain, "TXT", '"v=spf1 mx -all"', ttl=3600),
        record(f"s1._domainkey.{domain}", "TXT", quoted, ttl=3600),
    ]
    ### END SOLUTION


# %% check="mail-records" points=2
with check("mail-records", needs="mail_records", right="Long keys are cut, and the reader joins them again.") as expect:

    def mail_works(domain: str, server: str, key: str) -> None:
        there = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("mail"))["HostedZone"]["Id"]
        records = mail_records(domain, server, key)
        expect(isinstance(records, list) and len(records) == 3, "Return a list of three record sets.")
        try:
            put(there, *records)
        except ClientError as error:
            expect(False, f"Route 53 refuses them: {error.response['Error']['Message'][:230]}")
        exchanger = [" ".join(value.split()).rstrip(".") for value in lab.resolve(domain, "MX").values]
        expect.equal(exchanger, [f"10 {server}"], f"MX of {domain}")
        spf = lab.resolve(domain, "TXT")
        expect.equal(spf.values, ['"v=spf1 mx -all"'], f"TXT of {domain}")
        found = lab.resolve(f"s1._domainkey.{domain}", "TXT")
        expect(found.values, f"There is no TXT record for s1._domainkey.{domain}.")
        expect(
            len(found.values) == 1,
            f"The key came as {len(found.values)} values. They arrive in any order; put all strings into one value.",
        )
        joined = "".join(found.values[0].strip('"').replace('" "', ""))
        expect(joined == f"v=DKIM1; p={key}", f"Joined, the key's text is {joined[:40]}... ({len(joined)} characters).")
        expect.equal({one["TTL"] for one in records}, {3600}, "The TTLs")

    name = lab.unique_name("mail") + ".example"
    mail_works(name, "mx.lumen.example", "MIIBIjANBgkq" * 33)
    mail_works(name + ".org", "mx.lumen.example", "SHORTKEY")
    ### BEGIN HIDDEN TESTS
    mail_works(name + ".net", "in.prints.example", "Qab+/9" * 100)
    mail_works(name + ".com", "in.prints.example", "x" * 244)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Several values
#
# A record without a policy is called **simple**. It may hold several values. Route 53 returns all of them in random
# order, and most clients take the first. It does not look whether the servers are well.

# %%
put(zone, record("gallery.lumen.example", "A", "192.0.2.31", "192.0.2.32", "192.0.2.33"))
first = [lab.resolve("gallery.lumen.example").value for _ in range(3000)]
charts.bars(
    {address: first.count(address) for address in sorted(set(first))},
    sort=False,
    unit="clients",
    headline="Three values share 3,000 clients evenly, whether or not the servers are up",
    source="measured in the lab, which draws evenly where AWS draws at random",
)

# %% [markdown]
# ## Private zones
#
# A **private hosted zone** answers only inside the VPCs that it is associated with (up to 300). So programs can find
# `db.lumen.example` at 10.0.0.5 while the world sees nothing, or something else. The same name in a public and a
# private zone is called **split horizon**.
#
# Two attributes of the VPC must be on: `enableDnsSupport` (it is by default) and `enableDnsHostnames` (off in VPCs
# that you make). AWS changes one of them a call. A zone is public or private for ever; you cannot turn one into the
# other.

# %%
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
for name in ("enableDnsSupport", "enableDnsHostnames"):
    found = dict(ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name))
    print(found[name[0].upper() + name[1:]], name)

# %% [markdown]
# ### Your turn: a name for the inside
#
# Write `inside_name(domain, vpc_id, name, address)`. Programs in the VPC, which is in us-east-1, shall find `name`
# (an A record, TTL 60) at `address`; nobody else shall. Make a private zone for `domain`, set what the VPC needs
# (somebody may have switched either attribute off), and return the zone's id.
#
# <details><summary>Hint</summary>
#
# `create_hosted_zone` takes `VPC={"VPCRegion": ..., "VPCId": ...}` and `HostedZoneConfig={"PrivateZone": True}`.
# `modify_vpc_attribute` changes one attribute a call: `EnableDnsHostnames={"Value": True}`.
# </details>


# %% exercise="inside-name"
def inside_name(domain: str, vpc_id: str, name: str, address: str) -> str:
    """Give an address a name that only one VPC sees; return the zone's id."""
    ### BEGIN SOLUTION
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    created = route53.create_hosted_zone(
        Name=domain,
        CallerReference=lab.unique_name("inside"),
        HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": "us-east-1", "VPCId": vpc_id},
    )
    put(created["HostedZone"]["Id"], record(name, "A", address, ttl=60))
    return created["HostedZone"]["Id"]
    ### END SOLUTION


# %% check="inside-name" points=2
with check("inside-name", needs="inside_name", right="One name, two answers: the horizon is split.") as expect:

    def split(domain: str, address: str, support: bool) -> None:
        public = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("pub"))["HostedZone"]["Id"]
        put(public, record(f"db.{domain}", "A", "192.0.2.99"))
        inside, beside = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
        ec2.modify_vpc_attribute(VpcId=beside, EnableDnsHostnames={"Value": True})
        ec2.modify_vpc_attribute(VpcId=inside, EnableDnsSupport={"Value": support})
        with lab.watching() as made:
            returned = inside_name(domain, inside, f"db.{domain}", address)
        expect(isinstance(returned, str), "Return the zone's id, ['HostedZone']['Id'].")
        found = route53.get_hosted_zone(Id=returned)["HostedZone"]
        expect(found["Config"]["PrivateZone"], "The zone you returned is public. Give create_hosted_zone the VPC.")
        expect.equal(found["Name"], f"{domain}.", "The name of the private zone")
        seen = lab.resolve(f"db.{domain}", vpc=inside)
        expect(seen.code != "TIMEOUT", "In the VPC nobody answers at all: switch enableDnsSupport on.")
        expect(
            seen.values == [address],
            f"A program in the VPC finds {seen.values or seen.code}, not {address}. Does the record stand in the "
            "private zone, and has the VPC both attributes? A VPC without DNS hostnames does not see private zones.",
        )
        expect.equal(lab.resolve(f"db.{domain}").values, ["192.0.2.99"], "What the internet finds")
        expect.equal(lab.resolve(f"db.{domain}", vpc=beside).values, ["192.0.2.99"], "What another VPC finds")
        expect.equal(seen.ttl, 60, "The TTL of the private record")
        expect(
            support or len(made.of("ModifyVpcAttribute")) > 1,
            "One call switched both attributes on. The lab lets it pass, AWS refuses it: make two calls.",
        )

    split(lab.unique_name("inside") + ".example", "10.0.0.5", True)
    split(lab.unique_name("inside") + ".example", "10.0.0.6", False)
    ### BEGIN HIDDEN TESTS
    split(lab.unique_name("within") + ".example", "10.0.7.8", False)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Time to live
#
# Every record but an alias carries a **TTL**, the seconds for which a resolver may keep it. Until then the resolver
# does not ask again, whatever you change. `lab.resolver(country="DE")` is a resolver with a memory, as a provider in
# Germany runs one for all its customers; `.asked` counts the questions it had to put to Route 53.

# %%
provider = lab.resolver(country="DE")
put(zone, record("www2.lumen.example", "A", "192.0.2.40", ttl=300))
for wait in (0, 100, 150, 60):
    lab.clock.advance(seconds=wait)
    told = provider.resolve("www2.lumen.example")
    print(f"+{wait:>3} s  {told.value}  for {told.ttl:>3} s, asked {provider.asked} times")
    put(zone, record("www2.lumen.example", "A", "192.0.2.41", ttl=300))  # moved at once

# %% [markdown]
# Right after the first answer the address changed, and for 300 seconds nobody behind this resolver noticed. Then one
# new question brought the new address.
#
# A "no" is kept, too: for the smaller of the SOA record's own TTL (900) and the last number in it (86,400). Whoever
# asks for a name **before** you create it waits up to 15 minutes to see it.

# %%
print(provider.resolve("sale.lumen.example"))
put(zone, record("sale.lumen.example", "A", "192.0.2.50"))
for minutes in (5, 11):
    lab.clock.advance(minutes=minutes)
    print(f"{minutes} minutes later:", provider.resolve("sale.lumen.example"))

# %% [markdown]
# ### Your turn: predict the stale answers
#
# A resolver's customers ask for a name at the seconds in `asks` (in rising order). The record has a TTL of `ttl`
# seconds; at second `changed`, when nobody asks, you give it a new address. Write
# `stale_answers(asks, ttl, changed)`: which of the times **after** the change still get the old address? The lab will
# ask a real resolver and compare.
#
# <details><summary>Hint</summary>
#
# Walk through the times and remember two things: until when the cache holds an answer, and which address that is. A
# question that finds the cache empty fetches the address of that moment and keeps it for `ttl` seconds.
# </details>


# %% exercise="stale-answers"
def stale_answers(asks: list[int], ttl: int, changed: int) -> list[int]:
    """The times after the change at which the old address is still the answer."""
    ### BEGIN SOLUTION
    kept_until, kept_old, stale = -1, True, []
    for moment in asks:
        if moment >= kept_until:
            kept_until, kept_old = moment + ttl, moment < changed
        if moment > changed and kept_old:
            stale.append(moment)
    return stale
    ### END SOLUTION


# %% check="stale-answers" points=2
with check(
    "stale-answers", needs="stale_answers", right="The clock starts when somebody asks, not when you change."
) as expect:

    def measured(asks: list[int], ttl: int, changed: int) -> list[int]:
        """What a resolver of the lab answers at these times, where the old address comes."""
        name = f"{lab.unique_name('stale')}.example"
        there = route53.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]
        put(there, record(name, "A", "192.0.2.1", ttl=ttl))
        asker, now, found = lab.resolver(), 0, []
        for moment, what in sorted([(one, "ask") for one in asks] + [(changed, "change")]):
            lab.clock.advance(seconds=moment - now)
            now = moment
            if what == "change":
                put(there, record(name, "A", "192.0.2.2", ttl=ttl))
            elif asker.resolve(name).value == "192.0.2.1" and moment > changed:
                found.append(moment)
        return found

    def same(asks: list[int], ttl: int, changed: int, why: str) -> None:
        real, said = measured(asks, ttl, changed), stale_answers(list(asks), ttl, changed)
        expect(
            list(said or []) == real and said is not None,
            f"Asked at {asks}, TTL {ttl}, changed at {changed}: the lab's resolver gave the old address at {real}, "
            f"your prediction is {said}. {why}",
        )

    same([0, 50, 290, 300], 300, 60, "The answer of second 0 is kept for the TTL, then asked for again.")
    same([0, 200, 350, 500, 620, 700], 300, 400, "The question of second 350 fetched the old address once more.")
    same([90, 110], 300, 60, "Who asks for the first time after the change gets the new address.")
    ### BEGIN HIDDEN TESTS
    same([10, 50, 130, 190, 250], 60, 120, "Each new question begins a new time to live.")
    same([5, 1000, 2000], 3600, 900, "A long TTL outlives the change by far.")
    same([0, 70, 140], 60, 200, "Nobody asked after the change.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## High or low?
#
# With a TTL of 24 hours Route 53 hears little from each resolver, and you pay little; but a change, or a switch to
# another server, takes up to a day to arrive. With 60 seconds it is the other way round. Records with health checks
# (next lesson) should have 60 seconds or less.

# %%
per_million = facts.tiers("route 53", "standard-queries")[0]
resolvers = 20_000  # each has customers who ask all the time
ttls = [60 * 2**n for n in range(11)] + [86_400]


def month(ttl: float) -> float:
    """USD for a month of questions from all resolvers."""
    return resolvers * 30 * 86_400 / ttl / 1e6 * per_million


charts.curves(
    {"20,000 busy resolvers": (ttls, [month(ttl) for ttl in ttls])},
    log_x=True,
    log_y=True,
    events={"one minute": 60, "one hour": 3600},
    x_label="TTL, and so the longest time that a change stays unseen",
    x_unit="seconds",
    y_unit="USD per month",
    headline=f"A minute's TTL costs {month(60):,.0f} USD a month, an hour's {month(3600):.2f}",
    source=per_million,
)

# %% [markdown]
# You can have both: a high TTL every day, and a low one for the day of a move. The order of the steps decides.
#
# ### Your turn: mend the move
#
# `move(zone_id, name, address, wait)` moves the A record `name` to a new address; `wait(seconds)` lets time pass. The
# record may have a high TTL, and must have the same TTL again in the end. From the moment of the switch no resolver
# may answer with the old address for more than 60 seconds. The version below fails. Mend it; wait no longer than the
# old TTL and two minutes in all.
#
# <details><summary>Hint</summary>
#
# A resolver that asked one second ago keeps what it was told: the old address, for the old TTL. When may you switch,
# if first you lower the TTL of the old address?
# </details>


# %% exercise="move-house" repair=true
def move(zone_id: str, name: str, address: str, wait) -> None:
    """Move a name to another address; no resolver is wrong for more than a minute."""
    found = route53.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
    )["ResourceRecordSets"][0]
    put(zone_id, record(name, "A", address, ttl=60))
    wait(60)
    put(zone_id, record(name, "A", address, ttl=found["TTL"]))


### BEGIN SOLUTION
def move(zone_id: str, name: str, address: str, wait) -> None:
    """Move a name to another address; no resolver is wrong for more than a minute."""
    found = route53.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
    )["ResourceRecordSets"][0]
    put(zone_id, {**found, "TTL": 60})
    wait(found["TTL"])
    put(zone_id, record(name, "A", address, ttl=60))
    wait(60)
    put(zone_id, record(name, "A", address, ttl=found["TTL"]))


### END SOLUTION


# %% check="move-house" points=3
with check(
    "move-house", needs="move", right="Lower, wait the old TTL, switch, raise: every careful move goes so."
) as expect:

    def moves(old_ttl: int) -> None:
        name, old, new = f"{lab.unique_name('move')}.example", "192.0.2.60", "192.0.2.61"
        there = route53.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]
        put(there, record(name, "A", old, ttl=old_ttl))
        early, busy = lab.resolver(), lab.resolver()
        early.resolve(name)
        waited, switched = 0.0, []

        def wait(seconds: float) -> None:
            nonlocal waited
            goal = waited + seconds
            expect(
                goal <= old_ttl + 120.5, f"That makes {goal:.0f} s of waiting; the old TTL and two minutes are enough."
            )
            while waited < goal:
                if not switched and lab.resolve(name).value == new:
                    switched.append(waited)
                busy.resolve(name)
                step = min(goal - waited, max(20, old_ttl / 40))
                lab.clock.advance(seconds=step)
                waited += step
            busy.resolve(name)

        move(there, name, new, wait)
        now = lab.resolve(name)
        expect.equal(now.value, new, f"The address of {name} after the move")
        expect.equal(now.ttl, old_ttl, "The TTL of the record after the move")
        # A minute after the switch is over; if it came last, let the minute pass.
        left = 61 - (waited - switched[0]) if switched else 61
        if left > 0:
            lab.clock.advance(seconds=left)
        expect(
            early.resolve(name).value == new,
            "A resolver that asked just before the move began still gives the old address more than a minute after "
            f"the switch. It may keep it for {old_ttl:,} seconds: wait that long before you switch.",
        )
        expect(
            busy.resolve(name).value == new,
            "A resolver that asks all the time still gives the old address a minute after the switch: what it was "
            "told just before had a TTL above 60. Lower the TTL of the old address first.",
        )

    moves(86_400)
    moves(3600)
    ### BEGIN HIDDEN TESTS
    moves(7200)
    ### END HIDDEN TESTS

# %% [markdown]
# ## CNAME or alias
#
# AWS gives resources names, not addresses: a load balancer is `front-123.us-east-1.elb.amazonaws.com`, and its
# addresses change. How does `lumen.example` point there?
#
# - A **CNAME** points to any name. But it tolerates no other record of the same name, so it cannot stand at the
#   **apex** (the zone's own name), where NS and SOA are.
# - An **alias** is Route 53's own: an A or AAAA record that it fills in itself with the target's addresses. It may
#   stand at the apex, has no TTL of its own, and can follow the target's health. Questions for aliases to AWS
#   resources are free.

# %%
for name in ("lumen.example", "mail.lumen.example"):
    try:
        put(zone, record(name, "CNAME", "shop.example.net"), action="CREATE")
    except ClientError as error:
        print(error.response["Error"]["Message"][:117])

alias = {
    "HostedZoneId": "Z2FDTNDATAQYW2",
    "DNSName": "d111111abcdef8.cloudfront.net",
    "EvaluateTargetHealth": False,
}
put(zone, {"Name": "lumen.example", "Type": "A", "AliasTarget": alias})
print(lab.resolve("lumen.example"))

# %% [markdown]
# An alias names the **hosted zone of its target**. CloudFront's is always Z2FDTNDATAQYW2; each load balancer tells
# its own as `CanonicalHostedZoneId`. With `EvaluateTargetHealth` true the alias counts as healthy only while its
# target is; for CloudFront that is not possible.
#
# Valid targets: load balancers, CloudFront, API Gateway, AppSync, Elastic Beanstalk, Global Accelerator, S3 web sites,
# interface endpoints, another record of the same zone; never an EC2 instance. For a web site in S3 the alias names the
# service; the bucket is called like the record.
#
# ### Your turn: which can be targets?
#
# Write `alias_target(host)`: may an alias of another zone point to this name? Go by the name's form. The forms to
# accept: `*.elb.amazonaws.com`, `*.elb.REGION.amazonaws.com`, `*.cloudfront.net`,
# `*.execute-api.REGION.amazonaws.com`, `s3-website-REGION.amazonaws.com` or with a dot after `website`,
# `*.REGION.elasticbeanstalk.com`, `*.vpce.amazonaws.com`, `*.awsglobalaccelerator.com`. Names may end in a dot and
# come in capitals.
#
# <details><summary>Hint</summary>
#
# Take the final dot off, make it lower case, and look at the end of the name. `fnmatch.fnmatch(host, pattern)` knows
# the asterisk, and `any(...)` tries a list of patterns.
# </details>


# %% exercise="alias-target"
def alias_target(host: str) -> bool:
    """Whether an alias may point to the name."""
    ### BEGIN SOLUTION
    from fnmatch import fnmatch

    forms = (
        "*.elb.amazonaws.com",
        "*.elb.*.amazonaws.com",
        "*.cloudfront.net",
        "*.execute-api.*.amazonaws.com",
        "s3-website[-.]*.amazonaws.com",
        "*.*.elasticbeanstalk.com",
        "*.vpce.amazonaws.com",
        "*.awsglobalaccelerator.com",
    )
    return any(fnmatch(host.lower().rstrip("."), form) for form in forms)
    ### END SOLUTION


# %% check="alias-target" points=2
with check(
    "alias-target", needs="alias_target", right="Managed services are targets; a machine of your own is not."
) as expect:
    table = {
        "front-123.us-east-1.elb.amazonaws.com": (True, "an Application Load Balancer"),
        "dualstack.front-123.eu-west-1.elb.amazonaws.com.": (True, "a load balancer's name, with its final dot"),
        "fast-0a1b.elb.eu-west-1.amazonaws.com": (True, "a Network Load Balancer: here the Region comes after elb"),
        "D111111ABCDEF8.CloudFront.net": (True, "a distribution, in capitals"),
        "d-abc123.execute-api.us-east-1.amazonaws.com": (True, "the domain of an API"),
        "s3-website-us-east-1.amazonaws.com": (True, "S3's web sites in us-east-1"),
        "s3-website.eu-central-1.amazonaws.com": (True, "S3's web sites in a newer Region, with a dot"),
        "shop.us-east-1.elasticbeanstalk.com": (True, "a Beanstalk environment"),
        "vpce-0a.ssm.us-east-1.vpce.amazonaws.com": (True, "an interface endpoint"),
        "a1b2.awsglobalaccelerator.com": (True, "Global Accelerator"),
        "ec2-192-0-2-1.compute-1.amazonaws.com": (False, "an instance: use its address"),
        "shop.abc.us-east-1.rds.amazonaws.com": (False, "a database: use a CNAME"),
        "prints.s3-website-us-east-1.amazonaws.com": (False, "a bucket's name: the alias names the service only"),
        "s3.us-east-1.amazonaws.com": (False, "S3's API, not a web site"),
        "shop.example.net": (False, "a stranger's name: use a CNAME"),
        "my.elb.amazonaws.com.evil.example": (False, "a stranger's name that only begins like a load balancer's"),
    }
    for host, (wanted, why) in table.items():
        expect(alias_target(host) is wanted, f"{host}: alias_target should be {wanted}. It is {why}.")
    ### BEGIN HIDDEN TESTS
    for host, wanted in {
        "a.ap-south-1.elb.amazonaws.com": True, "b.elb.ap-south-1.amazonaws.com.": True, "E1.CLOUDFRONT.NET.": True,
        "s3-website-eu-west-1.amazonaws.com": True, "ec2-192-0-2-9.eu-west-1.compute.amazonaws.com": False,
        "cache.abc.0001.use1.cache.amazonaws.com": False, "cloudfront.net.example.org": False,
    }.items():  # fmt: skip
        expect(alias_target(host) is wanted, f"{host}: alias_target should be {wanted}.")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: point a name
#
# Write `point_at(zone_id, name, target)` for names of the zone. `target` is a host name.
#
# - A load balancer of the account: an alias of type A that evaluates its health.
# - A name that ends in `.cloudfront.net`: an alias of type A that does not.
# - Anything else: a CNAME with a TTL of 300; at the apex raise `ValueError` and change nothing.
#
# Return `"alias"` or `"CNAME"`.
#
# <details><summary>Hint</summary>
#
# `elb.get_paginator("describe_load_balancers")` lists balancers; compare `DNSName`, take `CanonicalHostedZoneId`.
# The zone's own name is in `route53.get_hosted_zone(Id=zone_id)["HostedZone"]["Name"]`, with a final dot.
# </details>


# %% exercise="point-at"
def point_at(zone_id: str, name: str, target: str) -> str:
    """Point a name of a zone to a host in the best way there is."""
    ### BEGIN SOLUTION
    pages = elb.get_paginator("describe_load_balancers").paginate()
    balancers = [one for page in pages for one in page["LoadBalancers"]]
    known = {one["DNSName"].lower(): one["CanonicalHostedZoneId"] for one in balancers}
    host = target.lower().rstrip(".")
    if host in known or host.endswith(".cloudfront.net"):
        aws_zone = known.get(host, "Z2FDTNDATAQYW2")
        told = {"HostedZoneId": aws_zone, "DNSName": host}
        told["EvaluateTargetHealth"] = host in known
        put(zone_id, {"Name": name, "Type": "A", "AliasTarget": told})
        return "alias"
    apex = route53.get_hosted_zone(Id=zone_id)["HostedZone"]["Name"]
    if name.rstrip(".") == apex.rstrip("."):
        raise ValueError(f"{name} is the apex of its zone: no CNAME may stand there")
    put(zone_id, record(name, "CNAME", target))
    return "CNAME"
    ### END SOLUTION


# %% check="point-at" points=3
with check(
    "point-at", needs="point_at", right="Free, at the apex too, and in step with the balancer's health."
) as expect:

    def points() -> None:
        domain = lab.unique_name("point") + ".example"
        there = route53.create_hosted_zone(Name=domain, CallerReference=lab.unique_name("z"))["HostedZone"]["Id"]
        subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
        front = elb.create_load_balancer(Name=lab.unique_name("front")[-30:], Subnets=subnets)["LoadBalancers"][0]

        def kept(name: str) -> dict:
            found = route53.list_resource_record_sets(HostedZoneId=there)["ResourceRecordSets"]
            return next((one for one in found if one["Name"] == f"{name}." and one["Type"] in ("A", "CNAME")), {})

        for name in (domain, f"www.{domain}"):
            expect.equal(point_at(there, name, front["DNSName"]), "alias", f"point_at({name}, a load balancer)")
            expect(kept(name).get("AliasTarget"), f"{name} has no alias: {kept(name) or 'no record at all'}.")
            expect(
                sorted(lab.resolve(name).values) == sorted(lab.resolve(front["DNSName"]).values),
                f"{name} does not resolve to the balancer's addresses.",
            )
            expect(kept(name)["AliasTarget"]["EvaluateTargetHealth"], "An alias to a balancer can follow its health.")
        returned = point_at(there, f"cdn.{domain}", "d111111abcdef8.cloudfront.net")
        expect.equal(returned, "alias", "point_at(..., a CloudFront name)")
        expect(kept(f"cdn.{domain}").get("AliasTarget"), "A CloudFront name gets an alias too: its questions are free.")
        expect.equal(point_at(there, f"blog.{domain}", "lumen.blogs.example.net"), "CNAME", "point_at(..., a blog)")
        blog = kept(f"blog.{domain}")
        expect.equal((blog.get("Type"), blog.get("TTL")), ("CNAME", 300), "Type and TTL of the record for the blog")
        returned = point_at(there, f"partner.{domain}", f"{lab.unique_name('theirs')}.us-east-1.elb.amazonaws.com")
        expect.equal(returned, "CNAME", "point_at(..., a load balancer that is not in this account)")
        try:
            point_at(there, domain, "lumen.blogs.example.net")
            raised: Exception | None = None
        except (ValueError, ClientError) as error:
            raised = error
        expect(
            isinstance(raised, ValueError),
            "At the apex, for a stranger's name, raise ValueError; no CNAME may stand there.",
        )
        expect(kept(domain).get("AliasTarget"), "The refused call changed the record at the apex.")

    points()
    ### BEGIN HIDDEN TESTS
    points()
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it costs
#
# Each zone costs a sum a month (a zone deleted within 12 hours is free), and the questions it is asked cost by the
# million. Questions for an alias to an AWS resource cost nothing; for a CNAME they do.

# %%
counts = range(1, 101)
zone_price = facts.tiers("route 53", "hosted-zone")
charts.curves(
    {"hosted zones": (counts, [facts.cost("route 53", "hosted-zone", n).usd for n in counts])},
    events={"25 zones": 25},
    x_label="zones in the account",
    y_unit="USD per month",
    headline="From the 26th zone on, each costs a fifth: one hundred zones cost 20 USD",
    source=zone_price[0],
)

# %%
questions = 400_000_000  # a month, for a busy shop
yearly = 12 * questions / 1e6
charts.bars(
    {
        "CNAME": yearly * per_million,
        "alias to a load balancer": 0 * yearly,  # queries for aliases to AWS are free
    },
    unit="USD per year",
    headline="400 million questions a month: a CNAME costs what an alias gives for nothing",
    source=per_million,
)

# %% [markdown]
# ### Your turn: the bill
#
# Write `dns_bill(zones, ttls, resolvers, alias)` in USD for a month of 30 days. `ttls` holds the TTL of every
# ordinary (not alias) name, such as `[60, 300, 300]`; each of `resolvers` resolvers asks for each of them as soon
# as its TTL is over, day and night. `alias` is the number of questions for aliases to AWS resources. Prices fall at
# 25 zones and at one billion questions.
#
# <details><summary>Hint</summary>
#
# A resolver asks `30 * 86_400 / ttl` times a month. `facts.tiers("route 53", "hosted-zone")` holds the two prices
# of a zone, `facts.tiers("route 53", "standard-queries")` the two of a million questions. Split each quantity at
# its border.
# </details>


# %% exercise="dns-bill"
def dns_bill(zones: int, ttls: list[int], resolvers: int, alias: int) -> float:
    """Return the month's bill in USD."""
    ### BEGIN SOLUTION
    first, later = facts.tiers("route 53", "hosted-zone")
    full = min(zones, 25)
    bill = full * first + (zones - full) * later
    asked = sum(30 * 86_400 / ttl for ttl in ttls) * resolvers
    cheap = max(0, asked - 1e9)
    low, lower = facts.tiers("route 53", "standard-queries")
    return bill + (asked - cheap) / 1e6 * low + cheap / 1e6 * lower
    ### END SOLUTION


# %% check="dns-bill" points=2
with check("dns-bill", needs="dns_bill", right="Zones are cheap; short TTLs at many resolvers are not.") as expect:
    expect.close(dns_bill(1, [], 0, 0), 0.5, "One zone that nobody asks")
    expect.close(dns_bill(30, [], 0, 0), 13.0, "30 zones: 25 at the full price and 5 at the lower one")
    expect.close(dns_bill(1, [60], 1000, 0), 0.5 + 43.2 * 0.4, "1,000 resolvers, one name with a TTL of 60")
    expect.close(
        dns_bill(1, [60, 300], 1000, 9_000_000), 0.5 + 51.84 * 0.4, "two names, and free questions for an alias"
    )
    expect.close(
        dns_bill(1, [60], 50_000, 0), 0.5 + 400 + 1160 * 0.2, "2.16 billion questions: above one billion half the price"
    )
    ### BEGIN HIDDEN TESTS
    expect.close(dns_bill(25, [3600], 10_000, 10**9), 12.5 + 7.2 * 0.4, "25 zones and a TTL of an hour")
    expect.close(dns_bill(100, [60, 60, 60], 20_000, 0), 20 + 400 + 1592 * 0.2, "100 zones, three names")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On AWS this lesson's zones would cost 0.50 USD each, or nothing if you delete them within 12 hours. A
# > zone can only be deleted when nothing but its NS and SOA records is left.

# %%
doomed = lab.unique_name("doomed") + ".example"
made = route53.create_hosted_zone(Name=doomed, CallerReference=doomed)["HostedZone"]["Id"]
put(made, record(f"www.{doomed}", "A", "192.0.2.1"))
try:
    route53.delete_hosted_zone(Id=made)
except ClientError as error:
    print(error.response["Error"]["Code"])
put(made, record(f"www.{doomed}", "A", "192.0.2.1"), action="DELETE")
print(route53.delete_hosted_zone(Id=made)["ChangeInfo"]["Status"])

# %% [markdown]
# ## To remember
#
# - A registrar names a domain's name servers; whoever runs these decides what the names mean.
# - A public zone answers the internet, a private zone only its VPCs, which need DNS support and DNS hostnames.
# - A batch of changes is made as a whole or not at all.
# - A resolver keeps an answer for the TTL, and a "no" for up to 15 minutes.
# - Before a move: lower the TTL, wait the old TTL, switch, raise it again.
# - A CNAME never stands at the apex nor beside other records; an alias does, is free, and follows health.
# - An alias names its target's hosted zone and has no TTL of its own.
# - 0.50 USD a zone and month up to 25 zones, 0.40 USD a million questions; aliases to AWS cost nothing.

# %% [markdown] question="apex"
# ### Question 1
#
# `lumen.example` itself, not only `www`, shall lead to an Application Load Balancer, whose addresses change now and
# then.
# What do you create?
#
# - [ ] **A** An A record with the balancer's present addresses.
#   > It works until the balancer gets others, which it does without telling you.
# - [ ] **B** A CNAME of `lumen.example` to the balancer's name.
#   > The apex carries NS and SOA records, and a CNAME tolerates nothing beside it. Route 53 refuses.
# - [x] **C** An alias of type A to the balancer.
#   > Route 53 fills in the present addresses itself, also at the apex, and the questions are free.
# - [ ] **D** An NS record of `lumen.example` with the balancer's name.
#   > NS records name name servers. A balancer answers HTTP, not DNS.

# %% answer="apex"
answer = "C"

# %% check="apex" points=1
question("apex", answer)

# %% [markdown] question="private-silence"
# ### Question 2
#
# A private zone `corp.internal` is associated with a VPC that you made yourself. Its instances get no answer for
# `db.corp.internal`. The record is there. What do you look at first?
#
# - [x] **A** The VPC's attribute `enableDnsHostnames`.
#   > It is off in VPCs that you make, and private zones need it on, together with `enableDnsSupport`.
# - [ ] **B** The registrar's name servers for `corp.internal`.
#   > A private zone is never delegated by a registrar; its VPCs ask it directly.
# - [ ] **C** Port 53 in the security group of the database.
#   > The VPC's own resolver answers, not the database; security groups do not filter it.
# - [ ] **D** The TTL of the record.
#   > It rules how long an answer is kept, not whether there is one.

# %% answer="private-silence"
answer = "A"

# %% check="private-silence" points=1
question("private-silence", answer)

# %% [markdown] question="two-zones"
# ### Question 3
#
# A colleague deleted the public zone of your domain and made it again with the same records. Now the name resolves
# nowhere. Why?
#
# - [ ] **A** Resolvers keep the old records for two days.
#   > Then they would still answer. Here nobody does.
# - [x] **B** The new zone has other name servers, and the registrar still names the old ones.
#   > Every zone gets four servers of its own. Tell the registrar the new ones.
# - [ ] **C** A zone of the same name cannot be made twice.
#   > It can; they are told apart by their ids and name servers.
# - [ ] **D** New zones answer only after a certificate is issued.
#   > DNS needs no certificate; it is the other way round.

# %% answer="two-zones"
answer = "B"

# %% check="two-zones" points=1
question("two-zones", answer)

# %% [markdown] question="launch-day"
# ### Question 4
#
# On Friday evening the team tries out `https://sale.lumen.example`; the name does not exist yet. At midnight the
# record is made. The team still sees nothing at five past, their friends elsewhere do. What happened?
#
# - [ ] **A** Route 53 takes an hour to publish a record.
#   > It takes a minute at most, and friends see it.
# - [ ] **B** The record's TTL is too high.
#   > The record's own TTL matters once somebody got it. The team never did.
# - [ ] **C** The browser needs a CNAME before it follows an A record.
#   > An A record is all that a browser needs.
# - [x] **D** Their resolver keeps the "no such name" that it got before.
#   > For up to 15 minutes, as the zone's SOA record says. Do not ask for names before they exist.

# %% answer="launch-day"
answer = "D"

# %% check="launch-day" points=1
question("launch-day", answer)

# %%
progress()
