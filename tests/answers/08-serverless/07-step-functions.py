# %% [markdown]
# Answers to 08-serverless/07-step-functions: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="late-return"
late_return = json.dumps(
    {
        "QueryLanguage": "JSONata",
        "StartAt": "Sort",
        "States": {
            "Sort": {
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% $states.input.minutes > 1440 %}", "Next": "Missing"},
                    {"Condition": "{% $states.input.minutes > 60 %}", "Next": "Large"},
                    {"Condition": "{% $states.input.minutes > 0 %}", "Next": "Grace"},
                ],
                "Default": "Fine",
            },
            "Fine": {"Type": "Succeed"},
            "Grace": {"Type": "Wait", "Seconds": 900, "Next": "Small"},
            "Small": {"Type": "Pass", "Output": "{% $merge([$states.input, {'fee': 5}]) %}", "End": True},
            "Large": {"Type": "Pass", "Output": "{% $merge([$states.input, {'fee': 20}]) %}", "End": True},
            "Missing": {"Type": "Fail", "Error": "Missing", "Cause": "Gone for more than a day"},
        },
    }
)


# %% wrong="late-return" says="AWS refuses the definition"
late_return = {
    "StartAt": "How late?",
    "States": {
        "How late?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.minutes", "NumericLessThanEquals": 0, "Next": "In time"},
                {"Variable": "$.minutes", "NumericGreaterThan": 1440, "Next": "Missing"},
                {"Variable": "$.minutes", "NumericGreaterThan": 60, "Next": "Large fee"},
            ],
            "Default": "Grace",
        },
        "In time": {"Type": "Succeed"},
        "Grace": {"Type": "Wait", "Seconds": 900, "Next": "Small fee"},
        "Small fee": {"Type": "Pass", "Result": 5, "ResultPath": "$.fee", "End": True},
        "Large fee": {"Type": "Pass", "Result": 20, "ResultPath": "$.fee"},
        "Missing": {"Type": "Fail", "Error": "Missing"},
    },
}


# %% wrong="late-return" says="the output"
late_return = {
    "StartAt": "How late?",
    "States": {
        "How late?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.minutes", "NumericLessThanEquals": 0, "Next": "In time"},
                {"Variable": "$.minutes", "NumericGreaterThan": 1440, "Next": "Missing"},
                {"Variable": "$.minutes", "NumericGreaterThan": 60, "Next": "Large fee"},
            ],
            "Default": "Grace",
        },
        "In time": {"Type": "Succeed"},
        "Grace": {"Type": "Wait", "Seconds": 900, "Next": "Small fee"},
        "Small fee": {"Type": "Pass", "Result": {"fee": 5}, "End": True},
        "Large fee": {"Type": "Pass", "Result": {"fee": 20}, "End": True},
        "Missing": {"Type": "Fail", "Error": "Missing"},
    },
}


# %% wrong="late-return" says="Seconds are seconds"
late_return = {
    "StartAt": "How late?",
    "States": {
        "How late?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.minutes", "NumericLessThanEquals": 0, "Next": "In time"},
                {"Variable": "$.minutes", "NumericGreaterThan": 1440, "Next": "Missing"},
                {"Variable": "$.minutes", "NumericGreaterThan": 60, "Next": "Large fee"},
            ],
            "Default": "Grace",
        },
        "In time": {"Type": "Succeed"},
        "Grace": {"Type": "Wait", "Seconds": 15, "Next": "Small fee"},
        "Small fee": {"Type": "Pass", "Result": 5, "ResultPath": "$.fee", "End": True},
        "Large fee": {"Type": "Pass", "Result": 20, "ResultPath": "$.fee", "End": True},
        "Missing": {"Type": "Fail", "Error": "Missing"},
    },
}


# %% wrong="late-return" says="Which rule fits first?"
late_return = {
    "StartAt": "How late?",
    "States": {
        "How late?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.minutes", "NumericLessThanEquals": 0, "Next": "In time"},
                {"Variable": "$.minutes", "NumericGreaterThan": 60, "Next": "Large fee"},
                {"Variable": "$.minutes", "NumericGreaterThan": 1440, "Next": "Missing"},
            ],
            "Default": "Grace",
        },
        "In time": {"Type": "Succeed"},
        "Grace": {"Type": "Wait", "Seconds": 900, "Next": "Small fee"},
        "Small fee": {"Type": "Pass", "Result": 5, "ResultPath": "$.fee", "End": True},
        "Large fee": {"Type": "Pass", "Result": 20, "ResultPath": "$.fee", "End": True},
        "Missing": {"Type": "Fail", "Error": "Missing"},
    },
}


# %% wrong="late-return" says="60 minutes late"
late_return = {
    "StartAt": "How late?",
    "States": {
        "How late?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.minutes", "NumericLessThanEquals": 0, "Next": "In time"},
                {"Variable": "$.minutes", "NumericGreaterThan": 1440, "Next": "Missing"},
                {"Variable": "$.minutes", "NumericGreaterThanEquals": 60, "Next": "Large fee"},
            ],
            "Default": "Grace",
        },
        "In time": {"Type": "Succeed"},
        "Grace": {"Type": "Wait", "Seconds": 900, "Next": "Small fee"},
        "Small fee": {"Type": "Pass", "Result": 5, "ResultPath": "$.fee", "End": True},
        "Large fee": {"Type": "Pass", "Result": 20, "ResultPath": "$.fee", "End": True},
        "Missing": {"Type": "Fail", "Error": "Missing"},
    },
}


# %% wrong="late-return" says="1440 minutes late"
late_return = {
    "StartAt": "How late?",
    "States": {
        "How late?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.minutes", "NumericLessThanEquals": 0, "Next": "In time"},
                {"Variable": "$.minutes", "NumericGreaterThanEquals": 1440, "Next": "Missing"},
                {"Variable": "$.minutes", "NumericGreaterThan": 60, "Next": "Large fee"},
            ],
            "Default": "Grace",
        },
        "In time": {"Type": "Succeed"},
        "Grace": {"Type": "Wait", "Seconds": 900, "Next": "Small fee"},
        "Small fee": {"Type": "Pass", "Result": 5, "ResultPath": "$.fee", "End": True},
        "Large fee": {"Type": "Pass", "Result": 20, "ResultPath": "$.fee", "End": True},
        "Missing": {"Type": "Fail", "Error": "Missing"},
    },
}


# %% right="no-function"
def booking_machine(table, queue_url):
    put = "arn:aws:states:::aws-sdk:dynamodb:putItem"
    item = {
        "id": {"S": "{% $states.input.id %}"},
        "rider": {"S": "{% $states.input.rider %}"},
        "price": {"N": "{% $string($states.input.price) %}"},
    }
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Put",
        "States": {
            "Put": {
                "Type": "Task",
                "Resource": put,
                "Arguments": {
                    "TableName": table,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(#id)",
                    "ExpressionAttributeNames": {"#id": "id"},
                },
                "Output": "{% $states.input %}",
                "Next": "Send",
            },
            "Send": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Arguments": {"QueueUrl": queue_url, "MessageBody": "{% $states.input %}"},
                "Output": "{% $states.input %}",
                "End": True,
            },
        },
    }


# %% wrong="no-function" says="a ConditionExpression"
def booking_machine(table, queue_url):
    item = {
        "id": {"S.$": "$.id"},
        "rider": {"S.$": "$.rider"},
        "price": {"N.$": "States.Format('{}', $.price)"},
    }
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": table, "Item": item},
        "ResultPath": None,
        "Next": "Tell",
    }
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue_url, "MessageBody.$": "$"},
        "ResultPath": None,
        "End": True,
    }
    return {"StartAt": "Put", "States": {"Put": put, "Tell": tell}}


# %% wrong="no-function" says="The message, read as JSON"
def booking_machine(table, queue_url):
    item = {
        "id": {"S.$": "$.id"},
        "rider": {"S.$": "$.rider"},
        "price": {"N.$": "States.Format('{}', $.price)"},
    }
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {
            "TableName": table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(id)",
        },
        "Next": "Tell",
    }
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue_url, "MessageBody.$": "$"},
        "End": True,
    }
    return {"StartAt": "Put", "States": {"Put": put, "Tell": tell}}


# %% wrong="no-function" says="The item in the table"
def booking_machine(table, queue_url):
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {
            "TableName": table,
            "Item": {
                "id": {"S.$": "$.id"},
                "rider": {"S.$": "$.rider"},
                "price": {"S.$": "States.Format('{}', $.price)"},
            },
            "ConditionExpression": "attribute_not_exists(id)",
        },
        "ResultPath": None,
        "Next": "Tell",
    }
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue_url, "MessageBody.$": "$"},
        "ResultPath": None,
        "End": True,
    }
    return {"StartAt": "Put", "States": {"Put": put, "Tell": tell}}


# %% wrong="no-function" says="The output of the execution"
def booking_machine(table, queue_url):
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {
            "TableName": table,
            "Item": {
                "id": {"S.$": "$.id"},
                "rider": {"S.$": "$.rider"},
                "price": {"N.$": "States.Format('{}', $.price)"},
            },
            "ConditionExpression": "attribute_not_exists(id)",
        },
        "ResultPath": None,
        "Next": "Tell",
    }
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue_url, "MessageBody.$": "$"},
        "End": True,
    }
    return {"StartAt": "Put", "States": {"Put": put, "Tell": tell}}


# %% right="no-function"
def booking_machine(table, queue_url):
    return {
        "StartAt": "No lambda here",
        "States": {
            "No lambda here": {
                "Type": "Task",
                "Resource": "arn:aws:states:::dynamodb:putItem",
                "Parameters": {
                    "TableName": table,
                    "Item": {
                        "id": {"S.$": "$.id"},
                        "rider": {"S.$": "$.rider"},
                        "price": {"N.$": "States.Format('{}', $.price)"},
                    },
                    "ConditionExpression": "attribute_not_exists(id)",
                },
                "ResultPath": None,
                "Next": "Tell",
            },
            "Tell": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": queue_url, "MessageBody.$": "$"},
                "ResultPath": None,
                "End": True,
            },
        },
    }


# %% wrong="no-function" says="should return the definition"
def booking_machine(table, queue_url):
    return new_machine(
        {
            "StartAt": "Store",
            "States": {
                "Store": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::dynamodb:putItem",
                    "Parameters": {
                        "TableName": table,
                        "Item": {
                            "id": {"S.$": "$.id"},
                            "rider": {"S.$": "$.rider"},
                            "price": {"N.$": "States.Format('{}', $.price)"},
                        },
                        "ConditionExpression": "attribute_not_exists(id)",
                    },
                    "ResultPath": None,
                    "Next": "Tell",
                },
                "Tell": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sqs:sendMessage",
                    "Parameters": {"QueueUrl": queue_url, "MessageBody.$": "$"},
                    "ResultPath": None,
                    "End": True,
                },
            },
        }
    )


# %% right="predict-retries"
predicted = {
    "A: calls": 4,
    "A: seconds": 45.0,
    "B: calls": 4,
    "B: seconds": 100.0,
    "B: transitions": 5,
}


# %% wrong="predict-retries" says="The second entry is not asked"
predicted = {
    "A: calls": 4,
    "A: seconds": 45,
    "B: calls": 5,
    "B: seconds": 105,
    "B: transitions": 6,
}


# %% wrong="predict-retries" says="MaxDelaySeconds cuts it to 60"
predicted = {
    "A: calls": 4,
    "A: seconds": 45,
    "B: calls": 4,
    "B: seconds": 130,
    "B: transitions": 5,
}


# %% wrong="predict-retries" says="three retries, and Phone"
predicted = {
    "A: calls": 4,
    "A: seconds": 45,
    "B: calls": 4,
    "B: seconds": 100,
    "B: transitions": 2,
}


# %% right="keep-order"
sell = {
    "StartAt": "Book a seat",
    "States": {
        "Book a seat": book_seat(
            Retry=[
                {"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "BackoffRate": 2, "MaxAttempts": 3},
                {"ErrorEquals": ["States.ALL"], "MaxAttempts": 0},
            ],
            Catch=[
                {"ErrorEquals": ["SoldOut"], "ResultPath": "$.problem", "Next": "Offer the next ferry"},
                {"ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": "Call the rider"},
            ],
            Next="Done",
        ),
        "Offer the next ferry": {
            "Type": "Pass",
            "Parameters": {
                "offer": "next ferry",
                "id.$": "$.id",
                "errors.$": "$.errors",
                "problem.$": "$.problem",
            },
            "Next": "Done",
        },
        "Call the rider": {"Type": "Succeed"},
        "Done": {"Type": "Succeed"},
    },
}


# %% wrong="keep-order" says="how often the ferry was asked"
sell = one_state(
    "Book a seat",
    book_seat(
        Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 3}],
        Catch=[
            {"ErrorEquals": ["SoldOut"], "ResultPath": "$.problem", "Next": "Offer the next ferry"},
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": "Call the rider"},
        ],
    ),
    **{
        "Offer the next ferry": {"Type": "Pass", "Result": "next ferry", "ResultPath": "$.offer", "End": True},
        "Call the rider": {"Type": "Pass", "End": True},
    },
)


# %% wrong="keep-order" says="has lost"
sell = one_state(
    "Book a seat",
    book_seat(
        Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
        Catch=[
            {"ErrorEquals": ["SoldOut"], "Next": "Offer the next ferry"},
            {"ErrorEquals": ["States.ALL"], "Next": "Call the rider"},
        ],
    ),
    **{
        "Offer the next ferry": {"Type": "Pass", "Result": "next ferry", "ResultPath": "$.offer", "End": True},
        "Call the rider": {"Type": "Pass", "End": True},
    },
)


# %% wrong="keep-order" says="it should go through 'Offer the next ferry'"
sell = one_state(
    "Book a seat",
    book_seat(
        Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
        Catch=[
            {"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.problem", "Next": "Call the rider"},
            {"ErrorEquals": ["SoldOut"], "ResultPath": "$.problem", "Next": "Offer the next ferry"},
        ],
    ),
    **{
        "Offer the next ferry": {"Type": "Pass", "Result": "next ferry", "ResultPath": "$.offer", "End": True},
        "Call the rider": {"Type": "Pass", "End": True},
    },
)


# %% wrong="keep-order" says="not after 10"
sell = one_state(
    "Book a seat",
    book_seat(
        Retry=[{"ErrorEquals": ["Busy"], "MaxAttempts": 3}],
        Catch=[
            {"ErrorEquals": ["SoldOut"], "ResultPath": "$.problem", "Next": "Offer the next ferry"},
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": "Call the rider"},
        ],
    ),
    **{
        "Offer the next ferry": {"Type": "Pass", "Result": "next ferry", "ResultPath": "$.offer", "End": True},
        "Call the rider": {"Type": "Pass", "End": True},
    },
)


# %% wrong="keep-order" says="Which name means all errors?"
sell = one_state(
    "Book a seat",
    book_seat(
        Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3, "BackoffRate": 2}],
        Catch=[
            {"ErrorEquals": ["SoldOut"], "Next": "Offer the next ferry", "ResultPath": "$.problem"},
            {"ErrorEquals": ["States.TaskFailed"], "Next": "Call the rider", "ResultPath": "$.problem"},
        ],
    ),
    **{
        "Offer the next ferry": {
            "Type": "Pass",
            "Result": "next ferry",
            "ResultPath": "$.offer",
            "End": True,
        },
        "Call the rider": {"Type": "Pass", "End": True},
    },
)


# %% right="keep-order"
sell = one_state(
    "Book a seat",
    book_seat(
        Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 10}],
        Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": "Which?"}],
    ),
    **{
        "Which?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.problem.Error", "StringEquals": "SoldOut", "Next": "Offer the next ferry"}],
            "Default": "Call the rider",
        },
        "Offer the next ferry": {"Type": "Pass", "Result": "next ferry", "ResultPath": "$.offer", "End": True},
        "Call the rider": {"Type": "Pass", "End": True},
    },
)


# %% right="saga"
def saga(tour):
    """Each step by hand, through lambda:invoke."""

    def task(name, retry, **more):
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": tour[name], "Payload.$": "$"},
            "ResultPath": "$.last",
            "Retry": [retry],
            **more,
        }

    def step(name, undo, **more):
        retry = {"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "BackoffRate": 2.0, "MaxAttempts": 3}
        catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": undo}]
        return task(name, retry, Catch=catch, **more)

    again = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "BackoffRate": 1, "MaxAttempts": 5}
    return json.dumps(
        {
            "StartAt": "Bicycle",
            "States": {
                "Bicycle": step("reserve bicycle", "Cancelled", Next="Seat"),
                "Seat": step("reserve seat", "Undo bicycle", Next="Card"),
                "Card": step("charge card", "Undo seat", Next="Ticket"),
                "Ticket": step("send ticket", "Undo card", End=True),
                "Undo card": task("refund card", again, Next="Undo seat"),
                "Undo seat": task("release seat", again, Next="Undo bicycle"),
                "Undo bicycle": task("release bicycle", again, Next="Cancelled"),
                "Cancelled": {"Type": "Fail", "Error": "TourCancelled"},
            },
        }
    )


# %% wrong="saga" says="ResultPath"
def saga(tour):
    made = {}
    back = "cancelled"
    for here, following in zip(DOES, [*DOES[1:], "sold"]):
        made[here] = {
            "Type": "Task",
            "Resource": tour[here],
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": back}],
            "Next": following,
        }
        if here in UNDOES:
            made[UNDOES[here]] = {
                "Type": "Task",
                "Resource": tour[UNDOES[here]],
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}],
                "Next": back,
            }
            back = UNDOES[here]
    made["cancelled"] = {"Type": "Fail", "Error": "TourCancelled"}
    made["sold"] = {"Type": "Succeed"}
    return {"StartAt": DOES[0], "States": made}


# %% wrong="saga" says="the compensations, in the order of the calls"
def saga(tour):
    """Every failure undoes everything, in the order in which it was done."""
    made = {}
    for here, following in zip(DOES, [*DOES[1:], "sold"]):
        made[here] = {
            "Type": "Task",
            "Resource": tour[here],
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": "release bicycle"}],
            "Next": following,
        }
    undo = list(UNDOES.values())
    for here, following in zip(undo, [*undo[1:], "cancelled"]):
        made[here] = {
            "Type": "Task",
            "Resource": tour[here],
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}],
            "Next": following,
        }
    made["cancelled"] = {"Type": "Fail", "Error": "TourCancelled"}
    made["sold"] = {"Type": "Succeed"}
    return {"StartAt": DOES[0], "States": made}


# %% wrong="saga" says="was not retried to the end"
def saga(tour):
    made = {}
    back = "cancelled"
    for here, following in zip(DOES, [*DOES[1:], "sold"]):
        made[here] = {
            "Type": "Task",
            "Resource": tour[here],
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": back}],
            "Next": following,
        }
        if here in UNDOES:
            made[UNDOES[here]] = {
                "Type": "Task",
                "Resource": tour[UNDOES[here]],
                "ResultPath": None,
                "Next": back,
            }
            back = UNDOES[here]
    made["cancelled"] = {"Type": "Fail", "Error": "TourCancelled"}
    made["sold"] = {"Type": "Succeed"}
    return {"StartAt": DOES[0], "States": made}


# %% wrong="saga" says="the compensations, in the order of the calls"
def saga(tour):
    """The failed step is undone as well."""
    made = {}
    back = "cancelled"
    for here, following in zip(DOES, [*DOES[1:], "sold"]):
        undo = UNDOES.get(here, back)
        made[here] = {
            "Type": "Task",
            "Resource": tour[here],
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": undo}],
            "Next": following,
        }
        if here in UNDOES:
            made[undo] = {
                "Type": "Task",
                "Resource": tour[undo],
                "ResultPath": None,
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}],
                "Next": back,
            }
            back = undo
    made["cancelled"] = {"Type": "Fail", "Error": "TourCancelled"}
    made["sold"] = {"Type": "Succeed"}
    return {"StartAt": DOES[0], "States": made}


# %% wrong="saga" says="the error TourCancelled"
def saga(tour):
    """All right, but a cancelled tour ends as a success, and nobody hears of it."""
    made = {}
    back = "done"
    for here, following in zip(DOES, [*DOES[1:], "done"]):
        made[here] = {
            "Type": "Task",
            "Resource": tour[here],
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": back}],
            "Next": following,
        }
        if here in UNDOES:
            made[UNDOES[here]] = {
                "Type": "Task",
                "Resource": tour[UNDOES[here]],
                "ResultPath": None,
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}],
                "Next": back,
            }
            back = UNDOES[here]
    made["done"] = {"Type": "Succeed"}
    return {"StartAt": DOES[0], "States": made}


# %% right="saga"
def saga(tour):
    s = {}
    back = "Cancelled"
    for i, step in enumerate(DOES):
        s[step] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": tour[step], "Payload.$": "$"},
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": back}],
        }
        if i + 1 < len(DOES):
            s[step]["Next"] = DOES[i + 1]
        else:
            s[step]["End"] = True
        if step in UNDOES:
            undo = UNDOES[step]
            s[undo] = {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": tour[undo], "Payload.$": "$"},
                "ResultPath": None,
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 10}],
                "Next": back,
            }
            back = undo
    s["Cancelled"] = {"Type": "Fail", "Error": "TourCancelled"}
    return {"StartAt": DOES[0], "States": s}


# %% wrong="saga" says="was not retried to the end"
def saga(tour):
    s = {}
    back = "Cancelled"
    for i, step in enumerate(DOES):
        s[step] = {
            "Type": "Task",
            "Resource": tour[step],
            "ResultPath": None,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": back}],
        }
        if i + 1 < len(DOES):
            s[step]["Next"] = DOES[i + 1]
        else:
            s[step]["End"] = True
        if step in UNDOES:
            undo = UNDOES[step]
            s[undo] = {
                "Type": "Task",
                "Resource": tour[undo],
                "ResultPath": None,
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 4}],
                "Next": back,
            }
            back = undo
    s["Cancelled"] = {"Type": "Fail", "Error": "TourCancelled"}
    return {"StartAt": DOES[0], "States": s}


# %% right="ask-a-person"
def approval_machine(queue_url):
    order = {"id": "{% $states.input.id %}", "price": "{% $states.input.price %}"}
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Desk",
        "States": {
            "Desk": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Arguments": {
                    "QueueUrl": queue_url,
                    "MessageBody": {**order, "token": "{% $states.context.Task.Token %}"},
                },
                "TimeoutSeconds": 86400,
                "Output": "{% $merge([$states.input, {'decision': $states.result}]) %}",
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Nobody"}],
                "Next": "Done",
            },
            "Nobody": {"Type": "Fail", "Error": "NobodyAnswered", "Cause": "24 hours are over"},
            "Done": {"Type": "Succeed"},
        },
    }


def decide(body, limit):
    order = json.loads(body)
    if order["price"] > limit:
        return states.send_task_failure(taskToken=order["token"], error="TooExpensive")
    return states.send_task_success(taskToken=order["token"], output=json.dumps({"approved": True}))


# %% wrong="ask-a-person" says="Does the resource end in .waitForTaskToken?"
def approval_machine(queue_url):
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {
            "QueueUrl": queue_url,
            "MessageBody": {"id.$": "$.id", "price.$": "$.price", "token.$": "$$.Execution.Id"},
        },
        "TimeoutSeconds": 86400,
        "ResultPath": "$.decision",
        "End": True,
    }
    return {"StartAt": "Ask", "States": {"Ask": ask}}


def decide(body, limit):
    asked = json.loads(body)
    states.send_task_success(taskToken=asked["token"], output='{"approved": true}')


# %% wrong="ask-a-person" says="should fail with TooExpensive"
def approval_machine(queue_url):
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": queue_url,
            "MessageBody": {"id.$": "$.id", "price.$": "$.price", "token.$": "$$.Task.Token"},
        },
        "TimeoutSeconds": 86400,
        "ResultPath": "$.decision",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Nobody"}],
        "End": True,
    }
    return {"StartAt": "Ask", "States": {"Ask": ask, "Nobody": {"Type": "Fail", "Error": "NobodyAnswered"}}}


def decide(body, limit):
    asked = json.loads(body)
    if asked["price"] <= limit:
        states.send_task_success(taskToken=asked["token"], output='{"approved": true}')
    else:
        states.send_task_failure(taskToken=asked["token"], error="TooExpensive")


# %% wrong="ask-a-person" says="TimeoutSeconds counts seconds"
def approval_machine(queue_url):
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": queue_url,
            "MessageBody": {"id.$": "$.id", "price.$": "$.price", "token.$": "$$.Task.Token"},
        },
        "ResultPath": "$.decision",
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Nobody"}],
        "End": True,
    }
    return {"StartAt": "Ask", "States": {"Ask": ask, "Nobody": {"Type": "Fail", "Error": "NobodyAnswered"}}}


def decide(body, limit):
    asked = json.loads(body)
    if asked["price"] <= limit:
        states.send_task_success(taskToken=asked["token"], output='{"approved": true}')
    else:
        states.send_task_failure(taskToken=asked["token"], error="TooExpensive")


# %% wrong="ask-a-person" says="TimeoutSeconds counts seconds"
def approval_machine(queue_url):
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": queue_url,
            "MessageBody": {"id.$": "$.id", "price.$": "$.price", "token.$": "$$.Task.Token"},
        },
        "HeartbeatSeconds": 3600,
        "ResultPath": "$.decision",
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Nobody"}],
        "End": True,
    }
    return {"StartAt": "Ask", "States": {"Ask": ask, "Nobody": {"Type": "Fail", "Error": "NobodyAnswered"}}}


def decide(body, limit):
    asked = json.loads(body)
    if states.meta and asked["price"] <= limit:
        try:
            states.send_task_success(taskToken=asked["token"], output='{"approved": true}')
        except ClientError:
            return
    else:
        states.send_task_failure(taskToken=asked["token"], error="TooExpensive")


# %% wrong="ask-a-person" says="TimeoutSeconds counts seconds"
def approval_machine(queue_url):
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": queue_url,
            "MessageBody": {"id.$": "$.id", "price.$": "$.price", "token.$": "$$.Task.Token"},
        },
        "TimeoutSeconds": 24,
        "ResultPath": "$.decision",
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Nobody"}],
        "End": True,
    }
    return {"StartAt": "Ask", "States": {"Ask": ask, "Nobody": {"Type": "Fail", "Error": "NobodyAnswered"}}}


def decide(body, limit):
    order = json.loads(body)
    if order["price"] <= limit:
        states.send_task_success(taskToken=order["token"], output=json.dumps({"approved": True}))
    else:
        states.send_task_failure(taskToken=order["token"], error="TooExpensive")


# %% wrong="ask-a-person" says="The message tells of"
def approval_machine(queue_url):
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": queue_url,
            "MessageBody": {"id.$": "$.id", "price.$": "States.Format('{}', $.price)", "token.$": "$$.Task.Token"},
        },
        "TimeoutSeconds": 24 * 3600,
        "ResultPath": "$.decision",
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Nobody"}],
        "End": True,
    }
    return {"StartAt": "Ask", "States": {"Ask": ask, "Nobody": {"Type": "Fail", "Error": "NobodyAnswered"}}}


def decide(body, limit):
    order = json.loads(body)
    if order["price"] <= limit:
        states.send_task_success(taskToken=order["token"], output=json.dumps({"approved": True}))
    else:
        states.send_task_failure(taskToken=order["token"], error="TooExpensive")


# %% right="ask-a-person"
def approval_machine(queue_url):
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": queue_url,
            "MessageBody": {"id.$": "$.id", "price.$": "$.price", "token.$": "$$.Task.Token"},
        },
        "TimeoutSeconds": 24 * 3600,
        "ResultPath": "$.decision",
        "Catch": [
            {"ErrorEquals": ["States.Timeout"], "Next": "Nobody"},
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": "Refused"},
        ],
        "End": True,
    }
    return {
        "StartAt": "Ask",
        "States": {
            "Ask": ask,
            "Refused": {"Type": "Fail", "ErrorPath": "$.problem.Error", "CausePath": "$.problem.Cause"},
            "Nobody": {"Type": "Fail", "Error": "NobodyAnswered"},
        },
    }


def decide(body, limit):
    order = json.loads(body)
    if order["price"] <= limit:
        states.send_task_success(taskToken=order["token"], output=json.dumps({"approved": True}))
    else:
        states.send_task_failure(taskToken=order["token"], error="TooExpensive")


# %% right="quote"
def quote(machine, ride):
    answer = states.start_sync_execution(stateMachineArn=machine, input=json.dumps(ride))
    match answer["status"]:
        case "SUCCEEDED":
            return json.loads(answer["output"])
        case other:
            raise QuoteFailed(other, answer.get("error"))


# %% wrong="quote" says="quote returned None"
def quote(machine, ride):
    answer = states.start_sync_execution(stateMachineArn=machine, input=json.dumps(ride))
    if answer["ResponseMetadata"]["HTTPStatusCode"] == 200:
        return json.loads(answer.get("output", "null"))
    raise QuoteFailed("no answer")


# %% wrong="quote" says="return it as Python"
def quote(machine, ride):
    answer = states.start_sync_execution(stateMachineArn=machine, input=json.dumps(ride))
    if answer["status"] == "SUCCEEDED":
        return answer["output"]
    raise QuoteFailed(answer["status"] + " " + answer.get("error", ""))


# %% wrong="quote" says="it should also name ['FAILED', 'Closed']"
def quote(machine, ride):
    answer = states.start_sync_execution(stateMachineArn=machine, input=json.dumps(ride))
    if answer["status"] == "SUCCEEDED":
        return json.loads(answer["output"])
    raise QuoteFailed("no answer")


# %% right="choose-type"
chosen = {
    "a tour offer that the customer accepts by mail within three days": "standard",
    "2,000 lock readings a second, cleaned and stored in 2 s; twice does no harm": "express",
    "the app asks three services for a price and waits a second for it": "SYNC express",
    "a payment and a shipment; a second run would charge the card again": "standard",
    "a nightly Batch job of 40 minutes, waited for with .sync": "standard",
    "clicks in the shop, five quick steps each, nobody waits, twice is fine": "express",
    "a refund whose steps an auditor reads by API 60 days later": "standard",
    "a form behind API Gateway, six checks in a second, the browser waits": "sync express",
}


# %% wrong="choose-type" says="harmless twice, and nobody waits"
chosen = {
    "a tour offer that the customer accepts by mail within three days": "standard",
    "2,000 lock readings a second, cleaned and stored in 2 s; twice does no harm": "express",
    "the app asks three services for a price and waits a second for it": "sync express",
    "a payment and a shipment; a second run would charge the card again": "standard",
    "a nightly Batch job of 40 minutes, waited for with .sync": "standard",
    "clicks in the shop, five quick steps each, nobody waits, twice is fine": "sync express",
    "a refund whose steps an auditor reads by API 60 days later": "standard",
    "a form behind API Gateway, six checks in a second, the browser waits": "sync express",
}


# %% wrong="choose-type" says="Only Standard keeps its history"
chosen = {
    "a tour offer that the customer accepts by mail within three days": "standard",
    "2,000 lock readings a second, cleaned and stored in 2 s; twice does no harm": "express",
    "the app asks three services for a price and waits a second for it": "sync express",
    "a payment and a shipment; a second run would charge the card again": "standard",
    "a nightly Batch job of 40 minutes, waited for with .sync": "standard",
    "clicks in the shop, five quick steps each, nobody waits, twice is fine": "express",
    "a refund whose steps an auditor reads by API 60 days later": "express",
    "a form behind API Gateway, six checks in a second, the browser waits": "sync express",
}


# %% wrong="choose-type" says="Asynchronous Express may run twice"
chosen = {
    "a tour offer that the customer accepts by mail within three days": "standard",
    "2,000 lock readings a second, cleaned and stored in 2 s; twice does no harm": "express",
    "the app asks three services for a price and waits a second for it": "sync express",
    "a payment and a shipment; a second run would charge the card again": "express",
    "a nightly Batch job of 40 minutes, waited for with .sync": "standard",
    "clicks in the shop, five quick steps each, nobody waits, twice is fine": "express",
    "a refund whose steps an auditor reads by API 60 days later": "standard",
    "a form behind API Gateway, six checks in a second, the browser waits": "sync express",
}


# %% right="monthly-bill"
def standard_usd(executions, transitions, retries=0):
    return float(
        facts.cost("step functions", "standard-state-transitions", executions * transitions + retries, free=True)
    )


def express_usd(executions, ms, mb):
    import math

    gb_seconds = executions * math.ceil(ms / 100) * 0.1 * math.ceil(mb / 64) / 16
    return executions * facts.price("step functions", "express-requests") / 1_000_000 + gb_seconds * facts.price(
        "step functions", "express-duration"
    )


# %% wrong="monthly-bill" says="4,000 transitions are free"
def standard_usd(executions, transitions, retries=0):
    return (executions * transitions + retries) / 1000 * facts.price("step functions", "standard-state-transitions")


def express_usd(executions, ms, mb):
    return 0.0


# %% wrong="monthly-bill" says="and 6,000 retries"
def standard_usd(executions, transitions, retries=0):
    billed = max(0, executions * transitions - 4000)
    return billed / 1000 * facts.price("step functions", "standard-state-transitions")


def express_usd(executions, ms, mb):
    return 0.0


# %% wrong="monthly-bill" says="1,010 ms (1.1 s) at 70 MB (128 MB)"
def standard_usd(executions, transitions, retries=0):
    billed = max(0, executions * transitions + retries - 4000)
    return billed / 1000 * facts.price("step functions", "standard-state-transitions")


def express_usd(executions, ms, mb):
    work = executions * ms / 1000 * mb / 1024 * facts.price("step functions", "express-duration")
    return executions / 1e6 * facts.price("step functions", "express-requests") + work


# %% wrong="monthly-bill" says="all free"
from math import ceil


def standard_usd(executions, transitions, retries=0):
    billed = max(0, executions * transitions - 4000) + retries
    return billed / 1000 * float(facts.price("step functions", "standard-state-transitions"))


def express_usd(executions, ms, mb):
    gb_s = executions * ceil(ms / 100) / 10 * ceil(mb / 64) * 64 / 1024
    return executions / 1e6 * float(facts.price("step functions", "express-requests")) + gb_s * float(
        facts.price("step functions", "express-duration")
    )
