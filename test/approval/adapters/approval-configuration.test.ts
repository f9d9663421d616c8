import { parseApprovalConfiguration } from '../../../src/approval/adapters/approval-configuration';
import type { ApprovalParameter } from '../../../src/approval/contracts/approval-parameter';
import { CONFIGURATION } from '../in-memory/workflow-in-memory';

const PARAMETER: ApprovalParameter = {
  version: 1,
  ...CONFIGURATION,
  askers: [{ name: 'sentry', queueUrl: 'https://sqs/1/decisions' }],
  monitoring: { kind: 'none' },
  auditSeconds: 34_560_000,
};
const ROUTE = {
  name: 'production',
  accounts: ['111122223333'],
  units: ['ou-abcd-12345678'],
  approvalChannelId: 'C3',
  approvers: { kind: 'userGroup', userGroupId: 'S2' },
  requiredApprovals: 2,
} as const;
const parsed = (change: object) =>
  parseApprovalConfiguration(JSON.stringify({ ...PARAMETER, ...change }), '/workflow');

test.each<[string, Partial<ApprovalParameter>]>([
  ['users', {}],
  ['a user group', { approvers: { kind: 'userGroup', userGroupId: 'S1' } }],
  ['a monitoring channel', { monitoring: { kind: 'channel', channelId: 'C2' } }],
  ['a monitoring webhook', { monitoring: { kind: 'webhook', secretArn: 'arn' } }],
  ['routes', { routes: [ROUTE] }],
  ['no pause and no durations', { denialPauseMilliseconds: 0, approvalSeconds: [] }],
])('with %s is read as it was written', (_, change) => {
  expect(parsed(change)).toEqual({ ...PARAMETER, ...change });
});

test.each<[string, object]>([
  ['another version', { version: 2 }],
  ['approvers of an unknown kind', { approvers: { kind: 'everyone' } }],
  ['no required approval', { requiredApprovals: 0 }],
  ['a time that is none', { expireMilliseconds: 0 }],
  ['an asker without a queue', { askers: [{ name: 'sentry' }] }],
  ['monitoring of an unknown kind', { monitoring: { kind: 'mail' } }],
  ['a route that no one decides', { routes: [{ ...ROUTE, approvers: undefined }] }],
  ['no time for the audit', { auditSeconds: undefined }],
])('with %s is refused by name: nothing is done by guess', (_, change) => {
  expect(() => parsed(change)).toThrow(
    'The SSM parameter /workflow is not of version 1 of this library',
  );
});

test('that is no JSON is refused', () => {
  expect(() => parseApprovalConfiguration('{', '/workflow')).toThrow(
    "The SSM parameter /workflow is no JSON. Deploy the workflow's stack again.",
  );
});
