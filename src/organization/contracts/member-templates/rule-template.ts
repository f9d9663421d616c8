import { HUB_PARAMETERS } from './hub-parameters';
import { arnOf, type MemberTemplate, sub, type TemplateResource } from './template';
import { changePattern, tamperPattern } from '../forwarded-events';
import { memberName } from '../member-names';
import { ruleDescription } from '../member-template-version';

const HUB = '${HubName}';
const FORWARD_ROLE = sub(
  `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${memberName(HUB, 'forwardRole')}`,
);
const READ_ROLE = sub(
  `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${memberName(HUB, 'readRole')}`,
);
const HUB_BUS = sub(
  'arn:${AWS::Partition}:events:${HubRegion}:${HubAccountId}:event-bus/${HubName}',
);
const FORTNIGHT_SECONDS = 14 * 24 * 60 * 60;

/** Sends what happens in one Region of an account to the hub's bus: once in each Region. */
export function ruleTemplate(): MemberTemplate {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description:
      'cdk-sentries: forwards security group changes to a hub in another account. Deployed in each Region of an account, after its roles.',
    Parameters: HUB_PARAMETERS,
    Resources: {
      Undelivered: undeliveredQueue(),
      UndeliveredPolicy: undeliveredPolicy(),
      ChangeRule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: sub(memberName(HUB, 'changeRule')),
          Description: sub(ruleDescription(HUB)),
          EventPattern: changePattern(READ_ROLE),
          Targets: [hubTarget()],
        },
      },
      TamperRule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: sub(memberName(HUB, 'tamperRule')),
          Description: sub('Tells the hub ${HubName} when someone tampers here, by cdk-sentries'),
          EventPattern: tamperPattern(
            sub('${HubName}-'),
            sub(`/${memberName(HUB, 'undeliveredQueue')}`),
          ),
          Targets: [hubTarget()],
        },
      },
    },
  };
}

function hubTarget() {
  return {
    Id: 'Hub',
    Arn: HUB_BUS,
    RoleArn: FORWARD_ROLE,
    DeadLetterConfig: { Arn: arnOf('Undelivered') },
  };
}

/** Events that the hub's bus refuses, or does not take for a day, wait here for people. */
function undeliveredQueue(): TemplateResource {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: sub(memberName(HUB, 'undeliveredQueue')),
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: FORTNIGHT_SECONDS,
    },
  };
}

function undeliveredPolicy(): TemplateResource {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Undelivered' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'OwnRules',
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: arnOf('Undelivered'),
            Condition: {
              ArnLike: {
                'aws:SourceArn': sub(
                  'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${HubName}-*',
                ),
              },
            },
          },
          {
            Sid: 'TlsOnly',
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:*',
            Resource: arnOf('Undelivered'),
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
  };
}
