import type { HubAccounts } from './ports';
import { MOST_UNIT_LABELS, UNIT_LABEL } from '../../../approval/domain/request-labels';
import { accountIn } from '../../../organization/domain/member-accounts';
import { accountFields, accountText } from '../../../shared/domain/notification/account-text';
import type { NamedMember } from '../key-question';

/** How people read of a member, and by which a request's route is found. */
export function namedMember(accountId: string, accounts: HubAccounts): NamedMember {
  const account = accountIn(accounts.list, accountId);
  const { accountWarning } = accountFields({ warning: accounts.warnings[accountId] });
  const units = (account?.path ?? '').split('/').filter((id) => UNIT_LABEL.test(id));
  return {
    text: accountText(accountId, account),
    ...(accountWarning !== undefined && { warning: accountWarning }),
    labels: {
      account: accountId,
      ...(units.length > 0 && { units: units.slice(0, MOST_UNIT_LABELS) }),
    },
  };
}
