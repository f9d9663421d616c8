import { callByCli } from './call-by-cli';
import { clockMove, HOUR_MINUTES } from './clock-move';
import { groupMoves } from './group-moves';
import { snapshotMove } from './snapshot-move';
import { PEOPLE } from '../../scenes/answers';
import type { ApprovalStage } from '../../scenes/approval';
import { lookAtClock } from '../clock-look';
import type { Person } from '../facts';
import { lookAtGroups } from '../group-look';
import type { Move } from '../moves';
import type { PageScene, SandboxPage } from '../sandbox-page';
import { SlackDesk } from '../slack-desk';

const DAY_MINUTES = 24 * HOUR_MINUTES;
/** An approval for an hour has its reminder six minutes before the end. */
const NEARLY_AN_HOUR_MINUTES = 55;

/** As the app lets them. */
const PEOPLE_IN_CHANNEL: readonly Person[] = [
  { id: PEOPLE.alice, name: 'alice', role: 'may decide' },
  { id: PEOPLE.bob, name: 'bob', role: 'may decide' },
  { id: PEOPLE.mallory, name: 'mallory', role: 'may not' },
];

/** The scene of both ways of asking, as the page shows it. */
export function approvalScene(page: SandboxPage, stage: ApprovalStage): PageScene {
  const { localAws, stack } = stage;
  const slack = new SlackDesk(stage, (what, text, at) => page.tell(what, text, at));
  const settled = async () => slack.settled();
  const due = async () => {
    await localAws.fire(stack, 'ApprovalsMinuteRule');
    // In AWS, they hardly ever meet: else both would end the same approval.
    await settled();
    await localAws.fire(stack, 'GroupSentryReconcileRule');
    await settled();
  };
  const clock = { localAws, due };
  return {
    title: 'People decide',
    about:
      'Whatever opens SSH or a database to the internet is reverted at once, and made again if people approve it; whatever else is added stays, unless people deny it. Slack does not know the visitor: so two have to approve.',
    moves: [
      ...groupMoves(page, { ...stage, settled }),
      databaseMove(page, stage, settled),
      snapshotMove(page, stage, settled),
      clockMove(
        page,
        NEARLY_AN_HOUR_MINUTES,
        clock,
        'The clock of the sandbox is moved. What was approved for an hour ends soon then, and Slack says so, with buttons for more time.',
      ),
      clockMove(page, HOUR_MINUTES, clock),
      clockMove(page, DAY_MINUTES, clock),
    ],
    looks: [
      async () => lookAtClock(localAws),
      async () =>
        lookAtGroups({
          localAws,
          stack,
          places: [{ accountId: localAws.accountId, region: localAws.region }],
        }),
      async () => slack.look(),
    ],
    slack,
    people: PEOPLE_IN_CHANNEL,
  };
}

function databaseMove(
  page: SandboxPage,
  { localAws, visitor, groupId }: ApprovalStage,
  settled: () => Promise<void>,
): Move {
  return {
    id: 'open-database',
    label: 'Open a database inside',
    hint: 'The visitor opens port 5432 to an inner network. It stays, unless people deny it.',
    do: async () => {
      await callByCli(page, { localAws, credentials: visitor }, [
        ...['ec2', 'authorize-security-group-ingress', '--group-id', groupId],
        ...['--protocol', 'tcp', '--port', '5432', '--cidr', '10.20.0.0/16'],
      ]);
      await settled();
    },
  };
}
