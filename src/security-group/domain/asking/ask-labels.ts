import type { AskedChange } from './asked-change';
import {
  ACCOUNT_LABEL,
  MOST_UNIT_LABELS,
  type RequestLabels,
  UNIT_LABEL,
} from '../../../approval/domain/request-labels';
import type { DescribedPlace } from '../../../organization/domain/described-place';

/**
 * By what a workflow finds the people to be asked; absent without a hub and without tags that
 * routes go by. It refuses labels of any other form: then no one would be asked at all.
 */
export function labelsOf({
  place,
  routeTags = [],
}: Pick<AskedChange, 'place' | 'routeTags'>): RequestLabels | undefined {
  if (!place && routeTags.length === 0) return undefined;
  const tags = Object.fromEntries(routeTags.map(({ key, value }) => [key, value]));
  return { ...(place && placeLabels(place)), ...(routeTags.length > 0 && { tags }) };
}

function placeLabels({ accountId, account }: DescribedPlace): RequestLabels {
  const ids = account.path?.split('/') ?? [];
  const units = ids.filter((id) => UNIT_LABEL.test(id)).slice(0, MOST_UNIT_LABELS);
  return {
    ...(ACCOUNT_LABEL.test(accountId) && { account: accountId }),
    ...(units.length > 0 && { units }),
  };
}
