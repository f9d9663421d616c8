import { execFileSync } from 'node:child_process';
import { callByCli } from '../../../sandbox/page/scenes/call-by-cli';
import { forgedEventCall } from '../../../sandbox/page/scenes/forged-event';

test('a command that is shown can be pasted into a shell, Region and all', async () => {
  const told: string[] = [];
  const page = { tell: (_: string, text: string) => told.push(text) };
  const cli = async () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
  const call = forgedEventCall({ recipientAccountId: '111122223333' });
  const credentials = { accessKeyId: '', secretAccessKey: '' };
  await callByCli(page, { localAws: { cli }, credentials, region: 'eu-west-1' }, call);
  const [shown = ''] = told;
  const typed = shown.replace(/^\$ aws/, String.raw`printf '%s\0'`);
  const words = execFileSync('bash', ['-c', typed]).toString().split('\0').slice(0, -1);
  expect(words).toEqual([...call, '--region', 'eu-west-1']);
});
