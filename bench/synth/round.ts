// A process of its own: the library is loaded, and an app is synthesized with it, once.
import { App, Stack } from 'aws-cdk-lib';
import type { Fill } from './constructs';

const BENCH = { account: '123456789012', region: 'eu-west-1' };

/** Loaded only here, as it is part of what is measured. */
async function fillOf(what: string, names: readonly string[]): Promise<Fill> {
  const [name = '', ...others] = names;
  if (what === 'functions') {
    const { bundledAtSynth } = await import('./bundled-at-synth.js');
    return bundledAtSynth(name, others);
  }
  const { CONSTRUCTS } = await import('./constructs.js');
  const fill = CONSTRUCTS[name];
  if (!fill) throw new Error(`There is no construct ${name}.`);
  return fill;
}

async function main([outdir, what = '', ...names]: readonly string[]): Promise<void> {
  // What both have to load.
  const cdk = { App, Stack };
  const start = performance.now();
  const fill = await fillOf(what, names);
  const loaded = performance.now();
  const app = new cdk.App({ outdir });
  fill(new cdk.Stack(app, 'Bench', { env: BENCH }));
  app.synth();
  const loadMs = loaded - start;
  console.log(JSON.stringify({ loadMs, synthMs: performance.now() - loaded }));
}

void main(process.argv.slice(2));
