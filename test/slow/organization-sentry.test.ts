import {
  DeleteRuleCommand,
  EventBridgeClient,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { HOME } from '../../sandbox/emulator/emulator-access';
import type { Place } from '../../sandbox/local-aws';
import {
  ALICE,
  BOB,
  changesIn,
  CLOSED,
  LAB,
  OrganizationSandbox,
  PAYMENTS,
  RDP,
  REGION_THAT_IS_OFF,
  REGIONS,
  revertsIn,
  SHOP,
  SUSPENDED,
  textOf,
  VAULT,
} from '../support/sandbox/organization-sandbox';

/**
 * A sentry with a hub, as it is built and synthesized, in an organization of several accounts and
 * Regions that keeps to its policies: one of them is hostile, one suspended, one loses its rule,
 * and one lets no one in.
 */

jest.setTimeout(240_000);

const KEPT: Place = { accountId: VAULT, region: 'eu-west-1' };

let sandbox: OrganizationSandbox;
/** It has stood in the vault since before the sentry. */
let keptGroup: string;

beforeAll(async () => {
  sandbox = await OrganizationSandbox.start();
  keptGroup = await groupFromBefore();
  await sandbox.lookAtMembers();
  await sandbox.reconcile();
});
afterAll(async () => sandbox?.stop());

describe('a port that someone opens', () => {
  test('in any member and Region is closed, and the message names the account', async () => {
    const places = [PAYMENTS, SHOP, VAULT].flatMap((accountId) =>
      REGIONS.map((region) => ({ accountId, region })),
    );
    let groups: string[] = [];
    const deliveries = await sandbox.during(async () => {
      groups = await Promise.all(places.map(async (place) => sandbox.openPort(place)));
    });
    for (const [index, place] of places.entries()) {
      expect(await sandbox.ports(place, groups[index] ?? '')).toEqual([]);
    }
    expect(textOf(deliveries)).toContain('222222222222 (payments)');
    expect(textOf(deliveries)).toContain('333333333333 (shop)');
    expect(textOf(deliveries)).toMatch(/WARNING: +holds the payment systems/);
    expect(new Set(revertsIn(deliveries))).toEqual(
      new Set(places.map(({ accountId, region }) => `${accountId} ${region}`)),
    );
  });

  test('in the account and Region of the hub is closed as ever, by the role of the sentry', async () => {
    const group = await sandbox.openPort(HOME);
    await sandbox.settled();
    expect(await sandbox.ports(HOME, group)).toEqual([]);
  });

  test('where the sentry only observes, is reported, and stands', async () => {
    const place = { accountId: LAB, region: 'us-east-1' };
    let group = '';
    const deliveries = await sandbox.during(async () => {
      group = await sandbox.openPort(place);
    });
    expect(await sandbox.ports(place, group)).toEqual([22]);
    expect(changesIn(deliveries).map(({ account }) => account)).toEqual([LAB]);
  });
});

test('a rule that someone removes from a locked group of a member is restored', async () => {
  const deliveries = await sandbox.during(async () => sandbox.remove(KEPT, keptGroup));
  expect(await sandbox.rules(KEPT, keptGroup)).toEqual([
    expect.objectContaining({ FromPort: 443, CidrIpv4: '10.0.0.0/8' }),
  ]);
  expect(textOf(deliveries)).toContain(`${VAULT} (vault)`);
});

describe('a port of a member that people decide about', () => {
  const place = { accountId: PAYMENTS, region: 'eu-west-1' };
  let group: string;

  test('is closed, and those are asked who decide for its unit', async () => {
    const questions = sandbox.questions.length;
    group = await sandbox.openPort(place, RDP);
    await sandbox.settled();
    expect(await sandbox.ports(place, group)).toEqual([]);
    expect(sandbox.questions).toHaveLength(questions + 1);
    const asked = JSON.stringify(sandbox.questions.at(-1)?.blocks);
    expect(asked).toContain('payments');
    expect(asked).toContain('holds the payment systems');
  });

  test('stays closed whatever those approve who decide for others', async () => {
    await sandbox.click(BOB, 'Approve for 1 h');
    expect(await sandbox.ports(place, group)).toEqual([]);
    expect(sandbox.slack.ephemerals.at(-1)?.text).toMatch(/not/i);
  });

  test('is opened once it is approved, and its event played again changes nothing', async () => {
    await sandbox.click(ALICE, 'Approve for 1 h');
    expect(await sandbox.ports(place, group)).toEqual([RDP]);
    const opened = sandbox.events.find(
      ({ detail }) =>
        detail.eventName === 'AuthorizeSecurityGroupIngress' &&
        JSON.stringify(detail.requestParameters).includes(group),
    );
    const deliveries = await sandbox.during(async () => sandbox.aws.replay(opened!));
    expect(deliveries).toEqual([]);
    expect(await sandbox.ports(place, group)).toEqual([RDP]);
  });

  test('is closed again when its hour is over', async () => {
    await sandbox.pass(1.1);
    await sandbox.minute();
    expect(await sandbox.ports(place, group)).toEqual([]);
  });
});

describe('a record', () => {
  test('that says it is of another account than it came from, has nothing done', async () => {
    const place = { accountId: SHOP, region: 'us-east-1' };
    const deliveries = await sandbox.during(async () =>
      sandbox.send(sandbox.readersMessage(place, { recipientAccountId: PAYMENTS })),
    );
    expect(textOf(deliveries)).toContain(
      'It came from account 333333333333, and says that it is of 222222222222.',
    );
  });

  test('of an account that the organization does not have, has nothing done', async () => {
    const place = { accountId: '999999999999', region: 'us-east-1' };
    const deliveries = await sandbox.during(async () => {
      await sandbox.send(sandbox.readersMessage(place, { recipientAccountId: '999999999999' }));
      await sandbox.pass(1);
      await sandbox.lookAtMembers();
    });
    expect(textOf(deliveries)).toContain(
      'It came from account 999999999999, which is not of the organization',
    );
  });

  test('of an account that is suspended has nothing done, and coverage names it', async () => {
    const place = { accountId: SUSPENDED, region: 'us-east-1' };
    const deliveries = await sandbox.during(async () =>
      sandbox.send(sandbox.readersMessage(place, { recipientAccountId: SUSPENDED })),
    );
    expect(deliveries).toEqual([]);
    expect(await sandbox.gaps()).toContain(`${SUSPENDED} us-east-1 SUSPENDED`);
  });

  test('of a call that was too large, by a reader, has all groups of the place looked at', async () => {
    const place = { accountId: SHOP, region: 'us-east-1' };
    const before = await sandbox.lookedAt(place);
    await sandbox.send(
      sandbox.readersMessage(place, {
        eventID: '0a1b2c3d-0000-4000-8000-000000000002',
        recipientAccountId: SHOP,
        requestParameters: { omitted: true, reason: 'requestParameters too large' },
      }),
    );
    await sandbox.settled();
    expect(await sandbox.lookedAt(place)).not.toEqual(before);
  });
});

describe('two sources', () => {
  const place = { accountId: SHOP, region: 'eu-west-1' };

  test('bring each event once, however late, shuffled and doubled they come', async () => {
    const groups: string[] = [];
    for (let index = 0; index < 3; index += 1) groups.push(await sandbox.makeGroup(place));
    await sandbox.settled();
    await sandbox.trail.deliver();
    await sandbox.settled();
    sandbox.aws.holdEvents(place);
    const byTrail = await sandbox.during(async () => {
      for (const group of groups) await sandbox.open(place, group, 22);
      await sandbox.trail.deliver();
    });
    const told = changesIn(byTrail).map(({ group: { id } }) => id);
    expect(told.sort()).toEqual([...groups].sort());

    await sandbox.pass(1);
    const later = await sandbox.during(async () => {
      await sandbox.aws.releaseEvents((held) => [...held].reverse().concat(held), place);
      await sandbox.trail.deliver();
    });
    expect(changesIn(later)).toEqual([]);
    for (const group of groups) expect(await sandbox.ports(place, group)).toEqual([]);
  });

  test('stand in for one another: what one misses for an hour, the other brings, and it is told', async () => {
    sandbox.trail.isDead = true;
    await sandbox.pass(1);
    let group = '';
    const deliveries = await sandbox.during(async () => {
      group = await sandbox.openPort(place);
    });
    expect(revertsIn(deliveries)).toEqual([`${SHOP} eu-west-1`]);
    expect(await sandbox.ports(place, group)).toEqual([]);
    await sandbox.pass(1);
    const told = await sandbox.during(async () => sandbox.watchCoverage());
    expect(textOf(told)).toContain('the organization trail: nothing has come since');
    sandbox.trail.isDead = false;
    expect(changesIn(await sandbox.during(async () => sandbox.trail.deliver()))).toEqual([]);
    const toldAgain = await sandbox.during(async () => sandbox.watchCoverage());
    expect(textOf(toldAgain)).toContain('Sources that bring records again:');
  });
});

describe('an account that does not let the hub in', () => {
  test('is tried again for a while, then left, and named', async () => {
    const place = { accountId: CLOSED, region: 'us-east-1' };
    const deliveries = await sandbox.during(async () =>
      sandbox.send(sandbox.readersMessage(place, { recipientAccountId: CLOSED })),
    );
    expect(textOf(deliveries)).toContain('666666666666 (closed)');
    expect(textOf(deliveries)).toContain('does not let the hub');
    expect(await sandbox.gaps()).toContain(`${CLOSED} us-east-1 ROLE_REFUSES`);
  });

  test('by a policy of the organization, is named so; what was opened meanwhile is not adopted', async () => {
    const place = { accountId: SHOP, region: 'us-east-1' };
    const group = await sandbox.makeGroup(place);
    await sandbox.settled();
    const allowAgain = await sandbox.organization.control(SHOP, 'no-ec2', [
      { Effect: 'Deny', Action: 'ec2:*', Resource: '*' },
    ]);
    await sandbox.lookAtMembers();
    expect(await sandbox.gaps()).toContain(`${SHOP} us-east-1 SCP_DENIES`);
    sandbox.aws.loseNext('AuthorizeSecurityGroupIngress', 1, place);
    await sandbox.open(place, group, 22);
    await sandbox.reconcile();
    expect(await sandbox.ports(place, group)).toEqual([22]);

    await allowAgain();
    await sandbox.watchCoverage();
    await sandbox.reconcile();
    await sandbox.pass(1);
    await sandbox.reconcile();
    expect(await sandbox.ports(place, group)).toEqual([]);
  });
});

describe('coverage', () => {
  test('names Regions that an account has not switched on', async () => {
    expect(await sandbox.gaps()).toContain(`${PAYMENTS} ${REGION_THAT_IS_OFF} REGION_OFF`);
  });

  test('hears who removes the rule of a member', async () => {
    const place = { accountId: LAB, region: 'eu-west-1' };
    const deliveries = await sandbox.during(async () => {
      const client = new EventBridgeClient(sandbox.aws.accessTo(place));
      const Rule = 'cdk-sentries-changes';
      await client.send(new RemoveTargetsCommand({ Rule, Ids: ['Hub'] }));
      await client.send(new DeleteRuleCommand({ Name: Rule }));
    });
    const told = textOf(deliveries);
    expect(told).toContain('in account 444444444444, Region eu-west-1, someone called DeleteRule');
    expect(told).toContain('cdk-sentries-changes');
  });

  test('hears of quiet places by heartbeats, and names what goes dark within three hours', async () => {
    const dark = { accountId: VAULT, region: 'us-east-1' };
    await sandbox.trail.deliver();
    await sandbox.watchCoverage();
    sandbox.aws.holdEvents(dark);
    sandbox.trail.isDead = true;
    const deliveries = await sandbox.during(async () => {
      for (const hours of [1, 1.1, 0.7]) {
        await sandbox.pass(hours);
        await sandbox.beat();
        await sandbox.watchCoverage();
      }
      await sandbox.pass(0.1);
      await sandbox.watchCoverage();
    });
    const standing = await sandbox.gaps();
    expect(standing).toEqual(
      expect.arrayContaining([
        `${VAULT} us-east-1 SILENT forwarded-events`,
        `${LAB} eu-west-1 NO_RULE forwarded-events`,
      ]),
    );
    for (const place of [`${VAULT} eu-west-1`, `${SHOP} us-east-1`, `${PAYMENTS} eu-west-1`]) {
      expect(standing).not.toContain(`${place} SILENT forwarded-events`);
    }
    expect(textOf(deliveries)).toContain('555555555555 (vault), us-east-1: not covered');
    await sandbox.pass(0.15);
    await sandbox.watchCoverage();
    expect(await sandbox.gaps()).toContain(`${SHOP} us-east-1 SILENT organization-trail`);
    sandbox.trail.isDead = false;
    await sandbox.aws.releaseEvents(undefined, dark);
    await sandbox.settled();
  });
});

test('all events are accounted for: those that reached the hub were judged, or are reported', async () => {
  await sandbox.settled();
  const watched = sandbox.events.filter(isForwarded);
  const missing = watched.filter(({ detail }) => !sandbox.judged.has(String(detail.eventID)));
  const told = textOf(sandbox.aws.inbox.deliveries);
  const unaccounted = missing.filter(({ detail }) => !told.includes(String(detail.eventID)));
  expect(watched.length).toBeGreaterThan(60);
  expect(unaccounted.map(({ account, region, detail }) => [account, region, detail])).toEqual([]);
});

/** No event of it ever reaches the hub. */
async function groupFromBefore(): Promise<string> {
  sandbox.aws.holdEvents(KEPT);
  const groupId = await sandbox.makeGroup(KEPT);
  await sandbox.open(KEPT, groupId, 443, '10.0.0.0/8');
  await sandbox.settled();
  await sandbox.aws.releaseEvents(() => [], KEPT);
  return groupId;
}

/** Of all events, those that a rule hands on to the hub, and that no test had lost. */
function isForwarded({ source, detail }: { source: string; detail: Record<string, unknown> }) {
  return source === 'aws.ec2' && detail.errorCode === undefined;
}
