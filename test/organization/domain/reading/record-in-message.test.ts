import {
  recordInMessage,
  withoutContent,
} from '../../../../src/organization/domain/reading/record-in-message';
import { bytesAsJson, MOST_BYTES } from '../../../../src/shared/domain/byte-budget';

const RECORD = {
  eventID: '0a1b2c3d-0000-4000-8000-000000000000',
  eventName: 'AuthorizeSecurityGroupIngress',
  eventTime: '2026-11-29T12:00:00Z',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', userName: 'eve' },
  requestParameters: { groupId: 'sg-1' },
  responseElements: { _return: true },
};

test('a record is sent as it is', () => {
  expect(recordInMessage(RECORD)).toBe(RECORD);
});

test('of one that is too long, what names the call is sent, without its parameters', () => {
  const long = { ...RECORD, requestParameters: { groupId: 'x'.repeat(250_000) } };
  expect(recordInMessage(long)).toEqual({
    ...RECORD,
    requestParameters: {
      omitted: true,
      reason: expect.stringMatching(/^The record takes \d{6} bytes, which is more than a message/),
    },
    responseElements: null,
  });
});

test('it fits a message, however long its other fields are', () => {
  const long = 'ü'.repeat(200_000);
  const sent = recordInMessage({ ...RECORD, userAgent: long, userIdentity: { type: long } });
  expect(bytesAsJson(sent)).toBeLessThan(MOST_BYTES.message / 10);
  expect(sent).toMatchObject({ eventID: RECORD.eventID, userIdentity: { type: 'Unknown' } });
});

test('a record may take as much as a message holds beside what is around it', () => {
  const around = bytesAsJson({ ...RECORD, userAgent: '' });
  const longest = 'x'.repeat(MOST_BYTES.message - 1_024 - around);
  const record = { ...RECORD, userAgent: longest };
  expect(recordInMessage(record)).toBe(record);
  expect(recordInMessage({ ...RECORD, userAgent: `${longest}x` })).not.toHaveProperty(
    'userAgent',
    `${longest}x`,
  );
});

test('of a record without its parameters, the identity is told up to 16 KB, or is unknown', () => {
  const identity = (bytes: number) => ({ a: 'x'.repeat(bytes - bytesAsJson({ a: '' })) });
  const identityOf = (userIdentity: unknown) =>
    withoutContent({ ...RECORD, userIdentity }, 'too long').userIdentity;
  expect(identityOf(identity(16_384))).toEqual(identity(16_384));
  expect(identityOf(identity(16_385))).toEqual({ type: 'Unknown' });
  expect(identityOf(undefined)).toEqual({ type: 'Unknown' });
});
