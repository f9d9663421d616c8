import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoEventLog } from './dynamo-event-log';
import { DynamoLedger } from './dynamo-ledger';
import type { HubWork } from './hub-work';
import type { LastingPorts } from './ports-of-try';
import { type LoadedConfiguration, loadedConfigurationAt } from './sentry-configuration';
import type { HubMembers } from '../../organization/adapters/member-directory';
import {
  type DescribedPlace,
  describedAccount,
  describedPlace,
} from '../../organization/domain/described-place';
import type { OrganizationAccount } from '../../organization/domain/member-accounts';
import { isSamePlace, type Place } from '../../organization/domain/place';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import type { AccountDescription } from '../../shared/domain/notification/account-text';
import { ledgerKeysOf } from '../contracts/ledger-items';

/** One place, as a function of the sentry works in it. */
export interface SentryAt {
  readonly ports: LastingPorts;
  /** The configuration as it holds there. Throws an UnknownUnitError. */
  narrowed(configuration: LoadedConfiguration): LoadedConfiguration;
}

/** A place of a hub, with all that is known of its account. */
export interface KnownPlace {
  readonly described: DescribedPlace;
  readonly account?: OrganizationAccount;
}

export interface SentryPlacesProps {
  readonly own: Place;
  readonly ownPorts: LastingPorts;
  readonly dynamo: DynamoDBClient;
  readonly ledgerTable: string;
  /** Undefined: the sentry works in its own place alone. */
  readonly hub: HubWork | undefined;
}

/** The places that a sentry watches: its own by its own role, all others by those of members. */
export class SentryPlaces {
  private members: HubMembers | undefined;

  constructor(private readonly props: SentryPlacesProps) {}

  /** `reason`: id of the event or request. */
  async at(place: Place, reason: string): Promise<SentryAt> {
    const { own, ownPorts, hub } = this.props;
    const known = await this.known(place);
    if (!known || !hub) return { ports: ownPorts, narrowed: (configuration) => configuration };
    const { described, account } = known;
    const where = { place, ...(account && { account }) };
    return {
      ports: isSamePlace(place, own)
        ? { ...ownPorts, place: described }
        : { ...ownPorts, ...this.memberPorts(place, reason, hub), place: described },
      narrowed: (configuration) => loadedConfigurationAt(configuration, where),
    };
  }

  /** Undefined without a hub. */
  async known(place: Place): Promise<KnownPlace | undefined> {
    const { own, hub } = this.props;
    if (!hub) return undefined;
    this.members = await hub.directory.known();
    const { list, warnings } = this.members;
    const account = list?.accounts.find(({ id }) => id === place.accountId);
    return {
      described: describedPlace(place, own, describedAccount(place.accountId, list, warnings)),
      ...(account && { account }),
    };
  }

  /** As far as it is known by now. */
  describe(accountId: string): AccountDescription | undefined {
    return this.members && describedAccount(accountId, this.members.list, this.members.warnings);
  }

  private memberPorts(place: Place, reason: string, hub: HubWork) {
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
