import { DEPLOYMENT, LAB, PAYMENTS, SECURITY, SHOP, UNITS } from './cast';
import { playCoverageList, playNewAccount } from './dark-places';
import { playBlindedRegion, playForeignRecord, playForgedEvent } from './hostile-member';
import { playClosedPort, playRoutedApproval } from './routed-changes';
import { setStage, type Stage } from './stage';
import type { LocalAws, LocalAwsOptions } from '../../local-aws';
import type { Print } from '../printing';
import { SlackScene } from '../slack-scene';
import { Statements } from '../statements';

interface Act {
  readonly heading: string;
  readonly play: (stage: Stage, statements: Statements) => Promise<void>;
}

const ACTS: readonly Act[] = [
  {
    heading:
      '1. In production, the administrator of payments opens SSH to the world, in the second Region.',
    play: playClosedPort,
  },
  {
    heading:
      '2. In trials, the administrator of lab opens remote desktops to the world. The hub asks people of trials.',
    play: playRoutedApproval,
  },
  {
    heading: '3. The account "shop" has just joined production. No StackSet has come to it yet.',
    play: playNewAccount,
  },
  {
    heading:
      "4. Mallory, the administrator of lab, makes up an event of the account payments, and puts it on the hub's bus.",
    play: playForgedEvent,
  },
  {
    heading: [
      '5. The same record lies in the queue of the sentry all the same, as it would if a source of the hub had been',
      '   deceived. The sandbox puts it there; mallory could not.',
    ].join('\n'),
    play: playForeignRecord,
  },
  {
    heading:
      '6. Mallory disables the rule that forwards changes of eu-west-1, so that the hub hears of none there.',
    play: playBlindedRegion,
  },
  {
    heading: '7. What is covered in the end, and what is not:',
    play: playCoverageList,
  },
];

/**
 * Deploys the example to an organization, and plays; `onStage` hears when it begins. Says whether
 * all was as it is stated.
 */
export async function playOrganization(
  start: (options: LocalAwsOptions) => Promise<LocalAws>,
  print: Print,
  onStage: (stage: Stage) => void = () => undefined,
): Promise<{ readonly isDone: boolean; readonly stage: Stage }> {
  const screen = await SlackScene.start(print);
  const stage = await setStage(await start(screen.observers()), screen);
  print(CAST);
  onStage(stage);
  const statements = new Statements(print);
  for (const { heading, play } of ACTS) {
    print(`\n${'='.repeat(100)}\n${heading}`);
    await play(stage, statements);
  }
  print(
    statements.allSo
      ? '\nAll of it is as it is stated.'
      : '\nThe scene did not go as it should: see what is NOT SO.',
  );
  return { isDone: statements.allSo, stage };
}

const CAST = `
The organization, in two Regions, eu-west-1 and us-east-1:

  111111111111 (management)  is watched by no one
  ${SECURITY} (security)    has the hub, in eu-west-1
  ${DEPLOYMENT} (deployment)  has the StackSets, which made roles and rules in the members
  unit production, ${UNITS.production}:
    ${PAYMENTS} (payments)  its administrator is pat
    ${SHOP} (shop)      has just joined
  unit trials, ${UNITS.trials}:
    ${LAB} (lab)       its administrator is mallory

The example begins with a wave in which production is only observed. Here it is one wave further: the sentry acts in both
units. Slack is a stand-in, written by hand for this project: docs/sandbox.md says what it checks. petra, paul and
pia decide about production, tess and tom about trials. Who of them is pat or mallory is not known in Slack: so one more than
usual has to approve.`;
