import { readFileSync } from 'node:fs';
import { anchorOf } from '../../site/.vitepress/anchor';

/** A link of a page, at its line. */
export interface PageLink {
  readonly line: number;
  /** As it is written: `rollout.md#2-rehearse`. */
  readonly target: string;
}

/** A heading, and by which anchor others link to it. */
export interface PageHeading {
  readonly line: number;
  /** From 1, which is the title. */
  readonly level: number;
  readonly anchor: string;
}

/** What of a Markdown page others can link to, and what it links to. */
export interface MarkdownPage {
  readonly headings: readonly PageHeading[];
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly PageLink[];
}

export function readPage(file: string): MarkdownPage {
  return pageOf(readFileSync(file, 'utf8'));
}

export function pageOf(text: string): MarkdownPage {
  const prose = withoutCode(text);
  const headings = headingsIn(prose);
  return {
    headings,
    anchors: new Set(headings.map(({ anchor }) => anchor)),
    links: linksIn(prose),
  };
}

/** Lines stay where they are. Code between backticks stays where a heading or link may have it. */
function withoutCode(text: string): string {
  return text.replaceAll(/^( *)```[^]*?^\1```$/gm, (block) => block.replaceAll(/[^\n]/g, ''));
}

/** The same heading again has a number. */
function headingsIn(prose: string): PageHeading[] {
  const headings = new Map<string, PageHeading>();
  for (const { index, 1: marks = '', 2: text = '' } of prose.matchAll(/^(#{1,6}) (.+)$/gm)) {
    const first = anchorOf(text.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1'));
    let anchor = first;
    for (let copy = 1; headings.has(anchor); copy += 1) anchor = `${first}-${copy}`;
    headings.set(anchor, { line: lineAt(prose, index), level: marks.length, anchor });
  }
  return [...headings.values()];
}

/** The text of a link may go over lines, and have code or a picture in it. */
function linksIn(prose: string): PageLink[] {
  return [...prose.matchAll(/\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)/g)].map((match) => ({
    line: lineAt(prose, match.index),
    target: match[1]!,
  }));
}

function lineAt(prose: string, index: number): number {
  return prose.slice(0, index).split('\n').length;
}
