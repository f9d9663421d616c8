import { ActionSandbox, ALICE, BOB } from './action-sandbox';
import { stepsOfAudit } from './audit-step';
import { DeadLetters } from './dead-letters';
import { type EndState, type KindOfLife, type Life, type LifeOptions, sinceNow } from './life';
import { shownTexts } from './shown-texts';
import { JUST_BEFORE_EIGHT_HOURS_MS, LATER_MS, laterAndLater, untilDone } from './until-done';
import { buttonsOf } from '../../test/support/sandbox/approval-sandbox';
import { distinct, withoutIdsAndTimes } from '../../test/support/sandbox/lost-answers';

const MINUTE_MS = 60_000;
/** So that nothing counts towards the requests of an hour. */
const BETWEEN_LIVES_MS = 25 * 60 * MINUTE_MS;
/** In the audit: someone has what failed tried again. */
const TRIED_AGAIN = ['failed', 'retried'];

export const ACTION_LIFE: KindOfLife = {
  name: 'action',
  title: 'ApprovedAction and its function',
  about: `The [example](own-asker.md) whose function deletes snapshots, and is disturbed like all others. Three deletions
are asked for. Two people approve the first, and the snapshot is deleted; someone denies the second; two approve the
third for eight hours, and it ends. Compared are the snapshots, what is stored of each request and its result, the audit,
every text that Slack shows, and dead letters. At the end an operator does what the runbook says: what failed is tried
again, and dead letters are redriven. Where its own earlier call has deleted the snapshot, the function says so in other
words: that is no difference. No one repeats a call of that function whose answer is lost. With every answer lost it has
no answer at all, so its messages become dead letters, of which an alarm tells, until they are redriven. By then the
eight hours are over, and what they allowed is not carried out.`,
  leaves: { snapshots: ['snapshot 0 is gone', 'snapshot 1 is there', 'snapshot 2 is gone'] },
  async begin() {
    return new ActionLife(await ActionSandbox.start());
  },
};

class ActionLife implements Life {
  private readonly deadLetters: DeadLetters;

  constructor(readonly sandbox: ActionSandbox) {
    this.deadLetters = new DeadLetters(sandbox.localAws, sandbox.stack);
  }

  async live({ before, after }: LifeOptions = {}): Promise<EndState> {
    const { sandbox } = this;
    const since = sinceNow(sandbox);
    const messages = sandbox.slack.messages.length;
    const approved = await sandbox.makeSnapshot();
    const denied = await sandbox.makeSnapshot();
    const timed = await sandbox.makeSnapshot();
    before?.('a deletion is asked for, and approved');
    await this.decide(approved, 'Approve', [ALICE, BOB]);
    before?.('one is asked for, and denied');
    await this.decide(denied, 'Deny', [ALICE]);
    before?.('one is asked for, and approved for eight hours');
    await this.decide(timed, 'Approve for 8 h', [ALICE, BOB]);
    await sandbox.pass(JUST_BEFORE_EIGHT_HOURS_MS);
    before?.('that approval ends');
    await sandbox.pass(LATER_MS);
    await sandbox.pass(LATER_MS);
    await after?.(since);
    const ids = [approved, denied, timed];
    for (const id of ids) await this.retryWhatFailed(id);
    const letters = await this.deadLetters.redriven();
    await sandbox.pass(LATER_MS);
    await sandbox.pass(LATER_MS);
    const own = (texts: readonly string[]) => texts.map((text) => nameless(text, ids));
    const left = {
      snapshots: own(
        await Promise.all(
          ids.map(async (id) => `${id} is ${(await sandbox.isThere(id)) ? 'there' : 'gone'}`),
        ),
      ),
      results: own(await this.resultsOf(ids)),
      audit: own(await this.auditOf(ids)),
      slack: distinct(own(shownTexts(sandbox.slack.messages.slice(messages)))),
      'dead letters': [...letters, ...(await this.deadLetters.taken())],
    };
    return left;
  }

  async clear(): Promise<void> {
    await this.sandbox.pass(BETWEEN_LIVES_MS);
  }

  async pass(milliseconds: number): Promise<void> {
    await this.sandbox.pass(milliseconds);
  }

  async end(): Promise<void> {
    this.deadLetters.end();
    await this.sandbox.stop();
  }

  private async decide(snapshotId: string, text: string, people: readonly string[]): Promise<void> {
    const { sandbox } = this;
    await untilDone(
      sandbox,
      async () => sandbox.ask(snapshotId, text.startsWith('Approve for')),
      laterAndLater(sandbox),
    );
    await sandbox.pass(LATER_MS);
    for (const person of people) {
      await untilDone(
        sandbox,
        async () => sandbox.click(person, text, sandbox.questionAbout(snapshotId)),
        laterAndLater(sandbox),
      );
    }
    await sandbox.pass(LATER_MS);
  }

  /** Someone does what the question offers. */
  private async retryWhatFailed(snapshotId: string): Promise<void> {
    const { sandbox } = this;
    if (!buttonsOf(sandbox.questionAbout(snapshotId)).includes('Retry')) return;
    await untilDone(
      sandbox,
      async () => sandbox.click(ALICE, 'Retry', sandbox.questionAbout(snapshotId)),
      laterAndLater(sandbox),
    );
  }

  private async resultsOf(ids: readonly string[]): Promise<string[]> {
    const items = await this.sandbox.items('SnapshotDeletion');
    return items
      .filter(({ asked }) => ids.some((id) => asked?.S?.includes(id)))
      .map(({ asked, result }) => `${asked?.S}: ${result?.S}`);
  }

  private async auditOf(ids: readonly string[]): Promise<string[]> {
    const items = await this.sandbox.items('ApprovalsRequests');
    return items.flatMap(({ pk, sk, data }) => {
      const id = ids.find((one) => pk?.S?.includes(one));
      if (id === undefined || !sk?.S?.startsWith('AUDIT#')) return [];
      return stepsOfAudit(data?.S)
        .filter((what) => !TRIED_AGAIN.includes(what))
        .map((what) => `${id}: ${what}`);
    });
  }
}

function nameless(text: string, ids: readonly string[]): string {
  return ids
    .reduce((rest, id, index) => rest.replaceAll(id, `snapshot ${index}`), withoutIdsAndTimes(text))
    .replaceAll('The snapshot is gone.', 'The snapshot is deleted.')
    .replace(/"attempt":\d+/g, '"attempt":…');
}
