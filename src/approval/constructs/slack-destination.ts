import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { checkedChannelId } from './slack-id';
import type { Monitoring } from '../contracts/approval-parameter';

/** Where in Slack something is told. */
export class SlackDestination {
  /**
   * A channel, in which the workflow's app must be a member.
   *
   * @param channelId such as C0123ABCD. Throws if it is malformed: a name is no id.
   */
  public static channel(channelId: string): SlackDestination {
    return new SlackDestination({
      kind: 'channel',
      channelId: checkedChannelId(channelId, 'SlackDestination.channel()'),
    });
  }

  /**
   * An incoming webhook.
   *
   * @param url a secret with the URL of the webhook as its plain text: who knows it may post. Where
   * it may be is as with the workflow's `signingSecret`.
   */
  public static webhook(url: secretsmanager.ISecret): SlackDestination {
    return new SlackDestination({ kind: 'webhook', secretArn: url.secretArn }, url);
  }

  private constructor(
    private readonly monitoring: Monitoring,
    private readonly secret?: secretsmanager.ISecret,
  ) {}

  /** @internal */
  public get _monitoring(): Monitoring {
    return this.monitoring;
  }

  /**
   * The secret that has to be read to post there.
   *
   * @internal
   */
  public get _secret(): secretsmanager.ISecret | undefined {
    return this.secret;
  }
}
