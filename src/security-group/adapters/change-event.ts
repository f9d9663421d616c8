import {
  changedGroup,
  changedPrefixList,
  createdVpc,
  type ReadSubject,
  taggedGroups,
} from './change-subject';
import { parseRecord, UnreadableEventError } from './cloudtrail-record';
import {
  addedRules,
  describedRules,
  modifiedRules,
  noRules,
  type ReadRules,
  revokedRules,
} from './named-rules';
import type { Change, ChangeSubject } from '../domain/changes/change';

export { UnreadableEventError };

/** How the record of each call is read. A map, since the names come from outside. */
const CALLS: ReadonlyMap<string, { readonly subject: ReadSubject; readonly rules: ReadRules }> =
  new Map([
    [
      'AuthorizeSecurityGroupIngress',
      { subject: changedGroup('group'), rules: addedRules('ingress') },
    ],
    [
      'AuthorizeSecurityGroupEgress',
      { subject: changedGroup('group'), rules: addedRules('egress') },
    ],
    [
      'RevokeSecurityGroupIngress',
      { subject: changedGroup('group'), rules: revokedRules('ingress') },
    ],
    [
      'RevokeSecurityGroupEgress',
      { subject: changedGroup('group'), rules: revokedRules('egress') },
    ],
    ['ModifySecurityGroupRules', { subject: changedGroup('group'), rules: modifiedRules }],
    [
      'UpdateSecurityGroupRuleDescriptionsIngress',
      { subject: changedGroup('group'), rules: describedRules('ingress') },
    ],
    [
      'UpdateSecurityGroupRuleDescriptionsEgress',
      { subject: changedGroup('group'), rules: describedRules('egress') },
    ],
    ['CreateSecurityGroup', { subject: changedGroup('group-created'), rules: noRules }],
    ['DeleteSecurityGroup', { subject: changedGroup('group-deleted'), rules: noRules }],
    ['CreateVpc', { subject: createdVpc, rules: noRules }],
    ['CreateDefaultVpc', { subject: createdVpc, rules: noRules }],
    ['ModifyManagedPrefixList', { subject: changedPrefixList, rules: noRules }],
    ['RestoreManagedPrefixListVersion', { subject: changedPrefixList, rules: noRules }],
    ['CreateTags', { subject: taggedGroups, rules: noRules }],
    ['DeleteTags', { subject: taggedGroups, rules: noRules }],
  ]);

/** A call that failed may name nothing: it has changed nothing either. */
const NOTHING: ChangeSubject = { kind: 'group', group: {} };

/**
 * Reads an EventBridge envelope around a CloudTrail record. `receivedAt` stands in for a time that
 * cannot be read. Throws an UnreadableEventError for what is no record of a known call, and for a
 * call that succeeded on nobody knows what.
 */
export function parseChangeEvent(body: string, receivedAt: Date): Change {
  const record = parseRecord(body, receivedAt);
  const { eventName, errorCode } = record.call;
  const read = CALLS.get(eventName);
  if (!read) {
    throw new UnreadableEventError(
      `Its eventName is ${eventName}; expected is one of ${[...CALLS.keys()].join(', ')}.`,
    );
  }
  const subject = read.subject(record);
  if (!subject && !errorCode) {
    throw new UnreadableEventError(
      `It does not name what ${eventName} changed, as CloudTrail leaves out parameters of over 100 KB: look at who made the call, and on what.`,
    );
  }
  return { ...record.call, subject: subject ?? NOTHING, rules: read.rules(record) };
}
