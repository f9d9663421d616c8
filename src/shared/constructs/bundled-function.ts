import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledgeInPacks } from './acknowledge-finding';
import { settingsFor } from './applied-settings';
import { bundleFolder } from './bundle-folder';
import { denyFromOutside } from './from-inside-only';
import { architectureOf } from './function-architecture';
import { letLambdaAttach } from './function-network';
import { checkReservation } from './reserved-concurrency';
import type { HandlerDeployment } from '../contracts/handler-environment';

/** The environment is given the role, since some variables speak of it. */
export interface BundledFunctionProps<
  Variable extends string,
  Optional extends string = never,
> extends HandlerDeployment<Variable, iam.IRole, Optional> {
  readonly description: string;
  readonly memorySize: number;
}

/**
 * A handler that the package ships ready-built: synthesizing it needs neither esbuild nor Docker.
 */
export class BundledFunction<
  Variable extends string,
  Optional extends string = never,
> extends NodejsFunction {
  constructor(scope: Construct, id: string, props: BundledFunctionProps<Variable, Optional>) {
    const settings = settingsFor(scope);
    const logGroup = new logs.LogGroup(scope, `${id}Logs`, settings.logGroupProps);
    const role = new iam.Role(scope, `${id}Role`, {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    logGroup.grantWrite(role);
    super(scope, id, {
      code: lambda.Code.fromAsset(bundleFolder(scope, props.contract.bundle)),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: architectureOf(scope),
      role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      description: props.description,
      timeout: Duration.seconds(props.contract.timeoutSeconds),
      memorySize: props.memorySize,
      environment: { ...props.environment(role) },
      ...settings.functionProps,
      // With keep-alive as the SDK's own default, the variable that NodejsFunction would add says
      // nothing.
      awsSdkConnectionReuse: false,
    });
    denyFromOutside(this, role);
    // Also where someone else attaches it, as by property injection.
    if (this.isBoundToVpc) letLambdaAttach(this, role, settings.network);
    checkReservation(this);
    acknowledgeRegulated(this, role);
  }
}

function acknowledgeRegulated(handler: lambda.Function, role: iam.Role): void {
  for (const scope of [handler, role]) {
    acknowledgeInPacks(
      scope,
      'IAMNoInlinePolicy',
      'The rights are those of this one function, and go with its role: no one can attach them to another.',
    );
  }
  acknowledgeInPacks(
    handler,
    'LambdaDLQ',
    'What must not be lost comes by queues, which have dead-letter queues; what a scheduled run leaves, the next one does, and an alarm tells of failed runs.',
  );
}
