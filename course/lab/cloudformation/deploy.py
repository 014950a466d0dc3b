"""Making, changing and deleting a stack, and going back when something fails.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html

A deployment is a generator: it runs to its end at once, unless a resource waits for a signal or for the answer of a
function; then it yields what it waits for, and runner.py goes on with it. On AWS independent resources are made side
by side; here one after another, which shows in the order of events only.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from course.lab.caller import Session, on_behalf
from course.lab.clock import clock
from course.lab.cloudformation import filling, schemas, stack_policy
from course.lab.cloudformation.kinds import kind_of
from course.lab.cloudformation.kinds.kind import Failed, Making, Pending
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.signals import signals_for
from course.lab.cloudformation.store import Resource, Stack, Wanted, stacks_of
from course.lab.cloudformation.values import Scope, resolve
from course.lab.courses import Course, Wait
from course.lab.wire import Unsupported

_BY_USER = "User Initiated"


class _Stop(Exception):
    """A resource failed; its name."""


def session_of(stack: Stack) -> Session:
    """On whose behalf the stack changes."""
    return on_behalf(stack.caller, stack.wanted.role)


def create(stack: Stack) -> Course:
    """Make all resources; on failure do as `on_failure` says."""
    stack.say("CREATE_IN_PROGRESS", _BY_USER)
    if stack.timeout_minutes:
        stack.ends_at = clock.now().timestamp() + 60 * stack.timeout_minutes
    session = session_of(stack)
    made: list[str] = []
    try:
        scope = filling.scope_of(stack, stack.wanted, session)
        for name, part in filling.present(stack.wanted, scope).items():
            made.append(name)
            yield from _make(stack, session, name, part, scope)
        _finish(stack, session, scope)
    except (_Stop, Refusal) as error:
        failed = str(error) if isinstance(error, _Stop) else ""
        reason = f"The following resource(s) failed to create: [{failed}]. " if failed else f"{error} "
        if stack.on_failure == "DO_NOTHING":
            stack.say("CREATE_FAILED", reason.strip())
            return
        word = "Delete" if stack.on_failure == "DELETE" else "Rollback"
        stack.say(f"{word.upper()}_IN_PROGRESS", f"{reason}{word} requested by user.")
        lost = yield from _remove(stack, session, list(reversed(made)), forced=True)
        if lost:
            stack.say(f"{word.upper()}_FAILED", f"The following resource(s) failed to delete: [{', '.join(lost)}]. ")
        else:
            stack.say(f"{word.upper()}_COMPLETE")
            if word == "Delete":
                stack.deleted = clock.now()
        return
    stack.say("CREATE_COMPLETE")


def delete(stack: Stack, retain: list[str], gives_up: bool = False) -> Course:
    """Delete all resources, the last made first; `gives_up` leaves behind what cannot be deleted."""
    stack.say("DELETE_IN_PROGRESS", _BY_USER)
    session = session_of(stack)
    lost = yield from _remove(stack, session, list(reversed(stack.resources)), retain=retain)
    if gives_up:
        for name in lost:
            stack.tell(stack.resources[name], "DELETE_SKIPPED")
    elif lost:
        stack.say("DELETE_FAILED", f"The following resource(s) failed to delete: [{', '.join(lost)}]. ")
        return
    stack.deleted = clock.now()
    stack.outputs, stack.imports = [], set()
    stack.say("DELETE_COMPLETE")


def update(stack: Stack, wanted: Wanted, rolls_back: bool = True) -> Course:
    """Make what is new, change what differs, then delete what is left over; on failure go back to the old state."""
    before, old_imports = stack.wanted, set(stack.imports)
    stack.updated = clock.now()
    stack.wanted = wanted
    stack.say("UPDATE_IN_PROGRESS", _BY_USER)
    session = session_of(stack)
    undo: list[tuple[str, Resource | None]] = []
    left: list[Resource] = []
    try:
        stack.imports = set()
        scope = filling.scope_of(stack, wanted, session)
        parts = filling.present(wanted, scope)
        _check_removals(stack, [name for name in stack.resources if name not in parts])
        for name, part in parts.items():
            if stack.cancelled:
                raise _Stop("")
            old = stack.resources.get(name)
            if old is None or not old.lives:
                undo.append((name, None))
                yield from _make(stack, session, name, part, scope)
            else:
                replaced = yield from _change(stack, session, name, part, old, undo, scope)
                left += [replaced] if replaced else []
        left += [stack.resources[name] for name in reversed(stack.resources) if name not in parts]
        _finish(stack, session, scope)
    except (_Stop, Refusal) as error:
        failed = str(error)
        reason = f"The following resource(s) failed to update: [{failed}]. " if isinstance(error, _Stop) else failed
        if stack.cancelled:
            reason = "Update cancelled by user. "
        if not rolls_back:
            stack.say("UPDATE_FAILED", reason)
            return
        stack.wanted, stack.imports = before, old_imports
        yield from _go_back(stack, session, undo, reason, set())
        return
    if left:
        stack.say("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        yield from _clean_up(stack, session, left)
    stack.say("UPDATE_COMPLETE")


def continue_rollback(stack: Stack, skipped: set[str]) -> Course:
    """Try again to go back to the old state, without the resources that are skipped."""
    yield from _go_back(stack, session_of(stack), stack.values.pop("undo"), _BY_USER, skipped)


def _go_back(
    stack: Stack, session: Session, undo: list[tuple[str, Resource | None]], reason: str, skipped: set[str]
) -> Course:
    stack.say("UPDATE_ROLLBACK_IN_PROGRESS", reason)
    stack.cancelled = False
    lost, new = [], []
    for number, (name, old) in enumerate(reversed(undo)):
        now = stack.resources.get(name)
        if name in skipped or now is None:
            continue
        if old is None:
            new.append(now)
            continue
        if old.physical_id != now.physical_id:
            new.append(now)
            stack.resources[name] = old
            continue
        wrong = yield from _alter(stack, session, now, old.properties, old.metadata)
        if wrong:
            lost.append(name)
            stack.values["undo"] = undo[: len(undo) - number]
            break
    if lost:
        stack.say("UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{', '.join(lost)}]. ")
        return
    stack.say("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    for resource in new:
        yield from _remove_one(stack, session, resource, forced=True)
        if stack.resources.get(resource.logical_id) is resource:
            del stack.resources[resource.logical_id]
    stack.say("UPDATE_ROLLBACK_COMPLETE")


def _finish(stack: Stack, session: Session, scope: Scope) -> None:
    """The outputs; an export that others import may neither change nor go."""
    rows = filling.outputs(stack.wanted, scope)
    now = {row["ExportName"]: row["OutputValue"] for row in rows if "ExportName" in row}
    for name, (owner, _) in stacks_of(session.place).exports().items():
        if name in now and owner is not stack:
            raise Refusal(f"Export with name {name} is already exported by stack {owner.name}.")
    for row in stack.outputs:
        name = row.get("ExportName", "")
        users = stacks_of(session.place).importers(name) if name else []
        if users and now.get(name) != row["OutputValue"]:
            verb = "update" if name in now else "delete"
            raise Refusal(f"Cannot {verb} export {name} as it is in use by {' and '.join(users)}.")
    stack.outputs = rows


def _making(stack: Stack, session: Session, resource: Resource, part: dict[str, Any] | None = None) -> Making:
    return Making(stack, session, resource.logical_id, resource.properties, part or {}, resource.physical_id)


def _filled(part: dict[str, Any], scope: Scope) -> tuple[dict[str, Any], Any]:
    return resolve(part.get("Properties") or {}, scope), resolve(part.get("Metadata"), scope)


def _make(stack: Stack, session: Session, name: str, part: dict[str, Any], scope: Scope) -> Course:
    """Make a resource; raises _Stop if it fails."""
    resource = Resource(name, part["Type"])
    stack.resources[name] = resource
    _set_keeping(resource, part)
    stack.tell(resource, "CREATE_IN_PROGRESS")
    reason = yield from _made(stack, session, resource, part, scope)
    if reason:
        stack.tell(resource, "CREATE_FAILED", reason)
        raise _Stop(name)
    stack.tell(resource, "CREATE_COMPLETE")


def _set_keeping(resource: Resource, part: dict[str, Any]) -> None:
    alone = resource.kind == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in (part.get("Properties") or {})
    default = "Snapshot" if alone or resource.kind == "AWS::RDS::DBCluster" else "Delete"
    resource.keep = part.get("DeletionPolicy", default)
    resource.keep_when_replaced = part.get("UpdateReplacePolicy", "Delete")


def _made(
    stack: Stack, session: Session, resource: Resource, part: dict[str, Any], scope: Scope
) -> Generator[Wait, None, str]:
    """Why the resource could not be made; empty if it was."""
    try:
        resource.properties, resource.metadata = _filled(part, scope)
        wrong = schemas.problems(resource.kind, resource.properties)
        if wrong:
            return (
                wrong
                if wrong.startswith("Encountered")
                else f"Properties validation failed for resource {resource.logical_id} with message:\n{wrong}"
            )
        kind, making = kind_of(resource.kind), _making(stack, session, resource, part)
        answer = kind.create(making)
        resource.physical_id = answer.physical_id if isinstance(answer, Pending) else answer
        stack.tell(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
        yield from _finished(stack, resource, kind, making, answer)
        waits = signals_for(stack, resource, part)
        if waits is not None:
            yield from _waited(stack, waits)
            waits.finish()
    except Exception as error:
        return _reason(error, resource)
    return ""


def _finished(stack: Stack, resource: Resource, kind: Any, making: Making, answer: Any) -> Course:
    making.physical_id = resource.physical_id
    if isinstance(answer, Pending):
        yield from _waited(stack, answer)
        resource.physical_id, resource.attributes = answer.finish()
    else:
        resource.attributes = kind.attributes(making)


def _waited(stack: Stack, pending: Pending) -> Course:
    until = min(end for end in (pending.until, stack.ends_at) if end is not None)
    pending.until = until
    while not pending.ready():
        if stack.cancelled:
            raise Failed("Resource update cancelled")
        if clock.now().timestamp() >= until:
            raise Failed(pending.late)
        yield pending


def _reason(error: Exception, resource: Resource) -> str:
    if isinstance(error, Unsupported):
        raise error
    if isinstance(error, (Failed, Refusal)):
        return str(error)
    response = getattr(error, "response", None)
    service = resource.kind.split("::")[1]
    if isinstance(response, dict):
        said, meta = response["Error"], response.get("ResponseMetadata", {})
        return (
            f"{said.get('Message', '')} (Service: {service}, Status Code: {meta.get('HTTPStatusCode', 400)}, "
            f"Request ID: {meta.get('RequestId', '')}) (HandlerErrorCode: {_handler_code(said.get('Code', ''))})"
        )
    return f"{getattr(error, 'message', None) or error} (HandlerErrorCode: InvalidRequest)"


def _handler_code(code: str) -> str:
    if "AccessDenied" in code or "Unauthorized" in code:
        return "AccessDenied"
    if "Exists" in code or "InUse" in code or "AlreadyOwned" in code:
        return "AlreadyExists"
    return "NotFound" if "NotFound" in code or "NoSuch" in code or "NonExistent" in code else "InvalidRequest"


def _change(
    stack: Stack, session: Session, name: str, part: dict[str, Any], old: Resource,
    undo: list[tuple[str, Resource | None]], scope: Scope,
) -> Generator[Wait, None, Resource | None]:  # fmt: skip
    """Change a resource if it differs; the old one if it had to be replaced."""
    _set_keeping(old, part)
    try:
        properties, metadata = _filled(part, scope)
    except (Refusal, Failed) as error:
        stack.tell(old, "UPDATE_FAILED", str(error))
        raise _Stop(name) from None
    changed = _differing(old.properties, properties)
    if part["Type"] != old.kind:
        stack.tell(old, "UPDATE_FAILED", f"Update of resource type is not permitted. The new template modifies "
                   f"resource type of the following resources: [{name}]")  # fmt: skip
        raise _Stop(name)
    if not changed and metadata == old.metadata and not _nested(old.kind):
        return None
    kind = kind_of(old.kind)
    making = Making(stack, session, name, properties, part, old.physical_id, old.properties)
    replaces = any(schemas.replaces(old.kind, one) for one in changed) or (
        bool(changed) and kind.must_replace(making, changed)
    )
    refused = stack_policy.refusal(stack, name, old.kind, "Update:Replace" if replaces else "Update:Modify")
    if refused:
        stack.tell(old, "UPDATE_FAILED", refused)
        raise _Stop(name)
    if not replaces:
        kept = Resource(**{**vars(old), "properties": dict(old.properties)})
        undo.append((name, kept))
        wrong = yield from _alter(stack, session, old, properties, metadata, part)
        if wrong:
            raise _Stop(name)
        # A custom resource that answers with another id has made a new thing: the old one is deleted at the end.
        return kept if old.physical_id != kept.physical_id else None
    new = Resource(name, old.kind, old.physical_id)
    _set_keeping(new, part)
    undo.append((name, old))
    stack.tell(new, "UPDATE_IN_PROGRESS", "Requested update requires the creation of a new physical resource; hence "
               "creating one.")  # fmt: skip
    new.physical_id = ""
    taken = _same_name(old, properties, changed)
    reason = (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        f"Rename {taken} and update the stack again."
        if taken
        else ""
    )
    if not reason:
        reason = yield from _made(stack, session, new, part, scope)
    if new.physical_id:
        stack.resources[name] = new
    if reason:
        stack.tell(new, "UPDATE_FAILED", reason)
        raise _Stop(name)
    stack.tell(new, "UPDATE_COMPLETE")
    return old


def _nested(kind: str) -> bool:
    return kind == "AWS::CloudFormation::Stack"


def _same_name(old: Resource, properties: dict[str, Any], changed: set[str]) -> str:
    """The name that both the old and the new resource would have; empty if they can live side by side."""
    own = {path.removeprefix("/properties/") for path in schemas.schema(old.kind).get("primaryIdentifier", [])}
    for name in own | {f"{old.kind.split('::')[-1]}Name", "Name"}:
        if name in properties and name not in changed and isinstance(properties[name], str) and name.endswith("Name"):
            return str(properties[name])
    return ""


def _differing(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def _alter(
    stack: Stack, session: Session, resource: Resource, properties: dict[str, Any], metadata: Any,
    part: dict[str, Any] | None = None,
) -> Generator[Wait, None, bool]:  # fmt: skip
    """Change a resource in place; True if that failed."""
    stack.tell(resource, "UPDATE_IN_PROGRESS")
    before = resource.properties
    try:
        wrong = schemas.problems(resource.kind, properties)
        if wrong:
            raise Failed(wrong)
        kind = kind_of(resource.kind)
        making = Making(stack, session, resource.logical_id, properties, part or {}, resource.physical_id, before)
        if _differing(before, properties) or _nested(resource.kind):
            answer = kind.update(making)
            yield from _finished(stack, resource, kind, making, answer)
        resource.properties, resource.metadata = properties, metadata
    except Exception as error:
        stack.tell(resource, "UPDATE_FAILED", _reason(error, resource))
        return True
    stack.tell(resource, "UPDATE_COMPLETE")
    return False


def _check_removals(stack: Stack, names: list[str]) -> None:
    for name in names:
        refused = stack_policy.refusal(stack, name, stack.resources[name].kind, "Update:Delete")
        if refused:
            stack.tell(stack.resources[name], "UPDATE_FAILED", refused)
            raise _Stop(name)


def _clean_up(stack: Stack, session: Session, left: list[Resource]) -> Course:
    for resource in left:
        replaced = stack.resources.get(resource.logical_id) is not resource
        keep = resource.keep_when_replaced if replaced else resource.keep
        yield from _remove_one(stack, session, resource, keep=keep)
        if not replaced:
            del stack.resources[resource.logical_id]


def _remove(
    stack: Stack, session: Session, names: list[str], *, forced: bool = False, retain: list[str] | None = None
) -> Generator[Wait, None, list[str]]:
    """Delete these resources; the names of those that could not be deleted."""
    lost = []
    for name in names:
        resource = stack.resources[name]
        keep = "Retain" if name in (retain or []) else resource.keep
        if (yield from _remove_one(stack, session, resource, forced=forced, keep=keep)):
            lost.append(name)
    return lost


def _remove_one(
    stack: Stack, session: Session, resource: Resource, *, forced: bool = False, keep: str = "Delete"
) -> Generator[Wait, None, bool]:
    """Delete a resource, or leave it as its policy says; True if that failed."""
    if not resource.physical_id:
        stack.tell(resource, "DELETE_COMPLETE")
        return False
    if keep == "Retain" or (keep == "RetainExceptOnCreate" and not forced):
        stack.tell(resource, "DELETE_SKIPPED")
        return False
    if resource.status == "DELETE_COMPLETE":
        return False
    stack.tell(resource, "DELETE_IN_PROGRESS")
    try:
        kind, making = kind_of(resource.kind), _making(stack, session, resource)
        if keep == "Snapshot" and not forced:
            making.part = {"DeletionPolicy": "Snapshot"}
        answer = kind.delete(making)
        if isinstance(answer, Pending):
            yield from _waited(stack, answer)
            answer.finish()
    except Exception as error:
        reason = _reason(error, resource)
        if "(HandlerErrorCode: NotFound)" not in reason:
            stack.tell(resource, "DELETE_FAILED", reason)
            return True
    stack.tell(resource, "DELETE_COMPLETE")
    return False
