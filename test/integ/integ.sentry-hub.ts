import { ExpectedResult, type IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Stack, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { awaitMessage, caseOf, emptyVpc, GOES_WITH_THE_STACK, queueOf, within } from './case-parts';
import {
  ChangeResponse,
  MemberAccounts,
  MemberRegions,
  MemberRights,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryHub,
  SentryMember,
} from '../../src';

/** Two accounts that trust each other's bootstrap, each with a trail, and a Region of both. */
export interface HubAndMember {
  readonly hubAccount: string;
  readonly memberAccount: string;
  readonly region: string;
}

const TAG = { key: 'integ-sentry-hub', value: 'watched' };

/**
 * A deployment that no one trusts opens a group of a member: the hub has the rule taken away there,
 * says so, and covers the member.
 */
export function hubCase(app: App, places: HubAndMember): IntegTest {
  const { hubAccount, memberAccount, region } = places;
  const hubStack = new Stack(app, 'IntegSentryHub', { env: { account: hubAccount, region } });
  const hub = new SentryHub(hubStack, 'Hub', {
    name: 'integ-sentries',
    accounts: MemberAccounts.accounts([memberAccount]),
    regions: MemberRegions.of([region]),
    ...GOES_WITH_THE_STACK,
  });
  const sentry = new SecurityGroupSentry(hubStack, 'GroupSentry', {
    hub,
    monitoredGroups: MonitoredGroups.taggedWith(TAG.key, TAG.value),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }],
    ...GOES_WITH_THE_STACK,
  });
  const reports = queueOf(hubStack, sentry.notificationTopic);

  const inMember = { env: { account: memberAccount, region } };
  const memberStack = new Stack(app, 'IntegSentryMember', inMember);
  new SentryMember(memberStack, 'Member', {
    hub: SentryHub.fromSentryHubAttributes({
      hubAccountId: hubAccount,
      hubRegion: region,
      hubName: 'integ-sentries',
    }),
    rights: MemberRights.FULL,
  });
  memberStack.addDependency(hubStack);
  const opening = openedGroup(new Stack(app, 'IntegOpenedGroup', inMember));
  opening.addDependency(memberStack);

  const testCase = caseOf(app, hubStack, memberStack, opening);
  const check = testCase.assertions.invokeFunction({
    functionName: sentry.operatorFunction.functionName,
    payload: JSON.stringify({ action: 'check', account: memberAccount, region }),
  });
  awaitMessage(testCase, reports, '"outcome": ?"reverted"').next(
    within(
      check.expect(ExpectedResult.objectLike({ Payload: Match.stringLikeRegexp('isAlive') })),
      5,
    ),
  );
  return testCase;
}

function openedGroup(stack: Stack): Stack {
  const group = new ec2.SecurityGroup(stack, 'Watched', {
    vpc: emptyVpc(stack),
    description: 'The hub watches it by its tag',
    // The rule below is a call of its own then, as it is for those who open a group by hand.
    disableInlineRules: true,
  });
  Tags.of(group).add(TAG.key, TAG.value);
  group.addIngressRule(ec2.Peer.ipv4('203.0.113.7/32'), ec2.Port.tcp(22), 'No one asked for it');
  return stack;
}

/** From the environment. */
export function placesIn(environment: NodeJS.ProcessEnv): HubAndMember {
  const { CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION, INTEG_MEMBER_ACCOUNT } = environment;
  if (!CDK_DEFAULT_ACCOUNT || !CDK_DEFAULT_REGION || !INTEG_MEMBER_ACCOUNT) {
    throw new Error(
      'The case of a hub needs two accounts. Set INTEG_MEMBER_ACCOUNT to the one that is watched; the hub goes to that of your credentials.',
    );
  }
  return {
    hubAccount: CDK_DEFAULT_ACCOUNT,
    memberAccount: INTEG_MEMBER_ACCOUNT,
    region: CDK_DEFAULT_REGION,
  };
}

if (require.main === module) hubCase(new App(), placesIn(process.env));
