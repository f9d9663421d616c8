import type { AskedChange } from './asked-change';
import { settledTags, tagsEverHad } from '../groups/counted-tags';
import type { GroupDetails } from '../groups/group';
import { type GroupLedger, isAdopted } from '../ledger/ledger';
import type { SentryConfiguration } from '../policies/sentry-configuration';

type QuestionTags = Pick<AskedChange, 'routeTags' | 'sensitiveTags'>;

/**
 * What a group's tags say of a question about it. Who made the change may have tagged the group
 * just before: that can make it sensitive, and never choose who decides. So of a group that is not
 * adopted, no tag chooses that.
 */
export function questionTags(
  group: GroupDetails,
  ledger: GroupLedger,
  workflow: string,
  { workflows, sensitiveTags = [] }: SentryConfiguration,
): QuestionTags {
  const counted = isAdopted(ledger) ? ledger.record?.tags : undefined;
  const { routeTags = [] } = workflows.find(({ name }) => name === workflow) ?? {};
  const routed = counted ? settledTags(counted, routeTags) : [];
  const sensitive = tagsEverHad(group, counted, sensitiveTags);
  return {
    ...(routed.length > 0 && { routeTags: routed }),
    ...(sensitive.length > 0 && { sensitiveTags: sensitive }),
  };
}
