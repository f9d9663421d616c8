import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoEventLog } from './dynamo-event-log';
import { DynamoLedger } from './dynamo-ledger';
import type { KnownPlaces } from './known-places';
import type { MemberPlaces } from './member-places';
import type { LastingPorts } from './ports-of-try';
import type { LoadedConfiguration } from './sentry-configuration';
import { isSamePlace, type Place } from '../../organization/domain/place';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import { ledgerKeysOf } from '../contracts/ledger-items';

/** One place, as a function of the sentry works in it. */
export interface SentryAt {
  readonly ports: LastingPorts;
  /** The configuration as it holds there. Throws an UnknownUnitError. */
  narrowed(configuration: LoadedConfiguration): LoadedConfiguration;
}

export interface SentryPlacesProps {
  readonly own: Place;
  readonly ownPorts: LastingPorts;
  readonly dynamo: DynamoDBClient;
  readonly ledgerTable: string;
  /** Undefined: the sentry works in its own place alone. */
  readonly hub: PlacesOfHub | undefined;
}

interface PlacesOfHub {
  readonly known: Pick<KnownPlaces, 'at'>;
  readonly places: Pick<MemberPlaces, 'at'>;
}

/** The places that a sentry watches: its own by its own role, all others by those of members. */
export class SentryPlaces {
  constructor(private readonly props: SentryPlacesProps) {}

  /**
   * `reason`: id of the event or request. Throws an UnwatchedPlaceError where the hub has nothing
   * to do there any more.
   */
  async at(place: Place, reason: string): Promise<SentryAt> {
    const { own, ownPorts, hub } = this.props;
    if (!hub) return { ports: ownPorts, narrowed: (configuration) => configuration };
    const known = await hub.known.at(place);
    const isOwn = isSamePlace(place, own);
    if (!isOwn) known.refuseUnwatched();
    const ports = isOwn ? {} : this.memberPorts(place, reason, hub);
    return { ports: { ...ownPorts, ...ports, place: known.described }, narrowed: known.narrowed };
  }

  private memberPorts(place: Place, reason: string, hub: PlacesOfHub) {
    const { dynamo, ledgerTable } = this.props;
    const keys = ledgerKeysOf(place);
    const { groups, history, own } = hub.places.at(place, reason);
    return {
      groups,
      history,
      own,
      ledger: new DynamoLedger(dynamo, ledgerTable, keys),
      events: new DynamoEventLog(dynamo, ledgerTable, SYSTEM_CLOCK, keys),
    };
  }
}
