import { callByCli } from './call-by-cli';
import { clockMove, HOUR_MINUTES } from './clock-move';
import { forgedEventCall } from './forged-event';
import {
  CHANGE_RULE,
  HUB_PLACE,
  LAB_PLACE,
  PAYMENTS,
  PAYMENTS_PLACE,
  ROUTES,
  unitOf,
  userId,
} from '../../scenes/organization/cast';
import { readCoverage } from '../../scenes/organization/coverage-list';
import {
  lookAtMembers,
  type Member,
  reconcileMembers,
  type Stage,
} from '../../scenes/organization/stage';
import { lookAtClock } from '../clock-look';
import { shownCoverage } from '../coverage-look';
import type { Person } from '../facts';
import { lookAtGroups } from '../group-look';
import type { Move } from '../moves';
import type { PageScene, SandboxPage } from '../sandbox-page';
import { SlackDesk } from '../slack-desk';

const HUB_BUS = `arn:aws:events:${HUB_PLACE.region}:${HUB_PLACE.accountId}:event-bus/cdk-sentries`;

/** The scene of a hub that watches an organization, as the page shows it. */
export function organizationScene(page: SandboxPage, stage: Stage): PageScene {
  const { localAws, hub } = stage;
  const slack = new SlackDesk(stage, (what, text, at) => page.tell(what, text, at));
  const due = async () => {
    await lookAtMembers(stage);
    await reconcileMembers(stage);
  };
  return {
    title: 'A hub watches an organization',
    about:
      'The hub hears of changes in two units and two Regions. People of a unit are asked in their own channel. The administrator of lab, mallory, is hostile.',
    moves: [
      ...memberMoves(page, stage),
      clockMove(
        page,
        HOUR_MINUTES,
        { localAws, due },
        'The clock of the sandbox is moved, the hub looks, and the sentry compares all groups once. A rule that it meets there for the first time, and of which no event has come, it only notes, as its event may be under way: an hour later, it acts.',
      ),
    ],
    looks: [
      async () => lookAtClock(localAws),
      async () =>
        shownCoverage(await readCoverage(stage), (id) => unitOf(id) ?? 'outside of the units'),
      async () => lookAtGroups({ localAws, stack: hub, places: [PAYMENTS_PLACE, LAB_PLACE] }),
      async () => slack.look(),
    ],
    slack,
    people: people(),
  };
}

function memberMoves(page: SandboxPage, stage: Stage): Move[] {
  const { payments, lab } = stage;
  const by = async (member: Member, args: readonly string[]) => callAs(page, stage, member, args);
  const rule = ['--name', CHANGE_RULE];
  return [
    {
      id: 'open-ssh',
      label: 'Open SSH in payments',
      hint: 'pat, the administrator of payments, opens port 22 to the world.',
      do: async () => {
        await by(payments, openPort(payments, 22));
      },
    },
    {
      id: 'open-ssh-in-lab',
      label: 'Open SSH in lab',
      hint: 'mallory opens port 22 to the world. While the rule in lab is disabled, no event of it reaches the hub.',
      do: async () => {
        await by(lab, openPort(lab, 22));
      },
    },
    {
      id: 'disable-rule',
      label: 'Blind the hub in lab',
      hint: 'mallory disables the rule that forwards changes to the hub.',
      do: async () => {
        await by(lab, ['events', 'disable-rule', ...rule]);
      },
    },
    {
      id: 'enable-rule',
      label: 'Put the rule back',
      hint: 'mallory enables the rule again: the next look of the hub finds it.',
      do: async () => {
        await by(lab, ['events', 'enable-rule', ...rule]);
      },
    },
    {
      id: 'forge-event',
      label: 'Forge an event',
      hint: "mallory puts an event of EC2 on the hub's bus: AWS refuses it.",
      do: async () => {
        const call = forgedEventCall({ recipientAccountId: PAYMENTS }, HUB_BUS);
        page.tell('refused', await by(lab, call));
      },
    },
    {
      id: 'look',
      label: 'The hub looks',
      hint: 'The hub visits all places of members, as every 15 minutes.',
      do: async () => lookAtMembers(stage),
    },
  ];
}

async function callAs(
  page: SandboxPage,
  { localAws, screen }: Stage,
  { administrator, place: { region } }: Member,
  args: readonly string[],
): Promise<string> {
  const printed = await callByCli(page, { localAws, credentials: administrator, region }, args);
  await screen.settled(localAws);
  return printed.trim();
}

function openPort({ groupId }: Member, port: number): string[] {
  return [
    ...['ec2', 'authorize-security-group-ingress', '--group-id', groupId],
    ...['--protocol', 'tcp', '--port', String(port), '--cidr', '0.0.0.0/0'],
  ];
}

function people(): Person[] {
  return Object.entries(ROUTES).flatMap(([unit, { members }]) =>
    members.map((name) => ({ id: userId(name), name, role: `decides about ${unit}` })),
  );
}
