import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ChangeResponse, MonitoredGroups, SecurityGroupBaseline, SecurityGroupSentry } from '../../../src';
import { envelopeOf, recordOf, type RecordValues } from '../../adapters/security-group/change-events';

const GROUP_ID = 'sg-0123456789abcdef0';
const OTHER_ID = 'sg-0fedcba9876543210';
const JAVA_IS_THERE = ['java', 'mvn'].every((command) => spawnSync(command, ['-version']).status === 0);

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>event-ruler</artifactId><version>1</version>
  <dependencies><dependency><groupId>software.amazon.event.ruler</groupId><artifactId>event-ruler</artifactId><version>2.1.0</version></dependency></dependencies>
</project>`;

const CASES: [string, RecordValues, boolean][] = [
  ['an addition to the group', { requestParameters: { groupId: GROUP_ID, ipPermissions: { items: [] } } }, true],
  ['an addition to another group', { requestParameters: { groupId: OTHER_ID } }, false],
  ['an egress rule', { eventName: 'AuthorizeSecurityGroupEgress', requestParameters: { groupId: GROUP_ID } }, true],
  ['a group by name only', { requestParameters: { groupName: 'web' } }, true],
  ['parameters omitted for size', { requestParameters: { omitted: true } }, true],
  ['no parameters', { requestParameters: null }, true],
  ['a failed call', { requestParameters: { groupId: GROUP_ID }, errorCode: 'Client.InvalidPermission.Duplicate' }, false],
  ['a removal', { eventName: 'RevokeSecurityGroupIngress', requestParameters: { groupId: GROUP_ID } }, false],
  ['another service', { eventSource: 'rds.amazonaws.com', requestParameters: { groupId: GROUP_ID } }, false],
];

const describeWhereJavaIs = JAVA_IS_THERE ? describe : describe.skip;

describeWhereJavaIs(`EventBridge's own matching engine${JAVA_IS_THERE ? '' : ' is not asked: there is no java or no mvn on the PATH'}`, () => {
  let matches: boolean[];

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'event-ruler-'));
    try {
      writeFileSync(join(folder, 'pom.xml'), POM);
      execFileSync('mvn', ['-q', 'dependency:copy-dependencies', '-DoutputDirectory=jars'], { cwd: folder });
      const input = [pattern(), ...CASES.map(([, values]) => envelopeOf(recordOf(values)))].join('\n');
      const output = execFileSync('java', ['-cp', join(folder, 'jars', '*'), join(__dirname, 'MatchEvents.java')], { input, encoding: 'utf8' });
      matches = output.trim().split('\n').map((line) => line === 'true');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each(CASES.map(([name, , matched], index) => [name, matched, index] as const))('%s: %s', (_, matched, index) => {
    expect(matches[index]).toBe(matched);
  });
});

function pattern(): string {
  const stack = new Stack();
  new SecurityGroupSentry(stack, 'Sentry', {
    monitoredGroups: MonitoredGroups.ids([GROUP_ID]),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }],
  });
  return JSON.stringify(Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'))[0]!.Properties.EventPattern);
}
