import fc from 'fast-check';
import { DENIAL_CALLBACK } from '../../../../src/approval/adapters/slack/denial-modal';
import {
  parseInteraction,
  UnreadableInteractionError,
} from '../../../../src/approval/adapters/slack/interaction-payload';

const CLICK = {
  type: 'block_actions',
  user: { id: 'U0ANNA', username: 'anna', name: 'anna', team_id: 'T0HOME' },
  api_app_id: 'A0SENTRY',
  token: 'a-token-of-old',
  container: {
    type: 'message',
    message_ts: '1767268800.000100',
    channel_id: 'C0APPROVE',
    is_ephemeral: false,
  },
  trigger_id: '1.2.abc',
  team: { id: 'T0WORK', domain: 'work' },
  enterprise: null,
  is_enterprise_install: false,
  channel: { id: 'C0APPROVE', name: 'approve' },
  message: { type: 'message', ts: '1767268800.000100', text: 'May this rule stay?' },
  state: { values: {} },
  response_url: 'https://hooks.slack.com/actions/T0WORK/1/abc',
  actions: [
    {
      type: 'button',
      action_id: 'approve',
      block_id: 'b1',
      value: 'request-1',
      action_ts: '1767268860.123456',
    },
  ],
};
const [ACTION] = CLICK.actions;

const formOf = (fields: Readonly<Record<string, string>>) =>
  Buffer.from(new URLSearchParams(fields).toString());
const payloadOf = (payload: unknown) => formOf({ payload: JSON.stringify(payload) });

describe('a click on a button', () => {
  test('tells who, where and on what', () => {
    expect(parseInteraction(payloadOf(CLICK))).toEqual({
      kind: 'click',
      userId: 'U0ANNA',
      userTeamId: 'T0HOME',
      teamId: 'T0WORK',
      appId: 'A0SENTRY',
      channelId: 'C0APPROVE',
      messageTs: '1767268800.000100',
      value: 'request-1',
      triggerId: '1.2.abc',
    });
  });

  test('has no team where the app is installed for an organisation', () => {
    expect(parseInteraction(payloadOf({ ...CLICK, team: null }))).toMatchObject({
      kind: 'click',
      teamId: undefined,
    });
  });

  test('stays a click where it claims to be a check of the certificate', () => {
    expect(parseInteraction(formOf({ ssl_check: '1', payload: JSON.stringify(CLICK) })).kind).toBe(
      'click',
    );
  });
});

test.each([
  ['a question', [{ type: 'header', text: { type: 'plain_text', text: 'Open 22?' } }], 'Open 22?'],
  [
    'the last part of a long one',
    [{ type: 'context', elements: [{ type: 'plain_text', text: 'Part 2 of 2' }] }, {}],
    'Part 2 of 2',
  ],
  ['what begins otherwise', [{ type: 'rich_text', elements: [] }], undefined],
])('a click on %s brings its first words', (_, blocks, headline) => {
  const click = { ...CLICK, message: { ...CLICK.message, blocks } };
  expect(parseInteraction(payloadOf(click))).toMatchObject({ headline });
});

describe('a modal that is submitted', () => {
  const CLICKED = {
    value: 'v1',
    channelId: 'C0APPROVE',
    messageTs: '1767268800.000100',
    userId: 'U0ANNA',
  };
  const submission = (view: object = {}, more: object = {}) =>
    payloadOf({
      type: 'view_submission',
      user: CLICK.user,
      team: CLICK.team,
      api_app_id: CLICK.api_app_id,
      view: {
        type: 'modal',
        app_id: CLICK.api_app_id,
        callback_id: DENIAL_CALLBACK,
        private_metadata: JSON.stringify(CLICKED),
        state: { values: written('No ticket') },
        ...view,
      },
      ...more,
    });
  const written = (value: unknown) => ({ reason: { reason: { type: 'plain_text_input', value } } });

  test('is the click for which it was opened, with the reason', () => {
    expect(parseInteraction(submission())).toEqual({
      kind: 'click',
      userTeamId: 'T0HOME',
      teamId: 'T0WORK',
      appId: 'A0SENTRY',
      ...CLICKED,
      reason: 'No ticket',
    });
  });

  test('says when the click was that opened it, where the modal carries that', () => {
    expect(
      parseInteraction(submission(metadata({ clickedAt: '2026-01-01T12:00:00.000Z' }))),
    ).toMatchObject({ clickedAt: new Date('2026-01-01T12:00:00Z') });
  });

  test('has an empty reason where nothing was written', () => {
    const empty = submission({ state: { values: written(null) } });
    expect(parseInteraction(empty)).toMatchObject({ reason: '' });
  });

  test('is of no concern where it is another one', () => {
    expect(parseInteraction(submission({ callback_id: 'feedback' })).kind).toBe('other');
  });

  const metadata = (change: object) => ({
    private_metadata: JSON.stringify({ ...CLICKED, ...change }),
  });
  test.each<[string, Buffer]>([
    ['by someone else than for whom it was opened', submission(metadata({ userId: 'U0BOB' }))],
    ['of another app', submission({ app_id: 'A0OTHER' })],
    ['which carries nothing', submission({ private_metadata: '' })],
    ['which carries no channel', submission(metadata({ channelId: undefined }))],
    ['which carries no time of the click', submission(metadata({ clickedAt: 'yesterday' }))],
    ['which carries more than it was given', submission(metadata({ isApproved: true }))],
    ['which carries a value that no button has', submission(metadata({ value: '' }))],
    ['without its input', submission({ state: { values: {} } })],
    ['with a reason that is no text', submission({ state: { values: written({}) } })],
    [
      'with more in it than Slack lets anyone write',
      submission({ state: { values: written('x'.repeat(3_001)) } }),
    ],
    ['by no one', submission({}, { user: undefined })],
  ])('is refused %s', (_, body) => {
    expect(() => parseInteraction(body)).toThrow(UnreadableInteractionError);
  });
});

test('a check of the certificate is one', () => {
  expect(parseInteraction(formOf({ ssl_check: '1', token: 'a-token-of-old' }))).toEqual({
    kind: 'ssl-check',
  });
});

test.each(['view_submission', 'shortcut', 'message_action'])(
  'a payload of type %s is of no concern',
  (type) => {
    expect(parseInteraction(payloadOf({ type, user: 'anything' }))).toEqual({
      kind: 'other',
      type,
    });
  },
);

describe('refused is', () => {
  const click = (change: object) => payloadOf({ ...CLICK, ...change });
  const action = (change: object) => click({ actions: [{ ...ACTION, ...change }] });

  test.each<[string, Buffer, string]>([
    ['an empty body', Buffer.alloc(0), '0 fields "payload"'],
    ['a form without payload', formOf({ token: 'x' }), '0 fields "payload"'],
    ['a check of the certificate that is none', formOf({ ssl_check: '0' }), '0 fields "payload"'],
    [
      'a form with two payloads',
      Buffer.concat([click({}), Buffer.from('&'), click({})]),
      '2 fields "payload"',
    ],
    [
      'two payloads and a check of the certificate',
      Buffer.concat([click({}), Buffer.from('&ssl_check=1&'), click({})]),
      '2 fields "payload"',
    ],
    ['JSON as the body itself', Buffer.from(JSON.stringify(CLICK)), '0 fields "payload"'],
    ['a payload that is no JSON', formOf({ payload: '{"type":"block_actions' }), 'no JSON'],
    ['a payload that is no object', payloadOf(null), 'Invalid input'],
    ['a payload without type', click({ type: undefined }), 'at type'],
    ['a type that is no word', click({ type: 'a\nb' }), 'at type'],
    ["no one's click", click({ user: undefined }), 'at user'],
    ['a user without a home', click({ user: { id: 'U0ANNA' } }), 'at user.team_id'],
    ['a user whose id is none', click({ user: { ...CLICK.user, id: 'anna; drop' } }), 'at user.id'],
    ['a click that does not say whether it has a team', click({ team: undefined }), 'at team'],
    ['a click without app', click({ api_app_id: undefined }), 'at api_app_id'],
    [
      'a click in a view',
      click({ container: { type: 'view', view_id: 'V1' } }),
      'at container.type',
    ],
    [
      'a message without its time',
      click({ container: { ...CLICK.container, message_ts: undefined } }),
      'at container.message_ts',
    ],
    ['a click in two channels', click({ channel: { id: 'C0OTHER' } }), 'C0OTHER and C0APPROVE'],
    ['a click without action', click({ actions: [] }), 'at actions'],
    ['a click with two actions', click({ actions: [ACTION, ACTION] }), 'at actions'],
    ['another element', action({ type: 'static_select' }), 'at actions[0].type'],
    ['a button that carries nothing', action({ value: undefined }), 'at actions[0].value'],
    [
      'a button that carries more than one can',
      action({ value: 'x'.repeat(2001) }),
      'at actions[0].value',
    ],
    [
      'a button that carries half a character',
      formOf({ payload: JSON.stringify(CLICK).replace('request-1', '\\ud83d') }),
      'at actions[0].value',
    ],
    ['a click at no time', action({ action_ts: 'now' }), 'at actions[0].action_ts'],
    [
      'a click at a time that is a number',
      action({ action_ts: 1767268860.1 }),
      'at actions[0].action_ts',
    ],
  ])('%s', (_, body, reason) => {
    expect(() => parseInteraction(body)).toThrow(UnreadableInteractionError);
    expect(() => parseInteraction(body)).toThrow(reason);
  });

  test('a click whose fields come by way of the prototype', () => {
    const { user: _, ...rest } = CLICK;
    const text = `{"__proto__":{"user":${JSON.stringify(CLICK.user)}},${JSON.stringify(rest).slice(1)}`;
    expect(() => parseInteraction(formOf({ payload: text }))).toThrow('at user');
  });
});

test('the error does not show what was sent', () => {
  const body = formOf({ payload: '{"secret-of-someone' });
  expect(() => parseInteraction(body)).not.toThrow(/secret-of-someone/);
});

describe('whatever is sent', () => {
  const hostileText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '\ud800',
      '\udfff',
      '\u0000',
      '1e999',
      '-0',
      'U0ANNA',
    ),
  );
  const hostileJson = fc.oneof(
    fc.json(),
    fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value)),
    fc.integer({ min: 1, max: 50_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
    fc.integer({ min: 1, max: 50_000 }).map((depth) => '{"type":'.repeat(depth)),
    fc.constantFrom(
      '1e99999',
      '"\\ud800"',
      '{"__proto__":null,"type":"block_actions"}',
      '{"type":{"toString":1}}',
      '{"constructor":1}',
    ),
    // A click with one part replaced or gone.
    fc
      .tuple(
        fc.constantFrom(...Object.keys(CLICK)),
        fc.oneof(fc.jsonValue(), hostileText, fc.constant(undefined)),
      )
      .map(([key, value]) => JSON.stringify({ ...CLICK, [key]: value })),
    fc
      .tuple(fc.constantFrom('type', 'value', 'action_ts'), fc.oneof(fc.jsonValue(), hostileText))
      .map(([key, value]) => JSON.stringify({ ...CLICK, actions: [{ ...ACTION, [key]: value }] })),
    // A click with a part that goes very deep.
    fc
      .integer({ min: 1, max: 20_000 })
      .map((depth) =>
        JSON.stringify(CLICK).replace(
          '"values":{}',
          `"values":${'['.repeat(depth)}${']'.repeat(depth)}`,
        ),
      ),
  );
  const bodies = fc.oneof(
    { weight: 4, arbitrary: hostileJson.map((payload) => formOf({ payload })) },
    { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: hostileText.map((text) => Buffer.from(`payload=${text}`)) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.tuple(fc.constantFrom('payload', 'ssl_check', '__proto__'), hostileText), {
          maxLength: 4,
        })
        .map((fields) => Buffer.from(new URLSearchParams(fields).toString())),
    },
  );

  test('it is read, or refused by the one error', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        try {
          expect(['click', 'ssl-check', 'other']).toContain(parseInteraction(body).kind);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableInteractionError);
        }
      }),
      { numRuns: 400 },
    );
  });
});
