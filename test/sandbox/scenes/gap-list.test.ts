import { EMULATOR_GAPS } from '../../../sandbox/deployer/emulator-gaps';
import { gapLines } from '../../../sandbox/scenes/gap-list';
import { gapsLine } from '../../../sandbox/scenes/printing';

const COLUMNS = 100;

test('all gaps are listed below their service, with what the sandbox does instead', () => {
  const lines = gapLines(COLUMNS);
  const text = lines.join(' ').replace(/\s+/g, ' ');
  expect(EMULATOR_GAPS.filter(({ inSandbox }) => !text.includes(inSandbox))).toEqual([]);
  expect(lines.slice(lines.indexOf('CloudTrail'), lines.indexOf('CloudWatch'))).toEqual([
    'CloudTrail',
    expect.stringMatching(/^ {2}Trail {2,}the CloudTrail tap makes/),
    expect.stringMatching(/^ {3,}\S/),
    '',
  ]);
});

test.each([80, COLUMNS, 200])(
  'the list keeps to %i columns, in two that are aligned',
  (columns) => {
    const lines = gapLines(columns).filter((line) => line.startsWith('  '));
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    const starts = lines.map((line) => /^ {2}(?:\S.*? {2,}| +)(?=\S)/.exec(line)?.[0].length);
    expect(new Set(starts).size).toBe(1);
  },
);

test('a scene says in one line how many there are, the same ones counted once', () => {
  const gap = { type: 'AWS::IAM::Role', inSandbox: 'kept' };
  const line = gapsLine([
    { ...gap, logicalId: 'One', aspect: 'rights' },
    { ...gap, logicalId: 'Two', aspect: 'rights' },
    { ...gap, logicalId: 'Two' },
  ]);
  expect(line).toContain('lacks 2 things');
  expect(line).toContain('npm run sandbox -- --gaps');
  expect(line).not.toContain('\n');
});
