# %% [markdown]
# Answers to 05-databases/04-dynamodb: for each exercise at least one other right answer and two typical wrong ones.
# `says` holds words that the check's message must contain.

# %% right="first-queue"
def make_queue(name):
    return boto3.resource("sqs").create_queue(QueueName=name).url


# %% wrong="first-queue" says="use the name"
def make_queue(name):
    return sqs.create_queue(QueueName="orders")["QueueUrl"]


# %% wrong="first-queue" says="not in the account's list"
def make_queue(name):
    sqs.create_queue(QueueName=name)
    return name
