# %% [markdown]
# Answers to 12-capstone/04-mock-exam: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="checkpoints"
def checkpoints(minutes, blocks, reserve):
    done, plan = 0, []
    for block in range(blocks):
        done += (minutes - reserve) / blocks
        plan.append(round(done, 6))
    return plan


# %% wrong="checkpoints" says="the end of block 1"
def checkpoints(minutes, blocks, reserve):
    return [minutes / blocks * done for done in range(1, blocks + 1)]


# %% wrong="checkpoints" says="the end of block 1"
def checkpoints(minutes, blocks, reserve):
    share = (minutes - reserve) / blocks
    return [share * done for done in range(blocks)]


# %% wrong="checkpoints" says="every block has one"
def checkpoints(minutes, blocks, reserve):
    share = (minutes - reserve) / blocks
    return [share * done for done in range(1, blocks + 1)] + [minutes]


# %% wrong="checkpoints" says="return a list of minutes"
def checkpoints(minutes, blocks, reserve):
    return (minutes - reserve) / blocks


# %% right="odds"
from fractions import Fraction


def odds(options, right, ruled_out):
    left, chance = options - ruled_out, Fraction(1)
    for found in range(right):
        chance *= Fraction(right - found, left - found)
    return float(chance)


# %% wrong="odds" says="both must be found"
def odds(options, right, ruled_out):
    return right / (options - ruled_out)


# %% wrong="odds" says="One of four, two ruled out"
from math import comb


def odds(options, right, ruled_out):
    return 1 / comb(options, right)


# %% wrong="odds" says="both must be found"
from math import perm


def odds(options, right, ruled_out):
    return 1 / perm(options - ruled_out, right)


# %% right="sheet-1"
sheet_1 = {
    "q01": " c ",
    "q02": " d ",
    "q03": " a ",
    "q04": " c ",
    "q05": " a ",
    "q06": " a ",
    "q07": " c ",
    "q08": " d ",
    "q09": " b ",
    "q10": " a ",
    "q11": " b ",
    "q12": " c ",
    "q13": "D, C",
}


# %% wrong="sheet-1" says="None of the 13 answers is right"
sheet_1 = {
    "q01": "A",
    "q02": "A",
    "q03": "B",
    "q04": "A",
    "q05": "B",
    "q06": "B",
    "q07": "A",
    "q08": "A",
    "q09": "A",
    "q10": "B",
    "q11": "A",
    "q12": "A",
    "q13": "AC",
}


# %% wrong="sheet-1" says="Leave it a dictionary"
sheet_1 = ["C", "D", "A", "C", "A", "A", "C", "D", "B", "A", "B", "C", "CD"]


# %% right="sheet-2"
sheet_2 = {
    "q14": ["D"],
    "q15": ["A"],
    "q16": ["A", "C", "F"],
    "q17": ["D"],
    "q18": ["C", "E"],
    "q19": ["B"],
    "q20": ["D"],
    "q21": ["C"],
    "q22": ["A"],
    "q23": ["A"],
    "q24": ["B"],
    "q25": ["A"],
    "q26": ["C"],
}


# %% wrong="sheet-2" says="None of the 13 answers is right"
sheet_2 = {
    "q14": "A",
    "q15": "B",
    "q16": "ABC",
    "q17": "A",
    "q18": "AC",
    "q19": "A",
    "q20": "A",
    "q21": "A",
    "q22": "B",
    "q23": "B",
    "q24": "A",
    "q25": "B",
    "q26": "A",
}


# %% wrong="sheet-2" says="cannot be read"
sheet_2 = {"q14": "the second one"}


# %% right="sheet-3"
sheet_3 = {
    "q27": " c ",
    "q28": " b ",
    "q29": " c ",
    "q30": " d ",
    "q31": " b ",
    "q32": "C, B",
    "q33": " a ",
    "q34": " c ",
    "q35": " b ",
    "q36": " d ",
    "q37": " a ",
    "q38": " b ",
    "q39": " d ",
}


# %% wrong="sheet-3" says="None of the 13 answers is right"
sheet_3 = {
    "q27": "A",
    "q28": "A",
    "q29": "A",
    "q30": "A",
    "q31": "A",
    "q32": "AB",
    "q33": "B",
    "q34": "A",
    "q35": "A",
    "q36": "A",
    "q37": "B",
    "q38": "A",
    "q39": "A",
}


# %% wrong="sheet-3" says="is not one of its options"
sheet_3 = {"q27": "E"}


# %% right="sheet-4"
sheet_4 = {
    "q40": ["A"],
    "q41": ["D"],
    "q42": ["B"],
    "q43": ["B"],
    "q44": ["A", "B"],
    "q45": ["A", "D"],
    "q46": ["C"],
    "q47": ["D"],
    "q48": ["C"],
    "q49": ["D", "E"],
    "q50": ["B"],
    "q51": ["B", "C", "D"],
    "q52": ["D"],
}


# %% wrong="sheet-4" says="None of the 13 answers is right"
sheet_4 = {
    "q40": "B",
    "q41": "A",
    "q42": "A",
    "q43": "A",
    "q44": "AC",
    "q45": "AB",
    "q46": "A",
    "q47": "A",
    "q48": "A",
    "q49": "AD",
    "q50": "A",
    "q51": "ABC",
    "q52": "A",
}


# %% wrong="sheet-4" says="this question asks for two"
sheet_4 = {"q44": "A"}


# %% right="sheet-5"
sheet_5 = {
    "q53": " a ",
    "q54": " c ",
    "q55": " b ",
    "q56": " a ",
    "q57": "D, B",
    "q58": " c ",
    "q59": " c ",
    "q60": " d ",
    "q61": " b ",
    "q62": "E, B",
    "q63": " d ",
    "q64": " b ",
    "q65": " a ",
}


# %% wrong="sheet-5" says="None of the 13 answers is right"
sheet_5 = {
    "q53": "B",
    "q54": "A",
    "q55": "A",
    "q56": "B",
    "q57": "AB",
    "q58": "A",
    "q59": "A",
    "q60": "A",
    "q61": "A",
    "q62": "AB",
    "q63": "A",
    "q64": "A",
    "q65": "B",
}


# %% wrong="sheet-5" says="is no question of block 5"
sheet_5 = {"q01": "C", "q02": "D", "q03": "A"}
