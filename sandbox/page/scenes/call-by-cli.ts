import type { AwsCredentials, LocalAws } from '../../local-aws';
import { shellLine } from '../../support/shell-line';
import type { SandboxPage } from '../sandbox-page';

/** Someone who calls AWS by its command line. */
export interface CliUser {
  readonly localAws: Pick<LocalAws, 'cli'>;
  readonly credentials: AwsCredentials;
  readonly region?: string;
}

/**
 * Runs the AWS CLI as someone. The page shows the command, and what AWS says where it refuses.
 * Gives back what is printed.
 */
export async function callByCli(
  page: Pick<SandboxPage, 'tell'>,
  { localAws, credentials, region }: CliUser,
  args: readonly string[],
): Promise<string> {
  const shownRegion = region === undefined ? [] : ['--region', region];
  page.tell('command', `$ ${shellLine(['aws', ...args, ...shownRegion])}`);
  const { exitCode, stdout, stderr } = await localAws.cli([...args], credentials, region);
  if (exitCode !== 0) page.tell('refused', stderr.trim());
  return stdout;
}
