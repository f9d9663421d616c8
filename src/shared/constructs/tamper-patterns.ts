import { ArnFormat, type Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import {
  type Naming,
  ROLE_PASSING_CALLS,
  type TamperedResource,
  TRAIL_CALLS,
} from '../contracts/tamper-calls';

/** Of calls on any of the resources, each by its name, id or ARN. */
export function tamperPattern(
  { service, calls }: TamperedResource,
  resources: readonly string[],
  stack: Stack,
): events.EventPattern {
  const alternatives = calls.map(({ eventNames, areStarts, parameter, naming }) => ({
    eventName: areStarts ? startingWith(eventNames) : [...eventNames],
    requestParameters: {
      [parameter]: resources.flatMap((resource) => named(resource, naming, stack)),
    },
  }));
  return callPattern(service, alternatives.length === 1 ? alternatives[0]! : { $or: alternatives });
}

/**
 * Of functions that are given a role of one of these, and are not the one whose role it is. What is
 * done to the sentry's own is watched as such.
 */
export function passedRolesPattern(functions: readonly lambda.Function[]): events.EventPattern {
  const passed = functions.map(({ role, functionName }) => ({
    requestParameters: {
      role: [role?.roleArn],
      functionName: events.Match.anythingBut(functionName),
    },
  }));
  return callPattern(ROLE_PASSING_CALLS.service, {
    eventName: startingWith(ROLE_PASSING_CALLS.eventNames),
    // To EventBridge, an $or of one is a field of that name, and the pattern is none.
    ...(passed.length > 1 ? { $or: passed } : passed[0]),
  });
}

export function trailPattern(): events.EventPattern {
  return callPattern(TRAIL_CALLS.service, { eventName: [...TRAIL_CALLS.eventNames] });
}

/** Successful calls. No one but AWS can send events with such a source. */
function callPattern(service: string, call: Record<string, unknown>): events.EventPattern {
  return {
    source: [`aws.${service}`],
    detailType: ['AWS API Call via CloudTrail'],
    detail: {
      eventSource: [`${service}.amazonaws.com`],
      errorCode: events.Match.doesNotExist(),
      ...call,
    },
  };
}

function named(resource: string, naming: Naming, stack: Stack): string[] {
  switch (naming) {
    case 'exactly':
      return [resource];
    case 'start':
      return events.Match.prefix(resource);
    case 'end':
      return events.Match.suffix(resource);
    case 'function':
      return [...events.Match.suffix(resource), ...events.Match.suffix(`${resource}:$LATEST`)];
    case 'below':
      return events.Match.prefix(`${resource}:`);
    case 'secret':
      return [resource, ...events.Match.prefix(secretArn(resource, stack))];
  }
}

function startingWith(texts: readonly string[]): string[] {
  return texts.flatMap((text) => events.Match.prefix(text));
}

function secretArn(name: string, stack: Stack): string {
  return stack.formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
