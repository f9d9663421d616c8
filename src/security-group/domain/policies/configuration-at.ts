import type { Pause, SentryConfiguration } from './sentry-configuration';
import {
  type AccountScope,
  isNarrow,
  reachOf,
  scopeText,
} from '../../../organization/domain/account-scope';
import type { OrganizationAccount } from '../../../organization/domain/member-accounts';
import type { Place } from '../../../organization/domain/place';
import { actorAt } from '../changes/actor-in-each-account';

/** A place, with its account as the organization lists it. */
export interface Where {
  readonly place: Place;
  readonly account?: OrganizationAccount;
}

/**
 * The account's unit decides what holds there, and is not known yet. Nothing is judged by guess:
 * the event or the run waits until the list of accounts was read again.
 */
export class UnknownUnitError extends Error {
  constructor({ accountId }: Place, scope: AccountScope) {
    super(
      `No one knows yet in which unit account ${accountId} is, and the sentry has other orders in ${scopeText(scope)}: ` +
        'it waits until the accounts were listed again. If the account is in no organization, name accounts in place of units.',
    );
    this.name = 'UnknownUnitError';
  }
}

/**
 * The configuration that holds in one place. Throws an UnknownUnitError where it depends on a unit
 * that is not known.
 */
export function configurationAt<Configuration extends SentryConfiguration>(
  configuration: Configuration,
  where: Where,
): Configuration {
  const { observeIn, mode, digests, digestOf, trustedActors, pause, refusedPause } = configuration;
  const policies = configuration.policies.filter(
    ({ appliesIn }) => !appliesIn || isWithin(appliesIn, where),
  );
  return {
    ...configuration,
    policies,
    digests: { ...digests, policies: digestOf(policies) },
    trustedActors: trustedActors.map((actor) => actorAt(actor, where.place)),
    mode: observeIn && isWithin(observeIn, where) ? 'OBSERVE' : mode,
    pause: pauseAt(pause, where),
    refusedPause: pauseAt(refusedPause, where),
  };
}

function isWithin(scope: AccountScope, { place, account }: Where): boolean {
  const reach = reachOf(scope, place.accountId, account);
  if (reach === 'unknown') throw new UnknownUnitError(place, scope);
  return reach === 'within';
}

/** Where no one knows whether a place is paused, it is: what is left now is answered after it. */
function pauseAt(pause: Pause | undefined, { place, account }: Where): Pause | undefined {
  if (!pause || !isNarrow(pause)) return pause;
  return reachOf(pause, place.accountId, account) === 'outside' ? undefined : pause;
}
