import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as z from 'zod/mini';
import { withFolderLock } from '../support/folder-lock';

const PROJECT_ROOT = path.join(__dirname, '..', '..');
const REQUIREMENTS = path.join(__dirname, 'requirements.txt');
/** So that an interrupted installation does not go on while the next one starts. */
const END_WITH_PARENT = path.join(__dirname, 'server', 'end_with_parent.py');
const OLDEST_MINOR = 10;
const PYTHON_NAMES = [
  'python3',
  'python3.14',
  'python3.13',
  'python3.12',
  'python3.11',
  'python3.10',
  'python',
];
/** Written last: an environment without it is one whose installation was interrupted. */
const MARKER = 'complete.json';
const SHOWN_OUTPUT_LINES = 15;

const Marker = z.object({ folder: z.string() });

/** A virtual environment: by default the one with the emulator and the AWS CLI. */
export interface PythonEnvironment {
  readonly python: string;
  readonly binFolder: string;
  readonly aws: string;
}

interface Interpreter {
  readonly command: string;
  readonly version: string;
}

interface Installation {
  readonly folder: string;
  readonly requirements: string;
  readonly interpreter: Interpreter;
}

/**
 * The pinned virtual environment in `.sandbox/`, made on first use, or one for other requirements.
 * Several processes may ask at the same time: one makes it, the others wait.
 */
export async function preparePythonEnvironment(
  log: (line: string) => void,
  root = path.join(PROJECT_ROOT, '.sandbox'),
  requirements = REQUIREMENTS,
): Promise<PythonEnvironment> {
  const interpreter = await findPython();
  const folder = path.join(root, `python-${interpreter.version}-${digestOf(requirements)}`);
  if (isComplete(folder)) return environmentIn(folder);
  mkdirSync(root, { recursive: true });
  return withFolderLock(`${folder}.lock`, log, async () => {
    if (!isComplete(folder)) await install({ folder, requirements, interpreter }, log);
    return environmentIn(folder);
  });
}

function environmentIn(folder: string): PythonEnvironment {
  const binFolder = path.join(folder, 'bin');
  return { python: path.join(binFolder, 'python'), binFolder, aws: path.join(binFolder, 'aws') };
}

/**
 * Scripts hold the folder they were installed into, and `python` is a link: a moved project or a
 * removed Python needs a new one.
 */
function isComplete(folder: string): boolean {
  const marker = path.join(folder, MARKER);
  if (!existsSync(marker) || !existsSync(environmentIn(folder).python)) return false;
  return Marker.parse(JSON.parse(readFileSync(marker, 'utf8'))).folder === folder;
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
}

async function findPython(): Promise<Interpreter> {
  const commands = process.env.PYTHON ? [process.env.PYTHON, ...PYTHON_NAMES] : PYTHON_NAMES;
  const found: string[] = [];
  for (const command of commands) {
    const version = await versionOf(command);
    if (version && isRecent(version)) return { command, version };
    if (version) found.push(`${command} is ${version}`);
  }
  throw new Error(
    `The sandbox needs Python 3.${OLDEST_MINOR} or newer; found ${found.join(', ') || 'no Python that runs'}. ` +
      'Install a newer one (with its pip), or set PYTHON to the path of one that is installed.',
  );
}

/**
 * Undefined where there is no such command, or, as with pyenv's shims, one that only says that it
 * is not there.
 */
async function versionOf(command: string): Promise<string | undefined> {
  const { exitCode, output } = await run(command, [
    '-c',
    'import sys; print("version=%d.%d.%d" % sys.version_info[:3])',
  ]);
  return exitCode === 0 ? /^version=(\d+\.\d+\.\d+)$/m.exec(output)?.[1] : undefined;
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= OLDEST_MINOR);
}

async function install(
  { folder, requirements, interpreter }: Installation,
  log: (line: string) => void,
): Promise<void> {
  const startedAt = Date.now();
  log(
    `Installing ${path.relative(PROJECT_ROOT, requirements)} for Python ${interpreter.version}, once: this takes up to a minute ...`,
  );
  rmSync(folder, { recursive: true, force: true });
  const pip = await createVirtualEnvironment(folder, interpreter);
  // pip spends its time on index pages, one after the other. As nothing depends on an order,
  // several do it side by side.
  const installations = await Promise.allSettled(
    splitRequirements(requirements, folder).map((file) => installRequirements(folder, pip, file)),
  );
  for (const installation of installations) {
    if (installation.status === 'rejected') throw installation.reason;
  }
  writeFileSync(path.join(folder, MARKER), JSON.stringify({ folder }));
  log(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

/**
 * Gives pip's entry point: the host's own where it has one that can work for another environment,
 * as giving each its own takes 5 s.
 */
async function createVirtualEnvironment(folder: string, { command }: Interpreter): Promise<string> {
  const hostPip = await findPip(command);
  if (hostPip) {
    await runOrThrow(
      command,
      ['-m', 'venv', '--without-pip', folder],
      'making a virtual environment',
    );
    return hostPip;
  }
  const hint =
    'making a virtual environment (on Debian and Ubuntu this needs: apt install python3-venv)';
  await runOrThrow(command, ['-m', 'venv', '--upgrade-deps', folder], hint);
  const ownPip = await findPip(environmentIn(folder).python);
  if (!ownPip) {
    throw new Error(
      `The virtual environment in ${folder} has no pip 22.3 or newer. Install pip for ${command} and try again.`,
    );
  }
  return ownPip;
}

/** The script by which pip itself works for another environment; it came with 22.3. */
async function findPip(python: string): Promise<string | undefined> {
  const { exitCode, output } = await run(python, [
    '-c',
    'import os, pip; print("pip=" + os.path.dirname(pip.__file__))',
  ]);
  const folder = exitCode === 0 ? /^pip=(.+)$/m.exec(output)?.[1] : undefined;
  const script = folder && path.join(folder, '__pip-runner__.py');
  return script && existsSync(script) ? script : undefined;
}

function splitRequirements(requirementsFile: string, folder: string): string[] {
  const requirements = readFileSync(requirementsFile, 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  const parts = Math.min(4, Math.max(2, os.availableParallelism()));
  return Array.from({ length: parts }, (_, part) => {
    const file = path.join(folder, `requirements-${part + 1}.txt`);
    writeFileSync(file, requirements.filter((__, index) => index % parts === part).join('\n'));
    return file;
  });
}

async function installRequirements(
  folder: string,
  pip: string,
  requirements: string,
): Promise<void> {
  const options = [
    '--no-deps',
    '--no-compile',
    '--disable-pip-version-check',
    '--no-input',
    '--no-warn-script-location',
    '--quiet',
  ];
  const args = [END_WITH_PARENT, pip, 'install', ...options, '--requirement', requirements];
  await runOrThrow(environmentIn(folder).python, args, 'installing Python packages');
}

async function runOrThrow(command: string, args: string[], purpose: string): Promise<void> {
  const { exitCode, output } = await run(command, args);
  if (exitCode === 0) return;
  const lastLines = output.trim().split('\n').slice(-SHOWN_OUTPUT_LINES).join('\n');
  throw new Error(
    `Failed at ${purpose}: ${[command, ...args].join(' ')} ended with ${exitCode}:\n${lastLines}`,
  );
}

function run(
  command: string,
  args: string[],
): Promise<{ exitCode: number | string; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'pipe', env: process.env });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error) => resolve({ exitCode: error.message, output }));
    child.on('close', (code, signal) => resolve({ exitCode: code ?? signal ?? 'unknown', output }));
  });
}
