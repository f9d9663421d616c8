import { resolve } from 'node:path';
import { CHANGE_RULE } from './cast';
import type { Member, Stage } from './stage';

/** Says how to go on by hand, as the administrator of a member. */
export function inviteToOrganization(stage: Stage): void {
  const { screen, payments, lab } = stage;
  screen.print(
    [
      '',
      'It stays up. Changes, messages and questions are shown here. In another terminal, be pat, in payments:',
      '',
      ...asAdministrator(stage, payments),
      '',
      'or mallory, in lab, who puts the rule back first, so that the hub hears of what follows:',
      '',
      ...asAdministrator(stage, lab, `aws events enable-rule --name ${CHANGE_RULE}`),
      '',
      'Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
}

function asAdministrator(
  { localAws }: Stage,
  { place: { region }, administrator, groupId }: Member,
  ...first: readonly string[]
): string[] {
  const { PATH: _path, ...settings } = localAws.cliEnvironment(administrator, region);
  const variables = Object.entries(settings)
    .map(([name, value]) => `${name}=${value || "''"}`)
    .join(' ');
  return [
    `  export PATH="${resolve(localAws.aws, '..')}:$PATH" ${variables}`,
    ...first.map((command) => `  ${command}`),
    `  aws ec2 authorize-security-group-ingress --group-id ${groupId} --protocol tcp --port 22 --cidr 0.0.0.0/0`,
    `  aws ec2 describe-security-group-rules --filters Name=group-id,Values=${groupId} --output table`,
  ];
}
