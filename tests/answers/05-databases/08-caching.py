# %% [markdown]
# Answers to 05-databases/08-caching: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="make-cache"
def make_cache(name):
    client = boto3.client("elasticache")
    client.create_replication_group(
        ReplicationGroupId=name, ReplicationGroupDescription=name, Engine="valkey", CacheNodeType="cache.t4g.micro",
        NumNodeGroups=1, ReplicasPerNodeGroup=2, AutomaticFailoverEnabled=True, MultiAZEnabled=True,
        TransitEncryptionEnabled=True, AtRestEncryptionEnabled=True)  # fmt: skip
    while True:
        group = client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
        if group["Status"] == "available":
            return group["NodeGroups"][0]["PrimaryEndpoint"]["Address"]
        lab.clock.advance(seconds=20)


# %% wrong="make-cache" says="came back while the group was creating"
def make_cache(name):
    elasticache.create_replication_group(
        ReplicationGroupId=name, ReplicationGroupDescription=name, Engine="valkey", CacheNodeType="cache.t4g.micro",
        NumCacheClusters=3, AutomaticFailoverEnabled=True, MultiAZEnabled=True,
        TransitEncryptionEnabled=True, AtRestEncryptionEnabled=True)  # fmt: skip
    group = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    return group["NodeGroups"][0]["PrimaryEndpoint"]["Address"]


# %% wrong="make-cache" says="one primary and two replicas are three"
def make_cache(name):
    elasticache.create_replication_group(
        ReplicationGroupId=name, ReplicationGroupDescription=name, Engine="valkey", CacheNodeType="cache.t4g.micro",
        NumCacheClusters=2, AutomaticFailoverEnabled=True, MultiAZEnabled=True,
        TransitEncryptionEnabled=True, AtRestEncryptionEnabled=True)  # fmt: skip
    group = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    return group["NodeGroups"][0]["PrimaryEndpoint"]["Address"]


# %% wrong="make-cache" says="belongs to one node or to the readers"
def make_cache(name):
    elasticache.create_replication_group(
        ReplicationGroupId=name, ReplicationGroupDescription=name, Engine="valkey", CacheNodeType="cache.t4g.micro",
        NumCacheClusters=3, AutomaticFailoverEnabled=True, MultiAZEnabled=True,
        TransitEncryptionEnabled=True, AtRestEncryptionEnabled=True)  # fmt: skip
    group = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    return group["NodeGroups"][0]["NodeGroupMembers"][0]["ReadEndpoint"]["Address"]


# %% wrong="make-cache" says="Traffic is not encrypted"
def make_cache(name):
    elasticache.create_replication_group(
        ReplicationGroupId=name, ReplicationGroupDescription=name, Engine="valkey", CacheNodeType="cache.t4g.micro",
        NumCacheClusters=3, AutomaticFailoverEnabled=True, MultiAZEnabled=True,
        AtRestEncryptionEnabled=True)  # fmt: skip
    group = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    return group["NodeGroups"][0]["PrimaryEndpoint"]["Address"]


# %% right="fill-on-miss"
def get_photo(cache, photos, photo_id):
    alive, text = True, None
    try:
        text = cache.get("photo:" + str(photo_id))
    except redis.exceptions.ConnectionError:
        alive = False
    if text:
        return json.loads(text)
    found = photos.select(photo_id)
    if found and alive:
        try:
            cache.setex("photo:" + str(photo_id), 300, json.dumps(found, indent=1))
        except redis.exceptions.RedisError as error:
            print(error)
    return found


# %% wrong="fill-on-miss" says="has no life time"
def get_photo(cache, photos, photo_id):
    try:
        kept = cache.get(f"photo:{photo_id}")
        if kept:
            return json.loads(kept)
        photo = photos.select(photo_id)
        if photo:
            cache.set(f"photo:{photo_id}", json.dumps(photo))
        return photo
    except redis.ConnectionError:
        return photos.select(photo_id)


# %% wrong="fill-on-miss" says="goes down between look and fill, the database was asked 2 times"
def get_photo(cache, photos, photo_id):
    try:
        kept = cache.get(f"photo:{photo_id}")
        if kept:
            return json.loads(kept)
        photo = photos.select(photo_id)
        if photo:
            cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300)
        return photo
    except redis.ConnectionError:
        return photos.select(photo_id)


# %% wrong="fill-on-miss" says="must not prolong the life"
def get_photo(cache, photos, photo_id):
    kept = cache.getex(f"photo:{photo_id}", ex=300)
    if kept:
        return json.loads(kept)
    photo = photos.select(photo_id)
    if photo:
        cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300)
    return photo


# %% wrong="fill-on-miss" says="was put into the cache"
def get_photo(cache, photos, photo_id):
    kept = cache.get(f"photo:{photo_id}")
    if kept:
        return json.loads(kept)
    photo = photos.select(photo_id)
    cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300)
    return photo


# %% wrong="fill-on-miss" says="not the photo as JSON"
def get_photo(cache, photos, photo_id):
    kept = cache.get(f"photo:{photo_id}")
    if kept:
        return eval(kept)
    photo = photos.select(photo_id)
    if photo:
        cache.set(f"photo:{photo_id}", str(photo), ex=300)
    return photo


# %% wrong="fill-on-miss" says="Keep nothing yourself"
seen = {}


def get_photo(cache, photos, photo_id):
    key = f"photo:{photo_id}"
    try:
        text = cache.get(key)
    except redis.ConnectionError:
        if key in seen:
            return seen[key]
        text = None
    if text is not None:
        return json.loads(text)
    seen[key] = photo = photos.select(photo_id)
    if photo is not None:
        try:
            cache.set(key, json.dumps(photo), ex=300)
        except redis.ConnectionError:
            pass
    return photo


# %% right="break-even"
def break_even(cache_ms, database_ms):
    if cache_ms >= database_ms:
        return 1
    return 2 * cache_ms / (cache_ms + database_ms)


# %% wrong="break-even" says="one hit in ten"
def break_even(cache_ms, database_ms):
    return cache_ms / database_ms


# %% wrong="break-even" says="A cache slower than its database"
def break_even(cache_ms, database_ms):
    return 2 * cache_ms / (cache_ms + database_ms)


# %% right="save-both"
def save_title(cache, photos, photo_id, title):
    if photos.update(photo_id, title) == 0:
        return None
    photo = photos.select(photo_id)
    cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300)
    return photo


# %% wrong="save-both" says="Write to the database first"
def save_title(cache, photos, photo_id, title):
    photo = {"id": photo_id, "title": title}
    cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300)
    return photo if photos.update(photo_id, title) else None


# %% wrong="save-both" says="not exist is in the cache now"
def save_title(cache, photos, photo_id, title):
    photo = {"id": photo_id, "title": title}
    changed = photos.update(photo_id, title)
    cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300)
    return photo if changed else None


# %% wrong="save-both" says="It lives for -1 seconds"
def save_title(cache, photos, photo_id, title):
    if not photos.update(photo_id, title):
        return None
    photo = {"id": photo_id, "title": title}
    cache.set(f"photo:{photo_id}", json.dumps(photo))
    return photo


# %% wrong="save-both" says="nobody is told"
def save_title(cache, photos, photo_id, title):
    try:
        if not photos.update(photo_id, title):
            return None
    except sqlite3.OperationalError:
        return None
    photo = {"id": photo_id, "title": title}
    cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300)
    return photo


# %% wrong="break-even" says="1 ms and 7 ms"
def break_even(cache_ms, database_ms):
    return round(min(1, 2 * cache_ms / (cache_ms + database_ms)), 1)


# %% wrong="save-both" says="before the database has it"
def save_title(cache, photos, photo_id, title):
    photo = {"id": photo_id, "title": title}
    cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300)
    try:
        changed = photos.update(photo_id, title)
    except sqlite3.OperationalError:
        cache.delete(f"photo:{photo_id}")
        raise
    if not changed:
        cache.delete(f"photo:{photo_id}")
        return None
    return photo


# %% wrong="save-both" says="The photo is not in the cache"
def save_title(cache, photos, photo_id, title):
    if not photos.update(photo_id, title):
        return None
    photo = {"id": photo_id, "title": title}
    cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300, xx=True)
    return photo


# %% right="sessions"
import uuid


def login(cache, user):
    token = uuid.uuid4().hex
    cache.hset("login/" + token, mapping={"user": user})
    cache.expire("login/" + token, 30 * 60)
    return token


def whoami(cache, token):
    user = cache.hget("login/" + token, "user")
    if user is not None:
        cache.expire("login/" + token, 30 * 60)
    return user


def logout(cache, token):
    cache.unlink("login/" + token)


# %% wrong="sessions" says="kept in a variable"
import uuid

known = {}


def login(cache, user):
    token = uuid.uuid4().hex
    known[token] = user
    cache.set(token, user, ex=1800)
    return token


def whoami(cache, token):
    return known.get(token)


def logout(cache, token):
    known.pop(token, None)


# %% wrong="sessions" says="A visitor who clicks every 20 minutes, after 20"
import uuid


def login(cache, user):
    token = uuid.uuid4().hex
    cache.set(token, user, ex=1800)
    return token


def whoami(cache, token):
    return cache.get(token)


def logout(cache, token):
    cache.delete(token)


# %% wrong="sessions" says="Two logins got the same token"
import hashlib


def login(cache, user):
    token = hashlib.sha256(user.encode()).hexdigest()
    cache.set(token, user, ex=1800)
    return token


def whoami(cache, token):
    return cache.getex(token, ex=1800)


def logout(cache, token):
    cache.delete(token)


# %% wrong="sessions" says="who knows one guesses the other"
numbers = iter(range(1, 1000))


def login(cache, user):
    token = f"{next(numbers):020d}"
    cache.set(f"session:{token}", user, ex=1800)
    return token


def whoami(cache, token):
    return cache.getex(f"session:{token}", ex=1800)


def logout(cache, token):
    cache.delete(f"session:{token}")


# %% wrong="sessions" says="came the same token"
def login(cache, user):
    token = f"{random.getrandbits(128):032x}"
    cache.set(f"session:{token}", user, ex=1800)
    return token


def whoami(cache, token):
    return cache.getex(f"session:{token}", ex=1800)


def logout(cache, token):
    cache.delete(f"session:{token}")


# %% wrong="sessions" says="29 minutes after the login"
def login(cache, user):
    token = secrets.token_urlsafe()
    cache.set(f"session:{token}", user, ex=1500)
    return token


def whoami(cache, token):
    return cache.getex(f"session:{token}", ex=1500)


def logout(cache, token):
    cache.delete(f"session:{token}")


# %% wrong="sessions" says="A logout ended other sessions too"
def login(cache, user):
    token = secrets.token_urlsafe()
    cache.set(f"session:{token}", user, ex=1800)
    return token


def whoami(cache, token):
    return cache.getex(f"session:{token}", ex=1800)


def logout(cache, token):
    cache.flushdb()


# %% wrong="sessions" says="Give session keys a prefix"
def login(cache, user):
    token = secrets.token_urlsafe()
    cache.set(token, user, ex=1800)
    return token


def whoami(cache, token):
    return cache.getex(token, ex=1800)


def logout(cache, token):
    cache.delete(token)


# %% right="stop-refusing"
def stop_refusing(group_id):
    client = boto3.client("elasticache")
    name = f"lru-{group_id}"
    client.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="valkey8", Description="gallery"
    )
    client.modify_replication_group(ReplicationGroupId=group_id, CacheParameterGroupName=name, ApplyImmediately=True)
    client.modify_cache_parameter_group(
        CacheParameterGroupName=name,
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}],
    )


# %% wrong="stop-refusing" says="The cache still refuses writes"
def stop_refusing(group_id):
    name = f"ttl-{group_id}"
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="valkey8", Description="gallery"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName=name,
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "volatile-ttl"}],
    )
    elasticache.modify_replication_group(
        ReplicationGroupId=group_id, CacheParameterGroupName=name, ApplyImmediately=True
    )


# %% wrong="stop-refusing" says="The node type"
def stop_refusing(group_id):
    elasticache.modify_replication_group(
        ReplicationGroupId=group_id, CacheNodeType="cache.r7g.large", ApplyImmediately=True
    )


# %% wrong="stop-refusing" says="The cache still refuses writes"
def stop_refusing(group_id):
    name = f"forgot-{group_id}"
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="valkey8", Description="gallery"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName=name,
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}],
    )


# %% wrong="stop-refusing" says="The *last* use should count"
def stop_refusing(group_id):
    name = lab.unique_name("lru")
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="valkey8", Description="evict the least recently used"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName=name,
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lfu"}],
    )
    elasticache.modify_replication_group(
        ReplicationGroupId=group_id, CacheParameterGroupName=name, ApplyImmediately=True
    )


# %% wrong="stop-refusing" says="found one of family redis7"
def stop_refusing(group_id):
    name = lab.unique_name("lru")
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="redis7", Description="evict the least recently used"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName=name,
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}],
    )
    elasticache.modify_replication_group(
        ReplicationGroupId=group_id, CacheParameterGroupName=name, ApplyImmediately=True
    )


# %% wrong="stop-refusing" says="Its policy is volatile-lru"
def stop_refusing(group_id):
    name = lab.unique_name("lru")
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="valkey8", Description="evict the least recently used"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName=name,
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}],
    )
    elasticache.modify_replication_group(ReplicationGroupId=group_id, CacheParameterGroupName=name)


# %% right="shards"
def fits(shards, replicas, quota=90):
    if shards < 1 or replicas not in range(6):
        return False
    nodes = shards + shards * replicas
    return not nodes > quota


# %% wrong="shards" says="16 shards with 5 replicas each"
def fits(shards, replicas, quota=90):
    return shards >= 1 and 0 <= replicas <= 5 and shards * replicas <= quota


# %% wrong="shards" says="2 shards with 6 replicas each"
def fits(shards, replicas, quota=90):
    return shards >= 1 and replicas >= 0 and shards * (replicas + 1) <= quota


# %% wrong="shards" says="A cluster without a shard"
def fits(shards, replicas, quota=90):
    return 0 <= replicas <= 5 and shards * (replicas + 1) <= quota


# %% right="last-print"
def show(dax, table, photo):
    found = dax.get_item(TableName=table, Key={"photo": {"S": photo}}, ConsistentRead=False)
    return int(found["Item"]["stock"]["N"])


def order(dax, table, photo):
    try:
        dax.update_item(
            TableName=table, Key={"photo": {"S": photo}}, UpdateExpression="ADD stock :minus",
            ConditionExpression="stock > :zero",
            ExpressionAttributeValues={":minus": {"N": "-1"}, ":zero": {"N": "0"}})  # fmt: skip
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False


# %% wrong="last-print" says="strongly consistent: such reads pass by"
def show(dax, table, photo):
    return int(dax.get_item(TableName=table, Key={"photo": {"S": photo}}, ConsistentRead=True)["Item"]["stock"]["N"])


def order(dax, table, photo):
    return False


# %% wrong="last-print" says="the table says -1"
def show(dax, table, photo):
    return int(dax.get_item(TableName=table, Key={"photo": {"S": photo}})["Item"]["stock"]["N"])


def order(dax, table, photo):
    if show(dax, table, photo) <= 0:
        return False
    dax.update_item(
        TableName=table, Key={"photo": {"S": photo}}, UpdateExpression="ADD stock :minus",
        ExpressionAttributeValues={":minus": {"N": "-1"}})  # fmt: skip
    return True


# %% wrong="last-print" says="the write went past DAX"
def show(dax, table, photo):
    return int(dax.get_item(TableName=table, Key={"photo": {"S": photo}})["Item"]["stock"]["N"])


def order(dax, table, photo):
    try:
        dynamodb.update_item(
            TableName=table, Key={"photo": {"S": photo}}, UpdateExpression="ADD stock :minus",
            ConditionExpression="stock > :zero",
            ExpressionAttributeValues={":minus": {"N": "-1"}, ":zero": {"N": "0"}})  # fmt: skip
        return True
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False


# %% wrong="last-print" says="Between your look and your write"
def show(dax, table, photo):
    return int(dax.get_item(TableName=table, Key={"photo": {"S": photo}})["Item"]["stock"]["N"])


def order(dax, table, photo):
    key = {"photo": {"S": photo}}
    left = int(dax.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]["stock"]["N"])
    if left < 1:
        return False
    dax.put_item(TableName=table, Item={**key, "stock": {"N": str(left - 1)}})
    return True


# %% wrong="last-print" says="Ask the table"
def show(dax, table, photo):
    return int(dax.get_item(TableName=table, Key={"photo": {"S": photo}})["Item"]["stock"]["N"])


def order(dax, table, photo):
    if show(dax, table, photo) < 1:
        return False
    try:
        dax.update_item(
            TableName=table, Key={"photo": {"S": photo}}, UpdateExpression="ADD stock :minus",
            ConditionExpression="stock > :zero",
            ExpressionAttributeValues={":minus": {"N": "-1"}, ":zero": {"N": "0"}})  # fmt: skip
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False


# %% wrong="last-print" says="order hid it"
def show(dax, table, photo):
    return int(dax.get_item(TableName=table, Key={"photo": {"S": photo}})["Item"]["stock"]["N"])


def order(dax, table, photo):
    try:
        dax.update_item(
            TableName=table, Key={"photo": {"S": photo}}, UpdateExpression="ADD stock :minus",
            ConditionExpression="stock > :zero",
            ExpressionAttributeValues={":minus": {"N": "-1"}, ":zero": {"N": "0"}})  # fmt: skip
        return True
    except ClientError:
        return False


# %% wrong="last-print" says="Six minutes later"
shown = {}


def show(dax, table, photo):
    if (table, photo) not in shown:
        item = dax.get_item(TableName=table, Key={"photo": {"S": photo}})["Item"]
        shown[table, photo] = int(item["stock"]["N"])
    return shown[table, photo]


def order(dax, table, photo):
    try:
        dax.update_item(
            TableName=table, Key={"photo": {"S": photo}}, UpdateExpression="ADD stock :minus",
            ConditionExpression="stock > :zero",
            ExpressionAttributeValues={":minus": {"N": "-1"}, ":zero": {"N": "0"}})  # fmt: skip
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    shown[table, photo] -= 1
    return True


# %% right="decide-store"
def store_for(case):
    if case in ("balance", "random lookups"):
        return "no cache"
    if case.startswith("cart"):
        return "MemoryDB"
    if case == "product items":
        return "DAX"
    return "Memcached" if case == "html snippets" else "Valkey"


# %% wrong="decide-store" says="A sorted set keeps a ranking"
def store_for(case):
    return "Memcached"


# %% wrong="decide-store" says="it needs a log that survives"
def store_for(case):
    return {
        "leaderboard": "Valkey",
        "product items": "DAX",
        "html snippets": "Memcached",
        "balance": "no cache",
        "cart as the only copy": "Valkey",
        "sessions": "Valkey",
        "random lookups": "no cache",
    }[case]


# %% wrong="decide-store" says="is not one of the five"
def store_for(case):
    return "Redis"
