import { App, DefaultStackSynthesizer, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { isInstanceOf } from '../../../src/shared/constructs/instance-of';

/** As npm installs it a second time, below a package that asks for another version. */
let other: {
  readonly App: typeof App;
  readonly DefaultStackSynthesizer: typeof DefaultStackSynthesizer;
  readonly Stack: typeof Stack;
  readonly CfnSecurityGroup: typeof ec2.CfnSecurityGroup;
};

beforeAll(() =>
  jest.isolateModules(() => {
    // Each of them is loaded as it is named.
    const cdk = jest.requireActual<typeof import('aws-cdk-lib')>('aws-cdk-lib');
    const { CfnSecurityGroup } =
      jest.requireActual<typeof import('aws-cdk-lib/aws-ec2')>('aws-cdk-lib/aws-ec2');
    other = {
      App: cdk.App,
      DefaultStackSynthesizer: cdk.DefaultStackSynthesizer,
      Stack: cdk.Stack,
      CfnSecurityGroup,
    };
  }),
);

test('an object of another copy of the CDK is known by its class', () => {
  const synthesizer = new other.DefaultStackSynthesizer();

  expect(synthesizer).not.toBeInstanceOf(DefaultStackSynthesizer);
  expect(isInstanceOf(synthesizer, DefaultStackSynthesizer)).toBe(true);
  expect(isInstanceOf(synthesizer, LegacyStackSynthesizer)).toBe(false);
});

test('so is one of a class below it, which the app wrote', () => {
  class CompanySynthesizer extends other.DefaultStackSynthesizer {}

  expect(isInstanceOf(new CompanySynthesizer(), DefaultStackSynthesizer)).toBe(true);
});

test('a resource of another copy is known by its type', () => {
  const stack = new other.Stack(new other.App(), 'Stack');
  const group = new other.CfnSecurityGroup(stack, 'Group', { groupDescription: 'web' });

  expect(isInstanceOf(group, ec2.CfnSecurityGroup)).toBe(true);
  expect(isInstanceOf(group, ec2.CfnVPC)).toBe(false);
});

test('what is imported is no role that the app made', () => {
  const stack = new Stack(new App(), 'Stack');
  const arn = 'arn:aws:iam::111122223333:role/deployer';

  expect(isInstanceOf(iam.Role.fromRoleArn(stack, 'Imported', arn), iam.Role)).toBe(false);
  const principal = new iam.AccountRootPrincipal();
  expect(isInstanceOf(new iam.Role(stack, 'Made', { assumedBy: principal }), iam.Role)).toBe(true);
});

test('nothing is taken for a class that has no name in the CDK', () => {
  class Plain {}

  expect(isInstanceOf({}, Plain)).toBe(false);
});

test.each([undefined, null, 'arn:aws:iam::111122223333:role/deployer', Object.create(null)])(
  '%p is of no class',
  (value) => expect(isInstanceOf(value, iam.Role)).toBe(false),
);
