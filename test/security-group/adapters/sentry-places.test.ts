import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { MemberDirectory } from '../../../src/organization/adapters/member-directory';
import { KnownPlaces } from '../../../src/security-group/adapters/known-places';
import type { MemberPlaces } from '../../../src/security-group/adapters/member-places';
import type { LastingPorts } from '../../../src/security-group/adapters/ports-of-try';
import { SentryPlaces } from '../../../src/security-group/adapters/sentry-places';
import { HUB_ACCOUNT, LIST, PAYMENTS } from '../../organization/samples/accounts';

const OWN = { accountId: HUB_ACCOUNT, region: 'eu-west-1' };
const LEFT = { accountId: '444455556666', region: 'eu-west-1' };

/** Nothing is called in AWS before someone uses the ports. */
function places(): SentryPlaces {
  const directory: Pick<MemberDirectory, 'known'> = {
    known: async () => ({
      selection: { kind: 'organization', units: ['ou-abcd-11111111'], excluding: [] },
      regions: undefined,
      warnings: {},
      list: LIST,
    }),
  };
  const work = {
    known: new KnownPlaces(OWN, directory),
    places: { at: () => ({}) as ReturnType<MemberPlaces['at']> },
  };
  return new SentryPlaces({
    own: OWN,
    ownPorts: {} as LastingPorts,
    dynamo: new DynamoDBClient({ region: 'eu-west-1' }),
    ledgerTable: 'ledger',
    hub: work,
  });
}

test('what was asked about an account that has left since is not done there', async () => {
  await expect(places().at(LEFT, 'request')).rejects.toThrow(
    `Account ${LEFT.accountId} is no member of the hub any more.`,
  );
});

test("a member is worked in, and so is the hub's own place, whatever the hub is for", async () => {
  const member = { accountId: PAYMENTS.id, region: 'eu-west-1' };
  for (const [place, isMember] of [
    [member, true],
    [OWN, false],
  ] as const) {
    const { ports } = await places().at(place, 'request');
    expect(ports.place).toMatchObject({ ...place, isMember });
  }
});
