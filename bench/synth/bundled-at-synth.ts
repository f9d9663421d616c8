import { basename, join, resolve } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Fill } from './constructs';

/** These handlers, bundled at each synth as NodejsFunction does it with the esbuild it finds. */
export function bundledAtSynth(project: string, entries: readonly string[]): Fill {
  return (stack) => {
    for (const entry of entries) {
      new NodejsFunction(stack, basename(entry), {
        entry: resolve(project, entry),
        runtime: lambda.Runtime.NODEJS_24_X,
        projectRoot: project,
        depsLockFilePath: join(project, 'package-lock.json'),
        bundling: { bundleAwsSDK: true, minify: true },
      });
    }
  };
}
