import { globSync } from 'node:fs';
import { readPage } from './markdown-page';

/**
 * Links of the pages to other sites, with where they stand, to be looked at now and then. No test
 * follows them: a page that is down would fail a build that has nothing to do with it.
 */
const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/**/*.md', 'examples/*/*.md'];

const found = globSync(PAGES)
  .flatMap((page) => readPage(page).links.map(({ line, target }) => ({ page, line, target })))
  .filter(({ target }) => target.startsWith('https:'));
const targets = [...new Set(found.map(({ target }) => target))].sort();

for (const target of targets) {
  const places = found
    .filter((link) => link.target === target)
    .map(({ page, line }) => `${page}:${line}`);
  console.log(`${target}  ${places.join(' ')}`);
}
