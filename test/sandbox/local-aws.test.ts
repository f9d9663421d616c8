import { EventEmitter, once } from 'node:events';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { type CliResult, LocalAws } from '../../sandbox/local-aws';
import type { InvocationReport } from '../../sandbox/runner/deployed-function';
import { synthesizeTinyApp } from '../support/apps/tiny-app';

const news = new EventEmitter();
const invocations: InvocationReport[] = [];
let aws: LocalAws;

beforeAll(async () => {
  aws = await LocalAws.start({
    log: console.log,
    onInvocation: (invocation) => {
      invocations.push(invocation);
      news.emit('news');
    },
  });
});
afterAll(async () => aws.stop());

async function openPort(groupId: string, port: number): Promise<CliResult> {
  const user = await aws.createUser(`user-${port}`);
  const call = [
    'ec2',
    'authorize-security-group-ingress',
    '--group-id',
    groupId,
    '--protocol',
    'tcp',
    '--port',
    String(port),
    '--cidr',
    '0.0.0.0/0',
  ];
  return aws.cli(call, user);
}

test('a call of the AWS CLI reaches the function as an event; no longer once the stack is retired', async () => {
  const stack = await aws.deploy(
    synthesizeTinyApp((scope) => {
      const { ref: vpcId } = new ec2.CfnVPC(scope, 'Vpc', { cidrBlock: '10.0.0.0/16' });
      const group = new ec2.CfnSecurityGroup(scope, 'Group', { groupDescription: 'group', vpcId });
      // The tiny app's own pattern knows another group.
      const rule = scope.node.findChild('Rule').node.defaultChild;
      if (!(rule instanceof CfnRule)) throw new Error('no rule');
      rule.addPropertyOverride('EventPattern.detail.requestParameters.groupId', [
        group.attrGroupId,
      ]);
    }),
  );
  const groupId = stack.resources.get('Group')?.physicalId ?? '';

  await expect(openPort(groupId, 22)).resolves.toMatchObject({ exitCode: 0 });
  while (invocations.length === 0) await once(news, 'news');
  expect(invocations).toEqual([expect.objectContaining({ functionName: 'tiny' })]);

  await stack.retire();
  await expect(openPort(groupId, 23)).resolves.toMatchObject({ exitCode: 0 });
  expect(invocations).toHaveLength(1);
});

test('two stand side by side and know nothing of each other', async () => {
  const other = await LocalAws.start();
  const user = await other.createUser('other');
  expect(other.endpoint).not.toBe(aws.endpoint);
  const { stdout } = await other.cli(
    ['iam', 'list-users', '--query', 'Users[].UserName', '--output', 'text'],
    user,
  );
  expect(stdout.trim()).toBe('other');
  await other.stop();
});
