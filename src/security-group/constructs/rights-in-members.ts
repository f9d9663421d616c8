import type { SecurityGroupSentrySettings } from './security-group-sentry-settings';
import type { MemberRights } from '../../organization/domain/gaps/place-state';
import { SentryMode } from '../../shared/constructs/sentry-mode';
import type { Policy } from '../domain/policies/policy';

/** The most that the policies have a sentry do in a member. */
export function rightsFor({
  mode,
  policies,
}: Pick<SecurityGroupSentrySettings['judging'], 'mode' | 'policies'>): MemberRights {
  if (mode === SentryMode.OBSERVE) return 'OBSERVE';
  const acting = policies.filter(({ response }) => response !== 'notifyOnly');
  if (acting.length === 0) return 'OBSERVE';
  return acting.some(restores) ? 'FULL' : 'REVOKE';
}

/** What was removed or approved is added. */
function restores({ baseline, asking }: Policy): boolean {
  return asking !== undefined || (baseline.kind === 'locked' && baseline.restoreRemoved);
}
