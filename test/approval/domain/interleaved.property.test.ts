import fc from 'fast-check';
import { advance } from '../../../src/approval/domain/advance-request';
import type { ApprovalStore } from '../../../src/approval/domain/approval-store';
import { takeClick } from '../../../src/approval/domain/take-click';
import {
  APPROVE,
  approveFor,
  DENY,
  HOUR,
  MINUTE,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

const METHODS = ['read', 'subject', 'source', 'admit', 'write', 'due'];

/** The store, each call of which takes its turn as the scheduler likes. */
function scheduled(store: ApprovalStore, scheduler: fc.Scheduler): ApprovalStore {
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || !METHODS.includes(String(name))) return member;
      return async (...values: unknown[]): Promise<unknown> => {
        await scheduler.schedule(Promise.resolve(), String(name));
        return Reflect.apply(member, target, values);
      };
    },
  });
}

const actions = fc.constantFrom(APPROVE, approveFor(3_600), DENY);

test.each([1, 2])(
  'two clickers at once make exactly one decision, where %i must approve',
  async (requiredApprovals) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), actions, actions, async (scheduler, one, other) => {
        const workflow = new WorkflowInMemory({ requiredApprovals });
        await workflow.ask();
        const ports = workflow.ports(scheduled(workflow.store, scheduler));
        const clicks = [workflow.clickOf('ann', one), workflow.clickOf('ben', other)];
        await scheduler.waitFor(
          Promise.all(clicks.map(async (click) => takeClick(click, workflow.configuration, ports))),
        );
        await workflow.work();
        const { decision, judgedClicks } = await workflow.request();
        const isDecided =
          requiredApprovals === 1 ||
          one.kind === 'deny' ||
          other.kind === 'deny' ||
          decision !== undefined;
        expect(workflow.entries().filter((what) => what === 'decided')).toHaveLength(
          isDecided ? 1 : 0,
        );
        expect(judgedClicks).toHaveLength(2);
        expect(new Set(workflow.asker.told.map((told) => JSON.stringify(told))).size).toBe(1);
        expect(workflow.asker.told[0]).toMatchObject({
          decision: decision?.kind,
          until: decision?.until,
        });
        if (requiredApprovals === 2 && decision?.kind === 'approved') {
          expect([...decision.by].sort()).toEqual(['ann', 'ben']);
        }
        expect(workflow.messenger.questions()).toEqual([
          expect.stringContaining(`r1 ${decision?.kind} by`),
        ]);
      }),
      { numRuns: 75 },
    );
  },
);

test.each([
  ['of before the end', 1],
  ['at the end', 0],
])('an approval is given more time or ends, and never both, with a click %s', async (_, before) => {
  const came = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const workflow = new WorkflowInMemory();
      workflow.asker.answers = () => 'carried-out';
      await workflow.ask();
      await workflow.click('ann', approveFor(3_600));
      await workflow.pass(58 * MINUTE);
      await workflow.pause(2 * MINUTE);
      const ports = workflow.ports(scheduled(workflow.store, scheduler));
      const at = new Date(workflow.now().getTime() - before);
      const action = { kind: 'extend', seconds: 3_600, number: 1 } as const;
      const click = workflow.clickOf('ben', action, { at });
      await scheduler.waitFor(
        Promise.all([
          takeClick(click, workflow.configuration, ports),
          advance('r1', workflow.configuration, ports),
        ]),
      );
      await workflow.work();
      const second = workflow.asker.words()[1]!;
      came.add(second);
      expect(workflow.refusals()).toHaveLength(second === 'approved end 1' ? 1 : 0);
      await workflow.pass(2 * HOUR);
      const words = [...new Set(workflow.asker.words())];
      expect(words).toEqual([...new Set(['approved decision 1', second, 'approved end 1'])]);
    }),
    { numRuns: 40 },
  );
  expect([...came].sort()).toEqual(
    before > 0 ? ['approved decision 2', 'approved end 1'] : ['approved end 1'],
  );
});
