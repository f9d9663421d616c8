import {
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import * as z from 'zod/mini';
import type { LocalAws } from '../../sandbox/local-aws';

export const DAY_MS = 86_400_000;
/** Told once more in a run that is made again; whether the step is done at last, is compared. */
const ON_THE_WAY = ['wait', 'failed'];
/** As the reason says: an earlier run could not tell what it did, or a look-up failed. */
const HELD_FOR_THIS_RUN = /left to the next|while anything is unknown$/;

/** What came of a story of keys. */
export interface Lived {
  /** What was told meanwhile. */
  readonly messages: readonly string[];
  readonly letters: readonly string[];
}

/** A story gives the dead letters on the way: queues keep them for two weeks. */
export type KeyStory = AsyncIterable<readonly string[]>;

export async function lived(
  { inbox }: LocalAws,
  story: KeyStory,
  atEnd: () => Promise<void>,
): Promise<Lived> {
  const letters: string[] = [];
  const { deliveries } = await inbox.during(async () => {
    for await (const some of story) letters.push(...some);
    await atEnd();
  });
  return { messages: deliveries.map(({ message }) => message), letters };
}

/** As a report tells of users. */
export const ToldKeys = z.array(
  z.object({
    userName: z.string(),
    step: z.optional(
      z.object({ kind: z.string(), step: z.string(), reason: z._default(z.string(), '') }),
    ),
  }),
);

export function stepsOf(keys: z.output<typeof ToldKeys>, names: readonly string[]): string[] {
  return keys
    .filter(({ userName }) => names.includes(userName))
    .flatMap(({ userName, step }) =>
      step && !isOnTheWay(step) ? `${userName}: ${step.kind} ${step.step}` : [],
    );
}

function isOnTheWay({ kind, reason }: { readonly kind: string; readonly reason: string }): boolean {
  return ON_THE_WAY.includes(kind) || (kind === 'held' && HELD_FOR_THIS_RUN.test(reason));
}

export function withoutDays(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\d/g, 'day').replace(/\b\d+ days?\b/g, 'days');
}

/** With all keys. */
export async function removeUser(iam: IAMClient, UserName: string): Promise<void> {
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
  for (const { AccessKeyId } of AccessKeyMetadata) {
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  }
  await iam.send(new DeleteUserCommand({ UserName }));
}
