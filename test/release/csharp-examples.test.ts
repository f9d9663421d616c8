import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { csharpTypes, type CSharpType } from '../support/packages/csharp-api';
import { unknownNames } from '../support/packages/csharp-code';

const PROJECT = resolve(__dirname, '..', '..');
const GENERATED = join(PROJECT, 'dist', 'dotnet', 'CdkSentries', 'CdkSentries');
const EXAMPLES = globSync('examples/*/csharp/Program.cs', { cwd: PROJECT });

let types: CSharpType[];

beforeAll(() => {
  types = csharpTypes([PROJECT, join(PROJECT, 'node_modules', 'aws-cdk-lib')]);
});

test('there are examples in C#', () => {
  expect(EXAMPLES).toHaveLength(2);
});

test('the names that are looked for are those of the generated package', () => {
  const own = types.filter(isOwn);
  expect(own.length).toBeGreaterThan(50);
  const missing = own.flatMap(({ name, members }) => {
    const code = readFileSync(join(GENERATED, `${name}.cs`), 'utf8');
    return [...members].filter((member) => !new RegExp(`\\b${member}\\b`).test(code));
  });
  expect(missing).toEqual([]);
});

test('no type is called as one of the CDK that an app imports beside it', () => {
  const own = new Set(types.filter(isOwn).map(({ name }) => name));
  const same = types.filter((type) => !isOwn(type) && own.has(type.name));
  expect(same.map(({ namespace, name }) => `${namespace}.${name}`)).toEqual([
    // No app has file systems and sentries in one file.
    'Amazon.CDK.AWS.FSx.Weekday',
  ]);
});

test.each(EXAMPLES)('%s names only what the packages have', (file) => {
  expect(unknownNames(readFileSync(join(PROJECT, file), 'utf8'), types)).toEqual([]);
});

test.each([
  [
    'SecurityGroupBaseline.Locked()',
    'SecurityGroupBaseline.Closed()',
    'SecurityGroupBaseline.Closed',
  ],
  ['Ports.RDP', 'Ports.RemoteDesktop', 'Ports.RemoteDesktop'],
  ['TrustedActors =', 'Trusted =', 'SecurityGroupSentryProps.Trusted'],
  ['MonitoredGroups =', 'TrustedActors =', 'SecurityGroupSentryProps lacks MonitoredGroups'],
  ['new CfnOutput(', 'new Output(', 'Output: 0 types are called so'],
  ['web.SecurityGroupId', 'web.GroupId', 'SecurityGroup.GroupId'],
  ['NotificationTopic.TopicArn', 'NotificationTopic.Arn2', 'NotificationTopic.Arn2'],
])('it is noticed when %s is written as %s', (right, wrong, unknown) => {
  const file = join(PROJECT, 'examples', 'locked-security-group', 'csharp', 'Program.cs');
  const source = readFileSync(file, 'utf8');
  expect(source).toContain(right);
  expect(unknownNames(source.replace(right, wrong), types)).toContain(unknown);
});

function isOwn({ namespace }: CSharpType): boolean {
  return namespace === 'CdkSentries';
}
