import { isSelected, selectorsOf } from './groups/monitored-groups';
import type { SecurityGroups } from './groups/security-groups';
import type { SentryConfiguration } from './policies/sentry-configuration';

/** Any group that is monitored and exists. */
export async function heartbeatGroup(
  { monitoredGroups }: Pick<SentryConfiguration, 'monitoredGroups'>,
  groups: SecurityGroups,
): Promise<string | undefined> {
  for (const selector of selectorsOf(monitoredGroups)) {
    const found = (await groups.find(selector)).find((group) => isSelected(group, monitoredGroups));
    if (found) return found.id;
  }
  return undefined;
}
