/** What someone who is not AWS sends to have an event of EC2 put on a bus, by the AWS CLI. */
export function forgedEventCall(detail: object, busArn?: string): string[] {
  const entry = {
    ...(busArn && { EventBusName: busArn }),
    Source: 'aws.ec2',
    DetailType: 'AWS API Call via CloudTrail',
    Detail: JSON.stringify({ eventName: 'AuthorizeSecurityGroupIngress', ...detail }),
  };
  return [
    ...['events', 'put-events', '--entries', JSON.stringify([entry])],
    ...['--query', 'Entries[0].ErrorCode', '--output', 'text'],
  ];
}
