import fc from 'fast-check';
import type { ApprovalStore } from '../../../src/approval/domain/approval-store';
import { takeClick } from '../../../src/approval/domain/take-click';
import { APPROVE, approveFor, DENY, WorkflowInMemory } from '../in-memory/workflow-in-memory';

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
