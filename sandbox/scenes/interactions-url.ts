import type { DeployedStack } from '../local-aws';

/** Where Slack brings clicks and forms to. */
export function interactionsUrlOf({ httpApis }: DeployedStack): string {
  const [api] = httpApis.values();
  if (api === undefined) {
    throw new Error('The stack has no HTTP API, to which Slack would bring clicks.');
  }
  return `${api}/slack/interactions`;
}
