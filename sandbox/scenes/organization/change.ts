import type { Member, Stage } from './stage';
import type { Delivery } from '../../inbox';
import { openRules } from '../group-rules';

export const HTTPS = '443 from 0.0.0.0/0';

/** A port is opened to the world by an administrator of the member. Gives the messages of it. */
export async function openToTheWorld(
  { localAws, screen }: Stage,
  { place, administrator, groupId }: Member,
  port: number,
): Promise<readonly Delivery[]> {
  const { region } = place;
  const command = `aws ec2 authorize-security-group-ingress --region ${region} --group-id ${groupId} --protocol tcp --port ${port} --cidr 0.0.0.0/0`;
  screen.print(`\n$ ${command}\n`);
  const { deliveries } = await localAws.inbox.during(async () => {
    const { exitCode, stderr } = await localAws.cli(
      command.split(' ').slice(1),
      administrator,
      region,
    );
    if (exitCode !== 0) throw new Error(`The AWS CLI could not make the change:\n${stderr}`);
    await screen.settled(localAws);
  });
  return deliveries;
}

/** Whether these are all the rules by which traffic may come in. */
export async function isOpen(
  { localAws }: Stage,
  { place, groupId }: Member,
  rules: readonly string[],
): Promise<boolean> {
  const open = await openRules(localAws, groupId, place);
  return JSON.stringify(open) === JSON.stringify([...rules].sort());
}
