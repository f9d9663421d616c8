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
    { prop: 'signingSecret', arn: signingSecret.secretArn },
    { prop: 'botToken', arn: botToken.secretArn },
    ...(webhook ? [{ prop: 'monitoringChannel', arn: webhook.secretArn }] : []),
  ];
  checkSecretPlace(scope, 'signingSecret', signingSecret);
  checkSecretPlace(scope, 'botToken', botToken);
  if (webhook) checkSecretPlace(scope, 'monitoringChannel', webhook);
  named.forEach(({ prop, arn }, index) => {
    const other = named.slice(0, index).find((one) => one.arn === arn);
    if (!other) return;
    throw new Error(
      `${scope.node.path}: "${other.prop}" and "${prop}" are the same secret, ${arn}: write one secret for each, with the value alone as its text.`,
    );
  });
  return { signingSecret, botToken, webhook };
}

/** Those that are there. */
export function allSecrets({
  signingSecret,
  botToken,
  webhook,
}: SlackSecrets): secretsmanager.ISecret[] {
  return [signingSecret, botToken, ...(webhook ? [webhook] : [])];
}
