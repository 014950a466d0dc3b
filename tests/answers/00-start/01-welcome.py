# %% [markdown]
# Answers to 00-start/01-welcome.


# %% right="first-bucket"
def first_bucket(name):
    bucket = boto3.resource("s3").create_bucket(Bucket=name)
    bucket.put_object(Key="hello.txt", Body="hello")
    return bucket.name


# %% wrong="first-bucket" says="Create it with the name"
def first_bucket(name):
    s3.put_object(Bucket="lumen-photos", Key="hello.txt", Body=b"hello")
    return "lumen-photos"


# %% wrong="first-bucket" says="The value returned"
def first_bucket(name):
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="hello.txt", Body=b"hello")


# %% wrong="first-bucket" says="put 'hello.txt' into it"
def first_bucket(name):
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="hello", Body=b"hello")
    return name
