import { setTimeout as sleep } from 'node:timers/promises';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type MadeList, MadeThings } from './made-things';
import type { Site } from './probe';

const BETWEEN_ASKS_MS = 5_000;
/** However slow the machine is that an emulator runs on. */
const LEAST_ASKS = 30;

export interface SiteOptions {
  readonly region: string;
  /** Where AWS is called; without it, where the SDK calls it. */
  readonly endpoint?: string;
  /** Where the list of what is made is kept. */
  readonly file: string;
  /** How much faster than in AWS things come about: an emulator waits for nothing. Default: 1. */
  readonly pace?: number;
}

/**
 * The account of the credentials. With the list of an earlier run, the site is that run's, and
 * another account is refused: nothing on the list would be found there, so all would count as gone.
 */
export async function siteOf(options: SiteOptions, earlier?: MadeList): Promise<Site> {
  const { region, endpoint, file, pace = 1 } = options;
  const access = { region, ...(endpoint && { endpoint }) };
  const { Account, Arn } = await new STSClient(access).send(new GetCallerIdentityCommand({}));
  const account = Account!;
  if (earlier && earlier.account !== account) {
    throw new Error(
      `The things in ${file} are in the account ${earlier.account}, and these credentials are of ${account}. Use credentials of the former.`,
    );
  }
  const run = earlier?.run ?? `cdk-sentries-verify-${Date.now().toString(36)}`;
  const made = new MadeThings(file, { run, account, region }, earlier?.things);
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    made.close();
  };
  const waitUpTo: Site['waitUpTo'] = async (minutes, ask) => {
    const until = Date.now() + (minutes * 60_000) / pace;
    for (let asks = 1; ; asks += 1) {
      if (isStopped) throw new Error('the run was stopped');
      const found = await ask();
      if (found !== undefined) return found;
      if (asks >= LEAST_ASKS && Date.now() > until) return undefined;
      await sleep(BETWEEN_ASKS_MS / pace);
    }
  };
  return { partition: Arn!.split(':')[1]!, account, region, run, access, made, waitUpTo, stop };
}
