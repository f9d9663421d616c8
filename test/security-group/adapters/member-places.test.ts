import { createServer, type Server } from 'node:http';
import { STSClient } from '@aws-sdk/client-sts';
import { MemberSessions } from '../../../src/organization/adapters/member-sessions';
import type { MemberRights } from '../../../src/organization/domain/gaps/place-state';
import { MemberRefusedError } from '../../../src/organization/domain/refusal';
import { MemberPlaces } from '../../../src/security-group/adapters/member-places';
import { rule } from '../samples/rules';

const PLACE = { accountId: '222222222222', region: 'eu-west-1' };
const HUB = { partition: 'aws', hubName: 'cdk-sentries', hubFunction: 'respond' } as const;

let asked = 0;
beforeEach(() => {
  asked = 0;
});

/** Not the emulator: it cannot be made to refuse like this. */
function placesWhereStsRefuses(name: string, rights?: MemberRights): MemberPlaces {
  const sts = new STSClient({ region: 'eu-west-1' });
  sts.middlewareStack.add(
    () => async () => {
      asked += 1;
      throw Object.assign(new Error('not authorized'), { name });
    },
    { step: 'initialize' },
  );
  return new MemberPlaces({
    ...HUB,
    sessions: new MemberSessions({ ...HUB, sts, now: () => new Date() }),
    patienceSeconds: 1,
    rightsIn: async () => rights,
  });
}

test('a write that the member does not let the hub do is refused, and not tried again', async () => {
  const { groups } = placesWhereStsRefuses('AccessDenied', 'OBSERVE').at(PLACE, 'e-1');
  const revokes = ['sgr-1', 'sgr-2'].map(async (id) => groups.revoke('sg-1', rule({ id })));
  for (const answer of await Promise.all(revokes)) {
    expect(answer).toEqual({
      kind: 'refused',
      byMember: 'role',
      reason: 'Account 222222222222 does not let the hub revoke rules: its Rights are OBSERVE',
    });
  }
  expect(asked).toBe(1);
});

test.each<[string, MemberRights | undefined]>([
  ['would be enough', 'FULL'],
  ['are not known', undefined],
])('where its Rights %s, the reason is what AWS says', async (_, rights) => {
  const { groups } = placesWhereStsRefuses('AccessDenied', rights).at(PLACE, 'e-1');
  expect(await groups.authorize('sg-1', rule())).toMatchObject({
    kind: 'refused',
    reason: 'Account 222222222222 does not let the hub add or restore rules: not authorized',
  });
});

test('a session policy that is too large is no refusal of the member', async () => {
  const { groups } = placesWhereStsRefuses('PackedPolicyTooLargeException').at(PLACE, 'e-1');
  expect(await groups.revoke('sg-1', rule({ id: 'sgr-1' }))).toMatchObject({ kind: 'unavailable' });
});

test('a read that it does not let the hub do is never "nothing there"', async () => {
  const { groups, history } = placesWhereStsRefuses('AccessDenied').at(PLACE, 'e-1');
  const refusal = { name: 'MemberRefusedError', accountId: PLACE.accountId, by: 'role' };
  await expect(groups.rulesOf('sg-1')).rejects.toMatchObject(refusal);
  await expect(history.eventOf('e-1')).rejects.toMatchObject(refusal);
});

test('a heartbeat that is refused is one only where the member lets the hub look alone', async () => {
  const { beat } = placesWhereStsRefuses('AccessDenied', 'REVOKE').at(PLACE, 'beat');
  await expect(beat('sg-1')).rejects.toMatchObject({ name: 'MemberRefusedError' });
  expect(asked).toBe(1);
});

test('the history is one for all events of a place', () => {
  const places = placesWhereStsRefuses('AccessDenied');
  const { history } = places.at(PLACE, 'e-1');
  expect(places.at(PLACE, 'e-2').history).toBe(history);
  expect(places.at({ ...PLACE, region: 'us-east-1' }, 'e-1').history).not.toBe(history);
});

describe('a role that is made again', () => {
  const begin = Date.now();
  let now: number;
  let refused: string;
  let server: Server;

  /** Not the emulator: sessions of a role that is gone go on there. */
  beforeAll(async () => {
    server = createServer(({ headers: { authorization = '' } }, response) => {
      const isRefused = authorization.includes(`Credential=${refused}/`);
      response.writeHead(isRefused ? 401 : 200, { 'content-type': 'text/xml' });
      response.end(isRefused ? AUTH_FAILURE : '<DescribeSecurityGroupRulesResponse/>');
    });
    await new Promise<void>((listening) => {
      server.listen(0, '127.0.0.1', listening);
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    process.env.AWS_ENDPOINT_URL_EC2 = `http://127.0.0.1:${port}`;
  });
  afterAll(() => {
    delete process.env.AWS_ENDPOINT_URL_EC2;
    server.close();
  });

  test('refuses its earlier session, and each Region is tried again in a new one', async () => {
    now = begin;
    refused = 'none';
    const places = placesWithSessions();
    const read = async (region: string) =>
      places.at({ ...PLACE, region }, 'e-1').groups.rulesOf('sg-1');
    const regions = ['eu-west-1', 'us-east-1'];
    for (const region of regions) await read(region);

    now = begin + 20 * 60_000;
    refused = 'ASIA1';
    for (const region of regions) {
      await expect(read(region)).rejects.toThrow(MemberRefusedError);
      await expect(read(region)).resolves.toBeDefined();
    }
    expect(asked).toBe(2);
  });

  function placesWithSessions(): MemberPlaces {
    const sts = new STSClient({ region: 'eu-west-1' });
    sts.middlewareStack.add(
      () => async () => {
        asked += 1;
        const Credentials = {
          AccessKeyId: `ASIA${asked}`,
          SecretAccessKey: 'secret',
          SessionToken: 'token',
          Expiration: new Date(begin + 3_600_000),
        };
        return { response: {}, output: { $metadata: {}, Credentials } };
      },
      { step: 'initialize' },
    );
    const sessions = new MemberSessions({ ...HUB, sts, now: () => new Date(now) });
    return new MemberPlaces({ ...HUB, sessions, patienceSeconds: 1 });
  }
});

const AUTH_FAILURE =
  '<Response><Errors><Error><Code>AuthFailure</Code><Message>not validated</Message></Error></Errors></Response>';
