import { joinedObservers } from './joined-observers';
import { SandboxPage } from './sandbox-page';
import { accessKeyScene, tellDay } from './scenes/access-keys';
import { approvalScene } from './scenes/approval';
import { lockedGroupScene } from './scenes/locked-group';
import { organizationScene } from './scenes/organization';
import { playAccessKeys, stageAccessKeys } from '../scenes/access-keys';
import { TerminalClosedError, typedAnswers } from '../scenes/answers';
import { type ApprovalStage, playApproval, stageApproval } from '../scenes/approval';
import { invite, observers, playLockedSecurityGroup } from '../scenes/locked-security-group';
import { inviteToOrganization } from '../scenes/organization/invitation';
import { playOrganization } from '../scenes/organization/play-organization';
import type { Print } from '../scenes/printing';
import { startLocalAws } from '../start-local-aws';

/** The scene of a locked group; then it stays up, to be tried by hand and on the page. */
export async function stayUp(print: Print): Promise<void> {
  const page = await openPage(print);
  const localAws = await startLocalAws(joinedObservers(observers(print), page.observers()));
  const { stage } = await playLockedSecurityGroup(localAws, print, (begun) =>
    page.show(lockedGroupScene(page, begun)),
  );
  page.allowMoves();
  await invite(stage, print);
  print(pageLine(page));
}

export async function stayUpForKeys(print: Print): Promise<void> {
  const page = await openPage(print);
  const stage = await stageAccessKeys(
    async (options) => startLocalAws(joinedObservers(options, page.observers())),
    print,
  );
  page.show(accessKeyScene(page, stage));
  await playAccessKeys(stage, print, () => tellDay(page, stage.localAws));
  page.allowMoves();
  sayItStaysUp(page, print);
}

export async function stayUpForOrganization(print: Print): Promise<void> {
  const page = await openPage(print);
  const { stage } = await playOrganization(
    async (options) => startLocalAws(joinedObservers(options, page.observers())),
    print,
    (begun) => page.show(organizationScene(page, begun)),
  );
  page.allowMoves();
  inviteToOrganization(stage);
  print(pageLine(page));
}

/** Someone decides in the terminal or on the page. Without a terminal, all is done on the page. */
export async function stayUpForApproval(print: Print): Promise<void> {
  const page = await openPage(print);
  const stage = await stageApproval(
    async (options) => startLocalAws(joinedObservers(options, page.observers())),
    print,
  );
  page.show(approvalScene(page, stage));
  if (process.stdin.isTTY) {
    print(pageLine(page));
    await decideInTerminal(stage, print);
  }
  page.allowMoves();
  sayItStaysUp(page, print);
}

/** Someone who types no more decides on the page. */
async function decideInTerminal(stage: ApprovalStage, print: Print): Promise<void> {
  try {
    await playApproval(stage, typedAnswers(print), print);
  } catch (error) {
    if (!(error instanceof TerminalClosedError)) throw error;
    print('\nNo more is typed here: decide on the page.');
  }
}

function sayItStaysUp(page: SandboxPage, print: Print): void {
  print(`\nIt stays up. Ctrl-C ends it.\n\n${pageLine(page)}`);
}

async function openPage(print: Print): Promise<SandboxPage> {
  const page = await SandboxPage.open();
  print(pageLine(page));
  return page;
}

function pageLine({ url }: SandboxPage): string {
  return `In a browser: ${url}\n`;
}
