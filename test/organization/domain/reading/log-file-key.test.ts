import {
  isLogFilePrefix,
  placeOfLogFile,
} from '../../../../src/organization/domain/reading/log-file-key';

const ORGANIZATION = 'o-abc1234567';
const FILE = '111122223333_CloudTrail_eu-west-1_20261129T1835Z_0a1b2c3d.json.gz';
const PATH = `111122223333/CloudTrail/eu-west-1/2026/11/29/${FILE}`;
const PLACE = { accountId: '111122223333', region: 'eu-west-1' };

test.each([
  [`AWSLogs/${ORGANIZATION}/`, `AWSLogs/${ORGANIZATION}/${PATH}`],
  ['AWSLogs/', `AWSLogs/${ORGANIZATION}/${PATH}`],
  ['AWSLogs/', `AWSLogs/${PATH}`],
  ['AWSLogs/111122223333/', `AWSLogs/${PATH}`],
  ['logs/trail/AWSLogs/', `logs/trail/AWSLogs/${PATH}`],
])('beneath %s, the key of a log file tells account and Region', (prefix, key) => {
  expect(placeOfLogFile(key, prefix)).toEqual(PLACE);
});

test.each([
  ['a digest file', `AWSLogs/${PATH.replaceAll('CloudTrail', 'CloudTrail-Digest')}`],
  [
    'a file of CloudTrail Insights',
    `AWSLogs/${PATH.replace('/CloudTrail/', '/CloudTrail-Insight/')}`,
  ],
  ['a file of AWS Config', `AWSLogs/${PATH.replaceAll('CloudTrail', 'Config')}`],
  ['the test file of a trail', 'AWSLogs/111122223333/CloudTrail/'],
  ['a file of another folder', `other/AWSLogs/${PATH}`],
  ['a file of another organization', `AWSLogs/o-zzz1234567/${PATH}`, `AWSLogs/${ORGANIZATION}/`],
  ['a name of another account', `AWSLogs/${PATH.replace('3333/', '4444/')}`],
  ['a Region that is none', `AWSLogs/${PATH.replaceAll('eu-west-1', 'europe')}`],
  [
    'a trail of another account whose prefix looks like a key',
    `AWSLogs/${ORGANIZATION}/444455556666/CloudTrail/eu-west-1/AWSLogs/${PATH}`,
  ],
])('%s is passed over', (_, key, prefix = 'AWSLogs/') => {
  expect(placeOfLogFile(key, prefix)).toBeUndefined();
});

test('a prefix ends with the root of log files, or with one folder in it', () => {
  expect(['AWSLogs/', 'a/b/AWSLogs/', `AWSLogs/${ORGANIZATION}/`].every(isLogFilePrefix)).toBe(
    true,
  );
  expect(['', 'AWSLogs', 'a/', '/AWSLogs/', 'AWSLogs/2026/'].some(isLogFilePrefix)).toBe(false);
});
