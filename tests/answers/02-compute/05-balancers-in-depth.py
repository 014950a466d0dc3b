# %% [markdown]
# Answers to 02-compute/05-balancers-in-depth: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="who-failed"
def who(line):
    row = shlex.split(line)
    if row[22] != "forward":
        return "rule"
    if row[9] == "-":
        return {502: "hung-up", 503: "no-target", 504: "too-slow"}.get(int(row[8]), "gone")
    hundreds = int(row[9]) // 100
    return {4: "client", 5: "application"}.get(hundreds, "fine")


# %% wrong="who-failed" says="GET /bug"
def who(line):
    fields = shlex.split(line)
    status = int(fields[8])
    if fields[22] in ("redirect", "fixed-response"):
        return "rule"
    if status < 400:
        return "fine"
    words = {500: "hung-up", 502: "hung-up", 503: "no-target", 504: "too-slow", 460: "gone"}
    return words.get(status, "client")


# %% wrong="who-failed" says="GET /closed"
def who(line):
    fields = shlex.split(line)
    status, of_target = fields[8], fields[9]
    if of_target != "-":
        return "fine" if int(of_target) < 400 else "client" if int(of_target) < 500 else "application"
    words = {"502": "hung-up", "503": "no-target", "504": "too-slow", "460": "gone"}
    return words.get(status, "rule")


# %% wrong="who-failed" says="stopped"
def who(line):
    return {"200": "fine"}[line.split()[40]]


# %% wrong="who-failed" says="The line of GET /full"
def who(line):
    fields = shlex.split(line)
    if fields[22] in ("redirect", "fixed-response"):
        return "rule"
    words = {"502": "hung-up", "503": "no-target", "504": "too-slow", "460": "gone"}
    if fields[8] in words:
        return words[fields[8]]
    return {"4": "client", "5": "application"}.get(fields[9][0], "fine")


# %% wrong="who-failed" says="The line of GET /moved"
def who(line):
    fields = shlex.split(line)
    if fields[8].startswith("3") or fields[22] == "fixed-response":
        return "rule"
    if fields[9] == "-":
        return {"502": "hung-up", "503": "no-target", "504": "too-slow", "460": "gone"}[fields[8]]
    return {"4": "client", "5": "application"}.get(fields[9][0], "fine")


# %% right="pass-it-on"
def front_page(seats):
    def page(request):
        carried = {name: request.headers[name] for name in ("X-Amzn-Trace-Id",) if name in request.headers}
        got = lab.http("GET", seats + "/seats", headers=carried)
        return (200, f"seats: {got.body}") if got.ok else (502, "no seats")

    return page


# %% wrong="pass-it-on" says="Send the header X-Amzn-Trace-Id"
def front_page(seats):
    def page(request):
        answer = lab.http("GET", f"{seats}/seats")
        if answer.status != 200:
            return 502, "no seats"
        return "seats: " + answer.body

    return page


# %% wrong="pass-it-on" says="when the seat service answers 503"
def front_page(seats):
    def page(request):
        trace = request.headers["X-Amzn-Trace-Id"]
        return "seats: " + lab.http("GET", f"{seats}/seats", headers={"X-Amzn-Trace-Id": trace}).body

    return page


# %% wrong="pass-it-on" says="Send the header X-Amzn-Trace-Id"
def front_page(seats):
    def page(request):
        trace = request.headers["X-Amzn-Trace-Id"]
        answer = lab.http("GET", f"{seats}/seats", headers={"Trace-Id": trace})
        return ("seats: " + answer.body) if answer.ok else (502, "no seats")

    return page


# %% wrong="pass-it-on" says="when the seat service answers 404"
def front_page(seats):
    def page(request):
        carried = {"X-Amzn-Trace-Id": request.headers["X-Amzn-Trace-Id"]}
        answer = lab.http("GET", f"{seats}/seats", headers=carried)
        if answer.status >= 500:
            return 502, "no seats"
        return "seats: " + answer.body

    return page


# %% right="client-address"
import re


def client_address(header, proxies):
    found = re.findall(r"\d+\.\d+\.\d+\.\d+", header)
    return found[len(found) - proxies] if len(found) >= proxies else ""


# %% wrong="client-address" says="a client that lies"
def client_address(header, proxies):
    return header.split(",")[0].strip().partition(":")[0]


# %% wrong="client-address" says="adds the port"
def client_address(header, proxies):
    entries = [entry.strip() for entry in header.split(",")]
    return entries[-proxies] if len(entries) >= proxies else ""


# %% wrong="client-address" says="only one entry"
def client_address(header, proxies):
    entries = [entry.strip().partition(":")[0] for entry in header.split(",")]
    return entries[-min(proxies, len(entries))]


# %% wrong="client-address" says="CloudFront and a balancer"
def client_address(header, proxies):
    return header.split(",")[-1].strip().partition(":")[0]


# %% right="stick"
def stick(group, seconds, cookie=""):
    rows = [("stickiness.enabled", "true")]
    if cookie:
        rows.append(("stickiness.type", "app_cookie"))
        rows.append(("stickiness.app_cookie.cookie_name", cookie))
        rows.append(("stickiness.app_cookie.duration_seconds", f"{seconds}"))
    else:
        rows.append(("stickiness.lb_cookie.duration_seconds", f"{seconds}"))
    attributes = [dict(zip(("Key", "Value"), row, strict=True)) for row in reversed(rows)]
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=attributes)


# %% wrong="stick" says="Set the duration"
def stick(group, seconds, cookie=""):
    set_on(group, stickiness__enabled="true")


# %% wrong="stick" says="AWSALB is missing"
def stick(group, seconds, cookie=""):
    set_on(group, stickiness__type="lb_cookie", stickiness__lb_cookie__duration_seconds=seconds)


# %% wrong="stick" says="AWSALBAPP-0 is missing"
def stick(group, seconds, cookie=""):
    set_on(group, stickiness__enabled="true", stickiness__lb_cookie__duration_seconds=seconds)
    if cookie:
        set_on(group, stickiness__app_cookie__cookie_name=cookie)


# %% right="shares"
def share(counts, on):
    total = sum(counts.values())
    zones = len(counts)
    return {zone: (100 / total if on else 100 / (zones * number)) for zone, number in counts.items()}


# %% wrong="shares" says="cross-zone off"
def share(counts, on):
    return {zone: 100 / sum(counts.values()) for zone in counts}


# %% wrong="shares" says="cross-zone on"
def share(counts, on):
    return {zone: 100 / len(counts) / count for zone, count in counts.items()}


# %% wrong="shares" says="1, 2 and 4, off"
def share(counts, on):
    return {zone: 100 / sum(counts.values()) if on else 50 / count for zone, count in counts.items()}


# %% right="secure"
def secure(balancer_arn, targets, default, others):
    target = {"Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
    elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "redirect", "RedirectConfig": {**target, "StatusCode": "HTTP_301"}}],
    )
    made = elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        Certificates=[{"CertificateArn": default}],
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": targets}]}}],
    )["Listeners"][0]
    if others:
        elb.add_listener_certificates(
            ListenerArn=made["ListenerArn"], Certificates=[{"CertificateArn": one} for one in others]
        )


# %% wrong="secure" says="is made out to"
def secure(balancer_arn, targets, default, others):
    elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        Certificates=[{"CertificateArn": default}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    config = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    redirect = [{"Type": "redirect", "RedirectConfig": config}]
    elb.create_listener(LoadBalancerArn=balancer_arn, Protocol="HTTP", Port=80, DefaultActions=redirect)


# %% wrong="secure" says="TLS 1.2 and 1.3 are asked for"
def secure(balancer_arn, targets, default, others):
    made = elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": default}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )["Listeners"][0]["ListenerArn"]
    for one in others:
        elb.add_listener_certificates(ListenerArn=made, Certificates=[{"CertificateArn": one}])
    config = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    redirect = [{"Type": "redirect", "RedirectConfig": config}]
    elb.create_listener(LoadBalancerArn=balancer_arn, Protocol="HTTP", Port=80, DefaultActions=redirect)


# %% wrong="secure" says="The status of http://"
def secure(balancer_arn, targets, default, others):
    made = elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        Certificates=[{"CertificateArn": default}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )["Listeners"][0]["ListenerArn"]
    for one in others:
        elb.add_listener_certificates(ListenerArn=made, Certificates=[{"CertificateArn": one}])
    forward = [{"Type": "forward", "TargetGroupArn": targets}]
    elb.create_listener(LoadBalancerArn=balancer_arn, Protocol="HTTP", Port=80, DefaultActions=forward)


# %% wrong="secure" says="Where it redirects to"
def secure(balancer_arn, targets, default, others):
    made = elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        Certificates=[{"CertificateArn": default}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )["Listeners"][0]["ListenerArn"]
    for one in others:
        elb.add_listener_certificates(ListenerArn=made, Certificates=[{"CertificateArn": one}])
    config = {"Protocol": "HTTPS", "Port": "443", "Path": "/", "Query": "", "StatusCode": "HTTP_301"}
    redirect = [{"Type": "redirect", "RedirectConfig": config}]
    elb.create_listener(LoadBalancerArn=balancer_arn, Protocol="HTTP", Port=80, DefaultActions=redirect)


# %% wrong="secure" says="The status of http://"
def secure(balancer_arn, targets, default, others):
    made = elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        Certificates=[{"CertificateArn": default}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )["Listeners"][0]["ListenerArn"]
    for one in others:
        elb.add_listener_certificates(ListenerArn=made, Certificates=[{"CertificateArn": one}])
    config = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_302"}
    redirect = [{"Type": "redirect", "RedirectConfig": config}]
    elb.create_listener(LoadBalancerArn=balancer_arn, Protocol="HTTP", Port=80, DefaultActions=redirect)


# %% right="cut-off"
def cut_off(durations, delay):
    return len([one for one in durations if one > delay])


def good_delay(durations, share):
    from math import ceil, floor

    allowed = floor(share * len(durations) + 1e-9)
    ordered = sorted(durations, reverse=True)
    return ceil(ordered[allowed]) if allowed < len(ordered) else 0


# %% wrong="cut-off" says="Requests of 2, 12, 35 and 50 s"
def cut_off(durations, delay):
    return sum(duration <= delay for duration in durations)


def good_delay(durations, share):
    return 300


# %% wrong="cut-off" says="cuts off one of four"
def cut_off(durations, delay):
    return sum(duration > delay for duration in durations)


def good_delay(durations, share):
    from math import ceil

    return ceil(max(durations, default=0))


# %% wrong="cut-off" says="requests of 0.4, 0.4 and 0.7"
def cut_off(durations, delay):
    return sum(duration > delay for duration in durations)


def good_delay(durations, share):
    allowed = int(share * len(durations))
    return int(sorted(durations, reverse=True)[allowed])


# %% wrong="cut-off" says="cuts off one of four"
def cut_off(durations, delay):
    return sum(one > delay for one in durations)


def good_delay(durations, share):
    delay = 0
    while cut_off(durations, delay) >= share * len(durations):
        delay += 1
    return delay


# %% right="units"
def monthly(kind, new, active, gb, zones=1):
    def get(name):
        return float(facts.limit("elb", name))

    def price(name):
        return float(facts.price("elb", name))

    if kind == "alb":
        parts = [new / get("lcu-new-connections"), active / get("lcu-active-connections")]
        parts.append(gb / get("lcu-processed-data"))
        return 730 * (price("alb-hour") + max(parts) * price("alb-lcu-hour"))
    parts = [new / get("nlcu-tcp-new-connections"), active / get("nlcu-tcp-active-connections")]
    parts.append(gb / get("nlcu-tcp-data"))
    crossing = gb * (1 - 1 / zones)
    between = 2 * price("nlb-inter-az-data-with-cross-zone-on-each-direction")
    return 730 * (price("nlb-hour") + max(parts) * price("nlb-nlcu-hour") + crossing * between)


# %% wrong="units" says="new connections rule"
def monthly(kind, new, active, gb, zones=1):
    units = new / 25 + active / 3000 + gb
    return 730 * (float(facts.price("elb", f"{kind}-hour")) + units * 0.008)


# %% wrong="units" says="nothing between zones"
def monthly(kind, new, active, gb, zones=1):
    parts = (new / 25, active / 3000, gb) if kind == "alb" else (new / 800, active / 100_000, gb)
    unit = facts.price("elb", "alb-lcu-hour" if kind == "alb" else "nlb-nlcu-hour")
    crossing = gb * (zones - 1) / zones * 0.02
    return 730 * (facts.price("elb", f"{kind}-hour") + max(parts) * unit + crossing)


# %% wrong="units" says="cross-zone over two zones"
def monthly(kind, new, active, gb, zones=1):
    parts = (new / 25, active / 3000, gb) if kind == "alb" else (new / 800, active / 100_000, gb)
    unit = facts.price("elb", "alb-lcu-hour" if kind == "alb" else "nlb-nlcu-hour")
    crossing = gb * (zones - 1) / zones * 0.01 if kind == "nlb" else 0
    return 730 * (facts.price("elb", f"{kind}-hour") + max(parts) * unit + crossing)


# %% wrong="units" says="ALB: active connections rule"
def monthly(kind, new, active, gb, zones=1):
    most = max(new / 25, gb) if kind == "alb" else max(new / 800, gb)
    unit = facts.price("elb", "alb-lcu-hour" if kind == "alb" else "nlb-nlcu-hour")
    crossing = gb * (zones - 1) / zones * 0.02 if kind == "nlb" else 0
    return 730 * (facts.price("elb", f"{kind}-hour") + most * unit + crossing)


# %% wrong="units" says="cross-zone over three zones"
def monthly(kind, new, active, gb, zones=1):
    parts = (new / 25, active / 3000, gb) if kind == "alb" else (new / 800, active / 100_000, gb)
    unit = facts.price("elb", "alb-lcu-hour" if kind == "alb" else "nlb-nlcu-hour")
    crossing = gb / 2 * 0.02 if kind == "nlb" and zones > 1 else 0
    return 730 * (facts.price("elb", f"{kind}-hour") + max(parts) * unit + crossing)
