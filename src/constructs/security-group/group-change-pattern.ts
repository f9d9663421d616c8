import * as events from 'aws-cdk-lib/aws-events';

/** A pattern holds 2,048 characters; an id takes 23 of them, the rest of this pattern about 350. */
const MOST_GROUPS_IN_PATTERN = 60;

/**
 * Successful additions to the groups. A call may name its group elsewhere, by name only, or not at all where CloudTrail
 * left its parameters out: so an event without an id is let through, and the sentry finds out. Nothing is filtered
 * by who called.
 */
export function groupChangePattern(groupIds: string[]): events.EventPattern {
  const groups = groupIds.length <= MOST_GROUPS_IN_PATTERN && { requestParameters: { groupId: [...groupIds, ...events.Match.doesNotExist()] } };
  return {
    source: ['aws.ec2'],
    detailType: ['AWS API Call via CloudTrail'],
    detail: {
      eventSource: ['ec2.amazonaws.com'],
      eventName: ['AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress'],
      errorCode: events.Match.doesNotExist(),
      ...groups,
    },
  };
}
