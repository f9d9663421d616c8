import { App, Aspects, CfnResource, type IAspect, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { ChangeSource, MemberAccounts, SentryHub, SentryMember } from '../../../src';

const PLACE = { env: { account: '111122223333', region: 'eu-west-1' } };

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Team', PLACE);
});

describe('roles that others know by their names', () => {
  test('are not under a path: members trust none there', () => {
    hub();
    Aspects.of(stack).add(writing('Path', '/sentries/'));
    expect(() => app.synth()).toThrow(
      /Team\/Hub\/LookAtMemberRole\/Resource: the role has the path "\/sentries\/", by an aspect or property injection, and others know it by its name alone: leave it out there, and give the hub a "name" that begins as your roles have to/,
    );
  });

  test('have no other name, that of the reader of a foreign bucket included', () => {
    hub(
      s3.Bucket.fromBucketAttributes(stack, 'Logs', {
        bucketName: 'organization-logs',
        account: '999900001111',
        region: 'eu-west-1',
      }),
    );
    Aspects.of(stack).add(writing('RoleName', 'team-role'));
    expect(() => app.synth()).toThrow(
      /ReadTrailRole\/Resource: the role is called "team-role" and not "cdk-sentries-hub-read-trail"/,
    );
  });

  test('are those of members as well', () => {
    member();
    Aspects.of(stack).add(writing('Path', '/sentries/'));
    expect(() => app.synth()).toThrow(
      /Team\/Member\/Roles\/ReadRole: the role has the path "\/sentries\/".*the hub takes on no role under a path/,
    );
  });

  test('take a permissions boundary, and all other roles take a path', () => {
    hub();
    member();
    iam.PermissionsBoundary.of(stack).apply(
      iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'team-boundary'),
    );
    const others = new Stack(app, 'Others', PLACE);
    new iam.Role(others, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    Aspects.of(others).add(writing('Path', '/sentries/'));
    app.synth();
    const roles = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    expect(roles.length).toBeGreaterThan(4);
    for (const { Properties } of roles) expect(Properties.PermissionsBoundary).toBeDefined();
  });
});

function hub(bucket?: s3.IBucket): SentryHub {
  return new SentryHub(stack, 'Hub', {
    accounts: MemberAccounts.accounts(['444455556666']),
    sources: [
      ChangeSource.forwardedEvents(),
      ...(bucket ? [ChangeSource.organizationTrail(bucket)] : []),
    ],
  });
}

function member(): SentryMember {
  return new SentryMember(stack, 'Member', {
    hub: SentryHub.fromSentryHubAttributes({
      hubAccountId: '444455556666',
      hubRegion: 'eu-west-1',
    }),
  });
}

/** As companies write it: over the template, whatever type the construct has. */
function writing(property: string, value: string): IAspect {
  return {
    visit: (node: IConstruct) => {
      if (CfnResource.isCfnResource(node) && node.cfnResourceType === 'AWS::IAM::Role') {
        node.addPropertyOverride(property, value);
      }
    },
  };
}
