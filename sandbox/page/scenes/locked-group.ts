import { clockMove, HOUR_MINUTES } from './clock-move';
import { groupMoves } from './group-moves';
import type { Stage } from '../../scenes/locked-security-group';
import { lookAtClock } from '../clock-look';
import { lookAtGroups } from '../group-look';
import type { PageScene, SandboxPage } from '../sandbox-page';

/** The scene of a locked group, as the page shows it. */
export function lockedGroupScene(
  page: SandboxPage,
  { localAws, stack, visitor, groupId }: Stage,
): PageScene {
  const settled = async () => localAws.settled();
  const due = async () => {
    await localAws.fire(stack, 'GroupSentryReconcileRule');
    await settled();
  };
  return {
    title: 'A locked security group',
    about:
      'A sentry watches the group of the web servers: no one may open SSH or Remote Desktop to the internet, and no one but a deployment may add anything else. Whatever the visitor changes is judged, reverted and told.',
    moves: [
      ...groupMoves(page, { localAws, stack, visitor, groupId, settled }),
      clockMove(page, HOUR_MINUTES, { localAws, due }),
    ],
    looks: [
      async () => lookAtClock(localAws),
      async () =>
        lookAtGroups({
          localAws,
          stack,
          places: [{ accountId: localAws.accountId, region: localAws.region }],
        }),
    ],
  };
}
