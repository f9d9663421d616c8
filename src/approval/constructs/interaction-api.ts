import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { settingsFor } from '../../shared/constructs/applied-settings';
import { isInstanceOf } from '../../shared/constructs/instance-of';

export interface InteractionApiProps {
  readonly handler: lambda.IFunction;
  readonly domainMapping?: apigwv2.DomainMappingOptions;
}

const PATH = '/slack/interactions';

/** People click now and then; Slack sends each click up to four times. */
const REQUESTS_A_SECOND = 50;
const BURST = 100;

/** Of values that API Gateway itself makes: nothing in which a caller could write what he likes. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  responseLength: '$context.responseLength',
  integrationStatus: '$context.integrationStatus',
  integrationLatency: '$context.integrationLatency',
  error: '$context.error.messageString',
  integrationError: '$context.integrationErrorMessage',
});

/**
 * Where Slack sends clicks to. The URL stands in the Slack app: so the API, and what there can be
 * one of in it, have logical ids that come from the id of the workflow alone, and stay when the
 * workflow moves within its stack.
 */
export class InteractionApi extends Construct {
  /** The Slack app has to be given this URL. */
  public readonly url: string;

  public readonly api: apigwv2.HttpApi;

  constructor(
    private readonly workflow: Construct,
    id: string,
    { handler, domainMapping }: InteractionApiProps,
  ) {
    super(workflow, id);
    const api = new apigwv2.HttpApi(this, 'Api', {
      description: `Takes clicks in Slack for ${workflow.node.path}`,
      createDefaultStage: false,
    });
    const [route] = api.addRoutes({
      path: PATH,
      methods: [apigwv2.HttpMethod.POST],
      integration: new HttpLambdaIntegration('Receive', handler),
    });
    const accessLogs = new logs.LogGroup(this, 'AccessLogs', settingsFor(this).logGroupProps);
    const stage = new apigwv2.HttpStage(this, 'Stage', {
      httpApi: api,
      autoDeploy: true,
      throttle: { rateLimit: REQUESTS_A_SECOND, burstLimit: BURST },
      accessLogSettings: {
        destination: new apigwv2.LogGroupLogDestination(accessLogs),
        format: apigateway.AccessLogFormat.custom(ACCESS_LOG),
      },
      domainMapping,
    });
    const base = domainMapping ? stage.domainUrl : stage.url;
    this.url = `${base.replace(/\/$/, '')}${PATH}`;
    this.api = api;
    this.pin(api, 'SlackApi');
    this.pin(route!, 'SlackApiRoute');
    this.pin(stage, 'SlackApiStage');
    stage.node.children
      .filter((child) => isInstanceOf(child, apigwv2.ApiMapping))
      .forEach((mapping) => this.pin(mapping, 'SlackApiMapping'));
    Validations.of(route!).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Slack signs what it sends, and the function refuses all else: API Gateway cannot check that.',
    });
  }

  private pin(construct: Construct, suffix: string): void {
    const element = construct.node.defaultChild as CfnElement;
    const logicalId = `${this.workflow.node.id.replace(/[^A-Za-z0-9]/g, '')}${suffix}`;
    element.overrideLogicalId(logicalId);
    this.node.addValidation({ validate: () => this.rivalErrors(element, logicalId) });
  }

  private rivalErrors(element: CfnElement, logicalId: string): string[] {
    const stack = Stack.of(this);
    const rival = stack.node
      .findAll()
      .find(
        (other) =>
          CfnElement.isCfnElement(other) &&
          other !== element &&
          Stack.of(other) === stack &&
          stack.resolve(other.logicalId) === logicalId,
      );
    return rival
      ? [
          `${this.workflow.node.path}: its URL hangs on the logical id ${logicalId}, which ${rival.node.path} has in the same stack already: ` +
            'give the workflow another id.',
        ]
      : [];
  }
}
