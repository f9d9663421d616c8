import { readFileSync } from 'node:fs';
import { HELD, pinsOf, withVersions } from '../../build/upgrades/pins';

const { devDependencies, dependencies, peerDependencies } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);
const PACKAGES = Object.keys({ ...devDependencies, ...dependencies, ...peerDependencies });

const SOURCE = `devDeps: [
  '@aws-sdk/client-ec2@3.1169.0',
  'zod@4.6.7',
  'typescript-native@npm:typescript@7.0.2',
],
cdkVersion: CDK_FLOOR,`;

test('a newer version takes the place of the pinned one, and nothing else changes', () => {
  expect(pinsOf(SOURCE)).toEqual({ '@aws-sdk/client-ec2': '3.1169.0', zod: '4.6.7' });
  expect(withVersions(SOURCE, { '@aws-sdk/client-ec2': '3.1170.0', other: '1.0.0' })).toBe(
    SOURCE.replace('3.1169.0', '3.1170.0'),
  );
});

test('each package of this repository is pinned where upgrades look, or held for a reason', () => {
  const pinned = {
    ...pinsOf(readFileSync('projenrc/project.ts', 'utf8')),
    ...pinsOf(readFileSync('projenrc/publishing.ts', 'utf8')),
  };

  expect(PACKAGES.filter((name) => !(name in pinned) && !(name in HELD))).toEqual([]);
});

test('what is held is still a package of this repository', () => {
  expect(Object.keys(HELD).filter((name) => !PACKAGES.includes(name))).toEqual([]);
});
