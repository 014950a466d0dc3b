# ---
# jupyter:
#   course:
#     exam: []
#     minutes: 30
#     practises:
#       first-queue: []
#     services:
#     - sqs
#     title: Dynamodb
#     topics: []
# ---

# %% [markdown]
# # Dynamodb
#
# After this lesson you can ... (one sentence, and a picture that makes the point).

# %% setup="start"
import boto3

from course import check, lab, lesson, progress, question

lesson("05-databases/04-dynamodb")
lab.start()

# %% [markdown]
# ## One idea
#
# A few sentences, then a cell to run, then a look at what happened.

# %%
sqs = boto3.client("sqs")
print(sqs.create_queue(QueueName="look")["QueueUrl"])

# %% [markdown]
# ### Your turn: a first queue
#
# Write `make_queue(name)`: it creates a queue of that name and returns its URL.
#
# <details><summary>Hint</summary>
#
# `create_queue` answers a dictionary; the URL stands under `QueueUrl`.
# </details>

# %% exercise="first-queue"
def make_queue(name: str) -> str:
    """Create a queue and return its URL."""
    ### BEGIN SOLUTION
    return sqs.create_queue(QueueName=name)["QueueUrl"]
    ### END SOLUTION


# %% check="first-queue" points=2
with check("first-queue", needs="make_queue", right="The account lists your queue.") as expect:
    url = make_queue("orders")
    expect(url in sqs.list_queues().get("QueueUrls", []), "The URL you return is not in the account's list of queues.")
    ### BEGIN HIDDEN TESTS
    url = make_queue("parcels")
    expect(url.endswith("/parcels"), "make_queue should use the name it is given.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## To remember
#
# Five to eight sentences.

# %% [markdown] question="which-name"
# ### Question 1
#
# A scenario in two or three sentences. What do you do?
#
# - [ ] **A** The first option
#   > Why it is wrong.
# - [x] **B** The second option
#   > Why it is right.
# - [ ] **C** The third option
#   > Why it is wrong.

# %% answer="which-name"
answer = "B"

# %% check="which-name" points=1
question("which-name", answer)

# %%
progress()
