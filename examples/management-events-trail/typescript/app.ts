import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { ManagementEventsTrail } from 'cdk-sentries';

const app = new App();
const stack = new Stack(app, 'ManagementEvents');

// For an account that has no trail. For all accounts of an organization, deploy it to the
// management account, with its "organizationId".
const trail = new ManagementEventsTrail(stack, 'Trail', {
  retention: Duration.days(400),
  notificationEmails: ['security@example.com'],
});

new CfnOutput(stack, 'TrailArn', { value: trail.trailArn });
new CfnOutput(stack, 'BucketName', { value: trail.bucket.bucketName });
