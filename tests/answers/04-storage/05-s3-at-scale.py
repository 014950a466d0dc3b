# %% [markdown]
# Answers to 04-storage/05-s3-at-scale: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="prefixes-needed"
from math import ceil


def prefixes_needed(reads, writes):
    return max(ceil(reads / 5500), ceil(writes / 3500)) or 1


# %% wrong="prefixes-needed" says="do not share a budget"
def prefixes_needed(reads, writes):
    return max(1, -(-reads // 5500) + -(-writes // 3500))


# %% wrong="prefixes-needed" says="round up"
def prefixes_needed(reads, writes):
    return max(1, reads // 5500, writes // 3500)


# %% wrong="prefixes-needed" says="No traffic"
def prefixes_needed(reads, writes):
    return max(-(-reads // 5500), -(-writes // 3500))


# %% right="in-ranges"
from concurrent.futures import ThreadPoolExecutor


def in_ranges(client, bucket, key, part):
    size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]

    def fetch(begin):
        wish = f"bytes={begin}-{begin + part - 1}"
        return client.get_object(Bucket=bucket, Key=key, Range=wish)["Body"].read()

    with ThreadPoolExecutor(4) as workers:
        return b"".join(workers.map(fetch, range(0, size, part)))


# %% right="in-ranges"
def in_ranges(client, bucket, key, part):
    size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]
    pieces = []
    for begin in range(0, size, part):
        end = begin + part - 1 if begin + part < size else ""
        pieces.append(client.get_object(Bucket=bucket, Key=key, Range=f"bytes={begin}-{end}")["Body"].read())
    return b"".join(pieces)


# %% wrong="in-ranges" says="Ask once for the size"
def in_ranges(client, bucket, key, part):
    pieces = b""
    while len(pieces) < client.head_object(Bucket=bucket, Key=key)["ContentLength"]:
        wish = f"bytes={len(pieces)}-{len(pieces) + part - 1}"
        pieces += client.get_object(Bucket=bucket, Key=key, Range=wish)["Body"].read()
    return pieces


# %% wrong="in-ranges" says="ask for at most 32"
def in_ranges(client, bucket, key, part):
    size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]
    if size == 0:
        return b""
    return client.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{size - 1}")["Body"].read()


# %% wrong="in-ranges" says="The end is included"
def in_ranges(client, bucket, key, part):
    size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]
    pieces = b""
    for begin in range(0, size, part):
        pieces += client.get_object(Bucket=bucket, Key=key, Range=f"bytes={begin}-{begin + part}")["Body"].read()
    return pieces


# %% wrong="in-ranges" says="without a Range"
def in_ranges(client, bucket, key, part):
    body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    return b"".join(body[begin : begin + part] for begin in range(0, len(body), part))


# %% wrong="in-ranges" says="are not the object's 100 in order"
def in_ranges(client, bucket, key, part):
    size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]
    pieces = []
    for number in range(size // part):
        wish = f"bytes={number * part}-{number * part + part - 1}"
        pieces.append(client.get_object(Bucket=bucket, Key=key, Range=wish)["Body"].read())
    return b"".join(pieces)


# %% wrong="in-ranges" says="InvalidRange"
def in_ranges(client, bucket, key, part):
    pieces, begin = [], 0
    while True:
        wish = f"bytes={begin}-{begin + part - 1}"
        piece = client.get_object(Bucket=bucket, Key=key, Range=wish)["Body"].read()
        pieces.append(piece)
        begin += part
        if not piece:
            return b"".join(pieces)


# %% right="upload-parts"
def upload_parts(client, bucket, key, parts):
    started = client.create_multipart_upload(Bucket=bucket, Key=key)
    upload, finished = started["UploadId"], False
    try:
        tags = [
            client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=n + 1, Body=part)["ETag"]
            for n, part in enumerate(parts)
        ]
        listed = [{"ETag": tag, "PartNumber": n} for n, tag in enumerate(tags, 1)]
        client.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": listed})
        finished = True
    finally:
        if not finished:
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)


# %% wrong="upload-parts" says="still open"
def upload_parts(client, bucket, key, parts):
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    done = []
    for number, part in enumerate(parts, 1):
        tag = client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=part)["ETag"]
        done.append({"PartNumber": number, "ETag": tag})
    client.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": done})


# %% wrong="upload-parts" says="nobody heard of it"
def upload_parts(client, bucket, key, parts):
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    try:
        done = []
        for number, part in enumerate(parts, 1):
            tag = client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=part)["ETag"]
            done.append({"PartNumber": number, "ETag": tag})
        client.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": done})
    except Exception as error:
        print(error)
        client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)


# %% wrong="upload-parts" says="still open"
def upload_parts(client, bucket, key, parts):
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    done = []
    for number, part in enumerate(parts, 1):
        try:
            tag = client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=part)["ETag"]
            done.append({"PartNumber": number, "ETag": tag})
        except Exception:
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
            raise
    # outside of the try: what complete refuses stays open
    client.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": done})


# %% wrong="upload-parts" says="upload_part was called 0 times"
def upload_parts(client, bucket, key, parts):
    client.put_object(Bucket=bucket, Key=key, Body=b"".join(parts))


# %% wrong="upload-parts" says="Let the exception itself through"
def upload_parts(client, bucket, key, parts):
    where = {"Bucket": bucket, "Key": key}
    where["UploadId"] = client.create_multipart_upload(**where)["UploadId"]
    done = []
    try:
        for number, part in enumerate(parts, 1):
            tag = client.upload_part(**where, PartNumber=number, Body=part)["ETag"]
            done.append({"PartNumber": number, "ETag": tag})
        client.complete_multipart_upload(**where, MultipartUpload={"Parts": done})
    except Exception as error:
        client.abort_multipart_upload(**where)
        raise RuntimeError("the upload failed") from error


# %% right="rides-table"
def rides_ddl(name, location):
    return (
        f"CREATE EXTERNAL TABLE IF NOT EXISTS pedal.{name} (ride bigint, `day` date, station string, "
        "bike varchar(10), minutes smallint, fare decimal(8,2), remark string) PARTITIONED BY (`month` int) "
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LINES TERMINATED BY '\\n' STORED AS TEXTFILE "
        f"LOCATION '{location}' TBLPROPERTIES ('skip.header.line.count'='1', 'has_encrypted_data'='false')"
    )


# %% wrong="rides-table" says="Does LOCATION begin above"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride int, day date, station string, bike string, minutes int, fare double, remark string)
    PARTITIONED BY (month int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}month=1/' TBLPROPERTIES ('skip.header.line.count' = '1')"""


# %% wrong="rides-table" says="Is the first line of each file a ride"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride int, day date, station string, bike string, minutes int, fare double, remark string)
    PARTITIONED BY (month int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION '{location}'"""


# %% wrong="rides-table" says="ride is null"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride smallint, day date, station string, bike string, minutes int, fare double, remark string)
    PARTITIONED BY (month int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}' TBLPROPERTIES ('skip.header.line.count' = '1')"""


# %% wrong="rides-table" says="station is null"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride int, day date, station string, bike string, minutes int, fare double, remark string)
    PARTITIONED BY (month int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ';'
    LOCATION '{location}' TBLPROPERTIES ('skip.header.line.count' = '1')"""


# %% wrong="rides-table" says="Column repeated in partitioning columns"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride int, day date, station string, bike string, minutes int, fare double, remark string, month int)
    PARTITIONED BY (month int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}' TBLPROPERTIES ('skip.header.line.count' = '1')"""


# %% wrong="rides-table" says="not a partitioned table"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride int, day date, station string, bike string, minutes int, fare double, remark string, month int)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}' TBLPROPERTIES ('skip.header.line.count' = '1')"""


# %% wrong="rides-table" says="ride has the type string"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride string, day date, station string, bike string, minutes int, fare double, remark string)
    PARTITIONED BY (month int)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}'
    TBLPROPERTIES ("skip.header.line.count"="1")"""


# %% wrong="rides-table" says="day has the type string"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride int, day string, station string, bike string, minutes int, fare double, remark string)
    PARTITIONED BY (month int)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}'
    TBLPROPERTIES ("skip.header.line.count"="1")"""


# %% wrong="rides-table" says="leave their types"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride int, day date, station string, bike string, minutes string, fare double, remark string)
    PARTITIONED BY (month int)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}'
    TBLPROPERTIES ("skip.header.line.count"="1")"""


# %% wrong="rides-table" says="The columns of the table, in their order"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride int, day date, station string, bike string, minutes int, fare double)
    PARTITIONED BY (month int)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}'
    TBLPROPERTIES ("skip.header.line.count"="1")"""


# %% wrong="rides-table" says="The partition column and its type"
def rides_ddl(name, location):
    return f"""CREATE EXTERNAL TABLE {name} (
        ride int, day date, station string, bike string, minutes int, fare double, remark string)
    PARTITIONED BY (month string)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}'
    TBLPROPERTIES ("skip.header.line.count"="1")"""


# %% right="ask"
import time


def ask(sql):
    started = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "pedal"},
        ResultConfiguration={"OutputLocation": RESULTS},
    )
    for _ in range(20):
        told = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]["Status"]
        if told["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            break
        time.sleep(0.01)
    if told["State"] != "SUCCEEDED":
        raise RuntimeError("the query failed: " + told["StateChangeReason"])
    lines, token = [], {}
    while True:
        page = athena.get_query_results(QueryExecutionId=started["QueryExecutionId"], MaxResults=500, **token)
        lines += page["ResultSet"]["Rows"]
        names = [one["Name"] for one in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    return [{name: cell.get("VarCharValue") for name, cell in zip(names, line["Data"])} for line in lines[1:]]


# %% wrong="ask" says="FAILED and CANCELLED are ends"
def ask(sql):
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "pedal"},
        ResultConfiguration={"OutputLocation": RESULTS},
    )["QueryExecutionId"]
    while athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"] != "SUCCEEDED":
        pass
    rows = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=query):
        rows += [[cell.get("VarCharValue") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


# %% wrong="ask" says="it should be under RESULTS"
def ask(sql):
    told = scan(sql, ResultConfiguration={"OutputLocation": f"s3://{results}/"})
    if told["Status"]["State"] != "SUCCEEDED":
        raise RuntimeError(told["Status"]["StateChangeReason"])
    rows = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=told["QueryExecutionId"]):
        rows += [[cell.get("VarCharValue") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


# %% wrong="ask" says="One row with a null"
def ask(sql):
    rows = frame(sql).to_dict("records")
    return [{name: None if pd.isna(value) else str(value) for name, value in row.items()} for row in rows]


# %% wrong="ask" says="Query has not yet finished"
def ask(sql):
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "pedal"},
        ResultConfiguration={"OutputLocation": RESULTS},
    )["QueryExecutionId"]
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    names = [cell["VarCharValue"] for cell in rows[0]["Data"]]
    return [dict(zip(names, [cell.get("VarCharValue") for cell in row["Data"]])) for row in rows[1:]]


# %% wrong="ask" says="2,200 rows"
def ask(sql):
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "pedal"},
        ResultConfiguration={"OutputLocation": RESULTS},
    )["QueryExecutionId"]
    lab.clock.advance(seconds=5)
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    names = [cell["VarCharValue"] for cell in rows[0]["Data"]]
    return [dict(zip(names, [cell.get("VarCharValue") for cell in row["Data"]])) for row in rows[1:]]


# %% wrong="ask" says="2,200 rows"
def ask(sql):
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "pedal"},
        ResultConfiguration={"OutputLocation": RESULTS},
    )["QueryExecutionId"]
    lab.clock.advance(seconds=5)
    rows = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=query):
        names = [one["Name"] for one in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
        for row in page["ResultSet"]["Rows"][1:]:  # the names are on the first page only
            rows.append(dict(zip(names, [cell.get("VarCharValue") for cell in row["Data"]])))
    return rows


# %% wrong="ask" says="KeyError"
def ask(sql):
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "pedal"},
        ResultConfiguration={"OutputLocation": RESULTS},
    )["QueryExecutionId"]
    lab.clock.advance(seconds=5)
    rows = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=query):
        rows += [[cell["VarCharValue"] for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


# %% wrong="ask" says="StateChangeReason"
def ask(sql):
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "pedal"},
        ResultConfiguration={"OutputLocation": RESULTS},
    )["QueryExecutionId"]
    lab.clock.advance(seconds=5)
    state = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
    if state != "SUCCEEDED":
        raise RuntimeError(state)
    rows = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=query):
        rows += [[cell.get("VarCharValue") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


# %% right="forecast"
def forecast(bucket, months):
    wanted = {f"month={month}" for month in months}
    objects = boto3.resource("s3").Bucket(bucket).objects.filter(Prefix="rides/")
    size = sum(one.size for one in objects if one.key.split("/")[1] in wanted)
    return size, max(10, -(-size // 10**6)) * 5 / 1e6


# %% wrong="forecast" says="page on"
def forecast(bucket, months):
    size = 0
    for month in months:
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"rides/month={month}/")
        size += sum(one["Size"] for one in listed.get("Contents", []))
    return size, max(10, -(-size // 10**6)) * 5 / 1e6


# %% wrong="forecast" says="KeyError"
def forecast(bucket, months):
    size = 0
    for month in months:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"rides/month={month}/")
        size += sum(one["Size"] for page in pages for one in page["Contents"])
    return size, max(10, -(-size // 10**6)) * 5 / 1e6


# %% wrong="forecast" says="The bytes for months 1, 2"
def forecast(bucket, months):
    size = 0
    for month in months:
        found = s3.list_objects_v2(Bucket=bucket, Prefix=f"rides/month={month}").get("Contents", [])
        size += sum(one["Size"] for one in found)
    return size, max(10, -(-size // 10**6)) * 5 / 1e6


# %% wrong="forecast" says="10 MB is the least"
def forecast(bucket, months):
    size = 0
    for month in months:
        found = s3.list_objects_v2(Bucket=bucket, Prefix=f"rides/month={month}/").get("Contents", [])
        size += sum(one["Size"] for one in found)
    return size, size / 1e12 * 5


# %% wrong="forecast" says="are billed as 13"
def forecast(bucket, months):
    size = 0
    for month in months:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"rides/month={month}/")
        size += sum(one["Size"] for page in pages for one in page.get("Contents", []))
    return size, max(10, size // 10**6) * 5 / 1e6


# %% right="to-parquet"
def to_parquet(source, target, location):
    query = f"""
    CREATE TABLE pedal.{target}
    WITH (
        format = 'PARQUET', write_compression = 'SNAPPY',
        partitioned_by = ARRAY['month'],
        external_location = '{location}'
    ) AS
    SELECT ride, day, station, bike, minutes, fare, remark, month FROM pedal.{source}
    """
    scan(query)


# %% wrong="to-parquet" says="partition columns are []"
def to_parquet(source, target, location):
    scan(f"CREATE TABLE {target} WITH (format = 'PARQUET', external_location = '{location}') AS SELECT * FROM {source}")


# %% wrong="to-parquet" says="The columns of the new table"
def to_parquet(source, target, location):
    scan(
        f"CREATE TABLE {target} WITH (format = 'PARQUET', external_location = '{location}', "
        f"partitioned_by = ARRAY['month']) AS SELECT ride, bike, fare, remark, month FROM {source}"
    )


# %% wrong="to-parquet" says="There is no table"
def to_parquet(source, target, location):
    scan(
        f"CREATE TABLE {target} WITH (format = 'PARQUET', external_location = '{location}', "
        f"partitioned_by = 'month') AS SELECT * FROM {source}"
    )


# %% wrong="to-parquet" says="not Parquet"
def to_parquet(source, target, location):
    scan(
        f"CREATE TABLE {target} WITH (format = 'TEXTFILE', external_location = '{location}', "
        f"partitioned_by = ARRAY['month']) AS SELECT * FROM {source}"
    )


# %% wrong="to-parquet" says="There is no table"
def to_parquet(source, target, location):
    scan(  # month does not come last
        f"CREATE TABLE {target} WITH (format = 'PARQUET', external_location = '{location}', "
        "partitioned_by = ARRAY['month']) AS "
        f"SELECT month, ride, day, station, bike, minutes, fare, remark FROM {source}"
    )


# %% wrong="to-parquet" says="The columns of the new table"
def to_parquet(source, target, location):
    scan(
        f"CREATE TABLE {target} WITH (format = 'PARQUET', external_location = '{location}', "
        f"partitioned_by = ARRAY['month']) AS SELECT ride, day, station, fare, month FROM {source}"
    )


# %% wrong="to-parquet" says="Use external_location"
def to_parquet(source, target, location):
    scan(f"CREATE TABLE {target} WITH (format = 'PARQUET', partitioned_by = ARRAY['month']) AS SELECT * FROM {source}")


# %% right="spending-limit"
def fence(name, bucket):
    athena.create_work_group(
        Name=name,
        Description="ten megabytes and no more",
        Configuration={
            "BytesScannedCutoffPerQuery": int(1e7),
            "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/{name}"},
        },
    )  # EnforceWorkGroupConfiguration is on unless it is turned off


# %% wrong="spending-limit" says="names no place of its own"
def fence(name, bucket):
    settings = {"EnforceWorkGroupConfiguration": True, "BytesScannedCutoffPerQuery": 10_000_000}
    athena.create_work_group(Name=name, Configuration=settings)


# %% wrong="spending-limit" says="must insist on its own"
def fence(name, bucket):
    athena.create_work_group(
        Name=name,
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/{name}/"},
            "EnforceWorkGroupConfiguration": False,
            "BytesScannedCutoffPerQuery": 10_000_000,
        },
    )


# %% wrong="spending-limit" says="Set BytesScannedCutoffPerQuery"
def fence(name, bucket):
    athena.create_work_group(
        Name=name,
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/{name}/"},
            "EnforceWorkGroupConfiguration": True,
        },
    )


# %% wrong="spending-limit" says="The result went to"
def fence(name, bucket):
    athena.create_work_group(
        Name=name,
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/"},
            "EnforceWorkGroupConfiguration": True,
            "BytesScannedCutoffPerQuery": 10_000_000,
        },
    )
