import { placeIn, parseQueueMessage } from '../../../src/security-group/adapters/queue-messages';

const OWN = { accountId: '111111111111', region: 'us-east-1' };
const MEMBER = { account: '222222222222', region: 'eu-west-1' };

test('a message that names no place is about that of the sentry', () => {
  const message = parseQueueMessage('{"version":1,"type":"finding","groupId":"sg-1"}');
  expect(message && placeIn(message, OWN)).toEqual(OWN);
});

test('a message of a member names account and Region', () => {
  const message = parseQueueMessage(JSON.stringify({ version: 1, type: 'heartbeat', ...MEMBER }));
  expect(message && placeIn(message, OWN)).toEqual({
    accountId: '222222222222',
    region: 'eu-west-1',
  });
});

test('half a place is none', () => {
  expect(() => placeIn({ account: MEMBER.account }, OWN)).toThrow(/it has to name both, or none/);
  expect(
    parseQueueMessage('{"version":1,"type":"heartbeat","account":"22","region":"eu-west-1"}'),
  ).toBeUndefined();
});
