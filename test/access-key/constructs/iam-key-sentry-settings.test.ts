import { App, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  type IamKeySentryProps,
  KeyActions,
  KeyExclusion,
  KeyOwner,
  MemberAccounts,
  SentryHub,
  SentryMode,
} from '../../../src';
import { iamKeySentrySettings } from '../../../src/access-key/constructs/iam-key-sentry-settings';
import type { Exclusion } from '../../../src/access-key/domain/exclusion';

describe('what cannot work is refused, with the path of the construct and what to write instead', () => {
  test.each<[string, IamKeySentryProps, RegExp]>([
    [
      'an age of zero',
      { maxKeyAge: Duration.days(0) },
      /"maxKeyAge" is .+: write a whole number of days, at least one/,
    ],
    [
      'an age in hours',
      { maxUnusedAge: Duration.hours(36) },
      /"maxUnusedAge" is .+: write a whole number of days/,
    ],
    [
      'a warning longer than the age',
      { warnBefore: Duration.days(90) },
      /"warnBefore" is 90 days .+ write a "warnBefore" that is shorter/,
    ],
    [
      'deactivation before a key is listed',
      { actions: KeyActions.of({ deactivateAfter: Duration.days(30) }) },
      /"deactivateAfter" is 30 days and "maxKeyAge" 90/,
    ],
    [
      'deactivation of unused keys that are never listed',
      { actions: KeyActions.of({ deactivateUnusedAfter: Duration.days(45) }) },
      /"deactivateUnusedAfter" is 45 days, and the sentry has no "maxUnusedAge": .+ write a "maxUnusedAge"/,
    ],
    [
      'deactivation of unused keys before they are listed',
      {
        maxUnusedAge: Duration.days(60),
        actions: KeyActions.of({ deactivateUnusedAfter: Duration.days(45) }),
      },
      /"deactivateUnusedAfter" is 45 days and "maxUnusedAge" 60: .+ write a "deactivateUnusedAfter" that is not shorter/,
    ],
    [
      'more exclusions than SSM holds',
      { excluding: Array.from({ length: 300 }, (_, index) => KeyExclusion.user(`user-${index}`)) },
      /rules and exclusions take \d+ characters, SSM holds 8192: exclude a path or a group/,
    ],
    [
      'the same user twice',
      { excluding: [KeyExclusion.user('robot'), KeyExclusion.user('robot')] },
      /"excluding" has the user robot, which does nothing beside the user robot: take it out/,
    ],
    [
      'a path below one that is excluded',
      { excluding: [KeyExclusion.path('/a/b/'), KeyExclusion.path('/a/')] },
      /"excluding" has the path \/a\/b\/, which does nothing beside the path \/a\/: take it out/,
    ],
    [
      'a user in one account who is excluded in all',
      { excluding: [KeyExclusion.user('a').onlyIn(['111122223333']), KeyExclusion.user('a')] },
      /"excluding" has the user a in 111122223333, which does nothing beside the user a/,
    ],
    [
      'no place to look for owners in',
      { owners: [] },
      /"owners" is empty, so no owner would be known: name a place/,
    ],
    [
      'the same tag twice, as IAM sees it',
      { owners: [KeyOwner.tag('Owner'), KeyOwner.tag('owner')] },
      /"owners" has KeyOwner\.tag\("owner"\), which is never looked at after KeyOwner\.tag\("Owner"\)/,
    ],
    [
      'a tag of owners that excludes users as well, as IAM sees it',
      { owners: [KeyOwner.tag('Owner')], excluding: [KeyExclusion.tag('owner')] },
      /KeyOwner\.tag\("Owner"\) is in "owners", and "excluding" has the same tag, whose value has to be a date: write another tag/,
    ],
    [
      'the same path twice',
      { owners: [KeyOwner.path('/teams/'), KeyOwner.path('/teams/')] },
      /"owners" has KeyOwner\.path\("\/teams\/"\), which is never .+: take it out/,
    ],
    [
      'a path below an earlier one',
      { owners: [KeyOwner.path('/teams/'), KeyOwner.path('/teams/dev/')] },
      /"owners" has KeyOwner\.path\("\/teams\/dev\/"\), which is never looked at after KeyOwner\.path\("\/teams\/"\): put it before/,
    ],
    [
      'a place after the name, which every user has',
      { owners: [KeyOwner.userName(), KeyOwner.tag('Owner')] },
      /"owners" has KeyOwner\.tag\("Owner"\), which is never looked at after KeyOwner\.userName\(\): put it before, or take it out/,
    ],
    [
      'to observe where nothing is done',
      { mode: SentryMode.OBSERVE, actions: KeyActions.reportOnly() },
      /"mode" is OBSERVE and does nothing without "actions": keys are only reported anyway\. Leave it out, or write the actions/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => iamKeySentrySettings(new Stack(new App(), 'App'), props)).toThrow(
      new RegExp(`^App: ${message.source}`),
    );
  });
});

describe('an exclusion in some accounts alone', () => {
  const [own, member, other] = ['111122223333', '222233334444', '333344445555'] as const;
  const known = { env: { account: own, region: 'eu-west-1' } };
  const settingsOf = (accounts: string[], stack: Stack, hub?: SentryHub) => () =>
    iamKeySentrySettings(stack, { excluding: [KeyExclusion.user('a').onlyIn(accounts)], hub });
  const hubIn = (stack: Stack) =>
    new SentryHub(stack, 'Hub', { accounts: MemberAccounts.accounts([member]) });

  test('is refused where the sentry looks at another', () => {
    const stack = new Stack(new App(), 'App', known);
    expect(settingsOf([member, other], stack)).toThrow(
      `App: "excluding" has the user a in ${member}, ${other}, where the sentry looks at no key, since it has no "hub" and is in ${own}: take it out, or give it a hub that watches more accounts.`,
    );
    expect(settingsOf([member, own], stack)).not.toThrow();
    expect(settingsOf([member], new Stack(new App(), 'App'))).not.toThrow();
  });

  test('is refused where the hub watches others', () => {
    const stack = new Stack(new App(), 'App', known);
    const hub = hubIn(stack);
    expect(settingsOf([other], stack, hub)).toThrow(
      `App: "excluding" has the user a in ${other}, where the sentry looks at no key, since App/Hub does not watch that: take it out, or add to the accounts of the hub.`,
    );
    for (const accounts of [[member], [own], [other, member]]) {
      expect(settingsOf(accounts, stack, hub)).not.toThrow();
    }
  });
});

test.each([
  [undefined, 50],
  [Duration.days(9), 50],
  [Duration.days(70), 70],
])(
  'a key that was never used is deactivated after "neverUsedGrace" (%p) and "deactivateUnusedAfter", whichever is longer',
  (neverUsedGrace, deactivateNeverUsedAfter) => {
    const { actions } = iamKeySentrySettings(new Stack(new App(), 'App'), {
      maxUnusedAge: Duration.days(45),
      neverUsedGrace,
      actions: KeyActions.of({ deactivateUnusedAfter: Duration.days(50) }),
    });
    expect(actions).toMatchObject({ deactivateUnusedAfter: 50, deactivateNeverUsedAfter });
    expect(actions?.deactivateAfter).toBeUndefined();
  },
);

test('without "deactivateUnusedAfter" no key is deactivated for not being used', () => {
  const { actions } = iamKeySentrySettings(new Stack(new App(), 'App'), {
    maxUnusedAge: Duration.days(45),
    actions: KeyActions.of({ deactivateAfter: Duration.days(100) }),
  });
  expect(actions?.deactivateUnusedAfter).toBeUndefined();
  expect(actions?.deactivateNeverUsedAfter).toBeUndefined();
});

test('exclusions that each leave someone out stand side by side', () => {
  const excluding = [
    KeyExclusion.user('a').onlyIn(['111122223333']),
    KeyExclusion.user('a').onlyIn(['222233334444']),
    KeyExclusion.path('/a/'),
    KeyExclusion.path('/ab/'),
    KeyExclusion.tag('keep'),
    KeyExclusion.tag('hold'),
  ];
  const { exemptions } = iamKeySentrySettings(new Stack(new App(), 'App'), { excluding });
  expect(exemptions).toHaveLength(excluding.length);
});

test.each<[Exclusion['kind'], KeyExclusion]>([
  ['user', KeyExclusion.user('robot', { reason: 'Deploys' })],
  ['path', KeyExclusion.path('/service/', { reason: 'Deploys' })],
  ['group', KeyExclusion.group(breakglass(), { reason: 'Deploys' })],
  ['tag', KeyExclusion.tag('keep', { reason: 'Deploys' })],
])('an exclusion by %s has a reason, also in some accounts alone', (kind, exclusion) => {
  const excluding = [exclusion.onlyIn(['111122223333'])];
  const { exemptions } = iamKeySentrySettings(new Stack(new App(), 'App'), { excluding });
  expect(exemptions).toEqual([expect.objectContaining({ kind, reason: 'Deploys' })]);
});

test.each(['', 'two\nlines', 'x'.repeat(201)])('the reason of a tag is refused: %j', (reason) => {
  expect(() => KeyExclusion.tag('keep', { reason })).toThrow('KeyExclusion.tag(): "reason" is ');
  expect(() => KeyExclusion.user('a', { reason })).toThrow('KeyExclusion.user(): "reason" is ');
  expect(() => KeyExclusion.path('/a/', { reason })).toThrow('KeyExclusion.path(): "reason" is ');
});

test('places to look for owners in that each can give one stand side by side', () => {
  const owners = [
    KeyOwner.tag('Owner'),
    KeyOwner.tag('Team'),
    KeyOwner.path('/teams/dev/'),
    KeyOwner.path('/teams/'),
    KeyOwner.userName(),
  ];
  expect(iamKeySentrySettings(new Stack(), { owners }).owners).toEqual([
    { kind: 'tag', key: 'Owner' },
    { kind: 'tag', key: 'Team' },
    { kind: 'path', prefix: '/teams/dev/' },
    { kind: 'path', prefix: '/teams/' },
    { kind: 'user-name' },
  ]);
});

function breakglass(): iam.IGroup {
  return iam.Group.fromGroupName(new Stack(), 'Group', 'breakglass');
}
