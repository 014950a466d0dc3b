# ---
# jupyter:
#   course:
#     exam: []
#     minutes: 10
#     practises: {}
#     services:
#     - s3
#     title: Welcome
#     topics: []
# ---

# %% [markdown]
# # Welcome
#
# In ten minutes you will have made your first calls to AWS, solved your first exercise, and seen how this
# course works. You need some Python and nothing of AWS; no account and no credit card either: everything happens in a
# **simulated AWS account** inside this notebook.
#
# Click into the grey cell below and press **Shift+Enter**: it runs, and the next cell is selected. Do that all the
# way down.

# %% setup="start"
import boto3

from course import (
    charts,
    check,
    facts,
    lab,
    lesson,
    outline,
    progress,
    question,
    solution,
)

lesson("00-start/01-welcome")
lab.start()

# %% [markdown]
# ## Your first call
#
# `boto3` is the AWS SDK for Python, the same that you will use at work. We ask the storage service S3 to make a
# *bucket*, a place for files, put a file in, and list what is there.

# %%
s3 = boto3.client("s3")
s3.create_bucket(Bucket="lumen-photos")
s3.put_object(Bucket="lumen-photos", Key="team.jpg", Body=b"not really a picture")
for item in s3.list_objects_v2(Bucket="lumen-photos")["Contents"]:
    print(item["Key"], item["Size"], "bytes")

# %% [markdown]
# At work the same code would make a bucket at AWS (under a name that nobody else has, because bucket names are unique
# in the world). Here boto3's requests never leave the notebook: the **lab** answers them.

# %%
charts.flow(
    [("your code", "boto3"), ("boto3", "the lab"), ("the lab", "a simulated account")],
    headline="The code is real, the account is simulated",
)

# %% [markdown]
# The lab can also do what AWS cannot: show the calls that were made, and move the clock.

# %%
print(lab.calls())
before = lab.clock.now()
lab.clock.advance(days=1)
print(f"\nA day passed, it is {lab.clock.now():%d %B} now (it was {before:%d %B}).")

# %% [markdown]
# It keeps everything that you make until you restart the *kernel*, the Python process behind the notebook (menu
# *Kernel*), or call `lab.reset()`: that opens a fresh, empty account. Your answers and your progress stay.

# %%
lab.reset()
print("buckets after the reset:", s3.list_buckets()["Buckets"])

# %% [markdown]
# If a lesson ever seems stuck, or you tried things out and want to begin anew: *Kernel*, *Restart Kernel*, and run the
# cells from the top.

# %% [markdown]
# ## Your first exercise
#
# An exercise has a task, a cell for your answer, and a check. Run the check as often as you like; it tells you what is
# missing. In a class, graders run the same check once more with other inputs, so an answer must work in general.
#
# The task: write `first_bucket(name)`, which creates a bucket of this name, puts a file `hello.txt` with the text
# `hello` into it, and returns the name of the bucket.
#
# <details><summary>Hint (click, or press Enter on it)</summary>
#
# The cell under "Your first call" does nearly the same. Use `name` in place of `"lumen-photos"`, and end with
# `return name`.
# </details>
#
# **Run the answer cell and the check once unchanged**, to see what an untouched exercise says. Then write your answer.


# %% exercise="first-bucket"
def first_bucket(name: str) -> str:
    """Create a bucket with the file hello.txt in it; return the bucket's name."""
    ### BEGIN SOLUTION
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="hello.txt", Body=b"hello")
    return name
    ### END SOLUTION


# %% check="first-bucket" points=1
with check("first-bucket", needs="first_bucket", right="Your first program against AWS works.") as expect:

    def makes(name: str) -> None:
        returned = first_bucket(name)
        names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        expect(name in names, f"The account has no bucket '{name}'. Create it with the name that you are given.")
        files = [item["Key"] for item in s3.list_objects_v2(Bucket=name).get("Contents", [])]
        expect("hello.txt" in files, f"The bucket holds {files or 'no files'}; put 'hello.txt' into it.")
        body = s3.get_object(Bucket=name, Key="hello.txt")["Body"].read()
        expect.equal(body, b"hello", "The content of hello.txt")
        expect.equal(returned, name, "The value returned")

    makes(lab.unique_name("lumen-first"))
    ### BEGIN HIDDEN TESTS
    makes(lab.unique_name("lumen-second"))
    ### END HIDDEN TESTS

# %% [markdown]
# Stuck? Open the hint, and only then the solution: write `solution("first-bucket")` into a cell of your own
# (press **Esc**, then **B**, for a new cell). You learn most if you read it, close it, and then write your own.

# %% [markdown]
# ## Questions
#
# At the end of each lesson you find a few exam-style questions. Write a letter between the quotes and run the two
# cells. After a right answer you get the reason for every option.

# %% [markdown] question="where-does-it-run"
# ### A first question
#
# You run `boto3.client("s3").create_bucket(Bucket="lumen-posters")` in this notebook, after its first cell, on a laptop
# where real AWS credentials are configured. What happens?
#
# - [ ] **A** A bucket is created in the real account, because boto3 finds the credentials.
#   > After `lab.start()` boto3 sees made-up credentials only, and no request can leave for AWS.
# - [x] **B** A bucket is created in the simulated account only.
#   > The lab answers the request inside this notebook. Nothing can cost money.
# - [ ] **C** Nothing, because a notebook cannot use the SDK.
#   > It can: boto3 is ordinary Python.

# %% answer="where-does-it-run"
answer = "B"

# %% check="where-does-it-run" points=1
question("where-does-it-run", answer)

# %% [markdown]
# ## The way ahead
#
# The course prepares for the exam *AWS Certified Developer - Associate*. Its four domains have different weights;
# security alone makes more than a quarter of the marks.

# %%
domains = facts.table("exam-domains")
charts.bars(
    dict(zip(domains["name"], domains["weight_percent"], strict=True)),
    headline="Development and security make more than half of the exam",
    unit="percent",
    source=domains,
)

# %% [markdown]
# This is the course, section by section. A box is a lesson, as wide as the time it takes, with the number that its
# file begins with. The colour tells which domain of the exam the section serves most.

# %%
about = {  # what each section is about, and the domain of the exam that it serves most
    "00-start": ("how the course works", 0),
    "01-iam": ("identities, permissions", 2),
    "02-compute": ("servers, load, scaling", 1),
    "03-networking": ("networks and names", 1),
    "04-storage": ("objects, disks, files", 1),
    "05-databases": ("tables and caches", 1),
    "06-messaging": ("queues, topics, streams", 1),
    "07-containers": ("containers, platforms", 3),
    "08-serverless": ("functions and APIs", 1),
    "09-cicd": ("build and deploy", 3),
    "10-monitoring": ("logs, metrics, traces", 4),
    "11-security": ("keys and secrets", 2),
    "12-capstone": ("a whole shop, a mock exam", 0),
}
parts = {0: "the whole"}
for row in domains.itertuples():
    parts[row.domain] = f"{row.name.split()[0]}, {row.weight_percent}%"

plan = outline()
boxes = []
for row in plan.itertuples():
    words, domain = about[row.section]
    name = f"{row.section[:2]} {words}"
    boxes.append((name, row.begins, row.ends - 0.06, row.lesson, parts[domain]))
charts.gantt(
    boxes,
    kinds={parts[0]: "off", parts[1]: "work", parts[3]: "good"},
    headline=f"{len(plan)} lessons, about {plan['minutes'].sum() / 60:.0f} hours",
    unit="hours",
    source="the lessons' own estimates; colours: the exam's domains and their weights",
)

# %% [markdown]
# New to AWS? Take `01-iam` first, then go on in the order of the numbers. Within a section each lesson builds on those
# before it; the sections themselves may be taken in any order. A lesson takes about an hour; the long ones say where
# to pause.
#
# Boxes in the text mark four kinds of remarks: **Then and now** (what older books say, and since when it is
# different), **Lab and AWS** (where the simulated account differs), **Bill** (what it would cost) and **Exam**.
#
# ## Where the lab and AWS differ
#
# The lab is made to behave as AWS does in everything that a lesson uses. It does not have real latency, the scale of
# an AWS *Region* (a group of data centres, such as `us-east-1`), or every one of AWS's services. If you call something
# that it does not know, it tells you; your call may still be right.

# %%
try:
    translate = boto3.client("translate")
    translate.translate_text(
        Text="Guten Tag",
        SourceLanguageCode="de",
        TargetLanguageCode="en",
    )
except NotImplementedError as unknown:
    print(unknown)

# %% [markdown]
# ## Keep your progress
#
# What you solve is kept beside your notebooks. On Binder, a free service that lends you a machine for a few hours,
# everything is gone afterwards. So before you leave:
#
# 1. run the next cell: it writes your progress into a file beside this notebook;
# 2. right-click `my-progress.json` in the file list and choose *Download*; do the same with notebooks that you want
#    to keep.
#
# Next time drag the file into the file list of this folder, and run `load_progress("my-progress.json")` in this
# notebook.

# %%
from course import load_progress, save_progress

print("lessons saved in my-progress.json:", save_progress("my-progress.json"))

# %% [markdown]
# ## To remember
#
# - Shift+Enter runs a cell. A check says *right*, *not yet* (and why), or *not tried*.
# - Hints are folded under each task; `solution("id")` shows one way to do it.
# - `lab.start()` opens the simulated account, `lab.reset()` empties it, `lab.clock.advance(...)` moves its time.
# - Your code is ordinary boto3: what works here is what you write at work.
# - `course progress` in a terminal, or `progress()` in a notebook, shows how far you are.

# %%
progress()
