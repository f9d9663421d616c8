import type { AccessKeyWithUse } from './access-key';
import type { KeyRecord, UnapprovedStep } from './key-actions';
import type { ApprovalStanding, KeyApproval } from './key-approval';
import { askAbout } from './key-question';
import { dateText } from './key-report';
import type { KeyStep } from './key-step';
import type { Retired, Retirement } from './retirement';
import { held, pendingStep } from './step-records';
import { reasonOf } from '../../shared/domain/failure/failure';
import { plainText } from '../../shared/domain/notification/plain-text';

export async function unapprovedStep(
  key: AccessKeyWithUse,
  record: KeyRecord,
  due: UnapprovedStep,
  holding: string | undefined,
  retirement: Retirement,
): Promise<Retired> {
  const { standing } = due;
  switch (standing.kind) {
    case 'denied':
      return held(
        record,
        due,
        `people denied it on ${dateText(standing.at)}${reasonIn(standing)}, and are asked again from ${dateText(standing.askedAgainAt)} on`,
      );
    case 'unfinished':
      return held(
        record,
        due,
        `people approved it on ${dateText(standing.at)}, and it could not be carried out yet: Slack shows why. They are asked again from ${dateText(standing.askedAgainAt)} on`,
      );
    // Once more, should it have been lost: what has arrived already is asked once.
    case 'asked':
      return { steps: [await askPeople(record, standing.approval, due, retirement)], unknowns: [] };
    case 'to-ask':
      return holding
        ? held(record, due, holding)
        : {
            steps: [await askAgain(key, record, { ...due, standing }, retirement)],
            unknowns: [],
          };
  }
}

function reasonIn({ denialReason }: { readonly denialReason?: string }): string {
  return denialReason === undefined ? '' : ` (${plainText(denialReason)})`;
}

type ToAsk = Extract<ApprovalStanding, { kind: 'to-ask' }>;

/** First it is remembered what is asked: a decision about anything else counts for nothing. */
async function askAgain(
  key: AccessKeyWithUse,
  before: KeyRecord,
  due: UnapprovedStep & { readonly standing: ToAsk },
  retirement: Retirement,
): Promise<KeyStep> {
  const { now } = retirement;
  const { askAgainAfter } = due.standing;
  const reasons = due.reasons.map(({ kind }) => kind);
  const rules = { ...retirement.rules, askAgainAfter };
  const approval = askAbout(key, reasons, rules, retirement, now);
  const record = { ...before, approval };
  await retirement.records.write(record);
  return askPeople(record, approval, due, retirement);
}

async function askPeople(
  record: KeyRecord,
  approval: KeyApproval,
  { reasons }: UnapprovedStep,
  { asker }: Retirement,
): Promise<KeyStep> {
  const { requestId, askedAt: at } = approval;
  try {
    await asker.ask(record.keyId, approval);
    return pendingStep(record, { kind: 'asked', step: 'deactivate', reasons, at, requestId });
  } catch (error) {
    return pendingStep(record, {
      kind: 'failed',
      step: 'deactivate',
      reasons,
      reason: `people could not be asked: ${reasonOf(error)}`,
    });
  }
}
