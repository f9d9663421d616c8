import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';
import { GenerateMacCommand, KMSClient, VerifyMacCommand } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { App, CfnOutput, Duration, SecretValue, Stack } from 'aws-cdk-lib';
import * as gateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as z from 'zod/mini';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { type DeployedStack, LocalAws } from '../../../sandbox/local-aws';
import { temporaryFolder } from '../../support/apps/tiny-app';

/** Answers with the event that it got, or does what the path's last part says. */
const HANDLER = `
exports.handler = async (event) => {
  const order = event.rawPath.split('/').at(-1);
  if (order === 'throw') throw new Error('told to throw');
  if (order === 'hang') await new Promise(() => setInterval(() => {}, 1000));
  if (order === 'nonsense') return { statusCode: 'none' };
  if (order === 'plain') return { hello: 'there' };
  if (order === 'binary') return { statusCode: 201, headers: { 'Content-Type': 'image/png', 'X-Count': 2 }, body: 'AAEC/w==', isBase64Encoded: true };
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ event, environment: process.env }) };
};
`;

const Echo = z.object({
  event: z.looseObject({
    routeKey: z.string(),
    headers: z.record(z.string(), z.string()),
    requestContext: z.looseObject({ timeEpoch: z.number() }),
  }),
  environment: z.record(z.string(), z.string()),
});

let aws: LocalAws;
let stack: DeployedStack;
let api: string;

function synthesizeApp(): string {
  const code = temporaryFolder();
  writeFileSync(path.join(code, 'index.js'), HANDLER);
  const app = new App({ outdir: temporaryFolder() });
  const scope = new Stack(app, 'Web');
  const secret = new secretsmanager.Secret(scope, 'Secret');
  const given = new secretsmanager.Secret(scope, 'Given', {
    secretStringValue: SecretValue.unsafePlainText('given'),
  });
  const key = new kms.Key(scope, 'Key', {
    keySpec: kms.KeySpec.HMAC_256,
    keyUsage: kms.KeyUsage.GENERATE_VERIFY_MAC,
    alias: 'macs',
  });
  const queue = new sqs.Queue(scope, 'Fifo', { fifo: true });
  const handler = new lambda.Function(scope, 'Function', {
    functionName: 'web',
    code: lambda.Code.fromAsset(code),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    timeout: Duration.seconds(20),
    environment: { SECRET_ARN: secret.secretArn, KEY_ID: key.keyId, OVERRIDDEN: 'template' },
  });
  secret.grantRead(handler);
  key.grant(handler, 'kms:GenerateMac', 'kms:VerifyMac');
  const main = new gateway.HttpApi(scope, 'Api');
  const other = new gateway.HttpApi(scope, 'Other');
  const route = (
    to: gateway.HttpApi,
    routePath: string,
    method: gateway.HttpMethod,
    id: string,
    timeoutMs?: number,
  ) =>
    to.addRoutes({
      path: routePath,
      methods: [method],
      integration: new HttpLambdaIntegration(
        id,
        handler,
        timeoutMs ? { timeout: Duration.millis(timeoutMs) } : {},
      ),
    });
  route(main, '/echo', gateway.HttpMethod.POST, 'Echo');
  route(main, '/orders/{order}', gateway.HttpMethod.ANY, 'Orders');
  route(main, '/orders/hang', gateway.HttpMethod.POST, 'Hang', 300);
  route(other, '/{rest+}', gateway.HttpMethod.GET, 'Rest');
  new CfnOutput(scope, 'Endpoint', { value: main.apiEndpoint });
  new CfnOutput(scope, 'GivenArn', { value: given.secretArn });
  new CfnOutput(scope, 'KeyArn', { value: key.keyArn });
  new CfnOutput(scope, 'QueueName', { value: queue.queueName });
  return app.synth().directory;
}

beforeAll(async () => {
  aws = await LocalAws.start({
    log: console.log,
    functionEnvironment: { OUTSIDE: 'http://127.0.0.1:1', OVERRIDDEN: 'sandbox' },
  });
  stack = await aws.deploy(synthesizeApp());
  api = urlOf('Api');
});
afterAll(async () => aws.stop());

function urlOf(logicalIdPrefix: string): string {
  const [, url] =
    [...stack.httpApis].find(([logicalId]) => logicalId.startsWith(logicalIdPrefix)) ?? [];
  if (url === undefined) throw new Error(`no API ${logicalIdPrefix}`);
  return url;
}

async function echoOf(response: Response) {
  expect(response.status).toBe(200);
  return Echo.parse(await response.json());
}

test("a form reaches the function in API Gateway's payload format, in base64", async () => {
  const before = Date.now();
  const form = new URLSearchParams({ payload: '{"ü":1}' });
  const response = await fetch(`${api}/echo?a=1&a=2&b=%20`, {
    method: 'POST',
    body: form,
    headers: { 'User-Agent': 'tester', 'X-Own': 'Value' },
  });
  const { event } = await echoOf(response);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(event).toEqual({
    version: '2.0',
    routeKey: 'POST /echo',
    rawPath: '/echo',
    rawQueryString: 'a=1&a=2&b=%20',
    queryStringParameters: { a: '1,2', b: ' ' },
    headers: expect.objectContaining({
      'user-agent': 'tester',
      'x-own': 'Value',
      'content-type': expect.stringContaining('x-www-form-urlencoded'),
    }),
    requestContext: {
      accountId: '123456789012',
      apiId: expect.stringMatching(/^[\da-f]{10}$/),
      domainName: expect.stringContaining('.execute-api.us-east-1.amazonaws.com'),
      domainPrefix: expect.any(String),
      http: {
        method: 'POST',
        path: '/echo',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'tester',
      },
      requestId: expect.any(String),
      routeKey: 'POST /echo',
      stage: '$default',
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    },
    body: Buffer.from(form.toString()).toString('base64'),
    isBase64Encoded: true,
  });
  expect(event.requestContext.timeEpoch).toBeGreaterThanOrEqual(before);
});

test('JSON and text reach it as they are, and no body as none', async () => {
  const send = async (type: string, body: string) =>
    (
      await echoOf(
        await fetch(`${api}/echo`, { method: 'POST', body, headers: { 'content-type': type } }),
      )
    ).event;
  expect(await send('application/json', '{"ü":1}')).toMatchObject({
    body: '{"ü":1}',
    isBase64Encoded: false,
  });
  expect(await send('text/plain', 'ü')).toMatchObject({ body: 'ü', isBase64Encoded: false });
  const { event } = await echoOf(await fetch(`${api}/echo`, { method: 'POST' }));
  expect(event).toMatchObject({ isBase64Encoded: false });
  expect(event).not.toHaveProperty('body');
});

test('doubled headers come as one, joined by a comma', async () => {
  const echo = await new Promise<string>((resolve, reject) => {
    const call = request(`${api}/echo`, { method: 'POST' }, (response) => resolve(text(response)));
    call.setHeader('X-Twice', ['one', 'two']);
    call.on('error', reject).end();
  });
  expect(Echo.parse(JSON.parse(echo)).event.headers['x-twice']).toBe('one,two');
});

test('each API has its own routes, the most special one first; other paths and methods are not found', async () => {
  const other = urlOf('Other');
  expect((await echoOf(await fetch(`${api}/orders/7`))).event).toMatchObject({
    routeKey: 'ANY /orders/{order}',
    pathParameters: { order: '7' },
  });
  expect((await echoOf(await fetch(`${other}/a/b`))).event).toMatchObject({
    routeKey: 'GET /{rest+}',
    pathParameters: { rest: 'a/b' },
  });
  for (const [url, method] of [
    [`${api}/echo`, 'GET'],
    [`${api}/nowhere`, 'POST'],
    [`${api}/orders/7/8`, 'GET'],
    [`${other}/echo`, 'POST'],
  ] as const) {
    const response = await fetch(url, { method });
    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
  }
});

test('what the function answers becomes the response', async () => {
  const binary = await fetch(`${api}/orders/binary`);
  expect([
    binary.status,
    binary.headers.get('content-type'),
    binary.headers.get('x-count'),
  ]).toEqual([201, 'image/png', '2']);
  expect([...new Uint8Array(await binary.arrayBuffer())]).toEqual([0, 1, 2, 255]);
  const plain = await fetch(`${api}/orders/plain`);
  expect([plain.status, await plain.json()]).toEqual([200, { hello: 'there' }]);
});

test.each([
  ['throws', 'throw', 500, 'Internal Server Error'],
  ['answers what is no response', 'nonsense', 500, 'Internal Server Error'],
  ['takes longer than the integration may', 'hang', 503, 'Service Unavailable'],
])('a function that %s', async (_, order, status, message) => {
  const response = await fetch(`${api}/orders/${order}`, { method: 'POST' });
  expect([response.status, await response.json()]).toEqual([status, { message }]);
});

test('a body of 10 MB is the largest', async () => {
  const send = async (bytes: number) =>
    fetch(`${api}/nowhere`, { method: 'POST', body: Buffer.alloc(bytes) });
  expect((await send(10 * 1024 * 1024)).status).toBe(404);
  expect((await send(10 * 1024 * 1024 + 1)).status).toBe(413);
});

test("references to the API, secrets and keys lead to them, and the sandbox's variables win", async () => {
  const { environment } = await echoOf(await fetch(`${api}/echo`, { method: 'POST' }));
  expect(stack.outputs.get('Endpoint')).toBe(api);
  expect(environment).toMatchObject({ OUTSIDE: 'http://127.0.0.1:1', OVERRIDDEN: 'sandbox' });
  const secrets = new SecretsManagerClient(emulatorAccess(aws.endpoint));
  const valueOf = async (SecretId: string | undefined, VersionStage = 'AWSCURRENT') =>
    (await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
  expect(await valueOf(environment.SECRET_ARN)).toHaveLength(32);
  expect(await valueOf(stack.outputs.get('GivenArn'))).toBe('given');

  await aws.putSecret(environment.SECRET_ARN ?? '', 'second');
  await aws.putSecret(environment.SECRET_ARN ?? '', 'third');
  expect([
    await valueOf(environment.SECRET_ARN),
    await valueOf(environment.SECRET_ARN, 'AWSPREVIOUS'),
  ]).toEqual(['third', 'second']);
  await aws.putSecret('by-name', 'first');
  expect(await valueOf('by-name')).toBe('first');
});

test('an HMAC key makes MACs and refuses wrong ones, by its id, ARN and alias', async () => {
  const { environment } = await echoOf(await fetch(`${api}/echo`, { method: 'POST' }));
  const client = new KMSClient(emulatorAccess(aws.endpoint));
  for (const KeyId of [environment.KEY_ID, stack.outputs.get('KeyArn'), 'alias/macs']) {
    const macOf = { KeyId, MacAlgorithm: 'HMAC_SHA_256' } as const;
    const { Mac } = await client.send(
      new GenerateMacCommand({ ...macOf, Message: Buffer.from('message') }),
    );
    expect(
      await client.send(new VerifyMacCommand({ ...macOf, Mac, Message: Buffer.from('message') })),
    ).toMatchObject({ MacValid: true });
    await expect(
      client.send(new VerifyMacCommand({ ...macOf, Mac, Message: Buffer.from('other') })),
    ).rejects.toMatchObject({ name: 'KMSInvalidMacException' });
  }
});

test('a FIFO queue without a name of its own gets one', () => {
  expect(stack.outputs.get('QueueName')).toMatch(/\.fifo$/);
});

test('what is made up for is listed by name', () => {
  const met = new Set(stack.gaps.map(({ type, aspect }) => (aspect ? `${type}: ${aspect}` : type)));
  expect([...met].filter((name) => /ApiGateway|Secret|KMS|SQS/.test(name)).sort()).toEqual([
    'AWS::ApiGatewayV2::Api',
    'AWS::ApiGatewayV2::Integration',
    'AWS::ApiGatewayV2::Route',
    'AWS::ApiGatewayV2::Stage',
    'AWS::KMS::Key',
    'AWS::KMS::Key: key policy',
    'AWS::SQS::Queue: generated name of a FIFO queue',
    'AWS::SecretsManager::Secret',
  ]);
});

test('once the stack is retired, its APIs answer no more', async () => {
  await stack.retire();
  await expect(fetch(`${api}/echo`, { method: 'POST' })).rejects.toThrow('fetch failed');
});
