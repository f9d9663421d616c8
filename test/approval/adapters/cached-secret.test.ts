import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { CachedSecret } from '../../../src/approval/adapters/cached-secret';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let emulator: Emulator;
let client: SecretsManagerClient;
let reads: string[];
let failing: boolean;
let now: number;
let arn: string;
let secret: CachedSecret;
let made = 0;

beforeAll(async () => {
  emulator = await startEmulator(
    await preparePythonEnvironment((line) => process.stderr.write(`${line}\n`)),
  );
  client = new SecretsManagerClient({ ...emulatorAccess(emulator.endpoint), maxAttempts: 1 });
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName !== GetSecretValueCommand.name) return next(args);
      reads.push('VersionStage' in args.input ? (args.input.VersionStage ?? '') : '');
      if (failing) throw new Error('Throttling');
      return next(args);
    },
    { step: 'initialize', name: 'count' },
  );
}, 300_000);
afterAll(async () => {
  client.destroy();
  await emulator.stop();
});

beforeEach(async () => {
  reads = [];
  failing = false;
  now = Date.now();
  arn = await createdSecret(' first\n');
  secret = cachedSecret();
});

const cachedSecret = (secretArn = arn) =>
  new CachedSecret(client, secretArn, { now: () => new Date(now) });

async function createdSecret(value: string | undefined): Promise<string> {
  made += 1;
  const answer = await client.send(
    new CreateSecretCommand({ Name: `secret-${made}`, SecretString: value }),
  );
  return answer.ARN!;
}

async function put(value: string): Promise<void> {
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: value }));
}

const currentReads = () => reads.filter((stage) => stage === 'AWSCURRENT').length;

describe('the current value', () => {
  test('is given without the blanks around it', async () => {
    expect(await secret.current()).toBe('first');
  });

  test('is read once by many that ask together, or within five minutes', async () => {
    expect(await Promise.all([secret.current(), secret.current(), secret.accepted()])).toEqual([
      'first',
      'first',
      ['first'],
    ]);
    now += 5 * MINUTE - SECOND;
    await secret.current();
    expect(currentReads()).toBe(1);
  });

  test('is read again after five minutes', async () => {
    await secret.current();
    await put('second');
    now += 5 * MINUTE - SECOND;
    expect(await secret.current()).toBe('first');
    now += SECOND;
    expect(await secret.current()).toBe('second');
  });

  test('is asked for again where it could not be read', async () => {
    failing = true;
    await expect(secret.current()).rejects.toThrow('Throttling');
    failing = false;
    expect(await secret.current()).toBe('first');
  });
});

describe('a refresh', () => {
  test('brings what was put since', async () => {
    await secret.current();
    await put('second');
    now += MINUTE;
    await secret.refresh();
    expect(await secret.current()).toBe('second');
  });

  test('reads once a minute, however often it is asked for', async () => {
    await secret.current();
    for (let second = 0; second < 180; second += 1) {
      now += SECOND;
      await Promise.all([secret.refresh(), secret.refresh()]);
    }
    expect(currentReads()).toBe(4);
  });

  test('reads once a minute also where reading fails, and leaves what is kept', async () => {
    await secret.current();
    failing = true;
    now += MINUTE;
    await expect(secret.refresh()).rejects.toThrow('Throttling');
    now += SECOND;
    await secret.refresh();
    expect(currentReads()).toBe(2);
    expect(await secret.current()).toBe('first');
  });
});

describe('the value before the current one', () => {
  test('is accepted for a quarter of an hour', async () => {
    await put('second');
    expect(await secret.accepted()).toEqual(['second', 'first']);
    expect(await secret.current()).toBe('second');
    now += 14 * MINUTE;
    expect(await cachedSecret().accepted()).toEqual(['second', 'first']);
  });

  test('is not read after that', async () => {
    await put('second');
    now += 15 * MINUTE + SECOND;
    expect(await secret.accepted()).toEqual(['second']);
    expect(reads).toEqual(['AWSCURRENT']);
  });

  test('is not accepted after that by who read it before', async () => {
    await put('second');
    now += 14 * MINUTE;
    await secret.accepted();
    now += MINUTE + SECOND;
    expect(await secret.accepted()).toEqual(['second']);
    expect(reads).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('is not there before the first rotation', async () => {
    expect(await secret.accepted()).toEqual(['first']);
    expect(reads).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('does not count where it is blank', async () => {
    arn = await createdSecret(' ');
    await put('second');
    expect(await cachedSecret().accepted()).toEqual(['second']);
  });
});

describe('a secret without a value is refused, with what to do', () => {
  test.each([
    ['blank', ' \n', 'holds no text'],
    ['never filled', undefined, 'does not exist, or has no value yet'],
  ])('%s', async (_, value, found) => {
    arn = await createdSecret(value);
    const asked = cachedSecret().current();
    await expect(asked).rejects.toThrow(`The secret ${arn} ${found}`);
    await expect(asked).rejects.toThrow('Put the value into the secret');
  });

  test('not there', async () => {
    await expect(cachedSecret(`${arn}-other`).current()).rejects.toThrow(
      'does not exist, or has no value yet',
    );
  });

  test('emptied later, and its earlier value does not become the current one', async () => {
    await put(' ');
    await expect(secret.accepted()).rejects.toThrow('holds no text');
    await expect(secret.accepted()).rejects.not.toThrow('first');
  });
});
