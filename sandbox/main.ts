import { LocalAws } from './local-aws';
import { endWithParent } from './process-lifetime';
import { invite, observers, playScene, setStage } from './scenes/locked-security-group';

const USAGE = 'npm run sandbox: plays the scene and stays up. npm run sandbox -- --once: plays the scene and exits.';

async function main(parameters: string[]): Promise<void> {
  const unknown = parameters.find((parameter) => parameter !== '--once');
  if (unknown) throw new Error(`"${unknown}" is not known here. ${USAGE}`);

  const print = (line: string) => console.log(line);
  const starting = LocalAws.start(observers(print));
  endWithParent(async () => (await starting).stop());
  const localAws = await starting;
  const stage = await setStage(localAws, print);
  const healed = await playScene(stage, print);
  print(healed ? 'The rule is gone, and a message came.' : 'The scene did not go as it should.');
  if (!parameters.includes('--once')) return invite(stage, print);
  await localAws.stop();
  process.exit(healed ? 0 : 1);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
