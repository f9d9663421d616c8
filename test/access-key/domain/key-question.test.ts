import type { AccessKeyWithUse } from '../../../src/access-key/domain/access-key';
import type { DeactivationReason } from '../../../src/access-key/domain/deactivation-reasons';
import { askedKeyIn, keyPayload } from '../../../src/access-key/domain/key-payload';
import {
  askAbout,
  type AskingRules,
  laterText,
  type NamedMember,
} from '../../../src/access-key/domain/key-question';
import { daysAgo, NOW } from '../in-memory/account-in-memory';

const RULES: AskingRules = {
  deactivateAfter: 100,
  deactivateUnusedAfter: 45,
  deactivateNeverUsedAfter: 60,
  grace: 7,
  maxActionsPerRun: 2,
  askAgainAfter: 30,
};
const KEY: AccessKeyWithUse = {
  id: 'AKIA-1',
  userName: 'ann',
  status: 'Active',
  createdAt: daysAgo(120),
  lastUse: { kind: 'used', at: daysAgo(60), service: 's3' },
};

function questionOf(
  reasons: DeactivationReason[],
  values: Partial<AccessKeyWithUse> = {},
  rules = RULES,
  member?: NamedMember,
) {
  const place = { account: '111111111111', region: 'eu-west-1', ...(member && { member }) };
  return askAbout({ ...KEY, ...values }, reasons, rules, place, NOW);
}

test('a question says which key it is about, why, and what follows from each answer', () => {
  expect(questionOf(['too-old', 'unused'])).toEqual({
    requestId: `AKIA-1-${NOW.getTime()}`,
    askedAt: NOW,
    reasons: ['too-old', 'unused'],
    question: {
      title: 'Deactivate access key AKIA-1 of ann',
      requester: { name: 'IamKeySentry', isAutomatic: true },
      facts: [
        { label: 'User', value: 'ann' },
        { label: 'Account', value: '111111111111' },
        { label: 'Created', value: '2026-02-01, 120 days ago' },
        { label: 'Last used', value: '2026-04-02 (s3)' },
      ],
      changes: [
        {
          before: 'AKIA-1 is active',
          after: 'AKIA-1 is inactive',
          remarks: [
            'it is older than 100 days, and its notice was given at least 7 days ago',
            'it was not used for longer than 45 days (last used 2026-04-02), and its notice was given at least 7 days ago',
          ],
        },
      ],
      meanwhile: 'The key stays active.',
      ifApproved:
        'The key is deactivated: whatever still uses it fails from then on, until someone activates it again. If it is used before, nothing is done.',
      ifDenied: 'The key stays active. The first run after 30 days asks again, if it is still due.',
      ifUnanswered: 'The key stays active. The next run asks again, if it is still due.',
      links: [
        {
          text: 'User in the console',
          url: 'https://us-east-1.console.aws.amazon.com/iam/home#/users/details/ann?section=security_credentials',
        },
      ],
      mayBeTimed: false,
    },
  });
});

test('where a key goes for its age alone, a use of it changes nothing', () => {
  expect(questionOf(['too-old']).question.ifApproved).toMatch(/activates it again\.$/);
});

test('a day is no "days", and a use that is not known is not told', () => {
  const rules = { ...RULES, deactivateUnusedAfter: 1, grace: 1 };
  const unread = { kind: 'unknown', reason: 'Throttling' } as const;
  const { question } = questionOf(['unused'], { createdAt: daysAgo(1), lastUse: unread }, rules);
  expect(question.changes[0]?.remarks).toEqual([
    'it was not used for longer than 1 day, and its notice was given at least 1 day ago',
  ]);
  expect(question.facts).toContainEqual({ label: 'Created', value: '2026-05-31, 1 day ago' });
  expect(laterText(1)).toBe('The first run after 1 day asks again, if it is still due.');
});

describe('a question about a key of a member', () => {
  const labels = { account: '222222222222', units: ['r-abcd', 'ou-abcd-11111111'] };
  const member = { text: '222222222222 (payments)', labels };

  test('names the account in its title, and the unit that it is in itself', () => {
    const { question, labels: found } = questionOf(['too-old'], {}, RULES, member);
    expect(found).toBe(labels);
    expect(question.title).toBe('Deactivate access key AKIA-1 of ann in account 111111111111');
    expect(question.facts.slice(1, 3)).toEqual([
      { label: 'Account', value: '222222222222 (payments)' },
      { label: 'Unit', value: 'ou-abcd-11111111' },
    ]);
  });

  test('names no unit where none is known', () => {
    const { units: _, ...known } = labels;
    const { question } = questionOf(['too-old'], {}, RULES, { ...member, labels: known });
    expect(question.facts.map(({ label }) => label)).not.toContain('Unit');
  });
});

test('a key of the own account has no labels', () => {
  expect(questionOf(['too-old'])).not.toHaveProperty('labels');
});

describe('what a decision says of the key that it is about', () => {
  test.each([
    [{ keyId: 'AKIAONE' }, 'AKIAONE'],
    [{ keyId: 'AKIAONE', memberId: '222222222222' }, '222222222222/AKIAONE'],
  ])('is read as it was written: %j', (asked, payload) => {
    expect(keyPayload(asked)).toBe(payload);
    expect(askedKeyIn(payload)).toEqual(asked);
  });

  test.each([
    '22222222222/AKIAONE',
    '0222222222222/AKIAONE',
    'x222222222222/AKIAONE',
    '222222222222/',
  ])('names no member where that is no account: %s', (payload) => {
    expect(askedKeyIn(payload)).toEqual({ keyId: payload });
  });
});
