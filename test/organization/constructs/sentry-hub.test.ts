import { App, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ChangeSource } from '../../../src/organization/constructs/change-source';
import { ManagementEventsTrail } from '../../../src/organization/constructs/management-events-trail';
import { MemberAccounts } from '../../../src/organization/constructs/member-accounts';
import { MemberRegions } from '../../../src/organization/constructs/member-regions';
import { SentryHub } from '../../../src/organization/constructs/sentry-hub';
import type { SentryHubProps } from '../../../src/organization/constructs/sentry-hub-props';

const ORGANIZATION = 'o-abc1234567';

describe("the hub's bus", () => {
  test('takes events of AWS from its organization, handed on by rules', () => {
    const template = hubTemplate({
      accounts: MemberAccounts.organization(),
      organizationId: ORGANIZATION,
    });
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'cdk-sentries' });
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: {
        Effect: 'Allow',
        Principal: '*',
        Action: 'events:PutEvents',
        Condition: {
          StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION },
          'ForAllValues:StringEquals': {
            'events:source': Match.arrayWith(['aws.ec2']),
            'events:detail-type': ['AWS API Call via CloudTrail'],
          },
          Null: { 'events:source': 'false', 'events:detail-type': 'false' },
          BoolIfExists: { 'events:eventBusInvocation': 'true' },
        },
      },
    });
  });

  test('takes them from accounts that are named, without an organization', () => {
    const template = hubTemplate({ accounts: MemberAccounts.accounts(['111122223333']) });
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: {
        Principal: { AWS: ['111122223333'] },
        Condition: { StringEquals: Match.absent() },
      },
    });
  });

  test('bears the name of the hub', () => {
    const template = hubTemplate({
      accounts: MemberAccounts.accounts(['111122223333']),
      name: 'night-watch',
    });
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'night-watch' });
  });
});

test('someone who tampers with a member is told of straight by the bus', () => {
  const template = hubTemplate({ accounts: MemberAccounts.accounts(['111122223333']) });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { source: ['aws.events', 'aws.iam', 'aws.sqs', 'aws.cloudtrail'] },
    Targets: [
      {
        DeadLetterConfig: Match.anyValue(),
        InputTransformer: {
          InputTemplate: Match.stringLikeRegexp('account <account>, Region <region>'),
        },
      },
    ],
  });
});

describe('what cannot work is refused', () => {
  test.each<[string, () => Partial<SentryHubProps>, string]>([
    [
      'an organization without its id',
      () => ({ accounts: MemberAccounts.organization() }),
      'the accounts are those of an organization, and "organizationId" is missing: give it, such as "o-abc1234567", which "aws organizations describe-organization" shows.',
    ],
    [
      'an id that no organization has',
      () => ({ organizationId: 'o-ABC' }),
      '"o-ABC" is no id of an organization',
    ],
    ['a name with capitals', () => ({ name: 'Hub' }), '"Hub" cannot be the name of a hub'],
    ['a name that is too long', () => ({ name: 'x'.repeat(33) }), 'cannot be the name of a hub'],
    [
      'more accounts than a policy can list',
      () => ({ accounts: MemberAccounts.accounts(manyAccounts(201)) }),
      '201 accounts are more than the policy of a bus can list, which are 200: give "organizationId".',
    ],
    [
      'a warning of an account that is none',
      () => ({ accountWarnings: { payments: 'careful' } }),
      '"accountWarnings" has "payments", which is no account id',
    ],
    [
      'a warning of an account that it does not watch',
      () => ({ accountWarnings: { '111122223333': 'careful', '222233334444': 'careful' } }),
      '"accountWarnings" names the account 222233334444, which the hub does not watch: leave it out, or add it to "accounts".',
    ],
    [
      'a warning that says nothing',
      () => ({ accountWarnings: { '111122223333': ' ' } }),
      'the warning of account 111122223333 in "accountWarnings" is empty, so it would be shown nowhere',
    ],
    [
      'a warning that is too long',
      () => ({ accountWarnings: { '111122223333': 'x'.repeat(201) } }),
      'has 201 characters: it is shown in every message, so write at most 200.',
    ],
    [
      'an operator that is an account',
      () => ({ operators: [new iam.AccountPrincipal('111122223333')] }),
      'operators',
    ],
  ])('%s', (_, props, message) => {
    expect(() =>
      hubTemplate({ accounts: MemberAccounts.accounts(['111122223333']), ...props() }),
    ).toThrow(message);
  });

  test.each<[string, () => unknown, string]>([
    ['no unit', () => MemberAccounts.organization({ units: [] }), '"units" is empty'],
    [
      'a unit by its name',
      () => MemberAccounts.organization({ units: ['Workloads'] }),
      '"Workloads" is no id of an organizational unit',
    ],
    [
      'an account to leave out by its name',
      () => MemberAccounts.organization({ excluding: ['payments'] }),
      'MemberAccounts.organization({ excluding }): "payments" is no account id',
    ],
    ['no account', () => MemberAccounts.accounts([]), 'got an empty list'],
    ['an account by its name', () => MemberAccounts.accounts(['shop']), '"shop" is no account id'],
    ['no Region', () => MemberRegions.of([]), 'got an empty list'],
    [
      'a Region by its name',
      () => MemberRegions.of(['Ireland']),
      'MemberRegions.of(): "Ireland" is no name of a Region',
    ],
    [
      'Regions that only the deployment knows',
      () => MemberRegions.of(Token.asList('later')),
      'MemberRegions.of() got a list that only the deployment knows',
    ],
    [
      'units that only the deployment knows',
      () => MemberAccounts.organization({ units: Token.asList('later') }),
      '"units" is a list that only the deployment knows',
    ],
    [
      'accounts that only the deployment knows',
      () => MemberAccounts.accounts(Token.asList('later')),
      'MemberAccounts.accounts() got a list that only the deployment knows',
    ],
    [
      'a hub elsewhere without an account',
      () => SentryHub.fromSentryHubAttributes({ hubAccountId: 'security', hubRegion: 'eu-west-1' }),
      'the hub\'s account is "security", which is no account id',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('a hub with an organization trail', () => {
  test('is told of new log files in a queue of its own, and reads them and nothing else', () => {
    const template = sourcesTemplate((stack) => {
      const trail = new ManagementEventsTrail(stack, 'Trail', { organizationId: ORGANIZATION });
      const { bucket, logFilePrefix, encryptionKey } = trail;
      return [ChangeSource.organizationTrail(bucket, { logFilePrefix, encryptionKey })];
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.absent(),
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { object: { key: [{ prefix: `AWSLogs/${ORGANIZATION}/` }] } },
      },
    });
    expect(statementsOf(template, 'ReadTrail')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          Action: 's3:GetObject',
          Resource: {
            'Fn::Join': ['', expect.arrayContaining([`/AWSLogs/${ORGANIZATION}/*`])],
          },
        }),
        expect.objectContaining({
          Action: 'kms:Decrypt',
          Condition: { StringLike: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com*' } },
        }),
      ]),
    );
    expect(expectedSources(template)).toContain('"sources":["organization-trail"]');
  });

  test('prints what the account of the bucket has to add, where it is another', () => {
    const { hub, template } = hubWithReaders();
    const part: unknown = JSON.parse(hub.renderLogArchivePart());
    const isReader = {
      ArnEquals: {
        'aws:PrincipalArn': 'arn:aws:iam::999988887777:role/cdk-sentries-hub-read-trail',
      },
    };
    expect(part).toMatchObject({
      bucketPolicy: {
        Principal: { AWS: 'arn:aws:iam::999988887777:root' },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::archive/AWSLogs/*',
        Condition: isReader,
      },
      keyPolicy: { Action: 'kms:Decrypt', Condition: isReader },
      template: {
        Resources: {
          LogFileRule: {
            Properties: {
              EventPattern: { detail: { bucket: { name: ['archive'] } } },
              Targets: [{ Arn: 'arn:aws:events:eu-west-1:999988887777:event-bus/cdk-sentries' }],
            },
          },
        },
      },
    });
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      StatementId: 'LogArchiveForwards',
      Statement: {
        Principal: { AWS: '777766665555' },
        Condition: {
          'ForAllValues:StringEquals': {
            'events:source': ['aws.s3'],
            'events:detail-type': ['Object Created'],
          },
          Null: { 'events:source': 'false', 'events:detail-type': 'false' },
        },
      },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.anyValue(),
      EventPattern: { source: ['aws.s3'], account: ['777766665555'] },
    });
    template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'cdk-sentries-hub-read-trail' });
  });

  test('is an error where its bucket tells no one of new objects', () => {
    const made = (props: s3.BucketProps) => () =>
      sourcesTemplate((stack) => [ChangeSource.organizationTrail(logBucketIn(stack, props))]);
    expect(made({})).toThrow(
      'does not tell EventBridge of new objects, so no log file would be read',
    );
    expect(made({ eventBridgeEnabled: true })).not.toThrow();
  });
});

test('a hub with CloudTrail Lake asks one store, every ten minutes', () => {
  const { template } = hubWithReaders();
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(10 minutes)' });
  expect(statementsOf(template, 'ReadLake')).toContainEqual({
    Effect: 'Allow',
    Action: [
      'cloudtrail:StartQuery',
      'cloudtrail:DescribeQuery',
      'cloudtrail:GetQueryResults',
      'cloudtrail:CancelQuery',
    ],
    Resource: STORE,
  });
});

test('a hub with readers has no finding of cdk-nag', () => {
  const app = hubWithReaders().hub.node.root as App;
  expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
});

test.each<[string, (stack: Stack) => ChangeSource[], string]>([
  ['no source', () => [], '"sources" is empty, so the hub would learn of nothing'],
  [
    'a source twice',
    () => [ChangeSource.forwardedEvents(), ChangeSource.forwardedEvents()],
    '"sources" has forwarded events twice: name each source once.',
  ],
  [
    'a beginning of keys that none has',
    (stack) => [ChangeSource.organizationTrail(archiveBucket(stack), { logFilePrefix: 'logs/' })],
    '"logs/" is no beginning of the keys of log files',
  ],
  [
    'a store by its id',
    () => [ChangeSource.cloudTrailLake('EXAMPLE-f852')],
    '"EXAMPLE-f852" is no ARN of an event data store',
  ],
])('%s is refused', (_, sources, message) => {
  const stack = hubStack();
  expect(() => hubWith(stack, sources(stack))).toThrow(message);
});

test('nothing is printed for another account where none has to add anything', () => {
  const stack = hubStack();
  expect(() => hubWith(stack, [ChangeSource.forwardedEvents()]).renderLogArchivePart()).toThrow(
    'none of its sources is an organization trail',
  );
});

const STORE = 'arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/EXAMPLE-f852';

function hubStack(): Stack {
  return new Stack(new App(), 'Security', {
    env: { account: '999988887777', region: 'eu-west-1' },
  });
}

function hubWith(stack: Stack, sources: ChangeSource[]): SentryHub {
  return new SentryHub(stack, 'Hub', {
    accounts: MemberAccounts.organization(),
    organizationId: ORGANIZATION,
    sources,
  });
}

let withReaders: { readonly hub: SentryHub; readonly template: Template } | undefined;

/** With a trail whose bucket is elsewhere, and with CloudTrail Lake. */
function hubWithReaders() {
  if (withReaders) return withReaders;
  const stack = hubStack();
  const hub = hubWith(stack, [
    ChangeSource.organizationTrail(archiveBucket(stack)),
    ChangeSource.cloudTrailLake(STORE),
  ]);
  withReaders = { hub, template: Template.fromStack(stack) };
  return withReaders;
}

function sourcesTemplate(sources: (stack: Stack) => ChangeSource[]): Template {
  const stack = hubStack();
  const hub = hubWith(stack, sources(stack));
  hub._join({ construct: hub, watches: 'security groups', rights: 'REVOKE' });
  return Template.fromStack(stack);
}

function archiveBucket(stack: Stack): s3.IBucket {
  return s3.Bucket.fromBucketAttributes(stack, 'Archive', {
    bucketName: 'archive',
    account: '777766665555',
    region: 'eu-central-1',
  });
}

function logBucketIn(stack: Stack, props: s3.BucketProps): s3.Bucket {
  return new s3.Bucket(stack, 'Logs', { encryption: s3.BucketEncryption.KMS, ...props });
}

function expectedSources(template: Template): string {
  return JSON.stringify(template.findResources('AWS::SSM::Parameter')).replaceAll('\\', '');
}

/** Of the role of a function of the hub. */
function statementsOf(template: Template, name: string): unknown[] {
  const policies = template.findResources('AWS::IAM::Policy');
  return Object.entries(policies)
    .filter(([id]) => id.startsWith(`Hub${name}Role`))
    .flatMap(([, { Properties: properties }]) => properties.PolicyDocument.Statement);
}

function hubTemplate(props: SentryHubProps): Template {
  const stack = new Stack(new App(), 'Security', {
    env: { account: '999988887777', region: 'eu-west-1' },
  });
  new SentryHub(stack, 'Hub', props);
  return Template.fromStack(stack);
}

function manyAccounts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(100_000_000_000 + index));
}
