import { consoleOf, iamRegionOf } from '../../../src/shared/domain/partition';

test.each([
  ['eu-west-1', 'us-east-1', 'https://eu-west-1.console.aws.amazon.com'],
  ['cn-northwest-1', 'cn-north-1', 'https://cn-northwest-1.console.amazonaws.cn'],
  ['us-gov-east-1', 'us-gov-west-1', 'https://us-gov-east-1.console.amazonaws-us-gov.com'],
  ['xx-iso-east-1', 'xx-iso-east-1', 'https://xx-iso-east-1.console.aws.amazon.com'],
])('for %s, IAM is in %s, and the console at %s', (region, iamRegion, address) => {
  expect(iamRegionOf(region)).toBe(iamRegion);
  expect(consoleOf(region)).toBe(address);
});
