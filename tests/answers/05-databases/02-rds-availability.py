# %% [markdown]
# Answers to 05-databases/02-rds-availability: for each exercise other right answers and typical wrong ones.


# %% right="catch-up"
def caught_up_after(transactions):
    free = 0.5
    for rows in transactions:
        free = max(free, 0.5) + rows / 500
    return free


# %% wrong="catch-up" says="side by side, or in one queue"
def caught_up_after(transactions):
    return 0.5 + max(transactions) / 500


# %% wrong="catch-up" says="happens for all of them at the same time"
def caught_up_after(transactions):
    return sum(0.5 + rows / 500 for rows in transactions)


# %% right="router"
class Router:
    def __init__(self, primary, replicas, sticky):
        self.primary, self.replicas, self.sticky, self.until = primary, list(replicas), sticky, None

    def execute(self, statement, parameters=()):
        reads = statement.strip().lower().startswith("select")
        fresh = self.until is not None and lab.clock.now().timestamp() < self.until
        if reads and not fresh:
            replica = self.replicas.pop(0)
            self.replicas.append(replica)
            return replica.execute(statement, parameters).fetchall()
        rows = self.primary.execute(statement, parameters).fetchall()
        if not reads:
            self.primary.commit()
            self.until = lab.clock.now().timestamp() + self.sticky
        return rows


# %% wrong="router" says="should stay with the primary"
class Router:
    def __init__(self, primary, replicas, sticky):
        self.primary, self.replicas, self.turn = primary, replicas, 0

    def execute(self, statement, parameters=()):
        if statement.split()[0].upper() == "SELECT":
            self.turn += 1
            return self.replicas[self.turn % len(self.replicas)].execute(statement, parameters).fetchall()
        rows = self.primary.execute(statement, parameters).fetchall()
        self.primary.commit()
        return rows


# %% wrong="router" says="Take turns"
class Router:
    def __init__(self, primary, replicas, sticky):
        self.primary, self.replicas, self.sticky, self.last = primary, replicas, sticky, None

    def execute(self, statement, parameters=()):
        if statement.split()[0].upper() != "SELECT":
            rows = self.primary.execute(statement, parameters).fetchall()
            self.primary.commit()
            self.last = lab.clock.now()
            return rows
        if self.last and (lab.clock.now() - self.last).total_seconds() < self.sticky:
            return self.primary.execute(statement, parameters).fetchall()
        return self.replicas[0].execute(statement, parameters).fetchall()


# %% wrong="router" says="still go to the primary"
class Router:
    def __init__(self, primary, replicas, sticky):
        self.primary, self.replicas, self.turn, self.wrote = primary, replicas, 0, False

    def execute(self, statement, parameters=()):
        if statement.split()[0].upper() != "SELECT":
            self.wrote = True
        if self.wrote:
            rows = self.primary.execute(statement, parameters).fetchall()
            self.primary.commit()
            return rows
        self.turn += 1
        return self.replicas[self.turn % len(self.replicas)].execute(statement, parameters).fetchall()


# %% wrong="router" says="it was not committed"
class Router:
    def __init__(self, primary, replicas, sticky):
        self.primary, self.replicas, self.sticky, self.last, self.turn = primary, replicas, sticky, None, 0

    def execute(self, statement, parameters=()):
        if statement.split()[0].upper() != "SELECT":
            self.last = lab.clock.now()
            return self.primary.execute(statement, parameters).fetchall()
        if self.last and (lab.clock.now() - self.last).total_seconds() < self.sticky:
            return self.primary.execute(statement, parameters).fetchall()
        self.turn += 1
        return self.replicas[self.turn % len(self.replicas)].execute(statement, parameters).fetchall()


# %% right="book"
def book(host, number, island):
    begin = lab.clock.now()
    while True:
        try:
            db = connect(host)
            if not db.execute("SELECT 1 FROM bookings WHERE id = %s", (number,)).fetchone():
                db.execute("INSERT INTO bookings (id, island) VALUES (%s, %s)", (number, island))
            db.commit()
            db.close()
            return
        except lab.sql.OperationalError:
            if (lab.clock.now() - begin).total_seconds() >= 180:
                raise
            lab.clock.advance(seconds=5)


# %% wrong="book" says="came through to the customer"
def book(host, number, island):
    with connect(host) as db:
        db.execute("INSERT INTO bookings VALUES (%s, %s) ON CONFLICT DO NOTHING", (number, island))


# %% wrong="book" says="as if the booking were made"
def book(host, number, island):
    for _ in range(36):
        try:
            with connect(host) as db:
                db.execute("INSERT INTO bookings VALUES (%s, %s) ON CONFLICT DO NOTHING", (number, island))
            return
        except lab.sql.OperationalError:
            lab.clock.advance(seconds=5)


# %% wrong="book" says="it was there already"
def book(host, number, island):
    for left in reversed(range(37)):
        try:
            with connect(host) as db:
                db.execute("INSERT INTO bookings VALUES (%s, %s)", (number, island))
            return
        except lab.sql.OperationalError:
            if not left:
                raise
            lab.clock.advance(seconds=5)


# %% wrong="book" says="Is each committed"
def book(host, number, island):
    for left in reversed(range(37)):
        try:
            db = connect(host)
            db.execute("INSERT INTO bookings VALUES (%s, %s) ON CONFLICT DO NOTHING", (number, island))
            db.close()
            return
        except lab.sql.OperationalError:
            if not left:
                raise
            lab.clock.advance(seconds=5)


# %% right="which-copy"
best = dict(
    zip(
        [
            "A nightly report of two hours slows the booking; yesterday's data would do",
            "If an AZ fails, bookings must go on within two minutes; reads are few",
            "A test database that may be down for an hour",
            "Survive an AZ within a minute, and read at scale from the copies too",
            "Go on in Frankfurt if all of Stockholm is lost; some seconds may be missing",
            "Three teams want to query the data heavily, each at its own endpoint",
        ],
        ["read replica", "standby", "none", "cluster", "replica abroad", "read replica"],
        strict=True,
    )
)

# %% wrong="which-copy" says="nobody can read it"
best = {
    "A nightly report of two hours slows the booking; yesterday's data would do": "standby",
    "If an AZ fails, bookings must go on within two minutes; reads are few": "standby",
    "A test database that may be down for an hour": "none",
    "Survive an AZ within a minute, and read at scale from the copies too": "cluster",
    "Go on in Frankfurt if all of Stockholm is lost; some seconds may be missing": "replica abroad",
    "Three teams want to query the data heavily, each at its own endpoint": "read replica",
}

# %% wrong="which-copy" says="does not take over by itself"
best = {
    "A nightly report of two hours slows the booking; yesterday's data would do": "read replica",
    "If an AZ fails, bookings must go on within two minutes; reads are few": "read replica",
    "A test database that may be down for an hour": "none",
    "Survive an AZ within a minute, and read at scale from the copies too": "cluster",
    "Go on in Frankfurt if all of Stockholm is lost; some seconds may be missing": "replica abroad",
    "Three teams want to query the data heavily, each at its own endpoint": "read replica",
}

# %% wrong="which-copy" says="something cheaper does as well"
best = {
    "A nightly report of two hours slows the booking; yesterday's data would do": "read replica",
    "If an AZ fails, bookings must go on within two minutes; reads are few": "standby",
    "A test database that may be down for an hour": "standby",
    "Survive an AZ within a minute, and read at scale from the copies too": "cluster",
    "Go on in Frankfurt if all of Stockholm is lost; some seconds may be missing": "replica abroad",
    "Three teams want to query the data heavily, each at its own endpoint": "read replica",
}


# %% right="encrypt"
def encrypt(name, new_name):
    old = described(name)
    first, second = lab.unique_name("s"), lab.unique_name("s")
    rds.delete_db_instance(DBInstanceIdentifier=name, FinalDBSnapshotIdentifier=first)
    rds.copy_db_snapshot(SourceDBSnapshotIdentifier=first, TargetDBSnapshotIdentifier=second, KmsKeyId="alias/aws/rds")
    made = rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier=new_name, DBSnapshotIdentifier=second)
    rds.modify_db_instance(
        DBInstanceIdentifier=new_name,
        VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in old["VpcSecurityGroups"]],
        ApplyImmediately=True,
    )
    rds.delete_db_snapshot(DBSnapshotIdentifier=first)
    rds.delete_db_snapshot(DBSnapshotIdentifier=second)
    return made["DBInstance"]["Endpoint"]["Address"]


# %% wrong="encrypt" says="not from a copy with a key"
def encrypt(name, new_name):
    old = described(name)
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-s")
    made = rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=new_name,
        DBSnapshotIdentifier=f"{name}-s",
        VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in old["VpcSecurityGroups"]],
    )
    rds.delete_db_snapshot(DBSnapshotIdentifier=f"{name}-s")
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    return made["DBInstance"]["Endpoint"]["Address"]


# %% wrong="encrypt" says="has the default security group"
def encrypt(name, new_name):
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-s")
    rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier=f"{name}-s", TargetDBSnapshotIdentifier=f"{name}-c", KmsKeyId="alias/aws/rds"
    )
    made = rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier=new_name, DBSnapshotIdentifier=f"{name}-c")
    rds.delete_db_snapshot(DBSnapshotIdentifier=f"{name}-s")
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    return made["DBInstance"]["Endpoint"]["Address"]


# %% wrong="encrypt" says="A plain snapshot of the data is left"
def encrypt(name, new_name):
    old = described(name)
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-s")
    rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier=f"{name}-s", TargetDBSnapshotIdentifier=f"{name}-c", KmsKeyId="alias/aws/rds"
    )
    made = rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=new_name,
        DBSnapshotIdentifier=f"{name}-c",
        VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in old["VpcSecurityGroups"]],
    )
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    return made["DBInstance"]["Endpoint"]["Address"]


# %% right="force-tls"
def insist_on_tls(name):
    group = boto3.client("rds").create_db_parameter_group(
        DBParameterGroupName=lab.unique_name("strict"), DBParameterGroupFamily="mysql8.0", Description="strict"
    )["DBParameterGroup"]["DBParameterGroupName"]
    rds.modify_db_instance(DBInstanceIdentifier=name, DBParameterGroupName=group)
    on = {"ParameterName": "require_secure_transport", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}
    rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=[on])
    rds.reboot_db_instance(DBInstanceIdentifier=name)


# %% wrong="force-tls" says="told of the new parameter group"
def insist_on_tls(name):
    group = f"{name}-tls"
    rds.create_db_parameter_group(DBParameterGroupName=group, DBParameterGroupFamily="mysql8.0", Description="TLS only")
    on = {"ParameterName": "require_secure_transport", "ParameterValue": "ON", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=[on])


# %% wrong="force-tls" says="is that what MySQL listens to"
def insist_on_tls(name):
    group = f"{name}-tls"
    rds.create_db_parameter_group(DBParameterGroupName=group, DBParameterGroupFamily="mysql8.0", Description="TLS only")
    on = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=[on])
    rds.modify_db_instance(DBInstanceIdentifier=name, DBParameterGroupName=group, ApplyImmediately=True)
    rds.reboot_db_instance(DBInstanceIdentifier=name)


# %% wrong="force-tls" says="pending-reboot"
def insist_on_tls(name):
    group = f"{name}-tls"
    rds.create_db_parameter_group(DBParameterGroupName=group, DBParameterGroupFamily="mysql8.0", Description="TLS only")
    on = {"ParameterName": "require_secure_transport", "ParameterValue": "ON", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=[on])
    rds.modify_db_instance(DBInstanceIdentifier=name, DBParameterGroupName=group, ApplyImmediately=True)


# %% right="token-login"
def login_policy(name, user):
    instance = described(name)
    region = instance["DBInstanceArn"].split(":")[3]
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Sid": "Login",
            "Effect": "Allow",
            "Action": ["rds-db:connect"],
            "Resource": [f"arn:aws:rds-db:{region}:*:dbuser:{instance['DbiResourceId']}/{user}"],
        },
    }


def token_login(session, name, user):
    end = described(name)["Endpoint"]
    token = session.client("rds").generate_db_auth_token(end["Address"], end["Port"], user, Region="us-east-1")
    return lab.sql(end["Address"], user=user, password=token, port=end["Port"])


# %% wrong="token-login" says="another instance as well"
def login_policy(name, user):
    arn = f"arn:aws:rds-db:us-east-1:{lab.ACCOUNT_ID}:dbuser:*/{user}"
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": arn}],
    }


def token_login(session, name, user):
    end = described(name)["Endpoint"]
    token = session.client("rds").generate_db_auth_token(end["Address"], end["Port"], user)
    return lab.sql(end["Address"], user=user, password=token)


# %% wrong="token-login" says="the login is refused"
def login_policy(name, user):
    arn = f"arn:aws:rds-db:us-east-1:{lab.ACCOUNT_ID}:dbuser:{name}/{user}"
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": arn}],
    }


def token_login(session, name, user):
    end = described(name)["Endpoint"]
    token = session.client("rds").generate_db_auth_token(end["Address"], end["Port"], user)
    return lab.sql(end["Address"], user=user, password=token)


# %% wrong="token-login" says="5 hours later was refused"
tickets = {}


def login_policy(name, user):
    arn = f"arn:aws:rds-db:us-east-1:{lab.ACCOUNT_ID}:dbuser:{described(name)['DbiResourceId']}/{user}"
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": arn}],
    }


def token_login(session, name, user):
    end = described(name)["Endpoint"]
    if name not in tickets:
        tickets[name] = session.client("rds").generate_db_auth_token(end["Address"], end["Port"], user)
    return lab.sql(end["Address"], user=user, password=tickets[name])


# %% wrong="token-login" says="not with yours"
def login_policy(name, user):
    arn = f"arn:aws:rds-db:us-east-1:{lab.ACCOUNT_ID}:dbuser:{described(name)['DbiResourceId']}/{user}"
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": arn}],
    }


def token_login(session, name, user):
    end = described(name)["Endpoint"]
    token = rds.generate_db_auth_token(end["Address"], end["Port"], user)
    return lab.sql(end["Address"], user=user, password=token)


# %% right="add-proxy"
def add_proxy(name):
    proxy = f"{name}-proxy"
    secret = described(name)["MasterUserSecret"]["SecretArn"]
    rds.create_db_proxy(
        DBProxyName=proxy,
        EngineFamily="POSTGRESQL",
        Auth=[{"SecretArn": secret}],
        RoleArn=proxy_role,
        VpcSubnetIds=subnets,
        RequireTLS=True,
    )
    rds.modify_db_proxy_target_group(
        DBProxyName=proxy, TargetGroupName="default", ConnectionPoolConfig={"MaxConnectionsPercent": 50}
    )
    rds.register_db_proxy_targets(DBProxyName=proxy, TargetGroupName="default", DBInstanceIdentifiers=[name])
    return rds.describe_db_proxies(DBProxyName=proxy)["DBProxies"][0]["Endpoint"]


# %% wrong="add-proxy" says="Register the instance"
def add_proxy(name):
    secret = described(name)["MasterUserSecret"]["SecretArn"]
    made = rds.create_db_proxy(
        DBProxyName=f"{name}-proxy",
        EngineFamily="POSTGRESQL",
        Auth=[{"SecretArn": secret}],
        RoleArn=proxy_role,
        VpcSubnetIds=subnets,
        RequireTLS=True,
    )
    return made["DBProxy"]["Endpoint"]


# %% wrong="add-proxy" says="half would be 20"
def add_proxy(name):
    secret = described(name)["MasterUserSecret"]["SecretArn"]
    made = rds.create_db_proxy(
        DBProxyName=f"{name}-proxy",
        EngineFamily="POSTGRESQL",
        Auth=[{"SecretArn": secret}],
        RoleArn=proxy_role,
        VpcSubnetIds=subnets,
        RequireTLS=True,
    )
    rds.register_db_proxy_targets(DBProxyName=f"{name}-proxy", DBInstanceIdentifiers=[name])
    return made["DBProxy"]["Endpoint"]


# %% wrong="add-proxy" says="RequireTLS=True"
def add_proxy(name):
    secret = described(name)["MasterUserSecret"]["SecretArn"]
    made = rds.create_db_proxy(
        DBProxyName=f"{name}-proxy",
        EngineFamily="POSTGRESQL",
        Auth=[{"SecretArn": secret}],
        RoleArn=proxy_role,
        VpcSubnetIds=subnets,
    )
    rds.register_db_proxy_targets(DBProxyName=f"{name}-proxy", DBInstanceIdentifiers=[name])
    return made["DBProxy"]["Endpoint"]


# %% wrong="add-proxy" says="Return the endpoint of the proxy"
def add_proxy(name):
    secret = described(name)["MasterUserSecret"]["SecretArn"]
    rds.create_db_proxy(
        DBProxyName=f"{name}-proxy",
        EngineFamily="POSTGRESQL",
        Auth=[{"SecretArn": secret}],
        RoleArn=proxy_role,
        VpcSubnetIds=subnets,
        RequireTLS=True,
    )
    rds.register_db_proxy_targets(DBProxyName=f"{name}-proxy", DBInstanceIdentifiers=[name])
    return described(name)["Endpoint"]["Address"]


# %% wrong="catch-up" says="Did you count the journey"
def caught_up_after(transactions):
    return sum(transactions) / 500


# %% wrong="catch-up" says="Did you count the journey"
def caught_up_after(transactions):
    return 0.5 + sum(transactions) // 500


# %% right="router"
class Router:
    def __init__(self, primary, replicas: list, sticky: float) -> None:
        self.primary, self.replicas, self.sticky = primary, replicas, sticky
        self.last_write = None
        self.turn = 0

    def execute(self, statement, parameters=()):
        now = lab.clock.now()
        if statement.split()[0].upper() == "SELECT":
            if self.last_write and (now - self.last_write).total_seconds() < self.sticky:
                cur = self.primary.cursor()
                cur.execute(statement, parameters)
                return cur.fetchall()
            c = self.replicas[self.turn % len(self.replicas)]
            self.turn += 1
            return c.execute(statement, parameters).fetchall()
        rows = self.primary.execute(statement, parameters).fetchall()
        self.primary.commit()
        self.last_write = now
        return rows


# %% wrong="router" says="one after the other"
class Router:
    def __init__(self, primary, replicas: list, sticky: float) -> None:
        self.primary, self.replicas, self.sticky = primary, replicas, sticky
        self.last_write = None
        self.turn = 0

    def execute(self, statement, parameters=()):
        now = lab.clock.now()
        if statement.split()[0].upper() == "SELECT":
            if self.last_write and (now - self.last_write).total_seconds() < self.sticky:
                return self.primary.execute(statement, parameters).fetchall()
            c = __import__("random").choice(self.replicas)
            self.turn += 1
            return c.execute(statement, parameters).fetchall()
        rows = self.primary.execute(statement, parameters).fetchall()
        self.primary.commit()
        self.last_write = now
        return rows


# %% wrong="router" says="a write"
class Router:
    def __init__(self, primary, replicas: list, sticky: float) -> None:
        self.primary, self.replicas, self.sticky = primary, replicas, sticky
        self.last_write = None
        self.turn = 0

    def execute(self, statement, parameters=()):
        now = lab.clock.now()
        if "SELECT" in statement.upper():
            if self.last_write and (now - self.last_write).total_seconds() < self.sticky:
                return self.primary.execute(statement, parameters).fetchall()
            c = self.replicas[self.turn % len(self.replicas)]
            self.turn += 1
            return c.execute(statement, parameters).fetchall()
        rows = self.primary.execute(statement, parameters).fetchall()
        self.primary.commit()
        self.last_write = now
        return rows


# %% wrong="router" says="does not start the time anew"
class Router:
    def __init__(self, primary, replicas: list, sticky: float) -> None:
        self.primary, self.replicas, self.sticky = primary, replicas, sticky
        self.last_write = None
        self.turn = 0

    def execute(self, statement, parameters=()):
        now = lab.clock.now()
        if statement.split()[0].upper() == "SELECT":
            if self.last_write and (now - self.last_write).total_seconds() < self.sticky:
                self.last_write = now
                return self.primary.execute(statement, parameters).fetchall()
            c = self.replicas[self.turn % len(self.replicas)]
            self.turn += 1
            return c.execute(statement, parameters).fetchall()
        rows = self.primary.execute(statement, parameters).fetchall()
        self.primary.commit()
        self.last_write = now
        return rows


# %% wrong="router" says="the last of two writes"
class Router:
    def __init__(self, primary, replicas: list, sticky: float) -> None:
        self.primary, self.replicas, self.sticky = primary, replicas, sticky
        self.last_write = None
        self.turn = 0

    def execute(self, statement, parameters=()):
        now = lab.clock.now()
        if statement.split()[0].upper() == "SELECT":
            if self.last_write and (now - self.last_write).total_seconds() < self.sticky:
                return self.primary.execute(statement, parameters).fetchall()
            c = self.replicas[self.turn % len(self.replicas)]
            self.turn += 1
            return c.execute(statement, parameters).fetchall()
        rows = self.primary.execute(statement, parameters).fetchall()
        self.primary.commit()
        self.last_write = self.last_write or now
        return rows


# %% wrong="router" says="that wrote nothing"
class Router:
    lw = None

    def __init__(self, primary, replicas: list, sticky: float) -> None:
        self.primary, self.replicas, self.sticky = primary, replicas, sticky
        self.turn = 0

    def execute(self, statement, parameters=()):
        now = lab.clock.now()
        if statement.split()[0].upper() == "SELECT":
            if Router.lw and (now - Router.lw).total_seconds() < self.sticky:
                return self.primary.execute(statement, parameters).fetchall()
            c = self.replicas[self.turn % len(self.replicas)]
            self.turn += 1
            return c.execute(statement, parameters).fetchall()
        rows = self.primary.execute(statement, parameters).fetchall()
        self.primary.commit()
        Router.lw = now
        return rows


# %% wrong="router" says="A day after"
class Router:
    def __init__(self, primary, replicas: list, sticky: float) -> None:
        self.primary, self.replicas, self.sticky = primary, replicas, sticky
        self.last_write = None
        self.turn = 0

    def execute(self, statement, parameters=()):
        now = lab.clock.now()
        if statement.split()[0].upper() == "SELECT":
            if self.last_write and (now - self.last_write).seconds < self.sticky:
                return self.primary.execute(statement, parameters).fetchall()
            c = self.replicas[self.turn % len(self.replicas)]
            self.turn += 1
            return c.execute(statement, parameters).fetchall()
        rows = self.primary.execute(statement, parameters).fetchall()
        self.primary.commit()
        self.last_write = now
        return rows


# %% wrong="router" says="A write returns a list"
class Router:
    def __init__(self, primary, replicas: list, sticky: float) -> None:
        self.primary, self.replicas, self.sticky = primary, replicas, sticky
        self.last_write = None
        self.turn = 0

    def execute(self, statement, parameters=()):
        now = lab.clock.now()
        if statement.split()[0].upper() == "SELECT":
            if self.last_write and (now - self.last_write).total_seconds() < self.sticky:
                return self.primary.execute(statement, parameters).fetchall()
            c = self.replicas[self.turn % len(self.replicas)]
            self.turn += 1
            return c.execute(statement, parameters).fetchall()
        self.primary.execute(statement, parameters)
        self.primary.commit()
        self.last_write = now
        return None


# %% wrong="book" says="After ten minutes"
def book(host, number, island):
    while True:
        try:
            with connect(host) as db:
                db.execute("INSERT INTO bookings VALUES (%s, %s) ON CONFLICT DO NOTHING", (number, island))
            return
        except lab.sql.OperationalError:
            lab.clock.advance(seconds=5)


# %% wrong="book" says="replaced the first"
def book(host, number, island):
    for attempt in range(36):
        try:
            with connect(host) as db:
                db.execute(
                    "INSERT INTO bookings VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET island = excluded.island",
                    (number, island),
                )
            return
        except lab.sql.OperationalError:
            if attempt == 35:
                raise
            lab.clock.advance(seconds=5)


# %% wrong="book" says="Wait 5 s at a time"
def book(host, number, island):
    for attempt in range(4):
        try:
            with connect(host) as db:
                db.execute("INSERT INTO bookings VALUES (%s, %s) ON CONFLICT DO NOTHING", (number, island))
            return
        except lab.sql.OperationalError:
            if attempt == 3:
                raise
            lab.clock.advance(seconds=60)


# %% wrong="encrypt" says="not alias/aws/rds"
def encrypt(name, new_name):
    groups = [g["VpcSecurityGroupId"] for g in described(name)["VpcSecurityGroups"]]
    plain, locked = f"{name}-plain", f"{name}-locked"
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=plain)
    rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier=plain)
    rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier=plain,
        TargetDBSnapshotIdentifier=locked,
        KmsKeyId=boto3.client("kms").create_key()["KeyMetadata"]["KeyId"],
    )
    rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier=locked)
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=new_name, DBSnapshotIdentifier=locked, VpcSecurityGroupIds=groups
    )
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=new_name)
    rds.delete_db_snapshot(DBSnapshotIdentifier=plain)
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    return described(new_name)["Endpoint"]["Address"]


# %% wrong="encrypt" says="lacks the data of fares"
def encrypt(name, new_name):
    groups = [g["VpcSecurityGroupId"] for g in described(name)["VpcSecurityGroups"]]
    host = with_bookings(new_name, StorageEncrypted=True, VpcSecurityGroupIds=groups)
    with connect(described(name)["Endpoint"]["Address"]) as a, connect(host) as b:
        b.executemany("INSERT INTO bookings VALUES (%s,%s)", a.execute("SELECT * FROM bookings").fetchall())
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    return host


# %% wrong="token-login" says="and nothing else"
def login_policy(name, user):
    rid = described(name)["DbiResourceId"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["rds-db:connect", "rds:DescribeDBInstances"],
                "Resource": f"arn:aws:rds-db:us-east-1:{lab.ACCOUNT_ID}:dbuser:{rid}/{user}",
            }
        ],
    }


def token_login(session, name, user):
    end = described(name)["Endpoint"]
    token = session.client("rds").generate_db_auth_token(DBHostname=end["Address"], Port=end["Port"], DBUsername=user)
    return lab.sql(end["Address"], user=user, password=token)


# %% wrong="token-login" says="another database user as well"
def login_policy(name, user):
    rid = described(name)["DbiResourceId"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "rds-db:connect",
                "Resource": f"arn:aws:rds-db:us-east-1:{lab.ACCOUNT_ID}:dbuser:{rid}/{user}*",
            }
        ],
    }


def token_login(session, name, user):
    end = described(name)["Endpoint"]
    token = session.client("rds").generate_db_auth_token(DBHostname=end["Address"], Port=end["Port"], DBUsername=user)
    return lab.sql(end["Address"], user=user, password=token)


# %% wrong="token-login" says="later was refused"
def login_policy(name, user):
    rid = described(name)["DbiResourceId"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "rds-db:connect",
                "Resource": f"arn:aws:rds-db:us-east-1:{lab.ACCOUNT_ID}:dbuser:{rid}/{user}",
            }
        ],
    }


def token_login(session, name, user):
    end = described(name)["Endpoint"]
    token = session.client("rds").generate_db_auth_token(DBHostname=end["Address"], Port=5432, DBUsername=user)
    return lab.sql(end["Address"], user=user, password=token)


# %% wrong="add-proxy" says="engine family"
def add_proxy(name):
    made = rds.create_db_proxy(
        DBProxyName=name + "-proxy",
        EngineFamily="MYSQL",
        Auth=[
            {
                "AuthScheme": "SECRETS",
                "SecretArn": described(name)["MasterUserSecret"]["SecretArn"],
                "IAMAuth": "DISABLED",
            }
        ],
        RoleArn=proxy_role,
        VpcSubnetIds=subnets,
        RequireTLS=True,
    )["DBProxy"]
    rds.register_db_proxy_targets(DBProxyName=name + "-proxy", DBInstanceIdentifiers=[name])
    rds.modify_db_proxy_target_group(
        DBProxyName=name + "-proxy", TargetGroupName="default", ConnectionPoolConfig={"MaxConnectionsPercent": 50}
    )
    return made["Endpoint"]


# %% wrong="add-proxy" says="half is 50"
def add_proxy(name):
    made = rds.create_db_proxy(
        DBProxyName=name + "-proxy",
        EngineFamily="POSTGRESQL",
        Auth=[
            {
                "AuthScheme": "SECRETS",
                "SecretArn": described(name)["MasterUserSecret"]["SecretArn"],
                "IAMAuth": "DISABLED",
            }
        ],
        RoleArn=proxy_role,
        VpcSubnetIds=subnets,
        RequireTLS=True,
    )["DBProxy"]
    rds.register_db_proxy_targets(DBProxyName=name + "-proxy", DBInstanceIdentifiers=[name])
    rds.modify_db_proxy_target_group(
        DBProxyName=name + "-proxy", TargetGroupName="default", ConnectionPoolConfig={"MaxConnectionsPercent": 51}
    )
    return made["Endpoint"]


# %% wrong="add-proxy" says="in two AZs"
def add_proxy(name):
    made = rds.create_db_proxy(
        DBProxyName=name + "-proxy",
        EngineFamily="POSTGRESQL",
        Auth=[
            {
                "AuthScheme": "SECRETS",
                "SecretArn": described(name)["MasterUserSecret"]["SecretArn"],
                "IAMAuth": "DISABLED",
            }
        ],
        RoleArn=proxy_role,
        VpcSubnetIds=subnets[:1],
        RequireTLS=True,
    )["DBProxy"]
    rds.register_db_proxy_targets(DBProxyName=name + "-proxy", DBInstanceIdentifiers=[name])
    rds.modify_db_proxy_target_group(
        DBProxyName=name + "-proxy", TargetGroupName="default", ConnectionPoolConfig={"MaxConnectionsPercent": 50}
    )
    return made["Endpoint"]
