import {
  changedGroup,
  changedPrefixList,
  createdVpc,
  type ReadSubject,
  taggedGroups,
} from './change-subject';
import { parseRecord, sourcedRecord, UnreadableEventError } from './cloudtrail-record';
import {
  addedRules,
  describedRules,
  modifiedRules,
  noRules,
  type ReadRules,
  revokedRules,
} from './named-rules';
import type { Place } from '../../organization/domain/place';
import { WATCHED_CALLS, type WatchedCall } from '../../shared/contracts/watched-calls';
import type { Change, ChangeSubject } from '../domain/changes/change';

export { sourcedRecord, UnreadableEventError };

interface ReadCall {
  readonly subject: ReadSubject;
  readonly rules: ReadRules;
}

/** How the record of each call is read. */
const CALLS: Readonly<Record<WatchedCall, ReadCall>> = {
  AuthorizeSecurityGroupIngress: { subject: changedGroup('group'), rules: addedRules('ingress') },
  AuthorizeSecurityGroupEgress: { subject: changedGroup('group'), rules: addedRules('egress') },
  RevokeSecurityGroupIngress: { subject: changedGroup('group'), rules: revokedRules('ingress') },
  RevokeSecurityGroupEgress: { subject: changedGroup('group'), rules: revokedRules('egress') },
  ModifySecurityGroupRules: { subject: changedGroup('group'), rules: modifiedRules },
  UpdateSecurityGroupRuleDescriptionsIngress: {
    subject: changedGroup('group'),
    rules: describedRules('ingress'),
  },
  UpdateSecurityGroupRuleDescriptionsEgress: {
    subject: changedGroup('group'),
    rules: describedRules('egress'),
  },
  DeleteSecurityGroup: { subject: changedGroup('group-deleted'), rules: noRules },
  ModifyManagedPrefixList: { subject: changedPrefixList, rules: noRules },
  RestoreManagedPrefixListVersion: { subject: changedPrefixList, rules: noRules },
  CreateSecurityGroup: { subject: changedGroup('group-created'), rules: noRules },
  CreateVpc: { subject: createdVpc, rules: noRules },
  CreateDefaultVpc: { subject: createdVpc, rules: noRules },
  CreateTags: { subject: taggedGroups, rules: noRules },
  DeleteTags: { subject: taggedGroups, rules: noRules },
};

/** A call that failed may name nothing: it has changed nothing either. */
const NOTHING: ChangeSubject = { kind: 'group', group: {} };

/**
 * Reads an EventBridge envelope around a CloudTrail record. `receivedAt` stands in for a time that
 * cannot be read. `place`: where the record is known to be of, whatever it says itself. Throws an
 * UnreadableEventError for what is no record of a known call, and for a call that succeeded on no
 * one knows what.
 */
export function parseChangeEvent(body: string, receivedAt: Date, place?: Place): Change {
  const record = parseRecord(body, receivedAt, place);
  const { eventName, errorCode } = record.call;
  const watched = WATCHED_CALLS.find((name) => name === eventName);
  if (!watched) {
    throw new UnreadableEventError(
      `Its eventName is ${eventName}; expected is one of ${WATCHED_CALLS.join(', ')}.`,
    );
  }
  const read = CALLS[watched];
  const subject = read.subject(record);
  if (!subject && !errorCode) {
    throw new UnreadableEventError(
      `It does not name what ${eventName} changed, as CloudTrail leaves out parameters of over 100 KB: look at who made the call, and on what. Where it says that it left them out, all monitored groups are looked at now.`,
    );
  }
  return { ...record.call, subject: subject ?? NOTHING, rules: read.rules(record) };
}
