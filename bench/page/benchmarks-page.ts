import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BENCHES, LIVES, sectionOfLife } from './benches';
import { machine } from './machine';
import { type Goal, markdownTable, type Part, type Section } from './section';
import { anchorOf } from '../../site/.vitepress/anchor';

const DOCS = resolve(__dirname, '..', '..', 'docs');
const PAGE = join(DOCS, 'benchmarks.md');
const PLOTS = 'images/benchmarks';

const INTRODUCTION = `# Benchmarks

What the library costs in time, calls and bytes, side by side with what it replaces. Written by
\`npm run bench\`; \`npm run bench -- <name>\` measures one, and writes its part alone.

Times are of one machine that did other work besides, so they say little by themselves. Whatever is
compared was measured in turns within one run: **the ratios count**. Calls and bytes are exact.
Nothing here is a test, and no test waits for a time.`;

/** Writes this section and its plots, and leaves the others as they are. */
export function writeSection(section: Section): void {
  mkdirSync(join(DOCS, PLOTS), { recursive: true });
  for (const old of globSync(`${section.name}-*.svg`, { cwd: join(DOCS, PLOTS) })) {
    rmSync(join(DOCS, PLOTS, old));
  }
  for (const part of section.parts) {
    if (part.kind === 'plot') writeFileSync(plotFile(section, part.plot.name), part.plot.svg);
  }
  const before = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const sections = new Map([...sectionsIn(before), [section.name, markdownOf(section)]]);
  writeFileSync(PAGE, pageOf(sections));
  console.log(markdownOf(section));
}

/** The page of these sections, by their names. */
export function pageOf(sections: ReadonlyMap<string, string>): string {
  const written = inOrder([...sections.keys()]).map((name) => sections.get(name)!);
  const unmeasured = notMeasured([...sections.keys()]);
  const begin = [INTRODUCTION, contentsOf(written), ...(unmeasured ? [unmeasured] : [])];
  return `${[...begin, ...written].join('\n\n')}\n`;
}

/** What the page says of benches and lives without a section; undefined where each has one. */
export function notMeasured(sections: readonly string[]): string | undefined {
  const missing = [
    ...BENCHES.filter((bench) => !sections.some((name) => isOf(bench, name))),
    ...LIVES.map(sectionOfLife).filter((name) => !sections.includes(name)),
  ];
  return missing.length > 0 ? `Not measured yet: ${missing.join(', ')}.` : undefined;
}

/** Of their benches. */
export function inOrder(names: readonly string[]): string[] {
  const sorted = [...names].sort();
  return BENCHES.flatMap((bench) => sorted.filter((name) => isOf(bench, name)));
}

function isOf(bench: string, section: string): boolean {
  return section === bench || section.startsWith(`${bench}-`);
}

function contentsOf(sections: readonly string[]): string {
  return sections
    .map((section) => /^## (.+)$/m.exec(section)![1]!)
    .map((title) => `- [${title}](#${anchorOf(title)})`)
    .join('\n');
}

/** By their names. */
export function sectionsIn(page: string): Map<string, string> {
  const found = page.matchAll(/<!-- bench: ([\w-]+) -->[^]*?<!-- end of \1 -->/g);
  return new Map([...found].map(([text, name = '']) => [name, text]));
}

/** As the page has it. */
export function markdownOf(section: Section): string {
  const { name, title, about, goals, parts } = section;
  const command = section.command ?? `npm run bench -- ${name}`;
  return [
    `<!-- bench: ${name} -->`,
    `## ${title}`,
    `\`${command}\`, ${machine()}.`,
    about,
    ...(goals.length > 0 ? [markdownTable(goals.map(goalRow))] : []),
    ...parts.map((part) => partText(section, part)),
    `<!-- end of ${name} -->`,
  ].join('\n\n');
}

function goalRow({ goal, figure, isMet, reason }: Goal) {
  const missed = reason === undefined ? 'missed' : `missed: ${reason}`;
  return { goal, figure, outcome: isMet ? 'met' : missed };
}

function partText({ name }: Section, part: Part): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'table':
      return markdownTable(part.rows);
    case 'plot':
      return `![${part.plot.title}](${PLOTS}/${name}-${part.plot.name}.svg)`;
  }
}

function plotFile({ name }: Section, plot: string): string {
  return join(DOCS, PLOTS, `${name}-${plot}.svg`);
}
