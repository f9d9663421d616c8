import type { ApiCall } from '../cloudtrail/tap';
import { sentRule, type Timeline } from '../support/timeline';

/** Shows on the timeline who adds rules of groups, and who revokes them. */
export function showChangedRule(call: ApiCall, timeline: Timeline): void {
  const { service, action, status, at, callerArn, parameters } = call;
  if (service !== 'ec2' || status >= 400) return;
  const role = roleOf(callerArn);
  if (action.startsWith('RevokeSecurityGroup')) {
    return timeline.mark(at, 'reverted', `by the role ${role}`);
  }
  if (!action.startsWith('AuthorizeSecurityGroup')) return;
  const rule = sentRule(call);
  if (role) timeline.mark(at, 'opened', `${rule}, by the role ${role}`);
  else timeline.start(at, `${rule} in ${parameters.GroupId}, by ${callerArn}`);
}

/** Undefined where it is no role. */
function roleOf(callerArn: string | undefined): string | undefined {
  return /:assumed-role\/([^/]+)/.exec(callerArn ?? '')?.[1];
}
