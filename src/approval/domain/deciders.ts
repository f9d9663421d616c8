import type { ApprovalConfiguration, Deciders } from './approval-configuration';
import type { ApprovalRequest } from './approval-request';
import { routeFor } from './route';

type Routed = Pick<ApprovalRequest, 'labels' | 'route'>;

/**
 * Who decides a request: those of the route that was found for it when it was asked, as they are
 * now, and in the channel in which it was asked. No one, where that route is gone, or another is
 * for it by now: those of the other were not asked.
 */
export function decidersOf(request: Routed, configuration: ApprovalConfiguration): Deciders {
  const { approvalChannelId, requiredApprovals } = configuration;
  const { labels, route: found } = request;
  const channel = found?.channelId ?? approvalChannelId;
  if (isRouteLost(request, configuration)) {
    return {
      approvers: { kind: 'users', userIds: [] },
      requiredApprovals,
      approvalChannelId: channel,
    };
  }
  const route = routeFor(labels, configuration.routes);
  return route ? { ...route, approvalChannelId: channel } : configuration;
}

/** Whether it was asked by another route than would be found for it now. */
export function isRouteLost({ labels, route }: Routed, { routes }: ApprovalConfiguration): boolean {
  return routeFor(labels, routes)?.name !== route?.name;
}
