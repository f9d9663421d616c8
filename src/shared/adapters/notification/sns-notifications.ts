import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { bytesOfText, MOST_BYTES } from '../../domain/byte-budget';
import type { Severity } from '../../domain/notification/severity';

/** One message, as JSON for machines and as text for people. */
export interface Notification {
  readonly subject: string;
  readonly json: string;
  readonly text: string;
  readonly severity: Severity;
  readonly type: string;
}

/** `render` is asked to list fewer items as long as the message is too large. */
export function largestThatFits<Rendered extends Notification>(
  maxItems: number,
  render: (items: number) => Rendered,
  mostBytes: number = MOST_BYTES.message,
): Rendered {
  let items = maxItems;
  let notification = render(items);
  while (items > 0 && bytesOf(notification) > mostBytes) {
    items = Math.floor(items / 2);
    notification = render(items);
  }
  return notification;
}

export class SnsNotifications {
  constructor(
    private readonly client: SNSClient,
    private readonly topicArn: string,
  ) {}

  async publish(notification: Notification): Promise<void> {
    await this.client.send(
      new PublishCommand({
        TopicArn: this.topicArn,
        Subject: notification.subject,
        MessageStructure: 'json',
        Message: messageOf(notification),
        MessageAttributes: {
          severity: { DataType: 'String', StringValue: notification.severity },
          type: { DataType: 'String', StringValue: notification.type },
        },
      }),
    );
  }
}

/** As it goes to SNS. */
export function bytesOf(notification: Notification): number {
  return bytesOfText(messageOf(notification));
}

function messageOf({ json, text }: Notification): string {
  return JSON.stringify({ default: json, email: text, sms: text.split('\n', 1)[0] });
}
