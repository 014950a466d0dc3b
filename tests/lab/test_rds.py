"""Databases behind RDS instances: what clients see of replication, failover, restores, logins and proxies."""

import json

import boto3
import pytest

from course import lab

WORD = "a-good-word"


@pytest.fixture
def rds():
    lab.start()
    yield boto3.client("rds")
    lab.stop()


@pytest.fixture
def make(rds):
    def make(name="shop", **more):
        asked = {"Engine": "postgres", "EngineVersion": "16.4", "DBInstanceClass": "db.t3.micro",
                 "AllocatedStorage": 20, "MasterUsername": "lumen", "MasterUserPassword": WORD} | more  # fmt: skip
        return rds.create_db_instance(DBInstanceIdentifier=name, **asked)["DBInstance"]

    return make


def connect(host="shop", **how):
    return lab.sql(host, user="lumen", password=WORD, **how)


def write(*names, host="shop"):
    with connect(host) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, name TEXT)")
        connection.executemany("INSERT INTO orders (name) VALUES (%s)", [(name,) for name in names])


def read(host="shop"):
    with connect(host) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM orders ORDER BY id")]


def test_all_connections_see_what_was_committed_and_nothing_else(make):
    make()
    write("a")
    first = connect()
    first.execute("INSERT INTO orders (name) VALUES (?)", ("b",))
    assert read() == ["a"]
    first.commit()
    assert read() == ["a", "b"]


def test_an_error_in_the_block_rolls_back(make):
    make()
    write("a")
    with pytest.raises(ZeroDivisionError), connect() as connection:
        connection.execute("DELETE FROM orders")
        raise ZeroDivisionError
    assert read() == ["a"]


def test_a_second_writer_waits_for_the_first(make):
    make()
    write("a")
    first, second = connect(), connect()
    first.execute("UPDATE orders SET name = 'x'")
    with pytest.raises(lab.sql.OperationalError, match="lock timeout"):
        second.execute("UPDATE orders SET name = 'y'")
    first.commit()
    second.execute("UPDATE orders SET name = 'y'")
    second.commit()
    assert read() == ["y"]


def test_a_replica_follows_after_its_lag(rds, make):
    make()
    write("a")
    rds.create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="shop")
    write(*["b"] * 5000)
    lab.clock.advance(seconds=2)
    assert read("reader") == ["a"]
    lab.clock.advance(seconds=15)
    assert len(read("reader")) == 5001


def test_a_replica_refuses_to_write(rds, make):
    make(Engine="mysql", EngineVersion="8.0.35")
    write("a")
    rds.create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="shop")
    with pytest.raises(lab.sql.OperationalError, match="read-only"):
        connect("reader").execute("WITH old AS (SELECT 1) DELETE FROM orders")


def test_promotion_loses_what_had_not_arrived(rds, make):
    make()
    write("a")
    rds.create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="shop")
    write(*["b"] * 5000)
    rds.promote_read_replica(DBInstanceIdentifier="reader")
    lab.clock.advance(minutes=5)
    write("c", host="reader")
    assert read("reader") == ["a", "c"]


def test_a_failover_drops_connections_and_no_commit(rds, make):
    make(MultiAZ=True)
    write("a")
    open_one = connect()
    open_one.execute("INSERT INTO orders (name) VALUES ('lost')")
    rds.reboot_db_instance(DBInstanceIdentifier="shop", ForceFailover=True)
    with pytest.raises(lab.sql.OperationalError, match="closed the connection"):
        open_one.commit()
    with pytest.raises(lab.sql.OperationalError, match="rebooting"):
        connect()
    lab.clock.advance(minutes=2)
    assert read() == ["a"]


def test_a_restore_brings_back_the_data_of_the_moment(rds, make):
    make()
    lab.clock.advance(minutes=10)
    write("a")
    lab.clock.advance(minutes=10)
    before = lab.clock.now()
    lab.clock.advance(minutes=1)
    with connect() as connection:
        connection.execute("DROP TABLE orders")
    lab.clock.advance(minutes=10)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="shop", TargetDBInstanceIdentifier="again", RestoreTime=before
    )
    assert read("again") == ["a"]
    with pytest.raises(lab.sql.OperationalError, match="no such table"):
        read("shop")


def test_a_snapshot_outlives_its_instance_and_its_copy_can_be_encrypted(rds, make):
    make()
    write("a")
    rds.delete_db_instance(DBInstanceIdentifier="shop", FinalDBSnapshotIdentifier="last")
    rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier="last", TargetDBSnapshotIdentifier="locked", KmsKeyId="alias/aws/rds"
    )
    made = rds.restore_db_instance_from_db_snapshot(DBSnapshotIdentifier="locked", DBInstanceIdentifier="vault")
    assert made["DBInstance"]["StorageEncrypted"]
    assert read("vault") == ["a"]


def test_a_token_opens_for_fifteen_minutes(rds, make):
    host = make(EnableIAMDatabaseAuthentication=True)["Endpoint"]["Address"]
    with connect() as connection:
        connection.execute("CREATE USER app WITH LOGIN")
        connection.execute("GRANT rds_iam TO app")
    token = rds.generate_db_auth_token(DBHostname=host, Port=5432, DBUsername="app")
    lab.clock.advance(minutes=14)
    lab.sql(host, user="app", password=token).close()
    lab.clock.advance(minutes=2)
    with pytest.raises(lab.sql.OperationalError, match="expired"):
        lab.sql(host, user="app", password=token)


def test_a_token_needs_rds_db_connect_when_iam_is_enforced(rds, make):
    made = make(EnableIAMDatabaseAuthentication=True)
    host = made["Endpoint"]["Address"]
    with connect() as connection:
        connection.execute("CREATE USER app")
        connection.execute("GRANT rds_iam TO app")
    iam = boto3.client("iam")
    iam.create_user(UserName="dana")
    key = iam.create_access_key(UserName="dana")["AccessKey"]
    hers = boto3.client("rds", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    token = hers.generate_db_auth_token(DBHostname=host, Port=5432, DBUsername="app")
    with lab.enforce_iam(), pytest.raises(lab.sql.OperationalError, match="rds-db:connect"):
        lab.sql(host, user="app", password=token)
    arn = f"arn:aws:rds-db:us-east-1:123456789012:dbuser:{made['DbiResourceId']}/app"
    allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "rds-db:connect", "Resource": arn}}
    iam.put_user_policy(UserName="dana", PolicyName="login", PolicyDocument=json.dumps(allow))
    with lab.enforce_iam():
        lab.sql(host, user="app", password=token).close()


def test_a_security_group_decides_who_gets_through(make):
    ec2 = boto3.client("ec2")
    app, guard = (ec2.create_security_group(GroupName=name, Description=name)["GroupId"] for name in ("app", "db"))
    ec2.authorize_security_group_ingress(GroupId=guard, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": app}]}])  # fmt: skip
    make(VpcSecurityGroupIds=[guard], PubliclyAccessible=False)
    connect(source=app).close()
    with pytest.raises(lab.sql.OperationalError, match="no security group"):
        connect(source=guard)
    with pytest.raises(lab.sql.OperationalError, match="not publicly accessible"):
        connect(source="198.51.100.7")


def test_postgresql_16_insists_on_tls(make):
    make()
    with pytest.raises(lab.sql.OperationalError, match="TLS only"):
        connect(tls=False)


@pytest.fixture
def proxy(rds, make):
    rds.create_db_parameter_group(
        DBParameterGroupName="few", DBParameterGroupFamily="postgres16", Description="few connections"
    )
    five = {"ParameterName": "max_connections", "ParameterValue": "5", "ApplyMethod": "pending-reboot"}
    rds.modify_db_parameter_group(DBParameterGroupName="few", Parameters=[five])
    make(DBParameterGroupName="few", MultiAZ=True)
    value = json.dumps({"username": "lumen", "password": WORD})
    secret = boto3.client("secretsmanager").create_secret(Name="login", SecretString=value)["ARN"]
    subnets = [one["SubnetId"] for one in boto3.client("ec2").describe_subnets()["Subnets"][:2]]
    auth = [{"AuthScheme": "SECRETS", "SecretArn": secret, "IAMAuth": "DISABLED"}]
    made = rds.create_db_proxy(DBProxyName="gate", EngineFamily="POSTGRESQL", Auth=auth, RequireTLS=True,
                               RoleArn="arn:aws:iam::123456789012:role/gate", VpcSubnetIds=subnets)  # fmt: skip
    rds.register_db_proxy_targets(DBProxyName="gate", DBInstanceIdentifiers=["shop"])
    return made["DBProxy"]["Endpoint"]


def test_an_instance_takes_only_so_many_connections(proxy):
    taken = [connect() for _ in range(5)]
    with pytest.raises(lab.sql.OperationalError, match="5 of 5"):
        connect()
    taken[0].close()
    connect().close()


def test_a_proxy_serves_fifty_clients_with_one_connection(proxy):
    clients = [connect(proxy) for _ in range(50)]
    clients[0].execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT)")
    for client in clients:
        client.execute("INSERT INTO orders (name) VALUES ('a')")
        client.commit()
    assert lab.sql.connections("shop") == 1
    assert len(read()) == 50


def test_clients_of_a_proxy_outlive_a_failover(rds, proxy):
    client = connect(proxy)
    client.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT)")
    begin = lab.clock.now()
    rds.reboot_db_instance(DBInstanceIdentifier="shop", ForceFailover=True)
    assert client.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    assert 20 < (lab.clock.now() - begin).total_seconds() < 60


def test_a_proxy_knows_only_users_with_a_secret(proxy):
    with pytest.raises(lab.sql.OperationalError, match="no credentials"):
        lab.sql(proxy, user="stranger", password=WORD)
