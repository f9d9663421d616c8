import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { SQSClient } from '@aws-sdk/client-sqs';
import { OwnerDirectMessages } from '../../../src/access-key/adapters/owner-direct-messages';
import type { PlacedKey } from '../../../src/access-key/domain/key-report';
import type { Owner } from '../../../src/access-key/domain/owner';
import { directMessageIn } from '../../../src/approval/adapters/direct-message-orders';
import { daysAgo, NOW } from '../in-memory/account-in-memory';

const [HUB, MEMBER] = ['111111111111', '222222222222'];
const OLGA = {
  kind: 'known',
  name: 'olga@example.com',
  source: 'tag',
  tagKey: 'Owner',
} as const satisfies Owner;
const SURVEY = {
  ...{ at: NOW, userCount: 1, unknowns: [], tagUses: [] },
  ...{ findings: [], keys: [], seen: [], users: [] },
};

function keyOf(accountId: string, keyId: string): PlacedKey {
  const finding = {
    ...{ keyId, userName: 'robot', status: 'Active' as const, createdAt: daysAgo(100) },
    ...{ ageInDays: 100, lastUse: { kind: 'never' as const }, classes: ['too-old' as const] },
  };
  return { accountId, keyId, userName: 'robot', owner: OLGA, finding };
}

const organizationReport = {
  ...{ runId: '1', at: NOW, unread: [], omitted: 0 },
  accounts: [HUB, MEMBER].map((accountId) => ({
    accountId,
    report: { survey: SURVEY, keys: [keyOf(accountId, `AK${accountId}`)], maxKeyAge: 90 },
    toRemember: [],
  })),
};

function ordering(send: () => Promise<object>) {
  const client = new SQSClient({ region: 'eu-west-1' });
  const sent = jest.spyOn(client, 'send').mockImplementation(send);
  const metrics = new Metrics({ namespace: 'test', serviceName: 'test' });
  const [counted, failures, logger] = [
    jest.spyOn(metrics, 'addMetric').mockImplementation(),
    { add: jest.fn() },
    new Logger(),
  ];
  jest.spyOn(logger, 'error').mockImplementation();
  const messages = new OwnerDirectMessages({
    ...{ sqs: client, sentry: 'App/Keys', logger, metrics },
    failures,
  });
  return { sent, counted, failures, messages };
}

test('an owner with keys in several accounts gets one message, which the workflow can read', async () => {
  const { sent, messages } = ordering(async () => ({}));
  await messages.tellOfAll('https://queue', organizationReport, (id) => `${id} (shop)`);
  const [call] = sent.mock.calls;
  const { QueueUrl, Entries } = JSON.parse(JSON.stringify(call![0].input));
  expect([QueueUrl, Entries.length]).toEqual(['https://queue', 1]);
  const order = directMessageIn(Entries[0].MessageBody);
  expect(order).toMatchObject({ sender: 'App/Keys', email: 'olga@example.com', at: NOW });
  expect(order?.text.points.map(({ label }) => label)).toEqual([
    `AK${HUB} of robot in account ${HUB} (shop)`,
    `AK${MEMBER} of robot in account ${MEMBER} (shop)`,
  ]);
});

test('why a key is listed goes by the age of the run over its account', async () => {
  const { sent, messages } = ordering(async () => ({}));
  const [own, member] = organizationReport.accounts;
  const accounts = [own!, { ...member!, report: { ...member!.report, maxKeyAge: 60 } }];
  await messages.tellOfAll('https://queue', { ...organizationReport, accounts }, (id) => id);
  const { Entries } = JSON.parse(JSON.stringify(sent.mock.calls[0]![0].input));
  const points = directMessageIn(Entries[0].MessageBody)?.text.points ?? [];
  expect(points.map(({ lines }) => lines.find((line) => line.startsWith('Why')))).toEqual([
    'Why: older than 90 days.',
    'Why: older than 60 days.',
  ]);
});

test('of many owners no more than twenty a minute are looked up: questions need look-ups, too', async () => {
  const { sent, messages } = ordering(async () => ({}));
  const keys = Array.from({ length: 100 }, (_, index): PlacedKey => ({
    ...keyOf(HUB, `AK${index}`),
    owner: { ...OLGA, name: `owner-${index}@example.com` },
  }));
  await messages.tellOf('https://queue', { survey: SURVEY, keys, maxKeyAge: 90 }, HUB);
  const delays = sent.mock.calls
    .flatMap(
      ([{ input }]): { DelaySeconds?: number }[] => JSON.parse(JSON.stringify(input)).Entries,
    )
    .map(({ DelaySeconds: delay = 0 }) => delay);
  const minutes = [0, 60, 120, 180, 240];
  expect(minutes.map((minute) => delays.filter((delay) => delay === minute).length)).toEqual(
    minutes.map(() => 20),
  );
});

test('that SQS takes none is reported and counted, and fails no run', async () => {
  const { counted, failures, messages } = ordering(async () => {
    throw new Error('AccessDenied');
  });
  const unheard = await messages.tellOfAll('https://queue', organizationReport, (id) => id);
  expect(unheard.map(({ accountId }) => accountId)).toEqual([HUB, MEMBER]);
  expect(counted).toHaveBeenCalledWith('KeyOwnersNotMessaged', 'Count', 1);
  expect(failures.add).toHaveBeenCalledWith(
    expect.any(String),
    expect.objectContaining({ state: 'given-up', reason: 'AccessDenied' }),
  );
});

test('of the owners of one call, only those count whose message SQS refused', async () => {
  const refusal = { Id: '1', Code: 'InternalError', Message: 'try again', SenderFault: false };
  const { counted, failures, messages } = ordering(async () => ({ Failed: [refusal] }));
  const keys = ['ann', 'ben', 'cat'].map((name): PlacedKey => ({
    ...keyOf(HUB, `AK-${name}`),
    owner: { ...OLGA, name: `${name}@example.com` },
  }));
  const report = { survey: SURVEY, keys, maxKeyAge: 90 };
  const unheard = await messages.tellOf('https://queue', report, HUB);
  expect(unheard.map(({ keyId }) => keyId)).toEqual(['AK-ben']);
  expect(counted).toHaveBeenCalledWith('KeyOwnersNotMessaged', 'Count', 1);
  expect(failures.add).toHaveBeenCalledWith(
    expect.any(String),
    expect.objectContaining({ reason: 'try again' }),
  );
});

test('owners past the hundred were not refused: there is nothing to make up for', async () => {
  const { counted, messages } = ordering(async () => ({}));
  const keys = Array.from({ length: 101 }, (_, index): PlacedKey => ({
    ...keyOf(HUB, `AK${index}`),
    owner: { ...OLGA, name: `owner-${index}@example.com` },
  }));
  const report = { survey: SURVEY, keys, maxKeyAge: 90 };
  expect(await messages.tellOf('https://queue', report, HUB)).toEqual([]);
  expect(counted).toHaveBeenCalledWith('KeyOwnersNotMessaged', 'Count', 1);
});

test('an order of a later version is refused, and a pointer is none', () => {
  const order = { version: 2, type: 'direct-message' };
  expect(() => directMessageIn(JSON.stringify(order))).toThrow('cannot be read by this version');
  expect(directMessageIn(JSON.stringify({ version: 1, type: 'messages' }))).toBeUndefined();
  expect(directMessageIn('no JSON')).toBeUndefined();
});
