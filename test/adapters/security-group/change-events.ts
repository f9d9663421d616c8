/** Records as CloudTrail writes them, made by hand after its documented and recorded shapes: synthetic. */

export interface RecordValues {
  readonly eventName?: string;
  readonly userIdentity?: unknown;
  readonly requestParameters?: unknown;
  readonly responseElements?: unknown;
  readonly [field: string]: unknown;
}

export function recordOf(values: RecordValues = {}) {
  return {
    eventVersion: '1.10',
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111111111111:user/eve', accountId: '111111111111', userName: 'eve' },
    eventTime: '2026-01-01T00:00:00Z',
    eventSource: 'ec2.amazonaws.com',
    eventName: 'AuthorizeSecurityGroupIngress',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-cli/2',
    requestParameters: { groupId: 'sg-1', ipPermissions: { items: [permission({ ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } })] } },
    responseElements: { _return: true },
    eventID: 'event-1',
    recipientAccountId: '111111111111',
    ...values,
  };
}

export function envelopeOf(detail: unknown, values: Record<string, unknown> = {}): string {
  return JSON.stringify({
    'version': '0',
    'id': 'envelope-1',
    'detail-type': 'AWS API Call via CloudTrail',
    'source': 'aws.ec2',
    'account': '111111111111',
    'time': '2026-01-01T00:00:05Z',
    'region': 'eu-west-1',
    'resources': [],
    detail,
    ...values,
  });
}

export function permission(values: Record<string, unknown>) {
  return { ipProtocol: 'tcp', fromPort: 22, toPort: 22, groups: {}, ipRanges: {}, ipv6Ranges: {}, prefixListIds: {}, ...values };
}
