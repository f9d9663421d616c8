import { randomUUID } from 'node:crypto';
import { Caller } from './caller';
import { timeOf } from './event-time';
import { RecordedAction } from './recorded-action';
import { requestParametersOf } from './request-parameters';
import { ApiError } from '../proxy/answer';

export interface CloudTrailEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'AWS API Call via CloudTrail';
  /** As in `aws.ec2`. */
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: string[];
  readonly detail: Record<string, unknown>;
}

/** What a record tells of a call, however it ended. */
export interface RecordedCall {
  readonly action: RecordedAction;
  readonly parameters: Readonly<Record<string, string>>;
  readonly caller: Caller;
  readonly region: string;
  readonly requestId: string;
  readonly at: number;
  readonly userAgent: string;
  readonly sourceIpAddress: string;
}

export type CallEnd =
  | { readonly kind: 'answered'; readonly responseElements: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly error: ApiError };

/** The event that EventBridge would have delivered. */
export function eventOf(call: RecordedCall, end: CallEnd): CloudTrailEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account: call.caller.account,
    time: timeOf(call.at),
    region: call.region,
    resources: [],
    detail: recordOf(call, end),
  };
}

function recordOf(call: RecordedCall, end: CallEnd): Record<string, unknown> {
  return {
    eventVersion: '1.10',
    userIdentity: call.caller.userIdentity,
    eventTime: timeOf(call.at),
    eventSource: 'ec2.amazonaws.com',
    eventName: call.action,
    awsRegion: call.region,
    sourceIPAddress: call.caller.through ?? call.sourceIpAddress,
    userAgent: call.caller.through ?? call.userAgent,
    ...endOf(end),
    requestParameters: requestParametersOf(call.action, call.parameters),
    requestID: call.requestId,
    eventID: randomUUID(),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: call.caller.account,
    eventCategory: 'Management',
  };
}

function endOf(end: CallEnd): Record<string, unknown> {
  if (end.kind === 'answered') return { responseElements: end.responseElements };
  return {
    errorCode: recordedErrorCode(end.error.code),
    errorMessage: end.error.message,
    responseElements: null,
  };
}

const SERVER_ERRORS = new Set([
  'InternalError',
  'InternalFailure',
  'ServiceUnavailable',
  'Unavailable',
]);

/** EC2 says in its records whose fault an error was; in its answers it does not. */
function recordedErrorCode(code: string): string {
  return SERVER_ERRORS.has(code) ? `Server.${code}` : `Client.${code}`;
}
