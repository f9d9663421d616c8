import type { AskedChange } from './asked-change';
import {
  ACCOUNT_LABEL,
  MOST_UNIT_LABELS,
  type RequestLabels,
  UNIT_LABEL,
} from '../../../approval/domain/request-labels';

/**
 * By what a workflow finds the people to be asked; absent without a hub. It refuses labels of any
 * other form: then no one would be asked at all.
 */
export function labelsOf({ place }: Pick<AskedChange, 'place'>): RequestLabels | undefined {
  if (!place) return undefined;
  const { accountId, account } = place;
  const ids = account.path?.split('/') ?? [];
  const units = ids.filter((id) => UNIT_LABEL.test(id)).slice(0, MOST_UNIT_LABELS);
  return {
    ...(ACCOUNT_LABEL.test(accountId) && { account: accountId }),
    ...(units.length > 0 && { units }),
  };
}
