import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { KeySentryParameter } from '../../contracts/key-sentry-parameter';

/** The content of the props, in a parameter of SSM. */
export class KeyConfiguration {
  private readonly parameter: ssm.StringParameter;

  constructor(sentry: Construct, content: KeySentryParameter) {
    this.parameter = new ssm.StringParameter(sentry, 'Configuration', {
      stringValue: Stack.of(sentry).toJsonString(content),
      tier: ssm.ParameterTier.INTELLIGENT_TIERING,
      description: 'Written by the deployment, read by the sentry',
    });
  }

  public get parameterName(): string {
    return this.parameter.parameterName;
  }

  public grantRead(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters'],
      resourceArns: [this.parameter.parameterArn],
    });
  }
}
