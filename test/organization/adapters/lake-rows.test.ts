import { recordOfRow } from '../../../src/organization/adapters/lake-rows';

const COLUMNS = {
  eventID: '0a1b2c3d-0000-4000-8000-000000000000',
  eventTime: '2026-11-29 12:00:00.000',
  eventSource: 'ec2.amazonaws.com',
  eventName: 'AuthorizeSecurityGroupIngress',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  errorCode: 'null',
  userIdentity:
    '{type=AssumedRole, principalid=AROA1:dev, arn=arn:aws:sts::111122223333:assumed-role/dev/dev, accountid=111122223333, username=null, sessioncontext={attributes={creationdate=2026-11-29 11:00:00.000, mfaauthenticated=false}, sessionissuer={type=Role, arn=arn:aws:iam::111122223333:role/dev, username=dev}, webidfederationdata=null}}',
  requestParameters: '{groupId=sg-1, ipPermissions={"items":[{"fromPort":22}]}}',
  requestCount: '2',
  responseElements: '{_return=true}',
  responseCount: '1',
};

test('a row becomes the record that CloudTrail wrote, of the place in its columns', () => {
  expect(recordOfRow(rowWith({}))).toEqual({
    place: { accountId: '111122223333', region: 'eu-west-1' },
    record: {
      eventID: COLUMNS.eventID,
      eventTime: '2026-11-29T12:00:00Z',
      eventSource: 'ec2.amazonaws.com',
      eventName: 'AuthorizeSecurityGroupIngress',
      awsRegion: 'eu-west-1',
      recipientAccountId: '111122223333',
      userIdentity: {
        type: 'AssumedRole',
        principalId: 'AROA1:dev',
        arn: 'arn:aws:sts::111122223333:assumed-role/dev/dev',
        accountId: '111122223333',
        sessionContext: {
          attributes: { creationDate: '2026-11-29 11:00:00.000', mfaAuthenticated: 'false' },
          sessionIssuer: {
            type: 'Role',
            arn: 'arn:aws:iam::111122223333:role/dev',
            userName: 'dev',
          },
        },
      },
      requestParameters: { groupId: 'sg-1', ipPermissions: { items: [{ fromPort: 22 }] } },
      responseElements: { _return: 'true' },
    },
  });
});

test.each<[string, Partial<typeof COLUMNS>]>([
  ['a text of the caller adds a value', { requestParameters: '{a=x, groupId=sg-2, b=y}' }],
  ['it is not known how many values there are', { requestCount: '' }],
  ['the text is cut', { responseElements: '{_return=tr' }],
])('where %s, the parameters are left out, so that the groups are looked at', (_, columns) => {
  const { record } = recordOfRow(rowWith(columns));
  expect(record).toMatchObject({
    eventName: COLUMNS.eventName,
    requestParameters: { omitted: true },
    userIdentity: { type: 'AssumedRole' },
  });
});

test('an identity that cannot be read is no one', () => {
  const { record } = recordOfRow(rowWith({ userIdentity: '{arn=a, arn=b}' }));
  expect(record).toMatchObject({ userIdentity: { type: 'Unknown' } });
});

test.each([{ recipientAccountId: '' }, { awsRegion: 'nowhere' }, { eventID: 'null' }])(
  'a row without %j is refused',
  (columns) => {
    expect(() => recordOfRow(rowWith(columns))).toThrow();
  },
);

function rowWith(columns: Partial<typeof COLUMNS>) {
  return Object.entries({ ...COLUMNS, ...columns }).map(([name, value]) => ({ [name]: value }));
}
