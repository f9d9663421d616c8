import {
  joined,
  NOTHING,
  together,
} from '../../../../src/security-group/domain/responding/responses';
import { UnfinishedError } from '../../../../src/security-group/domain/responding/unfinished-error';
import { changeReport } from '../../samples/change-reports';

const first = changeReport({ group: { id: 'sg-1' } });
const second = changeReport({ group: { id: 'sg-2' } });
const lost = new Error('lost');
const unfinished = new UnfinishedError('sg-2', 'not all could be reverted.', second);
const untold = new UnfinishedError('sg-3', 'another try is under way.');

test('what came of each group is told, and one that fails keeps no other from it', async () => {
  const results = [
    async () => Promise.reject(lost),
    async () => first,
    async () => undefined,
    async () => Promise.reject(unfinished),
    async () => Promise.reject(untold),
  ];
  expect(await together(results, async (result) => result())).toEqual({
    reports: [first, second],
    failures: [lost, unfinished, untold],
  });
});

test('several are taken as one', () => {
  const one = { reports: [first], failures: [lost] };
  const other = { reports: [second], failures: [untold] };
  expect(joined([one, NOTHING, other])).toEqual({
    reports: [first, second],
    failures: [lost, untold],
  });
});
