import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { IamKeySentry, type IamKeySentryProps } from '../../../src';

/** An app with one sentry, as there can be only one for each account. */
export function synthesizeKeySentry(
  stackName: string,
  propsFor: (stack: Stack) => IamKeySentryProps,
): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-keys-')) });
  const stack = new Stack(app, stackName);
  new IamKeySentry(stack, 'Sentry', propsFor(stack));
  return app.synth().directory;
}
