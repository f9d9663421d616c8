import type { AccessKeyWithUse } from './access-key';
import type { KeyRecord } from './key-actions';
import type { ApprovalStanding, KeyApproval } from './key-approval';
import { askAbout } from './key-question';
import { dateText } from './key-report';
import type { KeyStep } from './key-step';
import type { Retired, Retirement } from './retirement';
import { held, pendingStep } from './step-records';
import { reasonOf } from '../../shared/domain/failure/failure';

export async function unapprovedStep(
  key: AccessKeyWithUse,
  record: KeyRecord,
  standing: ApprovalStanding,
  holding: string | undefined,
  retirement: Retirement,
): Promise<Retired> {
  switch (standing.kind) {
    case 'denied':
      return held(
        record,
        'deactivate',
        `people denied it on ${dateText(standing.at)}, and are asked again from ${dateText(standing.askedAgainAt)} on`,
      );
    case 'unfinished':
      return held(
        record,
        'deactivate',
        `people approved it on ${dateText(standing.at)}, and it could not be carried out yet: Slack shows why. They are asked again from ${dateText(standing.askedAgainAt)} on`,
      );
    // Once more, should it have been lost: what has arrived already is asked once.
    case 'asked':
      return { steps: [await askPeople(record, standing.approval, retirement)], unknowns: [] };
    case 'to-ask':
      return holding
        ? held(record, 'deactivate', holding)
        : {
            steps: [await askAgain(key, record, standing.askAgainAfter, retirement)],
            unknowns: [],
          };
  }
}

/** First it is remembered what is asked: a decision about anything else counts for nothing. */
async function askAgain(
  key: AccessKeyWithUse,
  before: KeyRecord,
  askAgainAfter: number,
  retirement: Retirement,
): Promise<KeyStep> {
  const { rules, now } = retirement;
  const approval = askAbout(key, { ...rules, askAgainAfter }, retirement, now);
  const record = { ...before, approval };
  await retirement.records.write(record);
  return askPeople(record, approval, retirement);
}

async function askPeople(
  record: KeyRecord,
  approval: KeyApproval,
  { asker }: Retirement,
): Promise<KeyStep> {
  const { requestId, askedAt: at } = approval;
  try {
    await asker.ask(record.keyId, approval);
    return pendingStep(record, { kind: 'asked', step: 'deactivate', at, requestId });
  } catch (error) {
    return pendingStep(record, {
      kind: 'failed',
      step: 'deactivate',
      reason: `people could not be asked: ${reasonOf(error)}`,
    });
  }
}
