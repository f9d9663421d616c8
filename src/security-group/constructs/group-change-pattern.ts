import * as events from 'aws-cdk-lib/aws-events';
import {
  CALLS_THAT_CHANGE_GROUPS,
  CALLS_THAT_TAG,
  CALLS_THAT_MAKE_GROUPS,
  type WatchedCall,
} from '../../shared/contracts/watched-calls';
import {
  decisiveTagKeys,
  type MonitoredGroups,
  selectorsOf,
} from '../domain/groups/monitored-groups';
import type { Policy } from '../domain/policies/policy';
import type { RuleTag } from '../domain/rules/rule';

/**
 * A pattern holds 2,048 characters; an id takes 23 of them with its quotes and comma, the rest of
 * this pattern up to 700.
 */
const MOST_GROUPS_IN_PATTERN = 58;

/**
 * Successful calls that may concern the groups, and the dry runs of which the heartbeat is one.
 * Only what is known to concern others is left out: a call may name its group elsewhere, by name
 * only, or not at all where CloudTrail left its parameters out, so an event without an id is let
 * through, and the sentry finds out. Nothing is filtered by who called.
 */
export function groupChangePattern(
  groups: MonitoredGroups,
  policies: readonly Pick<Policy, 'appliesTo'>[] = [],
  questionTags: readonly RuleTag[] = [],
): events.EventPattern {
  const selections = [groups, ...policies.flatMap(({ appliesTo }) => appliesTo ?? [])];
  const doTagsCount = selections.flatMap(decisiveTagKeys).length + questionTags.length > 0;
  const groupIds = chosenIds(groups);
  const requestParameters = {
    ...(groupIds && groupIds.length <= MOST_GROUPS_IN_PATTERN && { groupId: orAbsent(groupIds) }),
    ...(doTagsCount && {
      resourcesSet: { items: { resourceId: orAbsent(events.Match.prefix('sg-')) } },
    }),
  };
  const eventName: WatchedCall[] = [
    ...CALLS_THAT_CHANGE_GROUPS,
    ...(groupIds ? [] : CALLS_THAT_MAKE_GROUPS),
    ...(doTagsCount ? CALLS_THAT_TAG : []),
  ];
  return {
    source: ['aws.ec2'],
    detailType: ['AWS API Call via CloudTrail'],
    detail: {
      eventSource: ['ec2.amazonaws.com'],
      eventName,
      errorCode: orAbsent(['Client.DryRunOperation']),
      ...(Object.keys(requestParameters).length > 0 && { requestParameters }),
    },
  };
}

/**
 * Successful calls whose parameters are over 100 KB, which CloudTrail leaves out then: all that is
 * known is that any group may have changed.
 */
export function largeCallPattern(): events.EventPattern {
  return {
    source: ['aws.ec2'],
    detailType: ['AWS API Call via CloudTrail'],
    detail: {
      eventSource: ['ec2.amazonaws.com'],
      eventName: [...CALLS_THAT_CHANGE_GROUPS],
      errorCode: events.Match.doesNotExist(),
      requestParameters: { omitted: [true] },
    },
  };
}

/** The ids by which the groups are chosen; undefined where some are chosen otherwise. */
function chosenIds(groups: MonitoredGroups): string[] | undefined {
  const selectors = selectorsOf(groups);
  if (selectors.some(({ kind }) => kind !== 'ids')) return undefined;
  return selectors.flatMap((selector) => (selector.kind === 'ids' ? selector.groupIds : []));
}

function orAbsent(values: string[]): string[] {
  return [...values, ...events.Match.doesNotExist()];
}
