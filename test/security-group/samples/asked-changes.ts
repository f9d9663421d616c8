import { eve } from './changes';
import type {
  AskedChange,
  AskedRule,
} from '../../../src/security-group/domain/asking/asked-change';

/** A question about rules, from the few values that a test is about. */
export function askedAbout(
  rules: readonly AskedRule[],
  values: Partial<AskedChange> = {},
): AskedChange {
  return {
    requestId: 'request-1',
    workflow: 'approvals',
    response: 'revertUntilApproved',
    whenUnanswered: 'revert',
    group: { id: 'sg-1', name: 'web', vpcId: 'vpc-1' },
    call: {
      eventId: 'event/1',
      eventName: 'AuthorizeSecurityGroupIngress',
      time: new Date('2026-01-01T00:00:00Z'),
      accountId: '111111111111',
      region: 'eu-west-1',
      actor: eve,
      sourceAddress: '198.51.100.7',
    },
    rules,
    groupNames: {},
    ...values,
  };
}
