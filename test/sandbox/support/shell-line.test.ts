import { execFileSync } from 'node:child_process';
import { shellLine } from '../../../sandbox/support/shell-line';

const HARMLESS = ['aws', '--port', '22', '--cidr', '10.0.0.0/8', 'Name=group-id,Values=sg-1'];
const SPLIT = [
  'SecurityGroupRule={IpProtocol=tcp,FromPort=0}',
  JSON.stringify([{ Detail: JSON.stringify({ why: "it's $HOME, `id`" }) }]),
  '',
  '~',
  'a*',
  'two\nlines',
];

test('a shell gets just the words of which a line is made', () => {
  const words = [...HARMLESS, ...SPLIT];
  const printed = execFileSync('bash', ['-c', String.raw`printf '%s\0' ${shellLine(words)}`]);
  expect(printed.toString().split('\0').slice(0, -1)).toEqual(words);
});

test('what needs no quotes has none', () => {
  expect(shellLine(HARMLESS)).toBe(HARMLESS.join(' '));
});
