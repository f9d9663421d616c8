import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { MAX_KEY_AGE_DAYS } from './max-key-age';
import {
  Approvers,
  IamKeySentry,
  KeyActions,
  KeyOwner,
  KeyReports,
  SlackApprovalWorkflow,
  Weekday,
} from '../../../../src';

/** What examples/access-keys shows, with direct messages to owners. */
const app = new App();
const stack = new Stack(app, 'AccessKeys');

const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
const botToken = new secretsmanager.Secret(stack, 'BotToken');

const approvals = new SlackApprovalWorkflow(stack, 'Approvals', {
  signingSecret,
  botToken,
  approvalChannelId: 'C0APPROVALS',
  approvers: Approvers.users(['U0ALICE', 'U0OLGA']),
});

new IamKeySentry(stack, 'KeySentry', {
  maxKeyAge: Duration.days(MAX_KEY_AGE_DAYS),
  warnBefore: Duration.days(14),
  maxUnusedAge: Duration.days(45),
  reports: KeyReports.weekly(Weekday.MONDAY),
  owners: [KeyOwner.tag('Owner'), KeyOwner.userName()],
  notifyOwnersThrough: approvals,
  actions: KeyActions.of({
    deactivateAfter: Duration.days(100),
    deactivateUnusedAfter: Duration.days(45),
    deleteAfterInactive: Duration.days(30),
    grace: Duration.days(7),
  }),
});

new CfnOutput(stack, 'SigningSecretArn', { value: signingSecret.secretArn });
new CfnOutput(stack, 'BotTokenArn', { value: botToken.secretArn });
