import { templateDifferences } from '../../build/templates/template-differences';

const HASH = 'ab'.repeat(32);

describe('templates are compared exactly', () => {
  test('asset hashes aside', () => {
    expect(
      templateDifferences(
        template({ Fn: lambda(HASH) }),
        template({ Fn: lambda('cd'.repeat(32)) }),
        'exact',
      ),
    ).toEqual([]);
  });

  test('a resource that was renamed, and one that changed, are named', () => {
    const before = template({ Queue: queue(30), Topic: { Type: 'AWS::SNS::Topic' } });
    const after = template({ Queue: queue(31), News: { Type: 'AWS::SNS::Topic' } });

    expect(templateDifferences(before, after, 'exact')).toEqual([
      'only before: Resources/Topic',
      'only after: Resources/News',
      'changed: Resources/Queue',
    ]);
  });
});

describe('templates are compared with names put aside', () => {
  const before = template({
    Queue: queue(30),
    Policy: policy('QueuePolicy0123ABCD', 'Queue', ['sqs:SendMessage', 'sqs:ReceiveMessage']),
  });

  test('logical ids, derived names and the order of statements make no difference', () => {
    const after = template({
      Changes: queue(30),
      Rights: policy('ChangesPolicyDCBA3210', 'Changes', ['sqs:ReceiveMessage', 'sqs:SendMessage']),
    });

    expect(templateDifferences(before, after, 'renamed')).toEqual([]);
    expect(templateDifferences(before, after, 'exact')).not.toEqual([]);
  });

  test('a value that changed is told, of the resource that it belongs to and not of those that refer to it', () => {
    const after = template({
      Changes: queue(31),
      Rights: policy('ChangesPolicyDCBA3210', 'Changes', ['sqs:SendMessage', 'sqs:ReceiveMessage']),
    });

    expect(templateDifferences(before, after, 'renamed')).toEqual([
      'only before: Queue',
      'only after: Changes',
    ]);
  });

  test('a reference to another resource of the same type is told', () => {
    const queues = { A: queue(30), B: queue(40) };

    expect(
      templateDifferences(
        template({ ...queues, Policy: policy('P', 'A', ['sqs:SendMessage']) }),
        template({ ...queues, Policy: policy('P', 'B', ['sqs:SendMessage']) }),
        'renamed',
      ),
    ).toEqual(['only before: Policy', 'only after: Policy']);
  });

  test('a right that was added is told', () => {
    const after = template({
      Queue: queue(30),
      Policy: policy('P', 'Queue', ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:PurgeQueue']),
    });

    expect(templateDifferences(before, after, 'renamed')).toEqual([
      'only before: Policy',
      'only after: Policy',
    ]);
  });
});

function template(resources: Record<string, unknown>): string {
  return JSON.stringify({ Resources: resources });
}

function lambda(hash: string) {
  return { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: `${hash}.zip` } } };
}

function queue(timeout: number) {
  return { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: timeout } };
}

function policy(name: string, queueId: string, actions: string[]) {
  const statements = actions.map((action) => ({
    Effect: 'Allow',
    Action: action,
    Resource: { 'Fn::GetAtt': [queueId, 'Arn'] },
  }));
  return {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName: name, PolicyDocument: { Statement: statements } },
  };
}

test('a section that is a text is compared as one', () => {
  const [before, after] = ['2010-09-09', '2011-09-09'].map((version) =>
    JSON.stringify({ AWSTemplateFormatVersion: version, Resources: {} }),
  );
  expect(templateDifferences(before!, before!, 'exact')).toEqual([]);
  expect(templateDifferences(before!, after!, 'exact')).toEqual([
    'changed: AWSTemplateFormatVersion',
  ]);
});
