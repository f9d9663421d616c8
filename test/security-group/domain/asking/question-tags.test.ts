import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { SentryConfiguration } from '../../../../src/security-group/domain/policies/sentry-configuration';
import type { ChangeReport } from '../../../../src/security-group/domain/reporting/change-report';
import type { RuleTag } from '../../../../src/security-group/domain/rules/rule';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  by,
  changeOf,
  configurationOf,
  deployer,
  forbidSsh,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const PAYMENTS = { key: 'team', value: 'payments' };
const SHOP = { key: 'team', value: 'shop' };
const RESTRICTED = { key: 'data-class', value: 'restricted' };
const PUBLIC = { key: 'data-class', value: 'public' };
const HOURS = 3_600_000;
const DAY = 24 * HOURS;

const ssh = rule({ id: 'sgr-ssh' });

function configuration(routeTags: readonly RuleTag[] = [PAYMENTS, SHOP]): SentryConfiguration {
  return configurationOf([asking(forbidSsh, 'revertUntilApproved')], {
    workflows: [{ name: 'approvals', expireMilliseconds: DAY, routeTags }],
    sensitiveTags: [RESTRICTED],
  });
}

/** One that sees a group with these tags for the first time. */
function newTo(tags: readonly RuleTag[], values = configuration()): SentryInMemory {
  const sentry = new SentryInMemory(values, GroupsInMemory.of('sg-1'));
  putTags(sentry, tags);
  return sentry;
}

/** One that has adopted a group with these tags. */
async function watching(tags: readonly RuleTag[], values?: SentryConfiguration) {
  const sentry = newTo(tags, values);
  await sentry.reconcile();
  return sentry;
}

function putTags({ groups }: SentryInMemory, tags: readonly RuleTag[]): void {
  const { details, ...group } = groups.all.get('sg-1')!;
  groups.all.set('sg-1', { ...group, details: { ...details, tags } });
}

/** Someone gives the group these tags in place of all others. */
async function retag(
  sentry: SentryInMemory,
  tags: readonly RuleTag[],
  byWhom = (change: Change) => change,
): Promise<readonly ChangeReport[]> {
  putTags(sentry, tags);
  const tagKeys = ['team', 'data-class'];
  await sentry.pass(60_000);
  return sentry.respond(
    byWhom({
      ...changeOf({}),
      eventId: `tagged-${JSON.stringify(tags)}`,
      eventName: 'CreateTags',
      time: sentry.groups.now(),
      subject: { kind: 'tags', groupIds: ['sg-1'], tagKeys },
    }),
  );
}

/** What the question says about a port that is opened now. */
async function tagsOfQuestion(sentry: SentryInMemory) {
  const opened = sentry.groups.open('sg-1', ssh)!;
  const time = sentry.groups.now();
  await sentry.respond({ ...added(opened), eventId: `opened-${opened.id}`, time });
  const { routeTags, sensitiveTags } = sentry.asked.at(-1)!;
  return { routeTags, sensitiveTags };
}

describe('the tags by which people are found', () => {
  test('are those that the group had when it was adopted, and only those that a route names', async () => {
    const sentry = await watching([PAYMENTS, { key: 'colour', value: 'red' }]);
    expect(await tagsOfQuestion(sentry)).toEqual({ routeTags: [PAYMENTS] });
  });

  test.each<[string, readonly RuleTag[], readonly RuleTag[], readonly RuleTag[] | undefined]>([
    ['takes it off', [PAYMENTS], [], [PAYMENTS]],
    ['writes another one over it', [PAYMENTS], [SHOP], [PAYMENTS]],
    ['puts one on', [], [SHOP], undefined],
  ])('stay when someone %s right before the change', async (_, before, after, counted) => {
    const told = await watching(before);
    await retag(told, after);
    expect((await tagsOfQuestion(told)).routeTags).toEqual(counted);
    await retag(told, before);
    await retag(told, after);
    await told.reconcile();
    expect((await tagsOfQuestion(told)).routeTags).toEqual(counted);

    const untold = await watching(before);
    putTags(untold, after);
    expect((await tagsOfQuestion(untold)).routeTags).toEqual(counted);
    await untold.reconcile();
    expect((await tagsOfQuestion(untold)).routeTags).toEqual(counted);
  });

  test('are what a trusted actor has set last', async () => {
    const sentry = await watching([PAYMENTS]);
    await retag(sentry, [SHOP], (change) => by(deployer, change));
    expect((await tagsOfQuestion(sentry)).routeTags).toEqual([SHOP]);
    await retag(sentry, [PAYMENTS]);
    expect((await tagsOfQuestion(sentry)).routeTags).toEqual([SHOP]);
    await retag(sentry, [], (change) => by(deployer, change));
    expect((await tagsOfQuestion(sentry)).routeTags).toBeUndefined();
  });

  test('are what the call of a trusted actor wrote, though someone has written others since', async () => {
    const sentry = await watching([]);
    putTags(sentry, [SHOP]);
    await sentry.respond(
      by(deployer, {
        ...changeOf({}, { eventName: 'CreateTags', time: sentry.groups.now() }),
        subject: { kind: 'tags', groupIds: ['sg-1'], tagKeys: ['team'], tags: [PAYMENTS] },
      }),
    );
    expect((await tagsOfQuestion(sentry)).routeTags).toEqual([PAYMENTS]);
  });

  test('are none of a group that is not adopted yet', async () => {
    expect((await tagsOfQuestion(newTo([PAYMENTS]))).routeTags).toBeUndefined();
  });

  test('that a new route names count as they are at the next look, but not as someone writes them first', async () => {
    const sentry = await watching([PAYMENTS], configuration([]));
    sentry.configuration = configuration();
    expect((await tagsOfQuestion(sentry)).routeTags).toBeUndefined();
    await sentry.reconcile();
    expect((await tagsOfQuestion(sentry)).routeTags).toEqual([PAYMENTS]);

    const tagged = await watching([], configuration([]));
    tagged.configuration = configuration();
    await retag(tagged, [SHOP]);
    await tagged.reconcile();
    expect((await tagsOfQuestion(tagged)).routeTags).toBeUndefined();
  });

  test('have one value for a key, though a route names another later that someone has written meanwhile', async () => {
    const sentry = await watching([PAYMENTS], configuration([PAYMENTS]));
    await retag(sentry, [SHOP]);
    sentry.configuration = configuration([SHOP, PAYMENTS]);
    await sentry.reconcile();
    expect((await tagsOfQuestion(sentry)).routeTags).toEqual([PAYMENTS]);
  });

  test('are those of the workflow that is asked', async () => {
    const workflows = [
      { name: 'approvals', expireMilliseconds: DAY },
      { name: 'others', expireMilliseconds: DAY, routeTags: [PAYMENTS] },
    ];
    const sentry = await watching([PAYMENTS], { ...configuration(), workflows });
    expect((await tagsOfQuestion(sentry)).routeTags).toBeUndefined();
  });
});

test('someone who writes other tags than count is told of, and a trusted actor is not', async () => {
  const sentry = await watching([PAYMENTS]);
  const [report] = await retag(sentry, [SHOP]);
  expect(report).toMatchObject({
    notices: [{ severity: 'medium', text: expect.stringContaining('the same people are asked') }],
  });
  expect(await retag(sentry, [PAYMENTS])).toEqual([]);
  expect(await retag(sentry, [SHOP], (change) => by(deployer, change))).toEqual([]);
  expect(await retag(sentry, [SHOP, RESTRICTED])).toEqual([]);
});

test('someone who writes other tags of the group is not told of for what was told before', async () => {
  const sentry = await watching([PAYMENTS]);
  await retag(sentry, [SHOP]);
  const subject = { kind: 'tags', groupIds: ['sg-1'], tagKeys: ['data-class'] } as const;
  const event = { eventId: 'others', eventName: 'CreateTags', time: sentry.groups.now(), subject };
  expect(await sentry.respond(changeOf({}, event))).toEqual([]);
});

describe('the tags that stand out', () => {
  test('are those that the group has, adopted or not', async () => {
    const expected = { sensitiveTags: [RESTRICTED] };
    expect(await tagsOfQuestion(newTo([RESTRICTED]))).toEqual(expected);
    expect(await tagsOfQuestion(await watching([RESTRICTED]))).toEqual(expected);
    expect(await tagsOfQuestion(await watching([PUBLIC]))).toEqual({});
  });

  test('also count once someone has taken them off; only a trusted actor ends that', async () => {
    const sentry = await watching([RESTRICTED]);
    await retag(sentry, [PUBLIC]);
    expect((await tagsOfQuestion(sentry)).sensitiveTags).toEqual([RESTRICTED]);
    await retag(sentry, [PUBLIC], (change) => by(deployer, change));
    expect((await tagsOfQuestion(sentry)).sensitiveTags).toBeUndefined();
  });
});
