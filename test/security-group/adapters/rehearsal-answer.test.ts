import { rehearsalAnswer } from '../../../src/security-group/adapters/rehearsal-answer';
import { rehearsalNotification } from '../../../src/security-group/adapters/rehearsal-notification';
import {
  MAX_CHANGES_IN_REPORT,
  MOST_BYTES_OF_ANSWER,
} from '../../../src/security-group/contracts/rehearsal-report';
import type { Actor } from '../../../src/security-group/domain/changes/actor';
import type { Rehearsal } from '../../../src/security-group/domain/rehearsing/rehearsal';
import {
  bytesOf,
  largestThatFits,
} from '../../../src/shared/adapters/notification/sns-notifications';
import { bytesAsJson, MOST_BYTES } from '../../../src/shared/domain/byte-budget';
import { rehearsalSchemaErrors } from '../../support/schemas/rehearsal-schema';
import { RehearsalInMemory } from '../in-memory/rehearsal-in-memory';
import { added, eve, forbidSsh, locked } from '../samples/changes';
import { rule } from '../samples/rules';

const PLACE = { name: 'App/<b>Rehearsal</b>', account: '111111111111', region: 'eu-west-1' };
const MARKUP = '<script>alert(1)</script><img src=x onerror="a">\u202e';

const hostile: Actor = { type: 'IAMUser', userName: MARKUP };

async function rehearsed(description = MARKUP): Promise<Rehearsal> {
  const rehearsal = new RehearsalInMemory([forbidSsh, locked], [rule({ id: 'sgr-1' })]);
  rehearsal.groups.create({ id: 'sg-1', name: MARKUP }, rule({ id: 'sgr-1' }));
  return rehearsal.of({ ...added(rule({ id: 'sgr-2', description })), actor: hostile });
}

/** As many as the longest history, with rules and names as long as they can be. */
async function large(): Promise<Rehearsal> {
  const small = await rehearsed('d'.repeat(255));
  const [change] = small.changes;
  if (!change) throw new Error('A change is missing.');
  const rules = Array.from({ length: 100 }, () => change.rules[0]!);
  const actor = { ...eve, arn: `arn:aws:iam::111111111111:user/${'"'.repeat(500)}` };
  return {
    ...small,
    changes: Array.from({ length: 3_000 }, () => ({ ...change, rules, actor })),
    actors: Array.from({ length: 3_000 }, (_, index) => ({
      actor: `${actor.arn}${index}`,
      counts: small.counts,
    })),
    notJudged: Array.from({ length: 10_000 }, () => ({
      doubt: 'group-gone' as const,
      eventId: 'e'.repeat(128),
    })),
  };
}

describe('the answer', () => {
  test.each(['report', 'page'] as const)('as a %s is of the documented schema', async (as) => {
    const answer = rehearsalAnswer(await rehearsed(), PLACE, as, { token: 't', notSent: 'why' });
    expect(rehearsalSchemaErrors(JSON.stringify(answer))).toEqual([]);
  });

  test.each(['report', 'page'] as const)(
    'as a %s fits into what Lambda takes, however much has happened',
    async (as) => {
      const answer = rehearsalAnswer(await large(), PLACE, as, {});
      expect(bytesAsJson(answer)).toBeLessThanOrEqual(MOST_BYTES_OF_ANSWER);
      expect(rehearsalSchemaErrors(JSON.stringify(answer))).toEqual([]);
    },
  );

  test.each(['report', 'page'] as const)(
    'as a %s says which peers of policies are in doubt, and why',
    async (as) => {
      const doubtfulPeers = Array.from({ length: 101 }, (_, index) => ({
        peer: `VPC vpc-${index}`,
        reason: MARKUP,
        mayBeReadLater: true,
      }));
      const answer = rehearsalAnswer({ ...(await rehearsed()), doubtfulPeers }, PLACE, as, {});
      const told = JSON.stringify(answer);
      expect(rehearsalSchemaErrors(told)).toEqual([]);
      const reason = MARKUP.replace('\u202e', '');
      expect(told).toContain(
        as === 'page'
          ? '<li>VPC vpc-99: &lt;script&gt;'
          : JSON.stringify({ peer: 'VPC vpc-99', reason }),
      );
      expect(told).toContain(as === 'page' ? '<li>and 1 more</li>' : '"doubtfulPeersOmitted":1');
      expect(told).not.toContain('vpc-100');
    },
  );

  test('as a page takes nothing that callers have chosen for markup', async () => {
    const answer = rehearsalAnswer(await rehearsed(), PLACE, 'page', {});
    const page = 'page' in answer ? answer.page : '';
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<script|<img|<b>Rehearsal|\u202e/);
    expect(page).toContain("default-src 'none'");
  });

  test('lists what would have been answered before what would have been allowed', async () => {
    const small = await rehearsed();
    const [reverted] = small.changes;
    const allowed = {
      ...reverted!,
      rules: [{ ...reverted!.rules[0]!, verdict: 'allow' as const }],
    };
    const many = Array.from({ length: MAX_CHANGES_IN_REPORT }, () => allowed);
    const answer = rehearsalAnswer(
      { ...small, changes: [reverted!, ...many] },
      PLACE,
      'report',
      {},
    );
    expect(answer).toMatchObject({
      changesOmitted: 1,
      changes: expect.arrayContaining([
        expect.objectContaining({ rules: [expect.objectContaining({ verdict: 'revert' })] }),
      ]),
    });
  });
});

describe('the message', () => {
  test('is of the documented schema, and says how many rules would have been reverted', async () => {
    const message = rehearsalNotification(await rehearsed(), PLACE, MAX_CHANGES_IN_REPORT);
    expect(rehearsalSchemaErrors(message.json)).toEqual([]);
    expect(message.subject).toBe('[LOW] Rehearsal: 1 of 1 changed rules would have been reverted');
    expect(message.text).toContain('- reverted: 1');
    expect(message.text).toContain('monitored groups: 1');
  });

  test('fits into what SNS takes, however much has happened', async () => {
    const rehearsal = await large();
    const message = largestThatFits(MAX_CHANGES_IN_REPORT, (most) =>
      rehearsalNotification(rehearsal, PLACE, most),
    );
    expect(bytesOf(message)).toBeLessThanOrEqual(MOST_BYTES.message);
  });
});
