import { askMessageFor, parseActionRequest } from '../../../src/approval/adapters/action-request';
import { whyNotTheSame } from '../../../src/approval/domain/asked-action';
import { approvalSchemaErrors } from '../../support/schemas/approval-schemas';

const REQUEST = { subject: 'delete db', title: 'Delete the database', requester: { name: 'Ann' } };

test('the least that has to be said makes a whole question', () => {
  const asked = parseActionRequest(REQUEST, 'invocation-1');
  expect(asked).toMatchObject({ requestId: 'invocation-1', source: 'requests', payload: 'null' });
  expect(asked.question).toEqual({
    title: 'Delete the database',
    requester: { name: 'Ann' },
    facts: [],
    changes: [],
    meanwhile: 'Nothing is done.',
    ifApproved: 'It is done.',
    ifDenied: 'Nothing is done.',
    ifUnanswered: 'Nothing is done.',
    links: [],
    mayBeTimed: false,
  });
  const message = JSON.stringify(askMessageFor('Stack/Action', asked));
  expect(approvalSchemaErrors('ask', message)).toEqual([]);
});

test('all that is said is asked', () => {
  const given = {
    ...REQUEST,
    requestId: 'mine',
    source: 'pipeline',
    facts: [{ label: 'Size', value: '8 GiB' }],
    mayBeTimed: true,
    labels: { account: '111122223333' },
    payload: { id: 'db-1' },
  };
  expect(parseActionRequest(given, 'other')).toMatchObject({
    requestId: 'mine',
    source: 'pipeline',
    question: { facts: given.facts, mayBeTimed: true },
    labels: given.labels,
    payload: '{"id":"db-1"}',
  });
});

test.each<[string, object, string]>([
  ['no title', { title: undefined }, '"title": Invalid input: expected string, received undefined'],
  ['a name alone', { requester: 'Ann' }, '"requester": Invalid input: expected object'],
  ['facts in an object', { facts: { Size: '8 GiB' } }, '"facts": Invalid input: expected array'],
  ['a word for yes', { mayBeTimed: 'true' }, 'expected boolean, received string'],
  ['an id that JavaScript rounds', { payload: { id: [2 ** 53] } }, 'write it as a text'],
  ['no requester', { requester: undefined }, '"requester"'],
  ['what no one would be shown', { hidden: 'x' }, 'there is no "hidden"'],
  ['a tag beside the tags', { labels: { team: 'shop' } }, 'there is no "labels.team"'],
  ['a tag of two values', { labels: { tags: { team: ['shop'] } } }, '"labels.tags.team": .*string'],
  ['an account that is none', { labels: { account: '1' } }, '"labels.account": .*must match'],
])('who asks with %s is told, and what to send', (_, change, reason) => {
  expect(() => parseActionRequest({ ...REQUEST, ...change }, 'i')).toThrow(
    new RegExp(`No one is asked: .*${reason}.*Send {"subject"`),
  );
});

test('who asks with no object is told what to send', () => {
  expect(() => parseActionRequest('delete db', 'i')).toThrow(
    /No one is asked: Invalid input: expected object, received string\. Send {"subject"/,
  );
});

test('tags, and what makes it sensitive, are asked with', () => {
  const labels = { tags: { team: 'payments' } };
  const sensitiveLabels = [{ label: 'data-class', value: 'restricted' }];
  const asked = parseActionRequest({ ...REQUEST, labels, sensitiveLabels }, 'i');
  expect(asked).toMatchObject({ labels, question: { sensitiveLabels } });
});

test.each<[string, object, string]>([
  ['an endless payload', { payload: 'x'.repeat(70_000) }, '"payload": takes more than'],
  ['an id of other characters', { requestId: 'a b' }, '"requestId": Invalid string: must match'],
  ['no subject', { subject: '' }, '"subject": Too small'],
  ['an endless subject', { subject: 'x'.repeat(257) }, '"subject": Too big'],
])('who asks with %s is told before anything is stored', (_, change, reason) => {
  const asked = parseActionRequest({ ...REQUEST, ...change }, 'i');
  expect(() => askMessageFor('Stack/Action', asked)).toThrow(`No one is asked: ${reason}`);
});

test('the payload is kept as it was given, with keys that JavaScript has a use for', () => {
  const payload = '{"__proto__":{"a":1},"constructor":2}';
  const given = JSON.parse(`{"payload":${payload}}`);
  expect(parseActionRequest({ ...REQUEST, ...given }, 'i').payload).toBe(payload);
});

test('under one id, one thing is asked, in whatever words', () => {
  const asked = parseActionRequest({ ...REQUEST, payload: 1 }, 'i');
  const reworded = parseActionRequest({ ...REQUEST, title: 'Drop it', payload: 1 }, 'i');
  expect(whyNotTheSame(reworded, asked)).toBeUndefined();
  const other = parseActionRequest({ ...REQUEST, payload: 2 }, 'i');
  expect(whyNotTheSame(other, asked)).toContain('give each request an id of its own');
});

test('under one id, no other route is chosen than was asked for', () => {
  const labels = { account: '123456789012', tags: { team: 'payments', stage: 'live' } };
  const asked = parseActionRequest({ ...REQUEST, labels }, 'i');
  const inOtherOrder = { tags: { stage: 'live', team: 'payments' }, account: '123456789012' };
  const again = parseActionRequest({ ...REQUEST, labels: inOtherOrder }, 'i');
  expect(whyNotTheSame(again, asked)).toBeUndefined();
  for (const others of [undefined, { ...labels, tags: { team: 'search', stage: 'live' } }]) {
    const other = parseActionRequest({ ...REQUEST, labels: others }, 'i');
    expect(whyNotTheSame(other, asked)).toContain('"labels"');
    expect(whyNotTheSame(asked, other)).toContain('"labels"');
  }
});
