import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  IamKeySentry,
  KeyActions,
  KeyExclusion,
  KeyOwner,
  KeyReports,
  Weekday,
} from 'cdk-sentries';

const app = new App();
const stack = new Stack(app, 'AccessKeys');

const sentry = new IamKeySentry(stack, 'KeySentry', {
  maxKeyAge: Duration.days(90),
  warnBefore: Duration.days(14),
  maxUnusedAge: Duration.days(45),
  excluding: [KeyExclusion.path('/breakglass/', { reason: 'Sealed, and tested each quarter' })],
  reports: KeyReports.weekly(Weekday.MONDAY),
  owners: [KeyOwner.tag('Owner'), KeyOwner.path('/teams/'), KeyOwner.userName()],
  actions: KeyActions.of({
    deactivateAfter: Duration.days(100),
    deactivateUnusedAfter: Duration.days(45),
    deleteAfterInactive: Duration.days(30),
    grace: Duration.days(7),
  }),
});

new CfnOutput(stack, 'TopicArn', {
  value: sentry.notificationTopic.topicArn,
  description: 'Subscribe to it to be told',
});
