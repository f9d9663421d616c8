import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { parameterOf, statementsOf, targetsOf, workflow } from '../samples/workflows';

const ADVANCE = 'ApprovalsAdvanceRequestsRole';
const PLACE = { env: { account: '111111111111', region: 'eu-west-1' } };

test('an asker, added after the workflow was made, is known to it by name and queue', () => {
  const stack = new Stack();
  const approvals = workflow(stack);
  expect(approvals.addAsker('mine', new sqs.Queue(stack, 'Decisions')).name).toBe('mine');
  approvals.addAsker('theirs', new sqs.Queue(stack, 'Others'));
  expect(parameterOf(Template.fromStack(stack)).askers).toEqual([
    { name: 'mine', queueUrl: expect.stringMatching(/^<Decisions/) },
    { name: 'theirs', queueUrl: expect.stringMatching(/^<Others/) },
  ]);
});

test('the workflow may send decisions to its queue, and do nothing else with it', () => {
  const stack = new Stack();
  const decisions = new sqs.Queue(stack, 'Decisions');
  workflow(stack).addAsker('mine', decisions);
  const queueArn = JSON.stringify(stack.resolve(decisions.queueArn));
  const statements = statementsOf(Template.fromStack(stack), ADVANCE).filter(({ Resource }) =>
    JSON.stringify(Resource).includes(queueArn),
  );
  expect(statements).toEqual([
    expect.objectContaining({ Effect: 'Allow', Action: 'sqs:SendMessage' }),
  ]);
});

test('it may use the key that the queue is encrypted with', () => {
  const stack = new Stack();
  const encryptionMasterKey = new kms.Key(stack, 'QueueKey');
  workflow(stack).addAsker('mine', new sqs.Queue(stack, 'Decisions', { encryptionMasterKey }));
  expect(statementsOf(Template.fromStack(stack), ADVANCE)).toContainEqual(
    expect.objectContaining({
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: stack.resolve(encryptionMasterKey.keyArn),
    }),
  );
});

test("anyone who may ask may put requests into the workflow's queue and check decisions, and can make none", () => {
  const stack = new Stack();
  const asking = new iam.Role(stack, 'Asking', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  workflow(stack)
    .addAsker('mine', new sqs.Queue(stack, 'Decisions'))
    .grantAsk(asking)
    .assertSuccess();
  const synthesized = Template.fromStack(stack);
  expect(
    statementsOf(synthesized, 'Asking')
      .map(({ Action }) => Action)
      .sort(),
  ).toEqual(['kms:VerifyMac', 'sqs:SendMessage']);
  expect(targetsOf(synthesized, 'Asking', 'sqs:SendMessage')).toEqual([
    expect.stringMatching(/^ApprovalsRequestQueue/),
  ]);
  expect(targetsOf(synthesized, 'Asking', 'kms:VerifyMac')).toEqual([
    expect.stringMatching(/^ApprovalsDecisionKey/),
  ]);
});

test('an asker in another stack has its queue beside the workflow, and needs its stack only', () => {
  const app = new App();
  const [own, other] = ['Own', 'Other'].map((id) => new Stack(app, id, PLACE));
  const asking = new iam.Role(other!, 'Asking', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  const decisions = new sqs.Queue(own!, 'Decisions');
  workflow(own!).addAsker('mine', decisions).grantAsk(asking);
  decisions.grantConsumeMessages(asking);
  app.synth();
  expect(other!.dependencies).toEqual([own]);
  expect(own!.dependencies).toEqual([]);
});

test('a queue that is imported may be anywhere in the app', () => {
  const app = new App();
  const [own, other] = ['Own', 'Other'].map((id) => new Stack(app, id, PLACE));
  const decisions = sqs.Queue.fromQueueArn(
    other!,
    'Decisions',
    'arn:aws:sqs:eu-west-1:111111111111:decisions',
  );
  expect(workflow(own!).addAsker('mine', decisions).name).toBe('mine');
});

describe('bad input is refused at synth, with what to write instead', () => {
  test.each<[string, (stack: Stack) => unknown, RegExp]>([
    [
      'no name',
      (stack) => workflow(stack).addAsker('', new sqs.Queue(stack, 'Decisions')),
      /App\/Approvals: "" is no name of an asker: write 1 to 128 characters/,
    ],
    [
      'a long name',
      (stack) => workflow(stack).addAsker('x'.repeat(129), new sqs.Queue(stack, 'Decisions')),
      /is no name of an asker/,
    ],
    [
      'a name that is not known yet',
      (stack) => workflow(stack).addAsker(stack.account, new sqs.Queue(stack, 'Decisions')),
      /known at synth/,
    ],
    [
      'a name twice',
      (stack) => {
        const approvals = workflow(stack);
        approvals.addAsker('mine', new sqs.Queue(stack, 'Decisions'));
        approvals.addAsker('mine', new sqs.Queue(stack, 'Others'));
      },
      /App\/Approvals: "mine" is an asker already.+give each asker a name of its own/,
    ],
    [
      'a FIFO queue',
      (stack) =>
        workflow(stack).addAsker('mine', new sqs.Queue(stack, 'Decisions', { fifo: true })),
      /is a FIFO queue.+give a standard queue/,
    ],
    [
      'a queue that another stack makes',
      (stack) =>
        workflow(stack).addAsker(
          'mine',
          new sqs.Queue(new Stack(stack.node.root as App, 'Other'), 'Decisions'),
        ),
      /Other\/Decisions of the asker "mine" is in another stack.+make the queue in the workflow's stack, App/,
    ],
    [
      'a queue of another Region',
      () => {
        const stack = new Stack(undefined, 'Stack', PLACE);
        workflow(stack).addAsker(
          'mine',
          sqs.Queue.fromQueueArn(
            stack,
            'Decisions',
            'arn:aws:sqs:us-east-1:111111111111:decisions',
          ),
        );
      },
      /is in the region us-east-1, the workflow in eu-west-1/,
    ],
    [
      'more askers than SSM holds',
      (stack) => {
        const approvals = workflow(stack);
        for (let index = 0; index < 100; index += 1) {
          approvals.addAsker(`asker-${index}`, new sqs.Queue(stack, `Decisions${index}`));
        }
      },
      /approvers and askers take \d+ characters, SSM holds 8192.+write a second workflow/,
    ],
  ])('%s', (_, act, message) => {
    expect(() => act(new Stack(undefined, 'App'))).toThrow(message);
  });
});
