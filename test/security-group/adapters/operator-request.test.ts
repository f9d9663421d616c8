import { parseOperatorRequest } from '../../../src/security-group/adapters/operator-request';
import { OperatorError } from '../../../src/security-group/domain/operator-error';

const groupId = 'sg-0123456789abcdef0';
const ruleId = 'sgr-0123456789abcdef0';
const order = { by: 'olga', reason: 'migration' };
const until = '2026-01-01T08:00:00Z';

describe('an order is read', () => {
  test.each([
    { action: 'accept', groupId, ruleId, ...order },
    { action: 'withdraw', groupId, ruleId, ...order },
    { action: 'release', groupId: 'sg-01234567', ...order },
    { action: 'resume', ...order },
    { action: 'disablePolicy', policy: 'no-ssh', hours: 168, ...order },
    { action: 'enablePolicy', policy: 'no-ssh', ...order },
    { action: 'listPolicies' },
    { action: 'list' },
    { action: 'list', groupId },
    {
      action: 'accept',
      groupId,
      ruleId,
      account: '111122223333',
      region: 'us-gov-west-1',
      ...order,
    },
    { action: 'withdraw', groupId, ruleId, account: '111122223333', ...order },
    { action: 'release', groupId, region: 'eu-west-1', ...order },
    { action: 'list', account: '111122223333' },
    { action: 'check', region: 'eu-west-1' },
  ])('%j', (payload) => {
    expect(parseOperatorRequest(payload)).toEqual(payload);
  });

  test.each([
    [until, until],
    ['2026-01-01T10:00:00+02:00', until],
    ['2026-01-01T08:00:00.000Z', until],
  ])('with the time %s', (sent, meant) => {
    expect(
      parseOperatorRequest({ action: 'accept', groupId, ruleId, until: sent, ...order }),
    ).toEqual({ action: 'accept', groupId, ruleId, until: new Date(meant), ...order });
    expect(parseOperatorRequest({ action: 'pause', until: sent, ...order })).toEqual({
      action: 'pause',
      until: new Date(meant),
      ...order,
    });
  });
});

test('a pause may name accounts, units, or both', () => {
  const scope = { accounts: ['111122223333'], units: ['ou-abcd-12345678', 'r-abcd'] };
  expect(parseOperatorRequest({ action: 'pause', until, ...scope, ...order })).toEqual({
    action: 'pause',
    until: new Date(until),
    ...scope,
    ...order,
  });
});

describe('an order is refused that', () => {
  test.each<[string, unknown, string]>([
    ['is none', 'resume', 'expected object'],
    ['is nothing', undefined, 'expected object'],
    ['names no action', { ...order }, 'at action'],
    ['names an unknown action', { action: 'open', groupId, ruleId, ...order }, 'at action'],
    ['names no group', { action: 'accept', ruleId, ...order }, 'at groupId'],
    ['names a group by its name', { action: 'release', groupId: 'web', ...order }, 'at groupId'],
    ['names no rule', { action: 'withdraw', groupId, ...order }, 'at ruleId'],
    [
      'names a group as a rule',
      { action: 'accept', groupId, ruleId: groupId, ...order },
      'at ruleId',
    ],
    ['no one gives', { action: 'resume', reason: 'migration' }, 'at by'],
    ['has no reason', { action: 'resume', by: 'olga' }, 'at reason'],
    ['has an empty reason', { action: 'resume', by: 'olga', reason: '' }, 'at reason'],
    [
      'has an endless reason',
      { action: 'resume', by: 'olga', reason: 'x'.repeat(501) },
      'at reason',
    ],
    ['disables a policy for good', { action: 'disablePolicy', policy: 'p', ...order }, 'at hours'],
    [
      'disables a policy for more than a week',
      { action: 'disablePolicy', policy: 'p', hours: 169, ...order },
      'at hours',
    ],
    [
      'disables a policy for no time',
      { action: 'disablePolicy', policy: 'p', hours: 0, ...order },
      'at hours',
    ],
    [
      'names a malformed account',
      { action: 'accept', groupId, ruleId, account: '1111', ...order },
      'at account',
    ],
    ['names a malformed Region', { action: 'list', region: 'Ireland' }, 'at region'],
    [
      'pauses a unit by its name',
      { action: 'pause', until, units: ['shops'], ...order },
      'at units[0]',
    ],
    ['pauses no account', { action: 'pause', until, accounts: [], ...order }, 'at accounts'],
    [
      'pauses more units than a parameter holds',
      { action: 'pause', until, units: Array.from({ length: 21 }, () => 'r-abcd'), ...order },
      'at units',
    ],
    [
      'resumes in a part, which would end the whole pause',
      { action: 'resume', accounts: ['111122223333'], ...order },
      'accounts',
    ],
    ['pauses for good', { action: 'pause', ...order }, 'at until'],
    [
      'has a time without its zone',
      { action: 'pause', until: '2026-01-01T08:00:00', ...order },
      'at until',
    ],
    [
      'has a time in words',
      { action: 'accept', groupId, ruleId, until: 'tomorrow', ...order },
      'at until',
    ],
    [
      'has a field that is misspelt, which might be the end of it',
      { action: 'accept', groupId, ruleId, untill: until, ...order },
      'untill',
    ],
    [
      'brings its own rule',
      { action: 'accept', groupId, ruleId, rule: { fromPort: 22 }, ...order },
      'rule',
    ],
  ])('%s', (_, payload, place) => {
    const parse = () => parseOperatorRequest(payload);
    expect(parse).toThrow(OperatorError);
    expect(parse).toThrow(place);
    expect(parse).toThrow('Send, for example, {"action":"accept"');
  });
});
