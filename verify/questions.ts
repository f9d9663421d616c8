import type { Question } from './probe';
import { deadLetter, firstRun, topicCondition } from './probes/delivery';
import { tagsInOtherLetters, useOfKey } from './probes/identities';
import {
  answerToRevoke,
  changingPrefixList,
  historyLag,
  mappingNames,
  modifySeveral,
  revokeById,
  throughCloudFormation,
} from './probes/records';
import { alarmWarmUp, alarmWindow } from './probes/schemas';

const BY_A_CASE = '`npx projen integ` deploys what it takes, and shows it';
const TWO_ACCOUNTS = 'it takes a second account: `npx projen integ integ.sentry-hub.ts` has two';
const ORGANIZATION = 'it takes an organization, or its log archive';
const WORKSPACE = 'it takes a Slack workspace, and someone who clicks';
const BY_HAND = 'it takes days, or a setting that no test should touch: see its entry';

/**
 * Each entry of docs/what-is-unknown.md. Those that are asked come first, and among them those on
 * which most depends: whether a deployment fails, whether it is told of changes, what it answers.
 */
export const QUESTIONS: readonly Question[] = [
  { title: 'Warm-up of alarms', probe: alarmWarmUp },
  { title: 'Calendar weeks of an alarm', probe: alarmWindow },
  { title: 'Who calls, through CloudFormation', probe: throughCloudFormation },
  { title: 'Revoke by rule id', probe: revokeById },
  { title: 'The answer to a revoke', probe: answerToRevoke },
  { title: 'Modify with several rules', probe: modifySeveral },
  { title: 'How late the event history is', probe: historyLag },
  { title: "A condition on who sends, in the topic's policy", probe: topicCondition },
  { title: 'How SQS moves a dead letter', probe: deadLetter },
  { title: 'The first run of a schedule', probe: firstRun },
  { title: 'Names of parameters that tamper rules look at', probe: mappingNames },
  { title: 'A prefix list that is being changed', probe: changingPrefixList },
  { title: 'Keys of tags in other letters', probe: tagsInOtherLetters },
  { title: 'How late a use of a key shows', probe: useOfKey },

  { title: "The heartbeat's way through AWS", notAsked: BY_A_CASE },
  { title: 'By which service SNS uses the key', notAsked: BY_A_CASE },
  { title: "The ARN that comes with a function's calls", notAsked: BY_A_CASE },
  { title: 'The conditions that let a trail in', notAsked: BY_A_CASE },
  { title: 'Saved queries', notAsked: 'deploy a SentryDashboard, and run them in its folder' },
  { title: "The same condition in the key's policy", notAsked: BY_HAND },
  { title: "A trail's own end", notAsked: BY_HAND },
  { title: 'How chains of invocations are counted', notAsked: BY_HAND },
  { title: 'Narrow rights for network interfaces', notAsked: BY_HAND },
  { title: 'Traces from isolated subnets', notAsked: BY_HAND },
  { title: 'Metric math without any data', notAsked: BY_HAND },
  { title: 'A call whose answer was lost', notAsked: 'no command can bring it about' },
  {
    title: 'Where the records of IAM arrive in other partitions',
    notAsked: 'it takes an account in each of them',
  },
  { title: 'Rules that publish to an encrypted topic of another account', notAsked: TWO_ACCOUNTS },
  { title: 'Who sends, where a rule has a role', notAsked: TWO_ACCOUNTS },
  {
    title: 'An event that goes to another account and another Region',
    notAsked: TWO_ACCOUNTS,
  },
  { title: 'A queue that is fair by account', notAsked: TWO_ACCOUNTS },
  { title: 'A unit that moves between StackSets', notAsked: ORGANIZATION },
  { title: 'Who sends word of new log files', notAsked: ORGANIZATION },
  { title: 'The largest log file', notAsked: ORGANIZATION },
  { title: 'The texts of CloudTrail Lake', notAsked: 'it takes an event data store' },
  { title: 'Three seconds for a click', notAsked: WORKSPACE },
  { title: 'A second and a half for a modal', notAsked: WORKSPACE },
  { title: 'A reply to a message that is gone', notAsked: WORKSPACE },
  { title: 'How long a message may be', notAsked: WORKSPACE },
  { title: 'The app, made from the manifest', notAsked: WORKSPACE },
  { title: 'Whom a mention notifies', notAsked: WORKSPACE },
  { title: 'Shared channels and Enterprise Grid', notAsked: WORKSPACE },
];
