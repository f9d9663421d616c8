import {
  changePattern,
  changeRecordPattern,
} from '../../../../src/organization/contracts/forwarded-events';
import { isMatch } from '../../../../src/organization/domain/reading/event-pattern';

const READ_ROLE = 'arn:aws:iam::111122223333:role/cdk-sentries-read';

const CALL = { eventSource: 'ec2.amazonaws.com', eventName: 'AuthorizeSecurityGroupIngress' };

describe('of the records of a source, the readers take those that members would forward', () => {
  test.each<[string, object, boolean]>([
    ['a call that succeeded', CALL, true],
    ['a dry run', { ...CALL, errorCode: 'Client.DryRunOperation' }, true],
    ['a call that failed', { ...CALL, errorCode: 'Client.InvalidGroup.NotFound' }, false],
    ['a call of someone who was refused', refused('arn:aws:iam::111122223333:role/dev'), false],
    ['a heartbeat that was refused', refused(READ_ROLE), true],
    ['another call of EC2', { ...CALL, eventName: 'RunInstances' }, false],
    [
      'a call of that name of another service',
      { ...CALL, eventSource: 'rds.amazonaws.com' },
      false,
    ],
    ['a record of nothing', {}, false],
  ])('%s', (_, record, isTaken) => {
    expect(isMatch(changeRecordPattern(READ_ROLE), record)).toBe(isTaken);
    const event = {
      source: 'aws.ec2',
      'detail-type': 'AWS API Call via CloudTrail',
      detail: record,
    };
    expect(isMatch(changePattern(READ_ROLE), event)).toBe(isTaken);
  });
});

test('a field with several values is found by one of them', () => {
  expect(isMatch({ tags: ['a'] }, { tags: ['b', 'a'] })).toBe(true);
  expect(isMatch({ tags: ['a'] }, { tags: ['b'] })).toBe(false);
});

test('where there is nothing, no field is found in it', () => {
  expect(isMatch({ detail: { name: ['a'] } }, { detail: null })).toBe(false);
  expect(isMatch({ detail: { name: [{ exists: false }] } }, { detail: null })).toBe(true);
});

test.each([
  [{ name: [{ prefix: 'a' }] }],
  [{ name: [{ exists: true, prefix: 'a' }] }],
  [{ $or: {} }],
  [{ name: 'a' }],
])('a pattern that cannot be compared is an error, and no silence: %j', (pattern) => {
  expect(() => isMatch(pattern, { name: 'b' })).toThrow('The pattern holds');
});

function refused(arn: string): object {
  return {
    ...CALL,
    errorCode: 'Client.UnauthorizedOperation',
    userIdentity: { sessionContext: { sessionIssuer: { arn } } },
  };
}
