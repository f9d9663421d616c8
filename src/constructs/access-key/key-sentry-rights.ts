import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcard } from '../acknowledge-finding';
import type { KeyExemption } from './key-exemption';

/** What the function may do in IAM and on the default bus. Rights to change keys are there only where it `acts`. */
export function keySentryStatements(stack: Stack, exemptions: readonly KeyExemption[], acts: boolean): iam.PolicyStatement[] {
  const users = [userArns(stack)];
  const groups = exemptions.flatMap(({ _groupArn }) => _groupArn ?? []);
  const byTag = exemptions.some(({ _specification }) => _specification.kind === 'tag');
  return [
    new iam.PolicyStatement({
      actions: ['events:PutEvents'], resources: [stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
    }),
    new iam.PolicyStatement({ actions: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'], resources: ['*'] }),
    new iam.PolicyStatement({
      actions: ['iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed', ...(byTag ? ['iam:ListUserTags'] : [])], resources: users,
    }),
    ...(groups.length > 0 ? [new iam.PolicyStatement({ actions: ['iam:GetGroup'], resources: groups })] : []),
    ...(acts ? [new iam.PolicyStatement({ sid: 'RetireKeys', actions: ['iam:UpdateAccessKey', 'iam:DeleteAccessKey'], resources: users })] : []),
  ];
}

/** What cdk-nag finds in these rights, and why it is so. */
export function acknowledgeEveryUser(role: iam.IRole): void {
  acknowledgeWildcard(role, userArns(Stack.of(role)), 'The sentry looks at every user of the account.');
}

function userArns(stack: Stack): string {
  return stack.formatArn({ service: 'iam', region: '', resource: 'user', resourceName: '*' });
}
