import { createHmac } from 'node:crypto';
import { clickIdOf } from '../../../src/approval/adapters/dynamo-clicks';
import { clickIn, isSlacks, storedClickOf } from '../../../src/approval/adapters/signed-clicks';
import { type ButtonValue, buttonText } from '../../../src/approval/domain/click';

const SECRET = 'signing-secret';
const RECEIVED = new Date('2026-01-01T12:00:00Z');
const TIMESTAMP = String(RECEIVED.getTime() / 1_000 - 2);
const BUTTON: ButtonValue = {
  requestId: 'r1',
  digest: 'd'.repeat(64),
  action: { kind: 'approve', seconds: 3_600 },
};

interface Sent {
  readonly value?: string;
  readonly teamId?: string | null;
}

function bodyOf({ value = buttonText(BUTTON), teamId = 'T1' }: Sent = {}): Buffer {
  const payload = {
    type: 'block_actions',
    user: { id: 'U1', team_id: 'T2' },
    team: teamId === null ? null : { id: teamId },
    api_app_id: 'A1',
    container: { type: 'message', channel_id: 'C1', message_ts: '1.2' },
    channel: { id: 'C1' },
    actions: [{ type: 'button', value, action_ts: '3.4' }],
  };
  return Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
}

function stored(body = bodyOf(), secret = SECRET) {
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${TIMESTAMP}:`).update(body).digest('hex')}`;
  return storedClickOf(
    { 'X-Slack-Request-Timestamp': TIMESTAMP, 'X-Slack-Signature': signature },
    body,
    RECEIVED,
  );
}

describe('a stored click', () => {
  test('is of Slack as of when it came, however late someone looks', () => {
    expect(isSlacks(stored(), ['another', SECRET])).toBe(true);
    expect(stored().id).toBe(clickIdOf(bodyOf()));
  });

  test.each([
    ['another secret', stored(bodyOf(), 'forged')],
    [
      'another body',
      { ...stored(), body: bodyOf({ value: 'x' }), id: clickIdOf(bodyOf({ value: 'x' })) },
    ],
    ['another id: it would count twice', { ...stored(), id: 'f'.repeat(64) }],
    [
      'another time at which it came',
      { ...stored(), receivedAt: new Date(RECEIVED.getTime() + 3_600_000) },
    ],
    ['another timestamp', { ...stored(), timestamp: String(Number(TIMESTAMP) + 1) }],
  ])('with %s is not', (_, click) => {
    expect(isSlacks(click, [SECRET])).toBe(false);
  });
});

describe('what it is a click on', () => {
  test('is a button of a request, in a place, by someone', () => {
    expect(clickIn(stored())).toEqual({
      id: clickIdOf(bodyOf()),
      userId: 'U1',
      userTeamId: 'T2',
      teamId: 'T1',
      appId: 'A1',
      channelId: 'C1',
      messageTs: '1.2',
      button: BUTTON,
      at: RECEIVED,
    });
  });

  test("is in no workspace where the app is an organisation's", () => {
    expect(clickIn(stored(bodyOf({ teamId: null })))?.teamId).toBe('');
  });

  const submitted = (action: ButtonValue['action'], reason: string | null, clickedAt?: string) =>
    Buffer.from(
      new URLSearchParams({
        payload: JSON.stringify({
          type: 'view_submission',
          user: { id: 'U1', team_id: 'T2' },
          team: { id: 'T1' },
          api_app_id: 'A1',
          view: {
            type: 'modal',
            app_id: 'A1',
            callback_id: 'deny',
            private_metadata: JSON.stringify({
              value: buttonText({ ...BUTTON, action }),
              channelId: 'C1',
              messageTs: '1.2',
              userId: 'U1',
              clickedAt,
            }),
            state: { values: { reason: { reason: { type: 'plain_text_input', value: reason } } } },
          },
        }),
      }).toString(),
    );

  test.each([
    ['No\u202e ticket.\nAsk *again* \ud83d', 'No  ticket. Ask *again*'],
    ['x'.repeat(400), `${'x'.repeat(299)}…`],
    [' \n\u200b', ''],
    [null, ''],
  ])('is a denial with the reason %j as %j', (written, reason) => {
    const action = { kind: 'deny' } as const;
    expect(clickIn(stored(submitted(action, written)))).toMatchObject({
      button: { ...BUTTON, action },
      reason,
    });
  });

  test.each([
    ['when the click was', '2026-01-01T11:52:00Z', '2026-01-01T11:52:00Z'],
    [
      'ten minutes before, where the click was earlier',
      '2026-01-01T09:00:00Z',
      '2026-01-01T11:50:00Z',
    ],
    [
      'when it was submitted, where the click was later',
      '2026-01-01T13:00:00Z',
      '2026-01-01T12:00:00Z',
    ],
  ])('is a denial as of %s', (_, clickedAt, at) => {
    expect(clickIn(stored(submitted({ kind: 'deny' }, 'No', clickedAt)))).toMatchObject({
      at: new Date(at),
      submittedAt: RECEIVED,
    });
  });

  test('is a denial as of when it was submitted, where its modal carries no time', () => {
    const click = clickIn(stored(submitted({ kind: 'deny' }, 'No')));
    expect(click).toMatchObject({ at: RECEIVED });
    expect(click).not.toHaveProperty('submittedAt');
  });

  test('is nothing where a modal carries another button than Deny', () => {
    expect(clickIn(stored(submitted(BUTTON.action, 'yes')))).toBeUndefined();
  });

  test.each([
    ['a button of someone else', bodyOf({ value: 'open' })],
    ['nothing', Buffer.from('ssl_check=1')],
    ['no form', Buffer.from('{')],
  ])('is no request where it is %s', (_, body) => {
    expect(clickIn(stored(body))).toBeUndefined();
  });
});
