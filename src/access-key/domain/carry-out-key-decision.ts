import { isOlderThan, type LastUse } from './access-key';
import { isOfUse } from './deactivation-reasons';
import type { KeyRecord } from './key-actions';
import { askedReasons, type KeyApproval, type KeyDecision } from './key-approval';
import { laterText } from './key-question';
import { dateText } from './key-report';
import type { StepReport } from './key-step';
import type { KeyRecords } from './ports';
import { type KeySentryConfiguration, type KeySentryPorts, runKeySentry } from './run-key-sentry';
import type { AccessKeySource } from './survey';
import {
  type AskResult,
  type CarriedOut,
  isConcluded,
  isOvertaken,
} from '../../approval/domain/ask-result';
import { reasonOf } from '../../shared/domain/failure/failure';

/** A proved decision of people about a key. */
export interface ProvedKeyDecision extends KeyDecision, Pick<AskResult, 'phase' | 'attempt'> {
  readonly requestId: string;
  readonly keyId: string;
}

/**
 * Whether the key can be deactivated is not known yet: the decision has to be carried out later.
 */
export class UnfinishedKeyDecisionError extends Error {}

/** Remembers what was decided, does it, and remembers what came of it. */
export async function carryOutKeyDecision(
  decision: ProvedKeyDecision,
  configuration: KeySentryConfiguration,
  ports: KeySentryPorts,
  now: Date,
): Promise<CarriedOut> {
  const { records } = ports;
  const { keyId, requestId, kind, at, phase, attempt, isClickWaiting, denialReason } = decision;
  const approval = (await records.read(keyId))?.approval;
  if (!approval) return FORGOTTEN;
  if (approval.requestId !== requestId) return OVERTAKEN;
  const { result: last } = approval;
  // It may have come twice at a time: then the first one has done it by now.
  if (last && (isOvertaken(decision, last) || isConcluded(decision, last))) return last;
  await revise(keyId, { decision: { kind, at, isClickWaiting, denialReason } }, records);
  const result = await resultOf(decision, configuration, ports, now);
  await revise(keyId, { result: { phase, attempt, ...result } }, records);
  return result;
}

const OVERTAKEN: CarriedOut = {
  outcome: 'conflicting',
  text: 'Nothing was done: people were asked again since.',
};

const FORGOTTEN: CarriedOut = {
  outcome: 'conflicting',
  text: 'Nothing was done: the sentry remembers no request about this key.',
};

/** Of what is remembered by now: a run in between writes as well. */
async function revise(
  keyId: string,
  values: Partial<KeyApproval>,
  records: KeyRecords,
): Promise<void> {
  const record = await records.read(keyId);
  if (record?.approval) {
    await records.write({ ...record, approval: { ...record.approval, ...values } });
  }
}

async function resultOf(
  decision: ProvedKeyDecision,
  configuration: KeySentryConfiguration,
  ports: KeySentryPorts,
  now: Date,
): Promise<CarriedOut> {
  // Since people were asked, a deployment may have ended that.
  const asksAfter = enforcedActions(configuration)?.askAgainAfter;
  switch (decision.kind) {
    case 'approved':
      return deactivate(decision, configuration, ports, now);
    case 'denied':
      return untouched(asksAfter === undefined ? '' : ` ${laterText(asksAfter)}`);
    case 'expired':
    case 'not-asked':
      if (decision.isClickWaiting) {
        return untouched(' A click from before the end may still count.');
      }
      return untouched(
        asksAfter === undefined ? '' : ' The next run asks again, if it is still due.',
      );
  }
}

function enforcedActions({ actions }: KeySentryConfiguration): KeySentryConfiguration['actions'] {
  return actions?.mode === 'enforce' ? actions : undefined;
}

function untouched(later: string): CarriedOut {
  return { outcome: 'carried-out', text: `The key was left as it is.${later}` };
}

/** As a run does it, that looks at this one user: whatever spares a key in a run spares it here. */
async function deactivate(
  { keyId, requestId }: ProvedKeyDecision,
  configuration: KeySentryConfiguration,
  ports: KeySentryPorts,
  now: Date,
): Promise<CarriedOut> {
  const record = await ports.records.read(keyId);
  if (record?.approval?.deactivatedAt && !record.untold) return deactivated(keyId);
  if (!enforcedActions(configuration)) return NOT_ENFORCED;
  const source = onlyUser(record?.userName, ports.source);
  const report = await runKeySentry(
    forOneUser(configuration),
    { ...ports, source, approved: { keyId, requestId } },
    now,
  );
  const [unknown] = report.survey.unknowns;
  if (unknown) throw new UnfinishedKeyDecisionError(`${unknown.what}: ${unknown.reason}`);
  const step = report.keys.find((key) => key.keyId === keyId)?.step?.report;
  const outcome = step?.step === 'deactivate' ? outcomeOf(keyId, step, record) : undefined;
  return outcome ?? whyNotDue(keyId, record?.approval, configuration, ports.source);
}

/** Undefined where it is not due any more. */
function outcomeOf(
  keyId: string,
  step: StepReport,
  before: KeyRecord | undefined,
): CarriedOut | undefined {
  switch (step.kind) {
    case 'done':
      return deactivated(keyId);
    case 'failed':
      // Only what an earlier try was about to do, and has not done, was told: it is done in the
      // next.
      if (before?.untold) throw new UnfinishedKeyDecisionError(step.reason);
      return { outcome: 'failed', text: step.reason };
    case 'held':
      throw new UnfinishedKeyDecisionError(step.reason);
    default:
      return undefined;
  }
}

/** People who took the key for unused hear that it was used. */
async function whyNotDue(
  keyId: string,
  approval: KeyApproval | undefined,
  { actions }: KeySentryConfiguration,
  source: AccessKeySource,
): Promise<CarriedOut> {
  if (!approval || !askedReasons(approval).some(isOfUse)) return NOT_DUE;
  const lastUse = await lastUseOf(keyId, source);
  if (lastUse?.kind !== 'used') return NOT_DUE;
  const { askedAt } = approval;
  const unusedAfter = actions?.deactivateUnusedAfter ?? 0;
  if (isOlderThan(lastUse.at, unusedAfter, askedAt)) return NOT_DUE;
  return {
    outcome: 'conflicting',
    text: `Nothing was done: people were asked about a key that is not used, and it was used on ${dateText(lastUse.at)}.`,
  };
}

async function lastUseOf(keyId: string, source: AccessKeySource): Promise<LastUse | undefined> {
  try {
    return await source.lastUseOf(keyId);
  } catch (error) {
    throw new UnfinishedKeyDecisionError(`last use of ${keyId}: ${reasonOf(error)}`);
  }
}

function deactivated(keyId: string): CarriedOut {
  return { outcome: 'carried-out', text: `${keyId} was deactivated.` };
}

const NOT_DUE: CarriedOut = {
  outcome: 'conflicting',
  text: 'Nothing was done: the key is gone, inactive or not due any more, or its user is excluded by now.',
};

const NOT_ENFORCED: CarriedOut = {
  outcome: 'conflicting',
  text: 'Nothing was done: by now, the sentry is deployed to report keys, and to deactivate none.',
};

function onlyUser(userName: string | undefined, source: AccessKeySource): AccessKeySource {
  return {
    credentialReport: async () =>
      (await source.credentialReport()).filter((row) => row.userName === userName),
    keysOf: source.keysOf.bind(source),
    lastUseOf: source.lastUseOf.bind(source),
    membersOf: source.membersOf.bind(source),
    tagsOf: source.tagsOf.bind(source),
  };
}

/**
 * People were asked whether a key is deactivated: nothing is deleted by that, and nothing told
 * where nothing is found.
 */
function forOneUser({ rules, actions }: KeySentryConfiguration): KeySentryConfiguration {
  return {
    rules: { ...rules, looksAtInactive: false },
    actions: actions && { ...actions, deleteAfterInactive: undefined },
    tellsWhenNothingFound: false,
  };
}
