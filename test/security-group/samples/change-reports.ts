import type { ChangeReport } from '../../../src/security-group/domain/reporting/change-report';

/** A report, from the few values that a test is about. */
export function changeReport(values: Partial<ChangeReport> = {}): ChangeReport {
  return {
    call: {
      eventId: 'event-1',
      eventName: 'AuthorizeSecurityGroupIngress',
      time: new Date('2026-01-01T00:00:00Z'),
      accountId: '111111111111',
      region: 'eu-west-1',
      actor: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111111111111:assumed-role/Admin/eve',
        roleArn: 'arn:aws:iam::111111111111:role/Admin',
        sessionName: 'eve',
      },
      sourceAddress: '198.51.100.7',
      userAgent: 'aws-cli/2',
    },
    explainedBy: 'event',
    group: { id: 'sg-1', name: 'web', vpcId: 'vpc-1' },
    rules: [],
    notices: [],
    lookedAt: new Date('2026-01-01T00:00:12Z'),
    tries: 1,
    isRepeat: false,
    repeats: 0,
    disputes: [],
    ...values,
  };
}
