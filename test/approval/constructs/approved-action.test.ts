import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ApprovedAction, type ApprovedActionProps, Approvers } from '../../../src';
import { actionsOf, parameterOf, targetsOf, workflow } from '../samples/workflows';

const PLACE = { env: { account: '111111111111', region: 'eu-west-1' } };
const [ASK, CARRY_OUT] = ['ActionAskApprovalRole', 'ActionCarryOutDecisionRole'];

describe('the rights', () => {
  const template = Template.fromStack(withAction().stack);

  test('of the function that asks: to ask, and never to call the action function', () => {
    expect(actionsOf(template, ASK).filter((action) => !/^(kms|logs):/.test(action))).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'sqs:SendMessage',
    ]);
    expect(targetsOf(template, ASK, 'sqs:SendMessage')).toEqual([
      expect.stringMatching(/^ApprovalsRequestQueue/),
    ]);
  });

  test('of the function that carries out: to call the action function alone, and sign nothing', () => {
    expect(actionsOf(template, CARRY_OUT)).toEqual(
      expect.arrayContaining(['kms:VerifyMac', 'lambda:InvokeFunction', 'sns:Publish']),
    );
    expect(actionsOf(template, CARRY_OUT)).not.toContain('kms:GenerateMac');
    expect(actionsOf(template, CARRY_OUT)).not.toContain('dynamodb:PutItem');
    expect(targetsOf(template, CARRY_OUT, 'lambda:InvokeFunction')).toEqual([
      expect.stringMatching(/^Handler/),
    ]);
  });

  test('of the action function stay its own', () => {
    expect(actionsOf(template, 'HandlerServiceRole')).toEqual([]);
  });

  test('of an alias: to call that, and not the function as a whole', () => {
    const stack = new Stack(new App(), 'App');
    const alias = new lambda.Alias(stack, 'Alias', {
      aliasName: 'live',
      version: functionOf(stack).currentVersion,
    });
    withAction({ actionFunction: alias }, stack);
    const synthesized = Template.fromStack(stack);
    expect(targetsOf(synthesized, CARRY_OUT, 'lambda:InvokeFunction')).toEqual([
      expect.stringMatching(/^Alias/),
    ]);
  });

  test('to ask are granted for the one function', () => {
    const { stack, action } = withAction();
    const role = new iam.Role(stack, 'Pipeline', { assumedBy: new iam.AccountRootPrincipal() });
    action.grantAsk(role);
    const synthesized = Template.fromStack(stack);
    expect(targetsOf(synthesized, 'Pipeline', 'lambda:InvokeFunction')).toEqual([
      expect.stringMatching(/^ActionAsk/),
    ]);
  });
});

test('the workflow knows the action by its path, and sends decisions to its queue', () => {
  const { askers } = parameterOf(Template.fromStack(withAction().stack));
  expect(askers).toEqual([
    { name: 'App/Action', queueUrl: expect.stringMatching(/^<ApprovalsAsker\w+Decisions/) },
  ]);
});

test('the name of the function that asks is an output', () => {
  const outputs = Object.values(Template.fromStack(withAction().stack).findOutputs('*'));
  expect(outputs).toContainEqual({
    Description: 'Invoke it to have people asked by App/Action',
    Value: { Ref: expect.stringMatching(/^ActionAskApproval/) },
  });
});

test('what was asked is encrypted, recoverable, and goes after its time', () => {
  Template.fromStack(withAction().stack).hasResourceProperties('AWS::DynamoDB::Table', {
    SSESpecification: { SSEEnabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    DeletionProtectionEnabled: true,
    KeySchema: [{ AttributeName: 'pk' }, { AttributeName: 'sk' }].map(Match.objectLike),
  });
});

test('what was asked is kept for as long as its workflow keeps it, and may tell of it', () => {
  const stack = new Stack(new App(), 'App');
  const asked = workflow(stack, {
    expireAfter: Duration.days(1),
    approvalDurations: [Duration.hours(1), Duration.hours(12)],
    auditRetention: Duration.days(30),
  });
  withAction({ workflow: asked }, stack);
  const functions = Object.entries(
    Template.fromStack(stack).findResources('AWS::Lambda::Function'),
  );
  const kept = functions
    .filter(([id]) => /^Action(AskApproval|CarryOutDecision)/.test(id))
    .map(([, { Properties }]) => Properties.Environment.Variables.KEPT_SECONDS);
  expect(kept).toEqual(Array(2).fill(String(Duration.hours(31 * 24 + 12).toSeconds())));
});

describe('alarms', () => {
  test('publish to the topic of the workflow', () => {
    const { action } = withAction();
    expect(action.alarms.map(({ node }) => node.id)).toEqual([
      'UnhandledDecisionsAlarm',
      'FailedDecisionsAlarm',
      'RefusedDecisionsAlarm',
      'DecisionErrorsAlarm',
      'UndeliveredEventsAlarm',
    ]);
    expect(action.notificationTopic.node.path).toBe('App/Approvals/Notifications');
  });

  test('can be left out, by their names', () => {
    const { action } = withAction({
      excludedAlarms: ['RefusedDecisionsAlarm'],
      tamperRules: false,
    });
    expect(action.alarms.map(({ node }) => node.id)).not.toContain('RefusedDecisionsAlarm');
    expect(action.deadLetterQueues).toHaveLength(1);
    expect(() => withAction({ excludedAlarms: ['NoAlarm'] })).toThrow('there is no such alarm');
  });
});

test.each<[string, (stack: Stack) => lambda.IFunction, string]>([
  [
    'takes longer than it is waited for',
    (stack) => functionOf(stack, Duration.minutes(6)),
    'App/Action: "actionFunction" may take 360 seconds, and is waited for 300',
  ],
  [
    'is a version of one that takes longer',
    (stack) => functionOf(stack, Duration.minutes(6)).currentVersion,
    'App/Action: "actionFunction" may take 360 seconds, and is waited for 300',
  ],
  [
    'is in another Region',
    (stack) =>
      lambda.Function.fromFunctionArn(
        stack,
        'Theirs',
        'arn:aws:lambda:us-east-1:111111111111:function:theirs',
      ),
    '"actionFunction" is in the region us-east-1, and the action in eu-west-1',
  ],
  [
    'asks for another action',
    (stack) =>
      new ApprovedAction(stack, 'Other', {
        workflow: workflow(stack, {}, 'OtherApprovals'),
        actionFunction: functionOf(stack),
      }).askFunction,
    'App/Action: "actionFunction" is App/Other/AskApproval, a function of the library, which does nothing with a decision',
  ],
  [
    'is an alias of one of the workflow',
    (stack) =>
      new lambda.Alias(stack, 'Alias', {
        aliasName: 'live',
        version: new lambda.Version(stack, 'Version', {
          lambda: workflow(stack, {}, 'OtherApprovals').deliveryFunction,
        }),
      }),
    '"actionFunction" is App/OtherApprovals/DeliverMessages, a function of the library',
  ],
])('a function is refused that %s', (_, functionIn, error) => {
  const stack = new Stack(new App(), 'App', PLACE);
  expect(() => withAction({ actionFunction: functionIn(stack) }, stack)).toThrow(error);
});

test.each<[string, (stack: Stack) => iam.IGrantable, string]>([
  [
    'a service, which has no policy',
    () => new iam.ServicePrincipal('events.amazonaws.com'),
    'App/Action: "grantAsk" is for someone who has no policy',
  ],
  [
    'a role of another account',
    (stack) => iam.Role.fromRoleArn(stack, 'Theirs', 'arn:aws:iam::222222222222:role/theirs'),
    '"grantAsk" is for someone in the account 222222222222, and the action is in 111111111111',
  ],
])('the right to ask is refused to %s', (_, grantee, error) => {
  const { stack, action } = withAction({}, new Stack(new App(), 'App', PLACE));
  expect(() => action.grantAsk(grantee(stack))).toThrow(error);
});

test('the topic of a workflow without tamper rules is to take word of tampering with the action', () => {
  const stack = new Stack(new App(), 'App', PLACE);
  const notificationTopic = sns.Topic.fromTopicArn(
    stack,
    'Theirs',
    'arn:aws:sns:eu-west-1:111111111111:theirs',
  );
  const asked = workflow(stack, { notificationTopic, tamperRules: false });
  withAction({ workflow: asked }, stack);
  Annotations.fromStack(stack).hasWarning(
    '/App/Action',
    Match.stringLikeRegexp('"Service":"events.amazonaws.com".*what is published is lost'),
  );
});

test('an action may ask a workflow whose routes go by tags: its requests may have them', () => {
  const app = new App();
  const stack = new Stack(app, 'App');
  const approvers = Approvers.users(['U0CAROL', 'U0DAVE']);
  const route = { name: 'payments', tags: { team: ['payments'] }, approvers };
  const asked = workflow(stack, { routes: [{ ...route, approvalChannelId: 'C0PAYMENTS' }] });
  withAction({ workflow: asked }, stack);
  expect(() => app.synth()).not.toThrow();
});

test('an action may be in another stack than the workflow that it asks', () => {
  const app = new App();
  const shared = new Stack(app, 'Shared', PLACE);
  const own = new Stack(app, 'Own', PLACE);
  new ApprovedAction(own, 'Action', {
    workflow: workflow(shared),
    actionFunction: functionOf(own),
  });
  Template.fromStack(own).resourceCountIs('AWS::DynamoDB::Table', 1);
  Template.fromStack(shared).resourceCountIs('AWS::DynamoDB::Table', 1);
  expect(own.dependencies).toEqual([shared]);
});

test('cdk-nag finds nothing, but in the function of the app', () => {
  const app = new App();
  withAction({}, new Stack(app, 'App'));
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  // Of the test's own secrets, and of the role of its own function.
  expect([...new Set(violations.map(({ ruleName }) => ruleName))]).toEqual([
    'AwsSolutions-SMG4',
    expect.stringMatching(/^AwsSolutions-IAM4.*AWSLambdaBasicExecutionRole/),
  ]);
});

function withAction(
  props: Partial<ApprovedActionProps> = {},
  stack = new Stack(new App(), 'App'),
): { readonly stack: Stack; readonly action: ApprovedAction } {
  const action = new ApprovedAction(stack, 'Action', {
    workflow: props.workflow ?? workflow(stack),
    actionFunction: props.actionFunction ?? functionOf(stack),
    ...props,
  });
  return { stack, action };
}

function functionOf(stack: Stack, timeout = Duration.seconds(30)): lambda.Function {
  return new lambda.Function(stack, 'Handler', {
    runtime: lambda.Runtime.NODEJS_24_X,
    code: lambda.Code.fromInline('exports.handler = async () => "Done.";'),
    handler: 'index.handler',
    timeout,
  });
}
