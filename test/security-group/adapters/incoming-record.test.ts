import { leavesOutParameters } from '../../../src/security-group/adapters/cloudtrail-record';
import { incomingRecord } from '../../../src/security-group/adapters/incoming-record';

const MESSAGE = {
  version: 1,
  type: 'record',
  source: 'organization-trail',
  account: '222222222222',
  region: 'eu-west-1',
  record: { eventName: 'CreateSecurityGroup', requestParameters: { omitted: true } },
};

test('a message of a reader is a record of the place that the reader has it from', () => {
  const incoming = incomingRecord(JSON.stringify(MESSAGE));
  expect(incoming).toEqual({
    source: 'organization-trail',
    place: { accountId: '222222222222', region: 'eu-west-1' },
    body: JSON.stringify({ detail: MESSAGE.record }),
  });
  expect(leavesOutParameters(incoming.body)).toBe(true);
});

test.each([
  ['an event of EventBridge', { detail: {}, account: '222222222222' }],
  ['a message of another version', { ...MESSAGE, version: 2 }],
  ['one that names no account', { ...MESSAGE, account: 'mine' }],
  ['one that passes for an event that was forwarded', { ...MESSAGE, source: 'forwarded-events' }],
])('%s has no place but that of its envelope', (_, body) => {
  expect(incomingRecord(JSON.stringify(body))).toEqual({
    source: 'forwarded-events',
    body: JSON.stringify(body),
  });
});
