import fc from 'fast-check';
import {
  type ApprovalRequest,
  isDue,
  nameKey,
  slotOf,
} from '../../../src/approval/domain/approval-request';
import { MessengerUnavailableError } from '../../../src/approval/domain/messenger';
import { type Fault, Faults } from '../../security-group/in-memory/faults';
import { entryText } from '../in-memory/approvals-in-memory';
import { stateOf } from '../in-memory/messenger-in-memory';
import {
  APPROVE,
  approveFor,
  askOf,
  type ClickValues,
  DENY,
  EVE,
  HOUR,
  MINUTE,
  RETRY,
  SHOW_ALL,
  UNVERIFIED,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

type Deed =
  | {
      readonly kind: 'ask';
      readonly requestId: string;
      readonly requester: typeof EVE | typeof UNVERIFIED;
    }
  | {
      readonly kind: 'click';
      readonly userId: string;
      readonly action: typeof APPROVE;
      readonly values: ClickValues;
    }
  | { readonly kind: 'pass'; readonly milliseconds: number }
  | { readonly kind: 'messenger'; readonly isDown: boolean }
  | { readonly kind: 'vanish' };

const IDS = ['r1', 'r2', 'r3'];
const ANN = { name: 'admin/ann', email: 'ann@example.com' };
const actions = fc.constantFrom(
  APPROVE,
  APPROVE,
  APPROVE,
  APPROVE,
  APPROVE,
  approveFor(3_600),
  approveFor(3_600),
  approveFor(7_200),
  DENY,
  RETRY,
  SHOW_ALL,
);
const RIGHT: ClickValues[] = [{}, {}, {}, {}, {}];
const wrong: ClickValues[] = [
  { digest: 'e'.repeat(64) },
  { appId: 'A2' },
  { teamId: 'T2' },
  { userTeamId: 'T2' },
  { channelId: 'C2' },
];

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      requestId: fc.constantFrom(...IDS),
      requester: fc.constantFrom(EVE, EVE, EVE, EVE, ANN, UNVERIFIED),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('click' as const),
      userId: fc.constantFrom('ann', 'ben', 'cid', 'eve', 'mallory'),
      action: actions,
      values: fc
        .tuple(
          fc.constantFrom('r1', 'r1', 'r1', ...IDS),
          fc.constantFrom<ClickValues>(...RIGHT, ...RIGHT, ...wrong),
        )
        .map(([requestId, values]) => ({ requestId, ...values })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      milliseconds: fc.constantFrom(MINUTE, 6 * MINUTE, 2 * HOUR, 5 * HOUR),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('messenger' as const), isDown: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'vanish' as const }) },
);

const faults = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 150 }),
    fc.constantFrom<Fault>(
      'fails',
      'fails after it has worked',
      'loses its answer',
      'crashes',
      'crashes after it has worked',
    ),
  ),
  { maxLength: 12 },
);

async function carryOut(workflow: WorkflowInMemory, deed: Deed): Promise<void> {
  switch (deed.kind) {
    case 'ask':
      return workflow.ask(askOf({ requestId: deed.requestId }, deed.requester));
    case 'click':
      return workflow.click(deed.userId, deed.action, deed.values);
    case 'pass':
      return workflow.pass(deed.milliseconds, Math.max(MINUTE, deed.milliseconds / 8));
    case 'messenger':
      workflow.messenger.trouble = deed.isDown
        ? new MessengerUnavailableError('down', 90_000)
        : undefined;
      return;
    case 'vanish':
      workflow.messenger.standing.clear();
  }
}

/** Nothing fails any more, and there is time for all that is left. */
async function settle(workflow: WorkflowInMemory): Promise<void> {
  workflow.faults = new Faults();
  workflow.messenger.trouble = undefined;
  workflow.asker.answers ??= () => 'carried-out';
  await workflow.pass(HOUR, 6 * MINUTE);
  await workflow.pass(26 * HOUR, 2 * HOUR);
  await workflow.pass(HOUR, 6 * MINUTE);
}

function isRight({ digest, appId, teamId, userTeamId, channelId }: ClickValues): boolean {
  return [digest, appId, teamId, userTeamId, channelId].every((value) => value === undefined);
}

/** Who may be counted for an approval, by what was clicked alone. */
function eligible(all: readonly Deed[], { id, requesters }: ApprovalRequest): Set<string> {
  const own = requesters.flatMap(({ email }) => (email ? [email.slice(0, 3)] : []));
  return new Set(
    all.flatMap((deed) => {
      const isApproval =
        deed.kind === 'click' &&
        deed.action.kind === 'approve' &&
        deed.values.requestId === id &&
        isRight(deed.values) &&
        (deed.action as { seconds?: number }).seconds !== 7_200 &&
        deed.userId !== 'mallory' &&
        !own.includes(deed.userId);
      return isApproval ? [deed.userId] : [];
    }),
  );
}

function expectSound(
  workflow: WorkflowInMemory,
  all: readonly Deed[],
  request: ApprovalRequest,
  required: number,
): void {
  const { id, decision, requesters } = request;
  if (!decision) throw new Error(`${id} was never decided.`);
  const told = workflow.asker.told.filter(({ requestId }) => requestId === id);
  expect([
    id,
    new Set(told.map(({ decision: kind, until }) => `${kind} ${until?.toISOString()}`)).size,
  ]).toEqual([id, 1]);
  expect(told[0]).toMatchObject({ decision: decision.kind });
  expect(told.some(({ phase }) => phase === 'end')).toBe(decision.until !== undefined);
  expect(
    workflow.entries(id).filter((what) => what === 'decided' || what === 'not-asked'),
  ).toHaveLength(1);

  const announced = new Set(
    workflow.announced
      .filter(({ requestId }) => requestId === id)
      .map(({ entry }) => entryText(entry)),
  );
  for (const entry of workflow.store.audit.get(id) ?? []) {
    expect(announced).toContain(entryText(entry));
  }
  expect(request.unannounced).toEqual([]);
  expect(workflow.store.dueAtOf(id)).toBeUndefined();

  expect(request.messages.filter(isDue).map(({ name }) => nameKey(name))).toEqual([]);
  if (decision.kind === 'not-asked') return;
  expect(workflow.messenger.monitored).toEqual(
    expect.arrayContaining([`${id} asked`, `${id} ${decision.kind}`]),
  );
  const texts =
    slotOf(request, 'question')?.copies.map(
      ({ ts }) => workflow.messenger.standing.get(ts)?.text,
    ) ?? [];
  expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) expect([undefined, `${id} ${stateOf(request)}`]).toContain(text);

  if (decision.kind !== 'approved') return;
  const needed = requesters.every(({ email }) => email) ? required : required + 1;
  const able = eligible(all, request);
  expect(decision.by.length).toBeGreaterThanOrEqual(needed);
  expect(new Set(decision.by).size).toBe(decision.by.length);
  for (const userId of decision.by) expect(able).toContain(userId);
}

test.each([1, 2])(
  'whatever happens and fails in between, it ends decided once, told, shown and announced, where %i must approve',
  async (required) => {
    const kinds = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(deeds, { minLength: 4, maxLength: 16 }),
        faults,
        fc.boolean(),
        async (others, planned, isSlow) => {
          const all: Deed[] = [{ kind: 'ask', requestId: 'r1', requester: EVE }, ...others];
          const workflow = new WorkflowInMemory({ requiredApprovals: required });
          workflow.people.users.set('ann@example.com', 'ann');
          if (!isSlow) {
            workflow.asker.answers = ({ attempt, phase }) =>
              attempt === 1 && phase === 'decision' ? 'failed' : 'carried-out';
          }
          workflow.faults = new Faults(new Map(planned));
          for (const deed of all) await carryOut(workflow, deed);
          await settle(workflow);
          const requests = workflow.store.all();
          for (const request of requests) {
            expectSound(workflow, all, request, required);
            const kind = request.decision?.kind ?? '';
            kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
          }
          const taken = requests.flatMap(({ id, joined }) => [id, ...joined]);
          for (const deed of all) if (deed.kind === 'ask') expect(taken).toContain(deed.requestId);
          expect(workflow.store.unjudgedClicks()).toEqual([]);
          expect(workflow.queue).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
    for (const kind of ['approved', 'denied', 'expired']) {
      expect([kind, kinds.get(kind) ?? 0]).not.toEqual([kind, 0]);
    }
  },
);
