import { errorOf, requestIdOf } from '../../../sandbox/proxy/answer';
import { apiRequestOf } from '../../../sandbox/proxy/api-request';
import { PendingFaults } from '../../../sandbox/proxy/faults';
import { traceHeaderOf } from '../../../sandbox/runner/trace';

function signed(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=AKIA1/20261120/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
}
const credentials = { accessKeyId: 'AKIA1', region: 'eu-west-1' };

describe('what a request says of itself', () => {
  test('EC2 and the query protocol: the form', () => {
    const head = { method: 'POST', url: '/', headers: { authorization: signed('ec2') } };
    expect(
      apiRequestOf(head, 'Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=a+b%26c'),
    ).toEqual({
      service: 'ec2',
      action: 'DescribeVpcs',
      credentials,
      parameters: { Action: 'DescribeVpcs', Version: '2016-11-15', 'Filter.1.Name': 'a b&c' },
    });
  });

  test('the query protocol by GET', () => {
    const head = {
      method: 'GET',
      url: '/?Action=ListTopics',
      headers: { authorization: signed('sns') },
    };
    expect(apiRequestOf(head, '')).toMatchObject({
      service: 'sns',
      action: 'ListTopics',
      parameters: { Action: 'ListTopics' },
    });
  });

  test('the JSON protocols: a header', () => {
    const head = {
      method: 'POST',
      url: '/',
      headers: { authorization: signed('sqs'), 'x-amz-target': 'AmazonSQS.SendMessage' },
    };
    expect(apiRequestOf(head, '')).toEqual({
      service: 'sqs',
      action: 'SendMessage',
      credentials,
      parameters: {},
    });
  });

  test('the JSON protocols: what was sent; what is no JSON is left to the emulator', () => {
    const head = {
      method: 'POST',
      url: '/',
      headers: {
        authorization: signed('ssm'),
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonSSM.GetParameters',
      },
    };
    expect(apiRequestOf(head, '{"Names":["one"]}')).toMatchObject({
      action: 'GetParameters',
      parameters: {},
      json: { Names: ['one'] },
    });
    expect(apiRequestOf(head, '{"Names":')).toEqual({
      service: 'ssm',
      action: 'GetParameters',
      credentials,
      parameters: {},
    });
  });

  test("a function's call: its invocation, and which tries belong together", () => {
    const invocationId = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
    const headers = {
      authorization: signed('sqs'),
      'x-amzn-trace-id': traceHeaderOf(invocationId),
      'amz-sdk-invocation-id': 'call-1',
    };
    expect(apiRequestOf({ method: 'POST', url: '/', headers }, '')).toMatchObject({
      invocationId,
      sdkCallId: 'call-1',
    });
    expect(
      apiRequestOf(
        { method: 'POST', url: '/', headers: { 'x-amzn-trace-id': 'Root=nonsense' } },
        '',
      ).invocationId,
    ).toBeUndefined();
  });

  test('the CBOR protocol: the path', () => {
    const head = {
      method: 'POST',
      url: '/service/GraniteServiceVersion20100801/operation/PutMetricData',
      headers: { authorization: signed('monitoring') },
    };
    expect(apiRequestOf(head, '')).toMatchObject({
      service: 'monitoring',
      action: 'PutMetricData',
    });
  });

  test('REST: the method', () => {
    expect(
      apiRequestOf(
        { method: 'PUT', url: '/bucket/key', headers: { authorization: signed('s3') } },
        '',
      ),
    ).toEqual({ service: 's3', action: 'PUT', credentials, parameters: {} });
  });

  test('a URL signed ahead', () => {
    const head = {
      method: 'GET',
      url: '/bucket/key?X-Amz-Credential=AKIA1%2F20261120%2Feu-west-1%2Fs3%2Faws4_request',
      headers: {},
    };
    expect(apiRequestOf(head, '')).toMatchObject({ service: 's3', action: 'GET', credentials });
  });

  test('unsigned', () => {
    expect(apiRequestOf({ method: 'GET', url: '/', headers: {} }, '')).toEqual({
      service: 'unsigned',
      action: 'GET',
      parameters: {},
    });
  });
});

describe('what an answer says', () => {
  const refused = (body: string) => ({
    status: 400,
    statusMessage: '',
    rawHeaders: ['Server', 'x', 'X-Amzn-RequestId', 'header-id'],
    body: Buffer.from(body),
  });

  test("EC2's error, with entities resolved once", () => {
    expect(
      errorOf(
        refused(
          '<Response><Errors><Error><Code>InvalidPermission.Duplicate</Code><Message>&#39;a&#x27; &amp;lt; b</Message></Error></Errors></Response>',
        ),
      ),
    ).toEqual({ code: 'InvalidPermission.Duplicate', message: "'a' &lt; b" });
  });

  test("an error that says nothing is the service's", () => {
    expect(errorOf(refused('<html>500</html>'))).toMatchObject({ code: 'InternalError' });
  });

  test('the request id: header first', () => {
    expect(requestIdOf(refused('<requestId>body-id</requestId>'))).toBe('header-id');
    expect(requestIdOf({ ...refused('<requestId>body-id</requestId>'), rawHeaders: [] })).toBe(
      'body-id',
    );
  });
});

describe('faults', () => {
  const request = (service: string, action: string, parameters = {}) => ({
    service,
    action,
    parameters,
  });

  test('as often as asked for, for that action only', () => {
    const faults = new PendingFaults();
    faults.add({
      service: 'ec2',
      action: 'DescribeVpcs',
      errorCode: 'RequestLimitExceeded',
      times: 2,
    });
    expect(faults.answerTo(request('ec2', 'DescribeSubnets'))).toBeUndefined();
    expect(faults.answerTo(request('sns', 'DescribeVpcs'))).toBeUndefined();
    expect(faults.answerTo(request('ec2', 'DescribeVpcs'))?.status).toBe(503);
    expect(faults.answerTo(request('ec2', 'DescribeVpcs'))?.status).toBe(503);
    expect(faults.answerTo(request('ec2', 'DescribeVpcs'))).toBeUndefined();
  });

  test.each([
    ['ec2', { Action: 'X' }, /^<Response><Errors><Error><Code>AuthFailure<.*<RequestID>/],
    ['sns', { Action: 'X' }, /^<ErrorResponse><Error><Type>Sender<\/Type><Code>AuthFailure</],
    ['sqs', {}, /^\{"__type":"AuthFailure","message":"/],
  ])("%s's shape", (service, parameters, body) => {
    const faults = new PendingFaults();
    faults.add({ service, action: 'X', errorCode: 'AuthFailure', times: 1 });
    const answer = faults.answerTo(request(service, 'X', parameters));
    expect(answer).toMatchObject({ status: 400 });
    expect(answer?.body.toString()).toMatch(body);
  });
});
