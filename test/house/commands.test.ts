import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOperatorRequest } from '../../src/security-group/adapters/operator-request';

const PROJECT = join(__dirname, '..', '..');
const PAGES = [
  'README.md',
  ...readdirSync(join(PROJECT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

const RUNBOOK = readFileSync(join(PROJECT, 'docs', 'runbook.md'), 'utf8');

/** Each command that a page tells people to type, with continued lines put together. */
const COMMANDS = PAGES.flatMap((page) =>
  [...readFileSync(join(PROJECT, page), 'utf8').matchAll(/^ *```shell\n([^]*?)^ *```$/gm)]
    .flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((command) => ({ page, command: command.trim() })),
);

test('each output that a command asks for stands in the runbook', () => {
  const names = COMMANDS.flatMap(({ command }) =>
    [...command.matchAll(/contains\(OutputKey, '(\w+)'\)/g)].map(([, name = '']) => name),
  );
  // The runbook's table is held against the constructs.
  const listed = [...RUNBOOK.matchAll(/^\| `(\w+FunctionName)` \|/gm)].map(([, name]) => name);
  expect(listed).toHaveLength(6);
  expect([...new Set(names)].sort()).toEqual([...listed, 'SlackAppManifest'].sort());
});

test('what is pasted into a shell or into IAM fits every partition', () => {
  const policies = PAGES.flatMap((page) =>
    [...readFileSync(join(PROJECT, page), 'utf8').matchAll(/^ *```json\n([^]*?)^ *```$/gm)].map(
      ([, policy = '']) => ({ page, command: policy }),
    ),
  );

  expect(policies.length).toBeGreaterThan(3);
  expect([...COMMANDS, ...policies].filter(({ command }) => command.includes('arn:aws:'))).toEqual(
    [],
  );
});

test('each function that is invoked has its name from an output', () => {
  for (const page of PAGES) {
    const typed = COMMANDS.filter((one) => one.page === page).map(({ command }) => command);
    const invoking = typed.findIndex((command) => command.includes('--function-name "$fn"'));
    if (invoking < 0) continue;
    expect(typed.slice(0, invoking)).toContainEqual(expect.stringMatching(/^fn=.+OutputKey/));
  }
  expect(COMMANDS.filter(({ command }) => command.includes('--function-name <fn>'))).toEqual([]);
});

test('each order to an operator function is one that it takes', () => {
  const orders = COMMANDS.flatMap(({ command }) => {
    const [, payload] = /--payload '(\{"action".+\})'/.exec(command) ?? [];
    return payload ? [payload] : [];
  });
  expect(new Set(orders.map((order) => JSON.parse(order).action))).toEqual(
    new Set([
      ...['accept', 'withdraw', 'release', 'releasePolicy', 'pause', 'resume'],
      ...['disablePolicy', 'enablePolicy', 'listPolicies', 'list', 'check'],
    ]),
  );
  for (const order of orders) {
    const whole = order
      .replace('sg-…', 'sg-0123456789abcdef0')
      .replace('sgr-…', 'sgr-0123456789abcdef0');
    expect(() => parseOperatorRequest(JSON.parse(whole))).not.toThrow();
  }
});
