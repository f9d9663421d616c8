import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const PACKAGE_FILES = /@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/;
const EVENT_STREAMS = /^@smithy\/core\/event-streams$/;
const NAMESPACE = 'left-out';

/**
 * Parts of the SDK that come along and are not used: of each client's package.json all but the
 * version, and event streams, which a protocol loads for the first command that has one.
 */
export const leaveOutUnusedSdk: Plugin = {
  name: 'leave-out-unused-sdk',
  setup(build) {
    build.onLoad({ filter: PACKAGE_FILES }, async ({ path }) => ({
      contents: onlyVersion(await readFile(path, 'utf8')),
      loader: 'json',
    }));
    build.onResolve({ filter: EVENT_STREAMS }, ({ path, importer }) =>
      importer.endsWith('HttpProtocol.js') ? { path, namespace: NAMESPACE } : undefined,
    );
    build.onLoad({ filter: EVENT_STREAMS, namespace: NAMESPACE }, () => ({
      contents: NO_EVENT_STREAMS,
      loader: 'js',
    }));
  },
};

export function onlyVersion(packageFile: string): string {
  const { version }: { version?: unknown } = JSON.parse(packageFile);
  return JSON.stringify({ version });
}

/** Says so, should a command need it one day. */
const NO_EVENT_STREAMS = `
export const eventStreamSerdeProvider = undefined;
export class EventStreamSerde {
  constructor() {
    throw new Error('Event streams are left out of this bundle, by build/leave-out-unused-sdk.ts.');
  }
}`;
