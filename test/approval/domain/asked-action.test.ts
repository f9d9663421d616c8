import {
  askedAction,
  type GivenAction,
  whyNotTheSame,
} from '../../../src/approval/domain/asked-action';

const GIVEN: GivenAction = {
  requestId: 'r1',
  subject: 'snapshot-1',
  question: { title: 'Delete snapshot-1', requester: { name: 'eve' } },
};

test('what is not said of an action is said for it: nothing is done but what is approved', () => {
  expect(askedAction(GIVEN)).toEqual({
    requestId: 'r1',
    subject: 'snapshot-1',
    source: 'requests',
    payload: 'null',
    question: {
      title: 'Delete snapshot-1',
      requester: { name: 'eve' },
      facts: [],
      changes: [],
      meanwhile: 'Nothing is done.',
      ifApproved: 'It is done.',
      ifDenied: 'Nothing is done.',
      ifUnanswered: 'Nothing is done.',
      links: [],
      mayBeTimed: false,
    },
  });
});

test('what is said of an action is kept as it is', () => {
  const question = { ...GIVEN.question, ifApproved: 'It is deleted.', mayBeTimed: true };
  const action = askedAction({ ...GIVEN, source: 'eve', question, payload: { id: 1 } });
  expect(action).toMatchObject({ source: 'eve', payload: '{"id":1}', question });
});

describe('what comes under an id that was taken', () => {
  const labels = { account: '111111111111', units: ['r-abcd'], tags: { a: '1', b: '2' } };
  const stored = askedAction({ ...GIVEN, payload: { id: 1 }, labels });
  const again = (values: Partial<GivenAction>) =>
    whyNotTheSame(askedAction({ ...GIVEN, payload: { id: 1 }, labels, ...values }), stored);

  test.each<[string, Partial<GivenAction>]>([
    ['as it was', {}],
    ['in other words', { question: { ...GIVEN.question, title: 'Please delete it' } }],
    ['with its tags in another order', { labels: { ...labels, tags: { b: '2', a: '1' } } }],
  ])('is the same %s', (_, values) => {
    expect(again(values)).toBeUndefined();
  });

  test.each<[string, Partial<GivenAction>]>([
    ['subject', { subject: 'snapshot-2' }],
    ['payload', { payload: { id: 2 } }],
    ['account', { labels: { ...labels, account: '222222222222' } }],
    ['unit', { labels: { ...labels, units: ['r-wxyz'] } }],
    ['tag', { labels: { ...labels, tags: { a: '1' } } }],
    ['labels at all, or none', { labels: undefined }],
  ])('is another with another %s', (_, values) => {
    expect(again(values)).toBe(
      '"requestId" r1 was asked with another "subject", "payload" or "labels" before: give each request an id of its own.',
    );
  });

  test('is the same without labels where none were given', () => {
    expect(whyNotTheSame(askedAction(GIVEN), askedAction(GIVEN))).toBeUndefined();
    const { tags: _, ...untagged } = labels;
    const one = askedAction({ ...GIVEN, labels: untagged });
    expect(whyNotTheSame(one, one)).toBeUndefined();
  });
});
