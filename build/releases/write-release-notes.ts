import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseNotes } from './changelog';

/**
 * Puts what CHANGELOG.md says of the version into the place of projen's list of commits, which
 * becomes the text of the release on GitHub. `npx projen bump` runs it.
 */
const root = join(__dirname, '..', '..');
const version = readFileSync(join(root, 'dist/version.txt'), 'utf8').trim();
const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
const tags = execFileSync('git', ['tag'], { cwd: root, encoding: 'utf8' }).split('\n');
writeFileSync(join(root, 'dist/changelog.md'), releaseNotes(changelog, version, tags));
