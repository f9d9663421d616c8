import { Token } from 'aws-cdk-lib';
import type { AccountScope } from './account-scope';
import { isLeftOut } from '../../organization/constructs/member-accounts';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import type { AccountScope as NamedAccounts } from '../../organization/domain/account-scope';
import type { SentryConfiguration } from '../domain/policies/sentry-configuration';

/** A scope as a user gives it. */
export interface GivenScope {
  /** Names sentry and prop, at the beginning of a sentence. */
  readonly where: string;
  readonly scope: AccountScope;
  readonly hub: SentryHub | undefined;
}

/** Throws for a scope that would silently reach other accounts than it says, or none. */
export function scopeInHub({ where, scope, hub }: GivenScope): NamedAccounts {
  if (!hub) {
    throw new Error(
      `${where} chooses among the accounts of a hub, and the sentry has none, so that it watches its own account alone: leave it out, or give the sentry a "hub".`,
    );
  }
  const { accounts = [], units = [] } = scope._accounts;
  if (units.length > 0) refuseUnknownUnits(where, hub);
  accounts.forEach((id) => refuseOther(where, id, hub));
  return scope._accounts;
}

function refuseUnknownUnits(where: string, { node, _accounts }: SentryHub): void {
  if (_accounts.kind === 'organization') return;
  throw new Error(
    `${where} names units, and ${node.path} has its accounts named one by one, so that no one knows their units: write AccountScope.accounts(["111122223333"]), or MemberAccounts.organization() in the hub.`,
  );
}

function refuseOther(where: string, id: string, hub: SentryHub): void {
  if (!isUnwatched(id, hub)) return;
  throw new Error(
    `${where} names the account ${id}, which ${hub.node.path} does not watch: leave it out, or add it to the hub's accounts.`,
  );
}

/** Whether it is certain that no group of the account is watched. */
export function isUnwatched(id: string, hub: SentryHub): boolean {
  const { hubAccountId, _accounts: selection } = hub;
  if (Token.isUnresolved(hubAccountId) || id === hubAccountId) return false;
  return isLeftOut(id, selection);
}

/** Ids of all units that the policies name, or that are only observed. */
export function unitsNamedBy({
  policies,
  observeIn,
}: Pick<SentryConfiguration, 'policies' | 'observeIn'>): string[] {
  const scopes = [observeIn, ...policies.map(({ appliesIn }) => appliesIn)];
  return scopes.flatMap((scope) => scope?.units ?? []);
}
