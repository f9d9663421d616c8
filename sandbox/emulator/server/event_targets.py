"""Topics as targets of EventBridge's rules, with input transformers, as AWS documents them: moto fails at the event. What a
transformer makes of a value that the event does not have is believed, not checked: nothing, and null outside of quotes.
"""

import copy
import json
import re

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>"\s]+>', re.DOTALL)
PLACEHOLDER = re.compile(r"<([^<>\s]+)>")


def deliver_to_topics():
    from moto.core.utils import iso_8601_datetime_without_milliseconds, utcfromtimestamp
    from moto.events.models import EventPattern, Rule
    from moto.sns.models import sns_backends

    send_to_others = Rule.send_to_targets

    def send(self, original_event, transform_input=True):
        topics = [target for target in self.targets if is_topic(target)]
        if topics and self.event_pattern.matches_event(original_event):
            event = {key: value for key, value in original_event.items() if key != "ingestion-time"}
            event["time"] = iso_8601_datetime_without_milliseconds(utcfromtimestamp(float(event["time"])))
            for target in topics:
                sns_backends[self.account_id][self.region_name].publish(message_for(target, event), arn=target["Arn"])
        others = copy.copy(self)
        others.targets = [target for target in self.targets if not is_topic(target)]
        if others.targets:
            send_to_others(others, original_event, transform_input)

    def matches(self, event):
        """moto first makes JSON of the event and an event of that, for each rule: but it was read from JSON just now."""
        return not self._pattern or self._does_event_match(self._flatten_dict(event), self._pattern)

    EventPattern.matches_event = matches
    Rule.send_to_targets = send


def is_topic(target):
    return ":sns:" in target["Arn"]


def message_for(target, event):
    if "Input" in target:
        return target["Input"]
    transformer = target.get("InputTransformer")
    if transformer is None:
        return json.dumps(event)
    return filled(transformer["InputTemplate"], values_of(transformer.get("InputPathsMap", {}), event))


def values_of(paths, event):
    from jsonpath_ng.ext import parse

    found = {name: parse(path).find(event) for name, path in paths.items()}
    return {name: matches[0].value if matches else None for name, matches in found.items()}


def filled(template, values):
    """In quotes, a placeholder gives the value's text; outside of them, the value. A template that is but a text in quotes gives
    the text, several of them give lines."""
    lines = TOKEN.sub(lambda match: filled_token(match.group(), values), template).splitlines()
    if all(line.strip().startswith('"') and TOKEN.fullmatch(line.strip()) for line in lines):
        return "\n".join(json.loads(line) for line in lines)
    return "\n".join(lines)


def filled_token(token, values):
    if token.startswith("<"):
        name = token[1:-1]
        return json.dumps(values[name]) if name in values else token
    return PLACEHOLDER.sub(lambda match: text_in_quotes(values.get(match.group(1), match.group())), token)


def text_in_quotes(value):
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]
