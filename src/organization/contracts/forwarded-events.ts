import type { TemplateValue } from './member-templates/template';
import {
  TAMPER_CALLS,
  type TamperedResource,
  TRAIL_CALLS,
} from '../../shared/contracts/tamper-calls';
import { WATCHED_CALLS } from '../../shared/contracts/watched-calls';

export const CALL_DETAIL_TYPE = 'AWS API Call via CloudTrail';

/**
 * The sources of the events that members forward. The hub's bus takes these and no others, and no
 * one but AWS can send them.
 */
export const TAMPER_SOURCES = [
  TAMPER_CALLS.Rules,
  TAMPER_CALLS.Roles,
  TAMPER_CALLS.Queues,
  TRAIL_CALLS,
].map(({ service }) => `aws.${service}`);
/** Of the calls that change groups. */
export const CHANGE_SOURCE = 'aws.ec2';

export const FORWARDED_SOURCES = [CHANGE_SOURCE, ...TAMPER_SOURCES];

/** Sent again out of an archive, events are old. */
const NOT_REPLAYED = { 'replay-name': [{ exists: false }] };

const ABSENT = { exists: false };

export function changePattern(readRoleArn: TemplateValue): TemplateValue {
  return {
    ...NOT_REPLAYED,
    source: [CHANGE_SOURCE],
    'detail-type': [CALL_DETAIL_TYPE],
    detail: changeRecordPattern(readRoleArn),
  };
}

export const CHANGE_EVENT_SOURCE = 'ec2.amazonaws.com';

/**
 * Of records, whichever way they come: calls on groups that succeeded, dry runs, and what the read
 * role is refused. Where a member lets the hub look only, its heartbeat is a call that EC2 refuses.
 */
export function changeRecordPattern(readRoleArn: TemplateValue): TemplateValue {
  return {
    eventSource: [CHANGE_EVENT_SOURCE],
    eventName: WATCHED_CALLS,
    $or: [
      { errorCode: [ABSENT, 'Client.DryRunOperation'] },
      {
        errorCode: ['Client.UnauthorizedOperation'],
        userIdentity: { sessionContext: { sessionIssuer: { arn: [readRoleArn] } } },
      },
    ],
  };
}

/** Calls that could blind the hub in a member, on what bears a name that begins with the hub's. */
export function tamperPattern(namesBegin: TemplateValue, queueName: TemplateValue): TemplateValue {
  const ours = [{ prefix: namesBegin }];
  return {
    ...NOT_REPLAYED,
    source: TAMPER_SOURCES,
    'detail-type': [CALL_DETAIL_TYPE],
    detail: {
      errorCode: [ABSENT],
      $or: [
        ...callsOn(TAMPER_CALLS.Rules, ours),
        ...callsOn(TAMPER_CALLS.Roles, ours),
        ...callsOn(TAMPER_CALLS.Queues, [{ suffix: queueName }]),
        {
          eventSource: [`${TRAIL_CALLS.service}.amazonaws.com`],
          eventName: TRAIL_CALLS.eventNames,
        },
      ],
    },
  };
}

function callsOn(
  { service, calls }: TamperedResource,
  named: readonly TemplateValue[],
): TemplateValue[] {
  return calls.map(({ eventNames, parameter }) => ({
    eventSource: [`${service}.amazonaws.com`],
    eventName: eventNames,
    requestParameters: { [parameter]: named },
  }));
}
