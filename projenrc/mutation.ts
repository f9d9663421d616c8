import type { CdkSentriesProject } from './project';

/** Stryker has packages of its own, which only those who run it install. */
export function measureTests(project: CdkSentriesProject): void {
  project.addTask('mutation', {
    description:
      'Change the code of domain/ bit by bit, see whether a test fails, and write docs/mutation.md again; of all folders, of those or the files that are named, or of a --sample',
    steps: [
      { exec: 'npm ci --prefix mutation --no-audit --no-fund' },
      { exec: 'tsx mutation/run.ts', receiveArgs: true },
    ],
  });
}
