"""moto's own answers in a fraction of the time: writing them was two thirds of its work.

For each value of each answer it tries names by which the value may be kept, with several calls for each; and it writes XML by way of
the events of a parser.
"""

import types
from xml.sax.saxutils import escape, quoteattr

NOTHING = object()


def write_answers_quickly():
    find_values_quickly()
    write_xml_quickly()


def find_values_quickly():
    """Which names there are depends on the kinds of the value and of what holds it, not on the answer."""
    from moto.core.serialize import AttributePickerContext, ResponseSerializer, XFormedAttributePicker

    serialize_structure = ResponseSerializer._serialize_type_structure
    serialize_member = ResponseSerializer._serialize_structure_member
    remembered = {}

    def members_for(self, value, shape):
        case = (type(value), shape)
        if case not in remembered:
            for member in shape.members.values():
                member.parent = shape
            remembered[case] = Members([(key, member, names_of(self, value, key, member)) for key, member in shape.members.items()])
        return remembered[case]

    def names_of(self, value, key, member):
        context = AttributePickerContext(value, key, member, self.operation_model, self.service_model)
        return tuple(dict.fromkeys(self._value_picker.get_possible_keys(context)))

    def serialize_quickly(self, serialized, value, shape, key):
        is_plain = type(self._value_picker) is XFormedAttributePicker and type(self)._serialize_structure_member is serialize_member
        find = finder_for(value) if is_plain else None
        if find is None:
            serialize_structure(self, serialized, value, shape, key)
            return
        transformed = ends_of_transformed(self._value_picker)
        wrapper = self.MAP_TYPE() if key else serialized
        for member_key, member, names in members_for(self, value, shape).that_may_be_in(value, transformed):
            by_moto = names is None or member_key.endswith(transformed)
            found = self.get_value(value, member_key, member) if by_moto else find(value, names)
            if found is not None:
                self._serialize(wrapper, found, member, member_key)
        if key:
            self._default_serialize(serialized, wrapper, shape, key)

    ResponseSerializer._serialize_type_structure = serialize_quickly


class Members:
    """Of a structure, with the names by which a value of one kind may have them; without, where such a name is a path."""

    def __init__(self, members):
        self.has_paths = any("." in name for _, _, names in members for name in names)
        self.all = [(key, member, None if any("." in name for name in names) else names) for key, member, names in members]
        self.by_name = {}
        for each in self.all:
            for name in each[2] or ():
                self.by_name.setdefault(name, []).append(each)

    def that_may_be_in(self, value, transformed):
        """A dict of one entry need not be asked for each of many members."""
        if self.has_paths or transformed or type(value) is not dict or len(value) != 1:
            return self.all
        return self.by_name.get(next(iter(value)), ())


def ends_of_transformed(picker):
    """Of the paths to the values that moto changes before it writes them, where they are or not."""
    if not hasattr(picker, "ends_of_transformed"):
        picker.ends_of_transformed = tuple({path.rpartition(".")[2] for path in picker.response_transformers})
    return picker.ends_of_transformed


def finder_for(value):
    if type(value) is dict:
        return found_in_dict
    return None if value is None or hasattr(value, "__getitem__") else found_in_object


def found_in_dict(value, names):
    for name in names:
        if name in value:
            return value[name]
    return None


def found_in_object(value, names):
    for name in names:
        found = getattr(value, name, NOTHING)
        if found is not NOTHING:
            return found
    return None


def write_xml_quickly():
    from moto.core import serialize

    def written(body, full_document, short_empty_elements, **_):
        declaration = '<?xml version="1.0" encoding="utf-8"?>\n' if full_document else ""
        return declaration + "".join(element_of(name, value, short_empty_elements) for name, value in body.items())

    serialize.xmltodict = types.SimpleNamespace(unparse=written)


def element_of(name, value, short_if_empty):
    """As xmltodict has it: a list is an element for each of its items, and a key that begins with @ an attribute."""
    if isinstance(value, dict):
        attributes = "".join(f" {key[1:]}={quoteattr(text_of(each))}" for key, each in value.items() if key[0] == "@")
        children = "".join(element_of(key, each, short_if_empty) for key, each in value.items() if key[0] not in "@#")
        return tagged(name, attributes, children + escape(text_of(value.get("#text"))), short_if_empty)
    if hasattr(value, "__iter__") and not isinstance(value, (str, bytes)):
        return "".join(element_of(name, item, short_if_empty) for item in value)
    return tagged(name, "", escape(text_of(value)), short_if_empty)


def tagged(name, attributes, content, short_if_empty):
    return f"<{name}{attributes}/>" if short_if_empty and not content else f"<{name}{attributes}>{content}</{name}>"


def text_of(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
