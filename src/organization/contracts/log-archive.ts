import { arnOf, ref, type TemplateValue } from './member-templates/template';

export const OBJECT_CREATED = 'Object Created';
export const BUCKET_SOURCE = 'aws.s3';

/** The files that a reader is told of. */
export interface LogFiles {
  readonly bucketName: string;
  /** How their keys begin. */
  readonly prefix: string;
}

/** New files of a trail, as S3 tells EventBridge of them. */
export function logFilePattern({ bucketName, prefix }: LogFiles) {
  return {
    source: [BUCKET_SOURCE],
    'detail-type': [OBJECT_CREATED],
    detail: { bucket: { name: [bucketName] }, object: { key: [{ prefix }] } },
  };
}

/**
 * A statement of the policy of the hub's bus: the account of the bucket may send on what S3 tells
 * there, and nothing else. No one can put events of such a source by hand.
 */
export function logArchiveStatement(busArn: string, accountId: string) {
  return {
    Sid: 'LogArchiveForwards',
    Effect: 'Allow',
    Principal: { AWS: accountId },
    Action: 'events:PutEvents',
    Resource: busArn,
    Condition: {
      'ForAllValues:StringEquals': {
        'events:source': [BUCKET_SOURCE],
        'events:detail-type': [OBJECT_CREATED],
      },
      Null: { 'events:source': 'false', 'events:detail-type': 'false' },
      BoolIfExists: { 'events:eventBusInvocation': 'true' },
    },
  };
}

/** All values are known at synth. */
export interface LogArchive extends LogFiles {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  readonly hubName: string;
  readonly busArn: string;
  readonly hubAccountId: string;
  readonly readerRoleArn: string;
}

/** The hub's own account is trusted, and in it one role by its name: it may be made again. */
function reader({ partition, hubAccountId, readerRoleArn }: LogArchive) {
  return {
    Principal: { AWS: `arn:${partition}:iam::${hubAccountId}:root` },
    isReader: { ArnEquals: { 'aws:PrincipalArn': readerRoleArn } },
  };
}

/** What the bucket's policy must hold besides what it holds. */
export function bucketPolicyPart(archive: LogArchive): TemplateValue {
  const { Principal, isReader } = reader(archive);
  const { partition, bucketName, prefix } = archive;
  return {
    Sid: 'HubReadsLogFiles',
    Effect: 'Allow',
    Principal,
    Action: 's3:GetObject',
    Resource: `arn:${partition}:s3:::${bucketName}/${prefix}*`,
    Condition: isReader,
  };
}

/** What the policy of the key that encrypts the files must hold besides what it holds. */
export function keyPolicyPart(archive: LogArchive): TemplateValue {
  const { Principal, isReader } = reader(archive);
  return {
    Sid: 'HubDecryptsLogFiles',
    Effect: 'Allow',
    Principal,
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: {
      ...isReader,
      StringLike: { 'kms:ViaService': `s3.${archive.region}.amazonaws.com*` },
    },
  };
}

/** A template for the account and Region of the bucket: it tells the hub of new files. */
export function logArchiveTemplate(archive: LogArchive): TemplateValue {
  const { hubName } = archive;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Tells the hub ${hubName} of new log files of the organization trail, by cdk-sentries.`,
    Resources: {
      ForwardRole: forwardRole(archive),
      Undelivered: {
        Type: 'AWS::SQS::Queue',
        Properties: { SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 },
      },
      UndeliveredPolicy: undeliveredPolicy(archive),
      LogFileRule: logFileRule(archive),
    },
  };
}

function forwardRole({ busArn, accountId }: LogArchive): TemplateValue {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: statements({
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: fromOwnAccount(accountId),
      }),
      Policies: [
        {
          PolicyName: 'Forward',
          PolicyDocument: statements({
            Effect: 'Allow',
            Action: 'events:PutEvents',
            Resource: busArn,
          }),
        },
      ],
    },
  };
}

function undeliveredPolicy({ accountId }: LogArchive): TemplateValue {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [ref('Undelivered')],
      PolicyDocument: statements(
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arnOf('Undelivered'),
          Condition: fromOwnAccount(accountId),
        },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: arnOf('Undelivered'),
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ),
    },
  };
}

function logFileRule(archive: LogArchive): TemplateValue {
  const { hubName, busArn } = archive;
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      Description: `Tells the hub ${hubName} of new log files`,
      EventPattern: logFilePattern(archive),
      Targets: [
        {
          Id: 'Hub',
          Arn: busArn,
          RoleArn: arnOf('ForwardRole'),
          DeadLetterConfig: { Arn: arnOf('Undelivered') },
        },
      ],
    },
  };
}

function fromOwnAccount(accountId: string): TemplateValue {
  return { StringEquals: { 'aws:SourceAccount': accountId } };
}

function statements(...all: readonly TemplateValue[]): TemplateValue {
  return { Version: '2012-10-17', Statement: all };
}
