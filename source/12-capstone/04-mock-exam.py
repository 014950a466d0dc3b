# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.2'
#     - '1.3'
#     - '2.1'
#     - '2.2'
#     - '2.3'
#     - '3.1'
#     - '3.2'
#     - '3.3'
#     - '3.4'
#     - '4.1'
#     - '4.2'
#     - '4.3'
#     minutes: 195
#     practises:
#       sheet-1:
#       - sns.message-filtering
#       - lambda.sqs-mapping-settings
#       - cognito.identity-pools
#       sheet-2:
#       - sqs.fifo-message-groups
#       - sts.cross-account
#       - lambda.layers
#       - xray.concepts
#       sheet-3:
#       - kms.envelope-encrypt
#       - lambda.provisioned-concurrency
#       - dynamodb.gsi
#       sheet-4:
#       - kms.s3-bucket-keys
#       - codedeploy.lambda-appspec-hooks
#       - logs.metric-filters
#       sheet-5:
#       - cloudformation.outputs-exports
#       - dax.accelerator
#       - ssm.get-apis
#       - apigateway.stage-variables
#     services:
#     - acm
#     - apigateway
#     - appconfig
#     - appsync
#     - athena
#     - aurora
#     - autoscaling
#     - cdk
#     - cloudformation
#     - cloudfront
#     - cloudtrail
#     - cloudwatch
#     - codeartifact
#     - codebuild
#     - codedeploy
#     - codepipeline
#     - cognito
#     - dax
#     - dynamodb
#     - ec2
#     - ecr
#     - ecs
#     - elasticache
#     - elasticbeanstalk
#     - elb
#     - eventbridge
#     - firehose
#     - iam
#     - kinesis
#     - kms
#     - lambda
#     - logs
#     - macie
#     - opensearch
#     - rds
#     - s3
#     - sam
#     - secretsmanager
#     - sns
#     - sqs
#     - ssm
#     - stepfunctions
#     - sts
#     - vpc
#     - xray
#     title: A mock exam
#     topics:
#     - sns.message-filtering
#     - sqs.fifo-message-groups
#     - lambda.sqs-mapping-settings
#     - lambda.layers
#     - lambda.provisioned-concurrency
#     - dynamodb.gsi
#     - dax.accelerator
#     - apigateway.stage-variables
#     - cognito.identity-pools
#     - sts.cross-account
#     - kms.envelope-encrypt
#     - kms.s3-bucket-keys
#     - ssm.get-apis
#     - cloudformation.outputs-exports
#     - codedeploy.lambda-appspec-hooks
#     - logs.metric-filters
#     - xray.concepts
#     - security.checkpoint
# ---

# %% [markdown]
# # A mock exam
#
# After this notebook you know how the exam *AWS Certified Developer - Associate* works, how to spend its minutes, and
# where you stand: 65 new questions, weighted as in the exam, with the reason for every option and the lesson to read
# again. Take an hour for the first part and the reasons, and 130 undisturbed minutes for the questions.

# %% setup="start"
import random
from math import ceil

from course import charts, check, exam, lesson, progress, question, solution

lesson("12-capstone/04-mock-exam")
guide = exam.guide()

# %% [markdown]
# ## How the exam works

# %%
print(f"{guide.name} ({guide.code})")
print(f"{guide.questions} questions in {guide.minutes} minutes;", end=" ")
print(f"{guide.scored} of them count, and nobody tells you which")
print(f"a score from {guide.lowest} to {guide.highest:,}; {guide.passing} passes")
print(f"{guide.price} USD, without taxes, for each sitting")

# %% [markdown]
# Two kinds of question: **multiple choice**, with one right option of four, and **multiple response**, with two or
# more right ones of five or more; the question says how many. The 15 questions that do not count are tried out for
# later exams.
#
# Four **domains** have a weight each. You need not pass every domain: only the whole score counts, so a strong domain
# makes up for a weak one.

# %%
asked = exam.questions()
shares = {
    domain.name: {
        "AWS's guide": domain.weight,
        "this exam": 100 * sum(one.domain == domain for one in asked) / len(asked),
    }
    for domain in guide.domains
}
off = max(abs(both["AWS's guide"] - both["this exam"]) for both in shares.values())
charts.compare(
    shares,
    headline=f"This mock exam keeps the guide's weights to within {ceil(off)} percent",
    unit="percent of the questions",
    source=guide.source,
)

# %% [markdown]
# > **Then and now.** Older books describe DVA-C01, with five domains; *Refactoring* was one of them. DVA-C02 took its
# > place in 2023.

# %% [markdown] question="weak-domain"
# ### A first question
#
# In a practice exam somebody reaches 90 percent in three domains and 50 percent in *Troubleshooting and Optimization*,
# which weighs 18 percent. What does that mean for the real exam?
#
# - [ ] **A** It would be failed, because each domain must reach the pass mark.
#   > The domains are not judged one by one. They only weigh differently.
# - [x] **B** It would probably be passed: one score counts, made of all domains.
#   > By weight that is 83 percent of the whole. The report tells the weak domain, and a wise person reads on there.
# - [ ] **C** The weak domain is left out, because 15 questions do not count.
#   > Those 15 lie anywhere, and are not chosen by how well you know them.
# - [ ] **D** It would be repeated in that domain only.
#   > An exam is repeated as a whole, after 14 days at the earliest.

# %% answer="weak-domain"
answer = "B"

# %% check="weak-domain" points=1
question("weak-domain", answer)

# %% [markdown]
# ## Two minutes each
#
# 130 minutes for 65 questions make two minutes each. Most people need less for half of them and more for some. What if
# your pace is a little off?

# %%
minutes = [half / 2 for half in range(2 * guide.minutes + 1)]
paces = {"1½ minutes each": 1.5, "2 minutes each": 2.0, "2½ minutes each": 2.5}
unread = guide.questions - int(guide.minutes / 2.5)
charts.curves(
    {name: (minutes, [min(guide.questions, at / each) for at in minutes]) for name, each in paces.items()},
    headline=f"Half a minute too much for each, and {unread} questions are never read",
    x_label="minutes since the beginning",
    y_label="questions answered",
    y_unit="questions",
    source=guide.source,
)

# %% [markdown]
# So have a plan: some minutes for a second look at the end, and **checkpoints** on the way. If a question takes three
# minutes, choose the best option so far, mark the question for review, and go on: every question counts the same.
#
# > **Exam.** Who takes it in English without being a native speaker may ask for 30 minutes more, once, before booking.
#
# ### Your turn: checkpoints
#
# Write `checkpoints(minutes, blocks, reserve)`: the questions come in `blocks` equal blocks, and the last `reserve`
# minutes belong to the second look. Return a list: after how many minutes each block should be done.
#
# <details><summary>Hint</summary>
#
# Take the reserve off first; the blocks share the rest evenly. The first block is done after one share, the second
# after two.
# </details>


# %% exercise="checkpoints"
def checkpoints(minutes: float, blocks: int, reserve: float) -> list[float]:
    """Return the minute by which each block should be done."""
    ### BEGIN SOLUTION
    share = (minutes - reserve) / blocks
    return [share * done for done in range(1, blocks + 1)]
    ### END SOLUTION


# %% check="checkpoints" points=1
with check("checkpoints", needs="checkpoints", right="Write them on the first sheet of paper that you get.") as expect:

    def plans(minutes: float, blocks: int, reserve: float, wanted: list[float]) -> None:
        got = checkpoints(minutes, blocks, reserve)
        what = f"{minutes} minutes, {blocks} blocks, {reserve} in reserve"
        expect(type(got) is list, f"{what}: return a list of minutes, not {got!r}.")
        expect(len(got) == blocks, f"{what}: {len(got)} checkpoints came back; every block has one.")
        for place, (minute, goal) in enumerate(zip(got, wanted, strict=True), 1):
            expect.close(minute, goal, f"{what}: the end of block {place}")

    plans(130, 5, 15, [23, 46, 69, 92, 115])
    plans(130, 5, 0, [26, 52, 78, 104, 130])
    ### BEGIN HIDDEN TESTS
    plans(160, 5, 20, [28, 56, 84, 112, 140])
    plans(90, 4, 10, [20, 40, 60, 80])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Never leave a blank
#
# A blank is scored as wrong, and a wrong answer costs nothing more. So guess, after you have ruled out what you can.
# We let a program guess, many times.


# %%
def luck(options: int, right: int, ruled_out: int, tries: int = 20_000) -> float:
    """How often a blind choice is all right, in percent. Options 0, 1, ... are the right ones."""
    dice = random.Random(65)
    left = range(options - ruled_out)
    hits = sum(max(dice.sample(left, right)) < right for _ in range(tries))
    return 100 * hits / tries


guesses = {
    "one of four": luck(4, 1, 0),
    "one of four, two ruled out": luck(4, 1, 2),
    "two of five": luck(5, 2, 0),
    "two of five, two ruled out": luck(5, 2, 2),
    "three of six": luck(6, 3, 0),
    "three of six, two ruled out": luck(6, 3, 2),
}
charts.bars(
    guesses,
    headline="Ruling out two options makes a guess two to five times as good",
    unit="percent of guesses that are all right",
    highlight=[name for name in guesses if "ruled out" in name],
    source="20,000 guesses each, simulated in this cell",
)

# %% [markdown]
# In a question with several right options all of them must be found, and no other; AWS gives no part of a point.
#
# ### Your turn: the odds
#
# Write `odds(options, right, ruled_out)`: the exact chance, between 0 and 1, that a guess is all right. `options` stand
# there, `right` of them are right and must be chosen, and you have rightly ruled out `ruled_out` wrong ones.
#
# <details><summary>Hint</summary>
#
# In how many ways can `right` things be chosen from those that are left? One of the ways is the right one.
# `math.comb` counts them.
# </details>

# %% exercise="odds"
from math import comb


def odds(options: int, right: int, ruled_out: int) -> float:
    """Return the chance that a guess finds all right options and no other."""
    ### BEGIN SOLUTION
    return 1 / comb(options - ruled_out, right)
    ### END SOLUTION


# %% check="odds" points=1
with check("odds", needs="odds", right="A guess is worth something, and thinking before it is worth more.") as expect:
    expect.close(odds(4, 1, 0), 0.25, "One of four, blind")
    expect.close(odds(4, 1, 2), 0.5, "One of four, two ruled out")
    expect.close(odds(5, 2, 0), 0.1, "Two of five, blind: both must be found")
    expect.close(odds(5, 2, 2), 1 / 3, "Two of five, two ruled out: three pairs are left")
    ### BEGIN HIDDEN TESTS
    expect.close(odds(6, 3, 0), 0.05, "Three of six, blind: all three must be found")
    expect.close(odds(6, 3, 3), 1.0, "Three of six, three ruled out: the rest is right")
    expect.close(odds(6, 2, 1), 0.1, "Two of six, one ruled out")
    ### END HIDDEN TESTS

# %% [markdown]
# ## How much is enough?
#
# AWS does not publish how answers become a score. If the scale were a straight line, 720 points would be 45 of 65.
# Does it do to know 45 in 65? Every exam draws other questions, so luck has a say.

# %%
needed = ceil(guide.questions * (guide.passing - guide.lowest) / (guide.highest - guide.lowest))


def chance_to_pass(knows: float) -> float:
    """In percent, for somebody who answers this share of all possible questions rightly."""
    dice = random.Random(720)
    sittings = 2_000
    passed = sum(sum(dice.random() < knows for _ in range(guide.questions)) >= needed for _ in range(sittings))
    return 100 * passed / sittings


known = list(range(55, 96, 2))
chances = [chance_to_pass(share / 100) for share in known]
enough = next(share for share, chance in zip(known, chances, strict=True) if chance >= 95)
charts.curves(
    {"chance to pass": (known, chances)},
    headline=f"Who knows {enough} percent passes nineteen times in twenty",
    x_label="share of all possible questions that one knows",
    x_unit="percent",
    y_unit="percent of sittings",
    source="2,000 sittings each, simulated; straight scale assumed",
)

# %% [markdown]
# So do not book at the first 720 of a practice exam. Book when several of them are around 80 percent.

# %% [markdown] question="two-left"
# ### A second question
#
# Five minutes are left. Of a question "Choose two" you know one right option for certain and have ruled out one of the
# other four. What should you do?
#
# - [ ] **A** Choose the one that is certain and leave the second open: half a point is better than none.
#   > There are no half points. With one of two options the answer is wrong.
# - [ ] **B** Leave the question blank, because a wrong answer would cost points.
#   > Wrong and blank count the same. A guess can only win.
# - [x] **C** Choose the certain one and guess the second among the three that are left.
#   > One chance in three, for a few seconds.
# - [ ] **D** Choose the certain one and all three that are left, so that the right one is among them.
#   > The exam takes two options here, and a wrong one among them would make the answer wrong.

# %% answer="two-left"
answer = "C"

# %% check="two-left" points=1
question("two-left", answer)

# %% [markdown] question="two-fit"
# ### A third question
#
# A question asks for the solution "with the least operational effort". Two options would work: in one a managed service
# does it by a setting, in the other a program of yours does the same and is cheaper by a few dollars. Which one do you
# choose?
#
# - [x] **A** The setting of the managed service.
#   > The last sentence decides among options that work. Effort was asked for, and a program must be written and kept.
# - [ ] **B** The program, because saving money is always better.
#   > It would be the answer to "the lowest cost". Here cost was not asked for.
# - [ ] **C** The one with more services in it, because it shows more knowledge.
#   > The exam rewards what meets the demands. More parts mean more effort.
# - [ ] **D** Either, because both work and such a question has two right options.
#   > A question with several right options says so and tells how many.

# %% answer="two-fit"
answer = "A"

# %% check="two-fit" points=1
question("two-fit", answer)

# %% [markdown]
# ## Your rehearsal
#
# Five blocks of 13 questions follow. As in the exam: no notes, no lessons, no search. Each question carries one point.
#
# - **Full rehearsal**: all five sheets first, then the reasons. This tells where you stand.
# - **Block by block**: read the reasons after each sheet. This teaches most.
#
# The questions come from the course's own package, and so do the answers: who opens its files can read them. Nobody
# but you would be fooled.
#
# If you like a clock, run the next cell when you begin, and `exam.time_left()` in a cell of your own whenever you want
# to know. It counts for nothing.

# %%
exam.start()

# %% [markdown]
# ## Block 1: q01 to q13
#
# Thirteen questions of all four domains, in mixed order, as in the exam.

# %%
exam.show(1)

# %% [markdown]
# ### Your turn: sheet 1
#
# Write a letter between each pair of quotes, or as many letters as the question asks for, such as `"AC"`. Run the
# cell, then the check: it says what is missing or cannot be read, and nothing more.
#
# <details><summary>Hint</summary>
#
# Read the last sentence of a question first: it says what is asked for. Then read the scenario and note each demand
# ("no code may change", "the simplest way"). Every wrong option breaks one of them.
# </details>

# %% exercise="sheet-1" repair=true
sheet_1 = {
    "q01": "",
    "q02": "",
    "q03": "",
    "q04": "",
    "q05": "",
    "q06": "",
    "q07": "",
    "q08": "",
    "q09": "",
    "q10": "",
    "q11": "",
    "q12": "",
    "q13": "",  # two letters
}
### BEGIN SOLUTION
sheet_1 = {
    "q01": "C",
    "q02": "D",
    "q03": "A",
    "q04": "C",
    "q05": "A",
    "q06": "A",
    "q07": "C",
    "q08": "D",
    "q09": "B",
    "q10": "A",
    "q11": "B",
    "q12": "C",
    "q13": "CD",
}
### END SOLUTION

# %% check="sheet-1" points=13
with check("sheet-1", needs="sheet_1", right=exam.HANDED_IN, words="Handed in") as expect:
    handed_1 = exam.Sheet(1, sheet_1)
    ### BEGIN HIDDEN TESTS
    handed_1.collect()
    ### END HIDDEN TESTS
    handed_1.must_be_whole(expect)
### BEGIN HIDDEN TESTS
handed_1.points(expect)
### END HIDDEN TESTS

# %% [markdown]
# To learn block by block, run the next cell now: it shows the reasons of every option. For a full rehearsal skip it
# (and the four like it) until the end. Do not mend your sheet afterwards: the result should be honest.

# %%
exam.reasons(1, sheet_1)

# %% [markdown]
# ## Block 2: q14 to q26
#
# If you have kept to your plan, this is your first checkpoint. Ahead of it? Good. Behind? In the next hard question
# choose what looks best, note its number, and go on.

# %%
exam.show(2)

# %% [markdown]
# ### Your turn: sheet 2
#
# Write a letter between each pair of quotes, or as many letters as the question asks for, such as `"AC"`. Run the
# cell, then the check: it says what is missing or cannot be read, and nothing more.
#
# <details><summary>Hint</summary>
#
# Two options often do the same thing in two places. Ask which service would have to act: the one that holds the data,
# the one that calls, or the one in between?
# </details>

# %% exercise="sheet-2" repair=true
sheet_2 = {
    "q14": "",
    "q15": "",
    "q16": "",  # three letters
    "q17": "",
    "q18": "",  # two letters
    "q19": "",
    "q20": "",
    "q21": "",
    "q22": "",
    "q23": "",
    "q24": "",
    "q25": "",
    "q26": "",
}
### BEGIN SOLUTION
sheet_2 = {
    "q14": "D",
    "q15": "A",
    "q16": "ACF",
    "q17": "D",
    "q18": "CE",
    "q19": "B",
    "q20": "D",
    "q21": "C",
    "q22": "A",
    "q23": "A",
    "q24": "B",
    "q25": "A",
    "q26": "C",
}
### END SOLUTION

# %% check="sheet-2" points=13
with check("sheet-2", needs="sheet_2", right=exam.HANDED_IN, words="Handed in") as expect:
    handed_2 = exam.Sheet(2, sheet_2)
    ### BEGIN HIDDEN TESTS
    handed_2.collect()
    ### END HIDDEN TESTS
    handed_2.must_be_whole(expect)
### BEGIN HIDDEN TESTS
handed_2.points(expect)
### END HIDDEN TESTS

# %%
exam.reasons(2, sheet_2)

# %% [markdown]
# ## Block 3: q27 to q39
#
# The middle of the exam, and the place where concentration falls. Sit up, breathe, read slowly.

# %%
exam.show(3)

# %% [markdown]
# ### Your turn: sheet 3
#
# Write a letter between each pair of quotes, or as many letters as the question asks for, such as `"AC"`. Run the
# cell, then the check: it says what is missing or cannot be read, and nothing more.
#
# <details><summary>Hint</summary>
#
# Beware of options that are true and beside the point. A sentence may be right about AWS and still not answer the
# question.
# </details>

# %% exercise="sheet-3" repair=true
sheet_3 = {
    "q27": "",
    "q28": "",
    "q29": "",
    "q30": "",
    "q31": "",
    "q32": "",  # two letters
    "q33": "",
    "q34": "",
    "q35": "",
    "q36": "",
    "q37": "",
    "q38": "",
    "q39": "",
}
### BEGIN SOLUTION
sheet_3 = {
    "q27": "C",
    "q28": "B",
    "q29": "C",
    "q30": "D",
    "q31": "B",
    "q32": "BC",
    "q33": "A",
    "q34": "C",
    "q35": "B",
    "q36": "D",
    "q37": "A",
    "q38": "B",
    "q39": "D",
}
### END SOLUTION

# %% check="sheet-3" points=13
with check("sheet-3", needs="sheet_3", right=exam.HANDED_IN, words="Handed in") as expect:
    handed_3 = exam.Sheet(3, sheet_3)
    ### BEGIN HIDDEN TESTS
    handed_3.collect()
    ### END HIDDEN TESTS
    handed_3.must_be_whole(expect)
### BEGIN HIDDEN TESTS
handed_3.points(expect)
### END HIDDEN TESTS

# %%
exam.reasons(3, sheet_3)

# %% [markdown]
# ## Block 4: q40 to q52
#
# More questions of this block ask for two or three options than elsewhere. The number is always said.

# %%
exam.show(4)

# %% [markdown]
# ### Your turn: sheet 4
#
# Write a letter between each pair of quotes, or as many letters as the question asks for, such as `"AC"`. Run the
# cell, then the check: it says what is missing or cannot be read, and nothing more.
#
# <details><summary>Hint</summary>
#
# If a question asks for two or three options, judge each by itself: would it be a part of the solution if it were the
# only line? Then count.
# </details>

# %% exercise="sheet-4" repair=true
sheet_4 = {
    "q40": "",
    "q41": "",
    "q42": "",
    "q43": "",
    "q44": "",  # two letters
    "q45": "",  # two letters
    "q46": "",
    "q47": "",
    "q48": "",
    "q49": "",  # two letters
    "q50": "",
    "q51": "",  # three letters
    "q52": "",
}
### BEGIN SOLUTION
sheet_4 = {
    "q40": "A",
    "q41": "D",
    "q42": "B",
    "q43": "B",
    "q44": "AB",
    "q45": "AD",
    "q46": "C",
    "q47": "D",
    "q48": "C",
    "q49": "DE",
    "q50": "B",
    "q51": "BCD",
    "q52": "D",
}
### END SOLUTION

# %% check="sheet-4" points=13
with check("sheet-4", needs="sheet_4", right=exam.HANDED_IN, words="Handed in") as expect:
    handed_4 = exam.Sheet(4, sheet_4)
    ### BEGIN HIDDEN TESTS
    handed_4.collect()
    ### END HIDDEN TESTS
    handed_4.must_be_whole(expect)
### BEGIN HIDDEN TESTS
handed_4.points(expect)
### END HIDDEN TESTS

# %%
exam.reasons(4, sheet_4)

# %% [markdown]
# ## Block 5: q53 to q65
#
# The last thirteen. Afterwards go back to the numbers that you noted: there should be a quarter of an hour for it.

# %%
exam.show(5)

# %% [markdown]
# ### Your turn: sheet 5
#
# Write a letter between each pair of quotes, or as many letters as the question asks for, such as `"AC"`. Run the
# cell, then the check: it says what is missing or cannot be read, and nothing more.
#
# <details><summary>Hint</summary>
#
# Words such as "always", "by itself" and "at once" are worth a second look. So is the option that needs the least
# work and breaks no demand.
# </details>

# %% exercise="sheet-5" repair=true
sheet_5 = {
    "q53": "",
    "q54": "",
    "q55": "",
    "q56": "",
    "q57": "",  # two letters
    "q58": "",
    "q59": "",
    "q60": "",
    "q61": "",
    "q62": "",  # two letters
    "q63": "",
    "q64": "",
    "q65": "",
}
### BEGIN SOLUTION
sheet_5 = {
    "q53": "A",
    "q54": "C",
    "q55": "B",
    "q56": "A",
    "q57": "BD",
    "q58": "C",
    "q59": "C",
    "q60": "D",
    "q61": "B",
    "q62": "BE",
    "q63": "D",
    "q64": "B",
    "q65": "A",
}
### END SOLUTION

# %% check="sheet-5" points=13
with check("sheet-5", needs="sheet_5", right=exam.HANDED_IN, words="Handed in") as expect:
    handed_5 = exam.Sheet(5, sheet_5)
    ### BEGIN HIDDEN TESTS
    handed_5.collect()
    ### END HIDDEN TESTS
    handed_5.must_be_whole(expect)
### BEGIN HIDDEN TESTS
handed_5.points(expect)
### END HIDDEN TESTS

# %%
exam.reasons(5, sheet_5)

# %% [markdown]
# ## Your result
#
# The score is an estimate; what helps is the list below it. For each wrong answer find out which it was: you did not
# **know** something, you **overlooked** a demand of the scenario, or you **changed** a right answer. Each has another
# remedy.

# %%
exam.result(sheet_1, sheet_2, sheet_3, sheet_4, sheet_5)

# %%
exam.result(sheet_1, sheet_2, sheet_3, sheet_4, sheet_5).chart()

# %% [markdown]
# Come back in a week or two: read the lessons named above, clear the sheets, and sit the exam again. You will remember
# some answers; say the *reasons* aloud before you choose.
#
# ## To remember
#
# - 65 questions, 130 minutes, 720 of 1,000 points; 50 questions count, and you cannot tell which.
# - The domains weigh 32, 26, 24 and 18 percent, and only the whole score decides.
# - Plan checkpoints, keep a quarter of an hour for a second look, and leave hard questions for it.
# - The last sentence decides: cheapest, quickest, least effort, most secure are different questions.
# - Every wrong option breaks a demand of the scenario. Find the demand, and cross the option out.
# - Never leave a blank; a guess costs nothing.
# - In questions with several right options all must be found, and no other.
# - Book when practice exams stand around 80 percent: the pass mark itself leaves half to luck.

# %%
progress()
