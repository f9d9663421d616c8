import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { checkSecretPlace } from './secret-place';
import type { SlackApprovalWorkflowProps } from './slack-approval-workflow-props';

/** The secrets that the functions of a workflow read. */
export interface SlackSecrets {
  readonly signingSecret: secretsmanager.ISecret;
  readonly botToken: secretsmanager.ISecret;
  /** The URL of a webhook, where the monitoring channel is one. */
  readonly webhook?: secretsmanager.ISecret;
}

/**
 * Throws if two of them are the same: each holds one value alone; and for those that the functions
 * could not read.
 */
export function slackSecrets(scope: Construct, props: SlackApprovalWorkflowProps): SlackSecrets {
  const { signingSecret, botToken, monitoringChannel } = props;
  const webhook = monitoringChannel?._secret;
  const named = [
    { prop: 'signingSecret', secret: signingSecret },
    { prop: 'botToken', secret: botToken },
    ...(webhook ? [{ prop: 'monitoringChannel', secret: webhook }] : []),
  ];
  named.forEach(({ prop, secret }) => checkSecretPlace(scope, prop, secret));
  named.forEach(({ prop, secret }, index) => {
    const other = named.slice(0, index).find((one) => isSame(one.secret, secret));
    if (!other) return;
    throw new Error(
      `${scope.node.path}: "${other.prop}" and "${prop}" are the same secret, ${secret.node.path}: write one secret for each, with the value alone as its text.`,
    );
  });
  return { signingSecret, botToken, webhook };
}

/** A workflow of the app, with its secrets. */
export interface WorkflowWithSecrets {
  readonly workflow: Construct;
  readonly secrets: SlackSecrets;
}

/**
 * Throws for two workflows with the app of Slack in common: it has one address for clicks, so those
 * on the questions of one workflow would come to the other, and not count.
 */
export function refuseSharedSlackApp(
  { workflow, secrets }: WorkflowWithSecrets,
  others: readonly WorkflowWithSecrets[],
): void {
  for (const prop of ['signingSecret', 'botToken'] as const) {
    const other = others.find((one) => isSame(one.secrets[prop], secrets[prop]));
    if (!other) continue;
    throw new Error(
      `${workflow.node.path}: "${prop}" is the secret ${secrets[prop].node.path}, which ${other.workflow.node.path} has as well: an app of Slack sends clicks to one workflow alone. ` +
        'Make an app of Slack for each, with secrets of its own, or write one workflow with "routes".',
    );
  }
}

function isSame(one: secretsmanager.ISecret, other: secretsmanager.ISecret): boolean {
  return one.secretArn === other.secretArn;
}

/** Those that are there. */
export function allSecrets({
  signingSecret,
  botToken,
  webhook,
}: SlackSecrets): secretsmanager.ISecret[] {
  return [signingSecret, botToken, ...(webhook ? [webhook] : [])];
}
