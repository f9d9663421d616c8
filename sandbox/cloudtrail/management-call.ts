import { randomUUID } from 'node:crypto';
import type { Caller } from './caller';
import { timeOf } from './event-time';
import type { CloudTrailEvent } from './record';
import { type Answer, errorOf, requestIdOf, textsOf } from '../proxy/answer';
import type { ApiRequest } from '../proxy/api-request';

/** Calls on rules, roles, queues and trails: what could blind someone who listens. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  events: ['PutRule', 'EnableRule', 'DisableRule', 'DeleteRule', 'PutTargets', 'RemoveTargets'],
  iam: [
    'CreateRole',
    'DeleteRole',
    'PutRolePolicy',
    'DeleteRolePolicy',
    'AttachRolePolicy',
    'DetachRolePolicy',
    'UpdateAssumeRolePolicy',
    'PutRolePermissionsBoundary',
    'DeleteRolePermissionsBoundary',
  ],
  sqs: ['DeleteQueue', 'SetQueueAttributes', 'PurgeQueue', 'AddPermission', 'RemovePermission'],
  cloudtrail: [
    'CreateTrail',
    'StartLogging',
    'StopLogging',
    'DeleteTrail',
    'UpdateTrail',
    'PutEventSelectors',
  ],
};

/** Its calls are of no Region: CloudTrail has them there. */
const GLOBAL = { service: 'iam', region: 'us-east-1' };
const ASSUME_ROLE = { service: 'sts', action: 'AssumeRole' };

export interface ManagementCall {
  readonly api: ApiRequest;
  readonly caller: Caller;
  readonly answer: Answer;
  readonly at: number;
  readonly userAgent: string;
  readonly sourceIpAddress: string;
}

/** Whether CloudTrail's record of the call is made here. */
export function isManagementCall({ service, action }: ApiRequest): boolean {
  return (CHANGES[service]?.includes(action) ?? false) || isAssumeRole({ service, action });
}

function isAssumeRole({ service, action }: Pick<ApiRequest, 'service' | 'action'>): boolean {
  return service === ASSUME_ROLE.service && action === ASSUME_ROLE.action;
}

/** One event for each account that has the call in its records. */
export function managementEvents(call: ManagementCall): CloudTrailEvent[] {
  return isAssumeRole(call.api) ? sessionEvents(call) : [eventAbout(call, call.caller.account, {})];
}

/**
 * The account of the caller has a record of it, and that of the role another one, by the same
 * shared id. One that was refused is in the caller's alone.
 */
function sessionEvents(call: ManagementCall): CloudTrailEvent[] {
  const { api, caller, answer } = call;
  const roleArn = api.parameters.RoleArn ?? '';
  const accountOfRole = roleArn.split(':')[4] ?? '';
  if (answer.status >= 400 || accountOfRole === caller.account) {
    return [eventAbout(call, caller.account, { readOnly: true })];
  }
  const shared = {
    readOnly: true,
    sharedEventID: randomUUID(),
    resources: [{ accountId: accountOfRole, type: 'AWS::IAM::Role', ARN: roleArn }],
  };
  const { principalId } = caller.userIdentity;
  const asSeenThere = { type: 'AWSAccount', principalId, accountId: caller.account };
  return [
    eventAbout(call, caller.account, shared),
    eventAbout(call, accountOfRole, { ...shared, userIdentity: asSeenThere }),
  ];
}

function eventAbout(
  call: ManagementCall,
  account: string,
  more: Readonly<Record<string, unknown>>,
): CloudTrailEvent {
  const { api, caller, answer, at, userAgent, sourceIpAddress } = call;
  const region = api.service === GLOBAL.service ? GLOBAL.region : (api.credentials?.region ?? '');
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'AWS API Call via CloudTrail',
    source: `aws.${api.service}`,
    account,
    time: timeOf(at),
    region,
    resources: [],
    detail: {
      eventVersion: '1.10',
      userIdentity: caller.userIdentity,
      eventTime: timeOf(at),
      eventSource: `${api.service}.amazonaws.com`,
      eventName: api.action,
      awsRegion: region,
      sourceIPAddress: caller.through ?? sourceIpAddress,
      userAgent: caller.through ?? userAgent,
      ...endOf(answer),
      requestParameters: parametersOf(api),
      requestID: requestIdOf(answer) ?? randomUUID(),
      eventID: randomUUID(),
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
      ...more,
    },
  };
}

/** Of a session, its secrets are left out. */
function endOf(answer: Answer): Record<string, unknown> {
  const error = errorOf(answer);
  if (error) {
    return { errorCode: error.code, errorMessage: error.message, responseElements: null };
  }
  const { AssumedRoleId: assumedRoleId, Arn: arn } = textsOf(answer, ['AssumedRoleId', 'Arn']);
  return { responseElements: assumedRoleId ? { assumedRoleUser: { assumedRoleId, arn } } : null };
}

/** As they were sent, with small initials; what stands in lists of a form is left out. */
function parametersOf({ json, parameters }: ApiRequest): Record<string, unknown> {
  const sent = typeof json === 'object' && json !== null ? json : parameters;
  return Object.fromEntries(
    Object.entries(sent)
      .filter(([name]) => !/^(Action|Version)$|\./.test(name))
      .map(([name, value]: [string, unknown]) => [
        `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
        value,
      ]),
  );
}
