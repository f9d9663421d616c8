import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsCredentials, LocalAws } from '../../sandbox/local-aws';
import { custodianPython } from '../reaction/custodian-python';

/** Active keys that are older than so many days. */
const policyOf = (maxKeyAge: number) => ({
  policies: [
    {
      name: 'old-access-keys',
      resource: 'aws.iam-user',
      filters: [
        { type: 'access-key', key: 'Status', value: 'Active' },
        {
          type: 'access-key',
          'match-operator': 'and',
          key: 'CreateDate',
          value_type: 'age',
          value: maxKeyAge,
          op: 'gt',
        },
      ],
    },
  ],
});

/** Cloud Custodian's own command. Its start, of a second or two, is part of it. */
export async function custodianScan(
  localAws: LocalAws,
  credentials: AwsCredentials,
  maxKeyAge: number,
): Promise<void> {
  const python = await custodianPython();
  const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-custodian-'));
  try {
    const policyFile = join(folder, 'policy.json');
    writeFileSync(policyFile, JSON.stringify(policyOf(maxKeyAge)));
    const child = spawn(
      python,
      [
        '-c',
        'from c7n.cli import main; main()',
        'run',
        '--output-dir',
        folder,
        '--region',
        localAws.region,
        '--cache-period',
        '0',
        policyFile,
      ],
      {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, ...localAws.cliEnvironment(credentials) },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const [code]: unknown[] = await once(child, 'close');
    if (code !== 0) throw new Error(`Cloud Custodian ended with ${String(code)}:\n${errors}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
