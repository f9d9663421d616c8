import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const PACKAGE_FILES = /@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/;
const EVENT_STREAMS = /^@smithy\/core\/event-streams$/;
const ENDPOINT_CACHE = /^@aws-sdk\/endpoint-cache$/;
const SHA256_IN_SCRIPT = /[\\/]sha256[\\/]Sha256Js\.js$/;
const NAMESPACE = 'left-out';

/**
 * Parts of the SDK that come along and are not used: of each client's package.json all but the
 * version; event streams, which a protocol loads for the first command that has one; the cache of
 * endpoint discovery, which no command of DynamoDB asks for any more; and SHA-256 in JavaScript,
 * for a Node.js without crypto.
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
    build.onResolve({ filter: ENDPOINT_CACHE }, ({ path }) => ({ path, namespace: NAMESPACE }));
    build.onLoad({ filter: ENDPOINT_CACHE, namespace: NAMESPACE }, () => ({
      contents: NO_ENDPOINT_CACHE,
      loader: 'js',
    }));
    build.onLoad({ filter: SHA256_IN_SCRIPT }, () => ({
      contents: NO_SHA256_IN_SCRIPT,
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

/** A client makes one, and does not use it. */
const NO_ENDPOINT_CACHE = `
export class EndpointCache {
  getEndpoint() {
    throw new Error('Endpoint discovery is left out of this bundle, by build/leave-out-unused-sdk.ts.');
  }
}`;

const NO_SHA256_IN_SCRIPT = `
export class Sha256Js {
  constructor() {
    throw new Error('This Node.js has no SHA-256, and that of the SDK is left out by build/leave-out-unused-sdk.ts.');
  }
}`;
