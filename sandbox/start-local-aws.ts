import { LocalAws, type LocalAwsOptions } from './local-aws';
import { endWithParent } from './support/process-lifetime';

/** A local AWS that ends with the process, and with what has started that. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const starting = LocalAws.start(options);
  endWithParent(async () => (await starting).stop());
  return starting;
}
