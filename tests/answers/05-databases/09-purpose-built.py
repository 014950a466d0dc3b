# %% [markdown]
# Answers to 05-databases/09-purpose-built: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="blocks-read"
def blocks_read(rows, columns, layout, query):
    cells = set()
    if query == "fetch one row":
        wanted = [(rows // 2, column) for column in range(columns)]
    else:
        wanted = [(row, 3) for row in range(rows)]
    for row, column in wanted:
        place = row * columns + column if layout == "rows" else column * rows + row
        cells.add(place // 100)
    return len(cells)


# %% wrong="blocks-read" says="add up one column: the blocks"
def blocks_read(rows, columns, layout, query):
    if query == "add up one column":
        return rows // BLOCK  # as if a row store could skip the other columns
    return 1 if layout == "rows" else columns


# %% wrong="blocks-read" says="fetch one row: the blocks"
def blocks_read(rows, columns, layout, query):
    if query == "add up one column":
        return rows * columns // BLOCK if layout == "rows" else rows // BLOCK
    return 1


# %% wrong="blocks-read" says="without asking the model"
def blocks_read(rows, columns, layout, query):
    return ask(Store(rows, columns, layout), query)


# %% right="search-films"
def build_index(texts):
    index = {}
    for text_id in texts:
        for word in set(words_of(texts[text_id])):
            index.setdefault(word, set()).add(text_id)
    return index


def search(index, query):
    result = None
    for wanted in query.lower().split():
        found = {
            text_id
            for word in index
            if word == wanted or (wanted[-1] == "*" and word.startswith(wanted[:-1]))
            for text_id in index[word]
        }
        result = found if result is None else result & found
    return result


# %% wrong="search-films" says="The texts found for 'Print RESTORED'"
def build_index(texts):
    index = defaultdict(set)
    for text_id, text in texts.items():
        for word in words_of(text):
            index[word].add(text_id)
    return dict(index)


def search(index, query):
    found = set()
    for wanted in query.lower().split():  # any of the words
        for word, ids in index.items():
            if word == wanted or (wanted.endswith("*") and word.startswith(wanted[:-1])):
                found |= ids
    return found


# %% wrong="search-films" says="The texts found for 'metro*'"
def build_index(texts):
    index = defaultdict(set)
    for text_id, text in texts.items():
        for word in words_of(text):
            index[word].add(text_id)
    return dict(index)


def search(index, query):
    return set.intersection(*[index.get(word, set()) for word in words_of(query)])


# %% wrong="search-films" says="search changed the index"
def build_index(texts):
    index = defaultdict(set)
    for text_id, text in texts.items():
        for word in words_of(text):
            index[word].add(text_id)
    return dict(index)


def search(index, query):
    first, *others = query.lower().split()
    found = index.get(first, set())
    for word in others:
        found &= index.get(word, set())  # in place: the index's own set
    if first.endswith("*"):
        found = set().union(*[ids for word, ids in index.items() if word.startswith(first[:-1])])
    return found


# %% wrong="search-films" says="The texts found for 'time*'"
def build_index(texts):
    index = defaultdict(set)
    for text_id, text in texts.items():
        for word in words_of(text):
            index[word].add(text_id)
    return index


def search(index, query):
    found = []
    for wanted in query.lower().split():
        if wanted.endswith("*"):
            found.append({one for word in index if wanted[:-1] in word for one in index[word]})  # anywhere in it
        else:
            found.append(set(index.get(wanted, ())))
    return set.intersection(*found)


# %% wrong="search-films" says="The texts found for 'metro'"
def build_index(texts):
    index = defaultdict(set)
    for text_id, text in texts.items():
        for word in words_of(text):
            index[word].add(text_id)
    return index


def search(index, query):
    found = []
    for wanted in query.lower().split():  # every word taken as a beginning
        found.append({one for word in index if word.startswith(wanted.rstrip("*")) for one in index[word]})
    return set.intersection(*found)


# %% wrong="search-films" says="search in the index alone"
def build_index(texts):
    index = defaultdict(set)
    for text_id, text in texts.items():
        for word in words_of(text):
            index[word].add(text_id)
    return index


def search(index, query):
    found = set()
    for text_id, text in {**TEXTS}.items():
        words = words_of(text)
        if all(
            any(word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted for word in words)
            for wanted in query.lower().split()
        ):
            found.add(text_id)
    return found


# %% right="feed-index"
def bulk_body(records):
    body = ""
    for record in records:
        film_id = record["dynamodb"]["Keys"]["film_id"]["S"]
        image = record["dynamodb"].get("NewImage")
        if image is None:
            body += json.dumps({"delete": {"_id": film_id}}) + "\n"
            continue
        body += json.dumps({"index": {"_id": film_id}}) + "\n"
        body += json.dumps({"title": image["title"]["S"]}) + "\n"
    return body


# %% wrong="feed-index" says="must be terminated by a newline"
def bulk_body(records):
    lines = []
    for record in records:
        where = {"_id": record["dynamodb"]["Keys"]["film_id"]["S"]}
        if record["eventName"] == "REMOVE":
            lines.append(json.dumps({"delete": where}))
        else:
            lines.append(json.dumps({"index": where}))
            lines.append(json.dumps({"title": record["dynamodb"]["NewImage"]["title"]["S"]}))
    return "\n".join(lines)


# %% wrong="feed-index" says="A film removed"
def bulk_body(records):
    lines = []
    for record in records:
        image = record["dynamodb"].get("NewImage")
        if image:
            lines.append(json.dumps({"index": {"_id": image["film_id"]["S"]}}))
            lines.append(json.dumps({"title": image["title"]["S"]}))
    return "".join(line + "\n" for line in lines)


# %% wrong="feed-index" says="A title corrected"
def bulk_body(records):
    lines = []
    for record in records:
        where = {"_id": record["dynamodb"]["Keys"]["film_id"]["S"]}
        if record["eventName"] == "REMOVE":
            lines.append({"delete": where})
        elif record["eventName"] == "INSERT":
            lines += [{"index": where}, {"title": record["dynamodb"]["NewImage"]["title"]["S"]}]
    return "".join(json.dumps(line) + "\n" for line in lines)


# %% wrong="feed-index" says="Removed, and back"
def bulk_body(records):
    writes = deletes = ""
    for record in records:
        told = record["dynamodb"]
        film_id = told["Keys"]["film_id"]["S"]
        if record["eventName"] == "REMOVE":
            deletes += json.dumps({"delete": {"_id": film_id}}) + "\n"
        else:
            writes += json.dumps({"index": {"_id": film_id}}) + "\n"
            writes += json.dumps({"title": told["NewImage"]["title"]["S"]}) + "\n"
    return writes + deletes  # not in their order


# %% wrong="feed-index" says="this small engine knows index and delete"
def bulk_body(records):
    lines = []
    for record in records:
        told = record["dynamodb"]
        where = {"_id": told["Keys"]["film_id"]["S"]}
        if record["eventName"] == "REMOVE":
            lines.append({"delete": where})
        elif record["eventName"] == "MODIFY":
            lines += [{"update": where}, {"doc": {"title": told["NewImage"]["title"]["S"]}}]
        else:
            lines += [{"index": where}, {"title": told["NewImage"]["title"]["S"]}]
    return "".join(json.dumps(line) + "\n" for line in lines)


# %% wrong="feed-index" says="The body for no records"
def bulk_body(records):
    lines = []
    for record in records:
        told = record["dynamodb"]
        where = {"_id": told["Keys"]["film_id"]["S"]}
        if record["eventName"] == "REMOVE":
            lines.append(json.dumps({"delete": where}))
        else:
            lines += [json.dumps({"index": where}), json.dumps({"title": told["NewImage"]["title"]["S"]})]
    return "\n".join(lines) + "\n"


# %% right="recommend"
def recommend(likes, member, most=3):
    fans = defaultdict(set)
    for person, films in likes.items():
        for film in films:
            fans[film].add(person)
    alike = set().union(*[fans[film] for film in likes[member]]) - {member}
    ranked = [(-len(fans[film] & alike), film) for film in fans if film not in likes[member] and fans[film] & alike]
    return [film for _, film in sorted(ranked)][:most]


# %% wrong="recommend" says="who shares a film with nobody"
def recommend(likes, member, most=3):
    points = Counter()
    for other, films in likes.items():
        if other != member:  # everybody counts, alike or not
            points.update(films - likes[member])
    return sorted(points, key=lambda film: (-points[film], film))[:most]


# %% wrong="recommend" says="For Ada, who shares films with three"
def recommend(likes, member, most=3):
    mine = likes[member]
    points = Counter()
    for films in likes.values():
        if films & mine:
            points.update(films)  # also what the member likes already
    return sorted(points, key=lambda film: (-points[film], film))[:most]


# %% wrong="recommend" says="For Ada, who shares films with three"
def recommend(likes, member, most=3):
    mine = likes[member]
    points = Counter()
    for film in mine:
        for other, films in likes.items():
            if other != member and film in films:
                points.update(films - mine)  # once for each film shared
    return sorted(points, key=lambda film: (-points[film], film))[:most]


# %% wrong="recommend" says="For Ada, who shares films with three"
def recommend(likes, member, most=3):
    points = Counter()
    for other, films in likes.items():
        if other != member and films & likes[member]:
            points.update(sorted(films - likes[member]))
    return [film for film, _ in points.most_common(most)]  # at a tie who came first


# %% wrong="recommend" says="For Ada, at most one"
def recommend(likes, member, most=3):
    points = Counter()
    for other, films in likes.items():
        if other != member and films & likes[member]:
            points.update(films - likes[member])
    return sorted(points, key=lambda film: (-points[film], film))[:3]


# %% right="choose-store"
choice = dict(
    [
        ("loggers", "Keyspaces"),
        ("catalogue", "DocumentDB"),
        ("vault", "Timestream for InfluxDB"),
        ("ring", "Neptune"),
        ("typing", "OpenSearch"),
        ("ten years", "Redshift"),
        ("bids", "MemoryDB"),
        ("hot pages", "ElastiCache"),
        ("basket", "DynamoDB"),
        ("tickets", "Aurora"),
    ]
)


# %% wrong="choose-store" says="nothing may be lost"
choice = {
    "tickets": "Aurora",
    "basket": "DynamoDB",
    "hot pages": "ElastiCache",
    "bids": "ElastiCache",
    "ten years": "Redshift",
    "typing": "OpenSearch",
    "ring": "Neptune",
    "vault": "Timestream for InfluxDB",
    "catalogue": "DocumentDB",
    "loggers": "Keyspaces",
}


# %% wrong="choose-store" says="stores none"
choice = {
    "tickets": "DMS",
    "basket": "DynamoDB",
    "hot pages": "ElastiCache",
    "bids": "MemoryDB",
    "ten years": "Redshift",
    "typing": "OpenSearch",
    "ring": "Neptune",
    "vault": "Timestream for InfluxDB",
    "catalogue": "DocumentDB",
    "loggers": "Keyspaces",
}


# %% wrong="choose-store" says="The program speaks MongoDB"
choice = {
    "tickets": "Aurora",
    "basket": "DynamoDB",
    "hot pages": "ElastiCache",
    "bids": "MemoryDB",
    "ten years": "Redshift",
    "typing": "OpenSearch",
    "ring": "Neptune",
    "vault": "Timestream for InfluxDB",
    "catalogue": "DynamoDB",
    "loggers": "Keyspaces",
}


# %% right="move-loans"
def loan_rules():
    return json.loads("""[
      {"rule-type": "selection", "rule-id": "10", "rule-name": "some", "rule-action": "include",
       "object-locator": {"schema-name": "rex", "table-name": "loans"}},
      {"rule-type": "object-mapping", "rule-id": "20", "rule-name": "map", "rule-action": "map-record-to-record",
       "object-locator": {"schema-name": "%", "table-name": "loans"}, "target-table-name": "lending",
       "mapping-parameters": {
         "partition-key-name": "member", "sort-key-name": "lent",
         "exclude-columns": ["note", "member_id", "lent_on"],
         "attribute-mappings": [
           {"target-attribute-name": "lent", "attribute-type": "scalar", "attribute-sub-type": "string",
            "value": "${lent_on}#${film_id}"},
           {"target-attribute-name": "member", "attribute-type": "scalar", "attribute-sub-type": "string",
            "value": "${member_id}"}]}}]""")


# %% right="move-loans"
def loan_rules():
    def where(table):
        return {"schema-name": "rex", "table-name": table}

    text = {"attribute-type": "scalar", "attribute-sub-type": "string"}
    made = {"member": "${member_id}", "lent": "${lent_on}#${film_id}"}
    selections = [
        {"rule-type": "selection", "rule-action": action, "object-locator": where(table)}
        for action, table in (("include", "loans"), ("exclude", "loans_%"), ("exclude", "films"))
    ]
    mapping = {
        "rule-type": "object-mapping",
        "rule-action": "map-record-to-record",
        "object-locator": where("loans"),
        "target-table-name": "lending",
        "mapping-parameters": {
            "partition-key-name": "member",
            "sort-key-name": "lent",
            "exclude-columns": ["member_id", "lent_on", "note"],
            "attribute-mappings": [
                {"target-attribute-name": name, **text, "value": value} for name, value in made.items()
            ],
        },
    }
    return [
        {"rule-id": str(number), "rule-name": f"rule-{number}", **rule}
        for number, rule in enumerate([*selections, mapping], 1)
    ]


# %% wrong="move-loans" says="Which tables are selected?"
def loan_rules():
    where = {"schema-name": "rex", "table-name": "loans%"}
    attributes = {"member": "${member_id}", "lent": "${lent_on}#${film_id}"}
    return [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "1",
            "object-locator": where,
            "rule-action": "include",
        },
        {
            "rule-type": "object-mapping",
            "rule-id": "2",
            "rule-name": "2",
            "rule-action": "map-record-to-record",
            "object-locator": where,
            "target-table-name": "lending",
            "mapping-parameters": {
                "partition-key-name": "member",
                "sort-key-name": "lent",
                "exclude-columns": ["member_id", "lent_on", "note"],
                "attribute-mappings": [
                    {"target-attribute-name": name, "attribute-type": "scalar", "value": value}
                    for name, value in attributes.items()
                ],
            },
        },
    ]


# %% wrong="move-loans" says="the item has no value for its key"
def loan_rules():
    where = {"schema-name": "rex", "table-name": "loans"}
    return [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "1",
            "object-locator": where,
            "rule-action": "include",
        },
        {
            "rule-type": "object-mapping",
            "rule-id": "2",
            "rule-name": "2",
            "rule-action": "map-record-to-record",
            "object-locator": where,
            "target-table-name": "lending",
            "mapping-parameters": {
                "partition-key-name": "member",
                "sort-key-name": "lent",
                "exclude-columns": ["member_id", "lent_on", "note"],
                "attribute-mappings": [
                    {
                        "target-attribute-name": "member",
                        "attribute-type": "scalar",
                        "attribute-sub-type": "string",
                        "value": "${member_id}",
                    }
                ],
            },
        },
    ]


# %% wrong="move-loans" says="the tables made"
def loan_rules():
    return [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "1",
            "object-locator": {"schema-name": "rex", "table-name": "loans"},
            "rule-action": "include",
        }
    ]


# %% wrong="move-loans" says="the tables made"
def loan_rules():
    text = {"attribute-type": "scalar", "attribute-sub-type": "string"}
    made = {"member": "${member_id}", "lent": "${lent_on}#${film_id}"}
    return [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "loans",
            "object-locator": {"schema-name": "rex", "table-name": "%"},
            "rule-action": "include",
        },
        {
            "rule-type": "object-mapping",
            "rule-id": "2",
            "rule-name": "lending",
            "rule-action": "map-record-to-record",
            "object-locator": {"schema-name": "rex", "table-name": "loans"},
            "target-table-name": "lending",
            "mapping-parameters": {
                "partition-key-name": "member",
                "sort-key-name": "lent",
                "exclude-columns": ["member_id", "lent_on", "note"],
                "attribute-mappings": [
                    {"target-attribute-name": name, **text, "value": value} for name, value in made.items()
                ],
            },
        },
    ]


# %% wrong="move-loans" says="a rule has no rule-action"
def loan_rules():
    text = {"attribute-type": "scalar", "attribute-sub-type": "string"}
    made = {"member": "${member_id}", "lent": "${lent_on}#${film_id}"}
    return [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "loans",
            "object-locator": {"schema-name": "rex", "table-name": "loans"},
            "rule-action": "include",
        },
        {
            "rule-type": "object-mapping",
            "rule-id": "2",
            "rule-name": "lending",
            "object-locator": {"schema-name": "rex", "table-name": "loans"},
            "target-table-name": "lending",
            "mapping-parameters": {
                "partition-key-name": "member",
                "sort-key-name": "lent",
                "exclude-columns": ["member_id", "lent_on", "note"],
                "attribute-mappings": [
                    {"target-attribute-name": name, **text, "value": value} for name, value in made.items()
                ],
            },
        },
    ]


# %% wrong="move-loans" says="a column that is not there"
def loan_rules():
    text = {"attribute-type": "scalar", "attribute-sub-type": "string"}
    made = {"member": "${member}", "lent": "${lent_on}#${film_id}"}
    return [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "loans",
            "object-locator": {"schema-name": "rex", "table-name": "loans"},
            "rule-action": "include",
        },
        {
            "rule-type": "object-mapping",
            "rule-id": "2",
            "rule-name": "lending",
            "rule-action": "map-record-to-record",
            "object-locator": {"schema-name": "rex", "table-name": "loans"},
            "target-table-name": "lending",
            "mapping-parameters": {
                "partition-key-name": "member",
                "sort-key-name": "lent",
                "exclude-columns": ["member_id", "lent_on", "note"],
                "attribute-mappings": [
                    {"target-attribute-name": name, **text, "value": value} for name, value in made.items()
                ],
            },
        },
    ]


# %% wrong="move-loans" says="'member': '{member_id}'"
def loan_rules():
    text = {"attribute-type": "scalar", "attribute-sub-type": "string"}
    made = {"member": "{member_id}", "lent": "{lent_on}#{film_id}"}
    return [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "loans",
            "object-locator": {"schema-name": "rex", "table-name": "loans"},
            "rule-action": "include",
        },
        {
            "rule-type": "object-mapping",
            "rule-id": "2",
            "rule-name": "lending",
            "rule-action": "map-record-to-record",
            "object-locator": {"schema-name": "rex", "table-name": "loans"},
            "target-table-name": "lending",
            "mapping-parameters": {
                "partition-key-name": "member",
                "sort-key-name": "lent",
                "exclude-columns": ["member_id", "lent_on", "note"],
                "attribute-mappings": [
                    {"target-attribute-name": name, **text, "value": value} for name, value in made.items()
                ],
            },
        },
    ]


# %% right="find-tampering"
def tampered(book, last_hash):
    hashes = [START] + [entry["hash"] for entry in book]
    wrong = [n for n, entry in enumerate(book) if link(hashes[n], entry["text"]) != hashes[n + 1]]
    if wrong:
        return wrong[0]
    return len(book) if hashes[-1] != last_hash else None


# %% wrong="find-tampering" says="all hashes made anew"
def tampered(book, last_hash):
    before = START
    for number, entry in enumerate(book):
        if link(before, entry["text"]) != entry["hash"]:
            return number
        before = entry["hash"]
    return None  # the hash in the safe is not looked at


# %% wrong="find-tampering" says="the text of number 1 changed"
def tampered(book, last_hash):
    return None if book and book[-1]["hash"] == last_hash else len(book)


# %% wrong="find-tampering" says="changed and the last one cut off"
def tampered(book, last_hash):
    if book[-1]["hash"] != last_hash:  # asked first, although an earlier entry may be the culprit
        return len(book)
    before = START
    for number, entry in enumerate(book):
        if link(before, entry["text"]) != entry["hash"]:
            return number
        before = entry["hash"]
    return None


# %% wrong="find-tampering" says="and the last changed"
def tampered(book, last_hash):
    before, wrong = START, None
    for number, entry in enumerate(book):
        if link(before, entry["text"]) != entry["hash"]:
            wrong = number  # the last one, not the first
        before = entry["hash"]
    if wrong is None and before != last_hash:
        return len(book)
    return wrong
