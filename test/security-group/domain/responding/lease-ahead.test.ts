import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { Judgement } from '../../../../src/security-group/domain/judging/judgement';
import type { SentryConfiguration } from '../../../../src/security-group/domain/policies/sentry-configuration';
import { holds, leaseAhead } from '../../../../src/security-group/domain/responding/lease-ahead';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  by,
  changeOf,
  configurationOf,
  deployer,
  forbidSsh,
  locked,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });

/** The ids of the rules that are to be revoked by the lease; undefined where none was taken. */
async function leased(
  change: Change,
  configuration: SentryConfiguration,
): Promise<readonly (string | undefined)[] | undefined> {
  const sentry = SentryInMemory.watching([locked], https);
  const ahead = await leaseAhead('sg-1', change, configuration, sentry.ports(1));
  expect(sentry.ledger.events.size).toBe(ahead ? 1 : 0);
  return ahead?.intent.map(({ rule: { id } }) => id);
}

describe('a lease is taken before the group was read', () => {
  test.each<[string, Change, readonly string[]]>([
    ['for what is revoked whatever stands in the group', added(ssh), ['sgr-ssh']],
    ['and holds nothing of a rule that no policy minds', added(ssh, https), ['sgr-ssh']],
  ])('%s', async (_, change, ids) => {
    expect(await leased(change, configurationOf([forbidSsh]))).toEqual(ids);
  });

  test('also by a pause that is over', async () => {
    const pause = { until: new Date(0), by: 'olga', reason: 'works' };
    expect(await leased(added(ssh), configurationOf([locked], { pause }))).toEqual(['sgr-ssh']);
  });
});

describe('no lease is taken before the group was read', () => {
  const pause = { until: new Date('9999-01-01'), by: 'olga', reason: 'works' };
  const byTag = { kind: 'tag', key: 'team', value: 'web' } as const;
  const chosenByTag = { monitoredGroups: { include: [byTag], exclude: [] } };
  const forTagged = { ...locked, appliesTo: { include: [byTag], exclude: [] } };

  test.each<[string, Change, SentryConfiguration]>([
    ['by a sentry that observes', added(ssh), configurationOf([locked], { mode: 'OBSERVE' })],
    ['during a pause', added(ssh), configurationOf([locked], { pause })],
    ['where a policy is for some groups alone', added(ssh), configurationOf([locked, forTagged])],
    ['where tags choose the groups', added(ssh), configurationOf([locked], chosenByTag)],
    [
      'where the event names not all',
      changeOf({ present: [ssh], complete: false }),
      configurationOf([locked]),
    ],
    [
      'where a rule names a list, which has to be read',
      added(ssh, viaList),
      configurationOf([locked]),
    ],
    [
      'where people are asked about one of the rules',
      added(ssh, https),
      configurationOf([forbidSsh, asking(locked, 'revertIfDenied')]),
    ],
    ['where no policy minds it', added(https), configurationOf([forbidSsh])],
    ['where a trusted actor did it', by(deployer, added(ssh)), configurationOf([locked])],
  ])('%s', async (_, change, configuration) => {
    expect(await leased(change, configuration)).toBeUndefined();
  });
});

describe('a lease holds what is about to be done', () => {
  const revoke: Judgement = {
    rule: ssh,
    change: 'added',
    present: true,
    verdict: 'revoke',
    violations: [],
  };
  const other: Judgement = { ...revoke, rule: https };
  const held = async (intent: readonly Judgement[], judgements: readonly Judgement[]) => {
    const ahead = await leaseAhead(
      'sg-1',
      added(ssh),
      configurationOf([locked]),
      SentryInMemory.watching([locked]).ports(1),
    );
    return holds({ ...ahead!, intent }, judgements);
  };

  test('where both are the same, in any order', async () => {
    expect(await held([revoke, other], [other, revoke])).toBe(true);
  });

  test.each<[string, readonly Judgement[], readonly Judgement[]]>([
    ['less', [revoke], [revoke, other]],
    ['more', [revoke, other], [revoke]],
    ['another rule beside it', [revoke, other], [revoke, { ...revoke, rule: viaList }]],
    ['another verdict', [revoke], [{ ...revoke, verdict: 'keep' }]],
  ])('and not where it holds %s', async (_, intent, judgements) => {
    expect(await held(intent, judgements)).toBe(false);
  });
});
