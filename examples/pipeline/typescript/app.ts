import { App } from 'aws-cdk-lib';
import { CodePipelineSource } from 'aws-cdk-lib/pipelines';
import { SentryPipeline } from './pipeline';

// Write the values of your organization here, and commit them: the pipeline reads them from there.
const DEPLOYMENT = { account: '444455556666', region: 'eu-west-1' };
const CONNECTION =
  'arn:aws:codeconnections:eu-west-1:444455556666:connection/01234567-89ab-cdef-0123-456789abcdef';

const app = new App();
new SentryPipeline(app, 'SentryPipeline', {
  env: DEPLOYMENT,
  // GitHub, GitLab or Bitbucket. For CodeCommit in the deployment account, see the README.
  source: () =>
    CodePipelineSource.connection('acme/sentries', 'main', { connectionArn: CONNECTION }),
  organization: {
    id: 'o-abc1234567',
    security: { account: '111122223333', region: 'eu-west-1' },
    deployment: DEPLOYMENT,
    managementAccount: '555566667777',
    units: ['ou-abcd-11111111', 'ou-abcd-22222222'],
    regions: ['eu-west-1', 'us-east-1'],
  },
});
