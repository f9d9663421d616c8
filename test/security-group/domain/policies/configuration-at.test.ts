import type { OrganizationAccount } from '../../../../src/organization/domain/member-accounts';
import { isTrusted } from '../../../../src/security-group/domain/changes/actor';
import { isAcceptedRemoval } from '../../../../src/security-group/domain/changes/default-group-removal';
import {
  configurationAt,
  UnknownUnitError,
} from '../../../../src/security-group/domain/policies/configuration-at';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { SentryConfiguration } from '../../../../src/security-group/domain/policies/sentry-configuration';
import { HUB, PAYMENTS, SANDBOX } from '../../../organization/samples/accounts';
import { PLACE, SentryInMemory } from '../../in-memory/sentry-in-memory';
import { added, by, configurationOf, forbidSsh, locked, removed } from '../../samples/changes';
import { rule } from '../../samples/rules';

const SHOPS = { units: ['ou-abcd-11111111'] };
const SANDBOXES = { units: ['ou-abcd-33333333'] };
const ssh = rule({ id: 'sgr-1' });
const forbidInShops: Policy = { ...forbidSsh, appliesIn: SHOPS };
const lockedInSandbox: Policy = { ...locked, appliesIn: { accounts: [SANDBOX.id] } };

function at(
  configuration: SentryConfiguration,
  account: OrganizationAccount,
  isListed = true,
): SentryConfiguration {
  return configurationAt(
    { ...configuration, digestOf },
    {
      place: { accountId: account.id, region: 'eu-west-1' },
      ...(isListed && { account }),
    },
  );
}

function digestOf(policies: readonly Policy[]): string {
  return `digest of ${policies.map(({ baseline: { kind } }) => kind).join(', ') || 'none'}`;
}

describe('policies', () => {
  const configuration = configurationOf([forbidInShops, lockedInSandbox, forbidSsh]);

  test('hold in the accounts and units that they are for, and those for all hold everywhere', () => {
    expect(at(configuration, PAYMENTS).policies).toEqual([forbidInShops, forbidSsh]);
    expect(at(configuration, SANDBOX).policies).toEqual([lockedInSandbox, forbidSsh]);
    expect(at(configuration, HUB).policies).toEqual([forbidSsh]);
  });

  test('have the digest of those that hold there', () => {
    expect(at(configuration, SANDBOX).digests).toEqual({
      selection: 's',
      policies: 'digest of locked, forbid',
    });
  });

  test('for units hold nowhere by guess: an account of an unknown unit waits', () => {
    expect(() => at(configuration, PAYMENTS, false)).toThrow(UnknownUnitError);
    expect(() => at(configuration, { ...PAYMENTS, path: '' })).toThrow(
      /No one knows yet in which unit account 111122223333 is, and the sentry has other orders in unit ou-abcd-11111111: it waits until the accounts were listed again/,
    );
  });

  test('that name no units make no account wait', () => {
    expect(at(configurationOf([lockedInSandbox]), PAYMENTS, false).policies).toEqual([]);
  });
});

test('without scopes, all is as it is, but for the way that digests are made', () => {
  const configuration = configurationOf([forbidSsh, locked], { digestOf: () => 'p' });
  expect(configurationAt(configuration, { place: PLACE })).toEqual(configuration);
});

describe('the mode', () => {
  const inWaves = configurationOf([forbidSsh], { observeIn: SHOPS });

  test('is to observe where the sentry does not act yet, and that of the sentry elsewhere', () => {
    expect(at(inWaves, PAYMENTS).mode).toBe('OBSERVE');
    expect(at(inWaves, SANDBOX).mode).toBe('ENFORCE');
    expect(at(configurationOf([], { mode: 'OBSERVE' }), SANDBOX).mode).toBe('OBSERVE');
  });

  test('is no guess', () => {
    expect(() => at(inWaves, PAYMENTS, false)).toThrow(UnknownUnitError);
  });
});

describe('a pause', () => {
  const until = new Date('2026-01-01T08:00:00Z');
  const pause = { until, by: 'olga', reason: 'migration' };
  const paused = configurationOf([forbidSsh], { pause: { ...pause, ...SHOPS } });

  test('holds where it is for, and everywhere where it names no place', () => {
    expect(at(paused, PAYMENTS).pause).toEqual({ ...pause, ...SHOPS });
    expect(at(paused, SANDBOX).pause).toBeUndefined();
    expect(at(configurationOf([], { pause }), SANDBOX, false).pause).toEqual(pause);
  });

  test('holds where no one knows whether it is for that account, so that nothing is done there', () => {
    expect(at(paused, SANDBOX, false).pause).toBeDefined();
  });

  test('has what it leaves told with where it holds', async () => {
    const sentry = new SentryInMemory(at(paused, PAYMENTS), SentryInMemory.newTo([], ssh).groups);
    sentry.ledger.adopt('sg-1', []);
    const [report] = await sentry.respond(added(ssh));
    expect(report?.rules.map(({ outcome }) => outcome)).toEqual([
      { kind: 'would-revert', until, pausedIn: 'unit ou-abcd-11111111' },
    ]);
  });

  test('that is not obeyed is told where it is for', () => {
    const refused = configurationOf([], { refusedPause: { ...pause, accounts: [SANDBOX.id] } });
    expect(at(refused, SANDBOX).refusedPause).toBeDefined();
    expect(at(refused, PAYMENTS).refusedPause).toBeUndefined();
  });
});

describe('trusted actors', () => {
  const inEach = configurationOf([], {
    trustedActors: [
      {
        kind: 'cloudFormation',
        executionRoleArn:
          'arn:aws:iam::<account>:role/cdk-hnb659fds-cfn-exec-role-<account>-<region>',
      },
      { kind: 'role', roleArn: 'arn:aws:iam::<account>:role/ops/Deployer' },
      { kind: 'role', roleArn: 'arn:aws:iam::999988887777:role/<account>/Odd' },
      { kind: 'user', userArn: 'arn:aws:iam::<account>:user/ann' },
      {
        kind: 'permissionSet',
        reservedPathArn: 'arn:aws:iam::<account>:role/aws-reserved/sso.amazonaws.com/',
        permissionSet: 'Admin',
      },
    ],
  });

  test('are the roles of the account and Region of the event, and single ones stay themselves', () => {
    expect(at(inEach, PAYMENTS).trustedActors).toEqual([
      {
        kind: 'cloudFormation',
        executionRoleArn:
          'arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1',
      },
      { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/ops/Deployer' },
      { kind: 'role', roleArn: 'arn:aws:iam::999988887777:role/<account>/Odd' },
      { kind: 'user', userArn: 'arn:aws:iam::111122223333:user/ann' },
      {
        kind: 'permissionSet',
        reservedPathArn: 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/',
        permissionSet: 'Admin',
      },
    ]);
  });

  test('of one account are strangers in another', () => {
    const deployer = {
      type: 'AssumedRole',
      roleArn: `arn:aws:iam::${PAYMENTS.id}:role/ops/Deployer`,
    };
    expect(isTrusted(deployer, at(inEach, PAYMENTS).trustedActors)).toBe(true);
    expect(isTrusted(deployer, at(inEach, SANDBOX).trustedActors)).toBe(false);
    expect(isTrusted(deployer, inEach.trustedActors)).toBe(false);
  });
});

test('a role that may empty default groups is one of its own account, and of no other', () => {
  const emptyingRoleArns = [`arn:aws:iam::${HUB.id}:role/Restrict`];
  const there = at(configurationOf([locked], { emptyingRoleArns }), PAYMENTS);
  const emptying = by(
    { type: 'AssumedRole', roleArn: `arn:aws:iam::${PAYMENTS.id}:role/Restrict` },
    removed({ rule: ssh }),
  );
  expect(isAcceptedRemoval(emptying, 'default', there.emptyingRoleArns)).toBe(false);
  const ofHub = by({ type: 'AssumedRole', roleArn: emptyingRoleArns[0] }, emptying);
  expect(isAcceptedRemoval(ofHub, 'default', there.emptyingRoleArns)).toBe(true);
});

describe('an account that moves to another unit', () => {
  const forEach = configurationOf([
    forbidInShops,
    { ...locked, response: 'notifyOnly', appliesIn: SANDBOXES },
  ]);
  const inShops = at(forEach, PAYMENTS);
  const moved = at(forEach, { ...PAYMENTS, path: SANDBOX.path });

  function inSandboxes(): SentryInMemory {
    const sentry = new SentryInMemory(moved, SentryInMemory.newTo([], ssh).groups);
    sentry.ledger.adopt('sg-1', [ssh], {
      policies: moved.digests.policies,
      selection: moved.digests.selection,
    });
    return sentry;
  }

  test('is judged by the policies of its new unit', async () => {
    const sentry = inSandboxes();
    const another = rule({ id: 'sgr-2', ipRange: '::/0' });
    sentry.groups.put('sg-1', (rules) => [...rules, another]);
    sentry.configuration = inShops;
    await sentry.respond(added(another));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-1']);
  });

  test('has what stands there adopted and told, as after a deployment of other policies', async () => {
    const sentry = inSandboxes();
    sentry.configuration = inShops;
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-1']);
    expect(sentry.reconciled.flatMap(({ adoptions }) => adoptions)).toEqual([
      expect.objectContaining({
        cause: 'other-policies',
        violating: [expect.objectContaining({ rule: ssh })],
      }),
    ]);
    expect(sentry.recordOf('sg-1')?.policies).toBe('digest of forbid');
  });

  test('stays adopted where the same policies hold in its new unit', async () => {
    const everywhere = configurationOf([forbidInShops, { ...forbidSsh, appliesIn: SANDBOXES }]);
    const sentry = new SentryInMemory(at(everywhere, PAYMENTS), inSandboxes().groups);
    await sentry.reconcile();
    sentry.configuration = at(everywhere, { ...PAYMENTS, path: SANDBOX.path });
    await sentry.reconcile();
    expect(sentry.reconciled.flatMap(({ adoptions }) => adoptions)).toMatchObject([
      { cause: 'first-contact' },
    ]);
  });
});

test('a wave that is over has the groups of its accounts adopted, and acts from then on', async () => {
  const inWaves = configurationOf([forbidSsh], { observeIn: SHOPS });
  const sentry = SentryInMemory.newTo([forbidSsh]);
  sentry.configuration = at(inWaves, PAYMENTS);
  await sentry.reconcile();
  sentry.groups.put('sg-1', () => [ssh]);
  await sentry.respond(added(ssh));
  expect(sentry.announcer.outcomes()).toEqual(['added sgr-1 would-revert']);
  sentry.configuration = at({ ...inWaves, observeIn: SANDBOXES }, PAYMENTS);
  await sentry.reconcile();
  expect(sentry.reconciled.at(-1)?.adoptions).toMatchObject([{ cause: 'enforced-now' }]);
});
