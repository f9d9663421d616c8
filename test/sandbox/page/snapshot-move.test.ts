import { LocalAws } from '../../../sandbox/local-aws';
import { snapshotMove } from '../../../sandbox/page/scenes/snapshot-move';
import type { InvocationReport } from '../../../sandbox/runner/deployed-function';
import { synthesizeTinyApp } from '../../support/apps/tiny-app';

const invocations: InvocationReport[] = [];
let localAws: LocalAws;

beforeAll(async () => {
  localAws = await LocalAws.start({ onInvocation: (invocation) => invocations.push(invocation) });
  await localAws.deploy(synthesizeTinyApp());
});
afterAll(async () => localAws.stop());

test('the function that asks is invoked, and nothing is refused', async () => {
  const told: string[] = [];
  const page = { tell: (what: string) => told.push(what) };
  const visitor = await localAws.createUser('visitor');
  const stage = { localAws, visitor, askFunction: 'tiny' };
  await snapshotMove(page, stage, async () => localAws.settled()).do();
  expect(told).toEqual(['command']);
  expect(invocations.map(({ functionName }) => functionName)).toEqual(['tiny']);
});
