import { App, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { visibleOutput } from '../../../src/shared/constructs/visible-output';
import { workflow } from '../../approval/samples/workflows';

test('an output of a nested stack stands in the stack that is deployed', () => {
  const stack = new Stack(new App(), 'App');
  const nested = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');
  for (const path of [nested, new Construct(nested, 'A')]) {
    const sentry = new Construct(path, 'Sentry');
    const resource = new CfnResource(sentry, 'Resource', { type: 'Custom::Thing' });
    visibleOutput(sentry, 'FunctionName', { value: resource.ref });
  }
  const outputs = Template.fromStack(stack).findOutputs('*');
  expect(Object.keys(outputs)).toEqual([
    expect.stringMatching(/^CdkSentriesOutputsOuterInnerSentryFunctionName[0-9A-F]{8}$/),
    expect.stringMatching(/^CdkSentriesOutputsOuterInnerASentryFunctionName[0-9A-F]{8}$/),
  ]);
  for (const { Value } of Object.values(outputs)) {
    expect(Value).toEqual({
      'Fn::GetAtt': [expect.any(String), expect.stringMatching('^Outputs.')],
    });
  }
  expect(Template.fromStack(nested).findOutputs('*FunctionName*')).toEqual({});
});

test('so does the manifest of a Slack app', () => {
  const stack = new Stack(new App(), 'App');
  workflow(new NestedStack(stack, 'Nested'));
  const outputs = Template.fromStack(stack).findOutputs('*');
  expect(Object.keys(outputs)).toEqual([
    expect.stringContaining('NestedApprovalsSlackAppManifest'),
  ]);
  const [manifest] = Object.values(outputs);
  const text = JSON.stringify(manifest!.Value);
  expect(text).toContain('request_url');
  expect(text).toMatch(/"Fn::GetAtt":\["NestedNestedStack\w+","Outputs\.\w+Api\w+"\]/);
});
