import { renderReport } from '../../verify/report';

const HEAD = { region: 'eu-west-1', date: '2027-01-31T10:00:00.000Z', commit: 'abc1234' };
const ANSWERS = [
  {
    title: 'Revoke by rule id',
    result: {
      answer: 'It is recorded so:',
      evidence:
        '{ "arn": "arn:aws:iam::111122223333:user/ann", "accessKeyId": "AKIAIOSFODNN7EXAMPLE" }',
    },
  },
  { title: 'Warm-up of alarms', result: { failed: 'AccessDenied' } },
  { title: 'Three seconds for a click', result: { notAsked: 'it takes a Slack workspace' } },
];

test('a report says what was seen, what could not be asked, and what was not', () => {
  expect(renderReport(HEAD, ANSWERS, false)).toBe(
    `## Seen in eu-west-1 on 2027-01-31, with abc1234

1 questions were answered, 1 could not be, and 1 were not asked.

### Revoke by rule id

It is recorded so:

\`\`\`json
{ "arn": "arn:aws:iam::<account>:user/ann", "accessKeyId": "<id>" }
\`\`\`

### Warm-up of alarms

Could not be asked: AccessDenied

### Not asked

- Three seconds for a click: it takes a Slack workspace
`,
  );
});

test('account ids are in it only for those who want them, and ids of keys for no one', () => {
  const report = renderReport(HEAD, ANSWERS, true);

  expect(report).toContain('arn:aws:iam::111122223333:user/ann');
  expect(report).not.toContain('AKIAIOSFODNN7EXAMPLE');
});

test('an error does not say who called', () => {
  const failed =
    'AccessDenied: User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123/ann@example.com is not authorized to perform: iam:CreateUser. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm';
  const report = renderReport(HEAD, [{ title: 'How SQS moves', result: { failed } }], true);

  expect(report).toContain('User: <identity> is not authorized to perform: iam:CreateUser.');
  expect(report).not.toMatch(/ann@example|AWSReservedSSO|4GIOHl/);
});
