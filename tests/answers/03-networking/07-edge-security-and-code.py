# %% [markdown]
# Answers to 03-networking/07-edge-security-and-code: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="guard"
def guard(distribution_id, networks, countries):
    waf = boto3.client("wafv2", region_name="us-east-1")
    name = lab.unique_name("acl")
    visible = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": name}
    made = waf.create_ip_set(Name=name, Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=networks)
    let_in = {
        "Name": "not-hammering",
        "Priority": 1,
        "Action": {"Allow": {}},
        "VisibilityConfig": visible,
        "Statement": {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": made["Summary"]["ARN"]}}}},
    }
    acl = waf.create_web_acl(
        Name=name, Scope="CLOUDFRONT", DefaultAction={"Block": {}}, Rules=[let_in], VisibilityConfig=visible
    )
    known = cloudfront.get_distribution_config(Id=distribution_id)
    settings = known["DistributionConfig"]
    settings["WebACLId"] = acl["Summary"]["ARN"]
    settings["Restrictions"]["GeoRestriction"] = {
        "RestrictionType": "whitelist", "Quantity": len(countries), "Items": countries
    }  # fmt: skip
    cloudfront.update_distribution(Id=distribution_id, DistributionConfig=settings, IfMatch=known["ETag"])
    cloudfront.get_waiter("distribution_deployed").wait(Id=distribution_id)


# %% wrong="guard" says="a viewer in DE"
def guard(distribution_id, networks, countries):
    waf = boto3.client("wafv2", region_name="us-east-1")
    name = lab.unique_name("acl")
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
    made = waf.create_ip_set(Name=name, Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=networks)
    rule = {
        "Name": "hammering",
        "Priority": 0,
        "Action": {"Block": {}},
        "VisibilityConfig": visible,
        "Statement": {"IPSetReferenceStatement": {"ARN": made["Summary"]["ARN"]}},
    }
    acl = waf.create_web_acl(
        Name=name, Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, Rules=[rule], VisibilityConfig=visible
    )
    places = {"RestrictionType": "blacklist"} | listed(countries)
    change(distribution_id, WebACLId=acl["Summary"]["ARN"], Restrictions={"GeoRestriction": places})


# %% wrong="guard" says="The scope is not valid"
def guard(distribution_id, networks, countries):
    waf = boto3.client("wafv2", region_name="eu-central-1")
    name = lab.unique_name("acl")
    made = waf.create_ip_set(Name=name, Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=networks)
    print(made)


# %% wrong="guard" says="has no web ACL"
def guard(distribution_id, networks, countries):
    places = {"RestrictionType": "whitelist"} | listed(countries)
    change(distribution_id, Restrictions={"GeoRestriction": places})


# %% wrong="guard" says="a viewer in FR"
def guard(distribution_id, networks, countries):
    waf = boto3.client("wafv2", region_name="us-east-1")
    name = lab.unique_name("acl")
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
    made = waf.create_ip_set(Name=name, Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=networks)
    rule = {
        "Name": "hammering",
        "Priority": 0,
        "Action": {"Count": {}},
        "VisibilityConfig": visible,
        "Statement": {"IPSetReferenceStatement": {"ARN": made["Summary"]["ARN"]}},
    }
    acl = waf.create_web_acl(
        Name=name, Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, Rules=[rule], VisibilityConfig=visible
    )
    places = {"RestrictionType": "whitelist"} | listed(countries)
    change(distribution_id, WebACLId=acl["Summary"]["ARN"], Restrictions={"GeoRestriction": places})


# %% wrong="guard" says="turned away by the web ACL"
def guard(distribution_id, networks, countries):
    waf = boto3.client("wafv2", region_name="us-east-1")
    name = lab.unique_name("acl")
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
    made = waf.create_ip_set(Name=name, Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=networks)
    statements = [
        {"IPSetReferenceStatement": {"ARN": made["Summary"]["ARN"]}},
        {"NotStatement": {"Statement": {"GeoMatchStatement": {"CountryCodes": countries}}}},
    ]
    rules = [
        {
            "Name": f"rule-{number}",
            "Priority": number,
            "Action": {"Block": {}},
            "VisibilityConfig": visible,
            "Statement": statement,
        }
        for number, statement in enumerate(statements)
    ]
    acl = waf.create_web_acl(
        Name=name, Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, Rules=rules, VisibilityConfig=visible
    )
    change(distribution_id, WebACLId=acl["Summary"]["ARN"])


# %% wrong="guard" says="a viewer in FR"
def guard(distribution_id, networks, countries):
    waf = boto3.client("wafv2", region_name="us-east-1")
    name = lab.unique_name("acl")
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
    made = waf.create_ip_set(Name=name, Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=networks[:1])
    rule = {
        "Name": "hammering",
        "Priority": 0,
        "Action": {"Block": {}},
        "VisibilityConfig": visible,
        "Statement": {"IPSetReferenceStatement": {"ARN": made["Summary"]["ARN"]}},
    }
    acl = waf.create_web_acl(
        Name=name, Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, Rules=[rule], VisibilityConfig=visible
    )
    places = {"RestrictionType": "whitelist"} | listed(countries)
    change(distribution_id, WebACLId=acl["Summary"]["ARN"], Restrictions={"GeoRestriction": places})


# %% right="spare"
def with_spare(first, second):
    settings = config(
        [web_origin(first, first), web_origin(second, second)],
        {
            "TargetOriginId": "group",
            "ViewerProtocolPolicy": "allow-all",
            "CachePolicyId": CACHING_DISABLED,
            "AllowedMethods": ALL_METHODS,
        },
    )
    settings["OriginGroups"] = listed(
        [
            {
                "Id": "group",
                "FailoverCriteria": {"StatusCodes": listed([504, 503, 502, 500])},
                "Members": listed([{"OriginId": first}, {"OriginId": second}]),
            }
        ]
    )
    return deploy(settings)


# %% wrong="spare" says="/gone while the first origin answers"
def with_spare(first, second):
    group = {
        "Id": "pair",
        "FailoverCriteria": {"StatusCodes": listed([404, 500, 502, 503, 504])},
        "Members": listed([{"OriginId": "first"}, {"OriginId": "second"}]),
    }
    behaviour = default | {"TargetOriginId": "pair", "CachePolicyId": CACHING_DISABLED, "AllowedMethods": ALL_METHODS}
    origins = [web_origin("first", first), web_origin("second", second)]
    return deploy(config(origins, behaviour) | {"OriginGroups": listed([group])})


# %% wrong="spare" says="GET /500 while the first origin answers 500"
def with_spare(first, second):
    group = {
        "Id": "pair",
        "FailoverCriteria": {"StatusCodes": listed([500, 502, 503, 504])},
        "Members": listed([{"OriginId": "first"}, {"OriginId": "second"}]),
    }
    behaviour = default | {"TargetOriginId": "first", "CachePolicyId": CACHING_DISABLED, "AllowedMethods": ALL_METHODS}
    origins = [web_origin("first", first), web_origin("second", second)]
    return deploy(config(origins, behaviour) | {"OriginGroups": listed([group])})


# %% wrong="spare" says="the first origin was asked 0 times"
def with_spare(first, second):
    group = {
        "Id": "pair",
        "FailoverCriteria": {"StatusCodes": listed([500, 502, 503, 504])},
        "Members": listed([{"OriginId": "first"}, {"OriginId": "second"}]),
    }
    behaviour = default | {"TargetOriginId": "pair", "AllowedMethods": ALL_METHODS}
    origins = [web_origin("first", first), web_origin("second", second)]
    return deploy(config(origins, behaviour) | {"OriginGroups": listed([group])})


# %% right="lock"
def lock(distribution_id, pem):
    name = lab.unique_name("k")
    told = {"CallerReference": name, "Name": name, "EncodedKey": pem}
    made = cloudfront.create_public_key(PublicKeyConfig=told)["PublicKey"]
    group = cloudfront.create_key_group(KeyGroupConfig={"Name": name, "Items": [made["Id"]]})["KeyGroup"]["Id"]
    known = cloudfront.get_distribution_config(Id=distribution_id)
    settings = known["DistributionConfig"]
    films = {
        **settings["DefaultCacheBehavior"],
        "PathPattern": "films/*",
        "TrustedKeyGroups": {"Enabled": True, "Quantity": 1, "Items": [group]},
    }
    settings["CacheBehaviors"] = {"Quantity": 1, "Items": [films]}
    cloudfront.update_distribution(Id=distribution_id, DistributionConfig=settings, IfMatch=known["ETag"])
    cloudfront.get_waiter("distribution_deployed").wait(Id=distribution_id)
    return made["Id"]


# %% wrong="lock" says="should stay open"
def lock(distribution_id, pem):
    key, groups = trust(pem)
    change(distribution_id, DefaultCacheBehavior=default | {"TrustedKeyGroups": groups})
    return key


# %% wrong="lock" says="Return the id of the public key"
def lock(distribution_id, pem):
    _, groups = trust(pem)
    films = default | {"PathPattern": "/films/*", "TrustedKeyGroups": groups}
    change(distribution_id, CacheBehaviors=listed([films]))
    return groups["Items"][0]


# %% wrong="lock" says="without a signature"
def lock(distribution_id, pem):
    key, _ = trust(pem)
    change(distribution_id, CacheBehaviors=listed([default | {"PathPattern": "/films/*"}]))
    return key


# %% wrong="lock" says="should stay open"
def lock(distribution_id, pem):
    key, groups = trust(pem)
    films = default | {"PathPattern": "/*", "TrustedKeyGroups": groups}
    change(distribution_id, CacheBehaviors=listed([films]))
    return key


# %% wrong="lock" says="/films/2/part-1.ts is answered without a signature"
def lock(distribution_id, pem):
    key, groups = trust(pem)
    films = default | {"PathPattern": "*.mp4", "TrustedKeyGroups": groups}
    change(distribution_id, CacheBehaviors=listed([films]))
    return key


# %% wrong="lock" says="/films.html should stay open"
def lock(distribution_id, pem):
    key, groups = trust(pem)
    films = default | {"PathPattern": "/films*", "TrustedKeyGroups": groups}
    change(distribution_id, CacheBehaviors=listed([films]))
    return key


# %% right="season"
def season_ticket(distribution, key_id, private, minutes):
    from urllib.parse import parse_qs, urlsplit

    signs = signer_with(key_id, private)
    end = lab.clock.now() + dt.timedelta(seconds=60 * minutes)
    policy = signs.build_policy(f"https://{distribution['DomainName']}/films/*", end)
    url = signs.generate_presigned_url("https://example.com/", policy=policy)
    found = parse_qs(urlsplit(url).query)
    return {f"CloudFront-{name}": found[name][0] for name in ("Policy", "Signature", "Key-Pair-Id")}


# %% wrong="season" says="The cookies' names are"
def season_ticket(distribution, key_id, private, minutes):
    signs = signer_with(key_id, private)
    until = lab.clock.now() + dt.timedelta(minutes=minutes)
    url = signs.generate_presigned_url(f"https://{distribution['DomainName']}/films/*", date_less_than=until)
    pairs = [part.partition("=") for part in url.partition("?")[2].split("&")]
    return {f"CloudFront-{name}": value for name, _, value in pairs}


# %% wrong="season" says="also opens"
def season_ticket(distribution, key_id, private, minutes):
    signs = signer_with(key_id, private)
    until = lab.clock.now() + dt.timedelta(minutes=minutes)
    pattern = f"https://{distribution['DomainName']}/*"
    url = signs.generate_presigned_url(pattern, policy=signs.build_policy(pattern, until))
    pairs = [part.partition("=") for part in url.partition("?")[2].split("&")]
    return {f"CloudFront-{name}": value for name, _, value in pairs}


# %% wrong="season" says="with the cookies gets 403"
def season_ticket(distribution, key_id, private, minutes):
    signs = signer_with(key_id, private)
    until = lab.clock.now() + dt.timedelta(minutes=minutes)
    pattern = f"https://{distribution['DomainName']}/films/light.mp4"
    url = signs.generate_presigned_url(pattern, policy=signs.build_policy(pattern, until))
    pairs = [part.partition("=") for part in url.partition("?")[2].split("&")]
    return {f"CloudFront-{name}": value for name, _, value in pairs}


# %% wrong="season" says="Still open after"
def season_ticket(distribution, key_id, private, minutes):
    signs = signer_with(key_id, private)
    until = lab.clock.now() + dt.timedelta(hours=minutes)
    pattern = f"https://{distribution['DomainName']}/films/*"
    url = signs.generate_presigned_url(pattern, policy=signs.build_policy(pattern, until))
    pairs = [part.partition("=") for part in url.partition("?")[2].split("&")]
    return {f"CloudFront-{name}": value for name, _, value in pairs}


# %% wrong="season" says="also opens /films.html"
def season_ticket(distribution, key_id, private, minutes):
    signer = signer_with(key_id, private)
    pattern = f"https://{distribution['DomainName']}/films*"
    policy = signer.build_policy(pattern, lab.clock.now() + dt.timedelta(minutes=minutes))
    url = signer.generate_presigned_url(pattern, policy=policy)
    return {f"CloudFront-{name}": value for name, value in parse_qsl(url.partition("?")[2])}


# %% wrong="season" says="films of another distribution"
def season_ticket(distribution, key_id, private, minutes):
    signer = signer_with(key_id, private)
    pattern = "https://*/films/*"
    policy = signer.build_policy(pattern, lab.clock.now() + dt.timedelta(minutes=minutes))
    url = signer.generate_presigned_url(pattern, policy=policy)
    return {f"CloudFront-{name}": value for name, value in parse_qsl(url.partition("?")[2])}


# %% wrong="season" says="films without HTTPS"
def season_ticket(distribution, key_id, private, minutes):
    signer = signer_with(key_id, private)
    pattern = f"http*://{distribution['DomainName']}/films/*"
    policy = signer.build_policy(pattern, lab.clock.now() + dt.timedelta(minutes=minutes))
    url = signer.generate_presigned_url(pattern, policy=policy)
    return {f"CloudFront-{name}": value for name, value in parse_qsl(url.partition("?")[2])}


# %% right="tidy"
tidy = """
async function handler(event) {
    const {uri, querystring, ...rest} = event.request;
    if (uri === '/old-prices')
        return {statusCode: 301, headers: {location: {value: '/prices/'}}};
    const kept = Object.fromEntries(Object.entries(querystring).filter(([name]) => !/^utm_/.test(name)));
    return {...rest, uri: uri.replace(/[/]$/, '/index.html'), querystring: kept};
}
"""

# %% wrong="tidy" says="ReferenceError"
tidy = """
function handler(event) {
    request = event.request;
    if (request.uri.endsWith("/")) request.uri += "index.html";
    return request;
}
"""

# %% wrong="tidy" says="must return the request"
tidy = """
function handler(event) {
    if (event.request.uri.endsWith("/")) event.request.uri += "index.html";
    return event;
}
"""

# %% wrong="tidy" says="/cat.jpg?utm_source=mail&width=80&utm_shelf=7 reaches the origin"
tidy = """
function handler(event) {
    const request = event.request;
    if (request.uri === "/old-prices") return {statusCode: 301, headers: {location: {value: "/prices/"}}};
    if (request.uri.endsWith("/")) request.uri += "index.html";
    delete request.querystring.utm_source;
    return request;
}
"""

# %% wrong="tidy" says="/prices/?size=a4 reaches the origin as /prices/index.html"
tidy = """
function handler(event) {
    const request = event.request;
    if (request.uri === "/old-prices") return {statusCode: 301, headers: {location: {value: "/prices/"}}};
    if (request.uri.endsWith("/")) request.uri += "index.html";
    request.querystring = {};
    return request;
}
"""

# %% wrong="tidy" says="/cat.jpg?width=200&my_utm_x=1&utmost=2 reaches the origin"
tidy = """
function handler(event) {
    const request = event.request;
    if (request.uri === "/old-prices") return {statusCode: 301, headers: {location: {value: "/prices/"}}};
    if (request.uri.endsWith("/")) request.uri += "index.html";
    for (const name in request.querystring) if (name.includes("utm_")) delete request.querystring[name];
    return request;
}
"""

# %% wrong="tidy" says="statusCode must be a number"
tidy = """
function handler(event) {
    const request = event.request;
    if (request.uri === "/old-prices") return {statusCode: "301", headers: {location: {value: "/prices/"}}};
    if (request.uri.endsWith("/")) request.uri += "index.html";
    for (const name in request.querystring) if (name.startsWith("utm_")) delete request.querystring[name];
    return request;
}
"""

# %% wrong="tidy" says="/cat.jpg?width=200&my_utm_x=1&utmost=2 reaches the origin"
tidy = """
function handler(event) {
    const request = event.request;
    if (request.uri === "/old-prices") return {statusCode: 301, headers: {location: {value: "/prices/"}}};
    if (request.uri.endsWith("/")) request.uri += "index.html";
    for (const name in request.querystring) {
        if (name.startsWith("utm")) delete request.querystring[name];
    }
    return request;
}
"""


# %% wrong="tidy" says="/cat.jpg?utm_source=mail&width=80&utm_shelf=7 reaches the origin"
tidy = """
function handler(event) {
    const request = event.request;
    if (request.uri === "/old-prices") return {statusCode: 301, headers: {location: {value: "/prices/"}}};
    if (request.uri.endsWith("/")) request.uri += "index.html";
    for (const name of ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"]) {
        delete request.querystring[name];
    }
    return request;
}
"""


# %% right="placeholder"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def placeholder(event, context):
    request, response = (event["Records"][0]["cf"][part] for part in ("request", "response"))
    if int(response["status"]) != 404 or not request["uri"].startswith("/img/"):
        return response
    return {
        "status": 200,
        "headers": {
            "content-type": [{"value": "image/svg+xml"}],
            "cache-control": [{"key": "cache-control", "value": "max-age=60"}],
        },
        "body": PICTURE,
    }


# %% wrong="placeholder" says="is answered with 404"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def placeholder(event, context):
    found = event["Records"][0]["cf"]
    response = found["response"]
    if response["status"] == 404 and found["request"]["uri"].startswith("/img/"):
        response["status"] = 200
        response["body"] = PICTURE
    return response


# %% wrong="placeholder" says="the answer should stay 404"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def placeholder(event, context):
    found = event["Records"][0]["cf"]
    response = found["response"]
    if response["status"] == "404":
        response["status"] = "200"
        response["body"] = PICTURE
        response["headers"]["content-type"] = [{"key": "Content-Type", "value": "image/svg+xml"}]
        response["headers"]["cache-control"] = [{"key": "Cache-Control", "value": "max-age=60"}]
    return response


# %% wrong="placeholder" says="wrong form"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def placeholder(event, context):
    found = event["Records"][0]["cf"]
    response = found["response"]
    if response["status"] == "404" and found["request"]["uri"].startswith("/img/"):
        response["status"] = "200"
        response["body"] = PICTURE
        response["headers"]["content-type"] = {"value": "image/svg+xml"}
    return response


# %% wrong="placeholder" says="Cache-Control of the placeholder"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def placeholder(event, context):
    found = event["Records"][0]["cf"]
    response = found["response"]
    if response["status"] == "404" and found["request"]["uri"].startswith("/img/"):
        response["status"] = "200"
        response["body"] = PICTURE
        response["headers"]["content-type"] = [{"key": "Content-Type", "value": "image/svg+xml"}]
    return response


# %% wrong="placeholder" says="/old/img/x.jpg does not begin with"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def placeholder(event, context):
    found = event["Records"][0]["cf"]
    response, path = found["response"], found["request"]["uri"]
    if response["status"] == "404" and "/img/" in path:
        response["status"] = "200"
        response["body"] = PICTURE
        response["headers"]["content-type"] = [{"key": "Content-Type", "value": "image/svg+xml"}]
        response["headers"]["cache-control"] = [{"key": "Cache-Control", "value": "max-age=60"}]
    return response


# %% wrong="placeholder" says="/img-list.html does not begin with"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def placeholder(event, context):
    found = event["Records"][0]["cf"]
    response, path = found["response"], found["request"]["uri"]
    if response["status"] == "404" and path.startswith("/img"):
        response["status"] = "200"
        response["body"] = PICTURE
        response["headers"]["content-type"] = [{"key": "Content-Type", "value": "image/svg+xml"}]
        response["headers"]["cache-control"] = [{"key": "Cache-Control", "value": "max-age=60"}]
    return response


# %% wrong="placeholder" says="Cache-Control of a photo that exists"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'


def placeholder(event, context):
    found = event["Records"][0]["cf"]
    response, path = found["response"], found["request"]["uri"]
    if response["status"] == "404" and path.startswith("/img/"):
        response["status"] = "200"
        response["body"] = PICTURE
        response["headers"]["content-type"] = [{"key": "Content-Type", "value": "image/svg+xml"}]
    response["headers"]["cache-control"] = [{"key": "Cache-Control", "value": "max-age=60"}]
    return response


# %% right="ship"
def ship(source, distribution_id):
    functions = boto3.client("lambda", region_name="us-east-1")
    name = lab.unique_name("at-the-edge")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=edge_role(["edgelambda.amazonaws.com", "lambda.amazonaws.com"]),
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    arn = functions.publish_version(FunctionName=name)["FunctionArn"]
    known = cloudfront.get_distribution_config(Id=distribution_id)
    settings = known["DistributionConfig"]
    settings["DefaultCacheBehavior"]["LambdaFunctionAssociations"] = {
        "Quantity": 1,
        "Items": [{"EventType": "viewer-request", "LambdaFunctionARN": arn, "IncludeBody": False}],
    }
    cloudfront.update_distribution(Id=distribution_id, DistributionConfig=settings, IfMatch=known["ETag"])
    cloudfront.get_waiter("distribution_deployed").wait(Id=distribution_id)
    return arn


# %% wrong="ship" says="numbered version"
def ship(source, distribution_id):
    made = boto3.client("lambda", region_name="us-east-1").create_function(
        FunctionName=lab.unique_name("ship"),
        Runtime="python3.13",
        Role=edge_role(["lambda.amazonaws.com", "edgelambda.amazonaws.com"]),
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
        Timeout=5,
        MemorySize=128,
    )
    row = {"EventType": "viewer-request", "LambdaFunctionARN": made["FunctionArn"]}
    known = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    behaviour = known["DefaultCacheBehavior"] | {"LambdaFunctionAssociations": listed([row])}
    change(distribution_id, DefaultCacheBehavior=behaviour)
    return made["FunctionArn"]


# %% wrong="ship" says="edgelambda.amazonaws.com"
def ship(source, distribution_id):
    lambdas = boto3.client("lambda", region_name="us-east-1")
    made = lambdas.create_function(
        FunctionName=lab.unique_name("ship"),
        Runtime="python3.13",
        Role=edge_role(["lambda.amazonaws.com"]),
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
        Timeout=5,
        MemorySize=128,
    )
    made = lambdas.publish_version(FunctionName=made["FunctionName"])
    row = {"EventType": "viewer-request", "LambdaFunctionARN": made["FunctionArn"]}
    known = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    behaviour = known["DefaultCacheBehavior"] | {"LambdaFunctionAssociations": listed([row])}
    change(distribution_id, DefaultCacheBehavior=behaviour)
    return made["FunctionArn"]


# %% wrong="ship" says="The event at which the function runs"
def ship(source, distribution_id):
    lambdas = boto3.client("lambda", region_name="us-east-1")
    made = lambdas.create_function(
        FunctionName=lab.unique_name("ship"),
        Runtime="python3.13",
        Role=edge_role(["lambda.amazonaws.com", "edgelambda.amazonaws.com"]),
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
        Timeout=30,
        MemorySize=512,
    )
    made = lambdas.publish_version(FunctionName=made["FunctionName"])
    row = {"EventType": "origin-request", "LambdaFunctionARN": made["FunctionArn"]}
    known = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    behaviour = known["DefaultCacheBehavior"] | {"LambdaFunctionAssociations": listed([row])}
    change(distribution_id, DefaultCacheBehavior=behaviour)
    return made["FunctionArn"]


# %% wrong="ship" says="cannot be assumed by lambda.amazonaws.com"
def ship(source, distribution_id):
    lambdas = boto3.client("lambda", region_name="us-east-1")
    name = lab.unique_name("ship")
    lambdas.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=edge_role(["edgelambda.amazonaws.com"]),
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
        Timeout=5,
    )
    lambdas.get_waiter("function_active_v2").wait(FunctionName=name)
    arn = lambdas.publish_version(FunctionName=name)["FunctionArn"]
    row = {"EventType": "viewer-request", "LambdaFunctionARN": arn}
    known = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    behaviour = known["DefaultCacheBehavior"] | {"LambdaFunctionAssociations": listed([row])}
    change(distribution_id, DefaultCacheBehavior=behaviour)
    return arn


# %% right="choose"
def choose(job):
    viewer = job["event"].startswith("viewer")
    tiny = job["ms"] < 1 and job["mb"] <= 2 and job["kb"] <= 10
    if viewer and tiny and job["language"] == "JavaScript" and len(job["needs"]) == 0:
        return "function"
    seconds, memory = (5, 128) if viewer else (30, 10_240)
    fits = job["ms"] <= 1000 * seconds and job["mb"] <= memory and job["kb"] <= 50 * 1024
    return "lambda@edge" if fits and job["language"] != "Go" else "neither"


# %% wrong="choose" says="a look into the posted form"
def choose(job):
    viewer = job["event"].startswith("viewer")
    tiny = job["ms"] < 1 and job["mb"] <= 2 and job["kb"] <= 10
    if viewer and tiny and job["language"] == "JavaScript" and "network" not in job["needs"]:
        return "function"
    seconds, memory = (5, 128) if viewer else (30, 10_240)
    fits = job["ms"] <= 1000 * seconds and job["mb"] <= memory and job["kb"] <= 50 * 1024
    return "lambda@edge" if fits and job["language"] != "Go" else "neither"


# %% wrong="choose" says="scaling pictures at the viewer"
def choose(job):
    tiny = job["ms"] < 1 and job["mb"] <= 2 and job["kb"] <= 10
    if job["event"].startswith("viewer") and tiny and job["language"] == "JavaScript" and not job["needs"]:
        return "function"
    fits = job["ms"] <= 30_000 and job["mb"] <= 10_240 and job["kb"] <= 50 * 1024
    return "lambda@edge" if fits and job["language"] != "Go" else "neither"


# %% wrong="choose" says="a rewrite at the origin request"
def choose(job):
    if job["ms"] < 1 and job["mb"] <= 2 and job["kb"] <= 10 and not job["needs"]:
        return "function"
    return "lambda@edge"


# %% wrong="choose" says="a table of 3 MB in memory"
def choose(job):
    at_viewer = job["event"].startswith("viewer")
    small = job["ms"] < 1 and job["kb"] <= 10
    if at_viewer and small and job["language"] == "JavaScript" and not job["needs"]:
        return "function"
    seconds, memory = (5, 128) if at_viewer else (30, 10_240)
    fits = job["ms"] <= seconds * 1000 and job["mb"] <= memory and job["kb"] <= 50 * 1024
    return "lambda@edge" if fits and job["language"] in ("JavaScript", "Python") else "neither"


# %% wrong="choose" says="a package of exactly 50 MB"
def choose(job):
    at_viewer = job["event"].startswith("viewer")
    small = job["ms"] < 1 and job["kb"] <= 10 and job["mb"] <= 2
    if at_viewer and small and job["language"] == "JavaScript" and not job["needs"]:
        return "function"
    seconds, memory = (5, 128) if at_viewer else (30, 10_240)
    fits = job["ms"] <= seconds * 1000 and job["mb"] <= memory and job["kb"] <= 50 * 1000
    return "lambda@edge" if fits and job["language"] in ("JavaScript", "Python") else "neither"


# %% right="estimate"
def estimate(rows, rate):
    errors = [row["cs-uri-stem"] for row in rows if 500 <= int(row["sc-status"]) <= 599]
    factor = 100 / rate
    return len(rows) * factor, len(errors) * factor, max(set(errors), key=errors.count, default=None)


# %% wrong="estimate" says="The estimated number of 10 requests"
def estimate(rows, rate):
    errors = [row["cs-uri-stem"] for row in rows if row["sc-status"].startswith("5")]
    return len(rows), len(errors), max(set(errors), key=errors.count, default=None)


# %% wrong="estimate" says="The estimated number of server errors"
def estimate(rows, rate):
    errors = [row["cs-uri-stem"] for row in rows if row["sc-status"] == "500"]
    return len(rows) * 100 / rate, len(errors) * 100 / rate, max(set(errors), key=errors.count, default=None)


# %% wrong="estimate" says="The path with the most server errors"
def estimate(rows, rate):
    errors = [row["cs-uri-stem"] for row in rows if row["sc-status"].startswith("5")]
    return len(rows) * 100 / rate, len(errors) * 100 / rate, errors[0] if errors else None


# %% wrong="estimate" says="The estimated number of 10 requests"
def estimate(rows, rate):
    bad = [row["cs-uri-stem"] for row in rows if 500 <= int(row["sc-status"]) < 600]
    each = 100 // rate
    return float(len(rows) * each), float(len(bad) * each), max(bad, key=bad.count, default=None)


# %% wrong="estimate" says="The estimated number of server errors"
def estimate(rows, rate):
    bad = [row["cs-uri-stem"] for row in rows if row["sc-status"] in ("500", "502", "503", "504")]
    each = 100 / rate
    return len(rows) * each, len(bad) * each, max(bad, key=bad.count, default=None)
