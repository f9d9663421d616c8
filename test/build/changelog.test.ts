import { readFileSync } from 'node:fs';
import { releaseNotes } from '../../build/releases/changelog';

const RELEASED = `# Changelog

## [Unreleased]

Nothing yet.

## [0.2.0] - 2027-01-31

### Fixed

- A rule that was gone is not revoked twice.

## [0.1.0] - 2027-01-01

### Added

- All of it.
`;

test('the notes of a release are what the changelog says of its version', () => {
  expect(releaseNotes(RELEASED, '0.2.0', [])).toBe(
    '### Fixed\n\n- A rule that was gone is not revoked twice.\n',
  );
  expect(releaseNotes(RELEASED, '0.1.0', [])).toBe('### Added\n\n- All of it.\n');
});

test.each([
  ['a version without a heading', RELEASED, '0.3.0', 'no heading for 0.3.0'],
  [
    'entries that are still under Unreleased',
    RELEASED.replace('Nothing yet.', '- One more.'),
    '0.2.0',
    'still has entries under Unreleased, and 0.2.0 is about to be released',
  ],
  [
    'a heading without a day',
    RELEASED.replace(' - 2027-01-31', ''),
    '0.2.0',
    'The heading of 0.2.0 in CHANGELOG.md ends in ""',
  ],
  [
    'a version of which nothing is said',
    RELEASED.replace('- A rule that was gone is not revoked twice.', ''),
    '0.2.0',
    'says nothing of 0.2.0',
  ],
  [
    'a changelog without Unreleased',
    RELEASED.replace('## [Unreleased]', ''),
    '0.2.0',
    'no heading "## [Unreleased]"',
  ],
])('no release with %s', (_, changelog, version, message) => {
  expect(() => releaseNotes(changelog, version, [])).toThrow(message);
});

test('nothing is released before the changelog of this repository has a heading for it', () => {
  const changelog = readFileSync('CHANGELOG.md', 'utf8');

  expect(changelog).toContain('\n## [Unreleased]\n');
  expect(() => releaseNotes(changelog, '999.0.0', [])).toThrow('999.0.0');
});

test('a version that has its tag is not released once more', () => {
  expect(() => releaseNotes(RELEASED, '0.2.0', ['v0.1.0', 'v0.2.0'])).toThrow(
    '0.2.0 is released already, and no commit since its tag is a feat or a fix: there is nothing to release.',
  );
  expect(releaseNotes(RELEASED, '0.2.0', ['v0.1.0'])).toContain('not revoked twice');
});
