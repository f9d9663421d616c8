import { createHmac } from 'node:crypto';
import { RequestSeals } from '../../../src/approval/adapters/request-seal';
import { admit, NEW_SOURCE, NEW_SUBJECT } from '../../../src/approval/domain/admit';
import type { ApprovalRequest } from '../../../src/approval/domain/approval-request';
import { withDecision } from '../../../src/approval/domain/decision';
import { askOf, CONFIGURATION } from '../in-memory/workflow-in-memory';

const NOON = new Date('2026-01-01T12:00:00Z');
const REQUEST = admit(
  askOf({ requestId: 'r-1' }),
  NEW_SUBJECT,
  NEW_SOURCE,
  CONFIGURATION,
  NOON,
).request;

/** A stand-in for the key in KMS, which counts how often it is used. */
class CountingSigner {
  used = 0;

  async sign(statement: string): Promise<string> {
    this.used += 1;
    return createHmac('sha256', 'a key').update(statement).digest('base64');
  }
}

const vote = { userId: 'U1', at: NOON };

describe('a seal', () => {
  const CHANGES: [string, Partial<ApprovalRequest>][] = [
    ['a vote', { votes: [vote] }],
    ['a decision', withDecision(REQUEST, { kind: 'approved', at: NOON, by: ['U1'] }, { at: NOON })],
    ['a later end', { expiresAt: new Date('2027-01-01T12:00:00Z') }],
    ['no requester', { requesters: [] }],
    [
      'a requester of another identity',
      { requesters: [{ ...REQUEST.question.requester, slackUserId: 'U9' }] },
    ],
    ['another asker', { asker: 'another' }],
    ['another id', { id: 'r-2' }],
    [
      'an opinion',
      {
        consultation: {
          kind: 'asked',
          userId: 'U9',
          answers: 1,
          opinion: { isStillNeeded: false, at: NOON },
        },
      },
    ],
    [
      'a vote for more time',
      { extension: { number: 1, end: NOON, votes: [{ ...vote, seconds: 3_600 }] } },
    ],
    ['a route', { route: { name: 'production', channelId: 'C1' } }],
  ];

  test.each(CHANGES)('does not hold for a request that was given %s', async (_, change) => {
    const seal = await new RequestSeals(new CountingSigner()).sealOf(REQUEST);
    await expect(
      new RequestSeals(new CountingSigner()).verify({ ...REQUEST, ...change }, seal),
    ).rejects.toThrow('is not as it was sealed');
  });

  test('holds for the request whose messages someone else has brought, however its fields are ordered', async () => {
    const seal = await new RequestSeals(new CountingSigner()).sealOf(REQUEST);
    const reordered = Object.fromEntries(
      Object.entries({
        ...REQUEST,
        messages: [],
        unannounced: [],
        revision: 7,
        decision: undefined,
      }).reverse(),
    );
    await expect(
      new RequestSeals(new CountingSigner()).verify({ ...REQUEST, ...reordered }, seal),
    ).resolves.toBeUndefined();
  });

  test('is missed', async () => {
    await expect(new RequestSeals(new CountingSigner()).verify(REQUEST, undefined)).rejects.toThrow(
      'has no seal',
    );
  });

  test('is made once for the same state', async () => {
    const signer = new CountingSigner();
    const seals = new RequestSeals(signer);
    const seal = await seals.sealOf(REQUEST);
    await seals.verify(REQUEST, seal);
    await seals.verify({ ...REQUEST, reminders: 3 }, seal);
    expect(signer.used).toBe(1);
  });
});
