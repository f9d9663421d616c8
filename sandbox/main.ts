import { stayUp, stayUpForApproval, stayUpForKeys, stayUpForOrganization } from './page/stay-up';
import { playAccessKeys, stageAccessKeys } from './scenes/access-keys';
import { playedAnswers } from './scenes/answers';
import { PLAYED, playApproval, stageApproval } from './scenes/approval';
import { gapLines } from './scenes/gap-list';
import { observers, playLockedSecurityGroup } from './scenes/locked-security-group';
import { playOrganization } from './scenes/organization/play-organization';
import { playRehearsal } from './scenes/rehearsal';
import { startLocalAws } from './start-local-aws';

const USAGE = [
  'npm run sandbox                         a security group that heals itself; then it stays up, to be tried by hand and in a browser',
  'npm run sandbox -- --once               the same, and ends; it serves no page',
  'npm run sandbox -- keys                 an old access key is found, told to its owner and retired, on a moving clock; then it stays up',
  'npm run sandbox -- keys --once          the same, and ends',
  'npm run sandbox -- rehearsal            policies are tried on changes that were made before, and the report is shown; then it ends',
  'npm run sandbox -- approval             people are asked about changes, in a stand-in for Slack, and you decide for them, here or in a browser; then it stays up',
  'npm run sandbox -- approval --once      the same, with decisions that are made already, and ends',
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
  if (asked === 'keys') return stayUpForKeys(print);
  if (asked === 'keys --once') return end(await playKeysOnce());
  if (asked === 'rehearsal' || asked === 'rehearsal --once') return end(await playPolicies());
  if (asked === 'approval') return stayUpForApproval(print);
  if (asked === 'approval --once') return end(await playApprovalOnce());
  if (asked === 'organization') return stayUpForOrganization(print);
  if (asked === 'organization --once') return end(await playOrganizationOnce());
  if (asked !== '' && asked !== '--once') {
    throw new Error(`"${asked}" is not known here.\n${USAGE}`);
  }

  if (asked === '--once') return end(await playOnce());
  return stayUp(print);
}

async function playOnce(): Promise<boolean> {
  const localAws = await startLocalAws(observers(print));
  const { healed } = await playLockedSecurityGroup(localAws, print);
  await localAws.stop();
  return healed;
}

async function playApprovalOnce(): Promise<boolean> {
  const stage = await stageApproval(startLocalAws, print);
  const isDone = await playApproval(stage, playedAnswers(PLAYED), print);
  await stage.localAws.stop();
  await stage.screen.slack.stop();
  return isDone;
}

function showGaps(): void {
  print("What the emulator's CloudFormation lacks, and what the sandbox does instead:");
  for (const line of gapLines(process.stdout.columns ?? PRINTED_COLUMNS)) print(line);
  print('\nWhere each of it is mended: docs/sandbox.md, "Repairs of the emulator".');
}

async function playKeysOnce(): Promise<boolean> {
  const stage = await stageAccessKeys(startLocalAws, print);
  const retired = await playAccessKeys(stage, print);
  await stage.localAws.stop();
  await stage.screen.slack.stop();
  return retired;
}

async function playOrganizationOnce(): Promise<boolean> {
  const { isDone, stage } = await playOrganization(startLocalAws, print);
  await stage.localAws.stop();
  await stage.screen.slack.stop();
  return isDone;
}

async function playPolicies(): Promise<boolean> {
  const localAws = await startLocalAws({ log: print });
  const told = await playRehearsal(localAws, print);
  await localAws.stop();
  return told;
}

function end(success: boolean): void {
  process.exit(success ? 0 : 1);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
