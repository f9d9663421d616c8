import { App, Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ManagementEventsTrail, type ManagementEventsTrailProps } from '../../../src';

const ACCOUNT = '111111111111';
const MANAGEMENT = '222222222222';
const PLACE = { env: { account: ACCOUNT, region: 'eu-west-1' } };
const TRAIL_ARN = `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/audit`;
/** With it, a partition that is known is written down, and ARNs are whole. */
const LITERALS = { '@aws-cdk/core:enablePartitionLiterals': true };

/** With no more than a name. */
let plain: Template;
beforeAll(() => (plain = trailIn().template));

describe('the trail', () => {
  test('records all management events of every Region, and signs and encrypts its files', () => {
    plain.hasResourceProperties('AWS::CloudTrail::Trail', {
      TrailName: 'audit',
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
      IsOrganizationTrail: Match.absent(),
      EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: 'All' }],
      S3BucketName: { Ref: Match.stringLikeRegexp('^TrailBucket') },
      KMSKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TrailKey'), 'Arn'] },
    });
  });

  test('waits for the policies that let it in', () => {
    const [resource] = Object.values(plain.findResources('AWS::CloudTrail::Trail')) as {
      DependsOn: string[];
    }[];
    expect(resource?.DependsOn).toEqual([expect.stringMatching(/^TrailBucketPolicy/)]);
  });

  test('has a name of its own where none is given, which CloudTrail takes', () => {
    const stack = new Stack(undefined, 'Some-Stack');
    new ManagementEventsTrail(stack, 'Trail');
    Template.fromStack(stack).hasResourceProperties('AWS::CloudTrail::Trail', {
      TrailName: Match.stringLikeRegexp('^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$'),
    });
  });

  test('of an organization is the management account’s, in whichever account it is deployed', () => {
    const { trail, template } = trailIn({
      organizationId: 'o-abc1234567',
      managementAccountId: MANAGEMENT,
      logPrefix: 'org/audit',
    });
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      IsOrganizationTrail: true,
      S3KeyPrefix: 'org/audit',
    });
    expect(trail.trailArn).toBe(`arn:aws:cloudtrail:eu-west-1:${MANAGEMENT}:trail/audit`);
    expect(trail.logFilePrefix).toBe('org/audit/AWSLogs/o-abc1234567/');
    expect(writableFiles(template)).toEqual([
      `org/audit/AWSLogs/${MANAGEMENT}/*`,
      'org/audit/AWSLogs/o-abc1234567/*',
    ]);
  });
});

describe('the bucket', () => {
  test('is closed, versioned and encrypted, and tells EventBridge of new files', () => {
    plain.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
        ],
      },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      LoggingConfiguration: {
        DestinationBucketName: { Ref: Match.stringLikeRegexp('^TrailAccessLogs') },
      },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({
            ExpirationInDays: 365,
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          }),
        ]),
      },
    });
  });

  test('brings no function with it', () => {
    plain.resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('takes files from this trail only, and lets no one but services of AWS delete them', () => {
    expect(bucketPolicy(plain)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Allow',
          Action: 's3:GetBucketAcl',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
        }),
        expect.objectContaining({
          Effect: 'Allow',
          Action: 's3:PutObject',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceArn': TRAIL_ARN,
              's3:x-amz-acl': 'bucket-owner-full-control',
            },
          },
        }),
        expect.objectContaining({
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: expect.arrayContaining([
            's3:PutObject',
            's3:DeleteObject',
            's3:DeleteObjectVersion',
          ]),
          Condition: { Bool: { 'aws:PrincipalIsAWSService': 'false' } },
        }),
        expect.objectContaining({
          Effect: 'Deny',
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    );
  });

  test('is kept with its policy, its access logs and its key when the stack goes', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy']) {
      expect(policiesOf(plain, type)).toEqual(['Retain', 'Retain']);
    }
    // That of the topic holds nothing that is worth keeping.
    expect(policiesOf(plain, 'AWS::KMS::Key')).toContain('Retain');
  });

  describe('that goes with the stack', () => {
    let destroyed: Template;
    beforeAll(() => {
      destroyed = trailIn({ removalPolicy: RemovalPolicy.DESTROY }).template;
    });

    test('is not kept, and neither are its policy and the log of who read it', () => {
      expect(policiesOf(destroyed, 'AWS::S3::Bucket')).toEqual(['Delete', 'Delete']);
      expect(policiesOf(destroyed, 'AWS::S3::BucketPolicy')).toEqual(['Delete', 'Delete']);
    });

    test('is emptied first, as is that log, once the trail has gone', () => {
      const emptying = destroyed.findResources('Custom::S3AutoDeleteObjects');
      expect(Object.keys(emptying)).toHaveLength(2);
      const [ofLogs] = Object.keys(emptying).filter((id) => id.startsWith('TrailBucket'));
      destroyed.hasResource('AWS::CloudTrail::Trail', { DependsOn: Match.arrayWith([ofLogs]) });
    });

    test('lets no one but the function that empties it delete log files, which may write none', () => {
      const [role] = Object.keys(destroyed.findResources('AWS::IAM::Role')).filter((id) =>
        id.startsWith('CustomS3AutoDeleteObjects'),
      );
      const bool = { Bool: { 'aws:PrincipalIsAWSService': 'false' } };
      expect(bucketPolicy(destroyed)).toContainEqual(
        expect.objectContaining({
          Action: ['s3:PutObject', 's3:ReplicateObject', 's3:ReplicateDelete'],
          Condition: bool,
        }),
      );
      expect(bucketPolicy(destroyed)).toContainEqual(
        expect.objectContaining({
          Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
          Condition: {
            ...bool,
            ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': [role, 'Arn'] } },
          },
        }),
      );
      expect(JSON.stringify(bucketPolicy(plain))).not.toContain('aws:PrincipalArn');
      plain.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
      plain.resourceCountIs('AWS::Lambda::Function', 0);
    });

    test('can be emptied where the app makes it as well', () => {
      const { template } = trailIn((stack) => ({
        bucket: new s3.Bucket(stack, 'Logs', {
          encryption: s3.BucketEncryption.KMS,
          removalPolicy: RemovalPolicy.DESTROY,
          autoDeleteObjects: true,
        }),
      }));
      expect(JSON.stringify(bucketPolicy(template))).toContain('"aws:PrincipalArn"');
    });
  });

  test('keeps files for as long as is asked for, and the log of who read them', () => {
    const { template } = trailIn({ retention: Duration.days(400) });
    template.resourcePropertiesCountIs(
      'AWS::S3::Bucket',
      {
        LifecycleConfiguration: {
          Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 400 })]),
        },
      },
      2,
    );
  });

  test('logs who reads it to a bucket that is given', () => {
    const { template } = trailIn((stack) => ({
      accessLogsBucket: s3.Bucket.fromBucketName(stack, 'Given', 'access-logs'),
    }));
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: { DestinationBucketName: 'access-logs' },
    });
  });
});

test('the key is of use to this trail only', () => {
  plain.hasResourceProperties('AWS::KMS::Key', {
    EnableKeyRotation: true,
    KeyPolicy: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'kms:GenerateDataKey*',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceArn': TRAIL_ARN },
            StringLike: {
              'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:*:${ACCOUNT}:trail/audit`,
            },
          },
        }),
        Match.objectLike({
          Action: 'kms:DescribeKey',
          Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
        }),
      ]),
    },
  });
});

describe('a bucket and a key that are given', () => {
  test('of the app are extended, and its key is used', () => {
    const { trail, template } = trailIn((stack) => ({
      bucket: new s3.Bucket(stack, 'Logs', { encryption: s3.BucketEncryption.KMS }),
    }));
    template.resourceCountIs('AWS::S3::Bucket', 1);
    expect(trail.encryptionKey).toBe(trail.bucket.encryptionKey);
    expect(bucketPolicy(template).map(({ Sid }) => Sid)).toEqual([
      'TrailReadsAcl',
      'TrailWrites',
      'ServicesOnly',
    ]);
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({ Sid: 'TrailEncrypts' })]),
      },
    });
  });

  test('have no alarm about files that do not come, since what the bucket reports is not known', () => {
    const { trail } = trailIn(imported);
    expect(trail.alarms.map(({ node }) => node.id)).toEqual(['UndeliveredEventsAlarm']);
  });

  test('of another account get their part of the policies as text', () => {
    const { trail } = trailIn((stack) => ({ ...imported(stack), organizationId: 'o-abc1234567' }));
    const bucket = JSON.parse(trail.renderBucketPolicy());
    expect(bucket.Statement[0]).toEqual({
      Sid: 'TrailReadsAcl',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:GetBucketAcl',
      Resource: 'arn:aws:s3:::log-archive',
      Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
    });
    expect(bucket.Statement[1].Resource).toEqual([
      `arn:aws:s3:::log-archive/AWSLogs/${ACCOUNT}/*`,
      'arn:aws:s3:::log-archive/AWSLogs/o-abc1234567/*',
    ]);
    const key = JSON.parse(trail.renderKeyPolicy());
    expect(key.Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual([
      'TrailEncrypts',
      'TrailDescribesKey',
    ]);
  });

  test('get no text that holds references', () => {
    const stack = new Stack(undefined, 'Anywhere');
    const trail = new ManagementEventsTrail(stack, 'Trail');
    expect(() => trail.renderBucketPolicy()).toThrow(
      /^Anywhere\/Trail: the account is not known before the deployment, .*give the stack an "env"/,
    );
    expect(() => trail.renderKeyPolicy()).toThrow(/the account is not known/);
    const { trail: known } = trailIn();
    expect(() => known.renderBucketPolicy()).toThrow(/the name of the bucket is not known/);
  });
});

describe('the watch over it', () => {
  test('reports who tampers with trail, bucket, key, topic, and the rules that watch', () => {
    const rules = Object.values(plain.findResources('AWS::Events::Rule'));
    const patterns = JSON.stringify(rules.map(({ Properties }) => Properties.EventPattern));
    for (const call of [
      'StopLogging',
      'DeleteTrail',
      'UpdateTrail',
      'PutEventSelectors',
      'PutBucketPolicy',
      'PutBucketLifecycle',
      'DeleteBucket',
      'ScheduleKeyDeletion',
      'SetTopicAttributes',
      'DisableRule',
      'DeleteAlarms',
    ]) {
      expect(patterns).toContain(`"${call}"`);
    }
    const toTopic = rules.filter(({ Properties }) =>
      JSON.stringify(Properties.Targets).includes('TrailNotifications'),
    );
    expect(toTopic.length).toBe(rules.length - 1);
    expect(
      toTopic.every(({ Properties }) => Properties.Targets[0].DeadLetterConfig !== undefined),
    ).toBe(true);
  });

  test('goes off when no file of its own account has come for three hours', () => {
    const { template } = trailIn({ organizationId: 'o-abc1234567' });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: {
          bucket: { name: [{ Ref: Match.stringLikeRegexp('^TrailBucket') }] },
          object: { key: [{ prefix: `AWSLogs/o-abc1234567/${ACCOUNT}/` }] },
        },
      },
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'NumberOfMessagesSent',
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 3,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      AlarmDescription: Match.stringLikeRegexp('no file for 3 hours.*runbook: NoLogFilesAlarm'),
    });
  });

  test('e-mail addresses are subscribed, each once', () => {
    const { template } = trailIn({
      notificationEmails: ['security@example.com', 'security@example.com'],
    });
    template.resourceCountIs('AWS::SNS::Subscription', 1);
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'security@example.com',
    });
  });

  test('a topic that is given is used', () => {
    const { template } = trailIn((stack) => ({
      notificationTopic: new sns.Topic(stack, 'Given'),
    }));
    template.resourceCountIs('AWS::SNS::Topic', 1);
  });
});

describe('props that cannot work are refused', () => {
  test.each<[string, ManagementEventsTrailProps, RegExp]>([
    [
      'a name that CloudTrail does not take',
      { trailName: 'my--trail' },
      /^Logs\/Trail: "trailName" is "my--trail": write 3 to 128 letters, digits/,
    ],
    ['a short name', { trailName: 'ab' }, /"trailName" is "ab"/],
    ['an address for a name', { trailName: '10.0.0.1' }, /"trailName" is "10.0.0.1"/],
    [
      'an id that is of no organization',
      { organizationId: 'r-abcd' },
      /"organizationId" is "r-abcd": write the id of an organization, such as o-abc1234567\.$/,
    ],
    [
      'a management account without an organization',
      { managementAccountId: MANAGEMENT },
      /"managementAccountId" does nothing without "organizationId": write both/,
    ],
    [
      'a management account that is none',
      { organizationId: 'o-abc1234567', managementAccountId: '123' },
      /"managementAccountId" is "123": write the id of an account/,
    ],
    ['a prefix with a slash', { logPrefix: 'logs/' }, /"logPrefix" is "logs\/": write up to 200/],
    ['a prefix of nothing', { logPrefix: '' }, /"logPrefix" is ""/],
    [
      'a retention below what CloudTrail shows anyway',
      { retention: Duration.days(30) },
      /"retention" is 30 days: write 90 to 3650, since CloudTrail shows the last 90 itself/,
    ],
    [
      'a retention of half a day more',
      { retention: Duration.hours(24 * 90 + 12) },
      /"retention" is .*write a whole number of days/,
    ],
    [
      'what is no e-mail address',
      { notificationEmails: ['security'] },
      /"notificationEmails" has "security": write addresses such as/,
    ],
  ])('%s', (_, props, error) => {
    const stack = new Stack(undefined, 'Logs');
    expect(() => new ManagementEventsTrail(stack, 'Trail', props)).toThrow(error);
  });

  test.each<[keyof ManagementEventsTrailProps, (stack: Stack) => ManagementEventsTrailProps]>([
    ['retention', () => ({ retention: Duration.days(90) })],
    [
      'accessLogsBucket',
      (stack) => ({ accessLogsBucket: s3.Bucket.fromBucketName(stack, 'Access', 'access-logs') }),
    ],
    [
      'removalPolicy',
      (stack) => ({
        removalPolicy: RemovalPolicy.RETAIN,
        notificationTopic: new sns.Topic(stack, 'Topic'),
      }),
    ],
  ])('%s, where bucket and key are given and it would do nothing', (prop, more) => {
    const stack = new Stack(undefined, 'Logs');
    const props = { ...imported(stack), ...more(stack) };
    expect(() => new ManagementEventsTrail(stack, 'Trail', props)).toThrow(
      new RegExp(`^Logs/Trail: "${prop}" does nothing`),
    );
  });

  test('a second trail for the same account', () => {
    const app = new App();
    new ManagementEventsTrail(new Stack(app, 'One', PLACE), 'Trail');
    expect(
      () =>
        new ManagementEventsTrail(
          new Stack(app, 'Two', { env: { ...PLACE.env, region: 'us-east-1' } }),
          'Trail',
        ),
    ).toThrow(/^Two\/Trail: One\/Trail already records the same account in every Region/);
    const otherAccount = new Stack(app, 'Three', {
      env: { account: MANAGEMENT, region: 'eu-west-1' },
    });
    expect(() => new ManagementEventsTrail(otherAccount, 'Trail')).not.toThrow();
    const otherStage = new Stack(new Stage(app, 'Stage'), 'Four');
    expect(() => new ManagementEventsTrail(otherStage, 'Trail')).not.toThrow();
  });
});

test.each<[string, ManagementEventsTrailProps]>([
  ['of an account', {}],
  ['of an organization', { organizationId: 'o-abc1234567' }],
  ['that goes with the stack', { removalPolicy: RemovalPolicy.DESTROY }],
])('cdk-nag finds nothing in a trail %s', (_, props) => {
  const app = new App();
  new ManagementEventsTrail(new Stack(app, 'Logs'), 'Trail', props);
  expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
});

function trailIn(
  props: ManagementEventsTrailProps | ((stack: Stack) => ManagementEventsTrailProps) = {},
): { trail: ManagementEventsTrail; template: Template } {
  const stack = new Stack(new App({ context: LITERALS }), 'Logs', PLACE);
  const trail = new ManagementEventsTrail(stack, 'Trail', {
    trailName: 'audit',
    ...(typeof props === 'function' ? props(stack) : props),
  });
  return { trail, template: Template.fromStack(stack) };
}

function imported(stack: Stack): ManagementEventsTrailProps {
  return {
    bucket: s3.Bucket.fromBucketName(stack, 'Archive', 'log-archive'),
    encryptionKey: kms.Key.fromKeyArn(
      stack,
      'ArchiveKey',
      `arn:aws:kms:eu-west-1:${MANAGEMENT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
    ),
  };
}

interface Statement {
  readonly Sid?: string;
  readonly Resource: unknown;
}

function bucketPolicy(template: Template): Statement[] {
  const policies = template.findResources('AWS::S3::BucketPolicy');
  const [own] = Object.values(policies)
    .map(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    .filter((statements) => statements.some(({ Sid }) => Sid === 'TrailWrites'));
  return own ?? [];
}

/** Without the bucket's ARN. */
function writableFiles(template: Template): string[] {
  const statement = bucketPolicy(template).find(({ Sid }) => Sid === 'TrailWrites');
  return [...JSON.stringify(statement?.Resource).matchAll(/"\/([^"]+)"/g)].map(
    ([, key = '']) => key,
  );
}

function policiesOf(template: Template, type: string): string[] {
  return Object.values(template.findResources(type)).map(
    ({ DeletionPolicy = 'Delete' }) => DeletionPolicy,
  );
}
