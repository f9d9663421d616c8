"""cfn-lint as it is, with the same findings in less time. At each value of a template it makes copies of all that it knows there, which
the dataclasses do field by field, goes through all rules for those of one keyword, makes a class for each schema that it holds a value
against, and looks through all resources for each reference to one. And it makes little garbage to look for.
"""

import dataclasses
import gc
import locale
import sys


def copy_at_once():
    from cfnlint.context.context import Context
    from cfnlint.jsonschema import validators
    from cfnlint.jsonschema._filter import FunctionFilter

    create = validators.create
    created = {}

    def create_quick(validators=None, function_filter=None, fn_resolvers=None):
        made_of = (
            frozenset((validators or {}).items()),
            repr(function_filter),
            frozenset((fn_resolvers or {}).items()),
        )
        if made_of not in created:
            validator = create(validators, function_filter, fn_resolvers)
            validator.evolve = evolve_validator
            created[made_of] = validator
        return created[made_of]

    def evolve_validator(self, **changed):
        evolved = object.__new__(type(self))
        evolved.__dict__ = {**self.__dict__, **changed}
        evolved.__post_init__()
        return evolved

    names_in_context = [field.name for field in dataclasses.fields(Context)]

    def evolve_context(self, **changed):
        if "ref_values" in changed:
            changed["ref_values"] = {**self.ref_values, **changed["ref_values"]}
        evolved = object.__new__(type(self))
        # Not what a context has found out meanwhile.
        evolved.__dict__.update({name: self.__dict__[name] for name in names_in_context}, **changed)
        return evolved

    def evolve_filter(self, **changed):
        evolved = object.__new__(type(self))
        evolved.__dict__ = {**self.__dict__, **changed}
        return evolved

    validators.create = create_quick
    for validator in (validators.CfnTemplateValidator, validators.StandardValidator):
        validator.evolve = evolve_validator
    Context.evolve = evolve_context
    FunctionFilter.evolve = evolve_filter


def find_rules_by_keyword():
    from cfnlint import helpers
    from cfnlint.jsonschema._utils import Unset

    load = helpers.load_plugins

    def load_quick(*args, **kwargs):
        rules = load(*args, **kwargs)
        for rule in rules:
            if rule.id == "E1101":
                rule.cfnLint = by_keyword(rule)
        return rules

    def by_keyword(additional):
        known = {}

        def check(validator, keywords, instance, schema):
            # Its rules come to it after it was loaded.
            if not known:
                for rule in additional.child_rules.values():
                    for keyword in rule.keywords if rule is not None and rule.id else ():
                        known.setdefault(keyword, []).append(rule)
            wanted = [(keyword, rule) for keyword in keywords for rule in known.get(keyword, ())]
            return faults_by(wanted, validator, instance, schema) if wanted else ()

        return check

    def faults_by(wanted, validator, instance, schema):
        validator = validator.evolve(function_filter=validator.function_filter.evolve(add_cfn_lint_keyword=False))
        for keyword, rule in wanted:
            for error in rule.validate(validator, keyword, instance, schema):
                if error.rule is None and isinstance(error.validator, Unset):
                    error.rule = rule
                yield error

    helpers.load_plugins = load_quick


def look_through_resources_once():
    """For the names of modules, and for the attributes that there are."""
    from cfnlint.context import Context
    from cfnlint.template import Template

    find_modules = Context.__dict__["module_names"].func
    find_attributes = Template.get_valid_getatts
    modules = {}

    def find_modules_once(self):
        if modules.get("of") is not self.resources:
            modules.update({"of": self.resources, "names": find_modules(self)})
        return modules["names"]

    def find_attributes_once(self):
        if "found_attributes" not in self.__dict__ or self.found_attributes[0] is not self.context.resources:
            self.found_attributes = (self.context.resources, find_attributes(self))
        return self.found_attributes[1]

    Context.module_names = property(find_modules_once)
    Template.get_valid_getatts = find_attributes_once


def begin_with_the_template_at_hand():
    """For each schema, an empty template is read and then put aside."""
    from cfnlint.rules.jsonschema.Base import BaseJsonSchema
    from cfnlint.schema.resolver import RefResolver

    def extend_quick(self, validator, schema, context, validators=None):
        kind = validator.extend(validators={**self._get_validators(), **(validators or {})})
        return kind(schema=schema, cfn=validator.cfn, context=context, resolver=RefResolver.from_schema(schema))

    BaseJsonSchema.extend_validator = extend_quick


def ask_for_encoding_once():
    """The package `regex` asks for each expression that it uses."""
    import regex.regex

    encoding = locale.getpreferredencoding()
    regex.regex._getpreferredencoding = lambda: encoding


if __name__ == "__main__":
    gc.disable()
    copy_at_once()
    find_rules_by_keyword()
    look_through_resources_once()
    begin_with_the_template_at_hand()
    ask_for_encoding_once()
    from cfnlint.runner import main

    sys.exit(main())
