import { LocalAws, type LocalAwsOptions } from './local-aws';
import { joinedObservers } from './page/joined-observers';
import { type PageScene, SandboxPage } from './page/sandbox-page';
import { approvalScene } from './page/scenes/approval';
import { lockedGroupScene } from './page/scenes/locked-group';
import { playAccessKeys } from './scenes/access-keys';
import { playedAnswers, typedAnswers } from './scenes/answers';
import { PLAYED, playApproval, stageApproval } from './scenes/approval';
import { gapLines } from './scenes/gap-list';
import { invite, observers, playLockedSecurityGroup } from './scenes/locked-security-group';
import { inviteToOrganization } from './scenes/organization/invitation';
import { playOrganization } from './scenes/organization/play-organization';
import { playRehearsal } from './scenes/rehearsal';
import { endWithParent } from './support/process-lifetime';

const USAGE = [
  'npm run sandbox                         a security group that heals itself; then it stays up, to be tried by hand',
  'npm run sandbox -- --once               the same, and ends',
  'npm run sandbox -- keys                 an old access key is found, told and retired, on a moving clock; then it ends',
  'npm run sandbox -- rehearsal            policies are tried on changes that were made before, and the report is shown; then it ends',
  'npm run sandbox -- approval             people are asked about changes, in a stand-in for Slack, and you decide for them; then it ends',
  'npm run sandbox -- approval --once      the same, with decisions that are made already',
  'npm run sandbox -- organization         a hub watches an organization: a port is closed, the people of its unit are asked, a member is hostile; then it stays up',
  'npm run sandbox -- organization --once the same, and ends',
  'npm run sandbox -- --gaps               what the emulator lacks, and what the sandbox does instead; nothing is started',
].join('\n');

/** Where there is no terminal that knows its own. */
const PRINTED_COLUMNS = 120;

const print = (line: string) => console.log(line);

async function main(parameters: string[]): Promise<void> {
  const asked = parameters.join(' ');
  if (asked === '--gaps') return showGaps();
  if (asked === 'keys') return end(await playKeys());
  if (asked === 'rehearsal' || asked === 'rehearsal --once') return end(await playPolicies());
  if (asked === 'approval') return stayUpForApproval();
  if (asked === 'approval --once') return end(await playApprovalOnce());
  if (asked === 'organization' || asked === 'organization --once') {
    const { isDone, stage } = await playOrganization(start, print);
    if (asked === 'organization') return inviteToOrganization(stage);
    await stage.localAws.stop();
    await stage.screen.slack.stop();
    return end(isDone);
  }
  if (asked !== '' && asked !== '--once') {
    throw new Error(`"${asked}" is not known here.\n${USAGE}`);
  }

  if (asked === '--once') return end(await playOnce());
  return stayUp();
}

async function playOnce(): Promise<boolean> {
  const localAws = await start(observers(print));
  const { healed } = await playLockedSecurityGroup(localAws, print);
  await localAws.stop();
  return healed;
}

async function stayUp(): Promise<void> {
  const page = await openPage();
  const localAws = await start(joinedObservers(observers(print), page.observers()));
  const { stage } = await playLockedSecurityGroup(localAws, print, (begun) =>
    page.show(withoutMoves(lockedGroupScene(page, begun))),
  );
  page.show(lockedGroupScene(page, stage));
  await invite(stage, print);
  print(pageLine(page));
}

/** As long as the scene plays by itself. */
function withoutMoves(scene: PageScene): PageScene {
  return { ...scene, moves: [] };
}

async function playApprovalOnce(): Promise<boolean> {
  const stage = await stageApproval(start, print);
  const isDone = await playApproval(stage, playedAnswers(PLAYED), print);
  await stage.localAws.stop();
  await stage.screen.slack.stop();
  return isDone;
}

/** Someone decides in the terminal or on the page. Without a terminal, all is done on the page. */
async function stayUpForApproval(): Promise<void> {
  const page = await openPage();
  const stage = await stageApproval(
    async (options) => start(joinedObservers(options, page.observers())),
    print,
  );
  const scene = approvalScene(page, stage);
  if (process.stdin.isTTY) {
    page.show(withoutMoves(scene));
    print(pageLine(page));
    await playApproval(stage, typedAnswers(print), print);
  }
  page.show(scene);
  print(`\nIt stays up. Ctrl-C ends it.\n\n${pageLine(page)}`);
}

async function openPage(): Promise<SandboxPage> {
  const page = await SandboxPage.open();
  print(pageLine(page));
  return page;
}

function pageLine({ url }: SandboxPage): string {
  return `In a browser: ${url}\n`;
}

function showGaps(): void {
  print("What the emulator's CloudFormation lacks, and what the sandbox does instead:");
  for (const line of gapLines(process.stdout.columns ?? PRINTED_COLUMNS)) print(line);
  print('\nWhere each of it is mended: docs/sandbox.md, "Repairs of the emulator".');
}

async function playKeys(): Promise<boolean> {
  const localAws = await start({ log: print });
  const retired = await playAccessKeys(localAws, print);
  await localAws.stop();
  return retired;
}

async function playPolicies(): Promise<boolean> {
  const localAws = await start({ log: print });
  const told = await playRehearsal(localAws, print);
  await localAws.stop();
  return told;
}

async function start(options: LocalAwsOptions): Promise<LocalAws> {
  const starting = LocalAws.start(options);
  endWithParent(async () => (await starting).stop());
  return starting;
}

function end(success: boolean): void {
  process.exit(success ? 0 : 1);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
