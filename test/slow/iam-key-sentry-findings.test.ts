import { UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { NewUser } from '../../sandbox/emulator/iam-users';
import type { DeployedStack } from '../../sandbox/local-aws';
import { type IamKeySentryProps, KeyExclusion, KeyOwner, KeyReports } from '../../src';
import type { AccessKeysOfOwner } from '../../src/access-key/contracts/owner-event';
import { KEYS_PER_MESSAGE } from '../../src/access-key/domain/run-key-sentry';
import { whatIsNotAllowed } from '../support/rights/role-rights';
import {
  HOUR_MS,
  iamCallCount,
  type KeyRun,
  KeySandbox,
  metric,
} from '../support/sandbox/key-sandbox';
import {
  daysBefore,
  EXCLUDED,
  exclusionsOf,
  expectedKeys,
  generatedUsers,
  isExcluded,
  type PlainRules,
  tagExcludes,
} from '../support/sandbox/key-users';
import { policyStatements } from '../support/sandbox/role-policies';

jest.setTimeout(60_000);

const NOW = new Date('2026-03-10T12:00:00Z');
const BUCKET = 'key-reports';
const MANY = 5_000;
const GENERATED = 420;
const MOST_OWNERS = 100;
const MOST_CALLS_WITHOUT_KEYS = 10;

const PLAIN: PlainRules = { maxKeyAge: 90 };
const STRICT: PlainRules = {
  maxKeyAge: 90,
  warnBefore: 14,
  maxUnusedAge: 45,
  neverUsedGrace: 30,
  includeInactive: true,
};

/** The root user's row comes from the stand-in: the emulator's report has none. */
const ROOT = {
  createdAt: daysBefore(NOW, 2000),
  keys: [
    {
      isActive: true,
      lastRotatedAt: daysBefore(NOW, 400),
      lastUsed: { at: daysBefore(NOW, 100), service: 'iam', region: 'us-east-1' },
    },
    { isActive: false, lastRotatedAt: daysBefore(NOW, 300) },
  ],
};

let sandbox: KeySandbox;
let plain: DeployedStack;
let strict: DeployedStack;
let changes: DeployedStack;
let owned: DeployedStack;
let users: NewUser[];
let bucket: S3Client;

beforeAll(async () => {
  sandbox = await KeySandbox.start();
  await sandbox.localAws.setClock(new Date(NOW.getTime() - 6 * HOUR_MS));
  const exclusionsWith = (group: iam.IGroup) => [
    KeyExclusion.user(EXCLUDED.user),
    KeyExclusion.path(EXCLUDED.path),
    KeyExclusion.group(group),
    KeyExclusion.tag(EXCLUDED.tag, { maxDuration: Duration.days(EXCLUDED.tagDays) }),
  ];
  const sentry = async (
    name: string,
    {
      inventoryBucket,
      ...props
    }: Omit<IamKeySentryProps, 'inventoryBucket'> & { inventoryBucket?: string },
  ) =>
    sandbox.deploy(name, (stack) => ({
      ...props,
      ...(inventoryBucket && {
        inventoryBucket: s3.Bucket.fromBucketName(stack, 'Reports', inventoryBucket),
      }),
      excluding: exclusionsWith(iam.Group.fromGroupName(stack, 'Robots', EXCLUDED.group)),
    }));
  plain = await sentry('Plain', {});
  strict = await sentry('Strict', {
    warnBefore: Duration.days(14),
    maxUnusedAge: Duration.days(45),
    neverUsedGrace: Duration.days(30),
    includeInactiveKeys: true,
    inventoryBucket: BUCKET,
  });
  changes = await sentry('Changes', { reports: KeyReports.changesOnly() });
  bucket = new S3Client({ ...sandbox.access(), forcePathStyle: true });
  owned = await sandbox.deploy('Owned', () => ({
    owners: [KeyOwner.tag('OTHER'), KeyOwner.path('/'), KeyOwner.userName()],
  }));
  await sandbox.localAws.addUsers(
    Array.from({ length: MANY }, (_, index) => ({
      name: `keyless-${index}`,
      createdAt: daysBefore(NOW, 1000),
      groups: index < 30 ? [EXCLUDED.group] : [],
      keys: [],
    })),
  );
});

afterAll(async () => sandbox?.localAws.stop());

test(`${MANY} users without keys cost at most ${MOST_CALLS_WITHOUT_KEYS} calls of IAM, and nothing is sent`, async () => {
  sandbox.gaps.pageSize = 1000;
  const run = await sandbox.run(plain, { reportIsThere: false });
  const { GenerateCredentialReport: polls, ...calls } = iamCallCount(run);
  expect(run).toMatchObject({ succeeded: true, deliveries: [] });
  expect(polls).toBe(2);
  expect(calls).toEqual({ GetCredentialReport: 1, GetGroup: 1 });
  expect(Object.values(calls).reduce((sum, count) => sum + count)).toBeLessThanOrEqual(
    MOST_CALLS_WITHOUT_KEYS,
  );
  expect(metric(run, 'RunsCompleted')).toEqual([1]);
});

test('a file that cannot be written is reported, and costs nothing else', async () => {
  const run = await sandbox.run(strict);
  expect(run).toMatchObject({ succeeded: true, failures: [expect.stringContaining(BUCKET)] });
  expect(metric(run, 'KeyInventoriesFailed')).toEqual([1]);
  expect(metric(run, 'RunsCompleted')).toEqual([1]);
  await bucket.send(new CreateBucketCommand({ Bucket: BUCKET }));
});

describe(`${MANY} users, and ${GENERATED} of every kind`, () => {
  beforeAll(async () => {
    await sandbox.localAws.setClock(NOW);
    users = generatedUsers(GENERATED, NOW);
    await sandbox.localAws.addUsers(users);
    sandbox.gaps.rootUser = ROOT;
  });

  test('they are of every kind, each of which makes a difference', () => {
    const keys = users.flatMap((user) => user.keys);
    expect(new Set(users.map((user) => user.keys.length))).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set(keys.map(({ status }) => status))).toEqual(
      new Set(['Active', 'Inactive', 'Expired']),
    );
    const strictly = expectedKeys(users, ROOT, STRICT, NOW);
    expect(new Set(strictly.flatMap(({ classes }) => classes))).toEqual(
      new Set(['too-old', 'soon-too-old', 'unused', 'never-used']),
    );
    expect(strictly.length).toBeGreaterThan(KEYS_PER_MESSAGE);
    const plainly = new Set(expectedKeys(users, ROOT, PLAIN, NOW).map(({ keyId }) => keyId));
    expect(keys.some(({ id, changedAt }) => plainly.has(id) && changedAt)).toBe(true);
    const hidden = users
      .filter(
        (user) =>
          expectedKeys(
            [{ name: 'no one', createdAt: NOW, keys: user.keys }],
            { ...ROOT, keys: [] },
            PLAIN,
            NOW,
          ).length > 0,
      )
      .map((user) => exclusionsOf(user, NOW).join());
    expect(hidden).toEqual(expect.arrayContaining(['', 'user', 'path', 'group', 'tag']));
  });

  test.each([
    ['plain rules', () => plain, PLAIN, undefined],
    ['all rules, and inactive keys', () => strict, STRICT, undefined],
    ['plain rules, with pages of one entry, as the stand-in deals them out', () => plain, PLAIN, 1],
  ])('%s: exactly the keys that an oracle lists', async (_, sentry, rules, pageSize) => {
    sandbox.gaps.pageSize = pageSize ?? 1000;
    const run = await sandbox.run(sentry());
    const expected = expectedKeys(users, ROOT, rules, NOW);
    expect(sorted(run.keys)).toEqual(sorted(withoutUndefined(expected)));
    expect(run.messages.every(({ complete, unknown }) => complete && unknown.length === 0)).toBe(
      true,
    );
    expect(metric(run, 'UnknownLookUps')).toEqual([0]);
    expect(metric(run, 'KeysTooOld')).toEqual([
      expected.filter(({ classes }) => classes.includes('too-old')).length,
    ]);
    expect(metric(run, 'OldestKeyAge')).toEqual([
      Math.max(...expected.map(({ ageInDays }) => ageInDays)),
    ]);
    expectParts(run, expected.length);
    expectTagUses(run, rules);
    expectEvents(run, withoutUndefined(expected));
  });

  test('the keys of each owner stand together, and are an event of their own', async () => {
    sandbox.gaps.pageSize = 1000;
    const run = await sandbox.run(owned);
    const owners = new Map(users.map((user) => [user.name, expectedOwner(user)]));
    for (const { userName, owner } of run.keys) {
      expect(owner).toEqual(owners.get(userName) ?? { kind: 'none' });
    }
    expect(new Set(run.keys.map(({ owner }) => owner?.source))).toEqual(
      new Set(['tag', 'path', 'user-name', undefined]),
    );
    const names = run.keys.map(({ owner }) => owner?.name);
    const groups = names.filter((name, index) => index === 0 || name !== names[index - 1]);
    expect(groups).toHaveLength(new Set(names).size);
    expect(groups.at(-1)).toBeUndefined();
    const [first, ...others] = run.messages;
    expect(first?.owners?.map(({ name }) => name)).toEqual(groups.slice(0, MOST_OWNERS));
    expect(first?.ownersOmitted).toBe(Math.max(0, groups.length - MOST_OWNERS));
    expect(others.every((message) => message.owners === undefined)).toBe(true);
    expect(run.deliveries.map(({ emailText }) => emailText).join()).toContain(
      'Owner robots,?of? (by the path of the user):',
    );
    const told = run.ownerEvents.map(({ detail }): AccessKeysOfOwner =>
      JSON.parse(JSON.stringify(detail)),
    );
    expect(told.map(({ owner }) => owner.name).sort()).toEqual(groups.slice(0, -1).sort());
    expect(told.flatMap(({ keys }) => keys)).toHaveLength(names.filter(Boolean).length);
  });
});

test('one file has the keys of all users, with who is excluded by what', async () => {
  const files = await filesOfRuns();
  expect(files.map(([name]) => name)).toEqual([
    expect.stringMatching(/^access-keys\/2026-03-10T12-00-\d\d\.\d{3}Z-123456789012\.csv$/),
  ]);
  const rows = files
    .flatMap(([, csv]) => rowsIn(csv))
    .filter(({ user }) => user !== 'administrator');
  expect(sortedIds(rows.map(({ key_id: id = '' }) => id).filter((id) => id !== ''))).toEqual(
    sortedIds(users.flatMap(({ keys }) => keys.map(({ id = '' }) => id))),
  );
  const listed = rows.filter(({ classes, excluded_by: by }) => classes !== '' && by === '');
  expect(
    sortedIds(listed.map(({ key_id: id = '', user = '' }) => (id === '' ? user : id))),
  ).toEqual(
    sortedIds(
      expectedKeys(users, ROOT, STRICT, NOW).map(({ keyId, userName = '' }) => keyId ?? userName),
    ),
  );
  const excluded = new Set(rows.map(({ excluded_by: by = '' }) => by.replace(/ until .*/, '')));
  expect(excluded).toEqual(
    new Set([
      '',
      'the name of the user',
      `the path ${EXCLUDED.path}`,
      `the group ${EXCLUDED.group}`,
      `the tag ${EXCLUDED.tag}`,
    ]),
  );
});

test('changes alone are told: what is new, and what is not listed any more', async () => {
  const first = await sandbox.run(changes);
  expect(first.keys).toHaveLength(expectedKeys(users, ROOT, PLAIN, NOW).length);
  expect(first.keys.filter((key) => key.new)).toEqual([]);
  expect((await sandbox.run(changes)).deliveries).toEqual([]);
  const newcomer: NewUser = {
    name: 'newcomer',
    createdAt: daysBefore(NOW, 200),
    keys: [{ id: 'AKIANEWCOMER00000000', status: 'Active', createdAt: daysBefore(NOW, 200) }],
  };
  await sandbox.localAws.addUsers([newcomer]);
  const known = first.keys.find(({ root }) => !root)!;
  await sandbox.iam.send(
    new UpdateAccessKeyCommand({
      UserName: known.userName,
      AccessKeyId: known.keyId,
      Status: 'Inactive',
    }),
  );
  // IAM makes a credential report every four hours at the most; some keys grow too old by then.
  const later = new Date(NOW.getTime() + 5 * HOUR_MS);
  await sandbox.localAws.setClock(later);
  const { keys, messages, deliveries } = await sandbox.run(changes);
  const firstIds = first.keys.map(({ keyId }) => keyId);
  const news = expectedKeys([...users, newcomer], ROOT, PLAIN, later)
    .flatMap(({ keyId = '' }) => keyId)
    .filter((keyId) => keyId !== '' && !firstIds.includes(keyId));
  expect(news).toContain('AKIANEWCOMER00000000');
  expect(sortedIds(keys.filter((key) => key.new).map(({ keyId = '' }) => keyId))).toEqual(
    sortedIds(news),
  );
  expect(messages[0]).toMatchObject({
    gone: expect.arrayContaining([
      { keyId: known.keyId, userName: known.userName, why: 'it is inactive now' },
    ]),
  });
  expect(deliveries[0]!.emailText).toContain(
    'No longer listed since the last report on 2026-03-10',
  );
  const calls = sandbox.callsOf(changes);
  expect(calls.map(({ action }) => action)).toEqual(expect.arrayContaining(['GetItem', 'PutItem']));
  expect(await whatIsNotAllowed(calls, await policyStatements(sandbox.iam, changes))).toEqual([]);
});

/** Of the first place that names one: the tag, the path, or the name. */
function expectedOwner({ name, path = '/', tags: { other } = {} }: NewUser) {
  if (other !== undefined) return { kind: 'known', name: other, source: 'tag', tagKey: 'OTHER' };
  const byPath = {
    '/team/': 'team',
    '/robots/': 'robots',
    '/user/:user/': 'user',
    [EXCLUDED.path]: 'robots,?of?',
    [`${EXCLUDED.path}deep/`]: 'robots,?of?',
  }[path];
  return byPath === undefined
    ? { kind: 'known', name, source: 'user-name' }
    : { kind: 'known', name: byPath, source: 'path' };
}

test('every message and event is valid, and no call was beyond what the roles allow', async () => {
  sandbox.gaps.pageSize = undefined;
  expect(sandbox.messages.length).toBeGreaterThan(0);
  expect(sandbox.schemaErrors()).toEqual([]);
  for (const sentry of [plain, strict, owned]) {
    // The sandbox knows the calls of S3 by their method, and not what they are about.
    const calls = sandbox.callsOf(sentry).filter(({ service }) => service !== 's3');
    expect(new Set(calls.map(({ action }) => action))).toEqual(
      new Set([
        'GetParameters',
        'GenerateCredentialReport',
        'GetCredentialReport',
        ...(sentry === owned ? [] : ['GetGroup']),
        'ListAccessKeys',
        'GetAccessKeyLastUsed',
        'ListUserTags',
        'Publish',
        'PutEvents',
      ]),
    );
    expect(await whatIsNotAllowed(calls, await policyStatements(sandbox.iam, sentry))).toEqual([]);
  }
});

async function filesOfRuns(): Promise<[string, string][]> {
  const { Contents = [] } = await bucket.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  return Promise.all(
    Contents.map(async ({ Key = '' }): Promise<[string, string]> => {
      const { Body } = await bucket.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      return [Key, await Body!.transformToString()];
    }),
  );
}

/** By the names of the columns. No cell of these users holds what stands between two cells. */
function rowsIn(csv: string): Record<string, string>[] {
  const [header = [], ...rows] = csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.slice(1, -1).split('","'));
  return rows.map((cells) =>
    Object.fromEntries(header.map((name, at) => [name, (cells[at] ?? '').replaceAll('""', '"')])),
  );
}

function sortedIds(ids: readonly string[]): string[] {
  return [...ids].sort();
}

interface Identified {
  readonly keyId?: string;
  readonly createdAt?: string;
}

function sorted<T extends Identified>(keys: readonly T[]): T[] {
  const name = ({ keyId, createdAt }: Identified) => `${keyId} ${createdAt}`;
  return [...keys].sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

/** As JSON carries it. */
function withoutUndefined<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/**
 * Large reports are split, numbered and oldest first; the classic fields stand for those of the
 * part, or for all.
 */
function expectParts({ messages, deliveries, keys }: KeyRun, count: number): void {
  const of = Math.ceil(count / KEYS_PER_MESSAGE);
  expect(messages.map(({ part, parts }) => [part, parts])).toEqual(
    Array.from({ length: of }, (_, index) => [index + 1, of]),
  );
  const ages = keys.map(({ createdAt = '' }) => createdAt);
  expect(ages).toEqual([...ages].sort());
  const tooOld = keys.filter(({ classes }) => classes.includes('too-old'));
  for (const message of messages) {
    expect(message.Users).toEqual(
      message.keys
        .filter(({ classes }) => classes.includes('too-old'))
        .map(({ userName, ageInDays }) => ({ UserName: userName, KeyAgeInDays: ageInDays })),
    );
    expect(message).toMatchObject({
      Description: expect.any(String),
      KeyAgeCutOff: 90,
      OldKeyCount: `Found ${tooOld.length} Keys that are older than 90 days`,
      userCount: MANY + users.length + 1,
    });
  }
  for (const { subject, emailText, message } of deliveries) {
    expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    expect(Buffer.byteLength(emailText) + Buffer.byteLength(message)).toBeLessThanOrEqual(
      256 * 1024,
    );
    if (of > 1) expect(subject).toMatch(/\(\d of \d\)$/);
  }
}

/**
 * Anyone who may tag users may hide them: so each user whom a tag hides is named, and each whom it
 * fails to hide.
 */
function expectTagUses({ messages: [message] }: KeyRun, rules: PlainRules): void {
  const tagged = users.filter(
    (user) => user.tags?.[EXCLUDED.tag] !== undefined && !isExcluded({ ...user, tags: {} }, NOW),
  );
  const listed = tagged.filter(
    (user) => expectedKeys([{ ...user, tags: {} }], { ...ROOT, keys: [] }, rules, NOW).length > 0,
  );
  expect(listed.some(({ tags }) => tagExcludes(tags?.[EXCLUDED.tag], NOW))).toBe(true);
  const told = message!.tagUses.map(({ userName, value, ignoredBecause }) => [
    userName,
    value,
    ignoredBecause === undefined,
  ]);
  expect(told).toEqual(
    expect.arrayContaining(
      listed.map(({ name, tags }) => [
        name,
        tags?.[EXCLUDED.tag],
        tagExcludes(tags?.[EXCLUDED.tag], NOW),
      ]),
    ),
  );
  expect(tagged.map(({ name }) => name)).toEqual(
    expect.arrayContaining(message!.tagUses.map(({ userName }) => userName)),
  );
}

/** One for each key. */
function expectEvents(
  { events }: KeyRun,
  expected: readonly (Identified & { readonly root?: boolean })[],
): void {
  expect(new Set(events.map((event) => event['detail-type']))).toEqual(
    new Set(['Access Key Finding']),
  );
  const shown = events.map(
    ({ detail: { version: _version, sentry: _sentry, account: _account, ...key } }): Identified =>
      key,
  );
  expect(sorted(shown)).toEqual(sorted(expected.map(({ root: _root, ...key }) => key)));
}
