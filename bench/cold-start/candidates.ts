import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { handlerEnvironments } from './handler-environments';
import { BUNDLE_OPTIONS, findHandlers, type HandlerSource } from '../../build/bundle-handlers';
import { custodianPython } from '../reaction/custodian-python';

const PROJECT = resolve(__dirname, '..', '..');

const BARE = 'bare Node';
export const SHIPPED = 'as shipped';
const RUNTIME_SDK = 'SDK outside, from node_modules';
const ORDINARY = 'not minified, nothing outside';
const PYTHON = 'Python with boto3, the same clients';
const BARE_PYTHON = 'bare Python';

/** What is started, and ends once it is loaded. */
export interface Candidate {
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly bytes?: number;
  /** What it costs over is started as well. */
  readonly over?: string;
}

export const BARE_NODE: Candidate = {
  name: BARE,
  command: process.execPath,
  parameters: ['-e', '0'],
  environment: {},
};

export async function shippedCandidate(name: string): Promise<Candidate> {
  return loading(SHIPPED, join(PROJECT, 'bundles', name, 'index.js'), name);
}

/** The same handler in all ways. `folder` is inside the project, so that the SDK is found. */
export async function candidatesOf(handler: string, folder: string): Promise<Candidate[]> {
  const source = findHandlers().find(({ name }) => name === handler);
  if (!source) throw new Error(`There is no handler ${handler}.`);
  const runtimeSdk = join(folder, `${handler}-runtime-sdk.js`);
  const ordinary = join(folder, `${handler}-ordinary.js`);
  await build({
    ...BUNDLE_OPTIONS,
    plugins: [],
    external: ['@aws-sdk/*', '@smithy/*'],
    entryPoints: [source.entry],
    outfile: runtimeSdk,
  });
  await build({
    bundle: true,
    platform: 'node',
    target: BUNDLE_OPTIONS.target,
    logLevel: 'error',
    entryPoints: [source.entry],
    outfile: ordinary,
  });
  return [
    BARE_NODE,
    await shippedCandidate(handler),
    await loading(RUNTIME_SDK, runtimeSdk, handler),
    await loading(ORDINARY, ordinary, handler),
    ...(await inPython(source)),
  ];
}

async function loading(name: string, file: string, handler: string): Promise<Candidate> {
  const environment = (await handlerEnvironments()).get(handler);
  if (!environment) throw new Error(`The handler ${handler} has no contract of its environment.`);
  return {
    name,
    command: process.execPath,
    parameters: [file],
    environment: { AWS_REGION: 'eu-west-1', ...environment },
    bytes: statSync(file).size,
    over: BARE,
  };
}

async function inPython(source: HandlerSource): Promise<Candidate[]> {
  const python = await custodianPython();
  const environment = { PATH: process.env.PATH ?? '' };
  return [
    { name: BARE_PYTHON, command: python, parameters: ['-c', '0'], environment },
    {
      name: PYTHON,
      command: python,
      parameters: [join(__dirname, 'load_clients.py'), ...(await clientsOf(source))],
      environment,
      over: BARE_PYTHON,
    },
  ];
}

/** As boto3 names them. */
async function clientsOf({ entry }: HandlerSource): Promise<string[]> {
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [entry],
    write: false,
    metafile: true,
    outdir: 'out',
  });
  const clients = Object.keys(metafile.inputs).flatMap(
    (file) => /@aws-sdk\/client-([\w-]+)\//.exec(file)?.[1] ?? [],
  );
  return [...new Set(clients)].map((client) => BOTO3_NAMES[client] ?? client);
}

const BOTO3_NAMES: Readonly<Record<string, string>> = {
  eventbridge: 'events',
  'secrets-manager': 'secretsmanager',
};
