import { queueUrlOf } from '../../../../src/shared/adapters/queue/queue-url';

const URLS = [
  'https://sqs.eu-west-1.amazonaws.com/111111111111/One-Decisions',
  'http://localhost:5000/111111111111/Decisions',
];

test.each([
  ['One-Decisions', URLS[0]],
  ['Decisions', URLS[1]],
])('the queue %s is known by its name, whole', (name, url) => {
  expect(queueUrlOf(`arn:aws:sqs:eu-west-1:111111111111:${name}`, URLS)).toBe(url);
});

test('a queue that is none of the known ones is told', () => {
  expect(() => queueUrlOf('arn:aws:sqs:eu-west-1:111111111111:Other', URLS)).toThrow(
    /came from the queue .+:Other, which is none of/,
  );
});
