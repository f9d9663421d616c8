import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import {
  type ApprovalRoute,
  Approvers,
  SlackDestination,
  type SlackApprovalWorkflowProps,
} from '../../../src';
import { slackApprovalWorkflowSettings } from '../../../src/approval/constructs/slack-approval-workflow-settings';
import { APPROVERS, secret } from '../samples/workflows';

describe('what cannot work is refused, with the path of the construct and what to write instead', () => {
  test.each<[string, Partial<SlackApprovalWorkflowProps>, RegExp]>([
    [
      'a channel by name',
      { approvalChannelId: '#approvals' },
      /"approvalChannelId": "#approvals" is no channel id of Slack/,
    ],
    [
      'more approvals than approvers',
      { requiredApprovals: 3 },
      /"requiredApprovals" is 3 and there are 2 approvers, so nothing could be approved/,
    ],
    [
      'a monitoring channel in which all is asked',
      { monitoringChannel: SlackDestination.channel('C0APPROVE') },
      /"monitoringChannel" is C0APPROVE, in which all questions are asked, so people would read twice/,
    ],
    [
      'no approvals',
      { requiredApprovals: 0 },
      /"requiredApprovals" is 0: write a whole number of people, at least 1/,
    ],
    ['half an approval', { requiredApprovals: 1.5 }, /"requiredApprovals" is 1\.5/],
    [
      'no time to decide',
      { expireAfter: Duration.seconds(0) },
      /"expireAfter" is .+: write 5 minutes to 14 days/,
    ],
    ['a month to decide', { expireAfter: Duration.days(30) }, /"expireAfter" is 30 days/],
    [
      'a reminder at once',
      { remindAfter: Duration.seconds(0) },
      /"remindAfter" is .+: write 1 minute to 14 days/,
    ],
    [
      'a reminder after the end',
      { expireAfter: Duration.hours(2), remindAfter: Duration.hours(2) },
      /"remindAfter" is 2 hours and requests expire after 2 hours/,
    ],
    [
      'an approval for no time',
      { approvalDurations: [Duration.hours(0)] },
      /"approvalDurations" is .+: write 5 minutes to 30 days/,
    ],
    [
      'an approval for a broken second',
      { approvalDurations: [Duration.millis(300_500)] },
      /"approvalDurations" is .+ in whole seconds/,
    ],
    [
      'a duration twice',
      { approvalDurations: [Duration.hours(1), Duration.minutes(60)] },
      /"approvalDurations" has .+ twice: write each duration once/,
    ],
    [
      'too many durations',
      { approvalDurations: [1, 2, 3, 4, 5, 6].map((hours) => Duration.hours(hours)) },
      /"approvalDurations" has 6 entries, and each is a button: write up to 5/,
    ],
    [
      'no pause',
      { pauseAfterDenial: Duration.seconds(0) },
      /"pauseAfterDenial" is .+: write 1 minute to 7 days/,
    ],
    [
      'no requests',
      { maxRequestsPerHour: 0 },
      /"maxRequestsPerHour" is 0: write a whole number from 1 to 1000/,
    ],
    [
      'an audit of a day',
      { auditRetention: Duration.days(1) },
      /"auditRetention" is 1 day: write 7 days to 3650 days/,
    ],
    [
      'no one to mention',
      { mentions: [] },
      /"mentions" is empty, so no one is mentioned: leave it out/,
    ],
    [
      'someone to mention by name',
      { mentions: ['@ann'] },
      /"mentions": "@ann" is no id of a user or a user group of Slack: write one such as "U0123ABCD"/,
    ],
    [
      'a channel to mention',
      { mentions: ['C0APPROVE'] },
      /"mentions": "C0APPROVE" is no id of a user or a user group/,
    ],
    [
      'someone to mention twice',
      { mentions: ['U0BOB', 'S0SEC', 'U0BOB'] },
      /"mentions" has "U0BOB" twice: name everyone once/,
    ],
    [
      'a crowd to mention',
      { mentions: Array.from({ length: 11 }, (_, index) => `U0${index}A`) },
      /"mentions" has 11 entries: name up to 10, or a user group/,
    ],
    [
      'a list to mention that only the deployment knows',
      { mentions: Token.asList({ Ref: 'Ids' }) },
      /"mentions" is a list that only the deployment knows: write its ids out/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => settings(props)).toThrow(new RegExp(`^App/Approvals: ${message.source}`));
  });
});

describe('who is mentioned', () => {
  test('is no one by default; and each route says so for itself', () => {
    expect(Object.keys(settings({}))).not.toContain('mentions');
    const { mentions, routes } = settings({
      mentions: ['S0SEC', Token.asString({ Ref: 'Id' })],
      routes: [route(), route({ name: 'trials', accounts: [TRIAL], mentions: ['S0TRIALS'] })],
    });
    expect(mentions).toEqual(['S0SEC', expect.any(String)]);
    expect(routes?.map((one) => one.mentions)).toEqual([undefined, ['S0TRIALS']]);
  });

  test('may be someone who may not decide: that is warned of', () => {
    const stack = new Stack(new App(), 'App');
    const approvers = Approvers.users(['U0PIA', 'U0PAT']);
    const routes = [route({ approvers, mentions: ['U0PIA', 'U0BOB'] })];
    settings({ mentions: ['U0BOB', 'U0CAROL', 'S0SEC'], routes }, stack);
    const told = Annotations.fromStack(stack)
      .findWarning('/App/Approvals', Match.stringLikeRegexp('mentionedMayNotDecide'))
      .map(({ entry: { data } }) => String(data));
    expect(told).toEqual([
      expect.stringMatching(/^"mentions" has U0CAROL, who may not decide: they are pinged/),
      expect.stringMatching(/^Route "production": "mentions" has U0BOB, who may not decide/),
    ]);
  });
});

const SHOP = '111122223333';
const TRIAL = '444455556666';
const UNIT = 'ou-abcd-12345678';

function route(values: Partial<ApprovalRoute> = {}): ApprovalRoute {
  return {
    name: 'production',
    accounts: [SHOP],
    approvalChannelId: 'C0PROD',
    approvers: Approvers.userGroup('S0PROD'),
    ...values,
  };
}

function byTag(tags: { [key: string]: string[] }, name = 'payments'): ApprovalRoute {
  return route({ name, accounts: undefined, tags });
}

/** It changes nothing of the workflow's own. */
const AS_OWN = route({
  name: 'own',
  accounts: [TRIAL],
  approvalChannelId: 'C0APPROVE',
  approvers: Approvers.users(['U0BOB', 'U0ALICE']),
});

describe('routes', () => {
  test('are told in their order, each with as many approvals as the workflow says or it says itself', () => {
    const routes = [route(), route({ name: 'trials', accounts: undefined, units: [UNIT] })];
    const told = settings({
      requiredApprovals: 2,
      routes: [routes[0]!, { ...routes[1]!, requiredApprovals: 1 }],
    }).routes;
    const common = {
      approvalChannelId: 'C0PROD',
      approvers: { kind: 'userGroup', userGroupId: 'S0PROD' },
    };
    expect(told).toEqual([
      { ...common, name: 'production', accounts: [SHOP], units: [], requiredApprovals: 2 },
      { ...common, name: 'trials', accounts: [], units: [UNIT], requiredApprovals: 1 },
    ]);
  });

  test('are not told of where there are none', () => {
    expect(Object.keys(settings({ routes: [] }))).not.toContain('routes');
  });

  test.each<[string, ApprovalRoute[], RegExp]>([
    ['a route without a name', [route({ name: ' ' })], /" " is no name of a route/],
    [
      'an endless name',
      [route({ name: 'n'.repeat(65) })],
      /"n{65}" is no name of a route: write 1 to 64/,
    ],
    ['a name of two lines', [route({ name: 'a\nb' })], /"a\sb" is no name of a route/],
    [
      'two of a name',
      [route(), route({ accounts: [TRIAL] })],
      /two routes have the name "production"/,
    ],
    [
      'a route for nothing',
      [route({ accounts: [] })],
      /route "production" is for no account and no unit, and no tags/,
    ],
    [
      'an account by name',
      [route({ accounts: ['shop'] })],
      /route "production": "shop" is no account id: write twelve digits/,
    ],
    [
      'a unit by name',
      [route({ units: ['Shops'] })],
      /route "production": "Shops" is no id of an organizational unit/,
    ],
    [
      'an account in two routes',
      [route(), route({ name: 'other' })],
      /111122223333 is named twice in its routes, in "production" and "other"/,
    ],
    [
      'a unit twice in one',
      [route({ units: [UNIT, UNIT] })],
      /ou-abcd-12345678 is named twice in its routes, in "production"/,
    ],
    [
      'a route behind one for all',
      [route({ name: 'all', units: ['r-abcd'] }), route({ accounts: [TRIAL] })],
      /route "production" is never reached, since "all" before it is for a whole organization/,
    ],
    ["the workflow's own deciders", [AS_OWN], /route "own" .+ so it changes nothing: leave it out/],
    [
      "the workflow's own deciders, behind a unit",
      [route({ units: [UNIT] }), AS_OWN],
      /route "own" .+ so it changes nothing/,
    ],
    [
      'a channel by name',
      [route({ approvalChannelId: '#prod' })],
      /route "production": "approvalChannelId": "#prod" is no channel id of Slack/,
    ],
    [
      'more approvals than approvers',
      [route({ approvers: Approvers.users(['U0PIA']), requiredApprovals: 2 })],
      /route "production": "requiredApprovals" is 2 and there are 1 approvers/,
    ],
    [
      'half an approval',
      [route({ requiredApprovals: 0.5 })],
      /route "production": "requiredApprovals" is 0\.5/,
    ],
    ['no tags', [byTag({})], /route "payments": "tags" is empty, so it chooses nothing/],
    [
      'a tag of no value',
      [byTag({ team: [] })],
      /route "payments": "tags": the list of "team" is empty, so nothing is meant/,
    ],
    [
      'a tag without a key',
      [byTag({ '': ['payments'] })],
      /route "payments": "tags" has the key "": write 1 to 128 characters/,
    ],
    [
      "a tag of AWS's own",
      [byTag({ 'aws:cloudformation:stack-name': ['Payments'] })],
      /route "payments": "tags" has the key "aws:.+", and AWS keeps such keys for itself/,
    ],
    [
      'an endless value',
      [byTag({ team: ['v'.repeat(257)] })],
      /route "payments": "tags": the list of "team" has a value of 257 characters/,
    ],
    [
      'a value twice',
      [byTag({ team: ['payments', 'payments'] })],
      /route "payments": "tags": the list of "team" has "payments" twice/,
    ],
    [
      'a list of values that only the deployment knows',
      [byTag({ team: Token.asList({ Ref: 'Teams' }) })],
      /route "payments": "tags": the list of "team" is a list that only the deployment knows/,
    ],
    [
      'a key that only the deployment knows',
      [byTag({ [Token.asString({ Ref: 'Key' })]: ['payments'] })],
      /route "payments": "tags" has the key ".+": write .+ that are known at synth/,
    ],
    [
      'more keys than a request carries',
      [byTag(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, ['v']])))],
      /"routes" name 11 keys of tags, and a request carries 10/,
    ],
    [
      'a value in two routes',
      [byTag({ team: ['billing', 'payments'] }), byTag({ team: ['payments', 'shop'] }, 'shop')],
      /the tag team=payments is named twice in its routes, in "payments" and "shop", and the first alone would count/,
    ],
    [
      'a tag in an account behind the same tag everywhere',
      [
        byTag({ team: ['payments'] }),
        { ...byTag({ team: ['payments'] }, 'shop'), accounts: [SHOP] },
      ],
      /route "shop" is never reached, since "payments" before it is for all that it is for: write "payments" after "shop"/,
    ],
    [
      'the same tag everywhere twice',
      [byTag({ team: ['payments'] }), byTag({ team: ['payments'] }, 'shop')],
      /route "shop" is never reached, since "payments" before it is for all that it is for: write one of the two/,
    ],
    [
      'an account with a tag behind the whole account',
      [route(), { ...byTag({ team: ['payments'] }), accounts: [SHOP] }],
      /111122223333 is named twice in its routes, in "production" and "payments"/,
    ],
    [
      'two tags behind each of them alone',
      [
        byTag({ team: ['payments'] }),
        byTag({ team: ['shop'] }, 'shop'),
        byTag({ team: ['payments', 'shop'], stage: ['live'] }, 'live'),
      ],
      /route "live" is never reached, since "payments" and "shop" before it are together for all that it is for: write it before them/,
    ],
    [
      "tags with the workflow's own deciders",
      [{ ...AS_OWN, accounts: undefined, tags: { team: ['payments'] } }],
      /route "own" .+ so it changes nothing/,
    ],
  ])('%s: refused', (_, routes, message) => {
    expect(() => settings({ routes })).toThrow(new RegExp(`^App/Approvals: ${message.source}`));
  });

  test.each<[string, ApprovalRoute[]]>([
    [
      'one account for two teams',
      [
        { ...byTag({ team: ['payments'] }), accounts: [SHOP] },
        { ...byTag({ team: ['shop'] }, 'shop'), accounts: [SHOP] },
        route(),
      ],
    ],
    [
      'a tag in one account before the same tag everywhere',
      [
        { ...byTag({ team: ['payments'] }, 'shop'), accounts: [SHOP] },
        byTag({ team: ['payments'] }),
      ],
    ],
    [
      'one value of two keys',
      [byTag({ team: ['payments'] }), byTag({ owner: ['payments'] }, 'owners')],
    ],
    [
      'a tag behind a whole organization, for who asks without one',
      [route({ units: ['r-abcd'] }), byTag({ team: ['payments'] })],
    ],
    [
      "the workflow's own deciders, to keep a tag out of an account",
      [{ ...AS_OWN, accounts: undefined, tags: { team: ['payments'] } }, route()],
    ],
    ["the workflow's own deciders, with someone to mention", [{ ...AS_OWN, mentions: ['U0BOB'] }]],
  ])('may be for %s', (_, routes) => {
    expect(settings({ routes }).routes).toHaveLength(routes.length);
  });

  test("one with the workflow's own deciders may keep an account out of a unit's", () => {
    const told = settings({ routes: [AS_OWN, route({ accounts: [], units: [UNIT] })] }).routes;
    expect(told?.map(({ name }) => name)).toEqual(['own', 'production']);
  });

  test('in another channel may be watched from that in which the rest is asked', () => {
    const monitoringChannel = SlackDestination.channel('C0APPROVE');
    expect(settings({ routes: [route()], monitoringChannel }).monitoring).toEqual({
      kind: 'channel',
      channelId: 'C0APPROVE',
    });
    const inOne = [route({ approvalChannelId: 'C0APPROVE' })];
    expect(() => settings({ routes: inOne, monitoringChannel })).toThrow('would read twice');
  });

  test('whose approvers can be too few are warned of by name', () => {
    const stack = new Stack(new App(), 'App');
    settings({ routes: [route({ approvers: Approvers.users(['U0PIA']) })] }, stack);
    Annotations.fromStack(stack).hasWarning(
      '/App/Approvals',
      Match.stringLikeRegexp('^Route "production": There is one approver'),
    );
  });
});

function settings(
  props: Partial<SlackApprovalWorkflowProps>,
  stack: Stack = new Stack(new App(), 'App'),
) {
  return slackApprovalWorkflowSettings(new Construct(stack, 'Approvals'), {
    signingSecret: secret(stack, 'SigningSecret'),
    botToken: secret(stack, 'BotToken'),
    approvalChannelId: 'C0APPROVE',
    approvers: APPROVERS,
    ...props,
  });
}
