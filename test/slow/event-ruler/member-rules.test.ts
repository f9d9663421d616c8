import { ruleTemplate } from '../../../src/organization/contracts/member-templates/rule-template';
import { describeByEngine, matchesOfEventRuler } from '../../support/event-ruler/event-ruler';

const READ_ROLE = 'arn:aws:iam::111122223333:role/cdk-sentries-read';

/** Of the rules of a member, as they are deployed there. */
const PATTERNS = ['ChangeRule', 'TamperRule'].map((id) => [id, patternOf(id)] as const);

const openedPort = { eventSource: 'ec2.amazonaws.com', eventName: 'AuthorizeSecurityGroupIngress' };
const by = (arn: string) => ({ userIdentity: { sessionContext: { sessionIssuer: { arn } } } });
const refused = { ...openedPort, errorCode: 'Client.UnauthorizedOperation' };
const call = (service: string, eventName: string, requestParameters: object = {}) => ({
  eventSource: `${service}.amazonaws.com`,
  eventName,
  requestParameters,
});

const CASES: [string, string[], string, object, object?][] = [
  ['a port that is opened', ['ChangeRule'], 'aws.ec2', openedPort],
  ['a dry run', ['ChangeRule'], 'aws.ec2', { ...openedPort, errorCode: 'Client.DryRunOperation' }],
  ['a call that the hub is refused', ['ChangeRule'], 'aws.ec2', { ...refused, ...by(READ_ROLE) }],
  ['a call that others are refused', [], 'aws.ec2', { ...refused, ...by(`${READ_ROLE}er`) }],
  ['a call on no group', [], 'aws.ec2', { ...openedPort, eventName: 'RunInstances' }],
  ['an event of an archive', [], 'aws.ec2', openedPort, { 'replay-name': 'again' }],
  [
    'the deletion of a rule of the hub',
    ['TamperRule'],
    'aws.events',
    call('events', 'DeleteRule', { name: 'cdk-sentries-changes' }),
  ],
  ['the deletion of another', [], 'aws.events', call('events', 'DeleteRule', { name: 'other' })],
  [
    'another policy of a role of the hub',
    ['TamperRule'],
    'aws.iam',
    call('iam', 'PutRolePolicy', { roleName: 'cdk-sentries-read' }),
  ],
  ['of another role', [], 'aws.iam', call('iam', 'PutRolePolicy', { roleName: 'other' })],
  ['a trail that is stopped', ['TamperRule'], 'aws.cloudtrail', call('cloudtrail', 'StopLogging')],
];

describeByEngine(`what a member forwards, by EventBridge's own matching engine`, () => {
  let matches: boolean[];

  beforeAll(() => {
    matches = matchesOfEventRuler(
      CASES.flatMap(([, , source, detail, envelope]) =>
        PATTERNS.map(([, pattern]) => ({ pattern, event: eventOf(source, detail, envelope) })),
      ),
    );
  });

  test.each(CASES.map(([name, forwardedBy], index) => [name, forwardedBy, index] as const))(
    '%s is forwarded by %j',
    (_, forwardedBy, index) => {
      const found = PATTERNS.map(([id]) => id).filter(
        (__, rule) => matches[index * PATTERNS.length + rule],
      );
      expect(found).toEqual(forwardedBy);
    },
  );
});

function eventOf(source: string, detail: object, envelope: object = {}): string {
  const account = '111122223333';
  const common = { 'detail-type': 'AWS API Call via CloudTrail', account, region: 'eu-west-1' };
  return JSON.stringify({ ...common, source, detail, ...envelope });
}

function patternOf(id: string): string {
  return JSON.stringify(ruleTemplate().Resources[id]!.Properties.EventPattern)
    .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, '$1')
    .replaceAll('${HubName}', 'cdk-sentries')
    .replaceAll('${AWS::Partition}', 'aws')
    .replaceAll('${AWS::AccountId}', '111122223333');
}
