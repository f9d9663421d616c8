import { TagUserCommand } from '@aws-sdk/client-iam';
import { ALICE, GRACE, KeyApprovalSandbox, keyIdOf } from '../support/sandbox/key-approval-sandbox';
import {
  bothCourses,
  changesIn,
  distinct,
  metricsIn,
  withoutIdsAndTimes,
  workersIn,
} from '../support/sandbox/lost-answers';

jest.setTimeout(600_000);

/** Hears of the key in direct messages. */
const OWNER = { id: 'U0OLGA', name: 'olga', address: 'olga@example.com' };
const DAY_MS = 86_400_000;
const DELETE_AFTER_DAYS = 30;
const WORKERS = ['CheckAccessKeys', 'CarryOutDecision', 'Approvals'];

let sandbox: KeyApprovalSandbox;

beforeAll(async () => {
  sandbox = await KeyApprovalSandbox.start();
  sandbox.slack.addUser({ id: OWNER.id, name: OWNER.name });
});

afterAll(async () => sandbox?.stop());

/** An old key gets its notices, people approve that it is deactivated, and it is deleted. */
async function lifeOf(name: string): Promise<string[]> {
  // IAM makes a report in which the user is.
  await sandbox.setClockOn(DAY_MS);
  await sandbox.addUsers([name]);
  const Tags = [{ Key: 'Owner', Value: OWNER.address }];
  await sandbox.iam.send(new TagUserCommand({ UserName: name, Tags }));
  const steps: string[] = [];
  const run = async () => steps.push(...stepsOf(await sandbox.run()));
  await run();
  await sandbox.setClockOn((GRACE + 1) * DAY_MS);
  await run();
  const decided = await sandbox.tellingOf(async () => sandbox.click(ALICE, 'Approve', name));
  steps.push(...stepsOf(decided));
  await run();
  for (const days of [10, 10, DELETE_AFTER_DAYS - 19]) {
    await sandbox.setClockOn(days * DAY_MS);
    await run();
  }
  return steps;
}

/** In the order in which they were told: SNS may deliver one twice. */
function stepsOf({ messages }: Awaited<ReturnType<KeyApprovalSandbox['run']>>): string[] {
  return distinct(
    messages.flatMap(({ keys }) =>
      keys.flatMap(({ step }) => (step ? [`${step.kind} ${step.step}`] : [])),
    ),
  );
}

async function courseOf(name: string) {
  const [calls, logs, messages] = [
    sandbox.calls.length,
    sandbox.logs.length,
    sandbox.slack.messages.length,
  ];
  const steps = await lifeOf(name);
  const own = sandbox.calls.slice(calls);
  return {
    calls: own,
    left: {
      steps,
      status: await sandbox.status(name),
      ownerHears: sandbox.toldAlone(OWNER.id).some(({ text }) => text.includes(keyIdOf(name))),
      slack: sandbox.slack.messages
        .slice(messages)
        .map(({ text }) => anonymous(text, name))
        .sort(),
      metrics: metricsIn(sandbox.logs.slice(logs)),
    },
  };
}

function anonymous(text: string, name: string): string {
  return withoutIdsAndTimes(text.replaceAll(keyIdOf(name), 'its key').replaceAll(name, 'its user'))
    .replace(/\d{4}-\d\d-\d\d/g, 'that day')
    .replace(/its key-[\w-]+/g, 'request');
}

test('whichever answers are lost, all that follows is as if they had come', async () => {
  const { smooth, unlucky, lost } = await bothCourses(sandbox.localAws, {
    smooth: async () => courseOf('smooth'),
    unlucky: async () => courseOf('unlucky'),
  });
  expect(lost).toEqual(expect.arrayContaining(changesIn(smooth.calls)));
  expect(workersIn(lost, WORKERS)).toEqual(WORKERS);
  expect(unlucky.left).toEqual(smooth.left);
  expect(smooth.left).toMatchObject({ status: undefined, ownerHears: true });
  expect(smooth.left.steps).toEqual(
    expect.arrayContaining(['asked deactivate', 'done deactivate', 'done delete']),
  );
});
