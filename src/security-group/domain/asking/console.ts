/** The address of the AWS console's pages for a Region; each partition has a console of its own. */
export function consoleOf(region: string): string {
  return `https://${region}.console.${domainOf(region)}`;
}

function domainOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.cn';
  return region.startsWith('us-gov-') ? 'amazonaws-us-gov.com' : 'aws.amazon.com';
}
