import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { checkedMention } from './slack-id';
import { isKnownLater, refuseListKnownLater } from '../../shared/constructs/known-later';
import type { Deciders } from '../domain/approval-configuration';

/** More of them would push the question out of sight. */
const MOST_MENTIONS = 10;

/** Throws where no one could be mentioned so; the error begins with `where`. */
export function checkedMentions(where: string, mentions: readonly string[]): readonly string[] {
  const named = `${where}: "mentions"`;
  refuseListKnownLater(`${named} is`, mentions, 'write its ids out, such as ["S0123ABCD"]');
  if (mentions.length === 0) {
    throw new Error(`${named} is empty, so no one is mentioned: leave it out, or name someone.`);
  }
  if (mentions.length > MOST_MENTIONS) {
    throw new Error(
      `${named} has ${mentions.length} entries: name up to ${MOST_MENTIONS}, or a user group in place of so many people.`,
    );
  }
  const repeated = mentions.find((id, index) => mentions.indexOf(id) < index);
  if (repeated !== undefined) {
    throw new Error(`${named} has "${repeated}" twice: name everyone once.`);
  }
  return mentions.map((id) => checkedMention(id, named));
}

/** Who is in a user group is known in Slack only. `whose` begins the warning. */
export function warnOfMentionedOthers(
  scope: Construct,
  whose: string,
  { approvers, mentions = [] }: Deciders,
): void {
  if (approvers.kind !== 'users' || approvers.userIds.some(isKnownLater)) return;
  const others = mentions.filter(
    (id) => !isKnownLater(id) && !id.startsWith('S') && !approvers.userIds.includes(id),
  );
  if (others.length === 0) return;
  Annotations.of(scope).addWarningV2(
    'cdk-sentries:mentionedMayNotDecide',
    `${whose}"mentions" has ${others.join(', ')}, who may not decide: they are pinged with each question and each reminder, and their clicks do not count. Add them to "approvers", or acknowledge this if they are only to know.`,
  );
}
