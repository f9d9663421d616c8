import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';

/** The pages are those of the repository, where they lie: nothing is copied. */
export const PROJECT = resolve(import.meta.dirname, '..', '..');

const REPOSITORY = 'https://github.com/cdk-sentries/cdk-sentries';
const FIRST_PAGE = 'docs/README.md';

/** What a page links to and the site does not have: code, schemas, folders, the long API. */
const ONLY_IN_REPOSITORY = /^(API\.md|\.github\/)/;

interface SidebarGroup {
  readonly text: string;
  readonly items: { readonly text: string; readonly link: string }[];
}

/** A folder's README is the page of the folder. */
export function pathOnSite(page: string): string {
  return page.replace(/(^|\/)README\.md$/, '$1index.md');
}

/** Where a link of a page leads to on the site, or else in the repository. */
export function linkOnSite(page: string, href: string): string {
  if (/^([a-z]+:|#|\/)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const file = normalize(join(dirname(page), decodeURIComponent(path)));
  const hash = anchor === undefined ? '' : `#${anchor}`;
  return isPage(file) ? `${relativeLink(page, pathOnSite(file))}${hash}` : inRepository(file, hash);
}

/** The order of the docs' first page: its headings, and the tables below them. */
export function sidebarOfFirstPage(): SidebarGroup[] {
  const [, ...sections] = readFileSync(join(PROJECT, FIRST_PAGE), 'utf8').split('\n## ');
  return sections.flatMap((section) => {
    const [text = ''] = section.split('\n');
    const items = [...section.matchAll(/^\| \[([^\]]+)\]\(([^)#]+)\) \|/gm)].map(
      ([, title = '', href = '']) => ({ text: title, link: sidebarLink(href) }),
    );
    return items.length > 0 ? [{ text, items }] : [];
  });
}

function sidebarLink(href: string): string {
  const link = linkOnSite(FIRST_PAGE, href);
  return link.startsWith('https:') ? link : `/${normalize(join(dirname(FIRST_PAGE), link))}`;
}

function isPage(file: string): boolean {
  const path = join(PROJECT, file);
  return file.endsWith('.md') && !ONLY_IN_REPOSITORY.test(file) && existsSync(path);
}

function relativeLink(page: string, target: string): string {
  const path = relative(dirname(page) || '.', target);
  return path.startsWith('.') ? path : `./${path}`;
}

function inRepository(file: string, hash: string): string {
  const path = join(PROJECT, file);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  return `${REPOSITORY}/${isFolder ? 'tree' : 'blob'}/main/${file}${hash}`;
}
