import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { HUB_VARIABLE, type HubVariable } from '../../src/organization/contracts/hub-variable';

const PROJECT = resolve(__dirname, '..', '..');

const Contract = z.object({ bundle: z.string(), variables: z.array(z.string()) });

/** Something for each variable that a handler needs, by the name of its bundle. */
export async function handlerEnvironments(): Promise<ReadonlyMap<string, Environment>> {
  const files = globSync('src/*/contracts/*.environment.ts', { cwd: PROJECT });
  const environments = new Map<string, Environment>();
  for (const file of files) {
    const exported: object = await import(join(PROJECT, file));
    for (const value of Object.values(exported)) {
      const { success, data } = Contract.safeParse(value);
      if (success) environments.set(data.bundle, environmentOf(data.variables));
    }
  }
  return environments;
}

type Environment = Readonly<Record<string, string>>;

function environmentOf(variables: readonly string[]): Environment {
  return Object.fromEntries(variables.map((variable) => [variable, valueOf(variable)]));
}

const HUB: HubVariable = {
  name: 'bench',
  partition: 'aws',
  configurationParameter: '/bench',
  coverageTable: 'bench',
  intakeQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/bench',
};

function valueOf(variable: string): string {
  return variable === HUB_VARIABLE ? JSON.stringify(HUB) : 'x';
}
