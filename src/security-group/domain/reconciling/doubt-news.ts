import { type DoubtfulList, type DoubtfulPeer, type Doubts, isInDoubt } from './doubts';
import { groupsText, type News, section } from './news';
import type { ReconcileReport } from './reconcile-report';
import { counted } from '../../../shared/domain/notification/counted';
import { plainText } from '../../../shared/domain/notification/plain-text';
import { groupText } from '../reporting/report-text';
import { namedRuleText } from '../rules/rule-text';

/** Of each kind of doubt, at most `most` lines. */
export function doubtNews({ doubts }: ReconcileReport, most: number): News | undefined {
  if (!isInDoubt(doubts)) return undefined;
  return { severity: 'high', headlines: headlines(doubts), lines: lines(doubts, most) };
}

function headlines({ lists, rules, groups, selections, peers }: Doubts): string[] {
  const unread = rules.reduce((sum, { ruleIds }) => sum + ruleIds.length, 0);
  return [
    ...(groups.length > 0 ? [groupsText(groups.length, 'was not judged', 'were not judged')] : []),
    ...(lists.length > 0
      ? [`the entries of ${counted(lists.length, 'prefix list')} cannot be judged`]
      : []),
    ...(unread > 0 ? [`${counted(unread, 'rule')} cannot be read`] : []),
    ...(selections.length > 0 ? ['new groups may be missed'] : []),
    ...(peers.length > 0
      ? [
          `${counted(peers.length, 'peer')} of policies ${peers.length === 1 ? 'is' : 'are'} in doubt`,
        ]
      : []),
  ];
}

function lines({ groups, lists, rules, selections, peers }: Doubts, most: number): string[] {
  return [
    ...section(
      'These groups were not judged in this run. The next run tries again; if it says the same, see the log of the function:',
      groups.map(
        ({ group, reason }) => `- ${groupText(group.id, group.name)}: ${plainText(reason)}`,
      ),
      most,
    ),
    ...section(
      'No policy can answer for what these prefix lists let through. Have the owner share them again, or have the rules name a list of this account, or the ranges themselves; revoke the rules that no one needs:',
      lists.flatMap(listLines),
      most,
    ),
    ...section(
      'These rules cannot be read, and were not judged. Look at them, and report it to the maintainers:',
      rules.map(
        ({ group, ruleIds }) =>
          `- ${groupText(group.id, group.name)}: ${ruleIds
            .slice(0, most)
            .map((id) => plainText(id))
            .join(', ')}`,
      ),
      most,
    ),
    ...section(
      'These could not be looked up, so that groups which are new among them are not adopted yet:',
      selections.map(({ selection, reason }) => `- ${plainText(selection)}: ${plainText(reason)}`),
      most,
    ),
    ...section(
      'What these peers of policies mean is not known in full. Nothing is reverted for it, and all else is judged. Mend what the policy names, and deploy it; a VPC that cannot be read is read again in the next run:',
      peers.flatMap(peerLines),
      most,
    ),
  ];
}

function peerLines({ peer, reason, rules }: DoubtfulPeer): string[] {
  const head = `- ${plainText(peer)}: ${plainText(reason)}.`;
  if (rules.length === 0) return [`${head} No rule that stands hangs on it.`];
  return [`${head} On it hangs:`, ...ruleLines(rules)];
}

function listLines({ id, reason, rules }: DoubtfulList): string[] {
  return [`- ${plainText(id)}: ${plainText(reason)}. It is named by:`, ...ruleLines(rules)];
}

function ruleLines(rules: DoubtfulList['rules']): string[] {
  return rules.map(
    ({ group, rule }) => `  - ${groupText(group.id, group.name)}: ${namedRuleText(rule)}`,
  );
}
