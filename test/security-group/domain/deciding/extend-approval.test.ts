import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { UnfinishedError } from '../../../../src/security-group/domain/responding/unfinished-error';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { added, asking, locked, modified } from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const debug = rule({ id: 'sgr-1', fromPort: 7001, toPort: 7001, ipRange: '192.0.2.7/32' });
const ssh = rule({ id: 'sgr-ssh' });
const TAG = 'cdk-sentries:approved-until';
const RESPONSES = ['revertUntilApproved', 'revertIfDenied'] as const;

interface Opened {
  readonly sentry: SentryInMemory;
  /** Of the hour for which it was approved. */
  readonly end: Date;
}

/** Someone opens the rules, and people approve them for an hour; 50 minutes later. */
async function approvedForAnHour(policy: Policy, ...which: Rule[]): Promise<Opened> {
  const opened = which.length > 0 ? which : [debug];
  const sentry = SentryInMemory.watching([policy], https);
  sentry.groups.put('sg-1', (rules) => [...rules, ...opened]);
  await sentry.respond({ ...added(...opened), eventId: 'event-1', time: sentry.groups.now() });
  const end = later(sentry.groups.now(), HOUR);
  await sentry.decide('approved', { until: end });
  await sentry.pass(50 * MINUTE);
  return { sentry, end };
}

function later(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() + milliseconds);
}

async function extended({ sentry, end }: Opened, attempt = 2) {
  const until = later(end, (attempt - 1) * HOUR);
  return sentry.decide('approved', { until, attempt, isExtension: true });
}

function standing({ groups }: SentryInMemory, which: Rule = debug): Rule | undefined {
  return groups.rulesIn('sg-1').find((one) => ruleKey(one) === ruleKey(which));
}

function close(sentry: SentryInMemory): void {
  sentry.groups.close('sg-1', standing(sentry)!.id!);
}

describe.each(RESPONSES)('what was approved for a time is given more: %s', (response) => {
  test('it stands until the later end, and goes then', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    const { sentry, end } = opened;
    expect(await extended(opened)).toMatchObject({
      outcome: 'carried-out',
      text: expect.stringMatching(/^The rule stays\. The approval ends at /),
    });
    expect(standing(sentry)!.tags).toContainEqual({
      key: TAG,
      value: later(end, HOUR).toISOString(),
    });
    await sentry.pass(65 * MINUTE);
    await sentry.reconcile();
    expect(standing(sentry)).toBeDefined();
    await sentry.pass(5 * MINUTE);
    expect(await sentry.decide('ended')).toMatchObject({
      text: 'The time of the approval is over. The rule was revoked.',
    });
    expect(standing(sentry)).toBeUndefined();
  });

  test('it ends by itself at the later end, should the workflow be gone by then', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    await extended(opened);
    await opened.sentry.pass(71 * MINUTE);
    await opened.sentry.reconcile();
    expect(standing(opened.sentry)).toBeUndefined();
  });

  test('it can be given more again', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    await extended(opened);
    await extended(opened, 3);
    await opened.sentry.pass(2 * HOUR);
    await opened.sentry.reconcile();
    expect(standing(opened.sentry)).toBeDefined();
  });

  test('nothing is done where it was closed meanwhile: it is not made again', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    close(opened.sentry);
    expect(await extended(opened)).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringMatching(/^It is given no more time\. .+ does not stand any more\.$/),
    });
    expect(standing(opened.sentry)).toBeUndefined();
  });

  test('nothing is done where its group is gone meanwhile, or watched no more', async () => {
    const gone = await approvedForAnHour(asking(locked, response));
    gone.sentry.groups.all.delete('sg-1');
    expect(await extended(gone)).toMatchObject({
      outcome: 'conflicting',
      text: 'It is given no more time. The group sg-1 does not exist any more.',
    });
    const released = await approvedForAnHour(asking(locked, response));
    released.sentry.ledger.adopt('sg-1', [], { releasedAt: released.end });
    expect(await extended(released)).toMatchObject({
      outcome: 'conflicting',
      text: 'It is given no more time. The group sg-1 is not watched any more.',
    });
  });

  test('nothing is done where only another grant is left', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    const { ledger, groups } = opened.sentry;
    const entry = (await ledger.read('sg-1')).entries.get(ruleKey(debug))!;
    const operator = { cause: 'operator', by: 'olga', since: groups.now() } as const;
    await ledger.write('sg-1', [{ kind: 'put', entry: { ...entry, grants: [operator] } }]);
    expect(await extended(opened)).toMatchObject({ outcome: 'conflicting' });
  });

  test('its other grants end when they did', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    const { sentry, end } = opened;
    const operator = {
      cause: 'operator',
      by: 'olga',
      since: sentry.groups.now(),
      until: end,
    } as const;
    sentry.ledger.grant('sg-1', standing(sentry)!, operator);
    await extended(opened);
    expect(sentry.ledger.entryOf('sg-1', debug)!.grants).toMatchObject([
      { cause: 'approval-request', until: later(end, HOUR) },
      operator,
    ]);
  });

  test('nothing is done where the grant was withdrawn meanwhile', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    const { ledger } = opened.sentry;
    const entry = (await ledger.read('sg-1')).entries.get(ruleKey(debug))!;
    await ledger.write('sg-1', [{ kind: 'put', entry: { ...entry, grants: [] } }]);
    expect(await extended(opened)).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringContaining('was withdrawn since: another request is needed.'),
    });
  });

  test('nothing is done where a policy forbids it by now, whatever people say', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    const { sentry } = opened;
    sentry.configuration = {
      ...sentry.configuration,
      policies: [...sentry.configuration.policies, { ...locked, response: 'revert' }],
    };
    expect(await extended(opened)).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringContaining('is forbidden by now'),
    });
  });

  test('while the sentry only observes it fails, and can be tried again', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    const { sentry } = opened;
    const { configuration } = sentry;
    sentry.configuration = { ...configuration, mode: 'OBSERVE' };
    expect(await extended(opened)).toMatchObject({ outcome: 'failed' });
    sentry.configuration = configuration;
    expect(await extended(opened)).toMatchObject({ outcome: 'carried-out' });
  });

  test('what comes late makes it end no sooner', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    await extended(opened, 3);
    await expect(extended(opened, 2)).rejects.toThrow('A later decision');
    await opened.sentry.pass(2 * HOUR);
    await opened.sentry.reconcile();
    expect(standing(opened.sentry)).toBeDefined();
  });

  test('it is too late where the later end is over, too', async () => {
    const opened = await approvedForAnHour(asking(locked, response));
    await opened.sentry.pass(HOUR + 10 * MINUTE);
    expect(await extended(opened)).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringContaining('that was over before'),
    });
  });
});

test('a rule that was modified for a time has its earlier values back at the later end', async () => {
  const sentry = SentryInMemory.watching([asking(locked, 'revertIfDenied')], https);
  const wide = { ...https, peer: { kind: 'ipv4' as const, cidr: '198.51.100.0/24' } };
  sentry.groups.put('sg-1', () => [wide]);
  await sentry.respond({ ...modified('sgr-https'), eventId: 'event-1', time: sentry.groups.now() });
  const end = later(sentry.groups.now(), HOUR);
  await sentry.decide('approved', { until: end });
  await sentry.pass(50 * MINUTE);
  expect(sentry.ledger.entryOf('sg-1', https)!.suspension).toMatchObject({ until: end });
  expect(await extended({ sentry, end })).toMatchObject({
    text: expect.stringMatching(/^The rule keeps its new values\. /),
  });
  expect(sentry.ledger.entryOf('sg-1', https)!.suspension).toMatchObject({
    until: later(end, HOUR),
  });
  await sentry.pass(65 * MINUTE);
  await sentry.reconcile();
  expect(standing(sentry, wide)).toBeDefined();
  await sentry.pass(5 * MINUTE);
  await sentry.decide('ended');
  expect(standing(sentry, https)).toBeDefined();
});

test('a modified rule is given more time also where the ledger has forgotten its earlier values', async () => {
  const sentry = SentryInMemory.watching([asking(locked, 'revertIfDenied')], https);
  const wide = { ...https, peer: { kind: 'ipv4' as const, cidr: '198.51.100.0/24' } };
  sentry.groups.put('sg-1', () => [wide]);
  await sentry.respond({ ...modified('sgr-https'), eventId: 'event-1', time: sentry.groups.now() });
  const end = later(sentry.groups.now(), HOUR);
  await sentry.decide('approved', { until: end });
  sentry.ledger.forget('sg-1', https);
  expect(await extended({ sentry, end })).toMatchObject({ outcome: 'carried-out' });
});

test('more time is given without a word about tags, where these could be put', async () => {
  const opened = await approvedForAnHour(asking(locked, 'revertIfDenied'));
  expect((await extended(opened)).text).toBe(
    'The rule stays. The approval ends at 2026-01-01 02:00 UTC.',
  );
});

test('what was approved for a time is given no more while its prefix list cannot be read', async () => {
  const viaList = rule({ id: 'sgr-1', prefixListId: 'pl-1' });
  const list = { id: 'pl-1', isAwsManaged: false, version: 1, cidrs: ['192.0.2.0/24'] };
  const opened = await approvedForAnHour(asking(locked, 'revertIfDenied'), viaList);
  const doubt = { kind: 'not-read', reason: 'RequestLimitExceeded' } as const;
  opened.sentry.groups.lists.set('pl-1', { ...list, doubt });
  const waiting = extended(opened);
  await expect(waiting).rejects.toThrow(UnfinishedError);
  await expect(waiting).rejects.toThrow('the prefix list pl-1 cannot be read');
  opened.sentry.groups.lists.set('pl-1', list);
  expect(await extended(opened)).toMatchObject({ outcome: 'carried-out' });
});

test('of two rules neither is given more time where the last of them does not stand any more', async () => {
  const opened = await approvedForAnHour(asking(locked, 'revertIfDenied'), debug, ssh);
  const { sentry, end } = opened;
  const [first, last] = sentry.asked[0]!.rules;
  sentry.groups.close('sg-1', last!.rule.id!);
  expect(await extended(opened)).toMatchObject({ outcome: 'conflicting' });
  expect(sentry.ledger.entryOf('sg-1', first!.rule)!.grants).toMatchObject([{ until: end }]);
});
