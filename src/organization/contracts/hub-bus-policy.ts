import { CALL_DETAIL_TYPE, FORWARDED_SOURCES } from './forwarded-events';

/** Who may put events on the hub's bus. */
export type Senders =
  | { readonly kind: 'organization'; readonly organizationId: string }
  | { readonly kind: 'accounts'; readonly accountIds: readonly string[] };

/** A bus policy takes 10,240 characters: three times as many as these. */
export const MOST_LISTED_SENDERS = 200;

/**
 * The statement of the bus policy. AWS's own events, and what rules of other buses send, are all
 * that gets through: no one can put events of such a source by hand.
 *
 * `ForAllValues` holds where the key is missing, so that is refused apart. Whether AWS sets the key
 * of the invocation for rules that have a role is not known: where it is missing, the sources
 * decide.
 */
export function hubBusStatement(busArn: string, senders: Senders) {
  return {
    Sid: 'MembersForward',
    Effect: 'Allow',
    Principal: senders.kind === 'organization' ? '*' : { AWS: senders.accountIds },
    Action: 'events:PutEvents',
    Resource: busArn,
    Condition: {
      ...(senders.kind === 'organization' && {
        StringEquals: { 'aws:PrincipalOrgID': senders.organizationId },
      }),
      'ForAllValues:StringEquals': {
        'events:source': FORWARDED_SOURCES,
        'events:detail-type': [CALL_DETAIL_TYPE],
      },
      Null: { 'events:source': 'false', 'events:detail-type': 'false' },
      BoolIfExists: { 'events:eventBusInvocation': 'true' },
    },
  };
}
