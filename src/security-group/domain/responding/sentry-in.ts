import type { Sentry } from './sentry';
import type { GroupDetails } from '../groups/group';
import { type GroupRecord, isAdopted } from '../ledger/ledger';
import { areDecidedById, configurationFor, namesGroups } from '../policies/configuration-for';

/** A group, with what is known of it by now. */
export interface GroupInQuestion {
  readonly id: string;
  readonly details?: GroupDetails;
  readonly ledger: { readonly record?: GroupRecord };
}

/** The sentry at work in one group, by the policies that hold for it. */
export async function sentryIn(group: GroupInQuestion, sentry: Sentry): Promise<Sentry> {
  const { configuration, ports } = sentry;
  if (!namesGroups(configuration)) return sentry;
  const { id, ledger } = group;
  const { record } = ledger;
  const known = group.details ?? { id, name: record?.name, vpcId: record?.vpcId };
  const details =
    group.details || areDecidedById(id, configuration)
      ? known
      : ((await ports.groups.find({ kind: 'ids', groupIds: [id] }))[0] ?? known);
  // Nothing that was decided before the group was let go counts any more.
  const tags = isAdopted({ record }) ? record?.tags : undefined;
  return { configuration: configurationFor(configuration, details, tags), ports };
}

/** The same, of a group of which only the id is known. */
export async function sentryInGroup(id: string, sentry: Sentry): Promise<Sentry> {
  if (!namesGroups(sentry.configuration)) return sentry;
  const record = await sentry.ports.ledger.record(id);
  return sentryIn({ id, ledger: record ? { record } : {} }, sentry);
}
