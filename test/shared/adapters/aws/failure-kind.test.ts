import { isToBeLeftOut } from '../../../../src/shared/adapters/aws/failure-kind';
import { TRIES_BEFORE_LEFT_OUT } from '../../../../src/shared/contracts/queue-tries';

/** As the SDK throws it. */
function sdkError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}

test.each([
  ['DynamoDB: an item that is too large', sdkError('ValidationException', 400)],
  ['SQS: a message that is too long', sdkError('InvalidParameterValue', 400)],
  ['SQS: characters that it does not take', sdkError('InvalidMessageContents', 400)],
  ['SNS: a subject that it does not take', sdkError('InvalidParameterException', 400)],
  [
    'EventBridge: an entry that it refuses',
    Object.assign(new Error('Detail is malformed.'), { name: 'MalformedDetail' }),
  ],
])('%s fails for good at once', (_, error) => {
  expect(isToBeLeftOut(error, 1)).toBe(true);
});

test.each([
  ['a right that is missing', sdkError('AccessDeniedException', 403)],
  ['an error of the service', sdkError('InternalServerError', 500)],
  ['no answer', new Error('socket hang up')],
  ['what is no error', 'so it is'],
])('%s fails for good after some tries', (_, error) => {
  expect(isToBeLeftOut(error, TRIES_BEFORE_LEFT_OUT - 1)).toBe(false);
  expect(isToBeLeftOut(error, TRIES_BEFORE_LEFT_OUT)).toBe(true);
});

test.each([
  sdkError('ThrottlingException', 400),
  sdkError('RequestLimitExceeded', 503),
  sdkError('ProvisionedThroughputExceededException', 400),
  sdkError('TooManyRequestsException', 429),
  Object.assign(sdkError('Slow', 400), { $retryable: { throttling: true } }),
])('throttling never does: $name', (error) => {
  expect(isToBeLeftOut(error, 29)).toBe(false);
});
