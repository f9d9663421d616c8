import { parseKeySentryConfiguration } from '../../../src/access-key/adapters/key-sentry-configuration';
import type { KeySentryParameter } from '../../../src/access-key/contracts/key-sentry-parameter';

const PARAMETER: KeySentryParameter = {
  version: 1,
  rules: {
    maxKeyAge: 90,
    warnBefore: 14,
    maxUnusedAge: 45.5,
    neverUsedGrace: 7,
    includeInactive: true,
  },
  exemptions: [
    { kind: 'user', userName: 'robot' },
    { kind: 'path', path: '/robots/' },
    { kind: 'group', groupName: 'robots' },
    { kind: 'tag', key: 'keep-key-until', maxDays: 30, reason: 'moves to roles' },
  ],
  actions: {
    mode: 'enforce',
    deactivateAfter: 100,
    deactivateUnusedAfter: 45,
    deactivateNeverUsedAfter: 60,
    deleteAfterInactive: 30,
    grace: 7,
    maxActionsPerRun: 5,
  },
  tellsWhenNothingFound: true,
};

const read = (parameter: unknown) =>
  parseKeySentryConfiguration(JSON.stringify(parameter), '/keys');

test('what the construct writes comes back as it was', () => {
  const { rules, exemptions: excluding, actions, tellsWhenNothingFound } = PARAMETER;
  expect(read(PARAMETER)).toEqual({
    rules: { keys: rules, excluding, looksAtInactive: true },
    actions,
    tellsWhenNothingFound,
    messagesOwners: false,
  });
});

test('a sentry that has owners told by direct message says where', () => {
  const ownerMessages = { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/messages' };
  expect(read({ ...PARAMETER, ownerMessages })).toMatchObject({
    ownerMessages,
    messagesOwners: true,
  });
});

test('what the last version wrote, which knew no unused keys, and actions on unused keys alone are read', () => {
  const { deactivateUnusedAfter, deactivateNeverUsedAfter, deactivateAfter, ...others } =
    PARAMETER.actions!;
  for (const actions of [
    { ...others, deactivateAfter },
    { ...others, deactivateUnusedAfter, deactivateNeverUsedAfter },
  ]) {
    expect(read({ ...PARAMETER, actions }).actions).toEqual(actions);
  }
});

test('a sentry that asks says by which workflow, and when it asks again', () => {
  const workflow = {
    asker: 'App/KeySentry',
    queueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/requests',
    decisionKeyArn: 'arn',
  };
  const actions = { ...PARAMETER.actions!, askAgainAfter: 30 };
  const parameter: KeySentryParameter = { ...PARAMETER, actions, workflow };
  expect(read(parameter)).toMatchObject({ actions, workflow });
});

test('without actions, or without deletion, inactive keys do not matter', () => {
  const { actions, ...tellsOnly } = PARAMETER;
  expect(read(tellsOnly)).toMatchObject({ rules: { looksAtInactive: false }, actions: undefined });
  expect(
    read({ ...PARAMETER, actions: { ...actions, deleteAfterInactive: undefined } }).rules
      .looksAtInactive,
  ).toBe(false);
});

test.each([
  ['another version', { ...PARAMETER, version: 2 }],
  ['an unknown exclusion', { ...PARAMETER, exemptions: [{ kind: 'role', roleName: 'x' }] }],
  ['an age of zero', { ...PARAMETER, rules: { ...PARAMETER.rules, maxKeyAge: 0 } }],
  [
    'a time of zero until people are asked again',
    { ...PARAMETER, actions: { ...PARAMETER.actions, askAgainAfter: 0 } },
  ],
  [
    'a workflow without its key',
    { ...PARAMETER, workflow: { asker: 'App/KeySentry', queueUrl: 'https://sqs' } },
  ],
  ['no rules', { version: 1, exemptions: [], tellsWhenNothingFound: false }],
])('%s is refused by name', (_, parameter) => {
  expect(() => read(parameter)).toThrow(
    'The SSM parameter /keys is not of version 1 of this library',
  );
});

test('so is what is no JSON', () => {
  expect(() => parseKeySentryConfiguration('{', '/keys')).toThrow(
    'The SSM parameter /keys is no JSON',
  );
});
