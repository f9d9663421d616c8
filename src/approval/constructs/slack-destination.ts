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
   * @param url a secret of the same account, with the URL of the webhook as its plain text: who
   * knows it may post.
   */
  public static webhook(url: secretsmanager.ISecret): SlackDestination {
    return new SlackDestination({ kind: 'webhook', secretArn: url.secretArn }, url);
  }

  /** @internal */
  public readonly _monitoring: Monitoring;

  /**
   * What has to be read to post there.
   *
   * @internal
   */
  public readonly _secret?: secretsmanager.ISecret;

  private constructor(monitoring: Monitoring, secret?: secretsmanager.ISecret) {
    this._monitoring = monitoring;
    this._secret = secret;
  }
}
