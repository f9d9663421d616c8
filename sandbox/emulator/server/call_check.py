"""Holds calls against AWS's own descriptions of its services, which come with botocore: an operation or a parameter that there
is not, a required one that is missing, a value of the wrong kind. moto passes over most of that.

A call is read back from the wire by the names and shapes of those descriptions."""

import base64
import binascii
import functools

FORM_PROTOCOLS = ("ec2", "query")
JSON_PROTOCOLS = ("json",)
ENVELOPE = ("Action", "Version")


class Unreadable(ValueError):
    """What was sent cannot be read as what the description has there."""


def check_calls(request):
    """Answers what is wrong with each of the calls, in their order: nothing where nothing is."""
    return {"faults": [fault_of(call) for call in request["calls"]]}


def fault_of(call):
    from botocore.exceptions import UnknownServiceError
    from botocore.model import OperationNotFoundError
    from botocore.validate import ParamValidator

    try:
        service = service_named(call["service"])
        shape = service.operation_model(call["action"]).input_shape
        sent = parameters_of(call, service, shape)
    except (OperationNotFoundError, UnknownServiceError, Unreadable) as error:
        return str(error)
    if shape is None:
        return f"it takes no parameters, and has {sorted(sent)}" if sent else ""
    return ParamValidator().validate(sent, shape).generate_report()


@functools.lru_cache(maxsize=None)
def service_named(name):
    """By the name that requests are signed for: of the services in use, it is the name of the description as well."""
    from botocore.session import get_session

    return get_session().get_service_model(name)


def parameters_of(call, service, shape):
    form, body = call["parameters"], call.get("json")
    if form:
        return read_form(form, service, shape)
    expect_protocol(service, JSON_PROTOCOLS)
    if not isinstance(body, dict):
        raise Unreadable("the body is no JSON object, and there is no form")
    return read_json(body, shape) if shape else body


def expect_protocol(service, protocols):
    """Gives the protocol by which the service is spoken to."""
    spoken = service.metadata.get("protocols", [service.metadata["protocol"]])
    for protocol in protocols:
        if protocol in spoken:
            return protocol
    raise Unreadable(f"{service.service_name} is spoken to in {', '.join(spoken)}, and not in {' or '.join(protocols)}")


def read_json(value, shape):
    if value is None:
        return None
    if shape.type_name == "structure" and isinstance(value, dict):
        return read_members(value, json_members_of(shape), read_json)
    if shape.type_name == "list" and isinstance(value, list):
        return [read_json(member, shape.member) for member in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: read_json(member, shape.value) for key, member in value.items()}
    if shape.type_name == "blob" and isinstance(value, str):
        return read_blob(value)
    return value


@functools.lru_cache(maxsize=None)
def json_members_of(shape):
    return {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}


def read_members(value, members, read):
    """What is no member is kept, so that it is reported as unknown: also where it has the name that a member has in the
    description, and not on the wire."""
    taken = {name for name, _ in members.values()}
    named = {}
    for wire_name, content in value.items():
        if wire_name in members:
            name, member = members[wire_name]
            named[name] = read(content, member)
        else:
            named[f"{wire_name} (on the wire)" if wire_name in taken else wire_name] = content
    return named


def read_blob(text):
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Unreadable(f"{text[:20]} is no base64: {error}") from error


def read_form(form, service, shape):
    protocol = expect_protocol(service, FORM_PROTOCOLS)
    version = form.get("Version")
    if version != service.api_version:
        raise Unreadable(f"it is of the version {version}, and the description of {service.api_version}")
    sent = tree_of({name: value for name, value in form.items() if name not in ENVELOPE})
    return FormReader(protocol).read(sent, shape) if shape else sent


def tree_of(form):
    """`A.1.B=…` is a branch."""
    root = {}
    for name, value in form.items():
        *path, last = name.split(".")
        branch = root
        for part in path:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise Unreadable(f"{name} goes on beneath a value")
        branch[last] = value
    return root


class FormReader:
    """The way back from what botocore's own serializer of the protocol would write."""

    def __init__(self, protocol):
        from botocore.serialize import SERIALIZERS

        self.is_ec2 = protocol == "ec2"
        self.wire_name_of = SERIALIZERS[protocol]()._get_serialized_name

    def read(self, node, shape):
        readers = {"structure": self.read_structure, "list": self.read_list, "map": self.read_map}
        reader = readers.get(shape.type_name)
        if reader is None:
            return read_text(node, shape)
        # An empty list is written as an empty text.
        return reader({} if node == "" else node, shape)

    def read_structure(self, node, shape):
        members = {self.member_name(name, member): (name, member) for name, member in shape.members.items()}
        return read_members(expect_branch(node, shape), members, self.read)

    def member_name(self, name, member):
        if member.type_name == "list" and self.is_flat(member) and not self.is_ec2:
            name = self.wire_name_of(member.member, "") or name
        return self.wire_name_of(member, name)

    def read_list(self, node, shape):
        member = shape.member
        members = node if self.is_flat(shape) else self.beneath(node, shape, self.wire_name_of(member, "member"))
        return [self.read(item, member) for item in numbered(members, shape)]

    def read_map(self, node, shape):
        entries = node if self.is_flat(shape) else self.beneath(node, shape, "entry")
        key_name, value_name = self.wire_name_of(shape.key, "key"), self.wire_name_of(shape.value, "value")
        items = [expect_branch(entry, shape) for entry in numbered(entries, shape)]
        return {item.get(key_name): self.read(item.get(value_name, ""), shape.value) for item in items}

    def beneath(self, node, shape, name):
        branch = expect_branch(node, shape)
        if any(other != name for other in branch):
            raise Unreadable(f"{shape.name} has {sorted(branch)}, and should have {name} alone")
        return branch.get(name, {})

    def is_flat(self, shape):
        return self.is_ec2 or shape.serialization.get("flattened", False)


def expect_branch(node, shape):
    if not isinstance(node, dict):
        raise Unreadable(f"{shape.name} has the text {node}, and should have parts")
    return node


def numbered(node, shape):
    branch = expect_branch(node, shape)
    numbers = [str(number + 1) for number in range(len(branch))]
    if set(numbers) != set(branch):
        raise Unreadable(f"{shape.name} has the members {sorted(branch)}, and they should be numbered from 1")
    return [branch[number] for number in numbers]


def read_text(text, shape):
    """What is no number stays a text, so that it is reported as of the wrong kind."""
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if shape.type_name == "blob" and isinstance(text, str):
        return read_blob(text)
    numbers = {"integer": int, "long": int, "float": float, "double": float}
    if shape.type_name not in numbers:
        return text
    try:
        return numbers[shape.type_name](text)
    except (TypeError, ValueError):
        return text
