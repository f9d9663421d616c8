import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { appsIn } from './apps';
import { type Place, PLACES } from './places';

const PROJECT = resolve(__dirname, '..', '..');

let place: Place;

/** What a Stage can be given, and an App cannot: the place of all stacks that name none. */
class PlacedApp extends cdk.App {
  constructor(props?: cdk.AppProps) {
    super(props);
    Object.assign(this, { account: place.account, region: place.region });
  }
}

/**
 * Synthesizes all apps for all places, each to `<folder>/<place>/<number of the app>`. The apps are
 * as they are for users, who choose the place with the CDK's command line.
 */
function main([folder]: string[]): void {
  if (folder === undefined) {
    throw new Error('Write tsx build/templates/synthesize-places.ts <folder>.');
  }
  // Each app synthesizes itself when the process ends.
  process.setMaxListeners(0);
  const load = createRequire(__filename);
  replaceApp();
  for (place of PLACES) {
    appsIn(PROJECT).forEach((app, index) => {
      process.env.CDK_OUTDIR = join(folder, place.name, String(index));
      const file = join(PROJECT, app);
      delete require.cache[file];
      load(file);
    });
  }
}

/** For all that is loaded from now on. */
function replaceApp(): void {
  const loaded = require.cache[require.resolve('aws-cdk-lib')];
  if (!loaded) throw new Error('aws-cdk-lib was not loaded by require.');
  loaded.exports = new Proxy(cdk, {
    get: (exported, name) => (name === 'App' ? PlacedApp : Reflect.get(exported, name)),
  });
}

main(process.argv.slice(2));
