import type { AskedChange, AskedRule } from './asked-change';
import type { Fact, ProposedChange, Question, Requester } from '../../../approval/domain/question';
import type { DescribedPlace } from '../../../organization/domain/described-place';
import { cutText } from '../../../shared/domain/byte-budget';
import { accountFields } from '../../../shared/domain/notification/account-text';
import { consoleOf } from '../../../shared/domain/partition';
import { type Actor, nameInWords } from '../changes/actor';
import type { Call } from '../changes/change';
import { inTitle, placeFacts } from '../reporting/place-text';
import { groupText } from '../reporting/report-text';
import type { Peer, Rule } from '../rules/rule';
import { ruleText } from '../rules/rule-text';

export function changeQuestion(asked: AskedChange): Question {
  const { group, place, call, rules } = asked;
  return {
    title: `Security group ${group.name ?? group.id}${inTitle(place)}: ${countText(rules)}`,
    ...sensitiveLabels(asked),
    requester: requesterOf(call.actor),
    facts: [
      ...(place ? placeFacts(withoutWarning(place)) : []),
      {
        label: 'Group',
        value: `${groupText(group.id, group.name)}${group.vpcId ? ` in ${group.vpcId}` : ''}`,
      },
      ...(place ? [] : [{ label: 'Account', value: `${call.accountId}, Region ${call.region}` }]),
      { label: 'Call', value: callText(call) },
      ...(call.actor.roleArn ? [{ label: 'Role', value: call.actor.roleArn }] : []),
    ],
    changes: rules.map((rule) => proposedChange(rule, asked)),
    ...consequences(asked),
    links: links(asked),
    // What was taken away cannot be put back by the clock.
    mayBeTimed: rules.every(({ change }) => change === 'added' || change === 'modified'),
  };
}

/** A key has several values where the group has had one after the other: each still counts. */
function sensitiveLabels({
  place,
  sensitiveTags = [],
}: AskedChange): Pick<Question, 'sensitiveLabels'> {
  const keys = [...new Set(sensitiveTags.map(({ key }) => key))];
  const valuesOf = (label: string) =>
    sensitiveTags.filter(({ key }) => key === label).map(({ value }) => value);
  const labels = [
    ...(place ? warningLabels(place) : []),
    ...keys.map((label) => ({ label, value: valuesOf(label).join(', ') })),
  ];
  return labels.length > 0 ? { sensitiveLabels: labels } : {};
}

function warningLabels({ accountId, account }: DescribedPlace): Fact[] {
  const { accountWarning } = accountFields(account);
  return accountWarning ? [{ label: `account ${accountId}`, value: accountWarning }] : [];
}

/** Its warning stands above all facts. */
function withoutWarning({ account, ...place }: DescribedPlace): DescribedPlace {
  const { warning: _, ...described } = account;
  return { ...place, account: described };
}

/** To the second, as CloudTrail has it. */
function callText({ eventName, time, sourceAddress }: Call): string {
  const when = time.toISOString().replace('T', ' ').slice(0, 19);
  return `${eventName}, ${when} UTC${sourceAddress ? `, from ${sourceAddress}` : ''}`;
}

const VERBS: Readonly<Record<AskedRule['change'], string>> = {
  added: 'added',
  modified: 'modified',
  described: 'given a new description',
  removed: 'removed',
};

function countText(rules: readonly AskedRule[]): string {
  return Object.entries(VERBS)
    .map(([change, verb]) => ({
      verb,
      count: rules.filter((rule) => rule.change === change).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ verb, count }) => `${count} ${count === 1 ? 'rule' : 'rules'} ${verb}`)
    .join(', ');
}

/**
 * Only Identity Center's own roles have a session name that is the person's; anyone may choose all
 * others.
 */
const IDENTITY_CENTER_ROLE = /^arn:[\w-]+:iam::\d+:role\/aws-reserved\/sso\.amazonaws\.com\//;
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

/** A workflow takes requesters of up to 2 KB; names in AWS are far shorter. */
const MOST_NAME_CHARACTERS = 450;

export function requesterOf(actor: Actor): Requester {
  const { roleArn, sessionName } = actor;
  const isPerson =
    roleArn !== undefined &&
    IDENTITY_CENTER_ROLE.test(roleArn) &&
    sessionName !== undefined &&
    EMAIL.test(sessionName);
  return isPerson
    ? { name: sessionName, email: sessionName }
    : { name: cutText(nameInWords(actor), MOST_NAME_CHARACTERS) };
}

function proposedChange(one: AskedRule, { groupNames }: AskedChange): ProposedChange {
  const { change, rule, before, violations } = one;
  const remarks = [
    ...(change === 'modified' && !before
      ? ['its earlier values are not known, or could not be put back']
      : []),
    ...namesOf([rule, ...(before ? [before] : [])], groupNames),
    ...tagRemarks(one),
    ...new Set(violations.map(({ reason }) => reason)),
  ];
  return {
    ...(change === 'removed' ? { before: fullText(rule) } : { after: fullText(rule) }),
    ...(before && { before: fullText(before) }),
    remarks,
  };
}

function tagRemarks({ tags = [], otherTags = 0 }: AskedRule): string[] {
  const others = `${otherTags} more ${otherTags === 1 ? 'tag' : 'tags'}`;
  return [
    ...tags.map(({ key, value }) => `its tag ${JSON.stringify(key)} is ${JSON.stringify(value)}`),
    ...(otherTags > 0 ? [`it had ${others}: too much to show, and so no part of the request`] : []),
  ];
}

function fullText(rule: Rule): string {
  return rule.description ? `${ruleText(rule)} "${rule.description}"` : ruleText(rule);
}

function namesOf(rules: readonly Rule[], names: Readonly<Record<string, string>>): string[] {
  return referencedGroups(rules.map(({ peer }) => peer)).flatMap((id) =>
    names[id] ? [`the group ${id} is ${names[id]}`] : [],
  );
}

export function referencedGroups(peers: readonly Peer[]): string[] {
  return [
    ...new Set(
      peers.flatMap((peer) =>
        peer.kind === 'securityGroup' && !peer.ownerId ? [peer.groupId] : [],
      ),
    ),
  ];
}

function consequences({
  response,
  whenUnanswered,
}: AskedChange): Pick<Question, 'meanwhile' | 'ifApproved' | 'ifDenied' | 'ifUnanswered'> {
  if (response === 'revertUntilApproved') {
    return {
      meanwhile: 'The change was reverted.',
      ifApproved: 'It is made again, exactly as shown here.',
      ifDenied: 'It stays reverted.',
      ifUnanswered: 'It stays reverted.',
    };
  }
  return {
    meanwhile: 'The change STANDS.',
    ifApproved: 'It stays.',
    ifDenied: 'It is reverted.',
    ifUnanswered: whenUnanswered === 'accept' ? 'It stays.' : 'It is reverted.',
  };
}

/** Which account a console shows is decided by who is signed in there. */
function links({ group, place, call }: AskedChange): Question['links'] {
  const console = consoleOf(call.region);
  const signedIn = place ? `, signed in to ${place.accountId}` : '';
  return [
    {
      text: `Group in the console${signedIn}`,
      url: `${console}/ec2/home?region=${call.region}#SecurityGroup:groupId=${group.id}`,
    },
    ...(call.eventId === 'none'
      ? []
      : [
          {
            text: `Event in CloudTrail${signedIn}`,
            url: `${console}/cloudtrailv2/home?region=${call.region}#/events/${encodeURIComponent(call.eventId)}`,
          },
        ]),
  ];
}
