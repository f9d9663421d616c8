import * as z from 'zod/mini';
import { linesIn, type ShownLine, type Widget } from './dashboard-body';
import { HOURS, LEFT_AS_THEY_ARE, madeUp, type Numbers } from './made-up-numbers';

/** In pixels. */
const COLUMN = 50;
const ROW = 46;
const GAP = 8;
export const PAGE_WIDTH = 24 * COLUMN + 2 * GAP;

const COLOURS = ['#1f77b4', '#2ca02c', '#d62728', '#ff7f0e', '#9467bd', '#8c564b', '#e377c2'];

const LABEL =
  'Drawn from the widgets of the synthesized template, with made-up data. It is no screenshot: CloudWatch draws them in its own way.';

/** What the one question to a log that stands on the dashboard could answer. */
const OPEN_REQUESTS = [
  ['req-7Kx2mQ9vTb', '0', '2026-11-21 06:30:12', 'Security group web-production: 1 rule modified'],
  ['req-Qd91LsVw0e', '0', '2026-11-21 05:02:47', 'Access key of ci-uploader: deactivate it'],
];

const CSS = `
  * { box-sizing: border-box; }
  body { margin: 0; width: ${PAGE_WIDTH}px; background: #f2f3f3; color: #16191f; font: 13px/1.4 "Liberation Sans", Arial, sans-serif; }
  .label { margin: ${GAP}px ${GAP}px 0; padding: 6px 10px; background: #fff4d6; border: 1px solid #d9a400; font-weight: bold; }
  .board { position: relative; margin: 0 ${GAP}px; }
  .widget { position: absolute; padding: 3px; }
  .card { height: 100%; overflow: hidden; background: #fff; border: 1px solid #d5dbdb; border-radius: 3px; padding: 7px 10px; }
  .plain { background: none; border: none; }
  h1 { font-size: 20px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 2px 0; }
  a { color: #0073bb; } code { font-family: "DejaVu Sans Mono", monospace; font-size: 0.9em; }
  .title { font-weight: bold; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .legend { font-size: 11px; line-height: 1.3; } .legend span { margin-right: 10px; white-space: nowrap; }
  .legend i { display: inline-block; width: 9px; height: 9px; margin-right: 4px; border-radius: 2px; }
  .alarms { display: flex; flex-wrap: wrap; gap: 4px; margin-top: 6px; }
  .alarms span { background: #e3f5e6; border-left: 4px solid #1d8102; padding: 2px 6px; font-size: 10.5px; }
  table { border-collapse: collapse; width: 100%; margin-top: 6px; font-size: 12px; }
  th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid #eaeded; }
`;

/** The widgets as a page, from the first of them on. */
export function dashboardPage(widgets: readonly Widget[]): string {
  const top = Math.min(...widgets.map(({ y }) => y));
  const bottom = Math.max(...widgets.map(({ y, height }) => y + height));
  const height = (bottom - top) * ROW + GAP;
  return `<!doctype html><meta charset="utf-8"><style>${CSS}</style><div class="label">${LABEL}</div><div class="board" style="height:${height}px">${widgets
    .map((widget) => placed(widget, top))
    .join('')}</div>`;
}

function placed(widget: Widget, top: number): string {
  const { x, y, width, height } = widget;
  const style = `left:${x * COLUMN}px;top:${(y - top) * ROW}px;width:${width * COLUMN}px;height:${height * ROW}px`;
  return `<div class="widget" style="${style}">${card(widget)}</div>`;
}

function card(widget: Widget): string {
  const { type, properties } = widget;
  if (type === 'text') {
    const isPlain = properties.background === 'transparent';
    return `<div class="card${isPlain ? ' plain' : ''}">${fromMarkdown(String(properties.markdown))}</div>`;
  }
  const title = `<div class="title">${escaped(String(properties.title))}</div>`;
  return `<div class="card">${title}${contentOf(widget)}</div>`;
}

function contentOf(widget: Widget): string {
  switch (widget.type) {
    case 'alarm':
      return alarmsOf(widget);
    case 'log':
      return tableOf(OPEN_REQUESTS);
    default:
      return graphOf(widget);
  }
}

/** The few marks that the texts have. */
function fromMarkdown(markdown: string): string {
  return markdown
    .split('\n\n')
    .map((paragraph) => {
      const [, marks, heading] = /^(#{1,2}) (.+)$/.exec(paragraph) ?? [];
      const text = inline(heading ?? paragraph);
      return marks ? `<h${marks.length}>${text}</h${marks.length}>` : `<div>${text}</div>`;
    })
    .join('');
}

function inline(text: string): string {
  return escaped(text)
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, '<a href="$2">$1</a>')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function alarmsOf({ properties }: Widget): string {
  const names = z.array(z.string()).parse(properties.alarms);
  const spans = names.map((name) => `<span>${escaped(alarmIn(name))}</span>`);
  return `<div class="alarms">${spans.join('')}</div>`;
}

/** CloudFormation names them by their logical ids, with the stack before and a hash behind. */
function alarmIn(reference: string): string {
  return reference.replaceAll(/^<|\.Arn>$/g, '');
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const head = ['requestId', 'decisions', 'askedAt', 'about'];
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}</table>`;
}

const axisSchema = z.object({ left: z.looseObject({ label: z.string() }) });

const LEFT_OF_PLOT = 44;
const BELOW_PLOT = 16;
const LEGEND_LINE = 15;
const LINES_IN_LEGEND_LINE = 2;
const TITLE_HEIGHT = 34;

function graphOf(widget: Widget): string {
  const { left } = axisSchema.parse(widget.properties.yAxis);
  const width = widget.width * COLUMN - 28;
  const lines = linesIn(widget).map((line) => ({ ...line, numbers: numbersOf(line) }));
  const legendHeight = LEGEND_LINE * Math.ceil(lines.length / LINES_IN_LEGEND_LINE) + 6;
  const height = widget.height * ROW - TITLE_HEIGHT - legendHeight;
  const most = Math.max(1, ...lines.flatMap(({ numbers }) => numbers.filter(isNumber)));
  const plot = { width: width - LEFT_OF_PLOT, height: height - BELOW_PLOT, most };
  const drawn = lines.map(({ numbers }, index) => drawnLine(numbers, colour(index), plot));
  const axis =
    `<text x="0" y="10" font-size="10" fill="#545b64">${escaped(left.label)}</text>` +
    `<text x="${LEFT_OF_PLOT - 6}" y="24" font-size="10" text-anchor="end">${most}</text>` +
    `<text x="${LEFT_OF_PLOT - 6}" y="${plot.height}" font-size="10" text-anchor="end">0</text>` +
    [0, 1, 2, 3, 4, 5, 6]
      .map(
        (day) =>
          `<text x="${LEFT_OF_PLOT + (day * plot.width) / 7}" y="${height - 2}" font-size="10" fill="#545b64">11-${15 + day}</text>`,
      )
      .join('') +
    `<path d="M${LEFT_OF_PLOT} 16V${plot.height}H${width}" stroke="#aab7b8" fill="none"/>`;
  const legend = lines.map(
    ({ label }, index) =>
      `<span><i style="background:${colour(index)}"></i>${escaped(label)}</span>`,
  );
  return `<svg width="${width}" height="${height}">${axis}${drawn.join('')}</svg><div class="legend">${legend.join('')}</div>`;
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

/** Lambda has many functions, of which one is made to fail; half of the times are shorter. */
function numbersOf({ metric, statistic, label }: ShownLine): Numbers {
  if (metric === undefined) return LEFT_AS_THEY_ARE;
  const numbers = madeUp(metric);
  if (metric === 'Errors' && label !== 'RespondToChanges') return numbers.map(() => 0);
  if (statistic !== 'p50') return numbers;
  return numbers.map((one) => (one === undefined ? one : Math.round(one * 0.6)));
}

interface Plot {
  readonly width: number;
  readonly height: number;
  readonly most: number;
}

/** As CloudWatch does it: a line through neighbours, and a dot for what stands alone. */
function drawnLine(numbers: Numbers, stroke: string, { width, height, most }: Plot): string {
  const points = numbers.flatMap((number, hour) =>
    number === undefined
      ? []
      : [
          {
            hour,
            x: LEFT_OF_PLOT + (hour * width) / HOURS,
            y: height - (number / most) * (height - 20),
          },
        ],
  );
  const path = points.map(({ hour, x, y }, index) => {
    const isNext = index > 0 && hour - points[index - 1]!.hour <= nearness(points);
    return `${isNext ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  const dots =
    points.length < HOURS / 2
      ? points.map(
          ({ x, y }) =>
            `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2.6" fill="${stroke}"/>`,
        )
      : [];
  return `<path d="${path.join('')}" stroke="${stroke}" stroke-width="1.5" fill="none"/>${dots.join('')}`;
}

const DAY = 24;

/** A number a day is a line as well. */
function nearness(points: readonly { readonly hour: number }[]): number {
  const gaps = points.slice(1).map(({ hour }, index) => hour - points[index]!.hour);
  return gaps.length > 0 && gaps.every((gap) => gap === DAY) ? DAY : 1;
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
