import { type AccessKeyWithUse, daysBetween, type LastUse } from './access-key';
import { type DeactivationReason, isOfUse } from './deactivation-reasons';
import type { KeyActionRules } from './key-actions';
import type { KeyApproval } from './key-approval';
import { dateText, lastUseText } from './key-report';
import { addressOf, type Owner, ownerWithSource, sourceText } from './owner';
import type { Question } from '../../approval/domain/question';
import type { RequestLabels } from '../../approval/domain/request-labels';
import { consoleOf, iamRegionOf } from '../../shared/domain/partition';

/** The rules of a sentry that asks. */
export type AskingRules = KeyActionRules & { readonly askAgainAfter: number };

/** Where the keys are, and the sentry. */
export interface KeyPlace {
  readonly account: string;
  readonly region: string;
  /** Of a member: how it is named to people, and where it is in the organization. */
  readonly member?: NamedMember;
}

export interface NamedMember {
  readonly text: string;
  /** The hub's own words on it, such as "holds the payment systems". */
  readonly warning?: string;
  readonly labels: RequestLabels;
}

/** The question to people about a key that is due to be deactivated. */
export function askAbout(
  key: AccessKeyWithUse,
  reasons: readonly DeactivationReason[],
  rules: AskingRules,
  place: KeyPlace,
  now: Date,
): KeyApproval {
  return {
    requestId: `${key.id}-${now.getTime()}`,
    askedAt: now,
    ...(place.member && { labels: place.member.labels }),
    reasons,
    question: keyQuestion(key, reasons, rules, place, now),
  };
}

function keyQuestion(
  key: AccessKeyWithUse,
  reasons: readonly DeactivationReason[],
  rules: AskingRules,
  { account, region, member }: KeyPlace,
  now: Date,
): Question {
  const { id, userName, createdAt, lastUse, owner } = key;
  return {
    title: `Deactivate access key ${id} of ${userName}${member ? ` in account ${account}` : ''}`,
    requester: { name: 'IamKeySentry', isAutomatic: true },
    ...consultedOwner(owner),
    ...accountWarning(account, member),
    facts: [
      { label: 'User', value: userName },
      ...(owner ? [{ label: 'Owner', value: ownerWithSource(owner) }] : []),
      { label: 'Account', value: member?.text ?? account },
      ...unitFacts(member),
      {
        label: 'Created',
        value: `${dateText(createdAt)}, ${daysText(daysBetween(createdAt, now))} ago`,
      },
      { label: 'Last used', value: lastUseText(lastUse, createdAt) },
    ],
    changes: [
      {
        before: `${id} is active`,
        after: `${id} is inactive`,
        remarks: reasons.map(
          (reason) =>
            `${remark(reason, key, rules)}, and its notice was given at least ${daysText(rules.grace)} ago`,
        ),
      },
    ],
    meanwhile: 'The key stays active.',
    ifApproved: `The key is deactivated: whatever still uses it fails from then on, until someone activates it again.${reasons.some(isOfUse) ? ' If it is used before, nothing is done.' : ''}`,
    ifDenied: `The key stays active. ${laterText(rules.askAgainAfter)}`,
    ifUnanswered: 'The key stays active. The next run asks again, if it is still due.',
    links: [{ text: 'User in the console', url: consoleUrl(userName, region) }],
    mayBeTimed: false,
  };
}

/** It stands above all facts, as it does in a question about a group. */
function accountWarning(
  account: string,
  member: NamedMember | undefined,
): Pick<Question, 'sensitiveLabels'> {
  if (member?.warning === undefined) return {};
  return { sensitiveLabels: [{ label: `account ${account}`, value: member.warning }] };
}

/** Whether they still need it is theirs to say, and not theirs to decide. */
function consultedOwner(owner: Owner | undefined): Pick<Question, 'consulted'> {
  const email = addressOf(owner);
  if (email === undefined || owner?.kind !== 'known') return {};
  return { consulted: { email, reason: `named as owner by ${sourceText(owner)}` } };
}

function remark(
  reason: DeactivationReason,
  { lastUse }: AccessKeyWithUse,
  rules: AskingRules,
): string {
  switch (reason) {
    case 'too-old':
      return `it is older than ${daysText(rules.deactivateAfter)}`;
    case 'unused':
      return `it was not used for longer than ${daysText(rules.deactivateUnusedAfter)}${lastUsedOn(lastUse)}`;
    case 'never-used':
      return `it is older than ${daysText(rules.deactivateNeverUsedAfter)}, and no use of it is known`;
  }
}

function lastUsedOn(lastUse: LastUse): string {
  return lastUse.kind === 'used' ? ` (last used ${dateText(lastUse.at)})` : '';
}

/** The unit that the account is in itself, where that is known. */
function unitFacts(member: NamedMember | undefined): Question['facts'] {
  const unit = member?.labels.units?.at(-1);
  return unit === undefined ? [] : [{ label: 'Unit', value: unit }];
}

/** When a key is asked about again that people wanted to keep. */
export function laterText(askAgainAfter: number): string {
  return `The first run after ${daysText(askAgainAfter)} asks again, if it is still due.`;
}

/** A reason that is asked about has its limit. */
function daysText(days = 0): string {
  return days === 1 ? '1 day' : `${days} days`;
}

/** IAM is the same in all Regions of a partition; its pages are served from one of them. */
function consoleUrl(userName: string, region: string): string {
  return `${consoleOf(iamRegionOf(region))}/iam/home#/users/details/${encodeURIComponent(userName)}?section=security_credentials`;
}
