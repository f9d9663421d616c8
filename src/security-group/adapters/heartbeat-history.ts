import { type CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { changesIn } from './cloudtrail-event-history';
import { isOwnCall, type OwnIdentity } from '../domain/changes/actor';

/** The newest come first. Reverts go by the same name as heartbeats. */
const EVENTS_LOOKED_AT = 50;

/**
 * When the latest call of the function that sends heartbeats was made, as far as CloudTrail's event
 * history has them: the history has come that far. Undefined where it has none.
 */
export async function lastHeartbeat(
  client: CloudTrailClient,
  sender: OwnIdentity,
): Promise<Date | undefined> {
  const { Events: events = [] } = await client.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: sender.sessionName }],
      MaxResults: EVENTS_LOOKED_AT,
    }),
  );
  const made = events
    .flatMap(changesIn)
    .filter(({ actor }) => isOwnCall(actor, sender))
    .map(({ time }) => time.getTime());
  return made.length > 0 ? new Date(Math.max(...made)) : undefined;
}
