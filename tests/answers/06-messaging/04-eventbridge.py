# %% [markdown]
# Answers to 06-messaging/04-eventbridge: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.
