import { readFileSync } from 'node:fs';
import { anchorOf } from '../../site/.vitepress/anchor';

/** A link of a page, at its line. */
export interface PageLink {
  readonly line: number;
  /** As it is written: `rollout.md#2-rehearse`. */
  readonly target: string;
}

/** What of a Markdown page others can link to, and what it links to. */
export interface MarkdownPage {
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly PageLink[];
}

export function readPage(file: string): MarkdownPage {
  return pageOf(readFileSync(file, 'utf8'));
}

export function pageOf(text: string): MarkdownPage {
  const prose = withoutCode(text);
  return { anchors: anchorsIn(prose), links: linksIn(prose) };
}

/** Lines stay where they are. Code between backticks stays where a heading or link may have it. */
function withoutCode(text: string): string {
  return text.replaceAll(/^( *)```[^]*?^\1```$/gm, (block) => block.replaceAll(/[^\n]/g, ''));
}

/** The same heading again has a number. */
function anchorsIn(prose: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const first = anchorOf(heading.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1'));
    let anchor = first;
    for (let copy = 1; anchors.has(anchor); copy += 1) anchor = `${first}-${copy}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The text of a link may go over lines, and have code or a picture in it. */
function linksIn(prose: string): PageLink[] {
  return [...prose.matchAll(/\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)/g)].map((match) => ({
    line: prose.slice(0, match.index).split('\n').length,
    target: match[1]!,
  }));
}
