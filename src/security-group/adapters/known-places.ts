import { type LoadedConfiguration, loadedConfigurationAt } from './sentry-configuration';
import type { HubMembers, MemberDirectory } from '../../organization/adapters/member-directory';
import {
  type DescribedPlace,
  describedAccount,
  describedPlace,
} from '../../organization/domain/described-place';
import { accountIn } from '../../organization/domain/member-accounts';
import type { Place } from '../../organization/domain/place';
import { refuseUnwatched } from '../../organization/domain/watched-place';
import type { AccountDescription } from '../../shared/domain/notification/account-text';

/** A place of a hub, with all that is known of its account. */
export interface KnownPlace {
  readonly described: DescribedPlace;
  /** Throws an UnwatchedPlaceError where the hub has nothing to do there any more. */
  refuseUnwatched(): void;
  /** The configuration as it holds there. Throws an UnknownUnitError. */
  narrowed(configuration: LoadedConfiguration): LoadedConfiguration;
}

/** What a function of a sentry knows of the places of its hub. */
export class KnownPlaces {
  private members: HubMembers | undefined;

  constructor(
    private readonly own: Place,
    private readonly directory: Pick<MemberDirectory, 'known'>,
  ) {}

  async at(place: Place): Promise<KnownPlace> {
    const members = await this.directory.known();
    this.members = members;
    const account = accountIn(members.list, place.accountId);
    return {
      described: describedPlace(place, this.own, descriptionIn(members, place.accountId)),
      refuseUnwatched: () => refuseUnwatched(place, members),
      narrowed: (configuration) =>
        loadedConfigurationAt(configuration, { place, ...(account && { account }) }),
    };
  }

  /** As far as it is known by now: it asks no one. */
  describe(accountId: string): AccountDescription | undefined {
    return this.members && descriptionIn(this.members, accountId);
  }
}

function descriptionIn({ list, warnings }: HubMembers, accountId: string): AccountDescription {
  return describedAccount(accountId, list, warnings);
}
