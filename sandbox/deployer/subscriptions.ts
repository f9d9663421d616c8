import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import * as z from 'zod/mini';
import type { EmulatorAccess } from '../emulator/emulator-access';

const Subscription = z.object({
  TopicArn: z.string(),
  Protocol: z.string(),
  Endpoint: z.optional(z.string()),
  RawMessageDelivery: z.optional(z.boolean()),
  FilterPolicy: z.optional(z.unknown()),
  FilterPolicyScope: z.optional(z.string()),
});

/** Makes a template's AWS::SNS::Subscription resources, whose properties these are. */
export async function subscribe(access: EmulatorAccess, subscriptions: unknown[]): Promise<void> {
  const sns = new SNSClient(access);
  for (const subscription of subscriptions) {
    const { TopicArn, Protocol, Endpoint, RawMessageDelivery, FilterPolicy, FilterPolicyScope } =
      Subscription.parse(subscription);
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol,
        Endpoint,
        Attributes: {
          ...(RawMessageDelivery && { RawMessageDelivery: 'true' }),
          ...(FilterPolicy !== undefined && { FilterPolicy: JSON.stringify(FilterPolicy) }),
          ...(FilterPolicyScope && { FilterPolicyScope }),
        },
      }),
    );
  }
}
