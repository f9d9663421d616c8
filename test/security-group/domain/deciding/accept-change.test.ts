import type { Change } from '../../../../src/security-group/domain/changes/change';
import { UnfinishedError } from '../../../../src/security-group/domain/responding/unfinished-error';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  described,
  lockedRestoring,
  modified,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const SOON = new Date('2026-01-01T01:00:00Z');
const standFirst = asking(lockedRestoring, 'revertIfDenied');
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const narrow = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8', description: 'office' });
const wide = rule({ id: 'sgr-1' });
const renamed = { ...narrow, description: 'mine' };

/** It stands, and people have been asked about it. */
async function askedAbout(
  accepted: readonly Rule[],
  standing: readonly Rule[],
  change: Change,
): Promise<SentryInMemory> {
  const sentry = SentryInMemory.watching([standFirst], ...accepted);
  sentry.groups.put('sg-1', () => standing);
  await sentry.respond(change);
  return sentry;
}

describe('what people approve as it stands', () => {
  test('is accepted under the id that it has by now', async () => {
    const sentry = await askedAbout([], [ssh], added(ssh));
    sentry.groups.put('sg-1', () => [{ ...ssh, id: 'sgr-other' }]);
    await sentry.decide('approved');
    expect(sentry.ledger.entryOf('sg-1', ssh)).toMatchObject({
      rule: { id: 'sgr-other' },
      grants: [{ cause: 'approval-request', confirmed: true }],
    });
  });

  test('is accepted with its new description', async () => {
    const sentry = await askedAbout([narrow], [renamed], described({ rule: renamed }));
    await sentry.decide('approved');
    expect(sentry.ledger.entryOf('sg-1', narrow)).toMatchObject({
      rule: { description: 'mine' },
      grants: [{ cause: 'adopted' }],
    });
  });

  test('is missed no more, where it is the removal of a rule', async () => {
    const sentry = await askedAbout([narrow], [], removed({ id: 'sgr-1' }));
    await sentry.decide('approved');
    expect(sentry.ledger.entryOf('sg-1', narrow)).toBeUndefined();
  });

  test('leaves nothing that speaks for the values before it', async () => {
    const sentry = await askedAbout([narrow], [wide], modified('sgr-1'));
    await sentry.decide('approved');
    expect(sentry.ledger.entryOf('sg-1', narrow)).toBeUndefined();
  });

  test('leaves the values before it accepted, where another rule has them by now', async () => {
    const sentry = await askedAbout([narrow], [wide], modified('sgr-1'));
    sentry.groups.put('sg-1', () => [wide, { ...narrow, id: 'sgr-2' }]);
    await sentry.decide('approved');
    expect(sentry.ledger.grantsOf('sg-1', narrow, sentry.groups.now())).toMatchObject([
      { cause: 'adopted' },
    ]);
  });

  test('is told rule by rule where one of them does not stand any more', async () => {
    const sentry = await askedAbout([], [ssh, https], added(ssh, https));
    sentry.groups.close('sg-1', 'sgr-https');
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'conflicting',
      text: '1 rule stays, 1 rule does not stand any more.',
    });
    expect(sentry.ledger.grantsOf('sg-1', https, sentry.groups.now())).toEqual([]);
  });

  test('waits while the prefix list that it names cannot be read, as a grant is of its version', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const list = { id: 'pl-1', isAwsManaged: false, version: 4, cidrs: ['10.0.0.0/8'] };
    const sentry = await askedAbout([], [viaList], added(viaList));
    const doubt = { kind: 'not-read', reason: 'Throttled' } as const;
    sentry.groups.lists.set('pl-1', { ...list, doubt });
    await expect(sentry.decide('approved')).rejects.toThrow(UnfinishedError);
    sentry.groups.lists.set('pl-1', list);
    await sentry.decide('approved');
    expect(sentry.ledger.entryOf('sg-1', viaList)).toMatchObject({ prefixListVersion: 4 });
  });

  test('for a time is told with its end, and carries no tag where EC2 shows no id of the rule', async () => {
    const { id: _, ...unnamed } = ssh;
    const sentry = await askedAbout([], [ssh], added(ssh));
    sentry.groups.put('sg-1', () => [unnamed]);
    expect(await sentry.decide('approved', { until: SOON })).toMatchObject({
      outcome: 'carried-out',
      text: 'The rule stays. The approval ends at 2026-01-01 01:00 UTC.',
    });
    expect(sentry.groups.rulesIn('sg-1')).toEqual([unnamed]);
  });

  test('is accepted though a rule that was added is described otherwise by then', async () => {
    const sentry = await askedAbout([], [ssh], added(ssh));
    sentry.groups.put('sg-1', () => [{ ...ssh, description: 'ours' }]);
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'carried-out',
      text: 'The rule stays.',
    });
  });

  test('conflicts where a rule that got a new description is gone', async () => {
    const sentry = await askedAbout([narrow], [renamed], described({ rule: renamed }));
    sentry.groups.put('sg-1', () => []);
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'conflicting',
      text: 'The rule does not have its new description any more.',
    });
  });
});
