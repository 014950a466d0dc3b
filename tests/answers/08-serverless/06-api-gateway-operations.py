# %% [markdown]
# Answers to 08-serverless/06-api-gateway-operations: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="predict-codes"
codes = dict.fromkeys(["the function returns {'ok': True}", "the function raises KeyError"], 502)
codes["the function's policy does not let the API in"] = 500
codes["the function's reserved concurrency is used up"] = 500
codes |= {
    "the function needs 31 seconds; its timeout is 60": 504,
    "the path does not exist in the API": 403,
    "the stage's throttle is exceeded": 429,
    "a required query parameter is missing": 400,
    "the request's body has 11 MB": 413,
}

# %% wrong="predict-codes" says="an error instead of an answer"
codes = {
    "the function returns {'ok': True}": 502,
    "the function raises KeyError": 500,
    "the function needs 31 seconds; its timeout is 60": 504,
    "the function's policy does not let the API in": 500,
    "the function's reserved concurrency is used up": 500,
    "the path does not exist in the API": 403,
    "the stage's throttle is exceeded": 429,
    "a required query parameter is missing": 400,
    "the request's body has 11 MB": 413,
}

# %% wrong="predict-codes" says="not a 404"
codes = {
    "the function returns {'ok': True}": 502,
    "the function raises KeyError": 502,
    "the function needs 31 seconds; its timeout is 60": 504,
    "the function's policy does not let the API in": 500,
    "the function's reserved concurrency is used up": 500,
    "the path does not exist in the API": 404,
    "the stage's throttle is exceeded": 429,
    "a required query parameter is missing": 400,
    "the request's body has 11 MB": 413,
}

# %% wrong="predict-codes" says="not Lambda's 429"
codes = {
    "the function returns {'ok': True}": 502,
    "the function raises KeyError": 502,
    "the function needs 31 seconds; its timeout is 60": 504,
    "the function's policy does not let the API in": 500,
    "the function's reserved concurrency is used up": 429,
    "the path does not exist in the API": 403,
    "the stage's throttle is exceeded": 429,
    "a required query parameter is missing": 400,
    "the request's body has 11 MB": 413,
}


# %% right="sell"
def sell(api_id, customers):
    at = place_of(api_id, "GET /stations")
    gateway.update_method(**at, patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    plans, keys = {}, {}
    for customer, offer in customers.items():
        if offer not in plans:
            plans[offer] = gateway.create_usage_plan(name=lab.unique_name(offer))["id"]
            limits = {"free": ("1", "2", "5", "DAY"), "pro": ("10", "20", "100000", "MONTH")}[offer]
            paths = ("/throttle/rateLimit", "/throttle/burstLimit", "/quota/limit", "/quota/period")
            edits = [{"op": "replace", "path": p, "value": v} for p, v in zip(paths, limits, strict=True)]
            edits.append({"op": "add", "path": "/apiStages", "value": f"{api_id}:prod"})
            gateway.update_usage_plan(usagePlanId=plans[offer], patchOperations=edits)
        value = lab.unique_name("key-with-more-than-twenty-characters")
        key = gateway.create_api_key(name=lab.unique_name(customer), value=value, enabled=True)
        gateway.create_usage_plan_key(usagePlanId=plans[offer], keyId=key["id"], keyType="API_KEY")
        keys[customer] = value
    return keys


# %% wrong="sell" says="Marked and deployed"
def sell(api_id, customers):
    at = place_of(api_id, "GET /stations")
    gateway.update_method(**at, patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}])
    return {one: gateway.create_api_key(name=lab.unique_name(one), enabled=True)["value"] for one in customers}


# %% wrong="sell" says="The value (not the id)"
def sell(api_id, customers):
    at = place_of(api_id, "GET /stations")
    gateway.update_method(**at, patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    keys = {}
    for customer in customers:
        plan = gateway.create_usage_plan(
            name=lab.unique_name("p"),
            apiStages=[{"apiId": api_id, "stage": "prod"}],
            throttle={"rateLimit": 1, "burstLimit": 2},
            quota={"limit": 5, "period": "DAY"},
        )["id"]
        key = gateway.create_api_key(name=lab.unique_name(customer))
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        keys[customer] = key["value"]
    return keys


# %% wrong="sell" says="each customer has a key of its own"
def sell(api_id, customers):
    at = place_of(api_id, "GET /stations")
    gateway.update_method(**at, patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    offers = {"free": (1, 2, 5, "DAY"), "pro": (10, 20, 100_000, "MONTH")}
    values = {}
    for offer, (rate, burst, limit, period) in offers.items():
        plan = gateway.create_usage_plan(
            name=lab.unique_name(offer),
            apiStages=[{"apiId": api_id, "stage": "prod"}],
            throttle={"rateLimit": rate, "burstLimit": burst},
            quota={"limit": limit, "period": period},
        )["id"]
        key = gateway.create_api_key(name=lab.unique_name(offer), enabled=True)
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        values[offer] = key["value"]
    return {customer: values[offer] for customer, offer in customers.items()}


# %% wrong="sell" says="quota's limit and period"
def sell(api_id, customers):
    at = place_of(api_id, "GET /stations")
    gateway.update_method(**at, patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    plans = {
        offer: gateway.create_usage_plan(
            name=lab.unique_name(offer),
            apiStages=[{"apiId": api_id, "stage": "prod"}],
            throttle={"rateLimit": rate, "burstLimit": burst},
        )["id"]
        for offer, rate, burst in (("free", 1, 2), ("pro", 10, 20))
    }
    keys = {}
    for customer, offer in customers.items():
        key = gateway.create_api_key(name=lab.unique_name(customer), enabled=True)
        gateway.create_usage_plan_key(usagePlanId=plans[offer], keyId=key["id"], keyType="API_KEY")
        keys[customer] = key["value"]
    return keys


# %% right="sell"
def sell(api_id, customers):
    edit = {"op": "replace", "path": "/apiKeyRequired", "value": "true"}
    gateway.update_method(**place_of(api_id, "GET /stations"), patchOperations=[edit])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    terms = {"free": (1.0, 2, 5, "DAY"), "pro": (10.0, 20, 100_000, "MONTH")}
    keys = {}
    for customer, plan in customers.items():
        rate, burst, limit, period = terms[plan]
        made = gateway.create_usage_plan(
            name=lab.unique_name(customer),
            throttle={"rateLimit": rate, "burstLimit": burst},
            quota={"limit": limit, "period": period},
        )
        join = {"op": "add", "path": "/apiStages", "value": f"{api_id}:prod"}
        gateway.update_usage_plan(usagePlanId=made["id"], patchOperations=[join])
        keys[customer] = hashlib.sha256(lab.unique_name(customer).encode()).hexdigest()[:40]
        key = gateway.create_api_key(name=customer, enabled=True, value=keys[customer])
        gateway.create_usage_plan_key(usagePlanId=made["id"], keyId=key["id"], keyType="API_KEY")
    return keys


# %% wrong="sell" says="pro has 100,000"
def sell(api_id, customers):
    edit = {"op": "replace", "path": "/apiKeyRequired", "value": "true"}
    gateway.update_method(**place_of(api_id, "GET /stations"), patchOperations=[edit])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    terms = {"free": (1.0, 2, 5, "DAY"), "pro": (10.0, 20, 1_000, "MONTH")}
    keys = {}
    for customer, plan in customers.items():
        rate, burst, limit, period = terms[plan]
        made = gateway.create_usage_plan(
            name=lab.unique_name(customer),
            apiStages=[{"apiId": api_id, "stage": "prod"}],
            throttle={"rateLimit": rate, "burstLimit": burst},
            quota={"limit": limit, "period": period},
        )
        key = gateway.create_api_key(name=customer, enabled=True)
        gateway.create_usage_plan_key(usagePlanId=made["id"], keyId=key["id"], keyType="API_KEY")
        keys[customer] = key["value"]
    return keys


# %% right="cache-stations"
def cache_stations(api_id):
    at = place_of(api_id, "GET /stations")
    arn_uri = gateway.get_integration(**at)["uri"]
    town = "method.request.querystring.town"
    gateway.delete_method(**at)
    gateway.put_method(**at, authorizationType="NONE", requestParameters={town: False})
    gateway.put_integration(
        **at, type="AWS_PROXY", integrationHttpMethod="POST", uri=arn_uri, cacheKeyParameters=[town]
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod", cacheClusterEnabled=True, cacheClusterSize="0.5")
    settings = {
        "/*/*/caching/enabled": "true",
        "/*/*/caching/ttlInSeconds": "60",
        "/*/*/caching/unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
        "/~1bikes~1{id}/GET/caching/enabled": "false",
    }
    for path, value in settings.items():
        edit = {"op": "replace", "path": path, "value": value}
        gateway.update_stage(restApiId=api_id, stageName="prod", patchOperations=[edit])


# %% wrong="cache-stations" says="both reached the function"
def cache_stations(api_id):
    patch_stage(api_id, **{"/cacheClusterEnabled": "true", "/cacheClusterSize": "0.5"})


# %% wrong="cache-stations" says="of the integration, and deploy"
def cache_stations(api_id):
    patch_stage(
        api_id,
        **{
            "/cacheClusterEnabled": "true",
            "/cacheClusterSize": "0.5",
            "/~1stations/GET/caching/enabled": "true",
            "/~1stations/GET/caching/ttlInSeconds": "60",
        },
    )


# %% wrong="cache-stations" says="old answer still comes"
def cache_stations(api_id):
    at = place_of(api_id, "GET /stations")
    town = "method.request.querystring.town"
    declare = {"op": "add", "path": f"/requestParameters/{town}", "value": "false"}
    gateway.update_method(**at, patchOperations=[declare])
    key = {"op": "add", "path": f"/cacheKeyParameters/{town}", "value": town}
    gateway.update_integration(**at, patchOperations=[key])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    patch_stage(
        api_id,
        **{
            "/cacheClusterEnabled": "true",
            "/cacheClusterSize": "0.5",
            "/~1stations/GET/caching/enabled": "true",
        },
    )


# %% wrong="cache-stations" says="Enable caching for GET /stations alone"
def cache_stations(api_id):
    at = place_of(api_id, "GET /stations")
    town = "method.request.querystring.town"
    declare = {"op": "add", "path": f"/requestParameters/{town}", "value": "false"}
    gateway.update_method(**at, patchOperations=[declare])
    key = {"op": "add", "path": f"/cacheKeyParameters/{town}", "value": town}
    gateway.update_integration(**at, patchOperations=[key])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    patch_stage(
        api_id,
        **{
            "/cacheClusterEnabled": "true",
            "/cacheClusterSize": "0.5",
            "/*/*/caching/enabled": "true",
            "/*/*/caching/ttlInSeconds": "60",
            "/*/*/caching/unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
        },
    )


# %% wrong="cache-stations" says="A stranger with Cache-Control"
def cache_stations(api_id):
    at = place_of(api_id, "GET /stations")
    town = "method.request.querystring.town"
    declare = {"op": "add", "path": f"/requestParameters/{town}", "value": "false"}
    gateway.update_method(**at, patchOperations=[declare])
    key = {"op": "add", "path": f"/cacheKeyParameters/{town}", "value": town}
    gateway.update_integration(**at, patchOperations=[key])
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    patch_stage(
        api_id,
        **{
            "/cacheClusterEnabled": "true",
            "/cacheClusterSize": "0.5",
            "/~1stations/GET/caching/enabled": "true",
            "/~1stations/GET/caching/ttlInSeconds": "60",
        },
    )


# %% right="cache-stations"
def cache_stations(api_id):
    at = place_of(api_id, "GET /stations")
    town = "method.request.querystring.town"
    edit = {"op": "add", "path": f"/requestParameters/{town}", "value": "false"}
    gateway.update_method(**at, patchOperations=[edit])
    edit = {"op": "add", "path": f"/cacheKeyParameters/{town}", "value": ""}
    gateway.update_integration(**at, patchOperations=[edit])
    gateway.create_deployment(restApiId=api_id, stageName="prod", cacheClusterEnabled=True, cacheClusterSize="0.5")
    patch_stage(
        api_id,
        **{
            "/*/*/caching/enabled": "true",
            "/*/*/caching/ttlInSeconds": "60",
            "/*/*/caching/unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
            "/~1bikes~1{id}/GET/caching/enabled": "false",
        },
    )


# %% wrong="cache-stations" says="is declared as required"
def cache_stations(api_id):
    at = place_of(api_id, "GET /stations")
    town = "method.request.querystring.town"
    edit = {"op": "add", "path": f"/requestParameters/{town}", "value": "true"}
    gateway.update_method(**at, patchOperations=[edit])
    edit = {"op": "add", "path": f"/cacheKeyParameters/{town}", "value": ""}
    gateway.update_integration(**at, patchOperations=[edit])
    gateway.create_deployment(restApiId=api_id, stageName="prod", cacheClusterEnabled=True, cacheClusterSize="0.5")
    patch_stage(
        api_id,
        **{
            "/*/*/caching/enabled": "true",
            "/*/*/caching/ttlInSeconds": "60",
            "/*/*/caching/unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
            "/~1bikes~1{id}/GET/caching/enabled": "false",
        },
    )


# %% right="health"
def health(api_name, stage, start, end):
    client = boto3.client("cloudwatch")
    where = [{"Name": "ApiName", "Value": api_name}, {"Name": "Stage", "Value": stage}]
    wanted = [
        {
            "Id": f"{stat.lower()}{number}",
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ApiGateway", "MetricName": metric, "Dimensions": where},
                "Period": 3600,
                "Stat": stat,
            },
        }
        for number, metric in enumerate(["Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"])
        for stat in ("Sum", "SampleCount")
    ]
    found = client.get_metric_data(MetricDataQueries=wanted, StartTime=start, EndTime=end)
    total = {one["Id"]: sum(one["Values"]) for one in found["MetricDataResults"]}
    if not total["sum0"]:
        return dict.fromkeys(["requests", "client errors", "server errors", "overhead"], 0)
    backend = total["sum4"] / total["samplecount4"] if total["samplecount4"] else 0
    return {
        "requests": total["sum0"],
        "client errors": total["sum1"] / total["sum0"],
        "server errors": total["sum2"] / total["sum0"],
        "overhead": total["sum3"] / total["samplecount3"] - backend,
    }


# %% wrong="health" says="The stage 'test' had no requests"
def health(api_name, stage, start, end):
    def total(metric, statistic="Sum"):
        points = boto3.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=metric,
            Dimensions=[{"Name": "ApiName", "Value": api_name}],
            StartTime=start,
            EndTime=end,
            Period=3600,
            Statistics=[statistic],
        )["Datapoints"]
        return sum(point[statistic] for point in points)

    count = total("Count") or 1
    latency = total("Latency") / max(1, total("Latency", "SampleCount"))
    backend = total("IntegrationLatency") / max(1, total("IntegrationLatency", "SampleCount"))
    return {
        "requests": total("Count"),
        "client errors": total("4XXError") / count,
        "server errors": total("5XXError") / count,
        "overhead": latency - backend,
    }


# %% wrong="health" says="over all requests"
def health(api_name, stage, start, end):
    where = [{"Name": "ApiName", "Value": api_name}, {"Name": "Stage", "Value": stage}]

    def points(metric, statistic):
        return [
            point[statistic]
            for point in boto3.client("cloudwatch").get_metric_statistics(
                Namespace="AWS/ApiGateway",
                MetricName=metric,
                Dimensions=where,
                StartTime=start,
                EndTime=end,
                Period=3600,
                Statistics=[statistic],
            )["Datapoints"]
        ]

    count = sum(points("Count", "Sum")) or 1
    latencies = points("Latency", "Average") or [0]
    return {
        "requests": sum(points("Count", "Sum")),
        "client errors": sum(points("4XXError", "Sum")) / count,
        "server errors": sum(points("5XXError", "Sum")) / count,
        "overhead": sum(latencies) / len(latencies),
    }


# %% wrong="health" says="others came before and after"
def health(api_name, stage, start, end):
    where = [{"Name": "ApiName", "Value": api_name}, {"Name": "Stage", "Value": stage}]
    points = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName="Count",
        Dimensions=where,
        StartTime=start,
        EndTime=end,
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return {
        "requests": points[0]["Sum"] if points else 0,
        "client errors": 0,
        "server errors": 0,
        "overhead": 0,
    }


# %% wrong="health" says="over all requests"
def health(api_name, stage, start, end):
    def points(metric):
        return boto3.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=metric,
            Dimensions=[{"Name": "ApiName", "Value": api_name}, {"Name": "Stage", "Value": stage}],
            StartTime=start,
            EndTime=end,
            Period=3600,
            Statistics=["Sum", "Average"],
        )["Datapoints"]

    def total(metric):
        return sum(point["Sum"] for point in points(metric))

    def mean(metric):
        hours = points(metric)
        return sum(point["Average"] for point in hours) / max(1, len(hours))

    count = total("Count")
    return {
        "requests": count,
        "client errors": total("4XXError") / max(1, count),
        "server errors": total("5XXError") / max(1, count),
        "overhead": mean("Latency") - mean("IntegrationLatency"),
    }


# %% wrong="health" says="the share of 5XX"
def health(api_name, stage, start, end):
    def points(metric):
        return boto3.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=metric,
            Dimensions=[{"Name": "ApiName", "Value": api_name}, {"Name": "Stage", "Value": stage}],
            StartTime=start,
            EndTime=end,
            Period=3600,
            Statistics=["Sum", "Average"],
        )["Datapoints"]

    def total(metric):
        return sum(point["Sum"] for point in points(metric))

    def mean(metric):
        hours = points(metric)
        return sum(point["Average"] for point in hours) / max(1, len(hours))

    count = total("Count")
    return {
        "requests": count,
        "client errors": mean("4XXError"),
        "server errors": mean("5XXError"),
        "overhead": mean("Latency") - mean("IntegrationLatency"),
    }


# %% right="cors"
def list_stations(event, context):
    asked_by = (event["headers"] or {}).get("Origin")
    allowed = {"Access-Control-Allow-Origin": ["https://app.tern.example"], "X-Asked-By": [str(asked_by)]}
    return {"statusCode": 200, "multiValueHeaders": allowed, "body": '["harbour"]'}


def open_to_page(api_id):
    at = {**place_of(api_id, "GET /stations"), "httpMethod": "OPTIONS"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 204}'})
    start = "method.response.header.Access-Control-Allow-"
    values = {
        f"{start}Origin": "'https://app.tern.example'",
        f"{start}Methods": "'OPTIONS, GET'",
        f"{start}Headers": "'content-type, x-rider'",
    }
    gateway.put_method_response(**at, statusCode="204", responseParameters={name: True for name in values})
    gateway.put_integration_response(**at, statusCode="204", responseParameters=values)
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters={
                "gatewayresponse.header.Access-Control-Allow-Origin": "'https://app.tern.example'",
                "gatewayresponse.header.Access-Control-Allow-Headers": "'*'",
            },
        )
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="cors" says="does not allow the header X-Rider"
def list_stations(event, context):
    allowed = {"Access-Control-Allow-Origin": "https://app.tern.example"}
    return {"statusCode": 200, "headers": allowed, "body": '["harbour"]'}


def open_to_page(api_id):
    at = {**place_of(api_id, "GET /stations"), "httpMethod": "OPTIONS"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    start = "method.response.header.Access-Control-Allow-"
    values = {f"{start}Origin": "'https://app.tern.example'", f"{start}Methods": "'GET'"}
    gateway.put_method_response(**at, statusCode="200", responseParameters=dict.fromkeys(values, True))
    gateway.put_integration_response(**at, statusCode="200", responseParameters=values)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="cors" says="the answer (200) does not allow this origin"
def list_stations(event, context):
    return {"statusCode": 200, "body": '["harbour"]'}


def open_to_page(api_id):
    at = {**place_of(api_id, "GET /stations"), "httpMethod": "OPTIONS"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    start = "method.response.header.Access-Control-Allow-"
    app = "'https://app.tern.example'"
    values = {f"{start}Origin": app, f"{start}Methods": "'GET'", f"{start}Headers": "'X-Rider'"}
    gateway.put_method_response(**at, statusCode="200", responseParameters=dict.fromkeys(values, True))
    gateway.put_integration_response(**at, statusCode="200", responseParameters=values)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="cors" says="Gateway responses DEFAULT_4XX"
def list_stations(event, context):
    allowed = {"Access-Control-Allow-Origin": "https://app.tern.example"}
    return {"statusCode": 200, "headers": allowed, "body": '["harbour"]'}


def open_to_page(api_id):
    at = {**place_of(api_id, "GET /stations"), "httpMethod": "OPTIONS"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    start = "method.response.header.Access-Control-Allow-"
    app = "'https://app.tern.example'"
    values = {f"{start}Origin": app, f"{start}Methods": "'GET'", f"{start}Headers": "'X-Rider'"}
    gateway.put_method_response(**at, statusCode="200", responseParameters=dict.fromkeys(values, True))
    gateway.put_integration_response(**at, statusCode="200", responseParameters=values)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="cors" says="may be allowed"
def list_stations(event, context):
    return {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}, "body": '["harbour"]'}


def open_to_page(api_id):
    at = {**place_of(api_id, "GET /stations"), "httpMethod": "OPTIONS"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    start = "method.response.header.Access-Control-Allow-"
    values = {f"{start}Origin": "'*'", f"{start}Methods": "'GET'", f"{start}Headers": "'X-Rider'"}
    gateway.put_method_response(**at, statusCode="200", responseParameters=dict.fromkeys(values, True))
    gateway.put_integration_response(**at, statusCode="200", responseParameters=values)
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        header = "gatewayresponse.header.Access-Control-Allow-Origin"
        gateway.put_gateway_response(restApiId=api_id, responseType=kind, responseParameters={header: "'*'"})
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% right="cors"
def list_stations(event, context):
    origin = "https://app.tern.example"
    return {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": origin}, "body": '["harbour"]'}


def open_to_page(api_id):
    at = {**place_of(api_id, "GET /stations"), "httpMethod": "OPTIONS"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    start = "method.response.header.Access-Control-Allow-"
    values = {f"{start}Origin": f"'{APP}'", f"{start}Methods": "'*'", f"{start}Headers": "'*'"}
    gateway.put_method_response(**at, statusCode="200", responseParameters=dict.fromkeys(values, True))
    gateway.put_integration_response(**at, statusCode="200", responseParameters=values)
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": f"'{APP}'"},
        )
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="cors" says="do not repeat what the request says"
def list_stations(event, context):
    origin = event["headers"].get("Origin", "https://app.tern.example")
    return {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": origin}, "body": '["harbour"]'}


def open_to_page(api_id):
    at = {**place_of(api_id, "GET /stations"), "httpMethod": "OPTIONS"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    start = "method.response.header.Access-Control-Allow-"
    values = {f"{start}Origin": f"'{APP}'", f"{start}Methods": "'*'", f"{start}Headers": "'*'"}
    gateway.put_method_response(**at, statusCode="200", responseParameters=dict.fromkeys(values, True))
    gateway.put_integration_response(**at, statusCode="200", responseParameters=values)
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": f"'{APP}'"},
        )
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% right="signed"
def reader_policy(api_id):
    start = f"arn:aws:execute-api:*:*:{api_id}/prod/GET"
    allow = [
        {"Effect": "Allow", "Action": ["execute-api:Invoke"], "Resource": f"{start}/{path}"}
        for path in ("rides", "rides/*")
    ]
    return {"Version": "2012-10-17", "Statement": allow}


def signed_get(url, keys):
    session = boto3.Session(keys.access_key, keys.secret_key, keys.token)
    request = AWSRequest("GET", url, headers={"Accept": "application/json"})
    SigV4Auth(session.get_credentials().get_frozen_credentials(), "execute-api", "us-east-1").add_auth(request)
    return lab.http("GET", request.url, headers=request.headers)


# %% wrong="signed" says="AWS refused"
def reader_policy(api_id):
    return "{}"


def signed_get(url, keys):
    return lab.http("GET", url)


# %% wrong="signed" says="scoped to correct service"
def reader_policy(api_id):
    start = f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/prod/GET/rides"
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": [start, start + "/*"]}
    return {"Version": "2012-10-17", "Statement": [allow]}


def signed_get(url, keys):
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(keys, "apigateway", "us-east-1").add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers))


# %% wrong="signed" says="GET /money as well"
def reader_policy(api_id):
    allow = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/prod/GET/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def signed_get(url, keys):
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(keys, "execute-api", "us-east-1").add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers))


# %% wrong="signed" says="DELETE /rides/7 as well"
def reader_policy(api_id):
    start = f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/prod/*/rides"
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": [start, start + "/*"]}
    return {"Version": "2012-10-17", "Statement": [allow]}


def signed_get(url, keys):
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(keys, "execute-api", "us-east-1").add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers))


# %% wrong="signed" says="is not authorized to perform"
def reader_policy(api_id):
    start = f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/prod/GET//rides"
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": [start, start + "/*"]}
    return {"Version": "2012-10-17", "Statement": [allow]}


def signed_get(url, keys):
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(keys, "execute-api", "us-east-1").add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers))


# %% wrong="signed" says="GET /rides-of-staff as well"
def reader_policy(api_id):
    start = f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/prod/GET/rides"
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": start + "*"}
    return {"Version": "2012-10-17", "Statement": [allow]}


def signed_get(url, keys):
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(keys, "execute-api", "us-east-1").add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers))


# %% wrong="signed" says="may also empty the cache"
def reader_policy(api_id):
    start = f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/prod/GET/rides"
    allow = {"Effect": "Allow", "Action": "execute-api:*", "Resource": [start, start + "/*"]}
    return {"Version": "2012-10-17", "Statement": [allow]}


def signed_get(url, keys):
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(keys, "execute-api", "us-east-1").add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers))


# %% wrong="signed" says="use `keys`"
def reader_policy(api_id):
    start = f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/prod/GET/rides"
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": [start, start + "/*"]}
    return {"Version": "2012-10-17", "Statement": [allow]}


def signed_get(url, keys):
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(boto3.Session().get_credentials(), "execute-api", "us-east-1").add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers))


# %% right="gatekeeper"
import hashlib
import hmac
import re


def mark_of(name, role):
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    found = re.fullmatch(r"(\w+)\.(rider|mechanic)\.([0-9a-f]{64})", event["authorizationToken"])
    if not found or mark_of(found[1], found[2]) != found[3]:
        raise Exception("Unauthorized")
    start = "/".join(event["methodArn"].split("/")[:2])
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": [f"{start}/*"]}
    statements = [allow]
    if found[2] == "rider":
        verbs = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
        others = [f"{start}/{verb}/*" for verb in verbs]
        statements.append({"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": others})
    return {
        "principalId": found[1],
        "policyDocument": {"Version": "2012-10-17", "Statement": statements},
        "context": {"role": found[2]},
    }


# %% wrong="gatekeeper" says="only the method of the first call"
import hashlib
import hmac


def mark_of(name, role):
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    try:
        name, role, mark = event["authorizationToken"].split(".")
    except ValueError:
        raise Exception("Unauthorized")
    if mark != mark_of(name, role) or role not in ("rider", "mechanic"):
        raise Exception("Unauthorized")
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": name, "policyDocument": {"Version": "2012-10-17", "Statement": [allow]}}


# %% wrong="gatekeeper" says="riders may only GET"
import hashlib
import hmac


def mark_of(name, role):
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    name, role, mark = event["authorizationToken"].split(".")
    if mark != mark_of(name, role) or role not in ("rider", "mechanic"):
        raise Exception("Unauthorized")
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    return {"principalId": name, "policyDocument": {"Version": "2012-10-17", "Statement": [allow]}}


# %% wrong="gatekeeper" says="not 401"
import hashlib
import hmac


def mark_of(name, role):
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    name, role, _ = event["authorizationToken"].split(".")
    start = "/".join(event["methodArn"].split("/")[:2])
    verb = {"rider": "GET", "mechanic": "*"}[role]
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{start}/{verb}/*"}
    return {"principalId": name, "policyDocument": {"Version": "2012-10-17", "Statement": [allow]}}


# %% wrong="gatekeeper" says="The token 'nonsense'"
import hashlib
import hmac


def mark_of(name, role):
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    name, role, mark = event["authorizationToken"].split(".")
    if mark != mark_of(name, role) or role not in ("rider", "mechanic"):
        raise Exception("Unauthorized")
    start = "/".join(event["methodArn"].split("/")[:2])
    verb = {"rider": "GET", "mechanic": "*"}[role]
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{start}/{verb}/*"}
    return {"principalId": name, "policyDocument": {"Version": "2012-10-17", "Statement": [allow]}}


# %% wrong="gatekeeper" says="not everything there is"
import hashlib
import hmac


def mark_of(name, role):
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    try:
        name, role, mark = event["authorizationToken"].split(".")
    except ValueError:
        raise Exception("Unauthorized") from None
    if mark != mark_of(name, role) or role not in ("rider", "mechanic"):
        raise Exception("Unauthorized")
    verb = {"rider": "GET", "mechanic": "*"}[role]
    allow = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:us-east-1:123456789012:*/*/{verb}/*",
    }
    return {"principalId": name, "policyDocument": {"Version": "2012-10-17", "Statement": [allow]}}


# %% wrong="gatekeeper" says="policy of a mechanic allows"
import hashlib
import hmac


def mark_of(name, role):
    """The mark of a true token."""
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    """Say what the bearer of a token may call."""
    try:
        name, role, mark = event["authorizationToken"].split(".")
    except ValueError:
        raise Exception("Unauthorized")
    if role not in ("rider", "mechanic") or not hmac.compare_digest(mark, mark_of(name, role)):
        raise Exception("Unauthorized")
    api, stage = event["methodArn"].split("/")[:2]
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"{api}/{stage}/GET/*" if role == "rider" else "*",
    }
    return {
        "principalId": name,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }


# %% wrong="gatekeeper" says="policy of a rider allows"
import hashlib
import hmac


def mark_of(name, role):
    """The mark of a true token."""
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    """Say what the bearer of a token may call."""
    try:
        name, role, mark = event["authorizationToken"].split(".")
    except ValueError:
        raise Exception("Unauthorized")
    if role not in ("rider", "mechanic") or not hmac.compare_digest(mark, mark_of(name, role)):
        raise Exception("Unauthorized")
    api = event["methodArn"].split("/")[0]
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"{api}/*/GET/*" if role == "rider" else f"{api}/*",
    }
    return {
        "principalId": name,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }


# %% wrong="gatekeeper" says="answers 500, not 401"
import hashlib
import hmac


def mark_of(name, role):
    """The mark of a true token."""
    return hmac.new(b"moorings", f"{name}.{role}".encode(), hashlib.sha256).hexdigest()


def gatekeeper(event, context):
    """Say what the bearer of a token may call."""
    parts = event["authorizationToken"].split(".")
    if len(parts) < 3:
        raise Exception("Unauthorized")
    name, role, mark = parts[0], parts[1], parts[2]
    if not hmac.compare_digest(mark, mark_of(name, role)):
        raise Exception("Unauthorized")
    may = {"rider": "GET", "mechanic": "*"}[role]
    api, stage = event["methodArn"].split("/")[:2]
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"{api}/{stage}/{may}/*",
    }
    return {
        "principalId": name,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }


# %% right="choose-auth"
choices = {
    "tokens come from a bank in a format of its own, with two more headers": "Lambda",
    "a partner's role in another AWS account calls, and may read only": "IAM",
    "a screen in the office, without any login, on the firm's addresses": "resource policy",
    "old clients send a session id that only Tern's own database knows": "Lambda",
    "a function of another team in the same account calls": "IAM",
    "riders sign up in the app, some with their Google account": "Cognito",
}

# %% wrong="choose-auth" says="It has a role already"
choices = {
    "riders sign up in the app, some with their Google account": "Cognito",
    "a function of another team in the same account calls": "Cognito",
    "old clients send a session id that only Tern's own database knows": "Lambda",
    "a screen in the office, without any login, on the firm's addresses": "resource policy",
    "a partner's role in another AWS account calls, and may read only": "IAM",
    "tokens come from a bank in a format of its own, with two more headers": "Lambda",
}

# %% wrong="choose-auth" says="names the other account"
choices = {
    "riders sign up in the app, some with their Google account": "Cognito",
    "a function of another team in the same account calls": "IAM",
    "old clients send a session id that only Tern's own database knows": "Lambda",
    "a screen in the office, without any login, on the firm's addresses": "resource policy",
    "a partner's role in another AWS account calls, and may read only": "resource policy",
    "tokens come from a bank in a format of its own, with two more headers": "Lambda",
}


# %% right="pick-api"
def pick_api(needs, requests, kb):
    found = []
    for kind in FEATURES:
        if not needs - FEATURES[kind]:
            units = requests * max(1, -(-kb // 512)) if kind == "HTTP" else requests
            found.append((float(facts.cost("api gateway", kind.lower() + "-requests", units)), kind))
    if not found:
        return None
    usd, kind = sorted(found)[0]
    return kind, usd


# %% wrong="pick-api" says="1 million calls of 700 KB"
def pick_api(needs, requests, kb):
    for kind in ("HTTP", "REST"):
        if needs <= FEATURES[kind]:
            return kind, float(facts.cost("api gateway", f"{kind.lower()}-requests", requests))


# %% wrong="pick-api" says="1 million calls of 3,000 KB"
def pick_api(needs, requests, kb):
    import math

    for kind, units in (("HTTP", math.ceil(kb / 512)), ("REST", 1)):
        if needs <= FEATURES[kind]:
            return kind, float(facts.cost("api gateway", f"{kind.lower()}-requests", requests * units))


# %% wrong="pick-api" says="400 million small calls"
def pick_api(needs, requests, kb):
    import math

    usd = {
        "REST": requests / 1e6 * facts.price("api gateway", "rest-requests"),
        "HTTP": requests / 1e6 * math.ceil(kb / 512) * facts.price("api gateway", "http-requests"),
    }
    able = [kind for kind in usd if needs <= FEATURES[kind]]
    return min(((kind, usd[kind]) for kind in able), key=lambda one: one[1]) if able else None


# %% wrong="pick-api" says="the same with API keys"
def pick_api(needs, requests, kb):
    return "HTTP", float(facts.cost("api gateway", "http-requests", requests))


# %% wrong="pick-api" says="1 million calls of 512 KB"
import math


def pick_api(needs, requests, kb):
    options = []
    for kind, can in FEATURES.items():
        if needs <= can:
            pieces = kb // 512 + 1 if kind == "HTTP" else 1
            usd = float(facts.cost("api gateway", f"{kind.lower()}-requests", requests * pieces))
            options.append((kind, usd))
    return min(options, key=lambda one: one[1]) if options else None


# %% wrong="pick-api" says="1 million empty calls"
import math


def pick_api(needs, requests, kb):
    options = []
    for kind, can in FEATURES.items():
        if needs <= can:
            pieces = math.ceil(kb / 512) if kind == "HTTP" else 1
            usd = float(facts.cost("api gateway", f"{kind.lower()}-requests", requests * pieces))
            options.append((kind, usd))
    return min(options, key=lambda one: one[1]) if options else None


# %% right="chat"
import json

import boto3

store = boto3.client("dynamodb")


def chat(event, context):
    here = event["requestContext"]
    key = {"connection": {"S": here["connectionId"]}}
    if here["eventType"] == "CONNECT":
        store.put_item(TableName="online", Item=key)
        return {"statusCode": 200}
    if here["eventType"] == "DISCONNECT":
        store.delete_item(TableName="online", Key=key)
        return {"statusCode": 200}
    address = f"https://{here['apiId']}.execute-api.us-east-1.amazonaws.com/{here['stage']}"
    client = boto3.client("apigatewaymanagementapi", endpoint_url=address)
    if here["routeKey"] != "say":
        odd = json.dumps({"error": "unknown action"})
        client.post_to_connection(ConnectionId=here["connectionId"], Data=odd)
        return {"statusCode": 200}
    text = json.loads(event["body"])["text"]
    data = json.dumps({"from": here["connectionId"], "text": text})
    for page in store.get_paginator("scan").paginate(TableName="online"):
        for row in page["Items"]:
            try:
                client.post_to_connection(ConnectionId=row["connection"]["S"], Data=data)
            except client.exceptions.GoneException:
                store.delete_item(TableName="online", Key={"connection": row["connection"]})
    return {"statusCode": 200}


# %% wrong="chat" says="with a connection in the table that is gone"
import json

import boto3

online = boto3.resource("dynamodb").Table("online")


def chat(event, context):
    here = event["requestContext"]
    me, route = here["connectionId"], here["routeKey"]
    line = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{here['domainName']}/{here['stage']}")
    if route == "$connect":
        online.put_item(Item={"connection": me})
    elif route == "$disconnect":
        online.delete_item(Key={"connection": me})
    elif route == "say":
        message = json.dumps({"from": me, "text": json.loads(event["body"])["text"]})
        for row in online.scan()["Items"]:
            line.post_to_connection(ConnectionId=row["connection"], Data=message)
    return {"statusCode": 200}


# %% wrong="chat" says="delete the gone"
import json

import boto3

online = boto3.resource("dynamodb").Table("online")


def chat(event, context):
    here = event["requestContext"]
    me, route = here["connectionId"], here["routeKey"]
    line = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{here['domainName']}/{here['stage']}")
    if route == "$connect":
        online.put_item(Item={"connection": me})
    elif route == "$disconnect":
        online.delete_item(Key={"connection": me})
    elif route == "say":
        message = json.dumps({"from": me, "text": json.loads(event["body"])["text"]})
        for row in online.scan()["Items"]:
            try:
                line.post_to_connection(ConnectionId=row["connection"], Data=message)
            except Exception:
                pass
    return {"statusCode": 200}


# %% wrong="chat" says="At $connect the function failed"
import json

import boto3

online = boto3.resource("dynamodb").Table("online")


def chat(event, context):
    message = json.loads(event["body"])
    online.put_item(Item={"connection": event["requestContext"]["connectionId"], "text": message["text"]})
    return {"statusCode": 200}


# %% wrong="chat" says="The sender received []"
import json

import boto3

online = boto3.resource("dynamodb").Table("online")


def chat(event, context):
    here = event["requestContext"]
    me, route = here["connectionId"], here["routeKey"]
    line = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{here['domainName']}/{here['stage']}")
    if route == "$connect":
        online.put_item(Item={"connection": me})
    elif route == "$disconnect":
        online.delete_item(Key={"connection": me})
    elif route == "say":
        message = json.dumps({"from": me, "text": json.loads(event["body"])["text"]})
        for row in online.scan()["Items"]:
            if row["connection"] != me:
                try:
                    line.post_to_connection(ConnectionId=row["connection"], Data=message)
                except line.exceptions.GoneException:
                    online.delete_item(Key=row)
    return {"statusCode": 200}


# %% wrong="chat" says="The sender received {"
import json

import boto3

online = boto3.resource("dynamodb").Table("online")


def chat(event, context):
    here = event["requestContext"]
    me, route = here["connectionId"], here["routeKey"]
    line = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{here['domainName']}/{here['stage']}")
    if route == "$connect":
        online.put_item(Item={"connection": me})
    elif route == "$disconnect":
        online.delete_item(Key={"connection": me})
    else:
        for row in online.scan()["Items"]:
            try:
                line.post_to_connection(ConnectionId=row["connection"], Data=event["body"])
            except line.exceptions.GoneException:
                online.delete_item(Key=row)
    return {"statusCode": 200}


# %% wrong="chat" says="with the message 'no json', the function failed"
import json

import boto3

online = boto3.resource("dynamodb").Table("online")


def chat(event, context):
    here = event["requestContext"]
    me, key = here["connectionId"], here["routeKey"]
    if key == "$connect":
        online.put_item(Item={"connection": me})
        return {"statusCode": 200}
    if key == "$disconnect":
        online.delete_item(Key={"connection": me})
        return {"statusCode": 200}
    client = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{here['domainName']}/{here['stage']}")
    body = json.loads(event["body"])
    if body.get("action") == "say":
        told = {"from": me, "text": body["text"]}
        to = [row["connection"] for row in online.scan()["Items"]]
    else:
        told, to = {"error": "unknown action"}, [me]
    for one in to:
        try:
            client.post_to_connection(ConnectionId=one, Data=json.dumps(told).encode())
        except client.exceptions.GoneException:
            online.delete_item(Key={"connection": one})
    return {"statusCode": 200}


# %% wrong="chat" says="What the sender of"
import json

import boto3

online = boto3.resource("dynamodb").Table("online")


def chat(event, context):
    here = event["requestContext"]
    me, key = here["connectionId"], here["routeKey"]
    if key == "$connect":
        online.put_item(Item={"connection": me})
    elif key == "$disconnect":
        online.delete_item(Key={"connection": me})
    elif key == "say":
        client = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{here['domainName']}/{here['stage']}")
        told = {"from": me, "text": json.loads(event["body"])["text"]}
        for row in online.scan()["Items"]:
            try:
                client.post_to_connection(ConnectionId=row["connection"], Data=json.dumps(told).encode())
            except client.exceptions.GoneException:
                online.delete_item(Key=row)
    else:
        return {"statusCode": 200, "body": json.dumps({"error": "unknown action"})}
    return {"statusCode": 200}
