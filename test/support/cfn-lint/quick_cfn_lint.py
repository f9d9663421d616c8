"""cfn-lint as it is, with the same findings in less time. At each value of a template it makes copies of all that it knows there, which
the dataclasses do field by field, and goes through all rules for those of one keyword. And it makes little garbage to look for.
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

    def create_quick(*args, **kwargs):
        validator = create(*args, **kwargs)
        validator.evolve = evolve_validator
        return validator

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

    load = helpers.load_plugins

    def load_quick(*args, **kwargs):
        rules = load(*args, **kwargs)
        for rule in rules:
            if rule.id == "E1101":
                rule.cfnLint = by_keyword(rule)
        return rules

    def by_keyword(additional):
        known = set()

        def check(validator, keywords, instance, schema):
            # Its rules come to it after it was loaded.
            if not known:
                rules = [rule for rule in additional.child_rules.values() if rule is not None and rule.id]
                known.update(keyword for rule in rules for keyword in rule.keywords)
            wanted = [keyword for keyword in keywords if keyword in known]
            return type(additional).cfnLint(additional, validator, wanted, instance, schema) if wanted else ()

        return check

    helpers.load_plugins = load_quick


def ask_for_encoding_once():
    """The package `regex` asks for each expression that it uses."""
    import regex.regex

    encoding = locale.getpreferredencoding()
    regex.regex._getpreferredencoding = lambda: encoding


if __name__ == "__main__":
    gc.disable()
    copy_at_once()
    find_rules_by_keyword()
    ask_for_encoding_once()
    from cfnlint.runner import main

    sys.exit(main())
