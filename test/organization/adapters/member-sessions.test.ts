import { STSClient } from '@aws-sdk/client-sts';
import { MemberSessions } from '../../../src/organization/adapters/member-sessions';

const PAYMENTS = '222222222222';
const WRITE = {
  partition: 'aws',
  place: { accountId: PAYMENTS, region: 'eu-west-1' },
  groupId: 'sg-1',
  write: 'revoke',
} as const;

const BEGIN = new Date('2026-01-01T00:00:00Z');

let asked: unknown[];
let now: Date;
beforeEach(() => {
  asked = [];
  now = BEGIN;
});

/** Not the emulator: it cannot be made to give these answers. */
function sessionsWith(answer: () => object): MemberSessions {
  const sts = new STSClient({ region: 'eu-west-1' });
  sts.middlewareStack.add(
    () =>
      async ({ input }) => {
        asked.push(input);
        return { response: {}, output: { $metadata: {}, ...answer() } };
      },
    { step: 'initialize' },
  );
  return new MemberSessions({
    sts,
    partition: 'aws',
    hubName: 'cdk-sentries',
    hubFunction: 'respond',
    now: () => now,
  });
}

function credentials() {
  return {
    Credentials: {
      AccessKeyId: 'ASIA1',
      SecretAccessKey: 'secret',
      SessionToken: 'token',
      Expiration: new Date('2026-01-01T01:00:00Z'),
    },
  };
}

function refusing(name: string) {
  return () => {
    throw Object.assign(new Error('no'), { name });
  };
}

test('each session bears the name of the function, and one that writes shows what for', async () => {
  const sessions = sessionsWith(credentials);
  await sessions.read(PAYMENTS);
  await sessions.write(WRITE, 'event/1 of today');
  await sessions.write(WRITE, 'e'.repeat(100));
  expect(asked).toMatchObject([
    {
      RoleArn: `arn:aws:iam::${PAYMENTS}:role/cdk-sentries-read`,
      RoleSessionName: 'cdk-sentries-hub-respond',
      SourceIdentity: 'cdk-sentries-hub-respond',
    },
    {
      RoleArn: `arn:aws:iam::${PAYMENTS}:role/cdk-sentries-revoke`,
      RoleSessionName: 'cdk-sentries-hub-respond',
      SourceIdentity: 'event-1-of-today',
    },
    { SourceIdentity: 'e'.repeat(64) },
  ]);
});

test('a role that may not be assumed is the refusal of a member', async () => {
  await expect(sessionsWith(refusing('AccessDenied')).write(WRITE, 'e-1')).rejects.toMatchObject({
    name: 'MemberRefusedError',
    by: 'role',
    message: `Account ${PAYMENTS} does not let the hub revoke rules: no`,
  });
});

test.each(['PackedPolicyTooLargeException', 'MalformedPolicyDocumentException', 'Throttling'])(
  'what is a fault of the hub, or soon over, is no refusal: %s',
  async (name) => {
    await expect(sessionsWith(refusing(name)).write(WRITE, 'e-1')).rejects.toMatchObject({ name });
  },
);

describe('a session that was kept, and whose role was made again since', () => {
  const invalid = Object.assign(new Error('token is invalid'), { name: 'AuthFailure' });
  const minutesLater = (minutes: number) => new Date(BEGIN.getTime() + minutes * 60_000);

  /** What AWS answers in the first session that was taken, and in a later one. */
  const answersIn = async (sessions: MemberSessions) => {
    await sessions.read(PAYMENTS);
    if (asked.length === 1) throw invalid;
    return 'seen';
  };

  test('is taken again once it is refused', async () => {
    const sessions = sessionsWith(credentials);
    await sessions.read(PAYMENTS);
    now = minutesLater(20);
    expect(await sessions.reading(PAYMENTS, async () => answersIn(sessions))).toBe('seen');
    expect(asked).toHaveLength(2);
  });

  test('is not taken again where it is young: then it is refused for another reason', async () => {
    const sessions = sessionsWith(credentials);
    const read = async () => sessions.reading(PAYMENTS, async () => answersIn(sessions));
    await expect(read()).rejects.toBe(invalid);
    await expect(read()).rejects.toBe(invalid);
    expect(asked).toHaveLength(1);
  });

  test('stays where what failed says nothing of the member', async () => {
    const sessions = sessionsWith(credentials);
    await sessions.read(PAYMENTS);
    now = minutesLater(20);
    const throttled = Object.assign(new Error('slow down'), { name: 'Throttling' });
    await expect(sessions.reading(PAYMENTS, async () => Promise.reject(throttled))).rejects.toBe(
      throttled,
    );
    await sessions.read(PAYMENTS);
    expect(asked).toHaveLength(1);
  });
});
