import fc from 'fast-check';
import { approvalDigest, idsWithinAsker } from '../../../src/approval/adapters/approval-digest';
import type { Question } from '../../../src/approval/domain/question';
import { askOf } from '../in-memory/workflow-in-memory';

const { question } = askOf();
const DIGEST = approvalDigest(question, 'p');

test('is a SHA-256 digest as hex', () => {
  expect(DIGEST).toMatch(/^[0-9a-f]{64}$/);
});

test('is the same in every version of the library: what was asked before an update is still what it was', () => {
  expect(approvalDigest({ ...question, requester: { name: 'ann' } }, '{"a":1}')).toBe(
    'b6028846a73ddcc585d2905eaf773c394a91edfa30f966e09f073b3f0f049dde',
  );
});

test('is another with labels, and with others, and the same for the same labels', () => {
  const labels = { account: '111122223333', units: ['r-abcd'] };
  const digests = [
    DIGEST,
    approvalDigest(question, 'p', labels),
    approvalDigest(question, 'p', { ...labels, account: '444455556666' }),
    approvalDigest(question, 'p', { ...labels, units: [] }),
    approvalDigest(question, 'p', {}),
  ];
  expect(new Set(digests).size).toBe(digests.length);
  expect(approvalDigest(question, 'p', { units: ['r-abcd'], account: '111122223333' })).toBe(
    digests[1],
  );
});

test('is the same for a question that went through a queue, in whatever order its fields come', () => {
  const turned = Object.fromEntries(Object.entries(question).reverse()) as unknown as Question;
  expect(approvalDigest(JSON.parse(JSON.stringify(turned)), 'p')).toBe(DIGEST);
});

test('is the same with a field that is undefined as without it', () => {
  expect(
    approvalDigest({ ...question, changes: [{ after: 'x', remarks: [], before: undefined }] }, 'p'),
  ).toBe(approvalDigest({ ...question, changes: [{ after: 'x', remarks: [] }] }, 'p'));
});

test.each<[string, Partial<Question>]>([
  ['title', { title: 'Open HTTPS' }],
  ['requester', { requester: { name: 'someone else' } }],
  ['change', { changes: [{ after: 'tcp 23 from 0.0.0.0/0', remarks: ['forbidden'] }] }],
  ['remark', { changes: [{ after: 'tcp 22 from 0.0.0.0/0', remarks: [] }] }],
  ['place of a text', { changes: [{ before: 'tcp 22 from 0.0.0.0/0', remarks: ['forbidden'] }] }],
  ['fact', { facts: [{ label: 'a', value: 'b' }] }],
  ['consequence', { ifDenied: 'it stays open' }],
  ['choice', { mayBeTimed: false }],
])('is another with another %s', (_, change) => {
  expect(approvalDigest({ ...question, ...change }, 'p')).not.toBe(DIGEST);
});

test('differs where question or payload differ, and nowhere else', () => {
  const texts = fc.tuple(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  fc.assert(
    fc.property(texts, texts, ([title, payload], [otherTitle, otherPayload]) => {
      const isSame = title === otherTitle && payload === otherPayload;
      expect(
        approvalDigest({ ...question, title }, payload) ===
          approvalDigest({ ...question, title: otherTitle }, otherPayload),
      ).toBe(isSame);
    }),
  );
});

test('the second id of a request is one that a message may have, and of no other asker', () => {
  const secondOf = (asker: string, id: string) => idsWithinAsker(asker, id)[1];
  const [own, other] = ['App/Guard', 'App/Action'].map((asker) => secondOf(asker, 'r1'));
  expect(own).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  expect(idsWithinAsker('App/Guard', 'r1')).toEqual(['r1', own]);
  expect(new Set([own, other, secondOf('App/Guard', 'r2')]).size).toBe(3);
});

test('an asker that gives the second id of another as its own is kept under another', () => {
  const [, taken = ''] = idsWithinAsker('App/Guard', 'r1');
  const ids = idsWithinAsker('App/Action', taken);
  expect(ids).toHaveLength(1);
  expect(ids).not.toContain(taken);
});
